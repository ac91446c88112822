/* mistakes.js - what the model takes its test images for.
 * SPDX-License-Identifier: MIT
 */

const MATRIX_CLASSES_MAX = 30; /* above, pairs are listed instead */
const PAIRS = 20;

/* Rows of the confusion matrix: [label][class]. */
function confusionOf(test) {
    return list(test.confusion).map((row) => list(row).map((count) => number(count) || 0));
}

function matrixCell(row, label, k) {
    const share = sum(row) === 0 ? 0 : row[k] / sum(row);
    const kind = k === label ? "right" : "wrong";
    const cell = element("td", {class: row[k] === 0 ? "nothing" : kind,
        title: `label ${label}, taken for ${k}: ${asCount(row[k])} (${asShare(share)})`},
        row[k] === 0 ? "\u00b7" : asCount(row[k]));
    /* The share of a wrong class is small where the model is good: its root can be seen. */
    cell.style.setProperty("--share", (k === label ? share : Math.sqrt(share)).toFixed(3));
    return cell;
}

function confusionMatrix(matrix) {
    const caption = "Confusion matrix: test images of each label (rows) by the class they were " +
        "taken for (columns)";
    const head = element("tr", {}, element("th", {scope: "col"}, "label"),
        matrix.map((row, k) => element("th", {scope: "col"}, String(k))),
        element("th", {scope: "col"}, "right"));
    const rows = matrix.map((row, label) => element("tr", {},
        element("th", {scope: "row"}, String(label)),
        row.map((count, k) => matrixCell(row, label, k)),
        element("td", {class: "total"},
            sum(row) === 0 ? MISSING : asShare(row[label] / sum(row)))));
    return element("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": caption},
        element("table", {class: "matrix"}, element("caption", {}, caption),
            element("thead", {}, head), element("tbody", {}, rows)));
}

function confusedPairs(matrix) {
    const pairs = matrix.flatMap((row, label) => row.map((count, k) => ({label, k, count})))
        .filter((pair) => pair.label !== pair.k && pair.count > 0)
        .sort((a, b) => b.count - a.count).slice(0, PAIRS);
    return table("The classes that are confused most", ["label", "taken for", "images"],
        pairs.map((pair) => [String(pair.label), String(pair.k), asCount(pair.count)]));
}

/* ---- pictures -------------------------------------------------------------------------------- */

function paint(canvas, test, pixels) {
    const bytes = atob(word(pixels));
    const context = canvas.getContext("2d");
    const image = context.createImageData(test.width, test.height);
    const plane = test.width * test.height;
    for (let k = 0; k < plane; k++) {
        for (let channel = 0; channel < 3; channel++) {
            const at = test.channels === 3 ? channel * plane + k : k;
            image.data[4 * k + channel] = 255 * bytes.charCodeAt(at) / test.maximum;
        }
        image.data[4 * k + 3] = 255;
    }
    context.putImageData(image, 0, 0);
}

function mistakePicture(run, test, mistake) {
    const canvas = element("canvas", {width: test.width, height: test.height, role: "img",
        "aria-label": `test image ${mistake.image}: a ${mistake.label}, taken for a ` +
            `${mistake.class} with probability ${asShare(mistake.probability)}`});
    paint(canvas, test, mistake.pixels);
    charts.push({name: `image ${mistake.image}`, run: run.number, data: mistake, canvas,
        redraw: () => {}});
    return element("li", {}, canvas,
        element("span", {}, `${mistake.label} \u2192 ${mistake.class}`),
        element("small", {}, asShare(mistake.probability)));
}

function mistakesSection(run) {
    const test = object(run.test);
    const matrix = confusionOf(test);
    const title = element("h3", {}, "Mistakes");
    if (matrix.length === 0) {
        return [title, note(`Not measured: ${run.testProblem}.`)];
    }
    const worst = list(test.mistakes);
    const wrong = test.count - test.correct;
    return [title,
        element("p", {}, `The weights after step ${asCount(run.modelStep)} recognise ` +
            `${asCount(test.correct)} of ${plural(test.count, "test image")} of ${test.data} ` +
            `(${asShare(test.correct / test.count)}), mean loss ${asNumber(test.loss)}.`),
        matrix.length > MATRIX_CLASSES_MAX ? confusedPairs(matrix) : confusionMatrix(matrix),
        worst.length === 0 ? null : element("h4", {}, worst.length === wrong
            ? "All wrong images" : "The worst of them"),
        worst.length === 0 ? null : note("Label \u2192 what it was taken for, and the " +
            "probability that the model gave to that."),
        worst.length === 0 ? null : element("ul", {class: "pictures"},
            worst.map((mistake) => mistakePicture(run, test, mistake)))];
}
