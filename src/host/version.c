/* version.c - the version of the running library.
 * SPDX-License-Identifier: MIT
 */
#include <notch/notch.h>

const char *notch_version(void)
{
    return NOTCH_VERSION_STRING;
}
