/* test_names.c - names of enumerations: there and back, and what is said about unknown ones.
 * SPDX-License-Identifier: MIT
 */
#include <notch/notch.h>

#include "isas.h"
#include "test.h"

enum {
    MOST = 6 /* names of one enumeration */
};

/* One enumeration, its type hidden behind int. */
typedef struct enumeration {
    const char *what;
    const char *names[MOST]; /* of the values 0, 1, ... */
    int count, parsed;       /* the first `parsed` are understood */
    const char *(*name)(int value);
    notch_status (*parse)(const char *name, int *value, notch_error *error);
} enumeration;

#define ADAPT(noun, type)                                                                          \
    static const char *noun##_name(int value)                                                      \
    {                                                                                              \
        return notch_##noun##_name((type)value);                                                   \
    }                                                                                              \
    static notch_status noun##_parse(const char *name, int *value, notch_error *error)             \
    {                                                                                              \
        type parsed = (type)*value;                                                                \
        const notch_status status = notch_##noun##_parse(name, &parsed, error);                    \
        *value = (int)parsed;                                                                      \
        return status;                                                                             \
    }

ADAPT(isa, notch_isa)
ADAPT(schedule, notch_schedule_kind)
ADAPT(sampler, notch_sampler)
ADAPT(inflation, notch_inflation)
ADAPT(rule, notch_rule)
ADAPT(mode, notch_mode)
ADAPT(scope, notch_scope)

static const enumeration all[] = {
    {"isa", {"best", "ref", "avx2", "avx512", "neon", "neon-dot"}, 6, 6, isa_name, isa_parse},
    {"schedule", {"constant", "linear", "cosine"}, 3, 3, schedule_name, schedule_parse},
    {"sampler",
     {"multinomial", "residual", "stratified", "systematic"},
     4,
     4,
     sampler_name,
     sampler_parse},
    {"inflation", {"trial", "vector"}, 2, 2, inflation_name, inflation_parse},
    {"rule", {"zim", "sr", "sign", "bold", "user"}, 5, 4, rule_name, rule_parse},
    {"mode", {"unbiased", "normalised", "paper"}, 3, 3, mode_name, mode_parse},
    {"scope", {"layer", "global"}, 2, 2, scope_name, scope_parse},
};

enum {
    ENUMERATIONS = sizeof all / sizeof all[0],
    BEFORE = 1 /* a value that every enumeration has; a failed parse leaves it */
};

TEST(values_have_their_names)
{
    for (int e = 0; e < ENUMERATIONS; e++) {
        for (int value = 0; value < all[e].count; value++) {
            CHECK_STRING(all[e].name(value), all[e].names[value]);
        }
    }
    /* the constants of the header, in its order */
    CHECK_STRING(notch_isa_name(NOTCH_ISA_NEON_DOT), "neon-dot");
    CHECK_STRING(notch_schedule_name(NOTCH_SCHEDULE_COSINE), "cosine");
    CHECK_STRING(notch_sampler_name(NOTCH_SAMPLER_SYSTEMATIC), "systematic");
    CHECK_STRING(notch_inflation_name(NOTCH_INFLATION_VECTOR), "vector");
    CHECK_STRING(notch_rule_name(NOTCH_RULE_SIGN), "sign");
    CHECK_STRING(notch_mode_name(NOTCH_MODE_PAPER), "paper");
    CHECK_STRING(notch_scope_name(NOTCH_SCOPE_GLOBAL), "global");
}

TEST(other_values_have_none)
{
    for (int e = 0; e < ENUMERATIONS; e++) {
        NOTE("%s", all[e].what);
        const int others[] = {-1, all[e].count, all[e].count + 1, 255, 256, INT32_MAX, INT32_MIN};
        for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
            CHECK_STRING(all[e].name(others[i]), NULL);
        }
    }
}

TEST(names_are_parsed)
{
    for (int e = 0; e < ENUMERATIONS; e++) {
        for (int value = 0; value < all[e].parsed; value++) {
            int found = value == 0 ? 1 : 0;
            notch_error error = {.status = NOTCH_OK, .message = "untouched"};
            NOTE("%s %s", all[e].what, all[e].names[value]);
            CHECK_EQUAL_I64(all[e].parse(all[e].names[value], &found, &error), NOTCH_OK);
            CHECK_EQUAL_I64(found, value);
            CHECK_STRING(error.message, "untouched");
            found = value == 0 ? 1 : 0;
            CHECK_EQUAL_I64(all[e].parse(all[e].names[value], &found, NULL), NOTCH_OK);
            CHECK_EQUAL_I64(found, value);
        }
    }
}

/* `name` is refused with a sentence that repeats it and lists the names that are known. */
static void check_refused(const enumeration *e, const char *name)
{
    int value = BEFORE;
    notch_error error = {.status = NOTCH_OK, .message = ""};
    NOTE("%s '%s'", e->what, name);
    CHECK_EQUAL_I64(e->parse(name, &value, &error), NOTCH_ERROR_ARGUMENT);
    CHECK_EQUAL_I64(error.status, NOTCH_ERROR_ARGUMENT);
    CHECK_EQUAL_I64(value, BEFORE);
    char quoted[64];
    (void)snprintf(quoted, sizeof quoted, "'%s'", name);
    CHECK(strstr(error.message, quoted) != NULL);
    char expected[128] = "expected one of: ";
    for (int i = 0; i < e->parsed; i++) {
        strcat(strcat(expected, i == 0 ? "" : ", "), e->names[i]);
    }
    const char *list = strstr(error.message, "expected one of: ");
    CHECK_STRING(list, expected);
    CHECK_EQUAL_I64(e->parse(name, &value, NULL), NOTCH_ERROR_ARGUMENT);
    CHECK_EQUAL_I64(value, BEFORE);
}

TEST(unknown_names_are_refused)
{
    for (int e = 0; e < ENUMERATIONS; e++) {
        const char *first = all[e].names[0];
        char shorter[32], longer[32], capital[32];
        (void)snprintf(shorter, sizeof shorter, "%.*s", (int)strlen(first) - 1, first);
        (void)snprintf(longer, sizeof longer, "%ss", first);
        (void)snprintf(capital, sizeof capital, "%c%s", first[0] - 'a' + 'A', first + 1);
        check_refused(&all[e], shorter);
        check_refused(&all[e], longer);
        check_refused(&all[e], capital);
        check_refused(&all[e], "");
        check_refused(&all[e], "\xff");
        for (int i = all[e].parsed; i < all[e].count; i++) {
            check_refused(&all[e], all[e].names[i]); /* rule "user" needs a function */
        }
    }
}

TEST(a_missing_name_is_refused)
{
    for (int e = 0; e < ENUMERATIONS; e++) {
        int value = BEFORE;
        notch_error error = {.status = NOTCH_OK, .message = ""};
        NOTE("%s", all[e].what);
        CHECK_EQUAL_I64(all[e].parse(NULL, &value, &error), NOTCH_ERROR_ARGUMENT);
        CHECK(error.message[0] != '\0');
        CHECK_EQUAL_I64(value, BEFORE);
        CHECK_EQUAL_I64(all[e].parse(NULL, &value, NULL), NOTCH_ERROR_ARGUMENT);
    }
}

TEST(statuses_have_pinned_values_and_names)
{
    static const struct {
        notch_status status;
        int value;
        const char *name;
    } expected[] = {{NOTCH_OK, 0, "ok"},
                    {NOTCH_ERROR_ARGUMENT, -1, "argument"},
                    {NOTCH_ERROR_RANGE, -2, "range"},
                    {NOTCH_ERROR_OVERFLOW, -3, "overflow"},
                    {NOTCH_ERROR_NOT_FINITE, -4, "not finite"},
                    {NOTCH_ERROR_MEMORY, -5, "memory"},
                    {NOTCH_ERROR_UNSUPPORTED, -6, "unsupported"},
                    {NOTCH_ERROR_INPUT, -7, "input"}};
    const int count = sizeof expected / sizeof expected[0];
    for (int i = 0; i < count; i++) {
        CHECK_EQUAL_I64(expected[i].status, expected[i].value);
        CHECK_STRING(notch_status_name(expected[i].status), expected[i].name);
    }
    const int others[] = {1, -8, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const char *name = notch_status_name((notch_status)others[i]);
        CHECK(name != NULL && name[0] != '\0');
        for (int known = 0; known < count; known++) {
            CHECK(strcmp(name, expected[known].name) != 0);
        }
    }
}

TEST(instruction_sets_of_this_machine)
{
    CHECK(notch_isa_supported(NOTCH_ISA_BEST));
    CHECK(notch_isa_supported(NOTCH_ISA_REF));
    CHECK(!notch_isa_supported((notch_isa)(NOTCH_ISA_NEON_DOT + 1)));
    CHECK(!notch_isa_supported((notch_isa)-1));
    const notch_isa best = notch_isa_best();
    CHECK(best != NOTCH_ISA_BEST && notch_isa_supported(best));
    FOR_EACH_ISA(isa)
    {
        CHECK(isa <= best);
    }
    const bool x86 = notch_isa_supported(NOTCH_ISA_AVX2);
    CHECK(x86 || !notch_isa_supported(NOTCH_ISA_AVX512));
    CHECK(!x86 || !notch_isa_supported(NOTCH_ISA_NEON));
    CHECK(notch_isa_supported(NOTCH_ISA_NEON) || !notch_isa_supported(NOTCH_ISA_NEON_DOT));
}

TEST(the_version)
{
    char expected[32];
    (void)snprintf(expected, sizeof expected, "%d.%d.%d", NOTCH_VERSION_MAJOR, NOTCH_VERSION_MINOR,
                   NOTCH_VERSION_PATCH);
    CHECK_STRING(NOTCH_VERSION_STRING, expected);
    CHECK_STRING(notch_version(), expected);
}

TEST_MAIN(RUN(values_have_their_names), RUN(other_values_have_none), RUN(names_are_parsed),
          RUN(unknown_names_are_refused), RUN(a_missing_name_is_refused),
          RUN(statuses_have_pinned_values_and_names), RUN(instruction_sets_of_this_machine),
          RUN(the_version))
