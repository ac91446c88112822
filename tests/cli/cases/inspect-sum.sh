# inspect-sum.sh - the parts of the memory add up, for each engine; JSON says the same as the text
# SPDX-License-Identifier: MIT
need python3
for arguments in 'linear --engine int' 'cnn --engine int' 'cnn --engine float' \
    'resnet18 --engine float --batch 8' 'cnn --update sgd --momentum 0.9 --data mnist'; do
    notch inspect $arguments --json >object || echo "exit code $?"
    notch inspect $arguments | sed -n 's/^  sum  *//p' | tr -d , >text
    python3 -c '
import json, sys
o = json.load(open("object"))
total = o["bytes"].pop("total")
print(sys.argv[1], sum(v or 0 for v in o["bytes"].values()) == total == int(open("text").read()),
      sum(t["count"] for t in o["tensors"]) == sum(l["parameters"] for l in o["layers"]) ==
      o["parameters"], o["multiply_adds"])' "$arguments"
done
# What train reserves is what inspect says.
for arguments in linear cnn 'cnn --bits 2' 'cnn --bits 2 --update zim' 'linear --update bold'; do
    notch inspect $arguments --engine int --threads 1 --data digits --json |
        sed -n 's/.*"total": //p' | tr -d '}' >said
    notch train --model $arguments --engine int --threads 1 --data digits --max-ram 1K 2>&1 |
        sed -n 's/.* takes \([0-9]*\) bytes.*/\1/p' | cmp - said && echo "train agrees: $arguments"
done
