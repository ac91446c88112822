#!/bin/sh
# freestanding.sh - the core needs nothing but memcpy, memmove, memset, memcmp, and no floats.
# SPDX-License-Identifier: MIT
#
# Compilers may call these four even in freestanding code. Not allowed are the C library, libm, and
# run-time routines for wide or floating-point arithmetic.
. "$(dirname "$0")/lib.sh"

allowed='memcpy|memmove|memset|memcmp'

core=$(sources $core_folders)
portable=$(echo "$core" | grep -v /x86/)

# links_alone SOURCES COMPILER FLAG...
links_alone() {
    list=$1
    shift
    rm -rf "$scratch/objects"
    mkdir "$scratch/objects"
    echo "$list" | at_once sh -c '
        source=$1
        object=$2/$(echo "$1" | tr / -).o
        shift 2
        "$@" -c "$source" -o "$object"' sh LINE "$scratch/objects" \
        "$@" -std=c11 -DNDEBUG -DNOTCH_NO_UNROLL -fno-stack-protector -U_FORTIFY_SOURCE \
        -Iinclude -Isrc || return
    ld -r "$scratch"/objects/*.o -o "$scratch/core.o" &&
        nm -u "$scratch/core.o" | awk '{ print $2 }' | grep -vxE "$allowed" >"$scratch/needed"
    [ -f "$scratch/core.o" ] || return
    if [ -s "$scratch/needed" ]; then
        echo "expected no undefined symbol but $allowed, found:"
        (cd "$scratch/objects" && nm -Au ./*.o) | grep -wFf "$scratch/needed"
        return 1
    fi
}

expect "the core links alone: gcc -O0" links_alone "$core" gcc -O0
expect "the core links alone: gcc -O2" links_alone "$core" gcc -O2
expect "the core links alone: clang -O2" links_alone "$core" clang -O2
if [ "$(uname -m)" = x86_64 ] || [ "$(uname -m)" = aarch64 ]; then
    allowed="$allowed|notch_.*" # kernels that are left out here
    expect "the portable core does without floating-point registers" \
        links_alone "$portable" gcc -O2 -mgeneral-regs-only
fi
finish
