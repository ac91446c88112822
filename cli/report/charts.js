/* charts.js - curves over steps, drawn by uPlot.
 * SPDX-License-Identifier: MIT
 */

/* Every chart of the page: {name, run, data, canvas, redraw}. */
const charts = [];

const CHART_HEIGHT = 260;

/* Logarithmic where values differ by more than a factor of 10 and all are above 0. */
function isLogarithmic(series) {
    const values = known(series.flatMap((one) => one.values));
    const least = Math.min(...values);
    return values.length > 0 && least > 0 && Math.max(...values) > 10 * least;
}

/* Distances between steps on an axis: there is none between two steps. */
const STEP_DISTANCES = Array.from({length: 10}, (_, k) => [1, 2, 5].map((d) => d * 10 ** k)).flat();

/* As much as the longest number takes. */
function widthOf(chart, texts) {
    return 24 + 7 * Math.max(4, ...list(texts).map((text) => text.length));
}

function axis(format, size, label) {
    return {
        label,
        labelSize: 18,
        labelFont: "12px system-ui, sans-serif",
        stroke: () => colourOf("--quiet"),
        grid: {stroke: () => colourOf("--grid"), width: 1},
        ticks: {stroke: () => colourOf("--grid"), width: 1, size: 4},
        font: "12px system-ui, sans-serif",
        size,
        values: (chart, splits) => splits.map((v) => v === null ? "" : format(v)),
    };
}

/* A little room around what is shown, and something around nothing. */
function rangeOf(chart, least, most) {
    if (least === null || most === null) {
        return [0, 1];
    }
    const room = most > least ? 0.05 * (most - least) : Math.abs(most) * 0.1 || 1;
    return [least >= 0 && least - room < 0 ? 0 : least - room, most + room];
}

/* Where series k has its latest value at or before place `at`: runs are evaluated at steps of their
 * own. */
function latest(chart, k, at) {
    let place = at;
    while (place > 0 && chart.data[k][place] === null) {
        place--;
    }
    return chart.data[k][place] === null ? at : place;
}

function plotOptions(spec, width) {
    const logarithmic = isLogarithmic(spec.series);
    /* At rest, the legend tells how each curve ends. */
    const end = (chart) => chart.setLegend({idxs: chart.data.map((values, k) =>
        latest(chart, k, values.length - 1))});
    return {
        width,
        height: CHART_HEIGHT,
        cursor: {y: false, dataIdx: latest},
        scales: {
            x: {time: false,
                range: (chart, least, most) => least === most ? [least - 1, most + 1]
                    : [least, most]},
            y: logarithmic ? {distr: 3} : {range: rangeOf},
        },
        axes: [{...axis(asCount, 32, "step"), incrs: STEP_DISTANCES},
            axis(spec.format === asShare ? asTick : spec.format, widthOf)],
        legend: {markers: {fill: (chart, k) => k === 0 ? "none" : spec.series[k - 1].colour()}},
        series: [{label: "step", value: (chart, v) => written(v, asCount)},
            ...spec.series.map((one) => ({
                label: one.label,
                stroke: one.colour(),
                dash: one.dash,
                width: 2,
                spanGaps: true,
                points: {size: 6},
                value: (chart, v) => written(v, spec.format),
            }))],
        hooks: {
            ready: [end],
            setCursor: [(chart) => chart.cursor.idx === null && end(chart)],
        },
    };
}

/* "test: 0.91 at step 100, 0.98 at step 900" */
function summaryOf(spec) {
    return spec.series.map((one) => {
        const places = one.values.map((v, k) => v === null ? -1 : k).filter((k) => k >= 0);
        const say = (k) => `${spec.format(one.values[k])} at step ${asCount(spec.steps[k])}`;
        return places.length === 0 ? `${one.label}: nothing`
            : `${one.label}: ${say(places[0])}, ${say(last(places))}`;
    }).join("; ");
}

/* A figure. spec: {name, run, title, steps, series: [{label, values, colour, dash}], format}, where
 * `colour` is a function. Null where no series has a value. */
function curves(spec) {
    const shown = spec.series.filter((one) => known(one.values).length > 0);
    if (shown.length === 0) {
        return null;
    }
    const drawn = {...spec, series: shown};
    const holder = element("div", {class: "plot", role: "img",
        "aria-label": `${spec.title}. ${summaryOf(drawn)}`});
    const data = [spec.steps, ...shown.map((one) => one.values)];
    const chart = {name: spec.name, run: spec.run, data, canvas: null, plot: null};
    chart.redraw = () => {
        if (chart.plot !== null) {
            chart.plot.destroy();
        }
        chart.plot = new uPlot(plotOptions(drawn, holder.clientWidth || 320), data, holder);
        chart.canvas = holder.querySelector("canvas");
    };
    new ResizeObserver(() => {
        if (chart.plot === null) {
            chart.redraw();
        } else if (holder.clientWidth > 0 && holder.clientWidth !== chart.plot.width) {
            chart.plot.setSize({width: holder.clientWidth, height: CHART_HEIGHT});
        }
    }).observe(holder);
    charts.push(chart);
    return element("figure", {}, element("figcaption", {}, spec.title), holder);
}

/* The union of steps of several runs, and values of each at those steps. */
function aligned(runs, key) {
    const steps = [...new Set(runs.flatMap((run) => run.steps))].sort((a, b) => a - b);
    const series = runs.map((run) => {
        const values = new Map(run.steps.map((step, k) => [step, run.columns[key][k]]));
        return steps.map((step) => values.has(step) ? values.get(step) : null);
    });
    return {steps, series};
}
