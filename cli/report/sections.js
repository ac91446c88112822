/* sections.js - what is shown of one run.
 * SPDX-License-Identifier: MIT
 */

function lastOf(run, key) {
    return last(run.columns[key]);
}

/* The evaluation of most accuracy, the first of several. */
function bestOf(run) {
    const accuracies = run.columns.test_accuracy;
    const best = Math.max(...known(accuracies));
    const k = accuracies.indexOf(best);
    return k < 0 ? {accuracy: null, step: null} : {accuracy: best, step: run.steps[k]};
}

/* Seconds in all: they start again where a run was gone on with. */
function secondsOf(run) {
    return sum(run.columns.seconds.map((value, k, all) =>
        k > 0 && value >= all[k - 1] ? value - all[k - 1] : value));
}

function summaryTiles(run) {
    const best = bestOf(run);
    const environment = object(run.environment);
    const model = object(run.model);
    return tiles([
        ["test accuracy", asShare(lastOf(run, "test_accuracy")),
            `best ${asShare(best.accuracy)}, step ${asCount(best.step)}`],
        ["test loss", asNumber(lastOf(run, "test_loss")),
            `training ${asNumber(lastOf(run, "train_loss"))}`],
        ["time", asSeconds(secondsOf(run)), plural(last(run.steps), "step")],
        ["parameters", asCount(number(model.parameters)),
            model.bits > 0 ? `integers of ${plural(model.bits, "bit")}`
                : model.bits === 0 ? "32-bit floats" : ""],
        ["peak memory", asBytes(number(environment.peak_memory)), "of the whole process"],
    ]);
}

function curvesSection(run) {
    const colour = (name) => () => colourOf(name);
    const pair = (key) => [
        {label: "training", values: run.columns[`train_${key}`], colour: colour("--train"),
            dash: [6, 4]},
        {label: "test", values: run.columns[`test_${key}`], colour: colour("--test")},
    ];
    return [element("h3", {}, "Learning curves"),
        note("Training values are means over the images since the evaluation before, each seen " +
            "with the weights of its turn."),
        element("div", {class: "charts"},
            curves({name: "loss", run: run.number, title: "Loss (cross-entropy, nats)",
                steps: run.steps, series: pair("loss"), format: asNumber}),
            curves({name: "accuracy", run: run.number, title: "Accuracy (share of images)",
                steps: run.steps, series: pair("accuracy"), format: asShare})),
        folded("All evaluations as a table", () => evaluationTable(run))];
}

const EVALUATION_KEYS = ["epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy",
    "test_count", "saturated", "moved", "seconds"];

function evaluationTable(run) {
    return table("Evaluations, as recorded in metrics.jsonl",
        ["step", ...EVALUATION_KEYS.map((key) => key.replace("_", " "))],
        run.steps.map((step, k) => [asRecorded(step),
            ...EVALUATION_KEYS.map((key) => asRecorded(run.columns[key][k]))]),
        {class: "numbers"});
}

/* ---- layers ---------------------------------------------------------------------------------- */

/* Values of a layer at each evaluation that has layers. */
function layerValues(run, layer, value) {
    return run.layered.map(({layers}) => {
        const found = layers.find((one) => word(object(one).layer) === layer);
        return found === undefined ? null : number(value(object(found)));
    });
}

function layerCurves(run, name, title, value, format) {
    return curves({name, run: run.number, title, steps: run.layered.map(({step}) => step), format,
        series: run.layerNames.map((layer, k) => ({label: layer,
            values: layerValues(run, layer, value),
            colour: () => ramp(k, run.layerNames.length)}))});
}

function movedShare(layer) {
    const moves = number(layer.moves_per_step);
    return moves === null || !(layer.parameters > 0) ? null : moves / layer.parameters;
}

function layersSection(run) {
    if (run.layerNames.length === 0) {
        return [];
    }
    const end = last(run.layered);
    return [element("h3", {}, "Layers"),
        element("div", {class: "charts"},
            layerCurves(run, "moves", "Weights that move in a step (share of the layer's)",
                movedShare, asShare),
            layerCurves(run, "saturated", "Saturated weights (share at a bound of the lattice)",
                (layer) => layer.saturated, asShare),
            layerCurves(run, "dead units", "Dead units (share of outputs, 0 on every test image)",
                (layer) => layer.dead_units, asShare)),
        table(`Layers with parameters at step ${asCount(end.step)}`,
            ["layer", "parameters", "moves a step", "saturated", "dead units",
                "steps without gradient"],
            end.layers.map(object).map((layer) => [word(layer.layer),
                asCount(number(layer.parameters)), asNumber(number(layer.moves_per_step)),
                asShare(number(layer.saturated)), asShare(number(layer.dead_units)),
                asCount(number(layer.steps_without_gradient))]), {class: "numbers"})];
}

function weightsSection(run) {
    const pictures = run.layerNames.flatMap((layer) =>
        ["weights", "biases"].map((kind) => weightsPicture(run, layer, kind)))
        .filter((picture) => picture !== null);
    const title = element("h3", {}, "Weights on their lattice");
    if (pictures.length === 0) {
        return [title, note("No histograms are recorded: the weights are floats, or the run is " +
            "older than they are.")];
    }
    return [title,
        note("How many weights have which value, evaluation by evaluation from left to right; " +
            "0 is the line in the middle. The shade grows with the share, to the power 0.4. The " +
            "bars at the right are the last evaluation."),
        element("div", {class: "pictures-wide"}, pictures)];
}

/* ---- time and memory ------------------------------------------------------------------------- */

const STAGES = {batch: "images for the batch", gradient: "forward and backward passes",
    update: "update of the weights", evaluation: "evaluation on test images"};

/* Seconds of each recorded stage and of all else. */
function stagesOf(run) {
    const stages = Object.keys(STAGES).map((name) => ({name, seconds: sum(run.evaluations.map((e) =>
        number(object(e.stages)[name])))}));
    const total = secondsOf(run);
    const rest = total - sum(stages.map((stage) => stage.seconds));
    return {total, stages: [...stages, {name: "saving and all else", seconds: Math.max(rest, 0)}]};
}

function timeBar({stages}) {
    const all = sum(stages.map((stage) => stage.seconds)) || 1;
    return element("div", {class: "bar", "aria-hidden": "true"}, stages.map((stage, k) => {
        const part = element("span", {class: `stage-${k}`,
            title: `${stage.name}: ${asShare(stage.seconds / all)}`});
        part.style.flexGrow = String(stage.seconds / all);
        return part;
    }));
}

function timeSection(run) {
    const recorded = run.evaluations.some((e) => e.stages !== undefined);
    const title = element("h3", {}, "Time");
    const {total, stages} = stagesOf(run);
    if (!recorded) {
        return [title, note(`${asSeconds(total)} in all; the run has recorded no stages.`)];
    }
    const steps = last(run.steps);
    return [title, timeBar({stages}),
        table(`Time of each stage; ${asSeconds(total)} in all`,
            ["stage", "time", "share", "for each step"],
            stages.map((stage, k) => [
                element("span", {class: `key stage-${k}`}, STAGES[stage.name] || stage.name),
                asSeconds(stage.seconds),
                total > 0 ? asShare(stage.seconds / total) : MISSING,
                steps > 0 ? `${asNumber(1000 * stage.seconds / steps)} ms` : MISSING]),
            {class: "numbers"})];
}

const MEMORY = {weights: "weights", activations: "activations", gradients: "gradients",
    state: "running statistics of norms", workspace: "workspace of the engine",
    optimiser: "what the update keeps", update: "workspace of the update",
    batch: "batch", dataset: "data set"};

function memorySection(run) {
    const environment = object(run.environment);
    const memory = object(environment.memory);
    const title = element("h3", {}, "Memory");
    if (number(memory.total) === null) {
        return [title, note("Not recorded.")];
    }
    return [title, table("Memory as planned before the first step",
        ["part", "size", "bytes"],
        [...Object.entries(MEMORY).map(([key, name]) =>
            [name, asBytes(number(memory[key])), asCount(number(memory[key]))]),
        ["in all", asBytes(memory.total), asCount(memory.total)],
        ["peak of the process", asBytes(number(environment.peak_memory)),
            asCount(number(environment.peak_memory))]], {class: "numbers"})];
}

function environmentSection(run) {
    const environment = object(run.environment);
    const names = {notch: "notch", compiler: "compiler", system: "system", processor: "processor",
        processors: "processors", threads: "threads", instruction_set: "instruction set",
        began: "began"};
    const title = element("h3", {}, "Environment");
    if (run.environment === null) {
        return [title, note("Not recorded.")];
    }
    return [title, facts("Program and machine of the process that trained last",
        Object.entries(names).map(([key, name]) => [name, asRecorded(environment[key])]))];
}

function configurationSection(run) {
    const title = element("h3", {}, "Configuration");
    if (run.config.length === 0) {
        return [title, note(`Not known: ${run.configProblem}.`)];
    }
    return [title, facts("Options of the run, as in its config.ini", run.config)];
}

function runSection(run) {
    return element("section", {id: `run-${run.number}`, "aria-labelledby": `title-${run.number}`},
        element("h2", {id: `title-${run.number}`}, run.folder),
        element("p", {class: "hash"}, "parameters sha256: ",
            element("code", {}, word(object(last(run.evaluations)).parameters_sha256) || MISSING)),
        summaryTiles(run),
        curvesSection(run),
        mistakesSection(run),
        weightsSection(run),
        layersSection(run),
        element("div", {class: "pair"},
            element("div", {}, timeSection(run)), element("div", {}, memorySection(run))),
        element("div", {class: "pair"},
            element("div", {}, configurationSection(run)),
            element("div", {}, environmentSection(run))));
}
