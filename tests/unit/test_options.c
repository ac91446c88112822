/* test_options.c - numbers on a command line, and the table of options.
 * SPDX-License-Identifier: MIT
 */
#include <notch/notch.h>

#include "../../cli/commands.h"
#include "../../cli/options.h"
#include "test.h"

enum {
    UNTOUCHED = 77
};

/* ---- numbers --------------------------------------------------------------------------------- */

typedef number_status parse_function(const char *text, uint64_t *value);

static void accepts(parse_function *parse, const char *text, uint64_t expected)
{
    uint64_t value = UNTOUCHED;
    NOTE("'%s'", text);
    CHECK_EQUAL_I64(parse(text, &value), NUMBER_OK);
    CHECK_EQUAL_U64(value, expected);
}

static void refuses(parse_function *parse, const char *text, number_status expected)
{
    uint64_t value = UNTOUCHED;
    NOTE("'%s'", text);
    CHECK_EQUAL_I64(parse(text, &value), expected);
    CHECK_EQUAL_U64(value, UNTOUCHED);
}

TEST(whole_numbers)
{
    accepts(number_parse, "0", 0);
    accepts(number_parse, "7", 7);
    accepts(number_parse, "0012", 12);
    accepts(number_parse, "18446744073709551615", UINT64_MAX);
    accepts(number_parse, "00000000000000000000000018446744073709551615", UINT64_MAX);
    accepts(number_parse, "1e6", 1000000);
    accepts(number_parse, "25e0", 25);
    accepts(number_parse, "18e18", UINT64_C(18000000000000000000));
    accepts(number_parse, "0e18446744073709551615", 0);
    accepts(number_parse, "2^20", UINT64_C(1) << 20);
    accepts(number_parse, "2^63", UINT64_C(1) << 63);
    accepts(number_parse, "3^40", UINT64_C(12157665459056928801));
    accepts(number_parse, "10^0", 1);
    accepts(number_parse, "0^0", 1);
    accepts(number_parse, "0^5", 0);
    accepts(number_parse, "1^18446744073709551615", 1);
}

TEST(what_is_no_whole_number)
{
    static const char *const texts[] = {
        "",       " ",    "-1",   "+1",    " 1",     "1 ",
        "1x",     "x1",   "1.5",  "1e",    "e6",     "1e-3",
        "1e+3",   "1E6",  "2^",   "^2",    "2^^",    "2^-1",
        "2^10^2", "1e2e", "0x10", "1,000", "1_000",  "\xd9\xa3",
        "nan",    "inf",  "1\n",  "--1",   "1e6^2x", "999999999999999999999999999x"};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        refuses(number_parse, texts[k], NUMBER_MALFORMED);
    }
}

TEST(whole_numbers_too_large)
{
    refuses(number_parse, "18446744073709551616", NUMBER_TOO_LARGE);
    refuses(number_parse, "18446744073709551620", NUMBER_TOO_LARGE);
    refuses(number_parse, "184467440737095516150", NUMBER_TOO_LARGE);
    refuses(number_parse, "99999999999999999999999999999999", NUMBER_TOO_LARGE);
    refuses(number_parse, "1e20", NUMBER_TOO_LARGE);
    refuses(number_parse, "19e18", NUMBER_TOO_LARGE);
    refuses(number_parse, "1e18446744073709551616", NUMBER_TOO_LARGE);
    refuses(number_parse, "2^64", NUMBER_TOO_LARGE);
    refuses(number_parse, "3^41", NUMBER_TOO_LARGE);
    refuses(number_parse, "2^18446744073709551615", NUMBER_TOO_LARGE);
}

TEST(fixed_point_numbers)
{
    const uint64_t one = NOTCH_TRIALS_ONE;
    accepts(number_parse_fixed, "0", 0);
    accepts(number_parse_fixed, "0.000000000", 0);
    accepts(number_parse_fixed, "1", one);
    accepts(number_parse_fixed, "0.25", one / 4);
    accepts(number_parse_fixed, "65536.5", 65536 * one + one / 2);
    accepts(number_parse_fixed, "0.000000001", 4);       /* 4.29 */
    accepts(number_parse_fixed, "0.1", 429496730);       /* 429496729.6 */
    accepts(number_parse_fixed, "0.01", 42949673);       /* 42949672.96 */
    accepts(number_parse_fixed, "0.001953125", 1 << 23); /* 2^-9 */
    accepts(number_parse_fixed, "0.999999999", 4294967292);
    accepts(number_parse_fixed, "4294967294.999999999", UINT64_MAX - one - 3);
}

TEST(what_is_no_fixed_point_number)
{
    static const char *const texts[] = {"",     ".",   ".5",  "5.",  "1.2.3", "-0.5",
                                        "1e-3", "1,5", "0x1", " 1",  "1. 5",  "0.0000000001",
                                        "2^1",  "1e3", "1.x", "1.5x"};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        refuses(number_parse_fixed, texts[k], NUMBER_MALFORMED);
    }
    refuses(number_parse_fixed, "4294967295", NUMBER_TOO_LARGE);
    refuses(number_parse_fixed, "99999999999999999999999.5", NUMBER_TOO_LARGE);
}

TEST(numbers_as_text)
{
    static const struct {
        uint64_t value;
        const char *text;
    } cases[] = {{0, "0"},
                 {1024, "1024"},
                 {65534, "65534"},
                 {65535, "2^16 - 1"},
                 {65536, "2^16"},
                 {131071, "2^17 - 1"},
                 {1000000, "1000000"},
                 {UINT64_C(1) << 40, "2^40"},
                 {UINT32_MAX, "2^32 - 1"},
                 {UINT64_C(1) << 63, "2^63"},
                 {UINT64_MAX, "2^64 - 1"},
                 {UINT64_MAX - 1, "18446744073709551614"}};
    char text[NUMBER_TEXT];
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        number_format(cases[k].value, text);
        CHECK_STRING(text, cases[k].text);
    }
    number_format_fixed(NOTCH_TRIALS_ONE / 4, text);
    CHECK_STRING(text, "0.25");
    number_format_fixed((NOTCH_TRIALS_ONE + 50) / 100, text);
    CHECK_STRING(text, "0.01");
}

TEST(fixed_point_numbers_survive_text)
{
    static const uint64_t billionths[] = {1, 3000000, 12345678, 100000000, 123456789, 999999999};
    const notch_key key = {.seed = 5};
    for (uint64_t k = 0; k < 1000; k++) {
        const uint64_t whole = notch_random_below32(&key, k, k % 2 == 0 ? 70000 : UINT32_MAX - 1);
        const uint64_t decimals =
            k < 6 ? billionths[k] : notch_random_below32(&key, 1000 + k, 1000000000);
        char text[NUMBER_TEXT], again[NUMBER_TEXT];
        uint64_t value, value_again;
        (void)snprintf(text, sizeof text, "%" PRIu64 ".%09" PRIu64, whole, decimals);
        NOTE("%s", text);
        CHECK_EQUAL_I64(number_parse_fixed(text, &value), NUMBER_OK);
        number_format_fixed(value, again);
        CHECK_EQUAL_I64(number_parse_fixed(again, &value_again), NUMBER_OK);
        CHECK_EQUAL_U64(value_again, value);
    }
}

TEST(sizes)
{
    static const struct {
        uint64_t value;
        const char *text;
    } cases[] = {{0, "0"},
                 {1, "1"},
                 {1023, "1023"},
                 {1024, "1K"},
                 {1536, "1536"},
                 {UINT64_C(512) << 20, "512M"},
                 {UINT64_C(3) << 30, "3G"},
                 {UINT64_C(2048) << 40, "2048T"},
                 {UINT64_MAX, "18446744073709551615"}};
    char text[NUMBER_TEXT];
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        number_format_size(cases[k].value, text);
        CHECK_STRING(text, cases[k].text);
        accepts(number_parse_size, text, cases[k].value);
    }
    accepts(number_parse_size, "1e6", 1000000);
    accepts(number_parse_size, "2^20", UINT64_C(1) << 20);
    accepts(number_parse_size, "16777215T", UINT64_C(16777215) << 40);
    refuses(number_parse_size, "16777216T", NUMBER_TOO_LARGE);
    refuses(number_parse_size, "99999999999999999999K", NUMBER_TOO_LARGE);
    static const char *const malformed[] = {"", "K", "1k", "1KB", "1 K", "1.5G", "-1K", "1KK"};
    for (size_t k = 0; k < sizeof malformed / sizeof malformed[0]; k++) {
        refuses(number_parse_size, malformed[k], NUMBER_MALFORMED);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

typedef struct settings {
    uint64_t seed, sampler, sizes[3], rates[2], memory;
    size_t size_count, rate_count;
    const char *out;
    bool json, rates_given;
} settings;

enum {
    WORDS_MAX = 12,
    WORD = 32
};

/* Parses "notch", then the words of `line`. */
static int parse(const char *line, size_t operand_count, settings *s, char ***operands)
{
    static char words[WORDS_MAX][WORD];
    static char *argv[WORDS_MAX + 1];
    int argc = 1;
    NOTE("%s", line);
    *s = (settings){.seed = 1, .sizes = {5}, .size_count = 1, .out = "runs"};
    (void)snprintf(words[0], WORD, "notch");
    for (; *line != '\0' && argc < WORDS_MAX; argc++) {
        const size_t length = strcspn(line, " ");
        (void)snprintf(words[argc], WORD, "%.*s", (int)length, line);
        line += length + strspn(line + length, " ");
    }
    for (int k = 0; k < argc; k++) {
        argv[k] = words[k];
    }
    argv[argc] = NULL;
    const option_entry entries[] = {
        {.kind = OPTION_HEADING, .help = "Group"},
        {.kind = OPTION_NUMBER, .name = "seed", .value = &s->seed, .minimum = 1, .maximum = 9},
        {.kind = OPTION_CHOICE,
         .name = "sampler",
         .value = &s->sampler,
         .choices = option_samplers},
        {.kind = OPTION_NUMBER,
         .name = "sizes",
         .value = s->sizes,
         .list_count = &s->size_count,
         .list_capacity = 3,
         .maximum = 100},
        {.kind = OPTION_FIXED,
         .name = "rates",
         .value = s->rates,
         .list_count = &s->rate_count,
         .list_capacity = 2,
         .separator = ':',
         .given = &s->rates_given,
         .maximum = NOTCH_TRIALS_ONE},
        {.kind = OPTION_SIZE, .name = "memory", .value = &s->memory, .maximum = 4096},
        {.kind = OPTION_TEXT, .name = "out", .letter = 'o', .argument = "DIR", .text = &s->out},
        {.kind = OPTION_FLAG, .name = "json", .flag = &s->json},
    };
    const option_table table = {.command = "# notch", /* its sentences are comments in TAP */
                                .operands = operand_count == 0 ? NULL : "FILE",
                                .operand_count = operand_count,
                                .operand_many = operand_count == 2,
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0]};
    return options_parse(&table, argc, argv, operands);
}

TEST(nothing_given_changes_nothing)
{
    settings s;
    char **operands;
    CHECK_EQUAL_I64(parse("", 0, &s, &operands), OPTIONS_GO_ON);
    CHECK_EQUAL_U64(s.seed, 1);
    CHECK_EQUAL_U64(s.size_count, 1);
    CHECK_EQUAL_U64(s.sizes[0], 5);
    CHECK_STRING(s.out, "runs");
    CHECK(!s.json && !s.rates_given && operands[0] == NULL);
}

TEST(options_of_every_kind)
{
    settings s;
    char **operands;
    CHECK_EQUAL_I64(
        parse("--seed 9 --sampler=systematic --json --sizes 3,2,1 --rates 0.5:0.25 --out=a,b", 0,
              &s, &operands),
        OPTIONS_GO_ON);
    CHECK_EQUAL_U64(s.seed, 9);
    CHECK_EQUAL_U64(s.memory, 0);
    CHECK_EQUAL_U64(s.sampler, NOTCH_SAMPLER_SYSTEMATIC);
    CHECK_EQUAL_U64(s.size_count, 3);
    CHECK_EQUAL_U64(s.sizes[0], 3);
    CHECK_EQUAL_U64(s.sizes[2], 1);
    CHECK_EQUAL_U64(s.rate_count, 2);
    CHECK_EQUAL_U64(s.rates[0], NOTCH_TRIALS_ONE / 2);
    CHECK_EQUAL_U64(s.rates[1], NOTCH_TRIALS_ONE / 4);
    CHECK(s.rates_given);
    CHECK_STRING(s.out, "a,b");
    CHECK(s.json);
}

TEST(the_last_of_several_counts)
{
    settings s;
    char **operands;
    CHECK_EQUAL_I64(parse("--sizes 1,2,3 --seed 4 --sizes 7 --seed 5", 0, &s, &operands),
                    OPTIONS_GO_ON);
    CHECK_EQUAL_U64(s.seed, 5);
    CHECK_EQUAL_I64(parse("--memory 1K --memory 4K", 0, &s, &operands), OPTIONS_GO_ON);
    CHECK_EQUAL_U64(s.memory, 4096);
    CHECK_EQUAL_I64(parse("--sizes 1,2,3 --seed 4 --sizes 7 --seed 5", 0, &s, &operands),
                    OPTIONS_GO_ON);
    CHECK_EQUAL_U64(s.size_count, 1);
    CHECK_EQUAL_U64(s.sizes[0], 7);
}

TEST(operands_stand_anywhere)
{
    static const char *const lines[] = {"file --seed 3", "--seed 3 file", "--seed 3 -- file"};
    settings s;
    char **operands;
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
        CHECK_EQUAL_I64(parse(lines[k], 1, &s, &operands), OPTIONS_GO_ON);
        CHECK_EQUAL_U64(s.seed, 3);
        CHECK_STRING(operands[0], "file");
        CHECK(operands[1] == NULL);
    }
    CHECK_EQUAL_I64(parse("-- --seed", 1, &s, &operands), OPTIONS_GO_ON);
    CHECK_STRING(operands[0], "--seed");
    CHECK_EQUAL_I64(parse("-", 1, &s, &operands), OPTIONS_GO_ON);
    CHECK_STRING(operands[0], "-");
}

TEST(letters_stand_for_names)
{
    static const char *const lines[] = {"-o there --seed 3", "--seed 3 -othere", "--out there"};
    settings s;
    char **operands;
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
        CHECK_EQUAL_I64(parse(lines[k], 0, &s, &operands), OPTIONS_GO_ON);
        CHECK_STRING(s.out, "there");
    }
    CHECK_EQUAL_I64(parse("-o", 0, &s, &operands), EXIT_USAGE);
    CHECK_EQUAL_I64(parse("-x there", 0, &s, &operands), EXIT_USAGE);
}

TEST(many_operands)
{
    settings s;
    char **operands;
    CHECK_EQUAL_I64(parse("a b --seed 2 c", 2, &s, &operands), OPTIONS_GO_ON);
    CHECK_STRING(operands[2], "c");
    CHECK(operands[3] == NULL);
    CHECK_EQUAL_I64(parse("a", 2, &s, &operands), EXIT_USAGE);
}

TEST(what_is_wrong_is_refused)
{
    static const char *const lines[] = {"--seed",
                                        "--seed 0",
                                        "--seed 10",
                                        "--seed x",
                                        "--sampler",
                                        "--sampler none",
                                        "--sampler System",
                                        "--sizes 1,2,3,4",
                                        "--sizes 1,,2",
                                        "--sizes ,",
                                        "--sizes 1,101",
                                        "--rates 1.1",
                                        "--rates 0.5:",
                                        "--rates 0.5,0.5",
                                        "--rates 0.5:0.5:0.5",
                                        "--memory 5K",
                                        "--memory K",
                                        "--out",
                                        "--out=",
                                        "--json=1",
                                        "--s 3",
                                        "--no",
                                        "-j",
                                        "--seeds 3",
                                        "file",
                                        "-"};
    settings s;
    char **operands;
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
        CHECK_EQUAL_I64(parse(lines[k], 0, &s, &operands), EXIT_USAGE);
    }
    CHECK_EQUAL_I64(parse("", 1, &s, &operands), EXIT_USAGE);
    CHECK_EQUAL_I64(parse("file file", 1, &s, &operands), EXIT_USAGE);
}

TEST_MAIN(RUN(whole_numbers), RUN(what_is_no_whole_number), RUN(whole_numbers_too_large),
          RUN(fixed_point_numbers), RUN(what_is_no_fixed_point_number), RUN(numbers_as_text),
          RUN(fixed_point_numbers_survive_text), RUN(sizes), RUN(nothing_given_changes_nothing),
          RUN(options_of_every_kind), RUN(the_last_of_several_counts), RUN(operands_stand_anywhere),
          RUN(letters_stand_for_names), RUN(many_operands), RUN(what_is_wrong_is_refused))
