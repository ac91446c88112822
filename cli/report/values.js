/* values.js - what runs have recorded, taken with care, and how numbers are written.
 * SPDX-License-Identifier: MIT
 *
 * Files may hold anything: a value of another kind than expected counts as missing (null).
 */

function number(value) {
    return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function list(value) {
    return Array.isArray(value) ? value : [];
}

function object(value) {
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

function word(value) {
    return typeof value === "string" ? value : "";
}

/* The same key of each object. */
function column(rows, key) {
    return rows.map((row) => number(object(row)[key]));
}

function last(values) {
    return values.length === 0 ? null : values[values.length - 1];
}

function known(values) {
    return values.filter((value) => value !== null);
}

function sum(values) {
    return known(values).reduce((total, value) => total + value, 0);
}

/* ---- as text: MISSING where there is nothing ------------------------------------------------- */

const MISSING = "\u2013";

function written(value, write) {
    return value === null || value === undefined ? MISSING : write(value);
}

/* 11,175,370 */
function asCount(value) {
    return written(value, (v) => v.toLocaleString("en-US", {maximumFractionDigits: 0}));
}

/* Five digits that matter: 0.30927 */
function asNumber(value) {
    return written(value, (v) => v === 0 ? "0" : Number(v.toPrecision(5)).toLocaleString("en-US",
        {maximumSignificantDigits: 5}));
}

/* 98.90 %; more digits where the share is small */
function asShare(value) {
    return written(value, (v) => {
        const percent = 100 * v;
        const small = percent !== 0 && Math.abs(percent) < 0.1;
        return (small ? percent.toPrecision(2) : percent.toFixed(2)) + " %";
    });
}

/* A share on an axis: 98 %, 0.05 % */
function asTick(value) {
    return written(value, (v) => Number((100 * v).toPrecision(4)) + " %");
}

function asSeconds(value) {
    return written(value, (v) => {
        if (v < 60) {
            return v.toFixed(v < 10 ? 2 : 1) + " s";
        }
        const whole = Math.round(v);
        const hours = Math.floor(whole / 3600);
        const minutes = Math.floor(whole / 60) % 60;
        return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
    });
}

function asBytes(value) {
    return written(value, (v) => {
        const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        let unit = 0;
        while (v >= 1024 && unit < units.length - 1) {
            v /= 1024;
            unit++;
        }
        return (unit === 0 ? String(v) : v.toFixed(1)) + " " + units[unit];
    });
}

/* A value as the file has it. */
function asRecorded(value) {
    return value === null || value === undefined ? MISSING : String(value);
}

function plural(value, one) {
    return asCount(value) + " " + one + (value === 1 ? "" : "s");
}
