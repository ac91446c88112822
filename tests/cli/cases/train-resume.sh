# train-resume.sh - a run that was interrupted ends as if it had not been
# SPDX-License-Identifier: MIT
stripes 600 >stripes.csv
train() {
    notch train --model mlp --data stripes.csv --engine int --threads 1 --quiet "$@"
}
# The signal comes while the run is on, which would take hours.
notch train --model mlp --data stripes.csv --engine int --threads 1 --quiet --epochs 100000 \
    --out long >/dev/null 2>err &
process=$!
while [ ! -s long/last.notch ]; do
    sleep 0.1
done
try notch train --resume long --quiet
kill -INT $process
wait $process
echo "exit code $?"
cat err
ls long

# Short of its end by what crashed runs leave: a line of a later step, and a line that is cut.
train --epochs 4 --eval-every 5 --hash-every 3 --trials 1 --out whole >/dev/null
train --epochs 4 --eval-every 5 --hash-every 3 --trials 1 --out part --steps 13 >/dev/null
sed 's/^steps = 13/steps = 0/' part/config.ini >config && cp config part/config.ini
sed -n '/"step":15,/p' whole/metrics.jsonl >>part/metrics.jsonl
printf '{"step":18,"epo' >>part/metrics.jsonl
try notch train --resume part --quiet --expect whole | tail -n 1 | cut -c1-18
for run in whole part; do
    grep chain $run/metrics.jsonl >$run.chain
done
grep -c . whole.chain
cmp whole.chain part.chain && echo the same chain
cmp whole/last.notch part/last.notch && echo the same model file
notch train --resume part --quiet --expect whole | grep steps
try notch train --resume part --seed 2
