/* test_threads.c - the pool of threads: every item once, one item a worker at a time, many runs.
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <notch/notch.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

enum {
    MOST_ITEMS = 3000,
    MOST_WORKERS = 16
};

/* What the items of one run found. Checks belong to the main thread, so workers only write here. */
typedef struct record {
    atomic_uint times[MOST_ITEMS]; /* how often each item was processed */
    atomic_bool busy[MOST_WORKERS];
    atomic_uint faults; /* a worker beyond the pool's, or busy with another item */
    uint32_t workers;
    uint64_t plain[MOST_WORKERS]; /* written without atomics, as tasks do to memory of a worker */
} record;

static void process(void *argument, uint64_t item, uint32_t worker)
{
    record *r = argument;
    if (worker >= r->workers || item >= MOST_ITEMS || atomic_exchange(&r->busy[worker], true)) {
        atomic_fetch_add(&r->faults, 1);
        return;
    }
    atomic_fetch_add(&r->times[item], 1);
    r->plain[worker]++;
    atomic_store(&r->busy[worker], false);
}

static notch_threads *pool_of(uint32_t count)
{
    notch_threads *threads = NULL;
    notch_error error = {.message = ""};
    if (notch_threads_create(count, &threads, &error) != NOTCH_OK) {
        TEST_FAIL("%u threads: %s", count, error.message);
    }
    CHECK(threads != NULL);
    return threads;
}

static record results;

/* Runs `items` items once and checks that each was processed once. */
static void check_run(const notch_executor *executor, uint64_t items)
{
    memset(&results, 0, sizeof results);
    results.workers = executor->workers;
    executor->run(executor->self, process, &results, items);
    CHECK_EQUAL_U64(atomic_load(&results.faults), 0);
    uint64_t processed = 0;
    for (uint64_t i = 0; i < MOST_ITEMS; i++) {
        CHECK_EQUAL_U64(atomic_load(&results.times[i]), i < items ? 1 : 0);
    }
    for (uint32_t w = 0; w < executor->workers; w++) {
        processed += results.plain[w]; /* also tells ThreadSanitizer whether a run has ended */
    }
    CHECK_EQUAL_U64(processed, items);
}

TEST(every_item_is_processed_once)
{
    static const uint64_t sizes[] = {0, 1, 2, 3, 7, 8, 9, 64, 1000, MOST_ITEMS};
    for (uint32_t count = 1; count <= 8; count++) {
        notch_threads *threads = pool_of(count);
        const notch_executor *executor = notch_threads_executor(threads);
        CHECK_EQUAL_U64(executor->workers, count);
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            NOTE("%u threads, %d items", count, (int)sizes[s]);
            check_run(executor, sizes[s]);
        }
        notch_threads_destroy(threads);
    }
}

TEST(runs_follow_each_other)
{
    for (uint32_t count = 2; count <= 8; count += 3) {
        notch_threads *threads = pool_of(count);
        const notch_executor *executor = notch_threads_executor(threads);
        for (uint64_t run = 0; run < 100; run++) {
            NOTE("%u threads, run %d", count, (int)run);
            check_run(executor, run % 11);
        }
        notch_threads_destroy(threads);
    }
}

/* Workers fall asleep between these. */
TEST(runs_after_a_pause)
{
    notch_threads *threads = pool_of(3);
    for (int run = 0; run < 5; run++) {
        NOTE("run %d", run);
        usleep(2000);
        check_run(notch_threads_executor(threads), 100);
    }
    notch_threads_destroy(threads);
}

typedef struct meeting {
    pthread_mutex_t lock;
    pthread_cond_t arrival;
    uint32_t expected, present;
    uint32_t seen;      /* bit w: worker w was there */
    pthread_t caller;   /* of the run */
    uint32_t in_caller; /* how many were in its thread */
} meeting;

/* Waits until as many items are in progress as there are workers. */
static void meet(void *argument, uint64_t item, uint32_t worker)
{
    (void)item;
    meeting *m = argument;
    pthread_mutex_lock(&m->lock);
    m->seen |= 1u << worker;
    m->in_caller += pthread_equal(pthread_self(), m->caller) ? 1 : 0;
    m->present++;
    pthread_cond_broadcast(&m->arrival);
    while (m->present < m->expected) {
        pthread_cond_wait(&m->arrival, &m->lock);
    }
    pthread_mutex_unlock(&m->lock);
}

/* Ends only if every worker of the pool takes part, the calling thread as one of them. */
TEST(all_workers_take_part)
{
    for (uint32_t count = 1; count <= 8; count++) {
        notch_threads *threads = pool_of(count);
        const notch_executor *executor = notch_threads_executor(threads);
        for (int run = 0; run < 3; run++) {
            meeting m = {.lock = PTHREAD_MUTEX_INITIALIZER,
                         .arrival = PTHREAD_COND_INITIALIZER,
                         .expected = count,
                         .caller = pthread_self()};
            NOTE("%u threads", count);
            executor->run(executor->self, meet, &m, count);
            CHECK_EQUAL_U64(m.present, count);
            CHECK_EQUAL_U64(m.seen, (1u << count) - 1);
            CHECK_EQUAL_U64(m.in_caller, 1);
        }
        notch_threads_destroy(threads);
    }
}

static void note_thread(void *argument, uint64_t item, uint32_t worker)
{
    (void)worker;
    ((pthread_t *)argument)[item] = pthread_self();
}

TEST(a_single_worker_is_the_calling_thread)
{
    static pthread_t found[50];
    notch_threads *threads = pool_of(1);
    notch_threads_executor(threads)->run(notch_threads_executor(threads)->self, note_thread, found,
                                         50);
    notch_threads_destroy(threads);
    for (int i = 0; i < 50; i++) {
        CHECK(pthread_equal(found[i], pthread_self()));
    }
}

/* What the caller wrote before a run is seen by it, and the other way round: a chain of runs, each
 * of which reads what the one before it wrote elsewhere. */
typedef struct relay {
    uint64_t values[2][64];
    uint32_t from;
} relay;

static void pass_on(void *argument, uint64_t item, uint32_t worker)
{
    (void)worker;
    relay *r = argument;
    r->values[1 - r->from][item] = r->values[r->from][(item + 1) % 64] + 1;
}

TEST(runs_see_what_came_before)
{
    static relay r;
    notch_threads *threads = pool_of(4);
    const notch_executor *executor = notch_threads_executor(threads);
    memset(&r, 0, sizeof r);
    for (uint64_t run = 1; run <= 100; run++) {
        executor->run(executor->self, pass_on, &r, 64);
        r.from = 1 - r.from;
        for (int i = 0; i < 64; i++) {
            CHECK_EQUAL_U64(r.values[r.from][i], run);
        }
    }
    notch_threads_destroy(threads);
}

TEST(pools_stand_side_by_side)
{
    notch_threads *two = pool_of(2), *five = pool_of(5);
    for (int run = 0; run < 20; run++) {
        check_run(notch_threads_executor(two), 40);
        check_run(notch_threads_executor(five), 40);
    }
    notch_threads_destroy(two);
    check_run(notch_threads_executor(five), 40);
    notch_threads_destroy(five);
}

TEST(creating_and_destroying_many_times)
{
    for (int i = 0; i < 60; i++) {
        notch_threads *threads = pool_of(1 + (uint32_t)i % 4);
        if (i % 3 == 0) {
            check_run(notch_threads_executor(threads), 5);
        }
        notch_threads_destroy(threads);
    }
    notch_threads_destroy(NULL);
}

TEST(zero_means_every_processor)
{
    cpu_set_t set;
    notch_threads *threads = pool_of(0);
    const notch_executor *executor = notch_threads_executor(threads);
    const uint32_t workers = executor->workers;
    const int usable = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
    if (workers <= MOST_WORKERS) {
        check_run(executor, 100);
    }
    notch_threads_destroy(threads);
    CHECK(workers >= 1 && workers <= 1024);
    if (usable >= 1 && usable <= 1024) {
        CHECK_EQUAL_U64(workers, (uint64_t)usable);
    }
}

TEST(impossible_pools_are_refused)
{
    const uint32_t counts[] = {1025, 4096, UINT32_MAX};
    for (int i = 0; i < 3; i++) {
        notch_threads *const before = (notch_threads *)&results, *threads = before;
        notch_error error = {.message = ""};
        char number[16];
        (void)snprintf(number, sizeof number, "%u", counts[i]);
        CHECK_EQUAL_I64(notch_threads_create(counts[i], &threads, &error), NOTCH_ERROR_RANGE);
        CHECK(strstr(error.message, number) != NULL);
        CHECK(strstr(error.message, "1024") != NULL);
        CHECK(threads == before);
        CHECK_EQUAL_I64(notch_threads_create(counts[i], &threads, NULL), NOTCH_ERROR_RANGE);
    }
    notch_error error = {.message = ""};
    CHECK_EQUAL_I64(notch_threads_create(2, NULL, &error), NOTCH_ERROR_ARGUMENT);
    CHECK(error.message[0] != '\0');
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* In a process of its own, with room for a few stacks only: status 0 if the pool was refused as it
 * should be and a small one still works, 2 if the limit has no effect here. */
static int create_without_memory(void)
{
    const struct rlimit limit = {UINT64_C(1) << 28, UINT64_C(1) << 28};
    notch_threads *threads = NULL;
    notch_error error = {.message = ""};
    if (setrlimit(RLIMIT_AS, &limit) != 0) {
        return 2;
    }
    const notch_status status = notch_threads_create(1024, &threads, &error);
    if (status == NOTCH_OK) {
        return 2;
    }
    if (status != NOTCH_ERROR_MEMORY || threads != NULL || strstr(error.message, "1024") == NULL) {
        return 1;
    }
    if (notch_threads_create(2, &threads, &error) != NOTCH_OK) {
        return 1;
    }
    const notch_executor *executor = notch_threads_executor(threads);
    results.workers = 2;
    memset(results.times, 0, sizeof results.times);
    executor->run(executor->self, process, &results, 10);
    notch_threads_destroy(threads);
    return atomic_load(&results.times[9]) == 1 ? 0 : 1;
}

TEST(a_pool_that_the_system_cannot_start)
{
    if (SANITIZED) {
        SKIP("sanitizers need more memory than is left");
    }
    fflush(stdout);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        memset(&results, 0, sizeof results);
        _exit(create_without_memory());
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2) {
        SKIP("a limit of memory has no effect here");
    }
    CHECK_EQUAL_I64(WEXITSTATUS(status), 0);
}

TEST_MAIN(RUN(every_item_is_processed_once), RUN(runs_follow_each_other), RUN(runs_after_a_pause),
          RUN(all_workers_take_part), RUN(a_single_worker_is_the_calling_thread),
          RUN(runs_see_what_came_before), RUN(pools_stand_side_by_side),
          RUN(creating_and_destroying_many_times), RUN(zero_means_every_processor),
          RUN(impossible_pools_are_refused), RUN(a_pool_that_the_system_cannot_start))
