#!/bin/sh
# layering.sh - a source folder includes only headers of itself and of the folders before it.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

# Prints FILE:LINE:HEADER for each #include; HEADER keeps its quotes or brackets.
includes() {
    files_like "$1" | xargs grep -nE '^[[:blank:]]*#[[:blank:]]*include' /dev/null |
        sed 's/^\([^:]*:[^:]*:\)[^"<]*\(["<].*[">]\).*/\1\2/'
}

# The core's part of the API, headers of the compiler itself, <string.h> for memcpy and its kin,
# <assert.h>.
core_headers='notch/core notch/digits notch/integer notch/model
    float iso646 limits stdalign stdarg stdatomic stdbool stddef stdint stdnoreturn
    immintrin cpuid arm_neon string assert'

upward() {
    includes '^src/.*\.[ch]$' | awk -v folders="$core_folders $host_folders" '
        BEGIN { count = split(folders, order, " "); for (i in order) rank[order[i]] = i + 0 }
        # The folder of the order that a path below src/ lies in.
        function folder_of(path, names) {
            split(path, names, "/")
            return names[1] "/" names[2] in rank ? names[1] "/" names[2] : names[1]
        }
        {
            split($0, part, ":"); header = part[3]
            own = folder_of(substr(part[1], length("src/") + 1))
            if (!(own in rank)) { print $0 ": folder " own " is none of: " folders; next }
            if (header !~ /^"/) next
            gsub(/"/, "", header); used = folder_of(header)
            if (!(used in rank))
                print $0 ": expected a path below src/, such as \"" own "/" header "\""
            else if (rank[used] > rank[own])
                print $0 ": " own " may not use " used "; the order is: " folders
        }'
}

missing() {
    includes '^src/.*\.[ch]$' | sed -n 's/"//gp' | while IFS=: read -r file line header; do
        [ -f "src/$header" ] || echo "$file:$line: src/$header does not exist"
    done
}

hosted_headers_in_core() {
    folders=$(echo "$core_folders" | tr ' ' '|')
    headers=$(echo $core_headers | grep -o 'notch/[a-z]*' | tr '\n' '|')
    includes "^src/($folders)/.*\\.[ch]\$|^include/(${headers%|})\\.h\$" | grep ':<' |
        grep -vE ":<($(echo $core_headers | tr ' ' '|'))\\.h>" |
        sed 's,$,: the core uses <notch/core.h> and freestanding headers only,'
}

internals_in_programs() {
    includes '^(cli|examples)/.*\.[ch]$' | grep '"' | while IFS=: read -r file line header; do
        own=$(dirname "$file")/$(echo "$header" | tr -d '"')
        [ -f "$own" ] || echo "$file:$line: $header is neither the program's own nor <notch/...>"
    done
}

expect "source folders use only those before them: $core_folders $host_folders" nothing upward
expect "headers in quotes exist below src/" nothing missing
expect "the core includes no hosted header" nothing hosted_headers_in_core
expect "programs use the installed headers only" nothing internals_in_programs
finish
