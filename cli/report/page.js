/* page.js - puts a report together.
 * SPDX-License-Identifier: MIT
 */
const report = JSON.parse(document.getElementById("data").textContent);

/* ---- runs ------------------------------------------------------------------------------------ */

/* Names are the ends of folders, as long as it takes to tell them apart. */
function nameRuns(runs) {
    const paths = runs.map((run) => run.folder.split("/").filter((part) => part !== "" &&
        part !== "."));
    const longest = Math.max(...paths.map((path) => path.length));
    for (let length = 1; length <= longest; length++) {
        const names = paths.map((path) => path.slice(-length).join("/"));
        if (new Set(names).size === runs.length || length === longest) {
            runs.forEach((run, k) => {
                run.name = names[k] || run.folder;
            });
            return;
        }
    }
    runs.forEach((run) => {
        run.name = run.folder;
    });
}

function prepare(run, index) {
    run.index = index;
    run.options = new Map(listOf(run.config).map(([section, key, value]) => [key, value]));
    run.last = run.metrics[run.metrics.length - 1];
    run.best = run.metrics.reduce((best, line) =>
        line.test_accuracy > best.test_accuracy ? line : best, run.metrics[0]);
}

function swatch(run) {
    const made = element("span", {class: "swatch", "aria-hidden": "true"});
    made.style.background = colourOf(run.index);
    swatches.push(() => {
        made.style.background = colourOf(run.index);
    });
    return made;
}
const swatches = [];

function optionOf(run, key) {
    return run.options.has(key) ? run.options.get(key) : UNKNOWN;
}

/* Weights of sgd are floats, whatever the option says. */
function bitsText(run) {
    return optionOf(run, "update") === "sgd" ? "32, floats" : optionOf(run, "bits");
}

/* ---- all runs -------------------------------------------------------------------------------- */

function overview(runs) {
    const columns = ["model", "data", "engine", "update"];
    return table("Each run at its last evaluation",
        [{title: "run", text: true, name: true},
            ...columns.map((title) => ({title, text: true})), {title: "bits"},
            {title: "test accuracy"}, {title: "best"}, {title: "test loss"}, {title: "steps"},
            {title: "time"}, {title: "peak memory"}],
        runs.map((run) => [[swatch(run), element("a", {href: "#run" + run.index}, run.name)],
            ...columns.map((key) => optionOf(run, key)), bitsText(run),
            fixedPercent(run.last.test_accuracy, 2), fixedPercent(run.best.test_accuracy, 2),
            fixed(run.last.test_loss, 4), plain(run.last.step), duration(run.last.seconds),
            bytes(run.last.peak_memory)]));
}

/* The options that are not the same in all runs; null where there are none. */
function differences(runs) {
    const keys = new Set(runs.flatMap((run) => [...run.options.keys()]));
    const different = [...keys].filter((key) =>
        new Set(runs.map((run) => optionOf(run, key))).size > 1);
    if (different.length === 0) {
        return null;
    }
    return table("Options that are not the same in all runs",
        [{title: "run", text: true, name: true}, ...different.map((title) => ({title}))],
        runs.map((run) => [[swatch(run), run.name],
            ...different.map((key) => optionOf(run, key))]));
}

function curvesOf(runs, what, format) {
    const curves = [];
    const several = runs.length > 1;
    for (const run of runs) {
        for (const part of ["test", "train"]) {
            curves.push({
                label: several ? run.name + ", " + part : part,
                steps: run.metrics.map((line) => line.step),
                values: run.metrics.map((line) => {
                    const value = line[part + "_" + what];
                    return isNumber(value) ? value : null;
                }),
                format,
                colour: several ? run.index : part === "test" ? 0 : 1,
                faint: part === "train",
                hidden: part === "train" && runs.length > 4,
            });
        }
    }
    return curves;
}

function curves(runs) {
    const asPercent = (value) => Number((100 * value).toPrecision(6)) + " %";
    return element("div", {class: "grid two"},
        chart({title: "Loss", unit: "cross-entropy, mean", curves: curvesOf(runs, "loss", plain),
            tick: shortNumber, canLog: true}),
        chart({title: "Accuracy", unit: "share of images recognised",
            curves: curvesOf(runs, "accuracy", percent), tick: asPercent}));
}

/* ---- one run --------------------------------------------------------------------------------- */

function facts(run) {
    const last = run.last;
    const parameters = run.model === null ? UNKNOWN : plain(run.model.parameters);
    const entries = [["Test accuracy", fixedPercent(last.test_accuracy, 2)],
        ["Test loss", fixed(last.test_loss, 4)], ["Steps", plain(last.step)],
        ["Parameters", parameters], ["Time", duration(last.seconds)],
        ["Peak memory", bytes(last.peak_memory)]];
    return element("dl", {class: "facts"}, entries.map(([name, value]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, value))));
}

function hash(run) {
    const recorded = String(run.last.parameters_sha256);
    const parts = [element("p", {class: "hash"}, "parameters sha256 after step " +
        plain(run.last.step) + ": ", element("code", {}, recorded))];
    if (run.model !== null && run.model.sha256 !== recorded) {
        parts.push(element("p", {class: "hash"}, "last.notch is of step " + plain(run.model.step) +
            ": ", element("code", {}, run.model.sha256)));
    }
    return parts;
}

const PASS_NAMES = {
    data: "gathering batches", forward: "forward", loss: "loss", errors: "errors of layers",
    gradients: "gradients of parameters", update: "update",
    between_steps: "evaluating and saving",
};

function timeTable(run) {
    const passes = Object.entries(objectOf(run.last.passes)).filter(([, value]) => isNumber(value));
    if (passes.length === 0) {
        return null;
    }
    return element("div", {class: "card"}, shareTable("Time in each stage",
        ["stage", "seconds", passes.map(([name]) => PASS_NAMES[name] || name)],
        passes.map(([, value]) => value), (value) => fixed(value, 2), 0));
}

function memoryTable(run) {
    const memory = objectOf(objectOf(run.environment).memory);
    const parts = Object.entries(memory).filter(([name, value]) => name !== "total" &&
        isNumber(value));
    if (parts.length === 0) {
        return null;
    }
    return element("div", {class: "card"}, shareTable("Memory in training, as planned: " +
        bytes(memory.total), ["part", "size", parts.map(([name]) => name.replaceAll("_", " "))],
        parts.map(([, value]) => value), bytes, memory.total));
}

function environment(run) {
    return Object.entries(objectOf(run.environment))
        .filter(([name]) => name !== "memory")
        .map(([name, value]) => [name.replaceAll("_", " "),
            Array.isArray(value) ? value.join(" \u00d7 ") : plain(value)]);
}

/* The evaluations as numbers, made when they are wanted: there may be thousands. */
function numbers(run) {
    const keys = [...new Set(run.metrics.flatMap((line) => Object.keys(line)))].filter((key) =>
        run.metrics.every((line) => typeof line[key] !== "object" || line[key] === null));
    const details = element("details", {}, element("summary", {}, "All evaluations in numbers"));
    details.addEventListener("toggle", () => {
        if (details.childElementCount === 1) {
            details.append(table("The lines of metrics.jsonl",
                keys.map((title) => ({title: title.replaceAll("_", " ")})),
                run.metrics.map((line) => keys.map((key) =>
                    line[key] === undefined || line[key] === null ? UNKNOWN : String(line[key])))));
        }
    });
    return details;
}

/* A heading and what is under it; nothing where there is nothing. */
function part(title, ...content) {
    const found = content.flat().filter((one) => one !== null);
    return found.length === 0 ? [] : [element("h3", {}, title), ...found];
}

function grid(kind, figures) {
    const found = figures.filter((one) => one !== null);
    return found.length === 0 ? null : element("div", {class: "grid " + kind}, found);
}

function listing(entries) {
    return entries.length === 0 ? null : element("div", {class: "card"}, pairs(entries));
}

function runSection(run) {
    const options = listOf(run.config).map(([section, key, value]) => [key, value]);
    return element("section", {class: "run", id: "run" + run.index,
        "aria-labelledby": "name" + run.index},
        element("h2", {id: "name" + run.index}, swatch(run), run.name),
        facts(run), hash(run),
        part("Layers", grid("", layerCharts(run))),
        part("Weights on their lattice over time", grid("small", weightFigures(run))),
        part("Test data", evaluationParts(run)),
        part("Time and memory", grid("two", [timeTable(run), memoryTable(run)])),
        part("Configuration", listing(options)),
        part("Environment", listing(environment(run))),
        numbers(run));
}

/* ---- the page -------------------------------------------------------------------------------- */

function build() {
    const runs = report.runs, page = document.getElementById("page");
    nameRuns(runs);
    runs.forEach(prepare);
    const title = runs.length === 1 ? runs[0].name : withS(runs.length, "run");
    document.title = title + " \u2013 training report";
    document.getElementById("summary").textContent = withS(runs.length, "run") +
        ", by notch " + report.notch;
    if (runs.length > 1) {
        document.getElementById("contents").append(element("ul", {}, runs.map((run) =>
            element("li", {}, swatch(run), element("a", {href: "#run" + run.index}, run.name)))));
    }
    page.append(element("section", {"aria-labelledby": "all"},
        element("h2", {id: "all"}, runs.length === 1 ? "Curves" : "Comparison"), curves(runs),
        runs.length === 1 ? [] : [element("h3", {}, "Results"),
            element("div", {class: "card"}, overview(runs)),
            part("Differences", differences(runs) === null ? null
                : element("div", {class: "card"}, differences(runs)))]));
    page.append(...runs.map(runSection));
    drawCharts();
    dark.addEventListener("change", () => {
        swatches.forEach((repaint) => repaint());
        drawCharts();
    });
}

build();
window.notchReport = {report, charts}; /* for tests, and for the curious */
