/* interrupt.h - Ctrl-C as a wish that a command looks at, so that it can save and end in order.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_INTERRUPT_H
#define NOTCH_CLI_INTERRUPT_H

#include <stdbool.h>

/* From here on the first SIGINT or SIGTERM is only noted; the second one ends the program. */
void interrupt_catch(void);

/* Whether one has come. */
bool interrupt_seen(void);

#endif
