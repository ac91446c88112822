#!/bin/sh
# sanitizers.sh - all tests but the statistical ones pass under AddressSanitizer and UndefinedBehaviorSanitizer.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
UBSAN_OPTIONS=print_stacktrace=1
export ASAN_OPTIONS UBSAN_OPTIONS

passes() {
    run_tests build-clang --no-suite stat --timeout-multiplier 5
    scripts/tally build-clang/meson-logs/testlog.json
}

need "the tests compile with sanitizers" build_with_clang
expect "the tests pass with sanitizers" passes
finish
