#!/bin/sh
# run.sh - runs the program as a user would and compares what it prints; prints TAP.
# SPDX-License-Identifier: MIT
#
#   tests/cli/run.sh [--update] [--part K/N] NOTCH [CASE...]
#
# NOTCH is the program; where machines are emulated, $MESON_EXE_WRAPPER says what runs it.
# A case is a script cases/NAME.sh, which runs in an empty folder with `notch` on its PATH and the
# functions of lib.sh. Next to it stands what is expected of it:
#   NAME.out, NAME.err   standard output and standard error, exact; no file: nothing is printed
#   NAME.out.glob        instead of NAME.out: one shell pattern a line
#   NAME.exit            exit code; no file: 0
# Exit code 77 means that the case cannot be run here, and why is in its last line of output.
# --update rewrites all of these but the patterns. --part K/N runs every N-th case from the K-th on.
set -u

cases=$(cd "$(dirname "$0")/cases" && pwd) || exit 2
library=$(dirname "$cases")/lib.sh
update=false
if [ "${1:-}" = --update ]; then
    update=true
    shift
fi
part=1 parts=1
if [ "${1:-}" = --part ]; then
    part=${2%/*} parts=${2#*/}
    shift 2
fi
if [ $# -lt 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 [--update] [--part K/N] NOTCH [CASE...]" >&2
    exit 2
fi
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
shift

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin"
printf '#!/bin/sh\nexec %s "%s" "$@"\n' "${MESON_EXE_WRAPPER:-}" "$program" >"$scratch/bin/notch"
chmod +x "$scratch/bin/notch"
# The server of tests/serve.c, where it was built: cases that use it look whether it is there.
server=$(dirname "$program")/../tests/serve
if [ -x "$server" ]; then
    printf '#!/bin/sh\nexec %s "%s" "$@"\n' "${MESON_EXE_WRAPPER:-}" "$server" >"$scratch/bin/serve"
    chmod +x "$scratch/bin/serve"
fi
PATH=$scratch/bin:$PATH
LC_ALL=C
export PATH LC_ALL
unset POSIXLY_CORRECT

# same EXPECTED FOUND: compares two files, of which the first need not exist.
same() {
    if [ -f "$1" ]; then
        diff -u "$1" "$2"
    else
        diff -u /dev/null "$2"
    fi
}

# matches PATTERNS FOUND: compares line by line.
matches() {
    exec 3<"$1" 4<"$2"
    while IFS= read -r pattern <&3; do
        line='(nothing)'
        IFS= read -r line <&4
        case $line in
        $pattern) ;;
        *)
            echo "expected a line like: $pattern"
            echo "                 got: $line"
            return 1
            ;;
        esac
    done
    if IFS= read -r line <&4; then
        echo "expected nothing more, got: $line"
        return 1
    fi
}

# keep FOUND EXPECTED: makes what was found the expectation.
keep() {
    if [ -s "$1" ]; then
        cp "$1" "$2"
    else
        rm -f "$2"
    fi
}

rewrite() {
    if [ ! -f "$cases/$1.out.glob" ]; then
        keep "$scratch/out" "$cases/$1.out"
    fi
    keep "$scratch/err" "$cases/$1.err"
    rm -f "$cases/$1.exit"
    if [ "$2" -ne 0 ]; then
        echo "$2" >"$cases/$1.exit"
    fi
}

# verdict NAME CODE: prints what differs.
verdict() {
    expected=0
    if [ -f "$cases/$1.exit" ]; then
        expected=$(cat "$cases/$1.exit")
    fi
    agree=true
    if [ "$2" -ne "$expected" ]; then
        echo "exit code $2, expected $expected"
        agree=false
    fi
    if [ -f "$cases/$1.out.glob" ]; then
        matches "$cases/$1.out.glob" "$scratch/out" || agree=false
    else
        same "$cases/$1.out" "$scratch/out" || agree=false
    fi
    same "$cases/$1.err" "$scratch/err" || agree=false
    $agree
}

number=0
failures=0

# run NAME
run() {
    number=$((number + 1))
    mkdir "$scratch/folder"
    (cd "$scratch/folder" && sh -c '. "$1"; . "$2"' sh "$library" "$cases/$1.sh") \
        >"$scratch/out" 2>"$scratch/err" </dev/null
    code=$?
    rm -rf "$scratch/folder"
    if [ "$code" -eq 77 ]; then
        echo "ok $number - $1 # SKIP $(tail -n 1 "$scratch/out")"
        return
    fi
    if $update; then
        rewrite "$1" "$code"
    fi
    if verdict "$1" "$code" >"$scratch/difference"; then
        echo "ok $number - $1"
    else
        failures=$((failures + 1))
        echo "not ok $number - $1"
        echo "# again: $0 $program $1"
        sed 's/^/# /' "$scratch/difference"
    fi
}

if [ $# -eq 0 ]; then
    for script in "$cases"/*.sh; do
        set -- "$@" "$(basename "$script" .sh)"
    done
fi
place=0
for name; do
    place=$((place + 1))
    [ $((place % parts)) -ne $((part % parts)) ] || run "$name"
done
echo "1..$number"
[ "$failures" -eq 0 ]
