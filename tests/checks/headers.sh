#!/bin/sh
# headers.sh - each public header compiles alone, twice over, in strict C11 and in C++17.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

flags='-Iinclude -fsyntax-only -pedantic-errors -Wall -Wextra -Wundef -Wconversion -Werror'

# compiles HEADER COMPILER LANGUAGE STANDARD
compiles() {
    printf '#include <%s>\n' "$1" "$1" | "$2" $flags -x "$3" "-std=$4" -
}

for header in include/notch/*.h; do
    header=${header#include/}
    for compiler in gcc clang; do
        expect "$header: C11, $compiler" compiles "$header" "$compiler" c c11
    done
    for compiler in g++ clang++; do
        expect "$header: C++17, $compiler" compiles "$header" "$compiler" c++ c++17
    done
done
finish
