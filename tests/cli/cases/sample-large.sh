# sample-large.sh - the largest numbers
# SPDX-License-Identifier: MIT
printf '4294967295\n4294967295\n4294967295\n' >masses.txt
notch sample --trials 1099511627776 masses.txt
notch sample --trials 2^40 --sampler systematic --null 9223372023969873922 masses.txt
notch sample --trials 2^40 --sampler stratified --top 1 --json masses.txt
