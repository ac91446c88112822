#!/bin/sh
# compilers.sh - golden hashes do not depend on the compiler or its optimisation.
# SPDX-License-Identifier: MIT
#
# gcc -O3 is the build that all tests run in, and clang -O1 that of the sanitizers.
. "$(dirname "$0")/lib.sh"

# agrees COMPILER LEVEL
agrees() (
    CC=$1
    export CC
    folder=build-golden/$1-O$2
    configure "$folder" -Doptimization="$2" -Ddefault_library=static -Db_lundef=false \
        -Dzlib=disabled -Dcurl=disabled -Dinih=disabled -Dpng=disabled -Donednn=disabled || return
    for test in tests/golden/test_*.c; do
        name=tests/golden-$(basename "$test" .c | sed 's/^test_//')
        ninja -C "$folder" --quiet "$name" && "$folder/$name" || return
    done
)

mkdir -p build-golden
for compiler in gcc clang; do
    expect "golden hashes: $compiler -O0" agrees "$compiler" 0
done
expect "golden hashes: clang -O3" agrees clang 3
finish
