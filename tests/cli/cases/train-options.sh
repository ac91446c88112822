# train-options.sh - options that contradict each other or the machine
# SPDX-License-Identifier: MIT
stripes 60 >stripes.csv
train() {
    notch train --model mlp --data stripes.csv --threads 1 --steps 3 --quiet "$@"
}
try train --engine int --bits 16
try train --engine int --update sgd
try train --bits 3
try train --trials 1:2:3
try train --update nudge
try train --shift 65
try train --max-ram 100K --isa ref
try train --overwrite
try notch train --resume run --epochs 3
try notch train --resume run --config file
try notch train mlp
