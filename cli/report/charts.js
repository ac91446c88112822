/* charts.js - curves over steps, drawn by uPlot.
 * SPDX-License-Identifier: MIT
 *
 * Curves hold the values of metrics.jsonl as they are; only what is written beside them is rounded.
 */
const charts = []; /* all that were drawn: {title, plot, element} */
const dark = matchMedia("(prefers-color-scheme: dark)");

/* Colours that stay apart in both schemes and for most people; then dashes tell curves apart. */
const PALETTE = {
    light: ["#2a78d6", "#d9541e", "#14906a", "#b57a00", "#7a4fc4", "#c93f83", "#4d7a00", "#5b6470"],
    dark: ["#5aa2f2", "#f07f4f", "#3bbf94", "#dba33a", "#a98bec", "#ef7fb2", "#93bf4b", "#a3acb9"],
};
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

function colourOf(index) {
    const colours = PALETTE[dark.matches ? "dark" : "light"];
    return colours[index % colours.length];
}

function dashOf(index) {
    return DASHES[Math.floor(index / PALETTE.light.length) % DASHES.length];
}

function paint(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function shortNumber(value) {
    const size = Math.abs(value);
    return size >= 1e6 ? Number((value / 1e6).toPrecision(4)) + "M"
        : size >= 1e4 ? Number((value / 1e3).toPrecision(4)) + "k"
            : String(Number(value.toPrecision(6)));
}

function axis(options) {
    return {
        stroke: paint("--soft"),
        grid: {stroke: paint("--grid"), width: 1},
        ticks: {stroke: paint("--line"), width: 1, size: 5},
        border: {show: true, stroke: paint("--line"), width: 1},
        font: "12px system-ui, sans-serif",
        labelFont: "12px system-ui, sans-serif",
        labelSize: 18,
        labelGap: 0,
        gap: 4,
        ...options,
    };
}

/* Steps of all curves, and each curve's values at them: nothing where it has none. */
function align(curves) {
    return uPlot.join(curves.map((curve) => [curve.steps, curve.values]),
        curves.map(() => [2]));
}

/* Twice as much room as a single point needs, so that it is not on the frame. */
function stepRange(plot, low, high) {
    return low === high ? [low - 1, high + 1] : [low, high];
}

function seriesOf(curve, points, onLog) {
    const colour = colourOf(curve.colour);
    return {
        label: curve.label,
        stroke: colour,
        width: curve.faint ? 1.25 : 2,
        dash: curve.faint ? [3, 3] : dashOf(curve.colour),
        alpha: curve.faint ? 0.8 : 1,
        show: !curve.hidden,
        spanGaps: true,
        points: {show: points && !curve.faint, size: 5, fill: colour},
        value: (plot, value) => isNumber(value) && !(onLog && value <= 0) ? curve.format(value)
            : UNKNOWN,
    };
}

/* What uPlot is told about a chart; width: of its place. */
function plotOptions(spec, width, points) {
    return {
        width,
        height: 240,
        scales: {
            x: {time: false, range: stepRange},
            y: spec.log ? {distr: 3} : {range: spec.range},
        },
        hooks: {ready: [showLast], setLegend: [showLast], setSeries: [showLast]},
        cursor: {points: {size: 8}, drag: {x: true, y: false}},
        axes: [
            axis({label: "step", values: (plot, values) => values.map(shortNumber), size: 30}),
            axis({
                values: (plot, values) => values.map((value) => value === null ? "" :
                    spec.tick(value)),
                size: 58,
            }),
        ],
        series: [{
            label: "step",
            value: (plot, value) => isIdle(plot) ? "last" : plain(value),
        }].concat(spec.curves.map((curve) => seriesOf(curve, points, spec.log))),
    };
}

function isIdle(plot) {
    return plot.cursor.idx === null || plot.cursor.idx === undefined || plot.cursor.left < 0;
}

/* Where nothing is pointed at, the legend has the last value of each curve. */
function showLast(plot) {
    if (isIdle(plot)) {
        const idxs = plot.data.map((list) => {
            let last = list.length - 1;
            while (last > 0 && !isNumber(list[last])) {
                last--;
            }
            return last;
        });
        plot.setLegend({idxs}, false);
    }
}

/* What a chart shows, for those who do not see it. */
function inWords(spec) {
    return spec.title + ", " + spec.unit + ": " + spec.curves.map((curve) => {
        const known = curve.values.filter(isNumber);
        return known.length === 0 ? curve.label + " unknown" : curve.label + " from " +
            curve.format(known[0]) + " to " + curve.format(known[known.length - 1]);
    }).slice(0, 12).join("; ");
}

/* spec: {title, unit, curves, tick, range, canLog}; a curve: {label, steps, values, format, colour,
 * faint, hidden}. */
function chart(spec) {
    const place = element("div", {class: "plot", role: "img", "aria-label": inWords(spec)});
    const head = element("div", {class: "head"}, element("h4", {}, spec.title + " ",
        element("span", {class: "unit"}, spec.unit)));
    const figure = element("figure", {class: "card chart"}, head, place);
    const entry = {title: spec.title, plot: null, element: figure};
    const aligned = align(spec.curves);
    const draw = () => {
        const data = spec.log ? aligned.map((list, k) => k === 0 ? list :
            Array.from(list, (value) => value > 0 ? value : null)) : aligned;
        const shown = entry.plot === null ? [] : entry.plot.series.map((series) => series.show);
        if (entry.plot !== null) {
            entry.plot.destroy();
        }
        entry.plot = new uPlot(plotOptions(spec, place.clientWidth || 320,
            aligned[0].length <= 40), data, place);
        shown.forEach((show, k) => k > 0 && entry.plot.setSeries(k, {show}));
    };
    if (spec.canLog) {
        const box = element("input", {type: "checkbox"});
        box.addEventListener("change", () => {
            spec.log = box.checked;
            draw();
        });
        head.append(element("label", {}, box, " logarithmic"));
    }
    charts.push(entry);
    entry.draw = draw;
    new ResizeObserver(() => {
        if (entry.plot !== null && place.clientWidth > 0) {
            entry.plot.setSize({width: place.clientWidth, height: 240});
        }
    }).observe(place);
    return figure;
}

/* Once the page has its layout. */
function drawCharts() {
    for (const entry of charts) {
        entry.draw();
    }
}
