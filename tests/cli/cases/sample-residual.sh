# sample-residual.sh - counts, moments and summary of sampler residual
# SPDX-License-Identifier: MIT
masses >masses.txt
notch sample --sampler residual --trials 12345 masses.txt
notch sample --sampler residual --trials 12345 --seed 2 --step 3 --null 77 masses.txt
notch sample --sampler residual --trials 1000 --seed 18446744073709551615 masses.txt
