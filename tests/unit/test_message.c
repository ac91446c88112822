/* test_message.c - sentences about failures: what goes into them, and where they are cut.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"

#include "test.h"

enum {
    CAPACITY = sizeof((notch_error *)NULL)->message, /* the final NUL included */
    GUARD = 64
};

/* An error between bytes that nobody may write. */
typedef struct guarded {
    unsigned char before[GUARD];
    notch_error error;
    unsigned char after[GUARD];
} guarded;

static guarded fresh(void)
{
    guarded g;
    memset(&g, 0xa5, sizeof g);
    return g;
}

static void check_guards(const guarded *g)
{
    for (int i = 0; i < GUARD; i++) {
        CHECK_EQUAL_U64(g->before[i], 0xa5);
        CHECK_EQUAL_U64(g->after[i], 0xa5);
    }
}

TEST(a_plain_sentence)
{
    guarded g = fresh();
    CHECK_EQUAL_I64(notch_fail(&g.error, NOTCH_ERROR_INPUT, "no such thing"), NOTCH_ERROR_INPUT);
    CHECK_EQUAL_I64(g.error.status, NOTCH_ERROR_INPUT);
    CHECK_STRING(g.error.message, "no such thing");
    check_guards(&g);
    (void)notch_fail(&g.error, NOTCH_ERROR_RANGE, "%s", "");
    CHECK_STRING(g.error.message, "");
    CHECK_EQUAL_I64(g.error.status, NOTCH_ERROR_RANGE);
}

TEST(status_is_returned_without_an_error)
{
    CHECK_EQUAL_I64(notch_fail(NULL, NOTCH_ERROR_MEMORY, "%s has %u", "a", UINT64_C(1)),
                    NOTCH_ERROR_MEMORY);
}

TEST(numbers_and_names)
{
    guarded g = fresh();
    (void)notch_fail(&g.error, NOTCH_ERROR_RANGE, "%s: %u of %u, %s", "left", UINT64_C(7),
                     UINT64_C(1000), "right");
    CHECK_STRING(g.error.message, "left: 7 of 1000, right");
    (void)notch_fail(&g.error, NOTCH_ERROR_RANGE, "%u%u%s%u", UINT64_C(0), UINT64_C(10), "-",
                     UINT64_MAX);
    CHECK_STRING(g.error.message, "010-18446744073709551615");
    /* every number of digits, its least and its largest */
    uint64_t power = 1;
    for (int digits = 1; digits <= 19; digits++) {
        char expected[48];
        (void)snprintf(expected, sizeof expected, "%" PRIu64 " %" PRIu64, power, power * 10 - 1);
        (void)notch_fail(&g.error, NOTCH_ERROR_RANGE, "%u %u", power, power * 10 - 1);
        CHECK_STRING(g.error.message, expected);
        power *= 10;
    }
    check_guards(&g);
}

TEST(nothing_else_is_special)
{
    guarded g = fresh();
    (void)notch_fail(&g.error, NOTCH_ERROR_INPUT, "100%, %d, %%d %u%", UINT64_C(3));
    CHECK_STRING(g.error.message, "100%, %d, %%d 3%");
    (void)notch_fail(&g.error, NOTCH_ERROR_INPUT, "%s", "%s and %u stay");
    CHECK_STRING(g.error.message, "%s and %u stay");
}

/* A sentence of `length` characters made by %s, and the same written out in the format. */
static void check_length(size_t length, bool in_format)
{
    char text[2 * CAPACITY], expected[2 * CAPACITY];
    guarded g = fresh();
    for (size_t i = 0; i < length; i++) {
        text[i] = (char)('a' + i % 26);
    }
    text[length] = '\0';
    memcpy(expected, text, sizeof expected);
    expected[length < CAPACITY ? length : CAPACITY - 1] = '\0';
    NOTE("%zu characters, %s", length, in_format ? "in the format" : "through %s");
    const notch_status status = in_format ? notch_fail(&g.error, NOTCH_ERROR_INPUT, text)
                                          : notch_fail(&g.error, NOTCH_ERROR_INPUT, "%s", text);
    CHECK_EQUAL_I64(status, NOTCH_ERROR_INPUT);
    CHECK_EQUAL_I64(g.error.status, NOTCH_ERROR_INPUT);
    CHECK_STRING(g.error.message, expected);
    check_guards(&g);
}

TEST(long_sentences_are_cut)
{
    for (size_t length = CAPACITY - 4; length < CAPACITY + 4; length++) {
        check_length(length, false);
        check_length(length, true);
    }
    check_length(2 * CAPACITY - 1, false);
    check_length(2 * CAPACITY - 1, true);
}

TEST(numbers_and_later_parts_are_cut_too)
{
    char text[CAPACITY];
    guarded g = fresh();
    for (size_t kept = 0; kept <= 21; kept++) { /* how much of the number has room */
        const size_t length = CAPACITY - 1 - kept;
        memset(text, 'x', length);
        text[length] = '\0';
        NOTE("%zu places left", kept);
        (void)notch_fail(&g.error, NOTCH_ERROR_INPUT, "%s%u and %s", text, UINT64_MAX, "more");
        CHECK_EQUAL_U64(strlen(g.error.message), CAPACITY - 1);
        CHECK(memcmp(g.error.message, text, length) == 0);
        CHECK(memcmp(g.error.message + length, "18446744073709551615 and ", kept) == 0);
        check_guards(&g);
    }
}

TEST_MAIN(RUN(a_plain_sentence), RUN(status_is_returned_without_an_error), RUN(numbers_and_names),
          RUN(nothing_else_is_special), RUN(long_sentences_are_cut),
          RUN(numbers_and_later_parts_are_cut_too))
