/* fail.c - how a command ends when the library refuses.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "commands.h"

int command_fail(const char *command, const notch_error *error)
{
    (void)fprintf(stderr, "%s: %s\n", command, error->message);
    switch (error->status) {
    case NOTCH_ERROR_ARGUMENT:
    case NOTCH_ERROR_RANGE:
        return EXIT_USAGE;
    case NOTCH_ERROR_INPUT:
    case NOTCH_ERROR_OVERFLOW:
    case NOTCH_ERROR_NOT_FINITE:
        return EXIT_INPUT;
    case NOTCH_OK:
    case NOTCH_ERROR_MEMORY:
    case NOTCH_ERROR_UNSUPPORTED:
        break;
    }
    return EXIT_FAILED;
}
