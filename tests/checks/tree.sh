#!/bin/sh
# tree.sh - the repository depends on no machine, and the build knows every source file.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

# Hosts that the repository may point to. A new one is a decision, made here.
hosts='arxiv\.org|doi\.org|w3\.org'
# Those that have the data sets: src/host/fetch_known.c.
hosts="$hosts|storage\.googleapis\.com|ossci-datasets\.s3\.amazonaws\.com|archive\.ics\.uci\.edu"
hosts="$hosts|fashion-mnist\.s3\.eu-central-1\.amazonaws\.com|raw\.githubusercontent\.com"
hosts="$hosts|cs\.toronto\.edu|mindspore-website\.obs\.cn-north-4\.myhuaweicloud\.com"

# A host has a dot and ends in letters: no other machine has 127.0.0.1, or the "host" of a test.
foreign_hosts() {
    url='(https?|ftp|git|ssh)://([^/@[:space:]]*@)?([[:alnum:]-]+\.)+[[:alpha:]]+'
    files | grep -v '^third_party/' | xargs grep -IonE "$url" |
        grep -vE "://(www\.)?($hosts)\$"
}

machine_paths() {
    files | xargs grep -InE '(^|[^[:alnum:]_.~/-])/(home|root|Users|mnt|media)/'
    # This checkout's own place, unless it is too short to tell.
    case $PWD in
    /*/*) files | xargs grep -InF -- "$PWD" ;;
    esac
}

unlisted() {
    files_like '\.c$|^include/.*\.h$' | while read -r file; do
        folder=$file
        while [ "$folder" != . ]; do
            folder=$(dirname "$folder")
            if grep -qsF "'${file#"$folder"/}'" "$folder/meson.build"; then
                continue 2
            fi
        done
        echo "$file: expected in a meson.build"
    done
}

versions() {
    header=$(sed -n 's/^#define NOTCH_VERSION_STRING "\(.*\)"$/\1/p' include/notch/core.h)
    build=$(sed -n "s/^ *version: '\([0-9.]*\)',\$/\1/p" meson.build)
    [ "$header" = "$build" ] ||
        echo "include/notch/core.h has version '$header', meson.build has '$build'"
}

expect "links point to known hosts" nothing foreign_hosts
expect "no path of a particular machine" nothing machine_paths
expect "meson.build lists every C file and public header" nothing unlisted
expect "the header and the build agree on the version" nothing versions
finish
