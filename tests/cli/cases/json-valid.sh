# json-valid.sh - Python reads the JSON
# SPDX-License-Identifier: MIT
command -v python3 >python || skip "there is no python3"
masses >masses.txt
for arguments in '' '--repeat 5 --null 50' '--top 0' '--sampler systematic --trials 1000' \
    '--trials 0' '--trials 3 --inflation vector --null 10'; do
    notch sample --json $arguments masses.txt | python3 -m json.tool >valid ||
        echo "notch sample --json $arguments masses.txt: not JSON"
done
echo 0 | notch sample --json - | python3 -m json.tool >valid || echo "a zero mass: not JSON"
