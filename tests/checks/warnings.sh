#!/bin/sh
# warnings.sh - everything compiles without a warning, with gcc and with clang.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

compiles() (
    CC=$1
    export CC
    build "build-$1" -Dwerror=true
)

expect "gcc has nothing to say" compiles gcc
expect "clang has nothing to say" compiles clang
finish
