# sample-zero.sh - nothing can be drawn from masses that are all zero
# SPDX-License-Identifier: MIT
printf '0\n0\n' >masses.txt
notch sample --trials 10 masses.txt
notch sample --trials 10 --null 3 --sampler stratified masses.txt
notch sample --trials 10 --null 3 --inflation vector --json masses.txt
