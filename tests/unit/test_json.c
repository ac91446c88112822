/* test_json.c - JSON on its way into a page: what is taken, what is refused, what it becomes.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>

#include "../../cli/json.h"
#include "../../cli/json_copy.h"
#include "../../cli/report.h"
#include "test.h"

/* What `put` writes, until the next call. */
static char *written;
static size_t size;

static FILE *start(void)
{
    free(written);
    written = NULL;
    FILE *file = open_memstream(&written, &size);
    CHECK(file != NULL);
    return file;
}

static void takes(const char *text, const char *left_out, const char *expected)
{
    FILE *file = start();
    NOTE("%s", text);
    const bool taken = json_copy(file, text, strlen(text), left_out);
    CHECK(fclose(file) == 0);
    CHECK(taken);
    CHECK_STRING(written, expected);
}

static void refuses(const char *text)
{
    FILE *file = start();
    NOTE("%s", text);
    const bool taken = json_copy(file, text, strlen(text), NULL);
    CHECK(fclose(file) == 0);
    CHECK(!taken);
}

TEST(values_stay_as_they_are)
{
    takes("{}", NULL, "{}");
    takes(" { \"a\" :\t1 ,\r\"b\" : [ ] }\n", NULL, "{\"a\":1,\"b\":[]}");
    takes("{\"a\":[1,-0,0.10,1e-07,-12.5E+3,123456789012345678901234567890]}", NULL,
          "{\"a\":[1,-0,0.10,1e-07,-12.5E+3,123456789012345678901234567890]}");
    takes("{\"a\":{\"b\":[true,false,null,{}]}}", NULL, "{\"a\":{\"b\":[true,false,null,{}]}}");
    takes("{\"\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\"}", NULL,
          "{\"\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\"}");
    takes("{\"a\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}", NULL,
          "{\"a\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}");
}

TEST(strings_become_fit_for_a_page)
{
    takes("{\"</script><!--\":\"a<b>&\xc3\xa4<\"}", NULL,
          "{\"\\u003c/script>\\u003c!--\":\"a\\u003cb>&\xc3\xa4\\u003c\"}");
    takes("{\"a\":\"\xff\xc3<\xe2\x82\"}", NULL, "{\"a\":\"\\ufffd\\ufffd\\u003c\\ufffd\\ufffd\"}");
    FILE *file = start();
    json_put_string(file, "\x01<\"\\\xff");
    json_put_string(file, NULL);
    CHECK(fclose(file) == 0);
    CHECK_STRING(written, "\"\\u0001\\u003c\\\"\\\\\\ufffd\"null");
}

TEST(a_member_can_be_left_out)
{
    takes("{\"a\":1,\"b\":[1,{\"c\":\"x\"}],\"c\":2}", "b", "{\"a\":1,\"c\":2}");
    takes("{\"a\":1,\"b\":2}", "a", "{\"b\":2}");
    takes("{\"a\":1,\"b\":2}", "b", "{\"a\":1}");
    takes("{\"a\":1}", "a", "{}");
    takes("{\"ab\":1,\"b\":{\"a\":2}}", "a", "{\"ab\":1,\"b\":{\"a\":2}}");
}

TEST(what_is_no_object_is_refused)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "1",
                                        "[]",
                                        "{",
                                        "{}}",
                                        "{} {}",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{\"a\":1,}",
                                        "{,}",
                                        "{a:1}",
                                        "{\"a\":01}",
                                        "{\"a\":.5}",
                                        "{\"a\":1.}",
                                        "{\"a\":1e}",
                                        "{\"a\":+1}",
                                        "{\"a\":-}",
                                        "{\"a\":NaN}",
                                        "{\"a\":nul}",
                                        "{\"a\":[1,]}",
                                        "{\"a\":[1 2]}",
                                        "{\"a\":[}",
                                        "{\"a\":\"}",
                                        "{\"a\":\"\\x\"}",
                                        "{\"a\":\"\\u12g4\"}",
                                        "{\"a\":\"\\u12\"}",
                                        "{\"a\":\"\n\"}",
                                        "{\"a\":\"b\t\"}",
                                        "{\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}"};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        refuses(texts[k]);
    }
}

TEST(bytes_as_base64)
{
    /* RFC 4648, section 10 */
    static const char *const expected[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                           "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t k = 0; k < sizeof expected / sizeof expected[0]; k++) {
        FILE *file = start();
        char quoted[16];
        report_put_base64(file, (const uint8_t *)"foobar", k);
        CHECK(fclose(file) == 0);
        snprintf(quoted, sizeof quoted, "\"%s\"", expected[k]);
        CHECK_STRING(written, quoted);
    }
}

TEST_MAIN(RUN(values_stay_as_they_are), RUN(strings_become_fit_for_a_page),
          RUN(a_member_can_be_left_out), RUN(what_is_no_object_is_refused), RUN(bytes_as_base64))
