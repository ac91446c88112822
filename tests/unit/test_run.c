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

static const notch_run_cost cost = {.seconds = 1.5, .peak_memory = 1000};

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
        CHECK_OK(notch_run_record(run, c, &e, &cost, &error));
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
    snprintf(
        expected, sizeof expected,
        "{\"step\":10,\"parameters_sha256\":\"%s\",\"chain\":\"%s\"}\n"
        "{\"step\":10,\"epoch\":1,\"train_loss\":0.5,\"train_accuracy\":0.25,"
        "\"test_loss\":1e-07,\"test_accuracy\":0.9,\"test_count\":10,\"saturated\":3,"
        "\"moved\":8,\"seconds\":1.5,\"peak_memory\":1000,\"parameters_sha256\":\"%s\",\"layers\":["
        "{\"layer\":\"dense1\",\"parameters\":640,\"saturated\":0.5,\"moves_per_step\":2.5,"
        "\"steps_without_gradient\":2,\"dead_units\":null}]}\n",
        hex, chain_hex, hex);
    make_run("lines");
    char *text = strdup(read_text("lines/metrics.jsonl"));
    char *third = strchr(strchr(text, '\n') + 1, '\n') + 1;
    CHECK(strncmp(third, "{\"step\":20,", 11) == 0);
    *third = '\0';
    CHECK_STRING(text, expected);
    free(text);
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

/* All weights are 10. */
TEST(milestones_have_histograms)
{
    notch_checkpoint *c = make_checkpoint(10, 10, 9);
    notch_train_evaluation e = make_evaluation(c);
    char expected[512], counts[128] = "";
    notch_run_cost timed = cost;
    e.is_milestone = true;
    for (int pass = 0; pass <= NOTCH_PASSES; pass++) {
        timed.passes[pass] = pass + 0.5;
    }
    for (int bin = 0; bin < 29; bin++) { /* of 9 integers; 10 is in the second one above zero's */
        const size_t used = strlen(counts);
        snprintf(counts + used, sizeof counts - used, "%s%d", bin == 0 ? "" : ",",
                 bin == 14 + 1 ? (int)c->model.tensors[0].count + (int)c->model.tensors[1].count
                               : 0);
    }
    e.layers[0].layer = c->model.tensors[0].layer;
    snprintf(expected, sizeof expected,
             ",\"dead_units\":null,\"histogram\":{\"first\":-130,\"width\":9,\"counts\":[%s]}}]}\n",
             counts);
    char *line = notch_run_format_evaluation(c, &e, &timed);
    CHECK(line != NULL);
    CHECK(strstr(line, expected) != NULL);
    CHECK(strstr(line, "\"seconds\":1.5,\"passes\":{\"data\":0.5,\"forward\":1.5,\"loss\":2.5,"
                       "\"errors\":3.5,\"gradients\":4.5,\"update\":5.5,\"between_steps\":6.5},"
                       "\"peak_memory\":1000,") != NULL);
    notch_run_evaluation parsed;
    CHECK(notch_run_parse_evaluation(line, strlen(line), &parsed));
    CHECK_EQUAL_U64(parsed.step, 10);
    CHECK(parsed.seconds > 1.4 && parsed.seconds < 1.6);
    free(line);
    notch_checkpoint_destroy(c);
}

typedef struct seen_lines {
    uint64_t steps[8];
    size_t count, refused_at;
} seen_lines;

static notch_status see_line(void *self, const notch_run_evaluation *evaluation, const char *line,
                             size_t length, notch_error *problem)
{
    seen_lines *seen = self;
    CHECK(line[0] == '{' && line[length - 1] == '}');
    seen->steps[seen->count++] = evaluation->step;
    problem->message[0] = '\0';
    return seen->count == seen->refused_at ? NOTCH_ERROR_MEMORY : NOTCH_OK;
}

TEST(evaluations_are_visited)
{
    seen_lines seen = {.count = 0};
    make_run("visited");
    CHECK_OK(notch_run_visit_evaluations("visited", see_line, &seen, &error));
    CHECK_EQUAL_U64(seen.count, 2);
    CHECK_EQUAL_U64(seen.steps[0], 10);
    CHECK_EQUAL_U64(seen.steps[1], 20);
    seen = (seen_lines){.refused_at = 1};
    CHECK_EQUAL_I64(notch_run_visit_evaluations("visited", see_line, &seen, &error),
                    NOTCH_ERROR_MEMORY);
    CHECK_EQUAL_U64(seen.count, 1);
    CHECK_EQUAL_I64(notch_run_visit_evaluations("nowhere", see_line, &seen, &error),
                    NOTCH_ERROR_INPUT);
}

TEST(the_environment_is_kept_and_replaced)
{
    notch_run *run = NULL;
    CHECK_OK(notch_run_create("described", false, "x", &run, &error));
    CHECK_OK(notch_run_describe(run, "{}\n", &error));
    CHECK_STRING(read_text("described/environment.json"), "{}\n");
    CHECK_OK(notch_run_describe(run, "{\"a\":1}\n", &error));
    CHECK_STRING(read_text("described/environment.json"), "{\"a\":1}\n");
    CHECK_EQUAL_I64(notch_run_describe(run, NULL, &error), NOTCH_ERROR_ARGUMENT);
    notch_run_destroy(run);
    CHECK_OK(notch_run_create("described", true, "y", &run, &error));
    CHECK(!exists("described/environment.json"));
    notch_run_destroy(run);
}

TEST(numbers_that_are_none_are_null)
{
    notch_checkpoint *c = make_checkpoint(1, 1, 1);
    notch_train_evaluation e = make_evaluation(c);
    e.steps = 0;
    e.train_loss = (double)NAN;
    e.test_loss = (double)INFINITY;
    char *line = notch_run_format_evaluation(c, &e, &cost);
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
    CHECK_OK(notch_run_record(run, c, &e, &cost, &error));
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
          RUN(evaluations_are_read_back), RUN(lines_that_are_no_evaluations),
          RUN(milestones_have_histograms), RUN(evaluations_are_visited),
          RUN(the_environment_is_kept_and_replaced), RUN(numbers_that_are_none_are_null),
          RUN(folders_that_are_taken_stay_as_they_are),
          RUN(overwriting_replaces_a_run_and_nothing_else), RUN(runs_go_on),
          RUN(runs_that_cannot_go_on), RUN(places_where_no_folder_can_be),
          RUN(nothing_is_left_behind), RUN(hashes_are_read_from_folders_and_files),
          RUN(lines_that_are_none), RUN(hashes_that_contradict))
