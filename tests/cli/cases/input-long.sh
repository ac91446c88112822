# input-long.sh - a line may have 1000 bytes
# SPDX-License-Identifier: MIT
long() {
    awk -v count="$1" 'BEGIN { for (i = 0; i < count; i++) printf "1" }'
}
long 1000 >masses.txt
try notch sample masses.txt
{
    printf '1\n'
    long 1001
} >masses.txt
try notch sample masses.txt
long 1002 >masses.txt
try notch sample masses.txt
{
    long 1001
    printf '\r2\n'
} >masses.txt
try notch sample masses.txt
long 200000 >masses.txt
try notch sample masses.txt
