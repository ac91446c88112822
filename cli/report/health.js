/* health.js - how the layers of a run fare: moves, bounds, dead units, weights on their lattice.
 * SPDX-License-Identifier: MIT
 */

/* Names of layers in the order in which they appear. */
function layersOf(run) {
    const names = new Set();
    for (const line of run.metrics) {
        listOf(line.layers).forEach((layer) => names.add(String(objectOf(layer).layer)));
    }
    return [...names];
}

/* One curve a layer; layers of which nothing is known are left out. */
function layerCurves(run, key, format) {
    const steps = run.metrics.map((line) => line.step);
    return layersOf(run).map((name, colour) => {
        const values = run.metrics.map((line) => {
            const layer = listOf(line.layers).find((one) => String(objectOf(one).layer) === name);
            const value = objectOf(layer)[key];
            return isNumber(value) ? value : null;
        });
        return {label: name, steps, values, format, colour};
    }).filter((curve) => curve.values.some(isNumber));
}

function fromZero(plot, low, high) {
    return [0, high > 0 ? high * 1.05 : 1];
}

function layerCharts(run) {
    const wanted = [
        {title: "Moves", unit: "weights that change in a step, mean", key: "moves_per_step",
            format: plain, tick: shortNumber, canLog: true},
        {title: "Saturation", unit: "share of weights at a bound of the lattice", key: "saturated",
            format: percent, tick: (value) => shortNumber(100 * value) + " %"},
        {title: "Dead units", unit: "share that is zero on all test images", key: "dead_units",
            format: percent, tick: (value) => shortNumber(100 * value) + " %"},
    ];
    const made = [];
    for (const want of wanted) {
        const curves = layerCurves(run, want.key, want.format);
        if (curves.length > 0) {
            made.push(chart({...want, range: fromZero, curves}));
        }
    }
    return made;
}

/* ---- weights on their lattice ------------------------------------------------------------- */

/* Evaluations that have a histogram of the layer: {step, first, width, counts}. */
function histogramsOf(run, name) {
    const found = [];
    for (const line of run.metrics) {
        for (const layer of listOf(line.layers)) {
            const histogram = objectOf(objectOf(layer).histogram);
            if (String(objectOf(layer).layer) === name && listOf(histogram.counts).length > 0) {
                found.push({step: line.step, ...histogram});
            }
        }
    }
    return found.filter((one) => one.counts.length === found[0].counts.length &&
        one.counts.every(isNumber));
}

/* From nothing to the most, through three colours. */
function heat(share) {
    const stops = dark.matches ? [[24, 38, 60], [42, 120, 214], [214, 231, 252]]
        : [[232, 241, 252], [85, 152, 231], [13, 54, 107]];
    const place = Math.sqrt(share) * 2, k = Math.min(1, Math.floor(place));
    const mix = stops[k].map((from, c) =>
        Math.round(from + (place - k) * (stops[k + 1][c] - from)));
    return "rgb(" + mix.join(",") + ")";
}

const FRAME = {left: 44, bottom: 20, top: 4, right: 2, row: 6};

function binName(one, bin, bits) {
    const bound = bits === 1 ? 1 : 2 ** (bits - 1) - 1;
    const low = Math.max(one.first + bin * one.width, -bound);
    const high = bits === 1 ? low : Math.min(one.first + (bin + 1) * one.width - 1, bound);
    return bits === 1 ? String(bin === 0 ? -1 : 1) : low === high ? String(low)
        : low + " to " + high;
}

/* The picture of a layer: a column for each histogram, a row for each bin, the highest on top. */
function drawWeights(canvas, list, bits) {
    const bins = list[0].counts.length, row = bins < 8 ? 18 : FRAME.row;
    const width = canvas.clientWidth || 260, height = bins * row + FRAME.top + FRAME.bottom;
    const scale = window.devicePixelRatio || 1;
    const pen = canvas.getContext("2d");
    const place = {
        x: FRAME.left, y: FRAME.top, row,
        column: (width - FRAME.left - FRAME.right) / list.length,
    };
    const most = Math.max(1, ...list.map((one) => Math.max(...one.counts)));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.height = height + "px";
    pen.scale(scale, scale);
    list.forEach((one, k) => one.counts.forEach((count, bin) => {
        if (count > 0) {
            pen.fillStyle = heat(count / most);
            const left = Math.round(place.x + k * place.column);
            const right = Math.round(place.x + (k + 1) * place.column);
            pen.fillRect(left, place.y + (bins - 1 - bin) * row, Math.max(1, right - left), row);
        }
    }));
    pen.strokeStyle = paint("--line");
    pen.strokeRect(place.x + 0.5, place.y + 0.5, list.length * place.column - 1, bins * row - 1);
    pen.fillStyle = paint("--soft");
    pen.font = "11px system-ui, sans-serif";
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    const labelled = bins < 8 ? [...Array(bins).keys()] : [0, (bins - 1) / 2, bins - 1];
    for (const bin of labelled) {
        const middle = Math.round(list[0].first + (bin + 0.5) * list[0].width - 0.5);
        const bound = 2 ** (bits - 1) - 1;
        const text = bits === 1 ? binName(list[0], bin, 1)
            : bin === 0 ? -bound : bin === bins - 1 ? bound : middle;
        pen.fillText(text, place.x - 6, Math.min(Math.max(place.y + (bins - bin - 0.5) * row, 9),
            bins * row));
    }
    pen.textBaseline = "alphabetic";
    pen.textAlign = "left";
    pen.fillText("step " + plain(list[0].step), place.x, height - 5);
    pen.textAlign = "right";
    if (list.length > 1) {
        pen.fillText(plain(list[list.length - 1].step), width - FRAME.right, height - 5);
    }
    return place;
}

function sum(values) {
    return values.reduce((a, b) => a + b, 0);
}

function describeBin(one, bin, bits) {
    return "step " + plain(one.step) + ", weights " + binName(one, bin, bits) + ": " +
        plain(one.counts[bin]) + " (" + fixedPercent(one.counts[bin] / sum(one.counts), 1) + ")";
}

function weightsFigure(name, list, bits) {
    const last = list[list.length - 1];
    const most = last.counts.indexOf(Math.max(...last.counts));
    const usual = withS(sum(last.counts), "weight") + "; most frequent at the end: " +
        binName(last, most, bits) + " (" +
        fixedPercent(last.counts[most] / sum(last.counts), 1) + ")";
    const canvas = element("canvas", {role: "img", "aria-label": "Layer " + name + ", weights on " +
        "their lattice from step " + plain(list[0].step) + " to " + plain(last.step) + ". " +
        usual});
    const caption = element("figcaption", {}, usual);
    const figure = element("figure", {class: "card weights"}, element("h4", {}, name), canvas,
        caption);
    let place = null;
    canvas.addEventListener("pointermove", (event) => {
        const column = Math.floor((event.offsetX - place.x) / place.column);
        const bin = last.counts.length - 1 - Math.floor((event.offsetY - place.y) / place.row);
        const inside = list[column] !== undefined && last.counts[bin] !== undefined;
        caption.textContent = inside ? describeBin(list[column], bin, bits) : usual;
    });
    canvas.addEventListener("pointerleave", () => {
        caption.textContent = usual;
    });
    const entry = {title: name, plot: null, element: figure, draw: () => {
        place = drawWeights(canvas, list, bits);
    }};
    charts.push(entry);
    new ResizeObserver(() => place !== null && entry.draw()).observe(figure);
    return figure;
}

function weightFigures(run) {
    const made = [];
    for (const name of layersOf(run)) {
        const list = histogramsOf(run, name);
        if (list.length > 0) {
            const one = list[0];
            const reach = one.first + one.counts.length * one.width - 1;
            const bits = one.counts.length === 2 ? 1 : Math.ceil(Math.log2(reach + 1)) + 1;
            made.push(weightsFigure(name, list, bitsOf(run, bits)));
        }
    }
    return made;
}

/* Of the weights: as configured, else as the histograms say. */
function bitsOf(run, otherwise) {
    const bits = Number(run.options.get("bits"));
    return [1, 2, 4, 8, 16].includes(bits) ? bits : otherwise;
}
