/* sample_table.c - the categories that `notch sample` shows, one a row.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bar.h"
#include "sample.h"

enum {
    LINE_COLUMNS = 80,
    BAR_COLUMNS_MIN = 10,
    BAR_COLUMNS_WANTED = 32
};

typedef enum column {
    COLUMN_CATEGORY,
    COLUMN_MASS,
    COLUMN_EXPECTED,
    COLUMN_DEVIATION,
    COLUMN_OBSERVED,
    COLUMN_OBSERVED_DEVIATION, /* several draws only */
    COLUMN_Z,
    COLUMN_COUNT
} column;

static const char *const titles[COLUMN_COUNT] = {"category", "mass",        "expected", "sd",
                                                 "observed", "observed sd", "z"};

typedef struct table {
    const sample_results *results;
    uint64_t *cells; /* the rows */
    uint64_t count;
    uint64_t hidden; /* categories without a row */
    int decimals, deviation_decimals;
    int widths[COLUMN_COUNT];
    double longest; /* what fills a bar */
} table;

/* ---- fields ---------------------------------------------------------------------------------- */

/* Enough to see how far numbers of this size are from each other. */
static int decimals_for(double largest)
{
    return largest >= 1e5 ? 1 : largest >= 10 ? 2 : 4;
}

static void format_field(const table *t, column which, uint64_t cell, char text[SAMPLE_TEXT])
{
    const sample_results *r = t->results;
    const sample_cell c = sample_cell_at(r, cell);
    const bool null_cell = cell == r->masses.count;
    switch (which) {
    case COLUMN_CATEGORY:
        if (null_cell) {
            (void)snprintf(text, SAMPLE_TEXT, "null");
        } else {
            (void)snprintf(text, SAMPLE_TEXT, "%" PRIu64, cell + 1);
        }
        break;
    case COLUMN_MASS:
        (void)snprintf(text, SAMPLE_TEXT, "%" PRIu64,
                       null_cell ? r->settings->null_mass : r->masses.values[cell]);
        break;
    case COLUMN_EXPECTED:
        (void)snprintf(text, SAMPLE_TEXT, "%.*f", t->decimals, c.expected);
        break;
    case COLUMN_DEVIATION:
        (void)snprintf(text, SAMPLE_TEXT, "%.*f", t->deviation_decimals, sqrt(c.variance));
        break;
    case COLUMN_OBSERVED:
        (void)snprintf(text, SAMPLE_TEXT, "%.*f", r->settings->repeat > 1 ? t->decimals : 0,
                       c.observed);
        break;
    case COLUMN_OBSERVED_DEVIATION:
        (void)snprintf(text, SAMPLE_TEXT, "%.*f", t->deviation_decimals, sqrt(c.observed_variance));
        break;
    case COLUMN_Z:
    case COLUMN_COUNT:
        sample_format_z(c.z, text);
        break;
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bool has_column(const table *t, column which)
{
    return which != COLUMN_OBSERVED_DEVIATION || t->results->settings->repeat > 1;
}

/* The heaviest categories, and the null one if anything can fall into it. */
static bool choose_rows(table *t)
{
    const sample_results *r = t->results;
    const uint64_t null_cell = r->masses.count;
    t->cells = sample_heaviest(r, &t->count);
    if (t->cells == NULL) {
        return false;
    }
    t->hidden = r->masses.count - t->count;
    if (r->settings->null_mass > 0 || r->totals[null_cell] > 0) {
        t->cells[t->count++] = null_cell; /* sample_heaviest leaves room for one more */
    }
    return true;
}

static void measure(table *t)
{
    char text[SAMPLE_TEXT];
    double expected = 0, deviation = 0;
    for (uint64_t k = 0; k < t->count; k++) {
        const sample_cell c = sample_cell_at(t->results, t->cells[k]);
        expected = fmax(expected, c.expected);
        deviation = fmax(deviation, sqrt(c.variance));
        t->longest = fmax(t->longest, fmax(c.expected, c.observed));
    }
    t->decimals = decimals_for(expected);
    t->deviation_decimals = decimals_for(deviation);
    for (column which = 0; which < COLUMN_COUNT; which++) {
        t->widths[which] = (int)strlen(titles[which]);
        for (uint64_t k = 0; k < t->count; k++) {
            format_field(t, which, t->cells[k], text);
            const int length = (int)strlen(text);
            t->widths[which] = length > t->widths[which] ? length : t->widths[which];
        }
    }
}

static unsigned bar_columns(const table *t)
{
    int left = LINE_COLUMNS;
    for (column which = 0; which < COLUMN_COUNT; which++) {
        left -= has_column(t, which) ? t->widths[which] + 2 : 0;
    }
    left = left < BAR_COLUMNS_MIN ? BAR_COLUMNS_MIN : left;
    return (unsigned)(left > BAR_COLUMNS_WANTED ? BAR_COLUMNS_WANTED : left);
}

static void print_row(const table *t, uint64_t cell, bool blocks)
{
    char text[SAMPLE_TEXT], bar[BAR_TEXT];
    for (column which = 0; which < COLUMN_COUNT; which++) {
        if (has_column(t, which)) {
            format_field(t, which, cell, text);
            printf("%s%*s", which == 0 ? "" : "  ", t->widths[which], text);
        }
    }
    const sample_cell c = sample_cell_at(t->results, cell);
    const double scale = t->longest > 0 ? t->longest : 1;
    bar_draw(c.observed / scale, c.expected / scale, bar_columns(t), blocks, bar);
    printf("%s%s\n", bar[0] == '\0' ? "" : "  ", bar);
}

static void print_rows(const table *t)
{
    const bool blocks = bar_has_blocks();
    for (column which = 0; which < COLUMN_COUNT; which++) {
        if (has_column(t, which)) {
            printf("%s%*s", which == 0 ? "" : "  ", t->widths[which], titles[which]);
        }
    }
    printf("  observed, %s expected\n", blocks ? "\xe2\x94\x82" : "|");
    for (uint64_t k = 0; k < t->count; k++) {
        if (t->cells[k] == t->results->masses.count && t->hidden > 0) {
            printf("... and %" PRIu64 " more\n", t->hidden);
        }
        print_row(t, t->cells[k], blocks);
    }
    if (t->hidden > 0 && t->cells[t->count - 1] != t->results->masses.count) {
        printf("... and %" PRIu64 " more\n", t->hidden);
    }
    printf("\n");
}

bool sample_print_table(const sample_results *results)
{
    table t = {.results = results};
    if (!choose_rows(&t)) {
        return false;
    }
    measure(&t);
    print_rows(&t);
    free(t.cells);
    return true;
}
