/* weights.js - histograms of weights over time, a picture for each tensor.
 * SPDX-License-Identifier: MIT
 */

const WEIGHTS_HEIGHT = 150;
const BARS = 0.22; /* share of the picture that the last histogram takes */
const GAP = 6;
const SHADE_POWER = 0.4; /* of the share: few weights can be seen beside many */
const SHADE_MIN = 0.06;

/* The histograms of one tensor of one layer: [{step, from, width, counts, bound}], by
 * steps. */
function histogramsOf(run, layer, kind) {
    return run.layered.flatMap(({step, layers}) => {
        const found = object(layers.find((one) => word(object(one).layer) === layer))[kind];
        const {from, width, counts} = object(found);
        const bins = list(counts).map(number);
        const valid = number(from) !== null && number(width) > 0 && bins.length > 0 &&
            bins.every((count) => count !== null && count >= 0) && sum(bins) > 0;
        return valid ? [{step, from, width, counts: bins, bound: boundOf(run)}] : [];
    });
}

/* Weights for each value of a bin, as a share of all. */
function density(histogram, k) {
    return histogram.counts[k] / histogram.width / sum(histogram.counts);
}

function meanOf(histogram) {
    const middle = (histogram.width - 1) / 2;
    return sum(histogram.counts.map((count, k) =>
        count * (histogram.from + k * histogram.width + middle))) / sum(histogram.counts);
}

function deviationOf(histogram) {
    const mean = meanOf(histogram);
    const middle = (histogram.width - 1) / 2;
    return Math.sqrt(sum(histogram.counts.map((count, k) =>
        count * (histogram.from + k * histogram.width + middle - mean) ** 2)) /
        sum(histogram.counts));
}

/* The largest distance from 0 that occurs: 0 is in the middle of the picture. The outer bins may
 * reach beyond the lattice. */
function reachOf(histograms) {
    return Math.min(histograms[0].bound, Math.max(...histograms.map((h) =>
        Math.max(Math.abs(h.from), Math.abs(h.from + h.counts.length * h.width - 1))))) + 0.5;
}

/* The largest weight of the run's lattice. */
function boundOf(run) {
    const bits = number(object(run.model).bits);
    return bits === null || bits < 1 ? Infinity : Math.max(2 ** (bits - 1) - 1, 1);
}

function drawWeights(canvas, histograms) {
    const scale = window.devicePixelRatio || 1;
    const width = canvas.clientWidth || 300;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(WEIGHTS_HEIGHT * scale);
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    const reach = reachOf(histograms);
    const most = Math.max(...histograms.flatMap((h) => h.counts.map((count, k) => density(h, k))));
    const map = width * (1 - BARS) - GAP;
    const rowOf = (value) => WEIGHTS_HEIGHT * (reach - value) / (2 * reach);
    context.fillStyle = colourOf("--plate");
    context.fillRect(0, 0, map, WEIGHTS_HEIGHT);
    context.fillRect(map + GAP, 0, width - map - GAP, WEIGHTS_HEIGHT);
    context.fillStyle = colourOf("--test");
    histograms.forEach((h, column) => {
        const left = map * column / histograms.length;
        const wide = map / histograms.length + 0.5;
        const isLast = column === histograms.length - 1;
        h.counts.forEach((count, k) => {
            const top = rowOf(h.from + (k + 1) * h.width - 0.5);
            const high = Math.max(rowOf(h.from + k * h.width - 0.5) - top, 0.5);
            const share = density(h, k) / most;
            context.globalAlpha = share === 0 ? 0 : Math.max(SHADE_MIN, share ** SHADE_POWER);
            context.fillRect(left, top, Math.min(wide, map - left), high);
            if (isLast) {
                context.globalAlpha = 1;
                context.fillRect(map + GAP, top, (width - map - GAP) * share,
                    Math.max(high - 0.5, 0.5));
            }
        });
    });
    context.globalAlpha = 1;
    context.fillStyle = colourOf("--axis");
    context.fillRect(0, rowOf(0) - 0.5, map, 1);
}

/* What is under the pointer. */
function weightsAt(histograms, x, y) {
    const column = Math.floor(x / (1 - BARS) * histograms.length);
    const h = histograms[Math.min(Math.max(column, 0), histograms.length - 1)];
    const reach = reachOf(histograms);
    const value = Math.round(reach - 2 * reach * y);
    const k = Math.floor((value - h.from) / h.width);
    const count = k >= 0 && k < h.counts.length ? h.counts[k] : 0;
    const low = Math.max(h.from + k * h.width, -h.bound);
    const high = Math.min(h.from + (k + 1) * h.width - 1, h.bound);
    const range = low === high ? `value ${value}` : `values ${low} to ${high}`;
    return `step ${asCount(h.step)}, ${range}: ${asCount(count)}` +
        ` (${asShare(count / sum(h.counts))})`;
}

/* A figure for the tensor `kind` of a layer, or null if nothing is recorded. */
function weightsPicture(run, layer, kind) {
    const histograms = histogramsOf(run, layer, kind);
    if (histograms.length === 0) {
        return null;
    }
    const end = last(histograms);
    const resting = `step ${asCount(end.step)}: mean ${asNumber(meanOf(end))}, ` +
        `standard deviation ${asNumber(deviationOf(end))}`;
    const name = `${layer} ${kind}`;
    const reach = Math.floor(reachOf(histograms));
    const canvas = element("canvas", {role: "img", "aria-label":
        `Histograms of ${name} at ${plural(histograms.length, "evaluation")}, values from ` +
        `${-reach} to ${reach}; ${resting}`});
    const caption = element("p", {class: "reading", "aria-hidden": "true"}, resting);
    canvas.addEventListener("pointermove", (event) => {
        const box = canvas.getBoundingClientRect();
        caption.textContent = weightsAt(histograms, (event.clientX - box.left) / box.width,
            (event.clientY - box.top) / box.height);
    });
    canvas.addEventListener("pointerleave", () => {
        caption.textContent = resting;
    });
    const chart = {name: `weights ${name}`, run: run.number, data: histograms, canvas};
    chart.redraw = () => drawWeights(canvas, histograms);
    new ResizeObserver(chart.redraw).observe(canvas);
    charts.push(chart);
    return element("figure", {class: "weights"}, element("figcaption", {}, name),
        element("div", {class: "framed"},
            element("span", {class: "top", "aria-hidden": "true"}, "+" + asCount(reach)),
            element("span", {class: "bottom", "aria-hidden": "true"}, "\u2212" + asCount(reach)),
            canvas),
        caption);
}
