#!/bin/sh
# sanitizers.sh - all tests pass under AddressSanitizer and UndefinedBehaviorSanitizer.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
UBSAN_OPTIONS=print_stacktrace=1
export ASAN_OPTIONS UBSAN_OPTIONS

compiles() {
    build build-asan -Db_sanitize=address,undefined -Doptimization=1 \
        -Dc_args=-fno-sanitize-recover=all
}

passes() {
    run_tests build-asan --timeout-multiplier 5
    scripts/tally build-asan/meson-logs/testlog.json
}

need "the tests compile with sanitizers" compiles
expect "the tests pass with sanitizers" passes
finish
