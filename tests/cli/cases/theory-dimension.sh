# theory-dimension.sh - floors grow as predicted: BOLD's with d, ZIM's with the square root of d
# SPDX-License-Identifier: MIT
notch theory dimension --parameters 100,1000 --csv >table || echo "exit code $?"
awk -F, 'NR > 1 && $7 != "" { printf "%s %.1f %.1f\n", $2, $7, $8 }' table
