/* cmd_sample.c - `notch sample`: draws from the masses in a file and compares with the closed form.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "commands.h"
#include "common_options.h"
#include "options.h"
#include "sample.h"

#define ROWS_NOT_GIVEN UINT64_MAX

static const char description[] =
    "FILE holds one mass a line, a whole number from 0 to 2^32 - 1; - is standard\n"
    "input. Blank lines and lines that begin with # do not count. N trials fall into\n"
    "the categories, or into none where --null gives that a mass: category i expects\n"
    "N * mass[i] / (null mass + sum of masses). All samplers have these means; they\n"
    "differ in their variances.";

static const char notes[] =
    "Categories are numbered from 1, in the order of FILE. z is the difference of\n"
    "observed and expected in standard deviations of the closed form: '-' where that\n"
    "leaves nothing to chance and is met, 'inf' where it is not met. The mark in a bar\n"
    "is what is expected.\n"
    "\n"
    "With --json the result is one object:\n"
    "  version                  of the library\n"
    "  sampler, inflation, trials, null_mass, seed, step, repeat\n"
    "  categories, total_mass   number of masses and their sum\n"
    "  rows                     an array of objects, one for each category shown:\n"
    "    category, mass         null is the number of the null category\n"
    "    count                  trials of all draws together\n"
    "    expected, variance     of one draw, in closed form\n"
    "    observed               mean over the draws\n"
    "    observed_variance      the same; null for a single draw\n"
    "    z                      null where the closed form has no variance\n"
    "  null                     such an object for the null category\n"
    "  compared                 cells (categories and null) that have a variance\n"
    "  impossible               cells that have none and are not as expected\n"
    "  sum_of_z2, max_abs_z     over the compared cells\n"
    "  chi_square               value, degrees_of_freedom, p, and how many cells were\n"
    "                           pooled because they expect fewer than 5; null where\n"
    "                           the counts have no such law\n"
    "Integers are exact; numbers above 2^53 need a reader that keeps them so.";

static int parse(int argc, char **argv, sample_settings *s, const char **path)
{
    bool quiet = false;
    const option_entry entries[] = {
        {.kind = OPTION_HEADING, .help = "Sampling"},
        option_sampler(&s->sampler, "how the trials are drawn"),
        {.kind = OPTION_NUMBER,
         .name = "trials",
         .argument = "N",
         .value = &s->trials,
         .maximum = NOTCH_TRIALS_MAX,
         .help = "trials of each draw"},
        {.kind = OPTION_NUMBER,
         .name = "null",
         .argument = "MASS",
         .value = &s->null_mass,
         .maximum = INT64_MAX,
         .help = "mass of the null category: trials that fall into none of FILE"},
        {.kind = OPTION_CHOICE,
         .name = "inflation",
         .argument = "NAME",
         .value = &s->inflation,
         .choices = option_inflations,
         .help = "whether the null category takes single trials or all of a draw"},
        option_seed(&s->seed, "seed of the random numbers"),
        {.kind = OPTION_NUMBER,
         .name = "step",
         .argument = "K",
         .value = &s->step,
         .maximum = UINT32_MAX,
         .help = "number of the first draw; draws of different numbers are independent"},
        {.kind = OPTION_NUMBER,
         .name = "repeat",
         .argument = "R",
         .value = &s->repeat,
         .minimum = 1,
         .maximum = SAMPLE_REPEAT_MAX,
         .help = "number of draws; several are averaged, and their variance is compared as well"},
        {.kind = OPTION_HEADING, .help = "Running (changes no result)"},
        option_threads(&s->threads),
        option_isa(&s->isa, "instruction set"),
        {.kind = OPTION_HEADING, .help = "Output"},
        {.kind = OPTION_NUMBER,
         .name = "top",
         .argument = "K",
         .value = &s->rows,
         .default_text = "20, all with --json",
         .maximum = MASSES_MAX,
         .help = "show the K heaviest categories"},
        {.kind = OPTION_FLAG,
         .name = "quiet",
         .flag = &quiet,
         .help = "print no rows, only what they add up to"},
        option_json(&s->json),
    };
    const option_table table = {.command = "notch sample",
                                .purpose = SAMPLE_PURPOSE,
                                .operands = "FILE|-",
                                .operand_count = 1,
                                .description = description,
                                .notes = notes,
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0]};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code == OPTIONS_GO_ON) {
        *path = operands[0];
        if (s->rows == ROWS_NOT_GIVEN) {
            s->rows = s->json ? MASSES_MAX : SAMPLE_ROWS;
        }
        s->rows = quiet ? 0 : s->rows;
    }
    return code;
}

static bool print(const sample_results *results)
{
    if (results->settings->json) {
        return sample_print_json(results);
    }
    sample_print_request(results);
    if (results->settings->rows > 0 && !sample_print_table(results)) {
        return false;
    }
    sample_print_summary(results);
    return true;
}

static int sample(const sample_settings *settings, const char *path)
{
    notch_error error;
    masses m;
    sample_results results;
    if (masses_read(path, &m, &error) != NOTCH_OK) {
        return command_fail("notch sample", &error);
    }
    notch_status status = sample_draw(settings, m, &results, &error);
    if (status == NOTCH_OK && !print(&results)) {
        error = (notch_error){NOTCH_ERROR_MEMORY, "there is not enough memory for the rows"};
        status = error.status;
    }
    sample_free(&results);
    return status == NOTCH_OK ? EXIT_DONE : command_fail("notch sample", &error);
}

int cmd_sample(int argc, char **argv)
{
    sample_settings settings = {.trials = 1000000, .seed = 1, .repeat = 1, .rows = ROWS_NOT_GIVEN};
    const char *path = NULL;
    const int code = parse(argc, argv, &settings, &path);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    if (settings.repeat - 1 > UINT32_MAX - settings.step) {
        return options_refuse("notch sample",
                              "--step and --repeat go beyond step number 2^32 - 1, the last");
    }
    return sample(&settings, path);
}
