# sample-isa.sh - every instruction set draws the same
# SPDX-License-Identifier: MIT
many 5000 >many.txt
for sampler in multinomial residual stratified systematic; do
    notch sample --isa ref --sampler $sampler --null 1000 --json many.txt >expected
    for isa in best $(supported_isas); do
        notch sample --isa $isa --sampler $sampler --null 1000 --json many.txt | cmp - expected
    done
done
