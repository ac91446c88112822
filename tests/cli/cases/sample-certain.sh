# sample-certain.sh - counts that the law leaves no choice
# SPDX-License-Identifier: MIT
masses >masses.txt
notch sample --sampler systematic --trials 2000 masses.txt
echo 7 | notch sample --trials 2^40 -
echo 7 | notch sample --trials 0 -
