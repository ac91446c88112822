/* page.js - the page: all runs compared, then each one.
 * SPDX-License-Identifier: MIT
 */

const RECORDED_KEYS = ["train_loss", "train_accuracy", "test_loss", "test_accuracy", "test_count",
    "epoch", "saturated", "moved", "seconds"];

/* A run as the page uses it. */
function openRun(given, number_) {
    const run = object(given);
    const evaluations = list(run.evaluations).map(object).filter((e) => number(e.step) !== null);
    const layered = evaluations.filter((e) => list(e.layers).length > 0)
        .map((e) => ({step: e.step, layers: list(e.layers).map(object)}));
    const end = layered.length === 0 ? [] : last(layered).layers;
    return {
        number: number_,
        folder: word(run.folder),
        config: list(run.config).map((pair) => list(pair).map(word)),
        configProblem: word(run.config_problem) || "the file names no option",
        environment: run.environment === undefined || run.environment === null
            ? null : object(run.environment),
        model: run.model,
        modelStep: number(object(run.model).step),
        test: run.test,
        testProblem: word(run.test_problem),
        evaluations,
        layered,
        layerNames: end.map((layer) => word(layer.layer)).filter((name) => name !== ""),
        steps: evaluations.map((e) => e.step),
        columns: Object.fromEntries(RECORDED_KEYS.map((key) => [key, column(evaluations, key)])),
    };
}

/* ---- several runs ---------------------------------------------------------------------------- */

function comparedCurves(runs, key, title, format) {
    const {steps, series} = aligned(runs, key);
    return curves({name: key, run: null, title, steps, format,
        series: runs.map((run, k) => ({label: run.folder, values: series[k],
            colour: () => ramp(k, runs.length)}))});
}

/* Options that are not the same in all runs. */
function differences(runs) {
    const maps = runs.map((run) => new Map(run.config));
    const keys = [...new Set(maps.flatMap((map) => [...map.keys()]))];
    return keys.filter((key) => new Set(maps.map((map) => map.get(key))).size > 1)
        .map((key) => [key, ...maps.map((map) => map.get(key) || MISSING)]);
}

function comparisonTable(runs) {
    return table("Runs, at their last evaluation",
        ["run", "test accuracy", "best", "test loss", "steps", "time", "peak memory",
            "parameters sha256"],
        runs.map((run) => [element("a", {href: `#run-${run.number}`}, run.folder),
            asShare(lastOf(run, "test_accuracy")), asShare(bestOf(run).accuracy),
            asNumber(lastOf(run, "test_loss")), asCount(last(run.steps)),
            asSeconds(secondsOf(run)), asBytes(number(object(run.environment).peak_memory)),
            element("code", {},
                word(object(last(run.evaluations)).parameters_sha256).slice(0, 12) || MISSING)]),
        {class: "numbers"});
}

function comparison(runs) {
    const rows = differences(runs);
    return element("section", {"aria-labelledby": "comparison"},
        element("h2", {id: "comparison"}, "Comparison"),
        comparisonTable(runs),
        element("div", {class: "charts"},
            comparedCurves(runs, "test_accuracy", "Test accuracy (share of images)", asShare),
            comparedCurves(runs, "test_loss", "Test loss (cross-entropy, nats)", asNumber),
            comparedCurves(runs, "train_loss", "Training loss (cross-entropy, nats)", asNumber)),
        rows.length === 0 ? note("The runs have the same options.")
            : table("Options in which the runs differ",
                ["option", ...runs.map((run) => run.folder)], rows, {class: "facts"}));
}

/* ---- all of it ------------------------------------------------------------------------------- */

function build(data) {
    const runs = list(data.runs).map((run, k) => openRun(run, k + 1));
    const one = runs.length === 1;
    document.title = one ? `${runs[0].folder} \u2013 training report` : "Training report";
    document.getElementById("report").append(
        element("header", {}, element("h1", {}, "Training report"),
            element("p", {}, `${plural(runs.length, "run")}, written by ${word(data.program)}`)),
        ...(one ? [] : [comparison(runs)]),
        ...runs.map(runSection));
    return runs;
}

const data = JSON.parse(document.getElementById("data").textContent);
window.notchReport = {data, charts, runs: build(data)};
const redrawAll = () => charts.forEach((chart) => chart.redraw());
redrawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
