#!/bin/sh
# fuzz.sh - no fuzzer finds an error within a few seconds.
# SPDX-License-Identifier: MIT
#
# Usage: fuzz.sh [NAME]: all fuzzers, as many at once as there are processors, or that one only.
# NOTCH_FUZZ_SECONDS: time for each, 3 unless set. Seeds are in tests/fuzz/corpus/NAME/.
. "$(dirname "$0")/lib.sh"

seconds=${NOTCH_FUZZ_SECONDS:-3}

compiles() (
    CC=clang
    export CC
    unchecked=$PWD/tests/fuzz/unchecked.txt
    configure build-fuzz -Dfuzz=true -Dtests=false -Ddefault_library=static -Db_lundef=false \
        -Db_sanitize=address,undefined -Doptimization=1 \
        "-Dc_args=-g1 -fno-sanitize-recover=all '-fsanitize-ignorelist=$unchecked'" &&
        ninja -C build-fuzz --quiet $(printf 'tests/fuzz/fuzz_%s ' $names)
)

# fuzz NAME: an input that fails is kept in build-fuzz/.
fuzz() {
    mkdir -p "build-fuzz/corpus/$1"
    set -- "$1" "build-fuzz/corpus/$1"
    [ ! -d "tests/fuzz/corpus/$1" ] || set -- "$@" "tests/fuzz/corpus/$1"
    name=$1
    shift
    "build-fuzz/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=5 \
        -rss_limit_mb=2000 -max_len=65536 -verbosity=0 -artifact_prefix="build-fuzz/$name-" "$@"
}

# fuzz_all NAME...: each leaves what it printed in build-fuzz/NAME.log, the last line is its status.
fuzz_all() {
    printf '%s\n' "$@" | at_once sh -c '"$1" "$2" >"build-fuzz/$2.log" 2>&1
        echo "status $?" >>"build-fuzz/$2.log"' sh tests/checks/fuzz.sh LINE
}

finds_nothing() {
    cat "build-fuzz/$1.log"
    [ "$(tail -n 1 "build-fuzz/$1.log")" = "status 0" ]
}

if [ $# -eq 1 ]; then
    fuzz "$1"
    exit
fi
names=$(ls tests/fuzz/fuzz_*.c | sed 's,.*/fuzz_,,; s,\.c$,,')
need "the fuzzers compile" compiles
fuzz_all $names
for name in $names; do
    expect "$name: $seconds seconds without an error" finds_nothing "$name"
done
finish
