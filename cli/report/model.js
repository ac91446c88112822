/* model.js - what the last model of a run makes of its test data.
 * SPDX-License-Identifier: MIT
 */
const SHOWN_CLASSES = 20; /* the most for which the whole matrix is shown */
const SHOWN_CONFUSIONS = 20;

function confusionCell(label, taken, count, rowSum) {
    const share = rowSum > 0 ? count / rowSum : 0;
    const right = label === taken;
    const cell = element("td", count === 0 ? {class: "none"} : {}, plain(count));
    if (count > 0) {
        cell.style.background = right ? "rgba(var(--right), " + (0.1 + 0.35 * share) + ")"
            : "rgba(var(--wrong), " + Math.min(0.6, 0.08 + 6 * share) + ")";
        cell.title = plain(count) + " images of class " + label + " taken for " + taken;
    }
    return cell;
}

function confusionMatrix(confusion) {
    const caption = "Images of each label (rows) by the class they were taken for (columns)";
    const head = element("tr", {}, element("th", {scope: "col"}, "label"),
        confusion.map((row, k) => element("th", {scope: "col"}, k)),
        element("th", {scope: "col"}, "right"));
    const body = confusion.map((row, label) => {
        const all = sum(row);
        return element("tr", {}, element("th", {scope: "row"}, label),
            row.map((count, taken) => confusionCell(label, taken, count, all)),
            element("td", {}, all > 0 ? fixedPercent(row[label] / all, 1) : UNKNOWN));
    });
    return element("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": caption},
        element("table", {class: "confusion"}, element("caption", {}, caption),
            element("thead", {}, head), element("tbody", {}, body)));
}

function frequentConfusions(confusion) {
    const all = [];
    confusion.forEach((row, label) => row.forEach((count, taken) => {
        if (label !== taken && count > 0) {
            all.push([label, taken, count, fixedPercent(count / sum(row), 1)]);
        }
    }));
    all.sort((a, b) => b[2] - a[2]);
    return table("The most frequent confusions of " + confusion.length + " classes",
        [{title: "label"}, {title: "taken for"}, {title: "images"}, {title: "of the label"}],
        all.slice(0, SHOWN_CONFUSIONS).map((row) => row.map(plain)));
}

/* pixels: base64 of [channels][height][width], 0 to `maximum`. */
function picture(evaluation, pixels, words) {
    const [channels, height, width] = evaluation.image;
    const bytesOf = atob(pixels), plane = width * height;
    const canvas = element("canvas", {width, height});
    const pen = canvas.getContext("2d");
    const image = pen.createImageData(width, height);
    for (let k = 0; k < plane; k++) {
        for (let c = 0; c < 3; c++) {
            const at = (channels === 3 ? c * plane : 0) + k;
            image.data[4 * k + c] = 255 * bytesOf.charCodeAt(at) / evaluation.maximum;
        }
        image.data[4 * k + 3] = 255;
    }
    pen.putImageData(image, 0, 0);
    return element("img", {src: canvas.toDataURL(), width, height, alt: words});
}

function mistakeFigure(evaluation, mistake) {
    const words = "test image " + mistake.image + ": a " + mistake.label + " taken for a " +
        mistake.class + " with probability " + fixedPercent(mistake.probability, 1);
    return element("li", {}, element("figure", {title: words},
        picture(evaluation, mistake.pixels, words),
        element("figcaption", {}, element("strong", {}, mistake.label + " \u2192 " + mistake.class),
            element("br", {}), fixedPercent(mistake.probability, 1))));
}

function evaluationParts(run) {
    const evaluation = run.evaluation;
    if (evaluation === null) {
        return [element("p", {class: "note"},
            "No confusion matrix and no mistakes could be computed: " + run.evaluation_problem)];
    }
    const count = evaluation.count, wrong = count - evaluation.correct;
    const parts = [element("p", {class: "note"}, "last.notch on " +
        withS(count, "test image") + " of " + evaluation.data + ": " +
        percent(evaluation.correct / count) + " right, loss " + fixed(evaluation.loss, 4) + ".")];
    const matrix = element("div", {class: "card"}, evaluation.confusion.length <= SHOWN_CLASSES
        ? confusionMatrix(evaluation.confusion) : frequentConfusions(evaluation.confusion));
    const mistakes = element("div", {class: "card"}, element("p", {class: "note"},
        evaluation.mistakes.length === 0 ? "No image was mistaken."
            : "The worst of " + withS(wrong, "mistake") + ": those whose label was thought least " +
              "probable. Label \u2192 class it was taken for, and with which probability."),
        element("ul", {class: "mistakes"},
            evaluation.mistakes.map((mistake) => mistakeFigure(evaluation, mistake))));
    parts.push(element("div", {class: "grid large"}, matrix, mistakes));
    return parts;
}
