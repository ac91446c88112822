/* config.c - configuration files: INI files whose keys are the options of a command.
 * SPDX-License-Identifier: MIT
 *
 * With NOTCH_NO_INIH defined, they are written but not read, and inih is not needed.
 */
#define _POSIX_C_SOURCE 200809L
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static notch_status
fail(notch_error *error, notch_status status, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    (void)vsnprintf(error->message, sizeof error->message, format, values);
    va_end(values);
    return error->status = status;
}

/* ---- reading --------------------------------------------------------------------------------- */

#ifdef NOTCH_NO_INIH

notch_status config_each(const char *name, const char *text, size_t length,
                         config_function *function, void *self, notch_error *error)
{
    (void)text, (void)length, (void)function, (void)self;
    return fail(error, NOTCH_ERROR_UNSUPPORTED,
                "%.100s: INI files need a build with inih (Debian package libinih-dev)", name);
}

#else

#include <ini.h>

typedef struct line_reader {
    const char *name, *text;
    size_t length, position;
    unsigned line; /* number of the line that was handed out last */
    config_function *function;
    void *self;
    notch_error *error;
    notch_status status;
} line_reader;

/* Tells of a section that begins: inih tells of keys only. A line that is wrong is left to it. */
static void begin_section(line_reader *r, const char *line)
{
    char name[CONFIG_LINE_MAX + 1];
    const char *start = line + strspn(line, " \t"), *end = strchr(start, ']');
    if (*start != '[' || end == NULL) {
        return;
    }
    (void)snprintf(name, sizeof name, "%.*s", (int)(end - start - 1), start + 1);
    const config_item item = {.section = name, .line = r->line};
    r->status = r->function(r->self, &item, r->error);
}

/* Hands out a line as fgets does. */
static char *next_line(char *line, int room, void *stream)
{
    line_reader *r = stream;
    const char *start = r->text + r->position;
    const size_t left = r->length - r->position;
    if (left == 0 || r->status != NOTCH_OK) {
        return NULL;
    }
    const char *newline = memchr(start, '\n', left);
    const size_t length = newline == NULL ? left : (size_t)(newline - start) + 1;
    r->line++;
    if (length >= (size_t)room || length > CONFIG_LINE_MAX + 1) {
        r->status =
            fail(r->error, NOTCH_ERROR_INPUT, "%.100s:%u: a line of %zu bytes, expected at most %d",
                 r->name, r->line, length - (newline != NULL), CONFIG_LINE_MAX);
        return NULL;
    }
    for (size_t k = 0; k < length; k++) {
        const unsigned char c = (unsigned char)start[k];
        if ((c < ' ' && strchr("\t\r\n", c) == NULL) || c == 0 || c == 127) {
            r->status =
                fail(r->error, NOTCH_ERROR_INPUT, "%.100s:%u: byte %u in column %zu, expected text",
                     r->name, r->line, (unsigned)c, k + 1);
            return NULL;
        }
    }
    memcpy(line, start, length);
    line[length] = '\0';
    r->position += length;
    begin_section(r, line);
    return r->status == NOTCH_OK ? line : NULL;
}

/* inih calls this for each key; 0 stands for an error. */
static int take_key(void *user, const char *section, const char *key, const char *value)
{
    line_reader *r = user;
    const config_item item = {section, key, value, r->line};
    if (r->status == NOTCH_OK) {
        r->status = r->function(r->self, &item, r->error);
    }
    return r->status == NOTCH_OK;
}

notch_status config_each(const char *name, const char *text, size_t length,
                         config_function *function, void *self, notch_error *error)
{
    line_reader r = {.name = name,
                     .text = text,
                     .length = length,
                     .function = function,
                     .self = self,
                     .error = error,
                     .status = NOTCH_OK};
    const int line = ini_parse_stream(next_line, &r, take_key, &r);
    if (r.status == NOTCH_OK && line != 0) {
        return fail(error, NOTCH_ERROR_INPUT, "%.100s:%d: expected 'key = value' or '[section]'",
                    name, line);
    }
    return r.status;
}

#endif

typedef struct config_reader {
    const option_table *table;
    const char *name;
    char *values;   /* where the next value is kept, with enough room for all */
    uint64_t taken; /* bit k: entry k was in the file */
} config_reader;

static bool is_key(const option_table *table, const option_entry *entry)
{
    return entry->kind != OPTION_HEADING && entry->text != &table->config->path;
}

static notch_status fail_unknown(const config_reader *r, const config_item *item,
                                 notch_error *error)
{
    const char *names[OPTIONS_MAX];
    size_t count = 0;
    for (size_t k = 0; k < r->table->entry_count; k++) {
        if (is_key(r->table, &r->table->entries[k])) {
            names[count++] = r->table->entries[k].name;
        }
    }
    return fail(error, NOTCH_ERROR_INPUT,
                "%.100s:%u: '%.40s' is no key of %s, the nearest one is '%s'", r->name, item->line,
                item->key, r->table->command, notch_nearest_name(item->key, names, count));
}

static notch_status take(config_reader *r, size_t k, const config_item *item, notch_error *error)
{
    const option_entry *entry = &r->table->entries[k];
    char problem[HELP_PHRASE];
    char *kept = r->values;
    const size_t size = strlen(item->value) + 1;
    if ((r->taken >> k & 1) != 0) {
        return fail(error, NOTCH_ERROR_INPUT, "%.100s:%u: %s is given twice", r->name, item->line,
                    entry->name);
    }
    r->taken |= UINT64_C(1) << k;
    memcpy(kept, item->value, size);
    r->values += size;
    if (!option_take(entry, kept, problem)) {
        return fail(error, NOTCH_ERROR_INPUT, "%.100s:%u: %s %.90s", r->name, item->line,
                    entry->name, problem);
    }
    return NOTCH_OK;
}

static notch_status take_item(void *self, const config_item *item, notch_error *error)
{
    config_reader *r = self;
    const char *section = r->table->config->section;
    if (item->key == NULL) {
        return NOTCH_OK;
    }
    if (item->section[0] != '\0' && strcmp(item->section, section) != 0) {
        return fail(error, NOTCH_ERROR_INPUT,
                    "%.100s:%u: '%.40s' is in section [%.40s], expected [%s]", r->name, item->line,
                    item->key, item->section, section);
    }
    for (size_t k = 0; k < r->table->entry_count; k++) {
        const option_entry *entry = &r->table->entries[k];
        if (is_key(r->table, entry) && strcmp(entry->name, item->key) == 0) {
            return take(r, k, item, error);
        }
    }
    return fail_unknown(r, item, error);
}

notch_status config_parse(const option_table *table, const char *name, const char *text,
                          size_t length, notch_error *error)
{
    /* A value and its NUL are never longer than its line, which has a '=' or blank before it; only
     * the last line can lack its end. */
    free(table->config->content);
    table->config->content = malloc(length + 1);
    if (table->config->content == NULL) {
        return fail(error, NOTCH_ERROR_MEMORY, "%.100s: no memory to read it", name);
    }
    config_reader r = {.table = table, .name = name, .values = table->config->content};
    return config_each(name, text, length, take_item, &r, error);
}

notch_status config_load(const char *path, char **text, size_t *length, notch_error *error)
{
    *text = NULL;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return fail(error, NOTCH_ERROR_INPUT, "%.100s: cannot be opened: %s", path,
                    strerror(errno));
    }
    notch_status status = NOTCH_OK;
    *text = malloc(CONFIG_BYTES_MAX + 1);
    *length = *text == NULL ? 0 : fread(*text, 1, CONFIG_BYTES_MAX + 1, file);
    if (*text == NULL) {
        status = fail(error, NOTCH_ERROR_MEMORY, "%.100s: no memory to read it", path);
    } else if (ferror(file)) {
        status =
            fail(error, NOTCH_ERROR_INPUT, "%.100s: cannot be read: %s", path, strerror(errno));
    } else if (*length > CONFIG_BYTES_MAX) {
        status = fail(error, NOTCH_ERROR_INPUT, "%.100s: has more than %d bytes", path,
                      CONFIG_BYTES_MAX);
    }
    (void)fclose(file);
    return status;
}

int config_read(const option_table *table)
{
    notch_error error = {NOTCH_OK, ""};
    char *text = NULL;
    size_t length = 0;
    notch_status status = config_load(table->config->path, &text, &length, &error);
    if (status == NOTCH_OK) {
        status = config_parse(table, table->config->path, text, length, &error);
    }
    free(text);
    return status == NOTCH_OK ? OPTIONS_GO_ON : command_fail(table->command, &error);
}

/* ---- writing --------------------------------------------------------------------------------- */

static void write_number(FILE *file, const option_entry *entry, uint64_t value)
{
    char text[NUMBER_TEXT];
    switch (entry->kind) {
    case OPTION_CHOICE:
        (void)fputs(entry->choices(value), file);
        return;
    case OPTION_FIXED:
        number_format_fixed(value, text);
        break;
    case OPTION_SIZE:
        number_format_size(value, text);
        break;
    default:
        (void)snprintf(text, sizeof text, "%" PRIu64, value);
        break;
    }
    (void)fputs(text, file);
}

/* Whether a line "name = text" is read as what it was. */
static bool survives(const char *name, const char *text)
{
    const size_t length = strlen(text);
    for (size_t k = 0; k < length; k++) {
        const unsigned char c = (unsigned char)text[k];
        const bool after_blank = k == 0 || text[k - 1] == ' ';
        if (c < ' ' || c == 127 || (c == ';' && after_blank)) {
            return false;
        }
    }
    return length > 0 && text[0] != ' ' && text[length - 1] != ' ' &&
           strlen(name) + length + 3 <= CONFIG_LINE_MAX;
}

static notch_status write_entry(FILE *file, const option_entry *entry, notch_error *error)
{
    const size_t count = entry->list_count == NULL ? 1 : *entry->list_count;
    if (entry->kind == OPTION_HEADING) {
        (void)fprintf(file, "\n# %s\n", entry->help);
        return NOTCH_OK;
    }
    if (entry->unsaved || (entry->kind == OPTION_TEXT && *entry->text == NULL)) {
        return NOTCH_OK;
    }
    if (entry->kind == OPTION_TEXT && !survives(entry->name, *entry->text)) {
        return fail(error, NOTCH_ERROR_ARGUMENT,
                    "--%s is '%.60s', expected a short text without ' ;' and control characters, "
                    "which a configuration file can hold",
                    entry->name, *entry->text);
    }
    (void)fprintf(file, "%s = ", entry->name);
    if (entry->kind == OPTION_TEXT) {
        (void)fputs(*entry->text, file);
    } else if (entry->kind == OPTION_FLAG) {
        (void)fputs(*entry->flag ? "yes" : "no", file);
    } else {
        for (size_t k = 0; k < count; k++) {
            if (k > 0) {
                (void)fputc(entry->separator == '\0' ? ',' : entry->separator, file);
            }
            write_number(file, entry, entry->value[k]);
        }
    }
    (void)fputc('\n', file);
    return NOTCH_OK;
}

notch_status config_format(const option_table *table, char **text, notch_error *error)
{
    char *made = NULL;
    size_t size;
    notch_status status = NOTCH_OK;
    FILE *file = open_memstream(&made, &size);
    if (file == NULL) {
        return fail(error, NOTCH_ERROR_MEMORY, "no memory for a configuration file");
    }
    (void)fprintf(file, "# %s --config FILE\n[%s]\n", table->command, table->config->section);
    for (size_t k = 0; status == NOTCH_OK && k < table->entry_count; k++) {
        if (table->entries[k].text != &table->config->path) {
            status = write_entry(file, &table->entries[k], error);
        }
    }
    if (fclose(file) != 0 && status == NOTCH_OK) {
        status = fail(error, NOTCH_ERROR_MEMORY, "no memory for a configuration file");
    }
    if (status != NOTCH_OK) {
        free(made);
        return status;
    }
    *text = made;
    return NOTCH_OK;
}
