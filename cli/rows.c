/* rows.c - a table of results as text for people, as CSV, or as one JSON object.
 * SPDX-License-Identifier: MIT
 */
#include "rows.h"

#include <math.h>
#include <stdio.h>

enum {
    TEXT_DIGITS = 4,
    FULL_DIGITS = 9
};

rows rows_begin(bool csv, bool json, const rows_column *columns, size_t column_count)
{
    if (json) {
        printf("{\n");
    }
    return (rows){json ? ROWS_JSON : csv ? ROWS_CSV : ROWS_TEXT, columns, column_count, 0};
}

static void print_heading(const rows_column *column, bool last)
{
    char heading[32];
    size_t length = 0;
    for (; column->name[length] != '\0' && length + 1 < sizeof heading; length++) {
        heading[length] = column->name[length];
        if (heading[length] == '_') {
            heading[length] = ' ';
        }
    }
    heading[length] = '\0';
    printf(column->is_name && !last ? "%-*s" : "%*s", last && column->is_name ? 0 : column->width,
           heading);
}

void rows_head(const rows *r)
{
    if (r->format == ROWS_JSON) {
        printf("  \"rows\": [");
        return;
    }
    for (size_t k = 0; k < r->column_count; k++) {
        printf("%s", k == 0 ? "" : r->format == ROWS_CSV ? "," : "  ");
        if (r->format == ROWS_CSV) {
            printf("%s", r->columns[k].name);
        } else {
            print_heading(&r->columns[k], k + 1 == r->column_count);
        }
    }
    printf("\n");
}

static void print_text(const rows_column *column, const rows_cell *cell, bool last)
{
    if (column->is_name) {
        printf("%-*s", last ? 0 : column->width, cell->name);
    } else if (isfinite(cell->number)) {
        printf("%*.*g", column->width, TEXT_DIGITS, cell->number);
    } else {
        printf("%*s", column->width, "-");
    }
}

static void print_value(const rows *r, const rows_column *column, const rows_cell *cell)
{
    const char *quote = r->format == ROWS_JSON ? "\"" : "";
    if (column->is_name) {
        printf("%s%s%s", quote, cell->name, quote);
    } else if (isfinite(cell->number)) {
        printf("%.*g", FULL_DIGITS, cell->number);
    } else {
        printf("%s", r->format == ROWS_JSON ? "null" : "");
    }
}

void rows_add(rows *r, const rows_cell *cells)
{
    if (r->format == ROWS_JSON) {
        printf("%s\n    {", r->printed == 0 ? "" : ",");
    }
    for (size_t k = 0; k < r->column_count; k++) {
        const rows_column *column = &r->columns[k];
        if (r->format == ROWS_TEXT) {
            printf("%s", k == 0 ? "" : "  ");
            print_text(column, &cells[k], k + 1 == r->column_count);
            continue;
        }
        printf("%s", k == 0 ? "" : r->format == ROWS_CSV ? "," : ", ");
        if (r->format == ROWS_JSON) {
            printf("\"%s\": ", column->name);
        }
        print_value(r, column, &cells[k]);
    }
    printf(r->format == ROWS_JSON ? "}" : "\n");
    (void)fflush(stdout);
    r->printed++;
}

void rows_foot(const rows *r)
{
    if (r->format == ROWS_JSON) {
        printf("%s],\n", r->printed == 0 ? "" : "\n  ");
    }
}

void rows_key_number(const rows *r, const char *key, double value)
{
    if (r->format != ROWS_JSON) {
        return;
    }
    if (isfinite(value)) {
        printf("  \"%s\": %.*g,\n", key, FULL_DIGITS, value);
    } else {
        printf("  \"%s\": null,\n", key);
    }
}

void rows_key_name(const rows *r, const char *key, const char *value)
{
    if (r->format == ROWS_JSON) {
        printf("  \"%s\": \"%s\",\n", key, value);
    }
}

void rows_key_truth(const rows *r, const char *key, bool value)
{
    if (r->format == ROWS_JSON) {
        printf("  \"%s\": %s,\n", key, value ? "true" : "false");
    }
}

void rows_end(const rows *r, const char *key, bool value)
{
    if (r->format == ROWS_JSON) {
        printf("  \"%s\": %s\n}\n", key, value ? "true" : "false");
    }
}
