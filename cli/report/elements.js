/* elements.js - pieces of the page. Text from files becomes text nodes, never HTML.
 * SPDX-License-Identifier: MIT
 */

/* element("p", {class: "note"}, "text", another element, ...) */
function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
        made.setAttribute(key, value);
    }
    made.append(...children.flat().filter((child) => child !== null));
    return made;
}

function note(text) {
    return element("p", {class: "note"}, text);
}

/* A table with row headings. columns: texts; rows: arrays of texts or elements, the first one the
 * heading of its row. */
function table(caption, columns, rows, options) {
    const head = element("tr", {}, columns.map((text) => element("th", {scope: "col"}, text)));
    const body = rows.map((row) => element("tr", {},
        row.map((cell, k) => element(k === 0 ? "th" : "td", k === 0 ? {scope: "row"} : {}, cell))));
    const made = element("table", {class: object(options).class || ""},
        element("caption", {}, caption), element("thead", {}, head),
        element("tbody", {}, body));
    return element("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": caption},
        made);
}

/* Names and values, such as of options. */
function facts(caption, pairs) {
    return table(caption, ["name", "value"], pairs, {class: "facts"});
}

/* What is built when it is opened for the first time. */
function folded(summary, build) {
    const made = element("details", {}, element("summary", {}, summary));
    made.addEventListener("toggle", () => {
        if (made.open && made.children.length === 1) {
            made.append(build());
        }
    });
    return made;
}

/* Large figures with a name each: [[name, value, remark], ...] */
function tiles(entries) {
    return element("dl", {class: "tiles"}, entries.map(([name, value, remark]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, value),
            remark ? element("dd", {class: "remark"}, remark) : null)));
}

function colourOf(variable) {
    return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

function isDark() {
    return matchMedia("(prefers-color-scheme: dark)").matches;
}

/* Colours of layers or runs: `count` of them in an order that the eye can follow. */
function ramp(k, count) {
    const hue = count < 2 ? 215 : 265 - 245 * k / (count - 1);
    return `hsl(${hue.toFixed(0)}, ${isDark() ? "70%, 66%" : "75%, 38%"})`;
}
