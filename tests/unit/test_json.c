/* test_json.c - what is JSON and what is not.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "../../cli/json_check.h"
#include "test.h"

static bool accepts(const char *text)
{
    return json_check(text, strlen(text));
}

TEST(what_is_json)
{
    static const char *const texts[] = {"null",
                                        "true",
                                        " false ",
                                        "0",
                                        "-0",
                                        "12",
                                        "-1.5e+10",
                                        "1E5",
                                        "0.25",
                                        "\"\"",
                                        "\"a\\n\\u00e9\\\\\\\"\"",
                                        "\"\xc3\xa9\xf0\x9f\x98\x80\"",
                                        "[]",
                                        "[ ]",
                                        "[1, 2,\n3]",
                                        "{}",
                                        "{\"a\": {\"b\": [null]}, \"c\": \"</script>\"}"};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        NOTE("%s", texts[k]);
        CHECK(accepts(texts[k]));
    }
}

TEST(what_is_none)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "nul",
                                        "nulll",
                                        "TRUE",
                                        "01",
                                        "1.",
                                        ".5",
                                        "-",
                                        "1e",
                                        "1e+",
                                        "+1",
                                        "NaN",
                                        "\"",
                                        "\"a",
                                        "\"\\\"",
                                        "\"\\x\"",
                                        "\"\\u12g4\"",
                                        "\"\n\"",
                                        "\"\xff\"",
                                        "\"\xc3\"",
                                        "\"\xed\xa0\x80\"",
                                        "\"\xc0\x80\"",
                                        "[",
                                        "]",
                                        "[1",
                                        "[1,]",
                                        "[,1]",
                                        "[1 2]",
                                        "{",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{\"a\":1,}",
                                        "{a:1}",
                                        "{1:1}",
                                        "{\"a\":1]",
                                        "1 2",
                                        "[]x"};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        NOTE("%s", texts[k]);
        CHECK(!accepts(texts[k]));
    }
}

/* Every beginning of an object is none, and no byte behind its end is read. */
TEST(what_is_cut_short)
{
    static const char text[] = "{\"a\": [-1.5e3, \"\\u00e9\xc3\xa9\", null]}";
    for (size_t length = 0; length < sizeof text - 1; length++) {
        CHECK(!json_check(text, length));
    }
    CHECK(json_check(text, sizeof text - 1));
    CHECK(!json_check("\0", 1));
}

TEST(depth_is_limited)
{
    char text[2 * JSON_DEPTH_MAX + 3];
    for (size_t depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        CHECK_EQUAL_I64(json_check(text, 2 * depth), depth == JSON_DEPTH_MAX);
    }
}

TEST_MAIN(RUN(what_is_json), RUN(what_is_none), RUN(what_is_cut_short), RUN(depth_is_limited))
