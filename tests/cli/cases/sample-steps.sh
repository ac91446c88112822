# sample-steps.sh - draw k of several is the draw with step number k
# SPDX-License-Identifier: MIT
masses >masses.txt
count='s/.*"count": \([0-9]*\).*/\1/p'
notch sample --json --repeat 3 --step 5 masses.txt | sed -n "$count" >together
for step in 5 6 7; do
    notch sample --json --step $step masses.txt | sed -n "$count" >step-$step
done
paste -d ' ' step-5 step-6 step-7 | awk '{ print $1 + $2 + $3 }' | cmp - together
