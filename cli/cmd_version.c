/* cmd_version.c - `notch version`: what this program is and what this machine can run.
 * SPDX-License-Identifier: MIT
 */
#include <notch/notch.h>
#include <stdio.h>

#include "commands.h"
#include "compiler.h"
#include "options.h"

int cmd_version(int argc, char **argv)
{
    const option_table table = {.command = "notch version", .purpose = VERSION_PURPOSE};
    char **operands, compiler[64];
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    printf("notch %s\n", notch_version());
    compiler_describe(compiler, sizeof compiler);
    printf("compiler          %s\n", compiler);
    printf("instruction set   %s\n", notch_isa_name(notch_isa_best()));
    printf("supported here   ");
    for (uint64_t k = NOTCH_ISA_REF; option_isas(k) != NULL; k++) {
        printf("%s", notch_isa_supported((notch_isa)k) ? " " : "");
        printf("%s", notch_isa_supported((notch_isa)k) ? option_isas(k) : "");
    }
    printf("\n");
    return EXIT_DONE;
}
