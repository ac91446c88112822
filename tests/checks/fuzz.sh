#!/bin/sh
# fuzz.sh - no fuzzer finds an error within a few seconds.
# SPDX-License-Identifier: MIT
#
# NOTCH_FUZZ_SECONDS: time for each fuzzer, 10 unless set. Seeds are in tests/fuzz/corpus/NAME/.
. "$(dirname "$0")/lib.sh"

compiles() (
    CC=clang
    export CC
    build build-fuzz -Dfuzz=true -Dtests=false -Ddefault_library=static -Db_lundef=false \
        -Db_sanitize=address,undefined -Doptimization=1 \
        -Dc_args="-fno-sanitize-recover=all '-fsanitize-ignorelist=$PWD/tests/fuzz/unchecked.txt'"
)

# finds_nothing NAME: an input that fails is kept in build-fuzz/.
finds_nothing() {
    found=build-fuzz/corpus/$1
    mkdir -p "$found"
    set -- "$1" "$found"
    [ ! -d "tests/fuzz/corpus/$1" ] || set -- "$@" "tests/fuzz/corpus/$1"
    name=$1
    shift
    "build-fuzz/tests/fuzz/fuzz_$name" -max_total_time="${NOTCH_FUZZ_SECONDS:-10}" -timeout=5 \
        -rss_limit_mb=2000 -max_len=65536 -verbosity=0 -artifact_prefix="build-fuzz/$name-" "$@"
}

need "the fuzzers compile" compiles
for fuzzer in tests/fuzz/fuzz_*.c; do
    [ -f "$fuzzer" ] || break
    name=$(basename "$fuzzer" .c)
    name=${name#fuzz_}
    expect "$name: ${NOTCH_FUZZ_SECONDS:-10} seconds without an error" finds_nothing "$name"
done
finish
