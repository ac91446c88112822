/* test_run.c - run folders: what they hold, and that bad input changes nothing in them.
 * SPDX-License-Identifier: MIT
 *
 * Works in a temporary folder, with relative paths, so that sentences can be compared in full.
 */
#define _XOPEN_SOURCE 700
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sha256.h"
#include "host/run_histogram.h"
#include "host/run_lines.h"
#include "test.h"

static char scratch[4096];
static notch_error error;

#define CHECK_OK(call)                                                                             \
    do {                                                                                           \
        error.message[0] = '\0';                                                                   \
        const notch_status check_status = (call);                                                  \
        CHECK_STRING(error.message, "");                                                           \
        CHECK_EQUAL_I64(check_status, NOTCH_OK);                                                   \
    } while (0)

#define CHECK_REFUSED(call, status, sentence)                                                      \
    do {                                                                                           \
        error.message[0] = '\0';                                                                   \
        CHECK_EQUAL_I64(call, status);                                                             \
        CHECK_STRING(error.message, sentence);                                                     \
    } while (0)

static int erase(const char *path, const struct stat *facts, int type, struct FTW *place)
{
    (void)facts, (void)type, (void)place;
    return remove(path);
}

static void leave(void)
{
    if (chdir("/") == 0) {
        nftw(scratch, erase, 16, FTW_DEPTH | FTW_PHYS);
    }
}

static void enter(void)
{
    const char *place = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/notch-run-XXXXXX", place != NULL ? place : "/tmp");
    if (mkdtemp(scratch) == NULL || chdir(scratch) != 0) {
        perror(scratch);
        exit(1);
    }
    atexit(leave);
}

/* ---- files ----------------------------------------------------------------------------------- */

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    CHECK(fputs(text, file) >= 0);
    CHECK(fclose(file) == 0);
}

/* "" where there is no file. */
static const char *read_text(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "rb");
    text[0] = '\0';
    if (file != NULL) {
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
    }
    return text;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static unsigned count_entries(const char *folder)
{
    DIR *opened = opendir(folder);
    unsigned count = 0;
    CHECK(opened != NULL);
    while (readdir(opened) != NULL) {
        count++;
    }
    closedir(opened);
    return count - 2;
}

/* ---- checkpoints and evaluations ------------------------------------------------------------- */

/* A small model all of whose weights are `value`, that recognised `correct` of 10 images. */
static notch_checkpoint *make_checkpoint(int8_t value, uint64_t step, uint64_t correct)
{
    static notch_model model;
    notch_lattice lattice;
    notch_checkpoint *c = NULL;
    CHECK_OK(notch_model_preset(&model, "mlp", (notch_shape){1, 2, 2}, 3, &error));
    CHECK_OK(notch_lattice_init(&lattice, 8, &error));
    CHECK_OK(notch_checkpoint_create(&model, &lattice, &c, &error));
    for (uint32_t i = 0; i < model.tensor_count; i++) {
        memset(c->tensors[i].values, value, (size_t)model.tensors[i].count);
    }
    c->step = step;
    c->test_count = 10;
    c->test_correct = correct;
    return c;
}

static notch_train_evaluation make_evaluation(const notch_checkpoint *c)
{
    notch_train_evaluation e = {.step = c->step,
                                .epoch = 1,
                                .steps = 4,
                                .train_loss = 0.5,
                                .train_accuracy = 0.25,
                                .test_loss = 1e-7,
                                .test_accuracy = (double)c->test_correct / 10,
                                .test_count = 10,
                                .test_correct = c->test_correct,
                                .saturated = 3,
                                .moved = 8,
                                .stage_seconds = {0.125, 1, 0, 0.5},
                                .layer_count = 1};
    e.layers[0] = (notch_layer_health){.layer = 1,
                                       .parameters = 640,
                                       .saturated = 320,
                                       .moved = 10,
                                       .steps_without_gradient = 2,
                                       .dead_units = (double)NAN};
    return e;
}

/* A run with two evaluations and two hashes; the best one is the first. */
static void make_run(const char *folder)
{
    notch_run *run = NULL;
    uint8_t digest[32];
    CHECK_OK(notch_run_create(folder, false, "[train]\nseed = 1\n", &run, &error));
    for (uint64_t step = 10; step <= 20; step += 10) {
        notch_checkpoint *c = make_checkpoint((int8_t)step, step, step == 10 ? 9 : 8);
        const notch_train_evaluation e = make_evaluation(c);
        notch_checkpoint_digest(c, digest);
        CHECK_OK(notch_run_record_hash(run, step, digest, &error));
        CHECK_OK(notch_run_record(run, c, &e, 1.5, &error));
        CHECK_OK(notch_run_save(run, c, &error));
        notch_checkpoint_destroy(c);
    }
    notch_run_destroy(run);
}

/* ---- runs ------------------------------------------------------------------------------------ */

TEST(a_run_leaves_four_files)
{
    notch_checkpoint *last = NULL, *best = NULL;
    make_run("a/b/run");
    CHECK_EQUAL_U64(count_entries("a/b/run"), 4);
    CHECK_STRING(read_text("a/b/run/config.ini"), "[train]\nseed = 1\n");
    CHECK_OK(notch_checkpoint_read("a/b/run/last.notch", &last, &error));
    CHECK_OK(notch_checkpoint_read("a/b/run/best.notch", &best, &error));
    CHECK_EQUAL_U64(last->step, 20);
    CHECK_EQUAL_U64(best->step, 10);
    CHECK_STRING(last->config, "[train]\nseed = 1\n");
    notch_checkpoint_destroy(last);
    notch_checkpoint_destroy(best);
}

/* The chain is computed here once more. */
TEST(lines_of_metrics)
{
    char expected[2048], hex[65], chain_hex[65];
    uint8_t digest[32], chain[32] = {0}, number[8] = {10};
    notch_sha256 hash;
    notch_checkpoint *c = make_checkpoint(10, 10, 9);
    notch_checkpoint_digest(c, digest);
    notch_checkpoint_destroy(c);
    notch_sha256_hex(digest, hex);
    notch_sha256_init(&hash);
    notch_sha256_add(&hash, chain, sizeof chain);
    notch_sha256_add(&hash, number, sizeof number);
    notch_sha256_add(&hash, digest, sizeof digest);
    notch_sha256_finish(&hash, chain);
    notch_sha256_hex(chain, chain_hex);
    snprintf(expected, sizeof expected,
             "{\"step\":10,\"parameters_sha256\":\"%s\",\"chain\":\"%s\"}\n"
             "{\"step\":10,\"epoch\":1,\"train_loss\":0.5,\"train_accuracy\":0.25,"
             "\"test_loss\":1e-07,\"test_accuracy\":0.9,\"test_count\":10,\"saturated\":3,"
             "\"moved\":8,\"seconds\":1.5,\"stages\":{\"batch\":0.125,\"gradient\":1,\"update\":0,"
             "\"evaluation\":0.5},\"parameters_sha256\":\"%s\",\"layers\":["
             "{\"layer\":\"dense1\",\"parameters\":640,\"saturated\":0.5,\"moves_per_step\":2.5,"
             "\"steps_without_gradient\":2,\"dead_units\":null,"
             "\"weights\":{\"from\":10,\"width\":1,\"counts\":[512]},"
             "\"biases\":{\"from\":10,\"width\":1,\"counts\":[128]}}]}\n",
             hex, chain_hex, hex);
    make_run("lines");
    char *text = strdup(read_text("lines/metrics.jsonl"));
    char *third = strchr(strchr(text, '\n') + 1, '\n') + 1;
    CHECK(strncmp(third, "{\"step\":20,", 11) == 0);
    *third = '\0';
    CHECK_STRING(text, expected);
    free(text);
}

/* The histogram of `count` values as text: "LOWEST WIDTH: COUNT COUNT ...". */
static const char *histogram_of(notch_value_type type, const void *values, uint64_t count)
{
    static char text[1024];
    notch_histogram histogram;
    const notch_stored_tensor tensor = {.type = type, .values = (void *)(uintptr_t)values};
    notch_histogram_make(&tensor, count, &histogram);
    int length = snprintf(text, sizeof text, "%d %u:", (int)histogram.lowest, histogram.width);
    for (uint32_t k = 0; k < histogram.bins; k++) {
        length +=
            snprintf(text + length, sizeof text - (size_t)length, " %d", (int)histogram.counts[k]);
    }
    return text;
}

TEST(histograms_have_the_finest_bins_that_are_enough)
{
    static const int8_t binary[] = {-1, 1, 1}, one[] = {-127}, fine[] = {31, 29, 31},
                        coarse[] = {32, 28, 31, 30}, whole[] = {-127, -122, -121, 127};
    static const int16_t wide[] = {-32767, -31711, -31710, -1093, 1093, 1094, 32767};
    CHECK_STRING(histogram_of(NOTCH_VALUE_I8, binary, 3), "-1 1: 1 0 2");
    CHECK_STRING(histogram_of(NOTCH_VALUE_I8, one, 1), "-130 9: 1");
    CHECK_STRING(histogram_of(NOTCH_VALUE_I8, fine, 3), "29 1: 1 0 2");
    CHECK_STRING(histogram_of(NOTCH_VALUE_I8, coarse, 4), "26 3: 1 2 1");
    CHECK_STRING(histogram_of(NOTCH_VALUE_I8, whole, 4),
                 "-130 9: 2 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1");
    CHECK_STRING(histogram_of(NOTCH_VALUE_I16, wide, 7),
                 "-33898 2187: 1 2 0 0 0 0 0 0 0 0 0 0 0 0 0 2 1 0 0 0 0 0 0 0 0 0 0 0 0 0 1");
}

static notch_status count_line(void *self, uint64_t step, const char *text, size_t length,
                               notch_error *reason)
{
    uint64_t *sum = self;
    (void)reason;
    CHECK(text[0] == '{' && text[length - 1] == '}' && text[length] == '\n');
    *sum += step;
    return NOTCH_OK;
}

TEST(lines_one_by_one)
{
    uint64_t sum = 0;
    make_run("each");
    CHECK_OK(notch_run_each_line("each", count_line, &sum, &error));
    CHECK_EQUAL_U64(sum, 10 + 10 + 20 + 20);
    CHECK_OK(notch_run_each_line("each/metrics.jsonl", count_line, &sum, &error));
    CHECK_EQUAL_U64(sum, 2 * (10 + 10 + 20 + 20));
    CHECK(notch_run_each_line("nowhere", count_line, &sum, &error) == NOTCH_ERROR_INPUT);
}

TEST(an_environment_is_kept_and_goes_with_its_run)
{
    notch_run *run = NULL;
    CHECK_OK(notch_run_create("place", false, "", &run, &error));
    CHECK_OK(notch_run_describe(run, "{}\n", &error));
    CHECK_STRING(read_text("place/environment.json"), "{}\n");
    notch_run_destroy(run);
    CHECK_OK(notch_run_create("place", true, "", &run, &error));
    CHECK(!exists("place/environment.json"));
    notch_run_destroy(run);
}

TEST(evaluations_are_read_back)
{
    notch_run_evaluation *read = NULL;
    size_t count = 0;
    uint8_t digest[32];
    notch_checkpoint *c = make_checkpoint(10, 10, 9);
    notch_checkpoint_digest(c, digest);
    notch_checkpoint_destroy(c);
    make_run("evaluations");
    CHECK_OK(notch_run_read_evaluations("evaluations", &read, &count, &error));
    CHECK_EQUAL_U64(count, 2);
    CHECK(read[0].step == 10 && read[1].step == 20 && read[0].epoch == 1);
    CHECK(read[0].train_loss == 0.5 && read[0].train_accuracy == 0.25);
    CHECK(read[0].test_loss == 1e-7 && read[0].test_accuracy == 0.9 && read[0].seconds == 1.5);
    CHECK(read[0].test_count == 10 && read[0].saturated == 3 && read[0].moved == 8);
    CHECK(memcmp(read[0].digest, digest, sizeof digest) == 0);
    free(read);
    CHECK(notch_run_read_evaluations("nowhere", &read, &count, &error) == NOTCH_ERROR_INPUT);
}

TEST(lines_that_are_no_evaluations)
{
    static const char *const lines[] = {
        "{\"step\":1}", "{\"step\":1,\"epoch\":1,\"train_loss\":x}",
        "{\"step\":1,\"epoch\":-1,\"train_loss\":0,\"train_accuracy\":0,\"test_loss\":0,"
        "\"test_accuracy\":0,\"test_count\":0,\"saturated\":0,\"moved\":0,\"seconds\":0,"
        "\"parameters_sha256\":"
        "\"0000000000000000000000000000000000000000000000000000000000000000\"}"};
    notch_run_evaluation e;
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
        CHECK(!notch_run_parse_evaluation(lines[k], strlen(lines[k]), &e));
    }
}

TEST(numbers_that_are_none_are_null)
{
    notch_checkpoint *c = make_checkpoint(1, 1, 1);
    notch_train_evaluation e = make_evaluation(c);
    e.steps = 0;
    e.train_loss = (double)NAN;
    e.test_loss = (double)INFINITY;
    char *line = notch_run_format_evaluation(c, &e, 0);
    CHECK(line != NULL);
    CHECK(strstr(line, "\"train_loss\":null,") != NULL);
    CHECK(strstr(line, "\"test_loss\":null,") != NULL);
    CHECK(strstr(line, "\"moves_per_step\":null,") != NULL);
    free(line);
    notch_checkpoint_destroy(c);
}

TEST(folders_that_are_taken_stay_as_they_are)
{
    static const char taken[] = "taken: is not empty, expected a new or an empty folder unless it "
                                "is to be overwritten (--overwrite)";
    notch_run *run = NULL;
    make_run("taken");
    char *metrics = strdup(read_text("taken/metrics.jsonl"));
    CHECK_REFUSED(notch_run_check("taken", false, &error), NOTCH_ERROR_INPUT, taken);
    CHECK_REFUSED(notch_run_create("taken", false, "x", &run, &error), NOTCH_ERROR_INPUT, taken);
    CHECK_STRING(read_text("taken/metrics.jsonl"), metrics);
    CHECK_STRING(read_text("taken/config.ini"), "[train]\nseed = 1\n");
    CHECK_EQUAL_U64(count_entries("taken"), 4);
    free(metrics);
    CHECK(run == NULL);
}

TEST(overwriting_replaces_a_run_and_nothing_else)
{
    notch_run *run = NULL;
    make_run("again");
    write_text("again/notes.txt", "mine");
    CHECK_OK(notch_run_check("again", true, &error));
    CHECK_OK(notch_run_create("again", true, "new", &run, &error));
    notch_run_destroy(run);
    CHECK_STRING(read_text("again/config.ini"), "new");
    CHECK_STRING(read_text("again/metrics.jsonl"), "");
    CHECK_STRING(read_text("again/notes.txt"), "mine");
    CHECK_EQUAL_U64(count_entries("again"), 3);
}

/* The chain of hashes does not end with an interruption. */
TEST(runs_go_on)
{
    notch_run *run = NULL;
    uint8_t digest[32] = {1};
    make_run("whole");
    make_run("parts");
    char *whole = strdup(read_text("whole/metrics.jsonl"));
    FILE *file = fopen("parts/metrics.jsonl", "ab");
    CHECK(file != NULL && fputs("{\"step\":30,\"par", file) >= 0 && fclose(file) == 0);
    CHECK_OK(notch_run_open("parts", 20, "x", &run, &error)); /* the short line is gone */
    CHECK_STRING(read_text("parts/metrics.jsonl"), whole);
    notch_run_destroy(run);

    CHECK_OK(notch_run_open("parts", 10, "x", &run, &error)); /* and what came after step 10 */
    notch_checkpoint *c = make_checkpoint(20, 20, 8);
    const notch_train_evaluation e = make_evaluation(c);
    notch_checkpoint_digest(c, digest);
    CHECK_OK(notch_run_record_hash(run, 20, digest, &error));
    CHECK_OK(notch_run_record(run, c, &e, 1.5, &error));
    CHECK_OK(notch_run_save(run, c, &error)); /* 8 of 10: not the best */
    notch_checkpoint_destroy(c);
    notch_run_destroy(run);
    CHECK_STRING(read_text("parts/metrics.jsonl"), whole);
    CHECK_OK(notch_checkpoint_read("parts/best.notch", &c, &error));
    CHECK_EQUAL_U64(c->step, 10);
    notch_checkpoint_destroy(c);
    free(whole);
}

TEST(runs_that_cannot_go_on)
{
    notch_run *run = NULL;
    CHECK_REFUSED(notch_run_open("nothing", 1, "x", &run, &error), NOTCH_ERROR_INPUT,
                  "nothing/metrics.jsonl: cannot be written: No such file or directory");
    CHECK(!exists("nothing"));
    make_run("broken");
    write_text("broken/metrics.jsonl", "{\"step\":7}\n{\"stop\":8}\n");
    CHECK_REFUSED(notch_run_open("broken", 20, "x", &run, &error), NOTCH_ERROR_INPUT,
                  "broken/metrics.jsonl:2: is no line of a training run's metrics");
    write_text("broken/metrics.jsonl", "{\"step\":7}\n{\"step\":6}\n");
    CHECK_REFUSED(notch_run_open("broken", 20, "x", &run, &error), NOTCH_ERROR_INPUT,
                  "broken/metrics.jsonl:2: is about step 6, expected 7 or a later one");
    CHECK_STRING(read_text("broken/metrics.jsonl"), "{\"step\":7}\n{\"step\":6}\n");
    write_text("broken/metrics.jsonl", "");
    write_text("broken/best.notch", "no model");
    CHECK_EQUAL_I64(notch_run_open("broken", 20, "x", &run, &error), NOTCH_ERROR_INPUT);
    CHECK(run == NULL);
}

TEST(places_where_no_folder_can_be)
{
    notch_run *run = NULL;
    write_text("file", "mine");
    CHECK_REFUSED(notch_run_check("file", true, &error), NOTCH_ERROR_INPUT, "file: is no folder");
    CHECK_REFUSED(notch_run_create("file/run", true, "x", &run, &error), NOTCH_ERROR_INPUT,
                  "file/run: cannot be made: Not a directory");
    CHECK_REFUSED(notch_run_create("", false, "x", &run, &error), NOTCH_ERROR_ARGUMENT,
                  "run: the folder has no name");
    CHECK_STRING(read_text("file"), "mine");
    CHECK(mkdir("odd", 0777) == 0 && mkdir("odd/last.notch", 0777) == 0);
    CHECK_REFUSED(notch_run_create("odd", true, "x", &run, &error), NOTCH_ERROR_INPUT,
                  "odd/last.notch: cannot be overwritten: it is no regular file");
    CHECK_EQUAL_U64(count_entries("odd"), 1);
    if (geteuid() != 0) {
        CHECK(mkdir("closed", 0555) == 0);
        CHECK_REFUSED(notch_run_create("closed/a/run", false, "x", &run, &error), NOTCH_ERROR_INPUT,
                      "closed/a/run: cannot be made: Permission denied");
        CHECK_EQUAL_U64(count_entries("closed"), 0);
    }
    CHECK(run == NULL);
}

/* What was made on the way is gone after a failure: the name of a file is too long here. */
TEST(nothing_is_left_behind)
{
    char path[600];
    notch_run *run = NULL;
    snprintf(path, sizeof path, "new/%0300d/run", 0);
    CHECK_EQUAL_I64(notch_run_create(path, false, "x", &run, &error), NOTCH_ERROR_INPUT);
    CHECK(!exists("new"));
    CHECK(run == NULL);
}

/* ---- hashes ---------------------------------------------------------------------------------- */

TEST(hashes_are_read_from_folders_and_files)
{
    notch_step_hash *hashes = NULL;
    size_t count = 0;
    uint8_t digest[32];
    make_run("hashes");
    for (int k = 0; k < 2; k++) {
        CHECK_OK(notch_run_read_hashes(k == 0 ? "hashes" : "hashes/metrics.jsonl", &hashes, &count,
                                       &error));
        CHECK_EQUAL_U64(count, 2);
        for (size_t i = 0; i < count; i++) {
            notch_checkpoint *c = make_checkpoint((int8_t)(10 * (i + 1)), 1, 1);
            notch_checkpoint_digest(c, digest);
            notch_checkpoint_destroy(c);
            CHECK_EQUAL_U64(hashes[i].step, 10 * (i + 1));
            CHECK(memcmp(hashes[i].digest, digest, sizeof digest) == 0);
        }
        free(hashes);
    }
}

TEST(lines_that_are_none)
{
    static const char *const lines[] = {
        "",
        "{}",
        "{\"step\":}",
        "{\"step\":-1}",
        "{\"step\":12345678901}",
        "{\"step\":1",
        " {\"step\":1}",
        "{\"step\":1,\"parameters_sha256\":\"\"}",
        "{\"step\":1,\"parameters_sha256\":\"00}",
        "{\"step\":1,\"chain\":\"zz\"}",
    };
    notch_run_line line;
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
        NOTE("%s", lines[k]);
        CHECK(!notch_run_parse_line(lines[k], strlen(lines[k]), &line));
    }
    CHECK(notch_run_parse_line("{\"step\":4294967295}", 19, &line));
    CHECK_EQUAL_U64(line.step, UINT32_MAX);
    CHECK(!line.has_digest && !line.has_chain);
}

TEST(hashes_that_contradict)
{
    notch_step_hash *hashes = NULL;
    size_t count = 0;
    char text[512];
    snprintf(text, sizeof text,
             "{\"step\":1,\"parameters_sha256\":\"%064d\"}\n"
             "{\"step\":1,\"parameters_sha256\":\"%064d\"}\n",
             0, 1);
    write_text("two.jsonl", text);
    CHECK_REFUSED(notch_run_read_hashes("two.jsonl", &hashes, &count, &error), NOTCH_ERROR_INPUT,
                  "two.jsonl: has two different hashes of step 1");
    CHECK_REFUSED(notch_run_read_hashes("none.jsonl", &hashes, &count, &error), NOTCH_ERROR_INPUT,
                  "none.jsonl: cannot be opened: No such file or directory");
    CHECK(hashes == NULL);
}

TEST_MAIN(enter(), RUN(a_run_leaves_four_files), RUN(lines_of_metrics),
          RUN(histograms_have_the_finest_bins_that_are_enough), RUN(lines_one_by_one),
          RUN(an_environment_is_kept_and_goes_with_its_run), RUN(evaluations_are_read_back),
          RUN(lines_that_are_no_evaluations), RUN(numbers_that_are_none_are_null),
          RUN(folders_that_are_taken_stay_as_they_are),
          RUN(overwriting_replaces_a_run_and_nothing_else), RUN(runs_go_on),
          RUN(runs_that_cannot_go_on), RUN(places_where_no_folder_can_be),
          RUN(nothing_is_left_behind), RUN(hashes_are_read_from_folders_and_files),
          RUN(lines_that_are_none), RUN(hashes_that_contradict))
