# sample-input.sh - what a file of masses may look like
# SPDX-License-Identifier: MIT
printf '3\n5\n' >expected.txt
notch sample --json expected.txt >expected
printf '3\r\n5\r\n' | notch sample --json - | cmp - expected
printf '# comment\n\n3\n \t\n  # 9\n\t5  ' | notch sample --json - | cmp - expected
printf '0003\n5' | notch sample --json - | cmp - expected
{
    printf '%0999d3\r\n' 0
    printf '%01000d\n' 5
} | notch sample --json - | cmp - expected
{
    printf '#%0999d\n' 0
    cat expected.txt
} | notch sample --json - | cmp - expected
mkdir -- -folder
cp expected.txt ./-folder/-
cp expected.txt ./-masses
notch sample --json -- -folder/- | cmp - expected
notch sample --json -- -masses | cmp - expected
