#!/bin/sh
# plain.sh - library and program also compile in one line, without build system and libraries.
# SPDX-License-Identifier: MIT
#
# What needs a library is left out by NOTCH_NO_... and src/engine/float/.
. "$(dirname "$0")/lib.sh"

compile_all() {
    for compiler in gcc clang; do
        "$compiler" -std=c11 -Iinclude -Isrc $without_libraries \
            $(sources $core_folders $host_folders) cli/*.c -lm -lpthread \
            -o "$scratch/notch-$compiler" >"$scratch/$compiler.log" 2>&1 &
    done
    wait
}

compiles() {
    cat "$scratch/$1.log"
    [ -x "$scratch/notch-$1" ]
}

runs() {
    "$scratch/notch-$1" version
}

compile_all
for compiler in gcc clang; do
    expect "$compiler -std=c11 -Iinclude -Isrc -DNOTCH_NO_... SOURCES -lm -lpthread" \
        compiles "$compiler"
    expect "the program runs: $compiler" runs "$compiler"
done
finish
