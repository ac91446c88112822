/* compiler.c - what compiled the program.
 * SPDX-License-Identifier: MIT
 */
#include "compiler.h"

#include <stdio.h>

#if defined(__clang__)
#define COMPILER "clang", __clang_major__, __clang_minor__, __clang_patchlevel__
#elif defined(__GNUC__)
#define COMPILER "gcc", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__
#else
#define COMPILER "unknown", 0, 0, 0
#endif

void compiler_describe(char *text, size_t size)
{
    (void)snprintf(text, size, "%s %d.%d.%d", COMPILER);
}
