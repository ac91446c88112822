/* sample_summary.c - what `notch sample` was asked for, and what its rows add up to.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "sample.h"

void sample_format_z(double z, char text[SAMPLE_TEXT])
{
    if (isnan(z)) {
        (void)snprintf(text, SAMPLE_TEXT, "-");
    } else {
        (void)snprintf(text, SAMPLE_TEXT, "%+.2f", fabs(z) < 0.005 ? 0 : z);
    }
}

void sample_print_request(const sample_results *r)
{
    const sample_settings *s = r->settings;
    printf("%" PRIu64 " %s of total mass %" PRIu64 ", null mass %" PRIu64 "\n", r->masses.count,
           r->masses.count == 1 ? "category" : "categories", r->masses.sum, s->null_mass);
    printf("%" PRIu64 " trials, %s", s->trials, notch_sampler_name((notch_sampler)s->sampler));
    if (s->null_mass > 0) {
        printf(", %s inflation", notch_inflation_name((notch_inflation)s->inflation));
    }
    if (s->repeat > 1) {
        printf(", mean of %" PRIu64 " draws", s->repeat);
    }
    printf("\n\n");
    if (r->masses.sum == 0) {
        printf("All masses are zero: nothing can be drawn, all trials are null.\n\n");
    }
}

static void print_null(const sample_results *r)
{
    const sample_cell c = sample_cell_at(r, r->masses.count);
    char z[SAMPLE_TEXT];
    sample_format_z(c.z, z);
    printf("null trials  expected %.2f, observed %.*f, z %s\n", c.expected,
           r->settings->repeat > 1 ? 2 : 0, c.observed, z);
}

static void print_test(const sample_results *r)
{
    const sample_test test = sample_test_of(r);
    if (!sample_has_test(r)) {
        printf("chi-square   -, only multinomial with trial inflation has one\n");
    } else if (test.degrees == 0) {
        printf("chi-square   -, fewer than two cells expect 5 or more\n");
    } else {
        printf("chi-square   %.2f with %" PRIu64 " degrees of freedom, p %s%.3f", test.chi_square,
               test.degrees, test.p < 0.001 ? "< " : "", fmax(test.p, 0.001));
        if (test.pooled > 0) {
            printf(" (cells pooled for expecting fewer than 5: %" PRIu64 ")", test.pooled);
        }
        printf("\n");
    }
}

static void print_largest(const sample_results *r, const sample_summary *s)
{
    printf("max |z|      %.2f", s->largest);
    if (s->largest_cell == r->masses.count) {
        printf(" at null\n");
    } else {
        printf(" at category %" PRIu64 "\n", s->largest_cell + 1);
    }
}

void sample_print_summary(const sample_results *r)
{
    const sample_summary s = sample_summarise(r);
    print_null(r);
    if (s.compared == 0) {
        printf("max |z|      -, nothing is left to chance\n");
    } else {
        print_test(r);
        printf("sum of z^2   %.2f, %" PRIu64 " on average\n", s.sum_of_squares, s.compared);
        print_largest(r, &s);
    }
    if (r->settings->repeat > 1 && s.compared > 0) {
        printf("variance     observed / expected: %.3f on average, %.3f to %.3f\n", s.ratio_mean,
               s.ratio_least, s.ratio_most);
    }
    if (s.impossible > 0) {
        printf("impossible   %" PRIu64 " counts are certain, and others were observed\n",
               s.impossible);
    }
}
