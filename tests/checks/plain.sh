#!/bin/sh
# plain.sh - the library and the program also compile in one line, without the build system.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

compiles() {
    "$1" -std=c11 -Iinclude -Isrc $(sources $core_folders $host_folders) cli/*.c \
        -lm -lpthread -lz -o "$scratch/notch"
}

runs() {
    "$scratch/notch" version
}

for compiler in gcc clang; do
    expect "$compiler -std=c11 -Iinclude -Isrc SOURCES -lm -lpthread -lz" compiles "$compiler"
    expect "the program runs" runs
    rm -f "$scratch/notch"
done
finish
