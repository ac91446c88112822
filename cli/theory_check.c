/* theory_check.c - `notch theory check`: the bound against measurement.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "commands.h"
#include "common_options.h"
#include "data_search.h"
#include "rows.h"
#include "theory.h"

static const char notes[] =
    "Every case makes R runs of K discrete updates on a problem whose constants are\n"
    "known and compares the mean of |gF|^2 with the bound of Proposition 4:\n"
    "  floor + start    alpha L M / mu, and 2 (F(x_0) - F_inf) / (K mu alpha)\n"
    "  measured         the mean over runs and steps\n"
    "  limit            upper confidence limit on its expectation: all limits together\n"
    "                   are wrong with a probability of at most 1 in 1000\n"
    "  ratio            floor / (measured - start): what M may be divided by before the\n"
    "                   bound meets the measurement\n"
    "A case holds if the limit is at most floor + start, alpha is admissible, and no run\n"
    "has left the region in which the constants hold.\n"
    "\n"
    "Problems: quadratic (flat), spectrum (a quadratic with curvatures from 1 to 1/10,\n"
    "turned), far start (the same, begun away from the minimum), non-convex, and\n"
    "logistic regression on digits and, without --quick, on MNIST where it is found.\n"
    "\n"
    "The second table compares samplers with the multinomial one: ratios of floors,\n"
    "predicted and measured, and the measured difference in standard errors, z.";

enum {
    CASE_COLUMNS = 13,
    COMPARISON_COLUMNS = 6
};

static const rows_column case_columns[CASE_COLUMNS] = {
    {"problem", 10, true}, {"rule", 4, true},      {"sampler", 11, true}, {"d", 4, false},
    {"n", 4, false},       {"alpha", 8, false},    {"largest", 8, false}, {"floor", 7, false},
    {"start", 8, false},   {"measured", 8, false}, {"limit", 8, false},   {"ratio", 6, false},
    {"verdict", 5, true}};

static const rows_column comparison_columns[COMPARISON_COLUMNS] = {
    {"problem", 10, true},   {"rule", 4, true},      {"sampler", 11, true},
    {"predicted", 9, false}, {"measured", 9, false}, {"z", 6, false}};

static const char *sampler_of(const theory_case *c)
{
    return c->of.update.rule == NOTCH_RULE_ZIM ? notch_sampler_name(c->of.update.sampler) : "-";
}

static void print_case(rows *table, const theory_case *c)
{
    const notch_theory_result *r = &c->result;
    const rows_cell cells[CASE_COLUMNS] = {{c->problem, 0},
                                           {notch_rule_name(c->of.update.rule), 0},
                                           {sampler_of(c), 0},
                                           {NULL, (double)r->facts.parameters},
                                           {NULL, (double)c->of.update.trials},
                                           {NULL, c->of.rate},
                                           {NULL, r->largest_rate},
                                           {NULL, r->floor},
                                           {NULL, r->start},
                                           {NULL, r->measured},
                                           {NULL, r->limit},
                                           {NULL, r->tightness},
                                           {r->holds         ? "holds"
                                            : r->stopped > 0 ? "left the region"
                                            : r->admissible  ? "does not hold"
                                                             : "alpha is too large",
                                            0}};
    rows_add(table, cells);
}

static bool print_comparisons(const theory_suite *suite, bool csv, bool json)
{
    theory_comparison all[THEORY_CASES_MAX];
    const size_t count = theory_suite_compare(suite, all);
    bool below = true;
    rows table = {json  ? ROWS_JSON
                  : csv ? ROWS_CSV
                        : ROWS_TEXT,
                  comparison_columns, COMPARISON_COLUMNS, 0};
    printf(json ? "  \"samplers\": {\n" : "\n");
    rows_head(&table);
    for (size_t k = 0; k < count; k++) {
        const theory_case *c = all[k].sampler;
        const rows_cell cells[COMPARISON_COLUMNS] = {
            {c->problem, 0},         {notch_rule_name(c->of.update.rule), 0},
            {sampler_of(c), 0},      {NULL, all[k].predicted},
            {NULL, all[k].measured}, {NULL, all[k].z}};
        rows_add(&table, cells);
        below = below && all[k].below;
    }
    rows_foot(&table);
    if (json) {
        printf("  \"below\": %s},\n", below ? "true" : "false");
    }
    return below;
}

static notch_status run_cases(theory_suite *suite, const notch_executor *executor, rows *table,
                              size_t *held, notch_error *error)
{
    notch_status status = NOTCH_OK;
    *held = 0;
    rows_head(table);
    for (size_t k = 0; k < suite->case_count && status == NOTCH_OK; k++) {
        theory_case *c = &suite->cases[k];
        status = notch_theory_measure(&c->of, executor, &c->result, error);
        if (status == NOTCH_OK) {
            print_case(table, c);
            *held += c->result.holds;
        }
    }
    rows_foot(table);
    return status;
}

static notch_status check(theory_suite *suite, uint64_t threads, bool csv, bool json, bool *fine,
                          notch_error *error)
{
    notch_threads *pool = NULL;
    size_t held;
    notch_status status = notch_threads_create((uint32_t)threads, &pool, error);
    if (status != NOTCH_OK) {
        return status;
    }
    rows table = rows_begin(csv, json, case_columns, CASE_COLUMNS);
    rows_key_number(&table, "failure", THEORY_FAILURE);
    status = run_cases(suite, notch_threads_executor(pool), &table, &held, error);
    notch_threads_destroy(pool);
    if (status != NOTCH_OK) {
        return status;
    }
    const bool below = print_comparisons(suite, csv, json);
    *fine = below && held == suite->case_count;
    if (!csv && !json) {
        printf("\n%zu of %zu cases hold; floors of other samplers are %sbelow the multinomial's\n",
               held, suite->case_count, below ? "" : "not all ");
    }
    rows_end(&table, "holds", *fine);
    return NOTCH_OK;
}

/* MNIST where it is to be found. */
static void find_mnist(const char *data_dir, notch_dataset **mnist)
{
    data_folders folders;
    notch_error ignored;
    notch_dataset *test = NULL;
    if (data_folders_find(data_dir, &folders, &ignored) == NOTCH_OK) {
        const notch_data_options options = {.folders = (const char *const *)folders.paths,
                                            .folder_count = folders.count};
        (void)notch_data_find("mnist", &options, mnist, &test, &ignored);
    }
    notch_dataset_destroy(test);
    data_folders_free(&folders);
}

int theory_check(int argc, char **argv)
{
    bool quick = false, json = false, csv = false, fine = false;
    uint64_t seed = 1, threads = 0;
    const char *data_dir = NULL;
    const option_entry entries[] = {
        {.kind = OPTION_FLAG,
         .name = "quick",
         .flag = &quick,
         .help = "fewer and shorter runs, small problems, no MNIST: seconds instead of minutes"},
        option_seed(&seed, "seed of the first run"),
        option_threads(&threads),
        option_data_dir(&data_dir),
        option_csv(&csv),
        option_json(&json),
    };
    const option_table table = {.command = "notch theory check",
                                .purpose = THEORY_PURPOSE_CHECK,
                                .notes = notes,
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0]};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    notch_error error = {NOTCH_OK, ""};
    notch_dataset *mnist = NULL;
    theory_suite suite;
    if (!quick) {
        find_mnist(data_dir, &mnist);
    }
    notch_status status = theory_suite_create(quick, mnist, seed, &suite, &error);
    if (status == NOTCH_OK) {
        status = check(&suite, threads, csv, json, &fine, &error);
    }
    theory_suite_free(&suite);
    notch_dataset_destroy(mnist);
    return status != NOTCH_OK ? command_fail(table.command, &error)
           : fine             ? EXIT_DONE
                              : EXIT_FAILED;
}
