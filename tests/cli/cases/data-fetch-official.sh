# data-fetch-official.sh - the official files from one's own mirror: compressed, resumed, verified
# SPDX-License-Identifier: MIT
need serve
official=$(notch data path optdigits 2>/dev/null) || skip "optdigits is not in \$NOTCH_DATA"
unset NOTCH_DATA http_proxy HTTP_PROXY all_proxy ALL_PROXY
mkdir mirror packed
gzip -cdf "$official"/optdigits.tra* >mirror/optdigits.tra
gzip -cdf "$official"/optdigits.tes* >mirror/optdigits.tes
gzip -c mirror/optdigits.tra >packed/optdigits.tra.gz
gzip -c mirror/optdigits.tes >packed/optdigits.tes.gz
fetch_them() {
    try notch data fetch optdigits --data-dir there --url "$url/cut"
    try notch data fetch optdigits --data-dir there --url "$url/good/"
    try notch data fetch optdigits --data-dir there --url "$url/good"
    try notch data verify optdigits --data-dir there
    try notch data path optdigits --data-dir there
}
serving mirror fetch_them
ls there/optdigits
fetch_packed() {
    try notch data fetch optdigits --data-dir other --url "$url/good" --quiet
    try notch data verify optdigits --data-dir other
    ls other/optdigits
    echo >>other/optdigits/optdigits.tes.gz
    echo 1,2 >there/optdigits/optdigits.tra
    try notch data verify optdigits --data-dir there
    try notch data fetch optdigits --data-dir there --url "$url/good"
}
serving packed fetch_packed
