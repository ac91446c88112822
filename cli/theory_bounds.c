/* theory_bounds.c - `notch theory bounds`: constants and bound of an update on a problem.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>

#include "commands.h"
#include "common_options.h"
#include "rows.h"
#include "theory.h"

enum {
    STEPS_LISTED_MAX = 16,
    PROBLEM_GIVEN = 0,
    PROBLEM_QUADRATIC,
    PROBLEM_NON_CONVEX,
    PROBLEM_DIGITS,
    RULE_ZIM = 0,
    RULE_SR,
    RULE_BOLD
};

typedef struct bounds_settings {
    uint64_t rule, sampler, problem;
    uint64_t trials, parameters;
    uint64_t rate, scale, smoothness, variance, variance_gain, gap; /* times 2^32 */
    uint64_t steps[STEPS_LISTED_MAX];
    size_t step_count;
    bool scale_given, json, csv;
} bounds_settings;

static const char notes[] =
    "Without --problem the facts are those given. With it, L, V, V_G and the gap are the\n"
    "problem's, and Z is where it is not given:\n"
    "  quadratic, non-convex   d parameters, L = 1, noise of 1 in each coordinate\n"
    "  digits                  logistic regression on 128 digits, d = 50\n"
    "\n"
    "  mu        <gF, E u> >= mu |gF|^2; for bold an assumption, not a consequence\n"
    "  M, M_G    E |u|^2 <= M + M_G |gF|^2\n"
    "  largest   the largest alpha that Proposition 4 admits, mu / (L M_G)\n"
    "  floor     alpha L M / mu, which stays as K grows\n"
    "  start     2 gap / (K mu alpha), which does not";

static const char *rule_names(uint64_t value)
{
    static const char *const names[] = {"zim", "sr", "bold"};
    return value <= RULE_BOLD ? names[value] : NULL;
}

static const char *problem_names(uint64_t value)
{
    static const char *const names[] = {"given", "quadratic", "non-convex", "digits"};
    return value <= PROBLEM_DIGITS ? names[value] : NULL;
}

static int parse(int argc, char **argv, bounds_settings *s)
{
    const option_entry entries[] = {
        {.kind = OPTION_HEADING, .help = "The update"},
        {.kind = OPTION_CHOICE,
         .name = "rule",
         .argument = "NAME",
         .value = &s->rule,
         .choices = rule_names,
         .help = "update rule, mode unbiased"},
        option_sampler(&s->sampler, "zim: how the trials are drawn"),
        {.kind = OPTION_FIXED,
         .name = "alpha",
         .argument = "A",
         .value = &s->rate,
         .minimum = 1,
         .maximum = UINT64_MAX,
         .help = "value of one notch: the learning rate"},
        {.kind = OPTION_NUMBER,
         .name = "trials",
         .argument = "N",
         .value = &s->trials,
         .minimum = 1,
         .maximum = NOTCH_TRIALS_MAX,
         .help = "n"},
        {.kind = OPTION_FIXED,
         .name = "scale",
         .argument = "Z",
         .value = &s->scale,
         .given = &s->scale_given,
         .minimum = 1,
         .maximum = UINT64_MAX,
         .help = "Z, at least |g|_1 of every minibatch"},
        {.kind = OPTION_HEADING, .help = "The problem"},
        {.kind = OPTION_CHOICE,
         .name = "problem",
         .argument = "NAME",
         .value = &s->problem,
         .choices = problem_names,
         .help = "whose facts to take"},
        {.kind = OPTION_NUMBER,
         .name = "parameters",
         .argument = "D",
         .value = &s->parameters,
         .minimum = 1,
         .maximum = UINT64_C(1) << 24,
         .help = "d"},
        {.kind = OPTION_FIXED,
         .name = "smoothness",
         .argument = "L",
         .value = &s->smoothness,
         .minimum = 1,
         .maximum = UINT64_MAX,
         .help = "L: the gradient is L-Lipschitz"},
        {.kind = OPTION_FIXED,
         .name = "variance",
         .argument = "V",
         .value = &s->variance,
         .maximum = UINT64_MAX,
         .help = "V in E |g|^2 <= V + V_G |gF|^2"},
        {.kind = OPTION_FIXED,
         .name = "variance-gain",
         .argument = "V_G",
         .value = &s->variance_gain,
         .maximum = UINT64_MAX,
         .help = "V_G in the same"},
        {.kind = OPTION_FIXED,
         .name = "gap",
         .argument = "G",
         .value = &s->gap,
         .maximum = UINT64_MAX,
         .help = "F(x_0) - F_inf"},
        {.kind = OPTION_HEADING, .help = "Output"},
        {.kind = OPTION_NUMBER,
         .name = "steps",
         .argument = "K,...",
         .value = s->steps,
         .list_count = &s->step_count,
         .list_capacity = STEPS_LISTED_MAX,
         .minimum = 1,
         .maximum = UINT64_C(1) << 53,
         .help = "numbers of steps to give the bound for"},
        option_csv(&s->csv),
        option_json(&s->json),
    };
    const option_table table = {.command = "notch theory bounds",
                                .purpose = THEORY_PURPOSE_BOUNDS,
                                .notes = notes,
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0]};
    char **operands;
    return options_parse(&table, argc, argv, &operands);
}

static double real(uint64_t fixed)
{
    return ldexp((double)fixed, -32);
}

static notch_status make_problem(const bounds_settings *s, notch_problem **problem,
                                 notch_error *error)
{
    const notch_synthetic synthetic = {.parameters = s->parameters,
                                       .condition = 1,
                                       .saturating = s->problem == PROBLEM_NON_CONVEX,
                                       .noise = 1,
                                       .spacing = real(s->rate),
                                       .start = 1};
    const notch_logistic logistic = {128, 4, 0.01};
    notch_dataset *digits = NULL;
    if (s->problem != PROBLEM_DIGITS) {
        return notch_problem_create_synthetic(&synthetic, problem, error);
    }
    notch_status status = notch_dataset_create_digits(NOTCH_DIGITS_TEST, NULL, &digits, error);
    if (status == NOTCH_OK) {
        status = notch_problem_create_logistic(digits, &logistic, problem, error);
    }
    notch_dataset_destroy(digits);
    return status;
}

/* The facts, and the scale where it is the problem's. */
static notch_status find_facts(const bounds_settings *s, notch_theory_facts *facts, double *scale,
                               notch_error *error)
{
    notch_problem *problem = NULL;
    *facts = (notch_theory_facts){s->parameters, real(s->smoothness), real(s->variance),
                                  real(s->variance_gain), real(s->gap)};
    *scale = real(s->scale);
    if (s->problem == PROBLEM_GIVEN) {
        return NOTCH_OK;
    }
    const notch_status status = make_problem(s, &problem, error);
    if (status == NOTCH_OK) {
        *facts = notch_problem_facts(problem, real(s->rate));
        *scale = s->scale_given ? *scale : notch_problem_scale(problem);
    }
    notch_problem_destroy(problem);
    return status;
}

static void print_bounds(const bounds_settings *s, const notch_theory_facts *facts, double scale,
                         const notch_theory_constants *c)
{
    static const rows_column columns[] = {
        {"K", 12, false}, {"start", 10, false}, {"bound", 10, false}};
    const double rate = real(s->rate), largest = notch_theory_largest_rate(c, facts),
                 level = notch_theory_floor(c, facts, rate);
    const struct {
        const char *key, *label;
        double value;
    } values[] = {
        {"alpha", "alpha", rate},
        {"n", "n", (double)s->trials},
        {"Z", "Z", scale},
        {"d", "d", (double)facts->parameters},
        {"L", "L", facts->smoothness},
        {"V", "V", facts->variance},
        {"V_G", "V_G", facts->variance_gain},
        {"gap", "gap", facts->gap},
        {"mu", c->assumed ? "mu (assumed)" : "mu", c->direction},
        {"M", "M", c->second_moment},
        {"M_G", "M_G", c->second_moment_gain},
        {"largest_alpha", "largest alpha", largest},
        {"floor", "floor", level},
    };
    rows table = rows_begin(s->csv, s->json, columns, sizeof columns / sizeof columns[0]);
    rows_key_name(&table, "rule", rule_names(s->rule));
    for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
        rows_key_number(&table, values[k].key, values[k].value);
        if (table.format == ROWS_TEXT && isfinite(values[k].value)) {
            printf("%-14s %.6g\n", values[k].label, values[k].value);
        } else if (table.format == ROWS_TEXT) {
            printf("%-14s any\n", values[k].label);
        }
    }
    rows_key_truth(&table, "mu_assumed", c->assumed);
    printf(table.format == ROWS_TEXT ? "\n" : "");
    rows_head(&table);
    for (size_t k = 0; k < s->step_count; k++) {
        const double start = notch_theory_start(c, facts, rate, s->steps[k]);
        const rows_cell cells[] = {
            {NULL, (double)s->steps[k]}, {NULL, start}, {NULL, level + start}};
        rows_add(&table, cells);
    }
    rows_foot(&table);
    if (table.format == ROWS_TEXT && rate > largest) {
        printf("\nalpha is too large for Proposition 4: the bound is not shown to hold\n");
    }
    rows_end(&table, "admissible", rate <= largest);
}

int theory_bounds(int argc, char **argv)
{
    const uint64_t one = UINT64_C(1) << 32;
    bounds_settings s = {.sampler = NOTCH_SAMPLER_STRATIFIED,
                         .trials = 128,
                         .parameters = 64,
                         .rate = one / 10,
                         .scale = 128 * one,
                         .smoothness = one,
                         .variance = 64 * one,
                         .variance_gain = one,
                         .gap = one,
                         .steps = {1, 10, 100, 1000, 10000, 100000},
                         .step_count = 6};
    static const notch_rule rules[] = {NOTCH_RULE_ZIM, NOTCH_RULE_SR, NOTCH_RULE_BOLD};
    notch_theory_facts facts;
    notch_theory_constants constants;
    notch_error error = {NOTCH_OK, ""};
    double scale;
    const int code = parse(argc, argv, &s);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    notch_status status = find_facts(&s, &facts, &scale, &error);
    if (status == NOTCH_OK) {
        const notch_theory_update update = {rules[s.rule], (notch_sampler)s.sampler, s.trials,
                                            scale};
        status = notch_theory_constants_of(&update, &facts, &constants, &error);
    }
    if (status != NOTCH_OK) {
        return command_fail("notch theory bounds", &error);
    }
    print_bounds(&s, &facts, scale, &constants);
    return EXIT_DONE;
}
