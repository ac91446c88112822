# sample-threads.sh - every number of threads draws the same
# SPDX-License-Identifier: MIT
many 70000 >many.txt
for sampler in multinomial residual stratified systematic; do
    notch sample --threads 1 --sampler $sampler --null 1000 --json many.txt >expected
    for threads in 0 2 3; do
        notch sample --threads $threads --sampler $sampler --null 1000 --json many.txt |
            cmp - expected
    done
done
