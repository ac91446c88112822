# sample-top.sh - the heaviest categories, first come first in a tie
# SPDX-License-Identifier: MIT
masses >masses.txt
many 5000 >many.txt
notch sample --top 3 masses.txt
notch sample --top 3 --null 10 masses.txt
printf '2\n1\n2\n3\n2\n' | notch sample --trials 100 --top 3 -
notch sample many.txt
notch sample --top 10 masses.txt >all
notch sample --top 1e9 masses.txt | cmp - all
