/* isas.h - the instruction sets that the library knows, in loops over them.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_ISAS_H
#define NOTCH_ISAS_H

#include <notch/core.h>
#include <stddef.h>

#define FOR_EACH_KNOWN_ISA(isa)                                                                    \
    for (notch_isa isa = NOTCH_ISA_REF; notch_isa_name(isa) != NULL; isa = (notch_isa)(isa + 1))

/* Those of this machine, the reference first. */
#define FOR_EACH_ISA(isa)                                                                          \
    FOR_EACH_KNOWN_ISA(isa)                                                                        \
    if (notch_isa_supported(isa))

/* And the others. */
#define FOR_EACH_MISSING_ISA(isa)                                                                  \
    FOR_EACH_KNOWN_ISA(isa)                                                                        \
    if (!notch_isa_supported(isa))

#endif
