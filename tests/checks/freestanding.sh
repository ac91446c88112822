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

# Mnemonics of x86-64 that compute with floats; vector instructions on integers have other names.
operations='add|sub|mul|div|sqrt|min|max|cmp|comi|ucomi|round|rndscale|rcp|rcp14|rsqrt|rsqrt14|hadd'
operations="$operations|hsub|addsub|dp|range|reduce|fixupimm|getexp|getmant|scalef"
operations="$operations|fn?m(add|sub|addsub|subadd)[0-9]+"
float_instructions="v?($operations)[a-z]*([sp][sdh])|v?cvt.*|f[a-z0-9]+"

disassembled() {
    objdump -d --no-show-raw-insn "$1" |
        awk -F '\t' 'NF > 1 { split($2, words, " "); print words[1] }' |
        sort | uniq -c | awk '{ print $2 ": " $1 " times" }' >"$scratch/mnemonics"
    [ -s "$scratch/mnemonics" ] || echo "no instruction found"
    grep -E "^($float_instructions):" "$scratch/mnemonics"
}

# Whether the list above knows what compilers make of floats.
finds_floats() {
    echo 'double f(double x, float y) { return x * x + (double)y / 3; }
          void g(float *x) { for (int i = 0; i < 64; i++) x[i] = x[i] * 2 + 1; }' >"$scratch/f.c"
    gcc -O3 "$@" -c "$scratch/f.c" -o "$scratch/f.o" || return
    disassembled "$scratch/f.o" >"$scratch/found"
    [ "$(wc -l <"$scratch/found")" -ge 3 ]
}

if [ "$(uname -m)" = x86_64 ]; then
    expect "floating-point instructions are known" finds_floats
    expect "floating-point instructions are known: AVX-512" finds_floats -mavx512f -mfma
    need "the core compiles" build_with_gcc
    expect "no object of the core has one, kernels included" nothing \
        disassembled build/libnotch_core.a
fi
finish
