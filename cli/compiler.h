/* compiler.h - what compiled the program.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_COMPILER_H
#define NOTCH_CLI_COMPILER_H

#include <stddef.h>

/* Such as "gcc 12.2.0", in text[0 .. size). */
void compiler_describe(char *text, size_t size);

#endif
