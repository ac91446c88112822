/* report.js - stands last in a report under test: compares what it shows with metrics.jsonl.
 * SPDX-License-Identifier: MIT
 *
 * The element "expected" holds [{folder, lines}, ...], where `lines` are the evaluations of the
 * run's metrics.jsonl. The verdicts go to the page around this one:
 * ["ok - SENTENCE", "not ok - SENTENCE: WHY", ...].
 */
"use strict";

const expected = JSON.parse(document.getElementById("expected").textContent);
const verdicts = [];

/* One check. `find` returns a sentence for each thing that is wrong. */
function check(sentence, find) {
    let wrong;
    try {
        wrong = find();
    } catch (error) {
        wrong = [String(error)];
    }
    verdicts.push(wrong.length === 0 ? `ok - ${sentence}`
        : `not ok - ${sentence}: ${wrong.slice(0, 5).join("; ")}`);
}

/* A difference as a list of one sentence, or of none. */
function differ(what, found, wanted) {
    const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
    return a === b ? [] : [`${what} is ${a}, expected ${b}`];
}

function chartOf(run, name) {
    return notchReport.charts.find((chart) => chart.run === run && chart.name === name);
}

/* For each run its number and its lines. */
function eachRun(find) {
    return expected.flatMap((run, k) => find(k + 1, run.lines, run));
}

/* ---- values ---------------------------------------------------------------------------------- */

function curveValues(number, lines) {
    return ["loss", "accuracy"].flatMap((name) => {
        const chart = chartOf(number, name);
        return differ(`${name} of run ${number}`, chart.data, [lines.map((line) => line.step),
            lines.map((line) => line[`train_${name}`]), lines.map((line) => line[`test_${name}`])]);
    });
}

function layerValuesOf(number, lines) {
    const kinds = {moves: (layer) => layer.moves_per_step / layer.parameters,
        saturated: (layer) => layer.saturated, "dead units": (layer) => layer.dead_units};
    return Object.entries(kinds).flatMap(([name, value]) => {
        const series = lines[0].layers.map((_, k) => lines.map((line) => value(line.layers[k])))
            .filter((values) => values.some((v) => v !== null));
        return series.length === 0 ? [] : differ(`${name} of run ${number}`,
            chartOf(number, name).data, [lines.map((line) => line.step), ...series]);
    });
}

function weightValues(number, lines) {
    return lines[0].layers.flatMap((layer, k) => ["weights", "biases"].flatMap((kind) => {
        const wanted = lines.map((line) => line.layers[k][kind])
            .filter((histogram) => histogram !== undefined);
        const chart = chartOf(number, `weights ${layer.layer} ${kind}`);
        const found = chart === undefined ? []
            : chart.data.map(({from, width, counts}) => ({from, width, counts}));
        return differ(`${kind} of ${layer.layer} of run ${number}`, found, wanted);
    }));
}

function tableValues(number, lines) {
    const details = document.querySelector(`#run-${number} details`);
    details.open = true;
    details.dispatchEvent(new Event("toggle"));
    const keys = ["step", "epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy",
        "test_count", "saturated", "moved", "seconds"];
    const found = [...details.querySelectorAll("tbody tr")].map((row) =>
        [...row.children].map((cell) => cell.textContent));
    return differ(`the table of run ${number}`, found, lines.map((line) =>
        keys.map((key) => line[key] === null ? "\u2013" : String(line[key]))));
}

function hoverValues(number, lines) {
    const {plot} = chartOf(number, "loss");
    return lines.flatMap((line) => {
        plot.setCursor({left: plot.valToPos(line.step, "x"), top: 10});
        const [step, train, test] = [...plot.root.querySelectorAll(".u-value")]
            .map((cell) => Number(cell.textContent.replaceAll(",", "")));
        const near = (a, b) => Math.abs(a - b) <= 5.1e-5 * Math.abs(b);
        return step === line.step && near(train, line.train_loss) && near(test, line.test_loss) ? []
            : [`run ${number} shows ${step}, ${train}, ${test} for step ${line.step}`];
    });
}

function mistakeValues(number) {
    const rows = [...document.querySelectorAll(`#run-${number} .matrix tbody tr`)]
        .map((row) => [...row.querySelectorAll("td:not(.total)")]
            .map((cell) => Number(cell.textContent.replace(",", "").replace("\u00b7", "0"))));
    const {test} = notchReport.data.runs[number - 1];
    const total = rows.flat().reduce((a, b) => a + b, 0);
    const right = rows.reduce((a, row, k) => a + row[k], 0);
    const pictures = document.querySelectorAll(`#run-${number} .pictures li`).length;
    return [...differ(`the matrix of run ${number}`, rows, test.confusion),
        ...differ("its images", total, test.count),
        ...differ("the right ones", right, test.correct),
        ...differ("the pictures", pictures, Math.min(24, test.count - test.correct))];
}

/* ---- looks ----------------------------------------------------------------------------------- */

/* A colour as [red, green, blue]. */
function parts(colour) {
    const context = document.createElement("canvas").getContext("2d");
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

function pixelsOf(canvas) {
    return canvas.width === 0 || canvas.height === 0 ? new Uint8ClampedArray(0)
        : canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
}

function hasColour(pixels, [red, green, blue]) {
    for (let k = 0; k < pixels.length; k += 4) {
        if (pixels[k + 3] > 200 && Math.abs(pixels[k] - red) < 24 &&
            Math.abs(pixels[k + 1] - green) < 24 && Math.abs(pixels[k + 2] - blue) < 24) {
            return true;
        }
    }
    return false;
}

/* Whether a later curve is the same, and so hides this one. */
function isCovered(data, k) {
    return data.slice(k + 1).some((other) => JSON.stringify(other) === JSON.stringify(data[k]));
}

function blankCharts() {
    return notchReport.charts.flatMap((chart) => {
        const pixels = pixelsOf(chart.canvas);
        const words = new Set(new Uint32Array(pixels.buffer));
        const bare = words.size < 2 ? [`${chart.name} of run ${chart.run} is blank`] : [];
        const curves = chart.plot ? chart.plot.series : [];
        return [...bare, ...curves.filter((series, k) => k > 0 && !isCovered(chart.data, k) &&
            !hasColour(pixels, parts(series.stroke())))
            .map((series) => `${chart.name} of run ${chart.run} has no curve ${series.label}`)];
    });
}

function overflowing() {
    const wide = document.documentElement.scrollWidth;
    return wide <= innerWidth ? [] : [`the page is ${wide} wide in a window of ${innerWidth}`];
}

function unlabelled() {
    const headings = [...document.querySelectorAll("h1, h2, h3, h4")]
        .map((heading) => Number(heading.tagName[1]));
    const skipped = headings.filter((level, k) => k > 0 && level > headings[k - 1] + 1);
    const bare = [...document.querySelectorAll("table:not(.u-legend)")]
        .filter((one) => !one.querySelector("caption"));
    const mute = notchReport.charts.filter(({canvas}) =>
        !canvas.closest("[role=img]")?.getAttribute("aria-label"));
    return [...skipped.map((level) => `a heading of level ${level} stands below none`),
        ...bare.map(() => "a table has no caption"),
        ...mute.map((chart) => `${chart.name} has no label`)];
}

function injected() {
    const names = [...document.querySelectorAll("h2[id^=title-]")].map((h) => h.textContent);
    return [...differ("the folders' names", names, expected.map((run) => run.folder)),
        ...differ("what a name has run", window.hacked === undefined, true),
        ...differ("images", document.querySelectorAll("#report img, #report script").length, 0)];
}

function hashes(number, lines) {
    return differ(`the hash of run ${number}`,
        document.querySelector(`#run-${number} .hash code`).textContent,
        lines[lines.length - 1].parameters_sha256);
}

function checkAll() {
    check("every chart is drawn", blankCharts);
    check("curves have the values of metrics.jsonl", () => eachRun(curveValues));
    check("curves of layers have the values of metrics.jsonl", () => eachRun(layerValuesOf));
    check("histograms have the values of metrics.jsonl", () => eachRun(weightValues));
    check("the table has the values of metrics.jsonl", () => eachRun(tableValues));
    check("the legend shows the values under the pointer", () => eachRun(hoverValues));
    check("the confusion matrix adds up, mistakes are shown", () => eachRun(mistakeValues));
    check("the hash of the parameters is shown", () => eachRun(hashes));
    check("names from files are text", injected);
    check("nothing is wider than the page", overflowing);
    check("headings, tables and pictures can be read aloud", unlabelled);
    check("nothing is loaded", () => differ("what is loaded",
        performance.getEntriesByType("resource").map((entry) => entry.name), []));
    check("nothing goes wrong", () => window.problems);
    parent.postMessage({page: window.name, verdicts}, "*");
}

setTimeout(checkAll, 500); /* after what is drawn in the next frames */
