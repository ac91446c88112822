/* options.c - one table of options that drives parsing, validation and the help of a command.
 * SPDX-License-Identifier: MIT
 */
#include "options.h"

#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "config.h"
#include "help.h"

enum {
    FIRST_CODE = 256,               /* getopt_long's name for entry 0: above every character */
    SHORT_MAX = 2 * OPTIONS_MAX + 3 /* ":h", a letter and a colon for each entry */
};

const char *option_samplers(uint64_t value)
{
    return notch_sampler_name((notch_sampler)value);
}

const char *option_inflations(uint64_t value)
{
    return notch_inflation_name((notch_inflation)value);
}

const char *option_isas(uint64_t value)
{
    return notch_isa_name((notch_isa)value);
}

int options_refuse(const char *command, const char *format, ...)
{
    va_list values;
    (void)fprintf(stderr, "%s: ", command);
    va_start(values, format);
    (void)vfprintf(stderr, format, values);
    va_end(values);
    (void)fprintf(stderr, "; see '%s --help'\n", command);
    return EXIT_USAGE;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool parse_choice(const option_entry *entry, const char *text, uint64_t *value)
{
    for (uint64_t k = 0; entry->choices(k) != NULL; k++) {
        if (strcmp(text, entry->choices(k)) == 0) {
            *value = k;
            return true;
        }
    }
    return false;
}

static bool parse_value(const option_entry *entry, const char *text, uint64_t *value)
{
    if (entry->kind == OPTION_CHOICE) {
        return parse_choice(entry, text, value);
    }
    const number_status status = (entry->kind == OPTION_FIXED  ? number_parse_fixed
                                  : entry->kind == OPTION_SIZE ? number_parse_size
                                                               : number_parse)(text, value);
    return status == NUMBER_OK && *value >= entry->minimum && *value <= entry->maximum;
}

static bool refuse_value(const option_entry *entry, const char *text, char problem[HELP_PHRASE])
{
    char expected[HELP_PHRASE];
    help_expected(entry, expected);
    (void)snprintf(problem, HELP_PHRASE, "is '%.200s', expected %.280s", text, expected);
    return false;
}

/* Takes one value, or all those of a list, from `text`, which is cut at its separators. */
static bool take_numbers(const option_entry *entry, char *text, char problem[HELP_PHRASE])
{
    const char separator = entry->separator == '\0' ? ',' : entry->separator;
    size_t count = 0;
    while (text != NULL) {
        char *end = entry->list_count == NULL ? NULL : strchr(text, separator);
        if (end != NULL) {
            *end = '\0';
        }
        if (count > 0 && count == entry->list_capacity) {
            (void)snprintf(problem, HELP_PHRASE, "has too many values, expected at most %zu",
                           entry->list_capacity);
            return false;
        }
        uint64_t value;
        if (!parse_value(entry, text, &value)) {
            return refuse_value(entry, text, problem);
        }
        entry->value[count++] = value;
        text = end == NULL ? NULL : end + 1;
    }
    if (entry->list_count != NULL) {
        *entry->list_count = count;
    }
    return true;
}

static bool take_flag(const option_entry *entry, const char *text, char problem[HELP_PHRASE])
{
    const bool yes = strcmp(text, "yes") == 0;
    if (!yes && strcmp(text, "no") != 0) {
        return refuse_value(entry, text, problem);
    }
    *entry->flag = yes;
    return true;
}

bool option_take(const option_entry *entry, char *text, char problem[HELP_PHRASE])
{
    bool taken;
    if (entry->kind == OPTION_FLAG) {
        taken = take_flag(entry, text, problem);
    } else if (entry->kind != OPTION_TEXT) {
        taken = take_numbers(entry, text, problem);
    } else if (text[0] == '\0') {
        taken = refuse_value(entry, text, problem);
    } else {
        *entry->text = text;
        taken = true;
    }
    if (taken && entry->given != NULL) {
        *entry->given = true;
    }
    return taken;
}

/* ---- the command line ------------------------------------------------------------------------ */

/* The options as getopt_long wants them. */
typedef struct getopt_options {
    struct option names[OPTIONS_MAX + 2];
    char letters[SHORT_MAX];
} getopt_options;

static void add_letter(const option_entry *entry, char letters[SHORT_MAX])
{
    const size_t length = strlen(letters);
    if (entry->letter != '\0') {
        (void)snprintf(letters + length, SHORT_MAX - length, "%c%s", entry->letter,
                       entry->kind == OPTION_FLAG ? "" : ":");
    }
}

static void describe_for_getopt(const option_table *table, getopt_options *to)
{
    struct option *options = to->names;
    size_t count = 0;
    (void)snprintf(to->letters, sizeof to->letters, ":h");
    assert(table->entry_count <= OPTIONS_MAX);
    for (size_t k = 0; k < table->entry_count; k++) {
        const option_entry *entry = &table->entries[k];
        if (entry->kind != OPTION_HEADING) {
            options[count++] = (struct option){
                entry->name, entry->kind == OPTION_FLAG ? no_argument : required_argument, NULL,
                FIRST_CODE + (int)k};
            add_letter(entry, to->letters);
        }
    }
    options[count++] = (struct option){"help", no_argument, NULL, 'h'};
    options[count] = (struct option){0};
}

/* The number of the next option's entry plus FIRST_CODE, however it is written; else as getopt_long
 * returns it. */
static int next_option(const option_table *table, const getopt_options *options, int argc,
                       char **argv)
{
    const int code = getopt_long(argc, argv, options->letters, options->names, NULL);
    for (size_t k = 0; k < table->entry_count && code > 0 && code < FIRST_CODE; k++) {
        if (table->entries[k].letter == code) {
            return FIRST_CODE + (int)k;
        }
    }
    return code;
}

/* getopt_long has returned '?' and left what it knows in optopt and argv. */
static int refuse_unknown(const option_table *table, const getopt_options *known, char **argv)
{
    const struct option *options = known->names;
    if (optopt >= FIRST_CODE) {
        return options_refuse(table->command, "--%s takes no value",
                              table->entries[optopt - FIRST_CODE].name);
    }
    if (optopt == 'h') {
        return options_refuse(table->command, "--help takes no value");
    }
    if (optopt != 0) {
        return options_refuse(table->command, "unknown option '-%c'", optopt);
    }
    const char *text = argv[optind - 1];
    const size_t length = strcspn(text + 2, "=");
    for (; options->name != NULL; options++) {
        if (strncmp(text + 2, options->name, length) == 0) {
            return options_refuse(table->command,
                                  "option '%s' is ambiguous, expected its full name", text);
        }
    }
    return options_refuse(table->command, "unknown option '%s'", text);
}

static int refuse_missing_value(const option_table *table)
{
    const option_entry *entry = table->entries;
    char expected[HELP_PHRASE];
    while (optopt < FIRST_CODE ? entry->letter != optopt
                               : entry != &table->entries[optopt - FIRST_CODE]) {
        entry++;
    }
    help_expected(entry, expected);
    return options_refuse(table->command, "--%s has no value, expected %s", entry->name, expected);
}

static int check_operands(const option_table *table, char **operands)
{
    size_t count = 0;
    while (operands[count] != NULL) {
        count++;
    }
    if ((count <= table->operand_count || table->operand_many) &&
        count + table->operand_optional >= table->operand_count) {
        return OPTIONS_GO_ON;
    }
    if (table->operand_count == 0) {
        return options_refuse(table->command, "'%s' is not an option, expected options only",
                              operands[0]);
    }
    return options_refuse(table->command, "expected %s, got %zu operand%s", table->operands, count,
                          count == 1 ? "" : "s");
}

/* Takes the options in the file that --config names in argv, if it does. What else is wrong there
 * is left to the parsing that follows. */
static int take_config(const option_table *table, const getopt_options *options, int argc,
                       char **argv)
{
    int code;
    if (table->config == NULL) {
        return OPTIONS_GO_ON;
    }
    optind = 0; /* start over, also inside a cluster that an earlier call left unread */
    while ((code = next_option(table, options, argc, argv)) != -1) {
        if (code == 'h' || code == '?' || code == ':') {
            return OPTIONS_GO_ON;
        }
        const option_entry *entry = &table->entries[code - FIRST_CODE];
        if (entry->text == &table->config->path) {
            table->config->path = optarg;
        }
    }
    return table->config->path == NULL ? OPTIONS_GO_ON : config_read(table);
}

/* The option that getopt_long has found as `code`, with its value in optarg. */
static int take_option(const option_table *table, const option_entry *entry)
{
    char problem[HELP_PHRASE];
    char yes[] = "yes";
    if (!option_take(entry, entry->kind == OPTION_FLAG ? yes : optarg, problem)) {
        return options_refuse(table->command, "--%s %s", entry->name, problem);
    }
    return OPTIONS_GO_ON;
}

int options_parse(const option_table *table, int argc, char **argv, char ***operands)
{
    getopt_options options;
    int code;
    describe_for_getopt(table, &options);
    opterr = 0;
    const int config_code = take_config(table, &options, argc, argv);
    if (config_code != OPTIONS_GO_ON) {
        return config_code;
    }
    optind = 0; /* start over, also inside a cluster that an earlier call left unread */
    while ((code = next_option(table, &options, argc, argv)) != -1) {
        int result = OPTIONS_GO_ON;
        if (code == 'h') {
            help_print(table);
            return EXIT_DONE;
        }
        if (code == '?') {
            result = refuse_unknown(table, &options, argv);
        } else if (code == ':') {
            result = refuse_missing_value(table);
        } else {
            result = take_option(table, &table->entries[code - FIRST_CODE]);
        }
        if (result != OPTIONS_GO_ON) {
            return result;
        }
    }
    *operands = argv + optind;
    return check_operands(table, *operands);
}
