# options.sh - an option that is wrong is named, with what was expected
# SPDX-License-Identifier: MIT
masses >masses.txt
try notch sample --sampler binomial masses.txt
try notch sample --sampler= masses.txt
try notch sample --inflation Trial masses.txt
try notch sample --isa sse2 masses.txt
try notch sample --trials 1099511627777 masses.txt
try notch sample --trials -1 masses.txt
try notch sample --trials +1 masses.txt
try notch sample --trials 10k masses.txt
try notch sample --trials 1.5 masses.txt
try notch sample --trials 0x10 masses.txt
try notch sample --trials ' 1' masses.txt
try notch sample --trials '' masses.txt
try notch sample --trials 99999999999999999999999 masses.txt
try notch sample --trials 1e30 masses.txt
try notch sample --seed 18446744073709551616 masses.txt
try notch sample --null 2^63 masses.txt
try notch sample --step 4294967296 masses.txt
try notch sample --repeat 0 masses.txt
try notch sample --step 4294967295 --repeat 2 masses.txt
try notch sample --threads 1025 masses.txt
try notch sample --top many masses.txt
try notch sample masses.txt --trials
try notch sample --json=yes masses.txt
try notch sample --help=sampler masses.txt
try notch sample --samples 3 masses.txt
try notch sample --s 3 masses.txt
try notch sample -n 3 masses.txt
