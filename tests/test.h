/* test.h - a test program in one header: named tests, checks that show both values, TAP output.
 * SPDX-License-Identifier: MIT
 *
 *     TEST(sum_wraps) { CHECK_EQUAL_U64(sum(UINT64_MAX, 1), 0); }
 *     TEST_MAIN(RUN(sum_wraps), RUN(another))
 *
 * A failing check ends its test, however deep it stands, and the next test runs; so does SKIP.
 * Checks belong to the main thread. NOTE describes the case at hand, shown only if the test fails.
 * REPEATED(many, few) is `few` where the machine is emulated or sanitizers watch, and all is slow:
 * for tests that do the same to other values, which show no more after the first few.
 * The program runs all its tests, or those named as arguments; status 1: failed, 2: no such test.
 */
#ifndef NOTCH_TEST_H
#define NOTCH_TEST_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEST(name) static void name(void)
#define RUN(name) test_run(#name, name)
#define TEST_MAIN(...)                                                                             \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        test_argc = argc;                                                                          \
        test_argv = argv;                                                                          \
        __VA_ARGS__;                                                                               \
        return test_finish();                                                                      \
    }

#ifdef NOTCH_TEST_SLOW
#define REPEATED(many, few) (few)
#else
#define REPEATED(many, few) (many)
#endif

#define CHECK(condition) ((condition) ? (void)0 : TEST_FAIL("expected %s", #condition))
#define CHECK_EQUAL_U64(a, b) TEST_EQUAL(uint64_t, "%" PRIu64, test_a == test_b, a, b)
#define CHECK_EQUAL_I64(a, b) TEST_EQUAL(int64_t, "%" PRId64, test_a == test_b, a, b)
#define CHECK_STRING(a, b) TEST_EQUAL(char *, "\"%s\"", test_same(test_a, test_b), a, b)
#define NOTE(...) ((void)snprintf(test_note, sizeof test_note, __VA_ARGS__))
#define SKIP(reason) (test_reason = (reason), longjmp(test_end, 1))

#define TEST_FAIL(...) test_fail(__FILE__, __LINE__, __VA_ARGS__)
#define TEST_EQUAL(type, format, equal, a, b)                                                      \
    do {                                                                                           \
        const type test_a = (a);                                                                   \
        const type test_b = (b);                                                                   \
        if (!(equal)) {                                                                            \
            TEST_FAIL(format " = %s, but\n#   " format " = %s", test_a, #a, test_b, #b);           \
        }                                                                                          \
    } while (0)

static int test_argc, test_number, test_failures;
static char **test_argv, test_note[240];
static const char *test_reason = "";
static jmp_buf test_end;

static inline _Noreturn void test_fail(const char *file, int line, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    printf("# %s:%d: %s\n#   ", file, line, test_note);
    vprintf(format, values);
    va_end(values);
    longjmp(test_end, 2);
}

static inline int test_same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static inline void test_run(const char *name, void (*test)(void))
{
    int chosen = test_argc < 2;
    for (int i = 1; i < test_argc; i++) {
        chosen |= test_same(test_argv[i], name);
    }
    if (!chosen) {
        return;
    }
    test_number++;
    test_note[0] = '\0';
    switch (setjmp(test_end)) {
    case 0:
        test();
        printf("ok %d - %s\n", test_number, name);
        break;
    case 1:
        printf("ok %d - %s # SKIP %s\n", test_number, name, test_reason);
        break;
    default:
        printf("\nnot ok %d - %s\n# again: %s %s\n", test_number, name, test_argv[0], name);
        test_failures++;
    }
    fflush(stdout);
}

static inline int test_finish(void)
{
    printf("1..%d\n", test_number);
    return test_number < test_argc - 1 ? 2 : test_failures != 0;
}

#endif
