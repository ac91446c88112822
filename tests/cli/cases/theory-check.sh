# theory-check.sh - the quick check holds; its JSON and CSV say the same
# SPDX-License-Identifier: MIT
quick # what it computes, tests/unit/test_theory.c shows to sanitizers as well
notch theory check --quick --json >object || echo "exit code $?"
grep -c '"verdict": "holds"' object
tail -n 2 object
notch theory check --quick --csv --seed 2 >table || echo "exit code $?"
grep -c ',holds$' table
sed -n 1p table
if command -v python3 >python; then
    python3 -m json.tool object >valid || echo "not JSON"
fi
