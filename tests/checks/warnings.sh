#!/bin/sh
# warnings.sh - everything compiles without a warning, with gcc and with clang.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

expect "gcc has nothing to say" build_with_gcc
expect "clang has nothing to say" build_with_clang
finish
