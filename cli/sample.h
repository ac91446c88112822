/* sample.h - what `notch sample` has drawn, and what the closed form says about it.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_SAMPLE_H
#define NOTCH_CLI_SAMPLE_H

#include <notch/notch.h>

#include "masses.h"

enum {
    SAMPLE_REPEAT_MAX = 1000000, /* times 2^40 trials is less than 2^60 */
    SAMPLE_ROWS = 20
};

/* As the options say; the numbers of enumerations are those of the library. */
typedef struct sample_settings {
    uint64_t sampler, inflation, trials, null_mass;
    uint64_t seed, step, repeat; /* draw k of `repeat` has step number step + k */
    uint64_t threads, isa;
    uint64_t rows; /* how many categories to show; 0: no table at all */
    bool json;
} sample_settings;

/* The cells of a comparison: the categories, and after them the null category, number
 * masses.count. */
typedef struct sample_results {
    const sample_settings *settings;
    masses masses;
    double *expected, *variance; /* of one draw, in closed form */
    uint64_t *totals;            /* counts of all draws together */
    double *squares; /* sum over all draws of (count - expected)^2; NULL for a single draw */
} sample_results;

/* One cell, averaged over the draws. */
typedef struct sample_cell {
    double expected, variance; /* of one draw */
    double observed;
    double observed_variance; /* NAN for a single draw */
    double z; /* (observed - expected) over its standard deviation. Where that is 0: NAN if the two
               * are equal as they must be, else an infinity. */
} sample_cell;

/* All cells together. */
typedef struct sample_summary {
    uint64_t compared;     /* cells with a variance */
    uint64_t impossible;   /* cells whose z is infinite */
    double sum_of_squares; /* of z over the compared cells. Its mean is their number. */
    double largest;        /* |z| over the compared cells, 0 if there are none */
    uint64_t largest_cell;
    /* Ratio of observed to expected variance over the compared cells; more than one draw only. */
    double ratio_mean, ratio_least, ratio_most;
} sample_summary;

/* Pearson's test. Cells that expect fewer than 5 are pooled into one, for which the usual
 * approximation of the law is good enough again. */
typedef struct sample_test {
    double chi_square;
    uint64_t degrees; /* of freedom; 0: everything would be pooled, or there is one cell only */
    uint64_t pooled;  /* cells */
    double p;         /* probability of at least this much, to about 0.001 */
} sample_test;

/* Draws and computes. *results is to be freed with sample_free, whatever the status.
 * settings and m must outlive it; the masses become part of it. */
notch_status sample_draw(const sample_settings *settings, masses m, sample_results *results,
                         notch_error *error);
void sample_free(sample_results *results);

sample_cell sample_cell_at(const sample_results *results, uint64_t cell);
sample_summary sample_summarise(const sample_results *results);

/* Whether counts are those of independent trials, the only ones that the test is for. */
bool sample_has_test(const sample_results *results);
sample_test sample_test_of(const sample_results *results);

/* The heaviest categories, as many as settings.rows says, heaviest first; in the order of the file
 * if that is all of them. *count is how many. The array is to be freed and has room for one more;
 * NULL if there is no memory. */
uint64_t *sample_heaviest(const sample_results *results, uint64_t *count);

enum {
    SAMPLE_TEXT = 32 /* bytes of a number as text */
};

/* "+1.23", "-" for NAN, "inf". */
void sample_format_z(double z, char text[SAMPLE_TEXT]);

/* Print on standard output, in this order for people, or everything as one JSON object.
 * Two of them can fail, for lack of memory only. */
void sample_print_request(const sample_results *results);
bool sample_print_table(const sample_results *results);
void sample_print_summary(const sample_results *results);
bool sample_print_json(const sample_results *results);

#endif
