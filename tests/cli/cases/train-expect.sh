# train-expect.sh - a run that is not as expected fails at the first difference
# SPDX-License-Identifier: MIT
stripes 600 >stripes.csv
train() {
    notch train --model mlp --data stripes.csv --engine int --threads 1 --quiet --steps 30 "$@"
}
train --out one --hash-every 10 | sed -n 's/^parameters sha256: //p' >hash
try train --expect "$(cat hash)" >log
tail -n 1 log | grep -c "$(cat hash)"
shorten() {
    sed 's/is [0-9a-f]*\.\.\., expected [0-9a-f]*\.\.\./is ONE, expected ANOTHER/'
}
try train --expect "$(cat hash)" --seed 2 | shorten | tail -n 2
try train --expect one --seed 2 | shorten
try train --expect one/metrics.jsonl --steps 29 | shorten
try train --expect nothing
try train --expect stripes.csv
printf '{"step":1}\n' >empty.jsonl
try train --expect empty.jsonl
