/* fuzz_config.c - no text makes the reader of configuration files fail otherwise than it should.
 * SPDX-License-Identifier: MIT
 *
 * What was read is written, and reading that gives the same text again.
 */
#include <stdlib.h>
#include <string.h>

#include "../../cli/config.h"

typedef struct settings {
    option_config config;
    uint64_t seed, sampler, rates[2], memory;
    size_t rate_count;
    const char *data;
    bool quiet;
} settings;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* Parses the text into *s and returns what config_format makes of it, NULL if it was refused. */
static char *parse_and_format(settings *s, const char *text, size_t size)
{
    *s = (settings){.config = {.section = "train"}, .rate_count = 1};
    const option_entry entries[] = {
        {.kind = OPTION_HEADING, .help = "Everything"},
        {.kind = OPTION_NUMBER, .name = "seed", .value = &s->seed, .maximum = UINT64_MAX},
        {.kind = OPTION_CHOICE,
         .name = "sampler",
         .value = &s->sampler,
         .choices = option_samplers},
        {.kind = OPTION_FIXED,
         .name = "trials",
         .value = s->rates,
         .list_count = &s->rate_count,
         .list_capacity = 2,
         .separator = ':',
         .maximum = UINT64_C(1) << 48},
        {.kind = OPTION_SIZE, .name = "max-ram", .value = &s->memory, .maximum = UINT64_MAX},
        {.kind = OPTION_TEXT, .name = "data", .argument = "NAME", .text = &s->data},
        {.kind = OPTION_FLAG, .name = "quiet", .flag = &s->quiet},
        {.kind = OPTION_TEXT, .name = "config", .argument = "FILE", .text = &s->config.path},
    };
    const option_table table = {.command = "notch fuzz",
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0],
                                .config = &s->config};
    notch_error error = {.message = ""};
    char *formatted = NULL;
    notch_status status = config_parse(&table, "fuzz", text, size, &error);
    require(status == NOTCH_OK || (error.status == status && error.message[0] != '\0'));
    require(s->rate_count >= 1 && s->rate_count <= 2 && s->config.path == NULL);
    if (status == NOTCH_OK) {
        status = config_format(&table, &formatted, &error);
        require(status == NOTCH_OK || status == NOTCH_ERROR_ARGUMENT);
    }
    return formatted;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    settings first, second;
    char *text = parse_and_format(&first, (const char *)data, size);
    if (text != NULL) {
        char *again = parse_and_format(&second, text, strlen(text));
        require(again != NULL && strcmp(text, again) == 0);
        require(first.seed == second.seed && first.rates[0] == second.rates[0] &&
                first.memory == second.memory && first.quiet == second.quiet);
        free(second.config.content);
        free(again);
    }
    free(first.config.content);
    free(text);
    return 0;
}
