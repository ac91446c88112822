# sample-multinomial.sh - counts, moments and summary of sampler multinomial
# SPDX-License-Identifier: MIT
masses >masses.txt
notch sample --sampler multinomial --trials 12345 masses.txt
notch sample --sampler multinomial --trials 12345 --seed 2 --step 3 --null 77 masses.txt
notch sample --sampler multinomial --trials 1000 --seed 18446744073709551615 masses.txt
