/* experiment_file.c - reads the file of an experiment and expands its grids to runs.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "config.h"
#include "experiment.h"
#include "train_options.h"

/* Sections in the order of the file: [experiment], [all], and one for each condition. */
typedef struct section {
    char name[EXPERIMENT_NAME];
    experiment_key keys[EXPERIMENT_KEYS];
    size_t key_count;
    const char *seeds; /* NULL: not given */
    unsigned seeds_line;
} section;

typedef struct file_reader {
    experiment *made;
    section *sections; /* EXPERIMENT_CONDITIONS + 2 */
    size_t section_count;
    char *texts; /* where the next text goes */
    train_settings settings;
    option_entry entries[OPTIONS_MAX];
    size_t entry_count;
} file_reader;

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static notch_status
refuse(notch_error *error, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    (void)vsnprintf(error->message, sizeof error->message, format, values);
    va_end(values);
    return error->status = NOTCH_ERROR_INPUT;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* Options that the experiment itself gives to its runs. */
static const char *const reserved[] = {"seed",   "out",    "overwrite", "resume",
                                       "config", "expect", "quiet"};

static bool is_reserved(const char *key)
{
    for (size_t k = 0; k < sizeof reserved / sizeof reserved[0]; k++) {
        if (strcmp(reserved[k], key) == 0) {
            return true;
        }
    }
    return false;
}

static bool may_be_key(const option_entry *entry)
{
    return entry->kind != OPTION_HEADING && !is_reserved(entry->name);
}

static notch_status refuse_key(const file_reader *r, const config_item *item, notch_error *error)
{
    const char *names[OPTIONS_MAX + 1] = {"seeds"};
    size_t count = 1;
    for (size_t k = 0; k < r->entry_count; k++) {
        if (may_be_key(&r->entries[k])) {
            names[count++] = r->entries[k].name;
        }
    }
    return refuse(error, "%.80s:%u: '%.40s' is no key of an experiment, the nearest one is '%s'",
                  r->made->file, item->line, item->key,
                  notch_nearest_name(item->key, names, count));
}

static const option_entry *find_entry(const file_reader *r, const char *key)
{
    for (size_t k = 0; k < r->entry_count; k++) {
        if (may_be_key(&r->entries[k]) && strcmp(r->entries[k].name, key) == 0) {
            return &r->entries[k];
        }
    }
    return NULL;
}

static char *keep(file_reader *r, const char *text)
{
    const size_t size = strlen(text) + 1;
    char *kept = r->texts;
    memcpy(kept, text, size);
    r->texts += size;
    return kept;
}

/* Checks each value of a list that commas divide. */
static notch_status check_values(const file_reader *r, const option_entry *entry,
                                 const config_item *item, notch_error *error)
{
    char values[CONFIG_LINE_MAX + 1], problem[HELP_PHRASE];
    (void)snprintf(values, sizeof values, "%s", item->value);
    for (char *value = values, *next; value != NULL; value = next) {
        next = strchr(value, ',');
        if (next != NULL) {
            *next++ = '\0';
        }
        value += strspn(value, " ");
        for (size_t length = strlen(value); length > 0 && value[length - 1] == ' '; length--) {
            value[length - 1] = '\0';
        }
        if (!option_take(entry, value, problem)) {
            return refuse(error, "%.80s:%u: %s %.110s", r->made->file, item->line, entry->name,
                          problem);
        }
    }
    return NOTCH_OK;
}

/* ---- sections -------------------------------------------------------------------------------- */

static notch_status check_name(const file_reader *r, const config_item *item, notch_error *error)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-";
    if (item->section[0] == '\0') {
        return refuse(error,
                      "%.80s:%u: '%.40s' stands before all sections, expected it in [all] or "
                      "in a condition's",
                      r->made->file, item->line, item->key);
    }
    if (strspn(item->section, allowed) != strlen(item->section) || item->section[0] == '.' ||
        strlen(item->section) > EXPERIMENT_NAME / 2) {
        return refuse(error,
                      "%.80s:%u: the condition [%.60s] has a name that is no folder's, "
                      "expected letters, digits, blanks, '.', '_' and '-'",
                      r->made->file, item->line, item->section);
    }
    return NOTCH_OK;
}

static notch_status find_section(file_reader *r, const config_item *item, section **found,
                                 notch_error *error)
{
    for (size_t k = 0; k < r->section_count; k++) {
        if (strcmp(r->sections[k].name, item->section) == 0) {
            *found = &r->sections[k];
            return NOTCH_OK;
        }
    }
    if (r->section_count == EXPERIMENT_CONDITIONS + 2) {
        return refuse(error, "%.80s:%u: more than %d conditions", r->made->file, item->line,
                      (int)EXPERIMENT_CONDITIONS);
    }
    const notch_status status = check_name(r, item, error);
    if (status == NOTCH_OK) {
        *found = &r->sections[r->section_count++];
        (void)snprintf((*found)->name, sizeof(*found)->name, "%s", item->section);
    }
    return status;
}

static notch_status take_option(file_reader *r, section *in, const config_item *item,
                                notch_error *error)
{
    const option_entry *entry = find_entry(r, item->key);
    if (entry == NULL || strcmp(in->name, "experiment") == 0) {
        return refuse_key(r, item, error);
    }
    for (size_t k = 0; k < in->key_count; k++) {
        if (strcmp(in->keys[k].key, item->key) == 0) {
            return refuse(error, "%.80s:%u: %s is given twice in [%s]", r->made->file, item->line,
                          item->key, in->name);
        }
    }
    if (in->key_count == EXPERIMENT_KEYS) {
        return refuse(error, "%.80s:%u: [%s] has more than %d keys", r->made->file, item->line,
                      in->name, (int)EXPERIMENT_KEYS);
    }
    in->keys[in->key_count++] = (experiment_key){entry->name, keep(r, item->value), item->line};
    return check_values(r, entry, item, error);
}

static notch_status take_item(void *self, const config_item *item, notch_error *error)
{
    file_reader *r = self;
    section *in = NULL;
    const notch_status status = find_section(r, item, &in, error);
    if (status != NOTCH_OK || item->key == NULL) {
        return status;
    }
    if (strcmp(item->key, "seeds") != 0) {
        return take_option(r, in, item, error);
    }
    if (in->seeds != NULL) {
        return refuse(error, "%.80s:%u: seeds is given twice in [%s]", r->made->file, item->line,
                      in->name);
    }
    in->seeds = keep(r, item->value);
    in->seeds_line = item->line;
    return NOTCH_OK;
}

/* ---- seeds ----------------------------------------------------------------------------------- */

/* "1-10, 20" */
static notch_status parse_seeds(const file_reader *r, const section *from, experiment_condition *to,
                                notch_error *error)
{
    const char *at = from->seeds;
    to->seed_count = 0;
    for (bool more = true; more;) {
        uint64_t first = 0, last = 0;
        char text[NUMBER_TEXT];
        int used = 0;
        bool right =
            sscanf(at, " %20[0-9]%n", text, &used) == 1 && number_parse(text, &first) == NUMBER_OK;
        at += used;
        last = first;
        if (right && *at == '-') {
            right = sscanf(at, "-%20[0-9]%n", text, &used) == 1 &&
                    number_parse(text, &last) == NUMBER_OK;
            at += used;
        }
        at += strspn(at, " ");
        more = *at == ',';
        if (!right || last < first || last - first >= EXPERIMENT_SEEDS - to->seed_count ||
            (!more && *at != '\0')) {
            return refuse(error,
                          "%.80s:%u: seeds is '%.60s', expected up to %d numbers such as "
                          "'1-5, 9'",
                          r->made->file, from->seeds_line, from->seeds, (int)EXPERIMENT_SEEDS);
        }
        at += more;
        for (uint64_t seed = first; seed - first <= last - first; seed++) {
            to->seeds[to->seed_count++] = seed;
        }
    }
    return NOTCH_OK;
}

/* ---- grids ----------------------------------------------------------------------------------- */

static const section *section_named(const file_reader *r, const char *name)
{
    for (size_t k = 0; k < r->section_count; k++) {
        if (strcmp(r->sections[k].name, name) == 0) {
            return &r->sections[k];
        }
    }
    return NULL;
}

/* Value number `index` of a list, without the blanks around it, in the experiment's texts. */
static const char *pick(file_reader *r, const char *list, size_t index)
{
    while (index-- > 0) {
        list = strchr(list, ',') + 1;
    }
    list += strspn(list, " ");
    size_t length = strcspn(list, ",");
    while (length > 0 && list[length - 1] == ' ') {
        length--;
    }
    char *kept = r->texts;
    memcpy(kept, list, length);
    kept[length] = '\0';
    r->texts += length + 1;
    return kept;
}

static size_t count_values(const char *list)
{
    size_t count = 1;
    for (; *list != '\0'; list++) {
        count += *list == ',';
    }
    return count;
}

static void put_key(experiment_condition *condition, const experiment_key *key)
{
    size_t k = 0;
    while (k < condition->key_count && strcmp(condition->keys[k].key, key->key) != 0) {
        k++;
    }
    condition->keys[k] = *key;
    condition->key_count += k == condition->key_count;
}

static notch_status add_condition(file_reader *r, const section *own, const size_t *indices,
                                  const experiment_condition *all, notch_error *error)
{
    experiment *made = r->made;
    if (made->condition_count == EXPERIMENT_CONDITIONS) {
        return refuse(error, "%.80s: has more than %d conditions", made->file,
                      (int)EXPERIMENT_CONDITIONS);
    }
    experiment_condition *condition = &made->conditions[made->condition_count++];
    *condition = *all;
    size_t length = (size_t)snprintf(condition->name, EXPERIMENT_NAME, "%s", own->name);
    for (size_t k = 0; k < all->key_count; k++) {
        const bool listed = strchr(all->keys[k].value, ',') != NULL;
        condition->keys[k].value = pick(r, all->keys[k].value, indices[k]);
        if (listed && length < EXPERIMENT_NAME) {
            length += (size_t)snprintf(condition->name + length, EXPERIMENT_NAME - length, " %s %s",
                                       condition->keys[k].key, condition->keys[k].value);
        }
    }
    if (length >= EXPERIMENT_NAME) {
        return refuse(error, "%.80s: the name of a condition of [%s] is too long", made->file,
                      own->name);
    }
    return NOTCH_OK;
}

/* All combinations of the lists in the section and in [all]; the last key varies first. */
static notch_status expand(file_reader *r, const section *own, const section *all,
                           const char *seeds, unsigned seeds_line, notch_error *error)
{
    experiment_condition merged = {.key_count = 0};
    size_t indices[EXPERIMENT_KEYS] = {0};
    for (size_t k = 0; all != NULL && k < all->key_count; k++) {
        put_key(&merged, &all->keys[k]);
    }
    for (size_t k = 0; k < own->key_count; k++) {
        if (merged.key_count == EXPERIMENT_KEYS) {
            return refuse(error, "%.80s: [%s] has more than %d keys", r->made->file, own->name,
                          (int)EXPERIMENT_KEYS);
        }
        put_key(&merged, &own->keys[k]);
    }
    const section given = {.seeds = own->seeds != NULL ? own->seeds : seeds,
                           .seeds_line = own->seeds != NULL ? own->seeds_line : seeds_line};
    notch_status status = parse_seeds(r, &given, &merged, error);
    for (bool more = true; more && status == NOTCH_OK;) {
        status = add_condition(r, own, indices, &merged, error);
        more = false;
        for (size_t k = merged.key_count; k-- > 0 && !more;) {
            more = ++indices[k] < count_values(merged.keys[k].value);
            indices[k] = more ? indices[k] : 0;
        }
    }
    return status;
}

static notch_status expand_all(file_reader *r, notch_error *error)
{
    const section *general = section_named(r, "experiment"), *all = section_named(r, "all");
    const char *seeds = general != NULL && general->seeds != NULL ? general->seeds : "1";
    notch_status status = NOTCH_OK;
    for (size_t k = 0; k < r->section_count && status == NOTCH_OK; k++) {
        const section *own = &r->sections[k];
        if (own == general || own == all) {
            continue;
        }
        status = expand(r, own, all, seeds, general == NULL ? 0 : general->seeds_line, error);
    }
    if (status == NOTCH_OK && all != NULL && all->seeds != NULL) {
        return refuse(error, "%.80s:%u: seeds stands in [all], expected it in [experiment]",
                      r->made->file, all->seeds_line);
    }
    return status == NOTCH_OK && r->made->condition_count == 0
               ? refuse(error, "%.80s: has no condition, expected a section for each",
                        r->made->file)
               : status;
}

/* ---- runs ------------------------------------------------------------------------------------ */

bool experiment_path(const char *folder, const char *name, char path[EXPERIMENT_PATH])
{
    return (size_t)snprintf(path, EXPERIMENT_PATH, "%s/%s", folder, name) < EXPERIMENT_PATH;
}

/* FOLDER/CONDITION-seedN, with blanks as '-'. A value may be a path: what else is in it becomes
 * '_'. */
static bool name_folder(const experiment *made, experiment_run *run)
{
    char name[EXPERIMENT_NAME + 32];
    (void)snprintf(name, sizeof name, "%s-seed%" PRIu64, run->condition->name, run->seed);
    for (char *c = name; *c != '\0'; c++) {
        const bool plain = strchr("._-", *c) != NULL || (*c >= '0' && *c <= '9') ||
                           (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        *c = *c == ' ' ? '-' : plain ? *c : '_';
    }
    return experiment_path(made->folder, name, run->folder);
}

static notch_status list_runs(experiment *made, notch_error *error)
{
    for (size_t k = 0; k < made->condition_count; k++) {
        made->run_count += made->conditions[k].seed_count;
    }
    if (made->run_count > EXPERIMENT_RUNS) {
        return refuse(error, "%.80s: describes %zu runs, expected at most %d", made->file,
                      made->run_count, (int)EXPERIMENT_RUNS);
    }
    made->runs = calloc(made->run_count, sizeof *made->runs);
    if (made->runs == NULL) {
        (void)refuse(error, "%.80s: no memory for its runs", made->file);
        return error->status = NOTCH_ERROR_MEMORY;
    }
    size_t count = 0;
    for (size_t k = 0; k < made->condition_count; k++) {
        const experiment_condition *condition = &made->conditions[k];
        for (size_t s = 0; s < condition->seed_count; s++) {
            experiment_run *run = &made->runs[count++];
            *run = (experiment_run){.condition = condition, .seed = condition->seeds[s]};
            if (!name_folder(made, run)) {
                return refuse(error, "%.100s...: the folder's name is too long", made->folder);
            }
            for (size_t i = 0; i + 1 < count; i++) {
                if (strcmp(made->runs[i].folder, run->folder) == 0) {
                    return refuse(error, "%.80s: two runs would have the folder %.80s", made->file,
                                  run->folder);
                }
            }
        }
    }
    return NOTCH_OK;
}

static notch_status read_all(file_reader *r, notch_error *error)
{
    char *text = NULL;
    size_t length = 0;
    notch_status status = config_load(r->made->file, &text, &length, error);
    if (status == NOTCH_OK) {
        /* each value once, and once more for each condition of its section */
        r->made->texts = r->texts = malloc((length + 2) * (EXPERIMENT_CONDITIONS + 1));
        r->made->conditions = calloc(EXPERIMENT_CONDITIONS, sizeof *r->made->conditions);
        r->sections = calloc(EXPERIMENT_CONDITIONS + 2, sizeof *r->sections);
        if (r->texts == NULL || r->made->conditions == NULL || r->sections == NULL) {
            (void)refuse(error, "%.80s: no memory to read it", r->made->file);
            status = error->status = NOTCH_ERROR_MEMORY;
        }
    }
    if (status == NOTCH_OK) {
        status = config_each(r->made->file, text, length, take_item, r, error);
    }
    free(text);
    if (status == NOTCH_OK) {
        status = expand_all(r, error);
    }
    return status == NOTCH_OK ? list_runs(r->made, error) : status;
}

int experiment_read(const char *file, const char *folder, experiment *made)
{
    static file_reader r; /* too large for a small stack */
    notch_error error = {NOTCH_OK, ""};
    *made = (experiment){.file = file, .folder = folder};
    memset(&r, 0, sizeof r);
    r.made = made;
    r.entry_count = train_settings_table(&r.settings, r.entries);
    const notch_status status = read_all(&r, &error);
    free(r.sections);
    return status == NOTCH_OK ? EXIT_DONE : command_fail(EXPERIMENT_COMMAND, &error);
}

void experiment_free(experiment *made)
{
    free(made->conditions);
    free(made->runs);
    free(made->texts);
    *made = (experiment){.file = NULL};
}
