# json.sh - one object, with integers in full
# SPDX-License-Identifier: MIT
masses >masses.txt
notch sample --json --trials 2^40 --seed 18446744073709551615 --null 9007199254740993 masses.txt
notch sample --json --repeat 3 --sampler stratified --top 2 masses.txt
