/* bench_update.c - how long samplers and whole updates take, next to reading the gradient once.
 * SPDX-License-Identifier: MIT
 *
 * One tensor of d weights with a gradient of bell-shaped values, whose scale differs from region to
 * region: it is halved from one to the next `spread` times, and starts again. What is measured:
 *
 *   sampler  notch_sample: 32-bit masses to 64-bit counts
 *   update   notch_update_step: float gradient to changed weights; mode `normalised` on 8 bits, and
 *            what the authors' optimizer does: mode `paper`, scope `global`, on 16 bits
 *   read     the sum of the gradient's magnitudes with the same threads: the yardstick
 *   l1       notch_gradient_l1, which runs in the calling thread alone
 */
#define _DEFAULT_SOURCE
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

enum {
    MEASUREMENTS_MAX = 3 + BENCH_SAMPLERS_MAX * 2 * BENCH_TRIALS_MAX,
    REGION = 4096,            /* parameters whose gradient has one scale */
    STREAM_UPDATE = 0,        /* of the library */
    STREAM_GRADIENT = 1,      /* two words a parameter */
    STREAM_WEIGHTS = 2,       /* one word a parameter */
    BELL_MEAN = 4 * 65535 / 2 /* of the sum of four uniform 16-bit numbers */
};

typedef enum subject {
    SUBJECT_READ,
    SUBJECT_L1,
    SUBJECT_SAMPLER,
    SUBJECT_UPDATE
} subject;

static const char *const subject_names[] = {"read", "l1", "sampler", "update"};

/* One line of the result. */
typedef struct measurement {
    subject subject;
    notch_sampler sampler;         /* sampler and update */
    notch_update_options rule;     /* update */
    uint32_t bits;                 /* update: of a weight */
    uint64_t trials_per_parameter; /* 32 fractional bits */
    uint64_t trials;
    size_t workspace_bytes;
    double resident_bytes; /* what the first run added to the process's memory; NAN if unknown */
    double milliseconds[BENCH_REPEAT_MAX];
} measurement;

/* Everything at one size. Arrays not needed are NULL. */
typedef struct arena {
    const bench_update_options *options;
    notch_runtime runtime;
    uint64_t size;
    float *gradient;
    int8_t *weights8;
    int16_t *weights16;
    uint32_t *masses;
    uint64_t *counts;
    double *sums; /* of bench_read */
    double read_sum, l1;
    measurement measurements[MEASUREMENTS_MAX];
    size_t measurement_count;
} arena;

/* ---- memory ---------------------------------------------------------------------------------- */

static notch_status no_memory(uint64_t size, notch_error *error)
{
    error->status = NOTCH_ERROR_MEMORY;
    (void)snprintf(error->message, sizeof error->message,
                   "this machine has not enough memory for %" PRIu64 " parameters", size);
    return NOTCH_ERROR_MEMORY;
}

/* Fresh pages that nothing has touched yet, so that bench_resident_bytes() sees their first use;
 * NULL if there are none. */
static void *map(uint64_t count, size_t element)
{
    void *pages = MAP_FAILED;
    if (count <= SIZE_MAX / element) {
        pages = mmap(NULL, (size_t)count * element, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    return pages == MAP_FAILED ? NULL : pages;
}

static void unmap(void *pages, uint64_t count, size_t element)
{
    if (pages != NULL) {
        (void)munmap(pages, (size_t)count * element);
    }
}

/* Bytes that arena_map takes, workspaces aside. */
static uint64_t arena_bytes(const arena *a)
{
    uint64_t each = 0;
    if (a->options->measure_update) {
        each += sizeof *a->gradient + sizeof *a->weights8 + sizeof *a->weights16;
    }
    if (a->options->measure_sampler) {
        each += sizeof *a->masses + sizeof *a->counts;
    }
    return each * a->size;
}

/* Whether the machine has so much memory; systems promise more than they have. */
static bool machine_holds(uint64_t bytes)
{
#if defined(_SC_PHYS_PAGES)
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages <= 0 || page <= 0 || bytes / (uint64_t)page < (uint64_t)pages;
#else
    (void)bytes;
    return true;
#endif
}

static bool arena_map(arena *a)
{
    if (!machine_holds(arena_bytes(a))) {
        return false;
    }
    if (a->options->measure_update) {
        a->gradient = map(a->size, sizeof *a->gradient);
        a->weights8 = map(a->size, sizeof *a->weights8);
        a->weights16 = map(a->size, sizeof *a->weights16);
        a->sums = map(a->size / BENCH_READ_CHUNK + 1, sizeof *a->sums);
        if (!a->gradient || !a->weights8 || !a->weights16 || !a->sums) {
            return false;
        }
    }
    if (a->options->measure_sampler) {
        a->masses = map(a->size, sizeof *a->masses);
        a->counts = map(a->size, sizeof *a->counts);
        return a->masses && a->counts;
    }
    return true;
}

static void arena_unmap(arena *a)
{
    unmap(a->gradient, a->size, sizeof *a->gradient);
    unmap(a->weights8, a->size, sizeof *a->weights8);
    unmap(a->weights16, a->size, sizeof *a->weights16);
    unmap(a->sums, a->size / BENCH_READ_CHUNK + 1, sizeof *a->sums);
    unmap(a->masses, a->size, sizeof *a->masses);
    unmap(a->counts, a->size, sizeof *a->counts);
}

/* Fills the arrays with random values: a gradient and masses |bell| * 2^-(0 .. spread, by region),
 * and weights of standard deviation 21. */
static notch_status arena_fill(arena *a, notch_error *error)
{
    const notch_key gradient_key = {a->options->seed, 0, STREAM_GRADIENT};
    const notch_key weights_key = {a->options->seed, 0, STREAM_WEIGHTS};
    uint32_t gradient_words[2 * REGION], weight_words[REGION];

    for (uint64_t first = 0; first < a->size; first += REGION) {
        const uint64_t count = a->size - first < REGION ? a->size - first : REGION;
        notch_status status = notch_random_fill(&gradient_key, 2 * first, 2 * count, gradient_words,
                                                a->runtime.isa, error);
        if (status == NOTCH_OK) {
            status =
                notch_random_fill(&weights_key, first, count, weight_words, a->runtime.isa, error);
        }
        if (status != NOTCH_OK) {
            return status;
        }
        const uint32_t shift = (uint32_t)(first / REGION % (a->options->spread + 1));
        const float scale = ldexpf(1.0F, -20 - (int)shift);
        for (uint64_t k = 0; k < count; k++) {
            const uint32_t one = gradient_words[2 * k], other = gradient_words[2 * k + 1];
            const int32_t bell =
                (int32_t)((one & 0xffff) + (one >> 16) + (other & 0xffff) + (other >> 16)) -
                BELL_MEAN;
            const uint32_t word = weight_words[k];
            const int32_t weight = ((int32_t)((word & 0xff) + (word >> 8 & 0xff) +
                                              (word >> 16 & 0xff) + (word >> 24)) -
                                    510) /
                                   7;
            if (a->gradient != NULL) {
                a->gradient[first + k] = (float)bell * scale;
                a->weights8[first + k] = (int8_t)weight;
                a->weights16[first + k] = (int16_t)weight;
            }
            if (a->masses != NULL) {
                a->masses[first + k] = (uint32_t)abs(bell) << 8 >> shift;
                a->counts[first + k] = 0;
            }
        }
    }
    return NOTCH_OK;
}

/* ---- measuring ------------------------------------------------------------------------------- */

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static notch_gradient gradient_of(const arena *a)
{
    return (notch_gradient){.type = NOTCH_GRADIENT_F32, .values = a->gradient, .count = a->size};
}

static notch_status parameter_of(const arena *a, uint32_t bits, notch_parameter *parameter,
                                 notch_error *error)
{
    *parameter = (notch_parameter){.name = "bench",
                                   .weights = bits == 16 ? (void *)a->weights16 : a->weights8,
                                   .gradient = gradient_of(a),
                                   .dimensions = 1};
    return notch_lattice_init(&parameter->lattice, bits, error);
}

/* Does once what `m` is about, as step number `step`. */
static notch_status run_once(arena *a, const measurement *m, uint32_t step, void *workspace,
                             notch_error *error)
{
    const notch_key key = {a->options->seed, step, STREAM_UPDATE};
    notch_status status = NOTCH_OK;
    switch (m->subject) {
    case SUBJECT_READ:
        a->read_sum = bench_read(a->gradient, a->size, a->runtime.executor, a->sums);
        break;
    case SUBJECT_L1: {
        const notch_gradient gradient = gradient_of(a);
        notch_scaled l1 = {0, 0};
        status = notch_gradient_l1(&gradient, &l1, a->runtime.isa, error);
        a->l1 = ldexp((double)l1.mantissa, l1.exponent);
        break;
    }
    case SUBJECT_SAMPLER: {
        const notch_sample_request request = {.sampler = m->sampler,
                                              .masses = a->masses,
                                              .categories = a->size,
                                              .trials = m->trials,
                                              .key = key};
        status = notch_sample(&request, &a->runtime, workspace, m->workspace_bytes, a->counts, NULL,
                              error);
        break;
    }
    case SUBJECT_UPDATE: {
        notch_parameter parameter;
        status = parameter_of(a, m->bits, &parameter, error);
        if (status == NOTCH_OK) {
            status =
                notch_update_step(&m->rule, &parameter, 1, m->trials_per_parameter, &key,
                                  &a->runtime, NULL, workspace, m->workspace_bytes, NULL, error);
        }
        break;
    }
    }
    return status;
}

static notch_status wrong(notch_error *error, const char *what)
{
    error->status = NOTCH_ERROR_UNSUPPORTED;
    (void)snprintf(error->message, sizeof error->message, "wrong result: %s", what);
    return NOTCH_ERROR_UNSUPPORTED;
}

/* A figure of something that computes the wrong thing is worth nothing. */
static notch_status verify(const arena *a, const measurement *m, notch_error *error)
{
    if (m->subject == SUBJECT_SAMPLER) {
        uint64_t total = 0;
        for (uint64_t i = 0; i < a->size; i++) {
            total += a->counts[i];
        }
        return total == m->trials ? NOTCH_OK
                                  : wrong(error, "the counts do not add up to the trials");
    }
    if (m->subject == SUBJECT_L1 && fabs(a->read_sum - a->l1) > 1e-4 * a->l1) {
        return wrong(error, "the l1 norm differs from the sum of magnitudes");
    }
    return NOTCH_OK;
}

/* The round that is not timed: allocates, runs once, notes memory and checks the result. */
static notch_status warm_up(arena *a, measurement *m, void **workspace, notch_error *error)
{
    const double before = bench_resident_bytes();
    if (m->workspace_bytes != 0) {
        *workspace = map(m->workspace_bytes, 1);
        if (*workspace == NULL) {
            return no_memory(a->size, error);
        }
    }
    const notch_status status = run_once(a, m, 0, *workspace, error);
    m->resident_bytes = bench_resident_bytes() - before;
    return status == NOTCH_OK ? verify(a, m, error) : status;
}

/* Measures those of `first` <= number < `end`, which take turns. */
static notch_status measure(arena *a, size_t first, size_t end, notch_error *error)
{
    void *workspaces[MEASUREMENTS_MAX] = {NULL};
    notch_status status = NOTCH_OK;
    for (size_t k = first; k < end && status == NOTCH_OK; k++) {
        status = warm_up(a, &a->measurements[k], &workspaces[k], error);
    }
    for (uint64_t round = 0; round < a->options->repeat; round++) {
        for (size_t k = first; k < end && status == NOTCH_OK; k++) {
            measurement *m = &a->measurements[k];
            const double start = seconds_now();
            status = run_once(a, m, (uint32_t)round + 1, workspaces[k], error);
            m->milliseconds[round] = (seconds_now() - start) * 1e3;
        }
    }
    for (size_t k = first; k < end; k++) {
        unmap(workspaces[k], a->measurements[k].workspace_bytes, 1);
    }
    return status;
}

/* ---- what to measure ------------------------------------------------------------------------- */

static notch_status add_sampler(arena *a, notch_sampler sampler, uint64_t trials_per_parameter,
                                notch_error *error)
{
    measurement *m = &a->measurements[a->measurement_count++];
    *m = (measurement){.subject = SUBJECT_SAMPLER,
                       .sampler = sampler,
                       .trials_per_parameter = trials_per_parameter,
                       .workspace_bytes =
                           notch_sample_workspace(a->size, a->runtime.executor->workers)};
    return notch_schedule_trials(trials_per_parameter, a->size, &m->trials, error);
}

static notch_status add_update(arena *a, notch_sampler sampler, notch_mode mode,
                               uint64_t trials_per_parameter, notch_error *error)
{
    const uint32_t bits = mode == NOTCH_MODE_PAPER ? 16 : 8;
    notch_parameter parameter;
    notch_status status = parameter_of(a, bits, &parameter, error);
    if (status != NOTCH_OK) {
        return status;
    }
    measurement *m = &a->measurements[a->measurement_count++];
    *m = (measurement){.subject = SUBJECT_UPDATE,
                       .sampler = sampler,
                       .rule = notch_update_options_default(),
                       .bits = bits,
                       .trials_per_parameter = trials_per_parameter,
                       .workspace_bytes =
                           notch_update_workspace(&parameter, 1, a->runtime.executor->workers)};
    m->rule.sampler = sampler;
    m->rule.mode = mode;
    m->rule.scope = mode == NOTCH_MODE_PAPER ? NOTCH_SCOPE_GLOBAL : NOTCH_SCOPE_LAYER;
    return notch_schedule_trials(trials_per_parameter, a->size, &m->trials, error);
}

static notch_status plan_samplers(arena *a, notch_error *error)
{
    const bench_update_options *o = a->options;
    notch_status status = NOTCH_OK;
    for (size_t s = 0; s < o->sampler_count; s++) {
        for (size_t t = 0; t < o->trials_count && status == NOTCH_OK; t++) {
            status = add_sampler(a, (notch_sampler)o->samplers[s], o->trials[t], error);
        }
    }
    return status;
}

static notch_status plan_updates(arena *a, notch_error *error)
{
    const bench_update_options *o = a->options;
    notch_status status = NOTCH_OK;
    a->measurements[a->measurement_count++] = (measurement){.subject = SUBJECT_READ};
    a->measurements[a->measurement_count++] = (measurement){.subject = SUBJECT_L1};
    for (size_t s = 0; s < o->sampler_count; s++) {
        const notch_sampler sampler = (notch_sampler)o->samplers[s];
        for (size_t t = 0; t < o->trials_count && status == NOTCH_OK; t++) {
            status = add_update(a, sampler, NOTCH_MODE_NORMALISED, o->trials[t], error);
        }
        if (sampler == NOTCH_SAMPLER_MULTINOMIAL && status == NOTCH_OK) {
            status = add_update(a, sampler, NOTCH_MODE_PAPER, NOTCH_TRIALS_ONE, error);
        }
    }
    return status;
}

/* ---- printing -------------------------------------------------------------------------------- */

typedef struct summary {
    double median, least, most;
} summary;

static int compare_doubles(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static summary summarise(const measurement *m, uint64_t repeat)
{
    double sorted[BENCH_REPEAT_MAX];
    memcpy(sorted, m->milliseconds, repeat * sizeof *sorted);
    qsort(sorted, repeat, sizeof *sorted, compare_doubles);
    return (summary){(sorted[(repeat - 1) / 2] + sorted[repeat / 2]) / 2, sorted[0],
                     sorted[repeat - 1]};
}

static const char *isa_of(const arena *a)
{
    const notch_isa isa = a->runtime.isa;
    return notch_isa_name(isa == NOTCH_ISA_BEST ? notch_isa_best() : isa);
}

static void print_json(const arena *a, const measurement *m, double read_median)
{
    const uint64_t repeat = a->options->repeat;
    const summary s = summarise(m, repeat);
    const double size = (double)a->size;
    printf("{\"what\": \"%s\", \"parameters\": %" PRIu64 ", \"spread\": %" PRIu64
           ", \"isa\": \"%s\", \"threads\": %" PRIu32,
           subject_names[m->subject], a->size, a->options->spread, isa_of(a),
           m->subject == SUBJECT_L1 ? 1 : a->runtime.executor->workers);
    if (m->subject == SUBJECT_SAMPLER || m->subject == SUBJECT_UPDATE) {
        printf(", \"sampler\": \"%s\", \"trials\": %" PRIu64 ", \"trials_per_parameter\": %.9g",
               notch_sampler_name(m->sampler), m->trials,
               (double)m->trials_per_parameter / (double)NOTCH_TRIALS_ONE);
    }
    if (m->subject == SUBJECT_UPDATE) {
        printf(", \"mode\": \"%s\", \"scope\": \"%s\", \"bits\": %" PRIu32,
               notch_mode_name(m->rule.mode), notch_scope_name(m->rule.scope), m->bits);
    }
    if (m->workspace_bytes != 0) {
        printf(", \"workspace_bytes\": %zu, \"workspace_bytes_per_parameter\": %.4f",
               m->workspace_bytes, (double)m->workspace_bytes / size);
    }
    if (m->subject == SUBJECT_UPDATE && !isnan(m->resident_bytes)) {
        printf(", \"resident_bytes_per_parameter\": %.4f", m->resident_bytes / size);
    }
    if (m->subject == SUBJECT_UPDATE) {
        printf(", \"times_read\": %.4f", s.median / read_median);
    }
    printf(", \"nanoseconds_per_parameter\": %.5f, \"median_ms\": %.5f, \"min_ms\": %.5f, "
           "\"max_ms\": %.5f, \"ms\": [",
           s.median * 1e6 / size, s.median, s.least, s.most);
    for (uint64_t k = 0; k < repeat; k++) {
        printf("%s%.5f", k == 0 ? "" : ", ", m->milliseconds[k]);
    }
    printf("]}\n");
}

static void print_header(const arena *a)
{
    printf("%" PRIu64 " parameters, %s, %" PRIu32 " threads, seed %" PRIu64 ", spread %" PRIu64
           ", median of %" PRIu64 "\n%-8s %-11s %8s %-10s %4s %10s %23s %8s %7s %9s %9s\n",
           a->size, isa_of(a), a->runtime.executor->workers, a->options->seed, a->options->spread,
           a->options->repeat, "what", "sampler", "trials/d", "mode", "bits", "ms", "min to max ms",
           "ns/d", "x read", "extra B/d", "resident");
}

static void print_row(const arena *a, const measurement *m, double read_median)
{
    const summary s = summarise(m, a->options->repeat);
    const double size = (double)a->size;
    const bool draws = m->subject == SUBJECT_SAMPLER || m->subject == SUBJECT_UPDATE;
    const bool update = m->subject == SUBJECT_UPDATE;
    char trials[32] = "", bits[16] = "", times[32] = "", extra[32] = "", resident[32] = "";
    if (draws) {
        (void)snprintf(trials, sizeof trials, "%.6g",
                       (double)m->trials_per_parameter / (double)NOTCH_TRIALS_ONE);
        (void)snprintf(extra, sizeof extra, "%.3f", (double)m->workspace_bytes / size);
    }
    if (update) {
        (void)snprintf(bits, sizeof bits, "%" PRIu32, m->bits);
        (void)snprintf(times, sizeof times, "%.2f", s.median / read_median);
        if (!isnan(m->resident_bytes)) {
            (void)snprintf(resident, sizeof resident, "%.3f", m->resident_bytes / size);
        }
    }
    printf("%-8s %-11s %8s %-10s %4s %10.3f %10.3f to %9.3f %8.3f %7s %9s %9s\n",
           subject_names[m->subject], draws ? notch_sampler_name(m->sampler) : "", trials,
           update ? notch_mode_name(m->rule.mode) : "", bits, s.median, s.least, s.most,
           s.median * 1e6 / size, times, extra, resident);
}

static void print_results(const arena *a)
{
    double read_median = (double)NAN;
    for (size_t k = 0; k < a->measurement_count; k++) {
        if (a->measurements[k].subject == SUBJECT_READ) {
            read_median = summarise(&a->measurements[k], a->options->repeat).median;
        }
    }
    if (!a->options->json) {
        print_header(a);
    }
    for (size_t k = 0; k < a->measurement_count; k++) {
        if (a->options->json) {
            print_json(a, &a->measurements[k], read_median);
        } else {
            print_row(a, &a->measurements[k], read_median);
        }
    }
    (void)fflush(stdout);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static notch_status bench_size(arena *a, notch_error *error)
{
    notch_status status = arena_map(a) ? arena_fill(a, error) : no_memory(a->size, error);
    if (a->options->measure_sampler && status == NOTCH_OK) {
        status = plan_samplers(a, error);
    }
    /* Kept apart, so that an update and the reading it is compared with find the same caches. */
    const size_t samplers = a->measurement_count;
    if (status == NOTCH_OK) {
        status = measure(a, 0, samplers, error);
    }
    if (a->options->measure_update && status == NOTCH_OK) {
        status = plan_updates(a, error);
    }
    if (status == NOTCH_OK) {
        status = measure(a, samplers, a->measurement_count, error);
    }
    arena_unmap(a);
    if (status == NOTCH_OK) {
        print_results(a);
    }
    return status;
}

notch_status bench_update(const bench_update_options *options, notch_error *error)
{
    notch_threads *threads = NULL;
    arena *a = malloc(sizeof *a);
    if (a == NULL) {
        return no_memory(options->sizes[0], error);
    }
    notch_status status = notch_threads_create((uint32_t)options->threads, &threads, error);
    for (size_t k = 0; k < options->size_count && status == NOTCH_OK; k++) {
        if (k != 0 && !options->json) {
            printf("\n");
        }
        memset(a, 0, sizeof *a);
        a->options = options;
        a->runtime = (notch_runtime){(notch_isa)options->isa, notch_threads_executor(threads)};
        a->size = options->sizes[k];
        status = bench_size(a, error);
    }
    notch_threads_destroy(threads);
    free(a);
    return status;
}
