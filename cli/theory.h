/* theory.h - what the parts of `notch theory` share.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_THEORY_H
#define NOTCH_CLI_THEORY_H

#include <notch/theory.h>

#include "options.h"

enum {
    THEORY_CASES_MAX = 64
};

/* The probability that some confidence limit of a whole `notch theory check` is wrong. */
#define THEORY_FAILURE 1e-3

/* Subcommands: argv[0] is the subcommand's name. They return an exit code. */
int theory_bounds(int argc, char **argv);
int theory_check(int argc, char **argv);
int theory_dimension(int argc, char **argv);
int theory_constants(int argc, char **argv);

/* One case of the check. */
typedef struct theory_case {
    const char *problem; /* its name: cases of one problem stand side by side */
    notch_theory_case of;
    notch_theory_result result;
    double *averages; /* of the runs */
} theory_case;

/* The check: problems and cases. */
typedef struct theory_suite {
    notch_problem *problems[8];
    size_t problem_count;
    theory_case cases[THEORY_CASES_MAX];
    size_t case_count;
} theory_suite;

/* quick: fewer and shorter cases. mnist: its training images, or NULL. To be freed, also on
 * failure. */
notch_status theory_suite_create(bool quick, const notch_dataset *mnist, uint64_t seed,
                                 theory_suite *suite, notch_error *error);
void theory_suite_free(theory_suite *suite);

/* How a sampler's measured floor compares with the multinomial's of the same problem and trials.
 * Both used the same minibatches in the same runs, so that runs are compared in pairs: z is the
 * mean difference (multinomial - sampler) in standard errors. Under no difference z has about the
 * law of Student with runs - 1 degrees of freedom: above 5 by chance with a probability below
 * 1e-6. */
typedef struct theory_comparison {
    const theory_case *sampler, *multinomial;
    double predicted; /* floor of the sampler's bound over the multinomial's */
    double measured;  /* the same of the averages */
    double z;
    bool below; /* both ratios below 1, and z above 5 */
} theory_comparison;

/* Writes a comparison for each case that has one; returns how many. */
size_t theory_suite_compare(const theory_suite *suite, theory_comparison *comparisons);

/* Where a reply says one thing or the other. */
#define THEORY_PURPOSE_BOUNDS "computes the constants and the bound of an update"
#define THEORY_PURPOSE_CHECK "holds the bound against measurement on problems with known constants"
#define THEORY_PURPOSE_DIMENSION "shows how noise floors grow with the number of parameters"
#define THEORY_PURPOSE_CONSTANTS "estimates the constants of a real network along its training"

#endif
