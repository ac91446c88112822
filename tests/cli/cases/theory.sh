# theory.sh - bounds, and what is refused
# SPDX-License-Identifier: MIT
try notch theory
try notch theory bound
try notch theory bounds --rule sign
try notch theory bounds --trials 0
try notch theory bounds --parameters 64 --steps 1,1000
try notch theory bounds --rule bold --alpha 0.5 --csv --steps 10,100
try notch theory bounds --problem non-convex --alpha 2 --steps 1
notch theory bounds --json >object
grep -c '"admissible": true' object
try notch theory dimension --parameters 100,10
try notch theory check --threads many
try notch theory constants --data no-such-set
for part in bounds check dimension constants; do
    notch theory $part --help | sed -n 1p
done
