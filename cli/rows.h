/* rows.h - a table of results as text for people, as CSV, or as one JSON object.
 * SPDX-License-Identifier: MIT
 *
 * Text and CSV are printed row by row, so that long experiments can be watched. JSON is
 *     {KEY: VALUE, ..., "rows": [{COLUMN: VALUE, ...}, ...], KEY: VALUE, ...}
 * Numbers have 4 digits as text, 9 otherwise; what is not finite is "-" as text, nothing in CSV,
 * and null in JSON.
 */
#ifndef NOTCH_CLI_ROWS_H
#define NOTCH_CLI_ROWS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum rows_format {
    ROWS_TEXT = 0,
    ROWS_CSV,
    ROWS_JSON
} rows_format;

typedef struct rows_column {
    const char *name; /* key of JSON and CSV; with spaces for underscores the heading of the text */
    int width;        /* of the text; names are to the left, numbers to the right */
    bool is_name;
} rows_column;

typedef struct rows_cell {
    const char *name; /* where the column has names */
    double number;
} rows_cell;

typedef struct rows {
    rows_format format;
    const rows_column *columns;
    size_t column_count;
    size_t printed; /* rows so far */
} rows;

/* CSV if `csv`, JSON if `json`. Begins the object, or nothing. */
rows rows_begin(bool csv, bool json, const rows_column *columns, size_t column_count);
/* The headings, or the beginning of the array. Keys may be printed before and after. */
void rows_head(const rows *r);
void rows_add(rows *r, const rows_cell *cells);
/* The end of the array. */
void rows_foot(const rows *r);
/* Keys of JSON; other formats print nothing. */
void rows_key_number(const rows *r, const char *key, double value);
void rows_key_name(const rows *r, const char *key, const char *value);
void rows_key_truth(const rows *r, const char *key, bool value);
/* The end of the object; its last key is `key`, a truth. */
void rows_end(const rows *r, const char *key, bool value);

#endif
