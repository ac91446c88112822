# report.sh - a page about runs: complete in itself, with the values that they recorded
# SPDX-License-Identifier: MIT
stripes 600 >stripes.csv
train() {
    notch train --data stripes.csv --threads 1 --quiet "$@" >/dev/null
}
train --model mlp --steps 30 --eval-every 10 --hash-every 7 --out runs/mlp
plain >plain.ini
train --model plain.ini --bits 2 --steps 20 --eval-every 5 --out 'runs/<b>&'
try notch report runs/mlp 'runs/<b>&' -o pages/report
ls pages/report
page=pages/report/index.html

echo "lines of evaluations, and how many of them are in the page as they are:"
for run in runs/mlp 'runs/<b>&'; do
    grep epoch "$run/metrics.jsonl" >lines
    grep -c . lines
    grep -cxFf lines <<END
$(sed 's/,$//' $page)
END
done
echo "other places that the page takes something from:"
grep -cE '(src|href)="?[^"#]|url\(|@import' $page
echo "names from files are no elements:"
grep -c '<b>' $page
sed -n 's/.*"folder":"\(runs[^"]*\)".*/\1/p' $page
echo "a run whose data set is gone:"
mv stripes.csv elsewhere.csv
try notch report runs/mlp -o pages/report
try notch report runs/mlp --out pages/report --overwrite
sed -n 's/.*"test_problem":\("[^"]*"\).*/\1/p' $page
echo "a run that goes on: no model yet, and a line that is not complete:"
rm runs/mlp/last.notch runs/mlp/environment.json
printf '{"step":40,"epo' >>runs/mlp/metrics.jsonl
try notch report runs/mlp -o going-on
sed -n 's/.*"environment":\(null\),.*"test_problem":\("[^"]*"\).*/\1 \2/p' going-on/index.html
grep -c '"epoch":' going-on/index.html
echo "more evaluations than the page has layers of:"
sed -n '/epoch/p' runs/mlp/metrics.jsonl | awk 'NR == 1 { for (k = 0; k < 250; k++) print }' >many
cp many runs/mlp/metrics.jsonl
try notch report runs/mlp -o many-lines
grep -c '^{"step":10,"epoch"' many-lines/index.html
grep -c '^{"step":10,"epoch".*"layers":' many-lines/index.html
