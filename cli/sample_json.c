/* sample_json.c - the result of `notch sample` as one JSON object.
 * SPDX-License-Identifier: MIT
 *
 * Integers are printed in full. What JSON cannot say is null. Figures that compare have few digits:
 * more would be noise, and these are the same on every machine.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sample.h"

enum {
    MOMENT_DIGITS = 15,
    FIGURE_DIGITS = 6
};

static void print_real(const char *key, double value, int digits)
{
    if (isfinite(value)) {
        printf("\"%s\": %.*g", key, digits, value);
    } else {
        printf("\"%s\": null", key);
    }
}

static void print_cell(const sample_results *r, uint64_t cell)
{
    const sample_cell c = sample_cell_at(r, cell);
    if (cell == r->masses.count) {
        printf("{\"category\": null, \"mass\": %" PRIu64, r->settings->null_mass);
    } else {
        printf("{\"category\": %" PRIu64 ", \"mass\": %" PRIu32, cell + 1, r->masses.values[cell]);
    }
    printf(", \"count\": %" PRIu64 ", ", r->totals[cell]);
    print_real("expected", c.expected, MOMENT_DIGITS);
    printf(", ");
    print_real("variance", c.variance, MOMENT_DIGITS);
    printf(", ");
    print_real("observed", c.observed, MOMENT_DIGITS);
    printf(", ");
    print_real("observed_variance", c.observed_variance, MOMENT_DIGITS);
    printf(", ");
    print_real("z", c.z, FIGURE_DIGITS);
    printf("}");
}

static void print_request(const sample_results *r)
{
    const sample_settings *s = r->settings;
    printf("  \"version\": \"%s\",\n", notch_version());
    printf("  \"sampler\": \"%s\",\n", notch_sampler_name((notch_sampler)s->sampler));
    printf("  \"inflation\": \"%s\",\n", notch_inflation_name((notch_inflation)s->inflation));
    printf("  \"trials\": %" PRIu64 ",\n", s->trials);
    printf("  \"null_mass\": %" PRIu64 ",\n", s->null_mass);
    printf("  \"seed\": %" PRIu64 ",\n", s->seed);
    printf("  \"step\": %" PRIu64 ",\n", s->step);
    printf("  \"repeat\": %" PRIu64 ",\n", s->repeat);
    printf("  \"categories\": %" PRIu64 ",\n", r->masses.count);
    printf("  \"total_mass\": %" PRIu64 ",\n", r->masses.sum);
}

static bool print_rows(const sample_results *r)
{
    uint64_t count;
    uint64_t *cells = sample_heaviest(r, &count);
    if (cells == NULL) {
        return false;
    }
    printf("  \"rows\": [");
    for (uint64_t k = 0; k < count; k++) {
        printf("%s\n    ", k == 0 ? "" : ",");
        print_cell(r, cells[k]);
    }
    printf("%s],\n", count == 0 ? "" : "\n  ");
    free(cells);
    return true;
}

static void print_test(const sample_results *r)
{
    const sample_test test = sample_test_of(r);
    if (!sample_has_test(r) || test.degrees == 0) {
        printf("  \"chi_square\": null\n");
        return;
    }
    printf("  \"chi_square\": {");
    print_real("value", test.chi_square, FIGURE_DIGITS);
    printf(", \"degrees_of_freedom\": %" PRIu64 ", \"pooled\": %" PRIu64 ", \"p\": %.3f}\n",
           test.degrees, test.pooled, test.p);
}

static void print_summary(const sample_results *r)
{
    const sample_summary s = sample_summarise(r);
    printf("  \"null\": ");
    print_cell(r, r->masses.count);
    printf(",\n  \"compared\": %" PRIu64 ",\n", s.compared);
    printf("  \"impossible\": %" PRIu64 ",\n  ", s.impossible);
    print_real("sum_of_z2", s.sum_of_squares, FIGURE_DIGITS);
    printf(",\n  ");
    print_real("max_abs_z", s.compared > 0 ? s.largest : (double)NAN, FIGURE_DIGITS);
    printf(",\n");
    print_test(r);
}

bool sample_print_json(const sample_results *results)
{
    printf("{\n");
    print_request(results);
    if (!print_rows(results)) {
        return false;
    }
    print_summary(results);
    printf("}\n");
    return true;
}
