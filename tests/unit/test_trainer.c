/* test_trainer.c - the order of things in a training run: batches, schedules, evaluation, resume.
 * SPDX-License-Identifier: MIT
 *
 * On both engines, with one thread. Equality throughout: a run is a function of its arguments.
 */
#include <math.h>
#include <stdlib.h>

#include "host/trainer.h"
#include "test.h"
#include "unit/engine_graphs.h"

enum {
    TRAIN = 50,
    TEST_COUNT = 20,
    SIDE = 6,
    PIXELS = SIDE * SIDE,
    CLASSES = 3,
    BATCH = 8,
    STEPS_PER_EPOCH = (TRAIN + BATCH - 1) / BATCH
};

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

/* ---- data and models ------------------------------------------------------------------------- */

/* Images with a bright stripe whose place is the class, and noise. */
static notch_dataset *make_data(const char *name, uint64_t count, uint32_t step)
{
    notch_dataset sizes = {.count = count,
                           .channels = 1,
                           .height = SIDE,
                           .width = SIDE,
                           .classes = CLASSES,
                           .maximum = 255};
    notch_dataset *data = NULL;
    const notch_key key = {.seed = 9, .step = step};
    snprintf(sizes.name, sizeof sizes.name, "%s", name);
    CHECK_OK(notch_dataset_create(&sizes, &data, &error));
    for (uint64_t i = 0; i < count; i++) {
        data->labels[i] = (uint8_t)(i % CLASSES);
        for (uint32_t p = 0; p < PIXELS; p++) {
            const uint32_t noise = notch_random_below32(&key, i * PIXELS + p, 120);
            data->images[i * PIXELS + p] =
                (uint8_t)(noise + (p / (PIXELS / CLASSES) == i % CLASSES ? 120 : 0));
        }
    }
    return data;
}

typedef struct setup {
    notch_train_options options;
    notch_model model;
    notch_dataset *train, *test;
    notch_trainer *trainer;
} setup;

/* A small network with all kinds of layers, or the preset called `preset`. */
static void make_model(notch_model *model, const char *preset)
{
    const notch_shape shape = {1, SIDE, SIDE};
    if (preset != NULL) {
        CHECK_OK(notch_model_preset(model, preset, shape, CLASSES, &error));
        return;
    }
    begin(1, SIDE, SIDE);
    convolution(4, 3, 1, 1, true);
    batch_norm(true);
    relu();
    pool(NOTCH_LAYER_MAX_POOL, 2, 2, 0);
    dense(CLASSES, true);
    layer_norm();
    *model = test_model;
}

static void create(setup *s)
{
    const notch_status status =
        notch_trainer_create(&s->model, &s->options, s->train, s->test, &s->trainer, &error);
    if (status == NOTCH_ERROR_UNSUPPORTED && s->options.engine == NOTCH_ENGINE_FLOAT) {
        SKIP(error.message); /* a build without it */
    }
    CHECK_OK(status);
}

static setup set_up(notch_engine_type engine, const char *preset)
{
    setup s = {.options = notch_train_options_default()};
    s.options.engine = engine;
    s.options.threads = 1;
    s.options.batch = BATCH;
    s.options.epochs = 3;
    s.options.update.mode = NOTCH_MODE_UNBIASED;
    s.options.update.calibration_steps = 5;
    make_model(&s.model, preset);
    if (engine == NOTCH_ENGINE_INT) {
        const notch_model given = s.model;
        CHECK_OK(notch_model_without_affine(&given, &s.model, &error));
    }
    s.train = make_data("train", TRAIN, 0);
    s.test = make_data("test", TEST_COUNT, 1);
    return s;
}

static void end(setup *s)
{
    notch_trainer_destroy(s->trainer);
    notch_dataset_destroy(s->train);
    notch_dataset_destroy(s->test);
}

static void digest_of(const setup *s, uint8_t digest[32])
{
    notch_checkpoint_digest(notch_trainer_checkpoint(s->trainer), digest);
}

static void steps(const setup *s, uint64_t count)
{
    for (uint64_t k = 0; k < count; k++) {
        CHECK_OK(notch_trainer_step(s->trainer, &error));
    }
}

static void check_same(const setup *a, const setup *b)
{
    uint8_t first[32], second[32];
    digest_of(a, first);
    digest_of(b, second);
    CHECK(memcmp(first, second, sizeof first) == 0);
}

/* ---- observers ------------------------------------------------------------------------------- */

typedef struct sighting {
    uint32_t told[NOTCH_PASSES + 1];   /* how often */
    uint32_t layers[NOTCH_PASSES + 1]; /* bit k: of layer k */
    notch_pass first, last;
} sighting;

static void note_begin(void *self, notch_pass pass, uint32_t layer)
{
    sighting *r = self;
    CHECK((uint32_t)pass <= NOTCH_PASSES && layer < 32);
    r->first = r->told[NOTCH_PASS_DATA] == 0 ? pass : r->first;
    r->told[pass]++;
    r->layers[pass] |= UINT32_C(1) << layer;
    r->last = pass;
}

/* Each pass of each layer with parameters is told of, evaluations are not, and weights come out as
 * without an observer. */
static void observe_steps(notch_engine_type engine)
{
    setup plain = set_up(engine, "mlp"), observed = set_up(engine, "mlp");
    sighting r = {.first = NOTCH_PASSES};
    const notch_observer observer = {&r, note_begin};
    notch_train_evaluation evaluation;
    observed.options.observer = &observer;
    create(&plain);
    create(&observed);
    steps(&plain, 5);
    steps(&observed, 5);
    CHECK(r.first == NOTCH_PASS_DATA && r.last == NOTCH_PASSES);
    CHECK_EQUAL_U64(r.told[NOTCH_PASS_DATA], 5);
    for (uint32_t pass = 0; pass < NOTCH_PASSES; pass++) {
        CHECK(r.told[pass] >= 5);
    }
    for (uint32_t l = 0; l < observed.model.layer_count; l++) {
        if (observed.model.layers[l].tensors[0] != NOTCH_NO_TENSOR) {
            CHECK((r.layers[NOTCH_PASS_FORWARD] >> l & 1) == 1);
            CHECK((r.layers[NOTCH_PASS_GRADIENTS] >> l & 1) == 1);
        }
    }
    check_same(&plain, &observed);
    const sighting before = r;
    CHECK_OK(notch_trainer_evaluate(observed.trainer, &evaluation, &error));
    CHECK(memcmp(&before, &r, sizeof r) == 0);
    end(&plain);
    end(&observed);
}

TEST(observed_int_engine)
{
    observe_steps(NOTCH_ENGINE_INT);
}

TEST(observed_float_engine)
{
    observe_steps(NOTCH_ENGINE_FLOAT);
}

/* ---- batches --------------------------------------------------------------------------------- */

/* Each image has its turn once an epoch, in the order of the permutation. */
TEST(batches_follow_the_permutation)
{
    setup s = set_up(NOTCH_ENGINE_INT, "linear");
    create(&s);
    for (uint64_t step = 0; step < 2 * STEPS_PER_EPOCH; step++) {
        const uint64_t epoch = step / STEPS_PER_EPOCH + 1, place = step % STEPS_PER_EPOCH * BATCH;
        const notch_key key = {s.options.seed, (uint32_t)epoch, NOTCH_STREAM_SHUFFLE};
        notch_permutation order;
        CHECK_OK(notch_permutation_init(&order, &key, TRAIN, &error));
        steps(&s, 1);
        const notch_train_progress p = notch_trainer_progress(s.trainer);
        CHECK_EQUAL_U64(p.step, step + 1);
        CHECK_EQUAL_U64(p.epoch, epoch);
        CHECK_EQUAL_U64(p.batch_count, TRAIN - place < BATCH ? TRAIN - place : BATCH);
        for (uint64_t k = 0; k < p.batch_count; k++) {
            const uint64_t image = notch_permutation_at(&order, place + k);
            CHECK_EQUAL_U64(s.trainer->labels[k], s.train->labels[image]);
            CHECK(memcmp(s.trainer->images + k * PIXELS, s.train->images + image * PIXELS,
                         PIXELS) == 0);
        }
    }
    end(&s);
}

/* A shifted image is the image with rows and columns moved, black elsewhere; shifts of all sizes
 * occur, and the same ones again. */
TEST(shifts)
{
    enum {
        SHIFT = 2,
        CHOICES = 2 * SHIFT + 1
    };
    bool seen[CHOICES][CHOICES] = {{false}};
    setup s = set_up(NOTCH_ENGINE_INT, "linear");
    s.options.shift = SHIFT;
    create(&s);
    for (uint64_t epoch = 1; epoch < 20; epoch++) {
        for (uint64_t image = 0; image < TRAIN; image++) {
            uint8_t shifted[PIXELS], again[PIXELS];
            const notch_key key = {s.options.seed, (uint32_t)epoch, NOTCH_STREAM_SHIFT};
            const int rows = (int)notch_random_below32(&key, 2 * image, CHOICES) - SHIFT;
            const int columns = (int)notch_random_below32(&key, 2 * image + 1, CHOICES) - SHIFT;
            seen[rows + SHIFT][columns + SHIFT] = true;
            notch_trainer_shifted(s.trainer, epoch, image, shifted);
            notch_trainer_shifted(s.trainer, epoch, image, again);
            CHECK(memcmp(shifted, again, PIXELS) == 0);
            for (int p = 0; p < PIXELS; p++) {
                const int row = p / SIDE - rows, column = p % SIDE - columns;
                const bool inside = row >= 0 && row < SIDE && column >= 0 && column < SIDE;
                const uint8_t expected =
                    inside ? s.train->images[image * PIXELS + (uint64_t)(row * SIDE + column)] : 0;
                CHECK_EQUAL_U64(shifted[p], expected);
            }
        }
    }
    for (int k = 0; k < CHOICES * CHOICES; k++) {
        CHECK(seen[k / CHOICES][k % CHOICES]);
    }
    end(&s);
}

/* A shift beyond the image leaves nothing of it, and nothing is read or written beyond it. */
TEST(shifts_beyond_the_image)
{
    setup s = set_up(NOTCH_ENGINE_INT, "linear");
    s.options.shift = NOTCH_SHIFT_MAX;
    create(&s);
    uint64_t black = 0;
    for (uint64_t image = 0; image < TRAIN; image++) {
        uint8_t shifted[PIXELS + 1], sum = 0;
        shifted[PIXELS] = 77;
        notch_trainer_shifted(s.trainer, 1, image, shifted);
        CHECK_EQUAL_U64(shifted[PIXELS], 77);
        for (int p = 0; p < PIXELS; p++) {
            sum |= shifted[p];
        }
        black += sum == 0;
    }
    CHECK(black > TRAIN / 2); /* 99 in 100 are expected to be */
    end(&s);
}

/* ---- whole runs ------------------------------------------------------------------------------ */

typedef struct record {
    uint64_t evaluations, steps[64], stop_at_step, stop_at_evaluated, milestones;
    notch_train_evaluation last;
} record;

static bool watch(void *self, const notch_train_progress *progress)
{
    const record *r = self;
    return !(r->stop_at_step != 0 && progress->step == r->stop_at_step &&
             progress->evaluated >= r->stop_at_evaluated);
}

static notch_status note(void *self, const notch_train_evaluation *evaluation, notch_error *ignored)
{
    record *r = self;
    (void)ignored;
    r->steps[r->evaluations++] = evaluation->step;
    r->last = *evaluation;
    r->milestones += evaluation->is_milestone;
    return NOTCH_OK;
}

static bool run(const setup *s, record *r)
{
    const notch_train_callbacks callbacks = {r, watch, note};
    bool finished = false;
    CHECK_OK(notch_trainer_run(s->trainer, &callbacks, &finished, &error));
    return finished;
}

static void learns(notch_engine_type engine, bool sgd)
{
    record r = {.evaluations = 0};
    setup s = set_up(engine, NULL);
    s.options.sgd = sgd;
    s.options.epochs = 10;
    create(&s);
    CHECK(run(&s, &r));
    CHECK_EQUAL_U64(r.evaluations, 10);
    CHECK_EQUAL_U64(r.last.step, 10 * STEPS_PER_EPOCH);
    CHECK_EQUAL_U64(r.last.test_correct, TEST_COUNT);
    CHECK_REFUSED(notch_trainer_step(s.trainer, &error), NOTCH_ERROR_ARGUMENT,
                  "training: all 70 steps have been done");
    end(&s);
}

TEST(int_engine_learns)
{
    learns(NOTCH_ENGINE_INT, false);
}

TEST(float_engine_learns)
{
    learns(NOTCH_ENGINE_FLOAT, false);
}

TEST(sgd_learns)
{
    learns(NOTCH_ENGINE_FLOAT, true);
}

/* 48 steps with an evaluation after each: step s is the first one after a 32nd of them where
 * floor(32 s / 48) has changed, which is after all but every third one. */
TEST(milestones_are_few)
{
    record r = {.evaluations = 0};
    setup s = set_up(NOTCH_ENGINE_INT, "linear");
    s.options.evaluate_every = 1;
    s.options.evaluation_count = 7;
    s.options.epochs = 48;
    s.options.steps = 48;
    create(&s);
    CHECK(run(&s, &r));
    CHECK_EQUAL_U64(r.evaluations, 48);
    CHECK_EQUAL_U64(r.milestones, 32);
    CHECK(r.last.is_milestone);
    end(&s);
}

TEST(evaluations_come_when_due)
{
    record r = {.evaluations = 0};
    setup s = set_up(NOTCH_ENGINE_INT, "linear");
    s.options.evaluate_every = 4;
    s.options.evaluation_count = 7;
    s.options.steps = 10;
    create(&s);
    CHECK(run(&s, &r));
    CHECK_EQUAL_U64(r.evaluations, 3);
    CHECK_EQUAL_U64(r.steps[0], 4);
    CHECK_EQUAL_U64(r.steps[1], 8);
    CHECK_EQUAL_U64(r.steps[2], 10);
    CHECK_EQUAL_U64(r.last.steps, 2);
    CHECK_EQUAL_U64(r.last.test_count, 7);
    const notch_checkpoint *c = notch_trainer_checkpoint(s.trainer);
    CHECK_EQUAL_U64(c->test_count, 7);
    CHECK_EQUAL_U64(c->test_correct, r.last.test_correct);
    end(&s);
}

/* Interrupted after any step, within an evaluation too, a run that is restored into a new trainer
 * ends with the same weights, and all evaluations have taken place. */
static void resumes(notch_engine_type engine, bool sgd)
{
    setup whole = set_up(engine, NULL);
    record all = {.evaluations = 0};
    whole.options.sgd = sgd;
    whole.options.momentum = sgd ? UINT64_C(1) << 31 : 0;
    whole.options.shift = 1;
    whole.options.evaluate_every = 5;
    create(&whole);
    CHECK(run(&whole, &all));
    for (uint64_t step = 1; step < whole.trainer->steps; step += 3) {
        for (uint64_t evaluated = 0; evaluated < 2; evaluated++) {
            NOTE("step %u, evaluated %u", (unsigned)step, (unsigned)evaluated);
            record before = {.stop_at_step = step, .stop_at_evaluated = evaluated};
            record after = {.evaluations = 0};
            setup first = whole, second = whole;
            create(&first);
            create(&second);
            const bool finished = run(&first, &before);
            if (finished) { /* no evaluation after this step */
                CHECK(evaluated == 1 && step % 5 != 0);
            } else {
                CHECK_OK(notch_trainer_restore(second.trainer,
                                               notch_trainer_checkpoint(first.trainer), &error));
                CHECK(run(&second, &after));
                check_same(&whole, &second);
                CHECK_EQUAL_U64(before.evaluations + after.evaluations, all.evaluations);
                CHECK(after.last.test_loss == all.last.test_loss);
            }
            notch_trainer_destroy(first.trainer);
            notch_trainer_destroy(second.trainer);
        }
    }
    end(&whole);
}

TEST(int_engine_resumes)
{
    resumes(NOTCH_ENGINE_INT, false);
}

TEST(float_engine_resumes)
{
    resumes(NOTCH_ENGINE_FLOAT, false);
}

TEST(sgd_resumes)
{
    resumes(NOTCH_ENGINE_FLOAT, true);
}

TEST(threads_do_not_matter_to_the_int_engine)
{
    setup one = set_up(NOTCH_ENGINE_INT, NULL), three = one;
    three.options.threads = 3;
    create(&one);
    create(&three);
    steps(&one, 15);
    steps(&three, 15);
    check_same(&one, &three);
    notch_trainer_destroy(three.trainer);
    end(&one);
}

TEST(seeds_matter)
{
    uint8_t first[32], second[32];
    setup s = set_up(NOTCH_ENGINE_INT, "linear");
    create(&s);
    digest_of(&s, first);
    notch_trainer_destroy(s.trainer);
    s.options.seed = 2;
    create(&s);
    digest_of(&s, second);
    CHECK(memcmp(first, second, sizeof first) != 0);
    end(&s);
}

/* ---- health ---------------------------------------------------------------------------------- */

/* Moves and bounds of layers add up to those of the whole, and to what the weights show. */
TEST(layers_add_up)
{
    setup s = set_up(NOTCH_ENGINE_INT, NULL);
    s.options.trials_start = s.options.trials_end = 16 * NOTCH_TRIALS_ONE;
    s.options.bits = 2;
    create(&s);
    const notch_checkpoint *c = notch_trainer_checkpoint(s.trainer);
    int8_t *before = malloc((size_t)s.model.parameters);
    uint64_t moved = 0;
    CHECK(before != NULL);
    for (int k = 0; k < 5; k++) {
        for (uint32_t i = 0; i < s.model.tensor_count; i++) {
            memcpy(before + s.model.tensors[i].offset, c->tensors[i].values,
                   (size_t)s.model.tensors[i].count);
        }
        steps(&s, 1);
        for (uint32_t i = 0; i < s.model.tensor_count; i++) {
            const int8_t *now = c->tensors[i].values;
            for (uint64_t w = 0; w < s.model.tensors[i].count; w++) {
                moved += now[w] != before[s.model.tensors[i].offset + w];
            }
        }
    }
    free(before);
    notch_train_evaluation e;
    CHECK_OK(notch_trainer_evaluate(s.trainer, &e, &error));
    CHECK_EQUAL_U64(e.steps, 5);
    CHECK_EQUAL_U64(e.moved, moved);
    CHECK(moved > 0);
    CHECK_EQUAL_U64(e.layer_count, 2); /* conv, out */
    uint64_t layer_moved = 0, saturated = 0, parameters = 0;
    for (uint32_t k = 0; k < e.layer_count; k++) {
        layer_moved += e.layers[k].moved;
        saturated += e.layers[k].saturated;
        parameters += e.layers[k].parameters;
        CHECK_EQUAL_U64(e.layers[k].steps_without_gradient, 0);
    }
    CHECK_EQUAL_U64(layer_moved, moved);
    CHECK_EQUAL_U64(saturated, e.saturated);
    CHECK(saturated > 0);
    CHECK_EQUAL_U64(parameters, s.model.parameters);
    CHECK_OK(notch_trainer_evaluate(s.trainer, &e, &error));
    CHECK_EQUAL_U64(e.steps + e.moved, 0);
    CHECK(isnan(e.train_loss));
    end(&s);
}

/* Units that are below zero for every image pass no gradient on. */
TEST(dead_layers_show)
{
    setup s = set_up(NOTCH_ENGINE_FLOAT, NULL);
    begin(1, SIDE, SIDE);
    dense(8, true);
    relu();
    dense(CLASSES, true);
    s.model = test_model;
    create(&s);
    const notch_checkpoint *c = notch_trainer_checkpoint(s.trainer);
    memset(c->tensors[0].values, 0, (size_t)s.model.tensors[0].count);
    memset(c->tensors[1].values, -5, (size_t)s.model.tensors[1].count);
    steps(&s, 4);
    notch_train_evaluation e;
    CHECK_OK(notch_trainer_evaluate(s.trainer, &e, &error));
    CHECK_EQUAL_U64(e.layer_count, 2);
    CHECK_EQUAL_U64(e.layers[0].steps_without_gradient, 4);
    CHECK_EQUAL_U64(e.layers[0].moved, 0);
    CHECK_EQUAL_U64(e.layers[1].steps_without_gradient, 0); /* its biases have one */
    CHECK(e.layers[1].moved > 0);
    end(&s);
}

/* ---- refusals -------------------------------------------------------------------------------- */

TEST(what_does_not_fit_is_refused)
{
    setup s = set_up(NOTCH_ENGINE_INT, "linear"), other = s;
    create(&s);
    notch_trainer *none = NULL;
    s.test->width = SIDE - 1;
    CHECK_REFUSED(notch_trainer_create(&s.model, &s.options, s.train, s.test, &none, &error),
                  NOTCH_ERROR_ARGUMENT,
                  "the test images of test are 1 x 6 x 5, expected 1 x 6 x 6 as the model linear "
                  "takes them");
    s.test->width = SIDE;
    other.options.shift = NOTCH_SHIFT_MAX + 1;
    CHECK_REFUSED(notch_trainer_create(&s.model, &other.options, s.train, s.test, &none, &error),
                  NOTCH_ERROR_RANGE, "training: the shift is 65, expected 0 to 64");
    other.options.shift = 0;
    other.options.sgd = true;
    CHECK_REFUSED(notch_trainer_create(&s.model, &other.options, s.train, s.test, &none, &error),
                  NOTCH_ERROR_ARGUMENT,
                  "training: engine int takes weights of 1 to 8 bits, not the floats of sgd");
    CHECK(none == NULL);
    end(&s);
}

static void refuses_restore(const setup *s, const setup *other, const char *sentence)
{
    uint8_t before[32], after[32];
    digest_of(s, before);
    CHECK_REFUSED(
        notch_trainer_restore(s->trainer, notch_trainer_checkpoint(other->trainer), &error),
        NOTCH_ERROR_ARGUMENT, sentence);
    digest_of(s, after);
    CHECK(memcmp(before, after, sizeof before) == 0);
    notch_trainer_destroy(other->trainer);
}

TEST(other_runs_are_refused)
{
    setup s = set_up(NOTCH_ENGINE_INT, "linear"), other = s;
    create(&s);
    steps(&s, 3);
    other.options.seed = 2;
    create(&other);
    refuses_restore(&s, &other, "checkpoint: it has another seed than this run");
    other = s;
    other.options.bits = 4;
    create(&other);
    refuses_restore(&s, &other,
                    "checkpoint: dense.weight has integer weights of another kind than the run's");
    other = s;
    other.options.update.mode = NOTCH_MODE_NORMALISED;
    create(&other);
    refuses_restore(&s, &other, "checkpoint: it has other calibrations than this run");
    end(&s);
}

/* Weights of a finished model become the first ones of a new run. */
TEST(weights_are_adopted)
{
    setup s = set_up(NOTCH_ENGINE_INT, NULL), next = s;
    next.options.seed = 7;
    create(&s);
    create(&next);
    steps(&s, 6);
    CHECK_OK(notch_trainer_adopt(next.trainer, notch_trainer_checkpoint(s.trainer), &error));
    check_same(&s, &next);
    CHECK_EQUAL_U64(notch_trainer_progress(next.trainer).step, 0);
    steps(&next, 1);
    CHECK_REFUSED(notch_trainer_adopt(next.trainer, notch_trainer_checkpoint(s.trainer), &error),
                  NOTCH_ERROR_ARGUMENT, "checkpoint: training has begun already");
    notch_trainer_destroy(next.trainer);
    end(&s);
}

TEST_MAIN(RUN(observed_int_engine), RUN(observed_float_engine), RUN(batches_follow_the_permutation),
          RUN(shifts), RUN(shifts_beyond_the_image), RUN(int_engine_learns),
          RUN(float_engine_learns), RUN(sgd_learns), RUN(milestones_are_few),
          RUN(evaluations_come_when_due), RUN(int_engine_resumes), RUN(float_engine_resumes),
          RUN(sgd_resumes), RUN(threads_do_not_matter_to_the_int_engine), RUN(seeds_matter),
          RUN(layers_add_up), RUN(dead_layers_show), RUN(what_does_not_fit_is_refused),
          RUN(other_runs_are_refused), RUN(weights_are_adopted))
