# data-fetch.sh - servers that misbehave: one sentence each; only what can be gone on with stays
# SPDX-License-Identifier: MIT
need serve
unset NOTCH_DATA http_proxy HTTP_PROXY all_proxy ALL_PROXY
many 40000 >optdigits.tra # 563,639 bytes are expected
cp optdigits.tra optdigits.tes
fetch_from_all() {
    for behaviour in missing broken empty cut short wrong huge endless stalled silent loop \
        moved-file; do
        code=0
        notch data fetch optdigits --data-dir there --url "$url/$behaviour" --timeout 1 || code=$?
        echo "exit code $code"
        find there -type f 2>/dev/null | while read -r file; do
            echo "left: $file, $(wc -c <"$file" | tr -d ' ') bytes"
        done
        rm -rf there
    done
}
serving . fetch_from_all
try notch data fetch optdigits --data-dir there --url http://127.0.0.1:1/ --quiet
