#!/bin/sh
# format.sh - C files are as clang-format leaves them; all files are clean text.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

formatter=$(command -v clang-format-14 || command -v clang-format)
code='\.(c|h|sh|py|js|css|build|ini)$|^scripts/|^bench/|^\.ci/|^meson_options\.txt$'

unformatted() {
    files_like '\.[ch]$' | xargs "$formatter" --dry-run --Werror
}

# All files but what programs or others wrote, which is as it is.
texts() {
    written='^third_party/|^tests/(cli/cases/.*\.(out|err)$|golden/|fuzz/corpus/)|\.(svg|tsv)$'
    files | grep -vE "$written"
}

# Prints the lines of text files that match a regular expression.
lines_like() {
    texts | xargs grep -InE -- "$1"
}

tabs() {
    texts | grep -vx Makefile | xargs grep -InF "$(printf '\t')"
}

bad_ends() {
    texts | grep -v '\.png$' | while read -r file; do
        if [ -n "$(tail -c 1 "$file")" ]; then
            echo "$file: expected a newline at the end"
        elif [ -z "$(tail -n 1 "$file")" ]; then
            echo "$file: expected no empty line at the end"
        fi
    done
}

long_lines() {
    files_like "$code" | grep -v '^third_party/' | xargs awk \
        'length > 100 { print FILENAME ":" FNR ": " length " columns, expected at most 100" }'
}

foreign_characters() {
    files_like "$code" | LC_ALL=C xargs grep -nP '[^\x20-\x7e\t]'
}

large_files() {
    files | while read -r file; do
        size=$(wc -c <"$file")
        [ "$size" -le 1000000 ] || echo "$file: $size bytes, expected at most 1,000,000"
    done
}

# Seeds of fuzzers and the pictures of the documents may be; an empty file counts as binary here.
binary_files() {
    files | grep -vE '^tests/fuzz/corpus/|^docs/images/.*\.png$' | xargs grep -IL ''
}

bad_openings() {
    files_like "$code" | while read -r file; do
        name=$(basename "$file")
        case $file in
        third_party/*) ;;
        *.c | *.h | *.sh | *.js | *.css | scripts/*)
            head -n 3 "$file" | grep -qF "$name - " ||
                echo "$file: expected '$name - purpose' in the first lines"
            head -n 4 "$file" | grep -qF 'SPDX-License-Identifier: MIT' ||
                echo "$file: expected 'SPDX-License-Identifier: MIT' in the first lines"
            ;;
        esac
    done
}

expect "C files are formatted: make format" nothing unformatted
expect "no blanks at the end of a line" nothing lines_like '[[:blank:]]$'
expect "no carriage returns" nothing lines_like "$(printf '\r')"
expect "no tabs outside Makefile" nothing tabs
expect "files end with one newline" nothing bad_ends
expect "code has at most 100 columns" nothing long_lines
expect "code is ASCII" nothing foreign_characters
expect "no file is larger than 1 MB" nothing large_files
expect "no file is binary or empty" nothing binary_files
expect "files open with their purpose and licence" nothing bad_openings
finish
