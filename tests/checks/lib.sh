# lib.sh - what the checks share. A check sources it, calls `expect` and ends with `finish`.
# SPDX-License-Identifier: MIT
#
# Checks run with the repository root as working directory and print TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. scripts/lib.sh

# Each may use those before it; the core is freestanding.
core_folders='base rng kernels update model data engine/integer'
host_folders='theory engine host'

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
expectations=0
failures=0

# expect SENTENCE COMMAND...: one test, passed if the command succeeds; else shows what it printed.
expect() {
    sentence=$1
    shift
    expectations=$((expectations + 1))
    if "$@" >"$scratch/output" 2>&1; then
        echo "ok $expectations - $sentence"
    else
        failures=$((failures + 1))
        echo "not ok $expectations - $sentence"
        tail -n 100 "$scratch/output" | sed 's/^/#   /'
        return 1
    fi
}

# need SENTENCE COMMAND...: the same, but if it fails the rest of the check makes no sense.
need() {
    expect "$@" || { finish; exit 1; }
}

# nothing COMMAND...: succeeds if the command finds nothing to print.
nothing() {
    ! "$@" 2>&1 | grep .
}

finish() {
    echo "1..$expectations"
    [ "$failures" -eq 0 ]
}

# The files of the repository, tracked or about to be; without git, all but build folders.
files() {
    if git rev-parse >/dev/null 2>&1; then
        git ls-files --cached --others --exclude-standard
    else
        find . -path './build*' -prune -o -path ./.git -prune -o -type f -print | sed 's,^\./,,'
    fi | sort -u | while read -r file; do
        [ -f "$file" ] && echo "$file"
    done
}

# The files of the repository with a name that matches an extended regular expression.
files_like() {
    files | grep -E "$1"
}

# The C files of source folders that compile for this machine without a library but C's own.
sources() {
    case $(uname -m) in
    x86_64) foreign='/(arm|float)/' ;;
    aarch64) foreign='/(x86|float)/' ;;
    *) foreign='/(x86|arm|float)/' ;;
    esac
    for folder; do
        find "src/$folder" -name '*.c'
    done | grep -vE "$foreign" | sort -u
}

# What tells the sources that there are no libraries.
without_libraries='-DNOTCH_NO_CURL -DNOTCH_NO_INIH -DNOTCH_NO_ONEDNN -DNOTCH_NO_PNG -DNOTCH_NO_ZLIB'

# at_once COMMAND...: runs the command for each line of standard input, which takes the place of the
# word LINE; as many at once as there are processors.
at_once() {
    xargs -P "$(getconf _NPROCESSORS_ONLN)" -I LINE "$@"
}

# The two builds that checks share; a warning is an error in both. clang complains about loops that
# it cannot vectorise, and at -O1 it does not try.
build_with_gcc() (
    CC=gcc
    export CC
    build build -Dwerror=true
)

build_with_clang() (
    CC=clang
    export CC
    build build-clang -Dwerror=true -Db_sanitize=address,undefined -Doptimization=1 \
        -Db_lundef=false "-Dc_args=-g1 -fno-sanitize-recover=all -Wno-pass-failed"
)
