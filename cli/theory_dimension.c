/* theory_dimension.c - `notch theory dimension`: noise floors against the number of parameters.
 * SPDX-License-Identifier: MIT
 *
 * The problem is F(x) = |x - c|^2 / 2 with c_i from -alpha, 0 and alpha, begun at c, and minibatch
 * noise of total variance V = 1 whatever d is: +-1/sqrt(d) in each coordinate. So |g - gF| stays
 * and |g|_1 grows as sqrt(d).
 *
 * zim with n trials and Z = 2.5 sqrt(d): the floor of Proposition 4 is alpha L (Z + (n - 1) V / Z).
 * bold adds lambda = n |g| / Z = LEARNING_RATE |g| to its accumulators and has weights -alpha and
 * alpha, of which none suits c_i = 0: there the gradient keeps the length alpha, whatever the rule
 * does, and that is a third of all coordinates. Its floor of Proposition 12 is alpha L 4 d / mu.
 *
 * Chains run until the start is forgotten, Z / (n alpha) steps being the time in which zim's mean
 * falls by e; the second half of each is averaged.
 */
#include <math.h>
#include <stdio.h>

#include "commands.h"
#include "common_options.h"
#include "rows.h"
#include "theory.h"

enum {
    SIZES_MAX = 16,
    COLUMNS = 8,
    BOLD_STEPS = 400,
    FORGOTTEN = 3 /* times in which the mean falls by e, twice */
};

static const double rate = 0.5, bold_rate = 0.1, scale_of_noise = 2.5;

typedef struct contender {
    const char *name;
    notch_rule rule;
    notch_sampler sampler;
    uint64_t trials; /* zim */
} contender;

static const char notes[] =
    "Two updates, on a quadratic whose minibatch noise has the same length for every d:\n"
    "  zim    n = --trials, the same for every d; mode unbiased, Z = 2.5 sqrt(d)\n"
    "  bold   weights of 1 bit, of which none suits a third of the coordinates\n"
    "predicted is the floor alpha L M / mu of Proposition 4, measured what is left of\n"
    "|gF|^2 after the start is forgotten. The exponents are those of d in between this\n"
    "row and the one before.";

static const rows_column columns[COLUMNS] = {{"d", 8, false},
                                             {"rule", 4, true},
                                             {"n", 9, false},
                                             {"predicted", 10, false},
                                             {"measured", 10, false},
                                             {"ratio", 7, false},
                                             {"predicted_exponent", 18, false},
                                             {"measured_exponent", 17, false}};

static notch_theory_case case_of(const contender *who, uint64_t d, uint64_t seed,
                                 const notch_problem *problem)
{
    const double scale = scale_of_noise * sqrt((double)d);
    notch_theory_case c = {.problem = problem,
                           .update = {who->rule, who->sampler, who->trials, scale},
                           .rate = rate,
                           .seed = seed,
                           .failure = 0.5}; /* not used */
    if (who->rule == NOTCH_RULE_BOLD) {
        c.update.scale = 4 * (sqrt((double)d) + (double)d);
        c.update.trials = (uint64_t)fmax(1, rint(bold_rate * c.update.scale));
        c.steps = BOLD_STEPS;
    } else {
        c.steps = (uint64_t)ceil(2 * FORGOTTEN * scale / ((double)who->trials * rate));
        c.steps = c.steps < BOLD_STEPS ? BOLD_STEPS : c.steps;
    }
    c.discard = c.steps / 2;
    c.runs = d >= 100000 ? 2 : d >= 1000 ? 4 : 64;
    return c;
}

static notch_status measure(const contender *who, uint64_t d, uint64_t seed,
                            const notch_executor *executor, notch_theory_case *c,
                            notch_theory_result *result, notch_error *error)
{
    const notch_synthetic options = {
        .parameters = d, .condition = 1, .noise = 1 / sqrt((double)d), .spacing = rate};
    notch_problem *problem = NULL;
    notch_status status = notch_problem_create_synthetic(&options, &problem, error);
    if (status == NOTCH_OK) {
        *c = case_of(who, d, seed, problem);
        status = notch_theory_measure(c, executor, result, error);
    }
    notch_problem_destroy(problem);
    return status;
}

static double exponent(double now, double before, double d, double d_before)
{
    return log(now / before) / log(d / d_before);
}

static notch_status run(const contender *who, const uint64_t *sizes, size_t count, uint64_t seed,
                        const notch_executor *executor, rows *table, bool *under,
                        notch_error *error)
{
    notch_theory_result before = {0};
    for (size_t k = 0; k < count; k++) {
        notch_theory_case c;
        notch_theory_result r;
        const notch_status status = measure(who, sizes[k], seed, executor, &c, &r, error);
        if (status != NOTCH_OK) {
            return status;
        }
        const double d = (double)sizes[k], d_before = k == 0 ? (double)NAN : (double)sizes[k - 1];
        const rows_cell cells[COLUMNS] = {
            {NULL, d},
            {who->name, 0},
            {NULL, (double)c.update.trials},
            {NULL, r.floor},
            {NULL, r.measured},
            {NULL, r.floor / r.measured},
            {NULL, exponent(r.floor, before.floor, d, d_before)},
            {NULL, exponent(r.measured, before.measured, d, d_before)}};
        rows_add(table, cells);
        *under = *under && r.measured <= r.floor;
        before = r;
    }
    return NOTCH_OK;
}

int theory_dimension(int argc, char **argv)
{
    bool json = false, csv = false, under = true;
    uint64_t sizes[SIZES_MAX] = {10, 100, 1000, 10000, 100000, 1000000}, trials = 16, seed = 1,
             threads = 0, sampler = NOTCH_SAMPLER_MULTINOMIAL;
    size_t size_count = 6;
    const option_entry entries[] = {
        {.kind = OPTION_NUMBER,
         .name = "parameters",
         .argument = "D,...",
         .value = sizes,
         .list_count = &size_count,
         .list_capacity = SIZES_MAX,
         .minimum = 2,
         .maximum = UINT64_C(1) << 24,
         .help = "numbers of parameters, in rising order"},
        {.kind = OPTION_NUMBER,
         .name = "trials",
         .argument = "N",
         .value = &trials,
         .minimum = 1,
         .maximum = 1024,
         .help = "n of zim, for every d"},
        option_sampler(&sampler, "of zim"),
        option_seed(&seed, "seed of the first run"),
        option_threads(&threads),
        option_csv(&csv),
        option_json(&json),
    };
    const option_table table = {.command = "notch theory dimension",
                                .purpose = THEORY_PURPOSE_DIMENSION,
                                .notes = notes,
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0]};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    for (size_t k = 1; k < size_count; k++) {
        if (sizes[k] <= sizes[k - 1]) {
            return options_refuse(table.command, "--parameters are not in rising order");
        }
    }
    const contender contenders[] = {{"zim", NOTCH_RULE_ZIM, (notch_sampler)sampler, trials},
                                    {"bold", NOTCH_RULE_BOLD, NOTCH_SAMPLER_MULTINOMIAL, 0}};
    notch_threads *pool = NULL;
    notch_error error = {NOTCH_OK, ""};
    notch_status status = notch_threads_create((uint32_t)threads, &pool, &error);
    if (status != NOTCH_OK) {
        return command_fail(table.command, &error);
    }
    rows out = rows_begin(csv, json, columns, COLUMNS);
    rows_key_number(&out, "alpha", rate);
    rows_head(&out);
    for (size_t k = 0; k < 2 && status == NOTCH_OK; k++) {
        status = run(&contenders[k], sizes, size_count, seed, notch_threads_executor(pool), &out,
                     &under, &error);
    }
    notch_threads_destroy(pool);
    if (status != NOTCH_OK) {
        return command_fail(table.command, &error);
    }
    rows_foot(&out);
    rows_end(&out, "measured_below_predicted", under);
    return under ? EXIT_DONE : EXIT_FAILED;
}
