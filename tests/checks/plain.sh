#!/bin/sh
# plain.sh - library and program also compile in one line, without build system and libraries.
# SPDX-License-Identifier: MIT
#
# What needs a library is left out by NOTCH_NO_... and src/engine/float/.
. "$(dirname "$0")/lib.sh"

# The page of `notch report` is built into the program.
embeds() {
    gcc -std=c11 cli/report/embed.c -o "$scratch/embed" &&
        "$scratch/embed" cli/report/page.html >"$scratch/report_embedded.c"
}

compile_all() {
    for compiler in gcc clang; do
        "$compiler" -std=c11 -Iinclude -Isrc -Icli $without_libraries \
            $(sources $core_folders $host_folders) cli/*.c \
            "$scratch/report_embedded.c" -lm -lpthread \
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

need "the page becomes an array" embeds
compile_all
for compiler in gcc clang; do
    expect "$compiler -std=c11 -Iinclude -Isrc -DNOTCH_NO_... SOURCES -lm -lpthread" \
        compiles "$compiler"
    expect "the program runs: $compiler" runs "$compiler"
done
finish
