# data-list-json.sh - Python reads the list, whatever the folders are called
# SPDX-License-Identifier: MIT
need python3
unset NOTCH_DATA XDG_DATA_HOME HOME
for folder in 'plain' 'a "quoted" \ folder' "$(printf 'tab\there')" "$(printf 'Latin-1 \344')" \
    "$(printf 'UTF-8 \303\274')"; do
    notch data list --json --data-dir "$folder" >list || echo "exit code $?"
    python3 -c '
import json
data = json.load(open("list", encoding="utf-8"))
sets = [(s["name"], s["train_count"], s["built_in"]) for s in data["data_sets"]]
print(ascii(data["folders"]), sets[:2])'
done
