# report-input.sh - bad input for a report: one sentence, exit code 3, and nothing is written
# SPDX-License-Identifier: MIT
stripes 60 >stripes.csv
notch train --model linear --data stripes.csv --threads 1 --steps 3 --quiet --out good >/dev/null
refuse() {
    try notch report "$@" -o page
    [ ! -e page ] || echo "page has been written"
}
run() {
    mkdir "$1"
    cp good/config.ini "$1"
    printf "$2" >"$1/metrics.jsonl"
}
line=$(sed 's/[\\%]/&&/g' good/metrics.jsonl)
refuse
refuse nowhere
refuse good nowhere
refuse stripes.csv
mkdir empty
refuse empty
run none ''
refuse none
run words 'words\n'
refuse words
run number '{"step":1}\n'
refuse number
run backwards "$line\n$(echo "$line" | sed 's/"step":3/"step":2/')\n"
refuse backwards
run open "$(echo "$line" | sed 's/"layers":\[/&[/')\n"
refuse open
run quote "$(echo "$line" | sed 's/"layers":\[/"a":"\\\\x",&/')\n"
refuse quote
run deep "$(echo "$line" | sed 's/"layers":\[/"a":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]],&/')\n"
refuse deep
try notch report good
try notch report good -o
try notch report good -o stripes.csv
try notch report good -o stripes.csv/page
try notch report good -o good
mkdir taken && echo mine >taken/notes.txt
try notch report good -o taken
mkdir taken/index.html
try notch report good -o taken --overwrite
ls taken
# What is no configuration and no environment is left out.
printf 'words' >good/config.ini
printf '{"notch":words}' >good/environment.json
try notch report good -o taken/more
grep -c '"environment":null' taken/more/index.html
sed -n 's/.*"config_problem":\("[^"]*"\).*/\1/p' taken/more/index.html
