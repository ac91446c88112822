/* report.js - looks at a report from within the page, and says what it finds to the page around it.
 * SPDX-License-Identifier: MIT
 */
const expected = JSON.parse(document.getElementById("expected").textContent);
const isDark = matchMedia("(prefers-color-scheme: dark)").matches;

function say(line) {
    parent.postMessage(name + ": " + line + "\n", "*");
}

function check(sentence, found, wanted) {
    const good = JSON.stringify(found) === JSON.stringify(wanted);
    say(good ? "ok - " + sentence : "not ok - " + sentence + ": " +
        JSON.stringify(found).slice(0, 300) + ", expected " + JSON.stringify(wanted).slice(0, 300));
}

function all(selector) {
    return [...document.querySelectorAll(selector)];
}

/* The colours of a canvas, as "#rrggbb", transparent ones left out. */
function coloursOf(canvas) {
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let k = 0; k < data.length; k += 4) {
        if (data[k + 3] === 255) {
            seen.add("#" + [0, 1, 2].map((c) =>
                data[k + c].toString(16).padStart(2, "0")).join(""));
        }
    }
    return seen;
}

/* The values of curve number k that are there. */
function drawn(plot, k) {
    return plot.data[k].filter((value) => value !== null && value !== undefined);
}

/* Whether curve number k has points of its own colour: faint ones have none, and a later curve with
 * the same values hides them. */
function isStrong(plot, k) {
    const {show, alpha} = plot.series[k];
    return k > 0 && show && alpha === 1 && drawn(plot, k).length > 0 &&
        !plot.data.some((later, i) => i > k && plot.series[i].show &&
            JSON.stringify(later) === JSON.stringify(plot.data[k]));
}

function checkDrawing(charts) {
    for (const {title, plot, element} of charts) {
        const canvas = element.querySelector("canvas"), seen = coloursOf(canvas);
        check(title + " is drawn", canvas.width > 100 && seen.size > 2, true);
        if (plot !== null) {
            check(title + " has its curves", plot.series.filter((series, k) => isStrong(plot, k) &&
                !seen.has(series.points.fill())).map((series) => series.label), []);
        }
    }
}

function checkCurves(charts) {
    const keys = {Loss: "loss", Accuracy: "accuracy"};
    for (const [title, key] of Object.entries(keys)) {
        const {plot} = charts.find((chart) => chart.title === title);
        expected.forEach((lines, run) => ["test_", "train_"].forEach((part, k) =>
            check(title + ", " + part + run, drawn(plot, 1 + 2 * run + k),
                lines.map((line) => line[part + key]))));
    }
    const perLayer = {Moves: "moves_per_step", Saturation: "saturated", "Dead units": "dead_units"};
    for (const [title, key] of Object.entries(perLayer)) {
        charts.filter((chart) => chart.title === title).forEach(({plot}, run) => {
            for (let k = 1; k < plot.series.length; k++) {
                check(title + " of " + plot.series[k].label, drawn(plot, k), expected[run].map(
                    (line) => line.layers.find((one) => one.layer === plot.series[k].label)[key]));
            }
        });
    }
}

function checkHover(charts) {
    const {plot} = charts.find((chart) => chart.title === "Loss");
    const texts = () => [...plot.root.querySelectorAll(".u-value")].map((one) => one.textContent);
    const last = expected[0][expected[0].length - 1], first = expected[0][0];
    check("the last value at rest", texts().slice(0, 2), ["last", String(last.test_loss)]);
    plot.setCursor({left: plot.valToPos(first.step, "x"), top: 20});
    check("the value at the pointer", texts().slice(0, 3),
        [String(first.step), String(first.test_loss), String(first.train_loss)]);
    plot.setCursor({left: -10, top: -10});
}

function checkNumbers(done) {
    const details = all("details");
    details.forEach((one) => {
        one.open = true;
    });
    setTimeout(() => {
        details.forEach((one, run) => {
            const titles = [...one.querySelectorAll("thead th")].map((cell) => cell.textContent);
            const rows = [...one.querySelectorAll("tbody tr")].map((row) =>
                [...row.children].map((cell) => cell.textContent));
            check("numbers of run " + run, rows, expected[run].map((line) => titles.map((title) =>
                String(line[title.replaceAll(" ", "_")]))));
        });
        done();
    }, 100);
}

function checkPage() {
    const {report, charts} = notchReport;
    check("errors", problems, []);
    check("the scheme", isDark, name.endsWith("dark"));
    check("the data are the file's", report.runs.map((run) => run.metrics), expected);
    check("charts", charts.map((chart) => chart.title).slice(0, 9), ["Loss", "Accuracy", "Moves",
        "Saturation", "Dead units", "conv1", "conv2", "dense1", "dense2"]);
    checkDrawing(charts);
    checkCurves(charts);
    checkHover(charts);
    report.runs.forEach((run, k) => {
        const cells = all("#run" + k + " .confusion td").map((cell) => cell.textContent);
        const counts = cells.filter((text) => !text.includes("%")).map((text) =>
            Number(text.replaceAll(",", "")));
        check("the confusion matrix of run " + k, counts, run.evaluation.confusion.flat());
        check("its images", counts.reduce((a, b) => a + b, 0), 2000);
        check("the hash of run " + k, document.querySelector("#run" + k + " code").textContent,
            expected[k][expected[k].length - 1].parameters_sha256);
    });
    check("hostile names are names", [all("h2")[2].textContent.includes("<img src=q"),
        typeof hostile, all("img[src=q], b").length], [true, "undefined", 0]);
    check("mistakes are pictures", all(".mistakes img").every((img) => img.naturalWidth === 28 &&
        img.alt.includes("taken for")) && all(".mistakes img").length === 48, true);
    check("nothing is loaded", performance.getEntriesByType("resource").map((one) => one.name)
        .filter((address) => !address.startsWith("data:")), []);
    check("tables have captions", all("table:not(.u-legend):not(:has(> caption))").length, 0);
    check("one heading of the page", all("h1").length, 1);
    check("pictures have words", all("canvas").every((canvas) =>
        canvas.closest("[role=img][aria-label]") !== null), true);
    check("ids are unique", new Set(all("[id]").map((one) => one.id)).size, all("[id]").length);
}

function checkWidth() {
    check("nothing sticks out", document.documentElement.scrollWidth,
        document.documentElement.clientWidth);
}

setTimeout(() => {
    try {
        checkPage();
    } catch (error) {
        say("not ok - an exception: " + error + " " + error.stack.replaceAll("\n", " "));
    }
    checkNumbers(() => {
        checkWidth();
        say("done");
    });
}, 500);
