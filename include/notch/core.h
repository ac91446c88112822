/* notch/core.h - discrete parameter updates in integers: the freestanding part of the library.
 * SPDX-License-Identifier: MIT
 *
 * Concepts, in the order of the file:
 *
 *   status      every function that can fail returns a notch_status; a notch_error, where given,
 *               receives one sentence that names the culprit and what was expected.
 *   runtime     which instruction set and which threads to use. Neither changes any result.
 *   random      Philox4x32-10 as a pure function of (seed, step, stream, index).
 *   scaled      an integer times a power of two: the real numbers of a library without floats.
 *   lattice     the set of integers a weight lives in (1, 2, 4, 8 or 16 bits) with its bounds.
 *   gradient    a view of the caller's gradient: 32-bit floats, or integers with one exponent.
 *   sampler     n trials over d categories with given integer masses: counts of a known law.
 *   rule        turns a gradient into a random integer vector u (Definition 1), or a user's own.
 *   update      one step w <- clamp(w - u) over all parameter tensors of a model.
 *
 * "Definition", "Proposition" and "section" refer to docs/theory.md, which also names the statement
 * of Wilson, Zanasi, Constantinides, "Convergence for Discrete Parameter Update Schemes",
 * arXiv 2512.04051, that each stands for.
 *
 * Contract of everything here: no allocation, no standard input or output, no environment, no
 * global state, no floating-point arithmetic. Memory belongs to the caller; sizes are asked first.
 * A function that fails changes nothing that its documentation does not name. Every result is a
 * pure function of its arguments, bit for bit, whatever the instruction set, the thread count, the
 * compiler and the byte order.
 */
#ifndef NOTCH_CORE_H
#define NOTCH_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define NOTCH_API __attribute__((visibility("default")))
#else
#define NOTCH_API
#endif

#define NOTCH_VERSION_MAJOR 0
#define NOTCH_VERSION_MINOR 1
#define NOTCH_VERSION_PATCH 0
#define NOTCH_VERSION_STRING "0.1.0"

/* ------------------------------------------------------------------------------------------------
 * Status
 * --------------------------------------------------------------------------------------------- */

/* Values are pinned: they never change meaning between versions. */
typedef enum notch_status {
    NOTCH_OK = 0,
    NOTCH_ERROR_ARGUMENT = -1,   /* an argument is missing, unknown or contradicts another */
    NOTCH_ERROR_RANGE = -2,      /* a number is outside its documented range */
    NOTCH_ERROR_OVERFLOW = -3,   /* a total does not fit the width that is documented for it */
    NOTCH_ERROR_NOT_FINITE = -4, /* a gradient holds NaN or infinity */
    NOTCH_ERROR_MEMORY = -5, /* memory given is too small or not aligned, or none was to be had */
    NOTCH_ERROR_UNSUPPORTED = -6, /* this machine or build cannot do what was asked */
    NOTCH_ERROR_INPUT = -7        /* a file or text does not hold what it should */
} notch_status;

/* A short English name of the status, never NULL: "ok", "argument", "range", ... */
NOTCH_API const char *notch_status_name(notch_status status);

/* One sentence about what went wrong. Plain memory of the caller, written only on failure;
 * functions that take a notch_error * accept NULL. */
typedef struct notch_error {
    notch_status status;
    char message[240]; /* one sentence, NUL-terminated, without a final newline */
} notch_error;

/* The one of names[0 .. count) that is most like `name`, to help with a name that is not known: the
 * one with the least edit distance (1 for a letter that is missing or differs in case, 2 for one
 * too many, a wrong one, or two neighbours swapped) less the number of letters that both begin
 * with; the first one among equals. Bytes from the 64th on do not count. NULL if there are no
 * names. */
NOTCH_API const char *notch_nearest_name(const char *name, const char *const *names, size_t count);

/* ------------------------------------------------------------------------------------------------
 * Runtime: instruction set and threads
 * --------------------------------------------------------------------------------------------- */

/* Instruction sets; those of one processor family are in rising order. NOTCH_ISA_REF is portable C
 * and the specification of all. */
typedef enum notch_isa {
    NOTCH_ISA_BEST = 0, /* the best one that this machine supports */
    NOTCH_ISA_REF = 1,  /* portable C11 */
    NOTCH_ISA_AVX2 = 2, /* x86-64 with AVX2 */
    /* x86-64 with AVX-512 F, BW, DQ, VL and IFMA (Ice Lake, Zen 4 and newer) */
    NOTCH_ISA_AVX512 = 3,
    NOTCH_ISA_NEON = 4,    /* 64-bit ARM, little-endian; all of them have it */
    NOTCH_ISA_NEON_DOT = 5 /* the same with dot product (an option of ARMv8.2) */
} notch_isa;

/* "best", "ref", "avx2", "avx512", "neon", "neon-dot"; NULL for a value that is none of these. */
NOTCH_API const char *notch_isa_name(notch_isa isa);
/* The isa called `name`; NOTCH_ERROR_ARGUMENT (listing the known names) if there is none. */
NOTCH_API notch_status notch_isa_parse(const char *name, notch_isa *isa, notch_error *error);
/* Whether this machine can run `isa` (operating system support included). */
NOTCH_API bool notch_isa_supported(notch_isa isa);
/* The isa that NOTCH_ISA_BEST stands for on this machine. */
NOTCH_API notch_isa notch_isa_best(void);

/* A task: process item `item` of `argument` on worker `worker` (0 <= worker < executor.workers). */
typedef void notch_task(void *argument, uint64_t item, uint32_t worker);

/* Runs tasks in parallel. `run` calls task(argument, i, worker) once for each i in [0, items), in
 * any order, never two at a time on the same worker, and returns when all have returned.
 * The library's results do not depend on the order nor on `workers`. */
typedef struct notch_executor {
    void (*run)(void *self, notch_task *task, void *argument, uint64_t items);
    void *self;
    uint32_t workers; /* 1 to 1,024 */
} notch_executor;

typedef struct notch_runtime {
    notch_isa isa;
    const notch_executor *executor; /* NULL: everything in the calling thread */
} notch_runtime;

/* ------------------------------------------------------------------------------------------------
 * Random numbers
 * --------------------------------------------------------------------------------------------- */

/* One stream of random words: a pure function of its three fields and an index. Streams that differ
 * in any field are independent. Use one kind of draw (words, words of 64 bits, bounded) a stream:
 * different kinds read the same underlying blocks.
 * Step and stream numbers below 2^32; the library itself derives the streams of its own draws from
 * `stream` of the key it is given by filling bits 24 to 31, so callers number theirs below 2^24. */
typedef struct notch_key {
    uint64_t seed;
    uint32_t step;
    uint32_t stream;
} notch_key;

/* Philox4x32-10 of Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3"
 * (2011): out = the 128 random bits of `counter` under `key`. */
NOTCH_API void notch_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Random word number `index` of the stream: word index mod 4 of the Philox block with counter
 * (index/4 mod 2^32, index/2^34, step, stream) under key (seed mod 2^32, seed / 2^32). */
NOTCH_API uint32_t notch_random_word(const notch_key *key, uint64_t index);

/* Words 2 * index (low half) and 2 * index + 1 (high half) as one. index < 2^63. */
NOTCH_API uint64_t notch_random_word64(const notch_key *key, uint64_t index);

/* words[k] = notch_random_word(key, first + k) for k in [0, count). */
NOTCH_API notch_status notch_random_fill(const notch_key *key, uint64_t first, uint64_t count,
                                         uint32_t *words, notch_isa isa, notch_error *error);

/* Uniform on [0, bound) without bias, draw number `index` of the stream; bound = 0 stands for the
 * full range. Multiplication with rejection (Lemire, "Fast random integer generation in an
 * interval", 2019); retries use further Philox blocks of the same index. index < 2^48. */
NOTCH_API uint32_t notch_random_below32(const notch_key *key, uint64_t index, uint32_t bound);
NOTCH_API uint64_t notch_random_below64(const notch_key *key, uint64_t index, uint64_t bound);

/* A random permutation of [0, size) with random access and no table. Sizes up to 64: a Fisher-Yates
 * shuffle followed at one position, exactly uniform. Larger: a Feistel network of 8 to 18 rounds
 * over the smallest even split of the index bits, walked along its cycle until the value falls
 * below `size`; pairs of values go to pairs of places uniformly to within about 2^-20. Its fields
 * are private. */
typedef struct notch_permutation {
    notch_key key;
    uint64_t size;
    uint32_t low_bits, high_bits;
} notch_permutation;

/* size: 1 to 2^62. The permutation depends on all fields of the key and on size. */
NOTCH_API notch_status notch_permutation_init(notch_permutation *permutation, const notch_key *key,
                                              uint64_t size, notch_error *error);
/* Where `index` < size goes; every value in [0, size) is taken once. */
NOTCH_API uint64_t notch_permutation_at(const notch_permutation *permutation, uint64_t index);
/* The index that goes to `value` < size. */
NOTCH_API uint64_t notch_permutation_find(const notch_permutation *permutation, uint64_t value);

/* ------------------------------------------------------------------------------------------------
 * Scaled integers, lattices, schedules
 * --------------------------------------------------------------------------------------------- */

/* The non-negative real number mantissa * 2^exponent. Zero has mantissa 0. */
typedef struct notch_scaled {
    uint64_t mantissa;
    int32_t exponent;
} notch_scaled;

/* The set a weight lives in: minimum, minimum + spacing, ..., maximum. One notch is `spacing`. */
typedef struct notch_lattice {
    int16_t minimum, maximum, spacing;
    uint8_t bits;  /* 1, 2, 4, 8 or 16 */
    uint8_t bytes; /* memory of one weight: int8_t for up to 8 bits, int16_t for 16 */
} notch_lattice;

/* The lattice of `bits` bits, symmetric about zero:
 *   1: {-1, +1}   2: {-1, 0, +1}   4: -7..7   8: -127..127   16: -32767..32767.
 * NOTCH_ERROR_RANGE for other widths. */
NOTCH_API notch_status notch_lattice_init(notch_lattice *lattice, uint32_t bits,
                                          notch_error *error);

/* How many of the `count` weights stand at a bound of their lattice. */
NOTCH_API uint64_t notch_lattice_saturated(const notch_lattice *lattice, const void *weights,
                                           uint64_t count);

#define NOTCH_HISTOGRAM_BINS 31

/* How many weights stand where on their lattice. Bin k holds those from first + k * width on,
 * `width` integers; on lattices with zero, the middle bin's middle is 0. */
typedef struct notch_histogram {
    int32_t first;
    uint32_t width, bins; /* at most NOTCH_HISTOGRAM_BINS */
    uint64_t counts[NOTCH_HISTOGRAM_BINS];
} notch_histogram;

/* Empty, in as many bins as there may be, of the same width, over the whole lattice. */
NOTCH_API void notch_histogram_init(notch_histogram *histogram, const notch_lattice *lattice);
/* Counts `count` weights, which are on that lattice. */
NOTCH_API void notch_histogram_add(notch_histogram *histogram, const notch_lattice *lattice,
                                   const void *weights, uint64_t count);

typedef enum notch_schedule_kind {
    NOTCH_SCHEDULE_CONSTANT = 0, /* start, always */
    NOTCH_SCHEDULE_LINEAR = 1,   /* from start to end in equal steps */
    NOTCH_SCHEDULE_COSINE = 2    /* end + (start - end) * (1 + cos(pi * step / steps)) / 2 */
} notch_schedule_kind;

/* "constant", "linear", "cosine"; NULL for a value that is none of these. */
NOTCH_API const char *notch_schedule_name(notch_schedule_kind kind);
NOTCH_API notch_status notch_schedule_parse(const char *name, notch_schedule_kind *kind,
                                            notch_error *error);

/* Trials per parameter over a training run, as fixed point with 32 fractional bits
 * (NOTCH_TRIALS_ONE = one trial a parameter). */
#define NOTCH_TRIALS_ONE (UINT64_C(1) << 32)
typedef struct notch_schedule {
    notch_schedule_kind kind;
    uint64_t start, end; /* at most 2^48, that is 65,536 trials a parameter */
    uint64_t steps;      /* the step at which `end` is reached; later steps stay there */
} notch_schedule;

/* The schedule's value at `step`, integer arithmetic only: linear is rounded down; cosine is within
 * 2^-28 of (start - end) of the real formula, rounded to a whole number, and exact at 0 and at
 * `steps`. */
NOTCH_API notch_status notch_schedule_at(const notch_schedule *schedule, uint64_t step,
                                         uint64_t *trials_per_parameter, notch_error *error);

/* round(trials_per_parameter * parameters / 2^32), ties up; NOTCH_ERROR_RANGE above 2^40. */
NOTCH_API notch_status notch_schedule_trials(uint64_t trials_per_parameter, uint64_t parameters,
                                             uint64_t *trials, notch_error *error);

/* ------------------------------------------------------------------------------------------------
 * Gradients
 * --------------------------------------------------------------------------------------------- */

typedef enum notch_gradient_type {
    NOTCH_GRADIENT_F32 = 0, /* IEEE binary32, read as bits; `exponent` is not used */
    NOTCH_GRADIENT_I32 = 1, /* int32_t values, each times 2^exponent */
    NOTCH_GRADIENT_U32 = 2  /* uint32_t values >= 0, each times 2^exponent: masses as they are */
} notch_gradient_type;

/* A view of one tensor's gradient; the values stay the caller's and are only read.
 * Elements are numbered in memory order. Any alignment that suits the element type will do.
 *
 * How magnitudes become integer masses. The elements are cut into blocks of NOTCH_BLOCK (the last
 * one shorter). A block of I32 or U32 has masses |g|, exact. A block of F32 has masses
 * floor(|g| / 2^e), where 2^e is such that the block's largest magnitude becomes at least 2^31 and
 * less than 2^32; a block's total enters the group's rounded down, in units so fine that the
 * group's total has up to 62 bits. So a mass, relative to the sum it is a share of, is off
 * by at most 2^-31 of the largest magnitude. Magnitudes below 2^-32 of the block's largest have
 * mass 0, those from 2^-31 of it on have not. */
typedef struct notch_gradient {
    notch_gradient_type type;
    int32_t exponent; /* -1,000 to 1,000; I32 and U32 only */
    const void *values;
    uint64_t count; /* 1 to 2^31 */
} notch_gradient;

#define NOTCH_BLOCK 2048u

/* Sum of magnitudes (the l1 norm) of one gradient, as integer masses: the figure on which the
 * update rules work. NOTCH_ERROR_NOT_FINITE names the index of the first NaN or infinity. */
NOTCH_API notch_status notch_gradient_l1(const notch_gradient *gradient, notch_scaled *l1,
                                         notch_isa isa, notch_error *error);

/* ------------------------------------------------------------------------------------------------
 * Samplers (section 7)
 * --------------------------------------------------------------------------------------------- */

/* n trials over categories with expected counts lambda_i = n m_i / Z, Z = null mass + sum of m. */
typedef enum notch_sampler {
    NOTCH_SAMPLER_MULTINOMIAL = 0, /* n independent trials: Proposition 10 */
    NOTCH_SAMPLER_RESIDUAL = 1, /* floor(lambda_i) surely, the rest multinomial on the remainders */
    NOTCH_SAMPLER_STRATIFIED = 2, /* one uniform point in each of n equal strata of [0, Z) */
    NOTCH_SAMPLER_SYSTEMATIC = 3  /* the same with one offset shared by all strata */
} notch_sampler;

/* "multinomial", "residual", "stratified", "systematic"; NULL for a value that is none of these. */
NOTCH_API const char *notch_sampler_name(notch_sampler sampler);
NOTCH_API notch_status notch_sampler_parse(const char *name, notch_sampler *sampler,
                                           notch_error *error);

/* What the null mass does (section 3). */
typedef enum notch_inflation {
    NOTCH_INFLATION_TRIAL =
        0, /* each trial falls into the null category with probability m_0 / Z */
    NOTCH_INFLATION_VECTOR = 1 /* with probability m_0 / Z all n trials do, otherwise none */
} notch_inflation;

/* "trial", "vector"; NULL for a value that is none of these. */
NOTCH_API const char *notch_inflation_name(notch_inflation inflation);
NOTCH_API notch_status notch_inflation_parse(const char *name, notch_inflation *inflation,
                                             notch_error *error);

#define NOTCH_TRIALS_MAX (UINT64_C(1) << 40)

/* One draw from a sampler. */
typedef struct notch_sample_request {
    notch_sampler sampler;
    notch_inflation inflation;
    const uint32_t *masses; /* masses[0 .. categories) */
    uint64_t categories;    /* 1 to 2^31 */
    uint64_t null_mass;     /* null_mass + sum of masses at most 2^63 - 1 */
    uint64_t trials;        /* 0 to NOTCH_TRIALS_MAX */
    notch_key key;          /* stream below 2^24 */
} notch_sample_request;

/* Bytes of workspace that notch_sample needs for this many categories on this many workers;
 * about 0.05 a category beyond 100 KiB a worker. 0 if an argument is out of range. */
NOTCH_API size_t notch_sample_workspace(uint64_t categories, uint32_t workers);

/* counts[i] = how many of the trials fell into category i; *null_count = how many into none;
 * all of them together are exactly `trials`. A category of mass 0 gets no trial.
 *
 * Law: the mean of counts[i] / trials differs from m_i / Z by less than 2^-32, for every sampler.
 * Multinomial: every trial independently; the block of 2,048 categories is exact (binomials of
 * fewer than 4,096 fair bits by counting bits, larger ones to within 2^-40), the category inside
 * its block to within 2^-32 of the block's probability.
 * Stratified with one trial is multinomial with one trial, and computed as such.
 * If every mass is 0, all trials are null (a null mass of 0 included).
 *
 * workspace: notch_sample_workspace bytes, aligned to 64. null_count may be NULL.
 * Errors, with counts untouched: ARGUMENT, RANGE (no categories, too many, too many trials),
 * OVERFLOW (total mass above 2^63 - 1), MEMORY. */
NOTCH_API notch_status notch_sample(const notch_sample_request *request,
                                    const notch_runtime *runtime, void *workspace,
                                    size_t workspace_bytes, uint64_t *counts, uint64_t *null_count,
                                    notch_error *error);

/* ------------------------------------------------------------------------------------------------
 * Update rules (Definition 1)
 * --------------------------------------------------------------------------------------------- */

/* One tensor of parameters: weights on a lattice and the gradient of this step. */
typedef struct notch_parameter {
    const char *name; /* for messages; not NULL */
    notch_lattice lattice;
    void *weights;           /* int8_t or int16_t [count], as lattice.bytes says */
    notch_gradient gradient; /* gradient.count is the number of weights */
    uint32_t dimensions; /* rank of the tensor, 1 to 8; only mode `paper`, scope `layer` uses it */
    uint64_t trials;     /* mode `paper`, scope `layer`: n; 0: count^(1/dimensions), rounded */
    int32_t *accumulators; /* [count], in units of 2^-24 notches: only rule bold uses them. State
                            * that lives from step to step; start with zeros */

    /* Written by a step that succeeds. */
    bool has_gradient; /* some element of its gradient is not zero */
    uint64_t moved;    /* its weights that changed */
} notch_parameter;

/* What a rule is told about the group of tensors that share a trial number and a scale. With scope
 * `layer` each tensor is a group of its own; with `global` all tensors together are one. */
typedef struct notch_rule_group {
    uint64_t parameters; /* weights in the group */
    uint64_t trials;     /* n */
    uint64_t total;      /* sum of masses, in units of 2^exponent */
    uint64_t null_mass;  /* m_0 in the same units */
    int32_t exponent;
    notch_key key; /* seed, step, and a stream of the group's own (below 2^24) */
} notch_rule_group;

/* What a rule is told about up to NOTCH_BLOCK consecutive elements of one tensor. */
typedef struct notch_rule_block {
    const notch_rule_group *group;
    const notch_gradient *gradient; /* the whole tensor's */
    const notch_lattice *lattice;
    const void *weights;    /* of the block's first element, before the step; read only */
    const uint32_t *masses; /* masses[0 .. count), see notch_gradient, smoothing included */
    uint64_t mass_sum;      /* their sum */
    uint64_t total;         /* their sum in units of the group's exponent */
    uint64_t first;         /* index in the tensor of the block's first element */
    uint64_t index; /* number of the block's first element in the group: unique, for random words */
    uint32_t count; /* 1 to NOTCH_BLOCK */
} notch_rule_block;

/* A rule of the user's own: fill updates[0 .. block->count) with the integers u of w <- w - u, in
 * notches. It must be a pure function of its arguments and of notch_random_* under the group's key
 * (adding `rule_stream` << 24 for rule_stream in 0x80..0xff gives streams that nothing else uses),
 * may run for several blocks at once, and must not write anything but updates. Values beyond the
 * lattice are clamped by the caller. */
typedef void notch_rule_function(const void *options, const notch_rule_block *block,
                                 int32_t *updates);

typedef enum notch_rule {
    NOTCH_RULE_ZIM = 0, /* u_i = sign(g_i) X_i, X ~ zero-inflated multinomial: Definition 6 */
    NOTCH_RULE_SR = 1,  /* u_i = sign(g_i) (floor(lambda_i) + Bernoulli(remainder)), independent */
    NOTCH_RULE_SIGN =
        2, /* u_i = sign(g_i) (floor(n/d) + Bernoulli(remainder)), whatever |g_i| > 0 */
    NOTCH_RULE_BOLD = 3, /* weights of up to 8 bits with an accumulator A each (section 6):
                          *   A = beta A + sign(g_i) lambda_i
                          *   where |A| >= 1 and the lattice goes on:  u_i = sign(A), A = 0
                          * beta is the share of the group's weights that the step before did not
                          * move. No randomness. Products are rounded towards 0 to the accumulator's
                          * unit, and A stays within -128 and 128 */
    NOTCH_RULE_USER = 4  /* the function in the options */
} notch_rule;

/* "zim", "sr", "sign", "bold", "user"; NULL for a value that is none of these. */
NOTCH_API const char *notch_rule_name(notch_rule rule);
/* Parses "zim", "sr", "sign" and "bold". */
NOTCH_API notch_status notch_rule_parse(const char *name, notch_rule *rule, notch_error *error);

/* How masses, null mass and trials come about (section 4). lambda_i = n m_i / Z. */
typedef enum notch_mode {
    NOTCH_MODE_UNBIASED = 0, /* Z fixed (given, or calibrated on the first steps): E u = (n/Z) g */
    NOTCH_MODE_NORMALISED = 1, /* Z = sum of masses: E u = n g / |g|_1 */
    NOTCH_MODE_PAPER = 2       /* the authors' code: c = 1, Z = |g|_1 + d, n = d (global) or
                                * notch_parameter.trials a tensor (layer); options below that
                                * contradict are refused */
} notch_mode;

/* "unbiased", "normalised", "paper"; NULL for a value that is none of these. */
NOTCH_API const char *notch_mode_name(notch_mode mode);
NOTCH_API notch_status notch_mode_parse(const char *name, notch_mode *mode, notch_error *error);

typedef enum notch_scope {
    NOTCH_SCOPE_LAYER = 0, /* each tensor has its own trials and scale */
    NOTCH_SCOPE_GLOBAL = 1 /* all tensors share them */
} notch_scope;

/* "layer", "global"; NULL for a value that is none of these. */
NOTCH_API const char *notch_scope_name(notch_scope scope);
NOTCH_API notch_status notch_scope_parse(const char *name, notch_scope *scope, notch_error *error);

typedef struct notch_update_options {
    notch_rule rule;
    notch_mode mode;
    notch_scope scope;
    notch_sampler sampler;      /* zim only */
    notch_inflation inflation;  /* zim only */
    notch_scaled smoothing;     /* c >= 0, added to every magnitude; `paper` sets 1 */
    notch_scaled scale;         /* unbiased: Z of every group, or 0 to calibrate it */
    uint32_t calibration_steps; /* unbiased with scale 0: Z = mean l1 norm of this many steps that
                                 * had a gradient, which themselves run as `normalised` */
    notch_rule_function *user_rule; /* NOTCH_RULE_USER only */
    const void *user_options;       /* handed to user_rule */
} notch_update_options;

/* zim, unbiased, layer, stratified, trial inflation, no smoothing, calibration over 200 steps. */
NOTCH_API notch_update_options notch_update_options_default(void);

/* The part of an update that lives from step to step, one for each group: plain data, to be kept
 * with a checkpoint. Start with all bytes zero. */
typedef struct notch_calibration {
    notch_scaled scale;   /* Z once calibrated, else 0 */
    notch_scaled sum;     /* of the l1 norms so far */
    uint32_t steps;       /* how many of them */
    uint32_t moved_share; /* rule bold: share of the weights that the last step moved, times 2^32,
                         * rounded down, and 2^32 - 1 for all of them */
    uint64_t exceeded;    /* steps whose l1 norm was above Z and ran with Z = their norm */
} notch_calibration;

/* What one step did. */
typedef struct notch_update_report {
    uint64_t trials;    /* sum over groups of n, null trials included */
    uint64_t moved;     /* weights that changed */
    uint64_t saturated; /* weights whose update was cut short by a bound of the lattice */
    uint64_t groups;
    uint64_t zero_groups;     /* groups whose gradient was zero throughout: nothing in them moved */
    uint64_t exceeded_groups; /* groups in which `unbiased` had to use the step's own norm */
} notch_update_report;

/* Number of groups: parameter_count for scope layer, 1 for global. */
NOTCH_API uint64_t notch_update_groups(const notch_update_options *options,
                                       uint64_t parameter_count);

/* Bytes of workspace notch_update_step needs for tensors of these sizes (only gradient.count is
 * read): about 0.2 a weight beyond 100 KiB a worker. 0 if a size is out of range. */
NOTCH_API size_t notch_update_workspace(const notch_parameter *parameters, uint64_t parameter_count,
                                        uint32_t workers);

/* One step: w <- clamp(w - spacing * u) for every weight of every tensor, with u drawn by the rule.
 *
 * trials_per_parameter (32 fractional bits, see notch_schedule_at): n = that times the group's
 * weights, at most 2^40; mode `paper` ignores it. calibration: notch_update_groups elements,
 * written after everything else has succeeded; may be NULL unless mode is `unbiased` with scale 0
 * or the rule is `bold`, which needs lattices of up to 8 bits and accumulators as well.
 * Group g draws from stream key.stream + g, which must stay below 2^24.
 * report may be NULL. A zero gradient moves nothing (rules of the user's own decide for
 * themselves); the report says how many groups had one.
 *
 * Errors, with weights, accumulators and calibration untouched: ARGUMENT, RANGE, OVERFLOW,
 * MEMORY, and NOT_FINITE with a sentence that names the tensor and the index.
 * Law: E u as the mode says, up to the bounds of notch_gradient and notch_sample. */
NOTCH_API notch_status notch_update_step(const notch_update_options *options,
                                         notch_parameter *parameters, uint64_t parameter_count,
                                         uint64_t trials_per_parameter, const notch_key *key,
                                         const notch_runtime *runtime,
                                         notch_calibration *calibration, void *workspace,
                                         size_t workspace_bytes, notch_update_report *report,
                                         notch_error *error);

/* One step of mode `paper` from zero: every tensor's weights become sign(x) X, where `gradient` of
 * the parameter holds x, the usual float initialisation, and X is drawn from it as mode `paper`,
 * scope `layer` does from a gradient. (notch/train.h draws first weights row by row.) Biases are
 * set to zero by the caller. Same workspace and errors as notch_update_step. On a lattice that
 * cannot hold 0 (1 bit) it is NOTCH_ERROR_ARGUMENT. */
NOTCH_API notch_status notch_initialise_paper(notch_parameter *parameters, uint64_t parameter_count,
                                              const notch_key *key, const notch_runtime *runtime,
                                              void *workspace, size_t workspace_bytes,
                                              notch_update_report *report, notch_error *error);

#ifdef __cplusplus
}
#endif

#endif
