/* build.js - elements of the page, and numbers as people read them.
 * SPDX-License-Identifier: MIT
 *
 * Names and values are anything: they become text nodes and attributes, never HTML.
 */

/* An element with attributes and children; a child that is no node becomes text. */
function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
        made.setAttribute(name, value);
    }
    for (const child of children.flat(Infinity)) {
        if (child !== null && child !== undefined) {
            made.append(child instanceof Node ? child : String(child));
        }
    }
    return made;
}

function isNumber(value) {
    return typeof value === "number" && Number.isFinite(value);
}

function listOf(value) {
    return Array.isArray(value) ? value : [];
}

function objectOf(value) {
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

const UNKNOWN = "\u2013";

/* As the file has it, with its digits in groups if it is whole. */
function plain(value) {
    if (!isNumber(value)) {
        return value === null || value === undefined ? UNKNOWN : String(value);
    }
    return Number.isInteger(value) ? value.toLocaleString("en-US") : String(value);
}

/* All digits of a share that has nine of them, as a percentage. */
function percent(value) {
    return isNumber(value) ? Number((100 * value).toPrecision(9)) + " %" : UNKNOWN;
}

function fixed(value, digits) {
    return isNumber(value) ? value.toFixed(digits) : UNKNOWN;
}

function fixedPercent(value, digits) {
    return isNumber(value) ? (100 * value).toFixed(digits) + " %" : UNKNOWN;
}

function duration(seconds) {
    if (!isNumber(seconds)) {
        return UNKNOWN;
    }
    if (seconds < 60) {
        return seconds.toFixed(1) + " s";
    }
    const minutes = Math.floor(seconds / 60);
    return minutes < 60 ? minutes + " min " + Math.floor(seconds % 60) + " s"
                        : Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
}

function bytes(value) {
    const units = ["bytes", "KiB", "MiB", "GiB"];
    let unit = 0;
    if (!isNumber(value)) {
        return UNKNOWN;
    }
    for (; value >= 1024 && unit < units.length - 1; unit++) {
        value /= 1024;
    }
    return (unit === 0 ? value : value.toFixed(1)) + " " + units[unit];
}

function withS(count, noun) {
    return plain(count) + " " + noun + (count === 1 ? "" : "s");
}

/* A list of names and values. */
function pairs(entries) {
    return element("dl", {class: "pairs"}, entries.map(
        ([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
}

/* A table that scrolls sideways within its place. columns: {title, text (left-aligned), name};
 * rows: lists of nodes or texts; the first cell of a row is its head. */
function table(caption, columns, rows) {
    const style = (k) => ({
        class: (columns[k].text ? "text" : "") + (columns[k].name ? " name" : "") +
            (columns[k].bar ? " bar" : ""),
    });
    const head = columns.map((column, k) => element("th", {scope: "col", ...style(k)},
        column.title));
    const body = rows.map((row) => element("tr", {}, row.map((cell, k) =>
        element(k === 0 ? "th" : "td", k === 0 ? {scope: "row", ...style(k)} : style(k), cell))));
    return element("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": caption},
        element("table", {class: "data"}, element("caption", {}, caption),
            element("thead", {}, element("tr", {}, head)), element("tbody", {}, body)));
}

/* A bar of a share of the largest one, for a table. */
function bar(share) {
    const made = element("span", {});
    made.style.width = (100 * Math.min(1, Math.max(0, share))) + "%";
    return made;
}

/* Sizes with their shares as bars; total: 0 for their sum. */
function shareTable(caption, names, values, format, total) {
    const sum = total || values.reduce((a, b) => a + b, 0);
    const largest = Math.max(...values);
    return table(caption,
        [{title: names[0], text: true}, {title: names[1]}, {title: "share"},
            {title: "", text: true, bar: true}],
        values.map((value, k) => [names[2][k], format(value), fixedPercent(value / sum, 1),
            bar(largest > 0 ? value / largest : 0)]));
}
