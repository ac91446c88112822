# input.sh - a line that is wrong is named, with what was expected
# SPDX-License-Identifier: MIT
refuse() {
    printf '%s\n' "$1"
    printf "$1" >masses.txt
    try notch sample masses.txt
}
refuse ''
refuse '\n# nothing\n'
refuse '1\n-2\n'
refuse '1\n4294967296\n'
refuse '99999999999999999999999999999999999999999\n'
refuse '1 2\n'
refuse '1\n\n# 3\n1.5\n'
refuse '1e3\n'
refuse '0x10\n'
refuse '1 # one\n'
refuse '1,\n'
refuse '1\r2\n'
refuse '\r\r1\n'
refuse '\357\273\2771\n'
refuse '\033[2Jboo\177\n'
refuse '5\n\000\n'
refuse '5\n6\0007\n'
