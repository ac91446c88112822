# sample-repeat.sh - several draws: means and variances
# SPDX-License-Identifier: MIT
masses >masses.txt
for sampler in multinomial residual stratified systematic; do
    notch sample --sampler $sampler --trials 1234 --null 77 --repeat 200 masses.txt
done
