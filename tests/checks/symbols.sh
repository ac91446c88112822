#!/bin/sh
# symbols.sh - the library exports what its headers declare, and every name has the prefix.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

# What the public headers declare with NOTCH_API: in preprocessed text, the name that comes before
# the parameters, or last.
declared() {
    for header in include/notch/*.h; do
        echo "#include <${header#include/}>"
    done | gcc -E -P -Iinclude - | tr '\n;{}' ' \n\n\n' |
        sed -n 's/.*visibility("default"))) *//p' | sed 's/ *[([].*//; s/.*[ *]//' | sort
}

exported() {
    nm -D --defined-only build/libnotch.so | awk '{ print $3 }' | sort
}

unprefixed() {
    nm -g --defined-only build/libnotch.a | awk 'NF == 3 { print $3 }' |
        grep -vE '^(notch_|NOTCH)' | sed 's/$/: expected the prefix notch_/'
}

same() {
    declared >"$scratch/declared"
    exported >"$scratch/exported"
    [ -s "$scratch/declared" ] &&
        diff -U 0 --label declared --label exported "$scratch/declared" "$scratch/exported"
}

need "the library compiles" build_with_gcc
expect "the shared library exports exactly what the public headers declare" same
expect "global symbols of the static library begin with notch_" nothing unprefixed
finish
