/* kernel_test.h - what the tests of kernels share: memory with guards, sizes, comparisons.
 * SPDX-License-Identifier: MIT
 *
 * Each test computes what it expects from the words of kernels.h, by a formulation of its own, and
 * compares the kernels of every instruction set with it, those of the reference included.
 *
 * Arrays lie at either end of a region of memory between two pages that cannot be touched, so that
 * a read or a write outside is fatal on that side; the rest of the region has a known pattern that
 * must stay. A fault names the case and ends the program.
 */
#ifndef NOTCH_KERNEL_TEST_H
#define NOTCH_KERNEL_TEST_H

#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../test.h"
#include "kernels/kernels.h"

enum {
    FILLING = 0xa5
};

/* ------------------------------------------------------------------------------------------------
 * Random inputs
 * --------------------------------------------------------------------------------------------- */

static uint64_t draws;

/* The next word of one fixed stream. */
static inline uint32_t draw(void)
{
    const notch_key key = {0x6b65726e656c73, 1, 2};
    return notch_random_word(&key, draws++);
}

static inline uint64_t draw64(void)
{
    const uint64_t high = draw();
    return (high << 32) | draw();
}

/* Uniform on [0, bound), but for a bias of 2^-32 that does not matter here. */
static inline uint32_t draw_below(uint32_t bound)
{
    return (uint32_t)(((uint64_t)draw() * bound) >> 32);
}

/* A word of random length, so that small ones are as frequent as large ones. */
static inline uint32_t draw_any_length(void)
{
    return draw() >> draw_below(32);
}

/* ------------------------------------------------------------------------------------------------
 * Sizes and places
 * --------------------------------------------------------------------------------------------- */

/* All up to 100 (the more, the fewer, where REPEATED says so), and a block and one less. */
#define FOR_EACH_SIZE(size)                                                                        \
    for (uint32_t size = 0; size <= NOTCH_BLOCK; size = size < 100                                 \
                                                            ? size + REPEATED(1, 1 + size / 6)     \
                                                        : size < NOTCH_BLOCK - 1 ? NOTCH_BLOCK - 1 \
                                                                                 : size + 1)

/* Where an array lies in its region: at the start, one element after it, at the end. The last is
 * aligned to its elements only, differently for each size. */
enum place {
    AT_START,
    AFTER_START,
    AT_END,
    PLACES
};

struct region {
    unsigned char *memory;
    unsigned char *array; /* the one that lies there now */
    size_t bytes;
};

static struct sigaction fault_action_before[2];

/* Only asynchronous-signal-safe calls; the fault happens again under the action of before. */
static void on_fault(int signal_number)
{
    static const char start[] = "# memory fault: ";
    const bool ok = write(STDOUT_FILENO, start, sizeof start - 1) > 0 &&
                    write(STDOUT_FILENO, test_note, strlen(test_note)) > 0 &&
                    write(STDOUT_FILENO, "\n", 1) > 0;
    (void)ok;
    sigaction(SIGSEGV, &fault_action_before[0], NULL);
    sigaction(SIGBUS, &fault_action_before[1], NULL);
    (void)signal_number;
}

static inline void report_faults(void)
{
    static bool reporting;
    if (!reporting) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = on_fault;
        sigaction(SIGSEGV, &action, &fault_action_before[0]);
        sigaction(SIGBUS, &action, &fault_action_before[1]);
        reporting = true;
    }
}

/* For arrays of up to `bytes` and one element more. Once for each region; it lasts until the end of
 * the program. */
static inline void region_create(struct region *region, size_t bytes)
{
    if (region->memory != NULL) {
        return;
    }
    report_faults();
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t inside = (bytes + sizeof(uint64_t) + page - 1) / page * page;
    unsigned char *whole =
        mmap(NULL, inside + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (whole == MAP_FAILED || mprotect(whole + page, inside, PROT_READ | PROT_WRITE) != 0) {
        TEST_FAIL("no memory");
    }
    memset(whole + page, FILLING, inside);
    region->memory = whole + page;
    region->bytes = inside;
}

static inline void check_filling(const struct region *region, size_t first, size_t end)
{
    const unsigned char *memory = region->memory;
    if (first == end || (memory[first] == FILLING &&
                         memcmp(memory + first, memory + first + 1, end - first - 1) == 0)) {
        return;
    }
    while (memory[first] == FILLING) {
        first++;
    }
    TEST_FAIL("byte %ld of an array was written", (long)(memory + first - region->array));
}

/* Room for `count` elements, to be given back by region_check. */
static inline void *region_place(struct region *region, enum place place, size_t count,
                                 size_t element)
{
    const size_t last = region->bytes - count * element;
    region->array = region->memory + (place == AT_START      ? 0
                                      : place == AFTER_START ? element
                                                             : last);
    return region->array;
}

static inline void *region_copy(struct region *region, enum place place, const void *values,
                                size_t count, size_t element)
{
    return memcpy(region_place(region, place, count, element), values, count * element);
}

/* Nothing but the array's `bytes` has been written. */
static inline void region_check(const struct region *region, size_t bytes)
{
    const size_t first = (size_t)(region->array - region->memory);
    check_filling(region, 0, first);
    check_filling(region, first + bytes, region->bytes);
    memset(region->array, FILLING, bytes);
}

/* Nothing has been written at all to the array of `values`. */
static inline void region_check_copy(const struct region *region, const void *values, size_t bytes)
{
    if (memcmp(region->array, values, bytes) != 0) {
        TEST_FAIL("an input was written");
    }
    region_check(region, bytes);
}

/* ------------------------------------------------------------------------------------------------
 * Instruction sets and comparisons
 * --------------------------------------------------------------------------------------------- */

/* The kernels that this machine can run, the reference first, in a loop over them. */
#define FOR_EACH_KERNELS(kernels)                                                                  \
    for (const notch_kernels *kernels = kernels_from(NOTCH_ISA_REF); kernels != NULL;              \
         kernels = kernels_from((notch_isa)(kernels->isa + 1)))

/* Those at every place. */
#define FOR_EACH_CASE(place, kernels)                                                              \
    for (enum place place = AT_START; place < PLACES; place = (enum place)(place + 1))             \
    FOR_EACH_KERNELS(kernels)

static inline const notch_kernels *kernels_from(notch_isa isa)
{
    for (; notch_isa_name(isa) != NULL; isa = (notch_isa)(isa + 1)) {
        const notch_kernels *kernels = NULL;
        if (notch_kernels_select(isa, &kernels, NULL) == NOTCH_OK) {
            return kernels;
        }
    }
    return NULL;
}

/* Notes the case at hand. */
static inline void note_case(const notch_kernels *kernels, const char *kernel, const char *inputs,
                             uint32_t size, enum place place)
{
    static const char *const places[] = {"at the start", "one after the start", "at the end"};
    NOTE("%s %s, %s, %" PRIu32 " elements %s", kernel, notch_isa_name(kernels->isa), inputs, size,
         places[place]);
}

static inline void check_equal(uint64_t found, uint64_t expected, const char *what)
{
    if (found != expected) {
        TEST_FAIL("%s is %" PRIu64 ", expected %" PRIu64, what, found, expected);
    }
}

static inline void check_words(const uint32_t *found, const uint32_t *expected, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (found[i] != expected[i]) {
            TEST_FAIL("element %" PRIu64 " is %#" PRIx32 ", expected %#" PRIx32, i, found[i],
                      expected[i]);
        }
    }
}

static inline void check_words64(const uint64_t *found, const uint64_t *expected, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (found[i] != expected[i]) {
            TEST_FAIL("element %" PRIu64 " is %#" PRIx64 ", expected %#" PRIx64, i, found[i],
                      expected[i]);
        }
    }
}

static inline void check_integers(const int32_t *found, const int32_t *expected, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (found[i] != expected[i]) {
            TEST_FAIL("element %" PRIu64 " is %" PRId32 ", expected %" PRId32, i, found[i],
                      expected[i]);
        }
    }
}

#endif
