#!/bin/sh
# sanitizers.sh - tests pass under AddressSanitizer and UndefinedBehaviorSanitizer.
# SPDX-License-Identifier: MIT
#
# Without the statistical ones, which take long and touch no other memory than the others.
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
