# eval.sh - a trained model on a data set: loss, accuracy, and who was taken for whom
# SPDX-License-Identifier: MIT
need python3
train_linear small.notch
notch eval small.notch --data digits --threads 1 --json >object || echo "exit code $?"
python3 -c '
import json
o = json.load(open("object"))
c = o["confusion"]
print(o["model"], o["data"], o["part"], o["count"])
print(sum(map(sum, c)) == 10000, sum(c[k][k] for k in range(10)) == o["correct"],
      o["accuracy"] == o["correct"] / o["count"], 0.75 < o["accuracy"] < 0.95, 0 < o["loss"] < 2)
print([sum(row) for row in c])
accuracy = "accuracy  %.2f %%  (%s right)" % (100 * o["accuracy"], format(o["correct"], ","))
open("expected", "w").write("loss      %.4f\n%s\n" % (o["loss"], accuracy))'
notch eval small.notch --data digits --threads 2 --batch 37 --isa ref >text || echo "exit code $?"
sed -n 1p text
sed -n 2,3p text | cmp - expected && echo "the same with two threads, another batch, no vectors"
notch eval small.notch --data digits --part train --count 50 | sed -n 1p
try notch eval small.notch
try notch eval cnn --data digits
try notch eval small.notch --data nothing
printf '1,2,3,4,0\n%.0s' 1 2 3 4 5 6 >tiny.csv
try notch eval small.notch --data tiny.csv
head -c 4000 small.notch >cut.notch
try notch eval cut.notch --data digits
