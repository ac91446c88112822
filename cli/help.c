/* help.c - the help of a command, made from its table of options.
 * SPDX-License-Identifier: MIT
 */
#include "help.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    COLUMNS = 80,
    INDENT = 2,
    LABEL = 64 /* bytes of "--name ARGUMENT" */
};

static const option_entry help_entry = {
    .letter = 'h', .kind = OPTION_FLAG, .name = "help", .help = "print this help and end"};

/* Appends to a phrase, as far as it fits. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
append(char phrase[HELP_PHRASE], const char *format, ...)
{
    const size_t length = strlen(phrase);
    va_list values;
    va_start(values, format);
    (void)vsnprintf(phrase + length, HELP_PHRASE - length, format, values);
    va_end(values);
}

static void append_value(char phrase[HELP_PHRASE], const option_entry *entry, uint64_t value)
{
    char number[NUMBER_TEXT];
    if (entry->kind == OPTION_CHOICE) {
        append(phrase, "%s", entry->choices(value));
    } else {
        (entry->kind == OPTION_FIXED  ? number_format_fixed
         : entry->kind == OPTION_SIZE ? number_format_size
                                      : number_format)(value, number);
        append(phrase, "%s", number);
    }
}

static void append_choices(char phrase[HELP_PHRASE], const option_entry *entry)
{
    for (uint64_t k = 0; entry->choices(k) != NULL; k++) {
        append(phrase, "%s%s", k == 0 ? "" : ", ", entry->choices(k));
    }
}

static void append_range(char phrase[HELP_PHRASE], const option_entry *entry)
{
    append_value(phrase, entry, entry->minimum);
    append(phrase, " to ");
    append_value(phrase, entry, entry->maximum);
}

void help_expected(const option_entry *entry, char phrase[HELP_PHRASE])
{
    phrase[0] = '\0';
    if (entry->kind == OPTION_CHOICE) {
        append(phrase, "one of: ");
        append_choices(phrase, entry);
        return;
    }
    if (entry->kind == OPTION_TEXT || entry->kind == OPTION_FLAG) {
        append(phrase, "%s", entry->kind == OPTION_FLAG ? "yes or no" : entry->argument);
        return;
    }
    append(phrase, "a %s from ",
           entry->kind == OPTION_FIXED  ? "number"
           : entry->kind == OPTION_SIZE ? "number of bytes"
                                        : "whole number");
    append_range(phrase, entry);
}

static void append_default(char phrase[HELP_PHRASE], const option_entry *entry)
{
    const size_t count = entry->list_count == NULL ? 1 : *entry->list_count;
    if (entry->default_text != NULL) {
        append(phrase, "%s", entry->default_text);
        return;
    }
    if (entry->kind == OPTION_TEXT) {
        append(phrase, "%s", *entry->text);
        return;
    }
    for (size_t k = 0; k < count; k++) {
        if (k != 0) {
            append(phrase, "%c", entry->separator == '\0' ? ',' : entry->separator);
        }
        append_value(phrase, entry, entry->value[k]);
    }
}

/* The sentence about an option: its help, what it may be, and its default. */
static void describe(const option_entry *entry, char phrase[HELP_PHRASE])
{
    phrase[0] = '\0';
    append(phrase, "%s", entry->help);
    if (entry->kind == OPTION_FLAG) {
        return;
    }
    const bool has_default = entry->default_text != NULL
                                 ? entry->default_text[0] != '\0'
                                 : entry->kind != OPTION_TEXT || *entry->text != NULL;
    if (entry->kind == OPTION_CHOICE) {
        append(phrase, ": ");
        append_choices(phrase, entry);
        append(phrase, has_default ? " (" : "");
    } else if (entry->kind == OPTION_TEXT) {
        append(phrase, has_default ? " (" : "");
    } else {
        append(phrase, " (");
        append_range(phrase, entry);
        append(phrase, has_default ? ", " : ")");
    }
    if (has_default) {
        append(phrase, "default ");
        append_default(phrase, entry);
        append(phrase, ")");
    }
}

static size_t label_of(const option_entry *entry, char label[LABEL])
{
    char letter[] = "-x, ";
    letter[1] = entry->letter;
    const char *argument = entry->argument == NULL ? "" : entry->argument;
    return (size_t)snprintf(label, LABEL, "%s--%s%s%s", letter[1] != '\0' ? letter : "",
                            entry->name, argument[0] == '\0' ? "" : " ", argument);
}

/* Prints words between columns `start` and COLUMNS; the cursor is at `start` already. */
static void print_wrapped(const char *words, size_t start)
{
    size_t column = start;
    while (*words != '\0') {
        const size_t length = strcspn(words, " ");
        if (column != start && column + 1 + length > COLUMNS) {
            printf("\n%*s", (int)start, "");
            column = start;
        } else if (column != start) {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)length, words);
        column += length;
        words += length + strspn(words + length, " ");
    }
    putchar('\n');
}

static void print_entry(const option_entry *entry, size_t width)
{
    char label[LABEL], phrase[HELP_PHRASE];
    if (entry->kind == OPTION_HEADING) {
        printf("\n%s:\n", entry->help);
        return;
    }
    (void)label_of(entry, label);
    describe(entry, phrase);
    printf("%*s%-*s", INDENT, "", (int)width, label);
    print_wrapped(phrase, INDENT + width);
}

static void print_usage(const option_table *table)
{
    printf("Usage: %s [OPTION]...%s%s\n\n", table->command, table->operands == NULL ? "" : " ",
           table->operands == NULL ? "" : table->operands);
    printf("%s %s.\n", table->command, table->purpose);
    if (table->description != NULL) {
        printf("\n%s\n", table->description);
    }
}

void help_print(const option_table *table)
{
    char label[LABEL];
    size_t width = label_of(&help_entry, label);
    for (size_t k = 0; k < table->entry_count; k++) {
        const size_t length =
            table->entries[k].kind == OPTION_HEADING ? 0 : label_of(&table->entries[k], label);
        width = length > width ? length : width;
    }
    width += INDENT;
    print_usage(table);
    const bool grouped = table->entry_count > 0 && table->entries[0].kind == OPTION_HEADING;
    printf(grouped ? "" : "\nOptions:\n");
    for (size_t k = 0; k < table->entry_count; k++) {
        print_entry(&table->entries[k], width);
    }
    printf(grouped ? "\n" : "");
    print_entry(&help_entry, width);
    if (table->notes != NULL) {
        printf("\n%s\n", table->notes);
    }
}
