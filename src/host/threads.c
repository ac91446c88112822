/* threads.c - a pool of threads that sleep between runs.
 * SPDX-License-Identifier: MIT
 *
 * Runs often follow each other at once, so that a worker that has nothing to do looks out for more
 * for a moment before it goes to sleep: waking up costs more than a short run takes.
 * Each worker has a range of the items, the same in each run of as many, so that what it left in
 * its caches serves it again; who has done his own takes from those of others, so that workers
 * finish together whatever each item costs. Either way some items at a time, fewer and fewer:
 * fetching a counter from another processor takes longer than some items do. Which worker gets
 * which item has no influence on results.
 *
 * A run is a gate that the caller opens, and closes when no item is left. It then waits for those
 * helpers alone that came in: one that the system gave no processor in time is not missed.
 */
#define _GNU_SOURCE
#include <notch/notch.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/message.h"

enum {
    THREADS_MAX = 1024,
    SHARES = 4,   /* a worker takes a quarter of what is left of a range */
    LOOKS = 4000, /* some 40 microseconds: about what a wake-up costs */
    /* The gate: helpers inside, whether it is open, the number of the run. */
    GATE_INSIDE = 0xffff,
    GATE_OPEN = 0x10000,
    GATE_RUN = 0x20000
};

typedef struct helper {
    notch_threads *pool;
    pthread_t thread;
    uint32_t worker;
} helper;

/* What is left of a worker's items, on a cache line of its own. */
typedef struct range {
    _Alignas(64) _Atomic uint64_t first;
    uint64_t end; /* fixed while the gate is open or passed */
} range;

struct notch_threads {
    notch_executor executor;
    pthread_mutex_t lock;
    pthread_cond_t started, finished;
    _Atomic uint64_t gate;
    _Atomic uint32_t sleepers;  /* helpers that wait for `started`; changes under lock */
    _Atomic bool caller_sleeps; /* the caller waits for `finished`; changes under lock */
    bool stopping;              /* under lock */
    notch_task *task;           /* of the current run, fixed while the gate is open or passed */
    void *argument;
    range *ranges;         /* of workers */
    uint32_t helper_count; /* threads started: workers - 1 once created */
    helper helpers[];
};

static void work_on(const notch_threads *pool, range *own, uint32_t worker)
{
    uint64_t first = atomic_load_explicit(&own->first, memory_order_relaxed);
    while (first < own->end) {
        const uint64_t end = first + (own->end - first + SHARES - 1) / SHARES;
        if (atomic_compare_exchange_weak_explicit(&own->first, &first, end, memory_order_relaxed,
                                                  memory_order_relaxed)) {
            for (; first < end; first++) {
                pool->task(pool->argument, first, worker);
            }
            first = atomic_load_explicit(&own->first, memory_order_relaxed);
        }
    }
}

static void work(notch_threads *pool, uint32_t worker)
{
    const uint32_t workers = pool->executor.workers;
    for (uint32_t k = 0; k < workers; k++) {
        work_on(pool, &pool->ranges[(worker + k) % workers], worker);
    }
}

/* Gives each worker its range. */
static void share_out(notch_threads *pool, uint64_t items)
{
    const uint64_t workers = pool->executor.workers, each = items / workers, more = items % workers;
    for (uint64_t w = 0, first = 0; w < workers; w++) {
        const uint64_t end = first + each + (w < more ? 1 : 0);
        atomic_store_explicit(&pool->ranges[w].first, first, memory_order_relaxed);
        pool->ranges[w].end = end;
        first = end;
    }
}

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static uint64_t run_of(uint64_t gate)
{
    return gate / GATE_RUN;
}

/* Whether a run is on that began after run number `seen`. */
static bool may_enter(const notch_threads *pool, uint64_t seen)
{
    const uint64_t gate = atomic_load(&pool->gate);
    return (gate & GATE_OPEN) != 0 && run_of(gate) != seen;
}

/* Waits for a run; false where the pool is about to end instead. */
static bool await_run(notch_threads *pool, uint64_t seen)
{
    for (int i = 0; i < LOOKS; i++) {
        if (may_enter(pool, seen)) {
            return true;
        }
        pause_briefly();
    }
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->sleepers, 1); /* before the gate is looked at, see open_gate */
    while (!may_enter(pool, seen) && !pool->stopping) {
        pthread_cond_wait(&pool->started, &pool->lock);
    }
    atomic_fetch_sub(&pool->sleepers, 1);
    const bool stopping = pool->stopping;
    pthread_mutex_unlock(&pool->lock);
    return !stopping;
}

/* Goes through the gate if it is still open. */
static bool enter(notch_threads *pool, uint64_t *seen)
{
    uint64_t gate = atomic_load(&pool->gate);
    while ((gate & GATE_OPEN) != 0) {
        if (atomic_compare_exchange_weak(&pool->gate, &gate, gate + 1)) {
            *seen = run_of(gate);
            return true;
        }
    }
    return false;
}

static void leave(notch_threads *pool)
{
    atomic_fetch_sub(&pool->gate, 1);
    if (atomic_load(&pool->caller_sleeps)) {
        /* under the lock, or the caller could miss it between looking and sleeping */
        pthread_mutex_lock(&pool->lock);
        pthread_cond_signal(&pool->finished);
        pthread_mutex_unlock(&pool->lock);
    }
}

static void *help(void *argument)
{
    const helper *self = argument;
    notch_threads *pool = self->pool;
    uint64_t seen = 0;
    while (await_run(pool, seen)) {
        if (enter(pool, &seen)) {
            work(pool, self->worker);
            leave(pool);
        }
    }
    return NULL;
}

/* A helper that is about to sleep either counts as a sleeper here or sees the gate open there. */
static void open_gate(notch_threads *pool)
{
    const uint64_t run = run_of(atomic_load(&pool->gate)) + 1;
    atomic_store(&pool->gate, run * GATE_RUN + GATE_OPEN);
    if (atomic_load(&pool->sleepers) != 0) {
        pthread_mutex_lock(&pool->lock);
        pthread_cond_broadcast(&pool->started);
        pthread_mutex_unlock(&pool->lock);
    }
}

static bool is_empty(const notch_threads *pool)
{
    return (atomic_load(&pool->gate) & GATE_INSIDE) == 0;
}

static void close_gate(notch_threads *pool)
{
    atomic_fetch_and(&pool->gate, ~(uint64_t)GATE_OPEN);
    for (int i = 0; i < LOOKS && !is_empty(pool); i++) {
        pause_briefly();
    }
    if (is_empty(pool)) {
        return;
    }
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->caller_sleeps, true);
    while (!is_empty(pool)) {
        pthread_cond_wait(&pool->finished, &pool->lock);
    }
    atomic_store(&pool->caller_sleeps, false);
    pthread_mutex_unlock(&pool->lock);
}

static void run(void *self, notch_task *task, void *argument, uint64_t items)
{
    notch_threads *pool = self;
    if (pool->helper_count == 0 || items < 2) {
        for (uint64_t i = 0; i < items; i++) {
            task(argument, i, 0);
        }
        return;
    }
    pool->task = task;
    pool->argument = argument;
    share_out(pool, items);
    open_gate(pool);
    work(pool, 0);
    close_gate(pool);
}

uint32_t notch_threads_usable(void)
{
    cpu_set_t set;
    int count = 0;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        count = CPU_COUNT(&set);
    }
    return count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : (uint32_t)count;
}

notch_status notch_threads_create(uint32_t count, notch_threads **threads, notch_error *error)
{
    if (threads == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "threads: the result is missing");
    }
    if (count > THREADS_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "threads: %u, expected at most %u",
                          (uint64_t)count, (uint64_t)THREADS_MAX);
    }
    const uint32_t workers = count != 0 ? count : notch_threads_usable();
    notch_threads *pool = calloc(1, sizeof *pool + (workers - 1) * sizeof pool->helpers[0]);
    range *ranges = aligned_alloc(_Alignof(range), workers * sizeof *ranges);
    if (pool == NULL || ranges == NULL) {
        free(pool);
        free(ranges);
        return notch_fail(error, NOTCH_ERROR_MEMORY, "threads: no memory for %u of them",
                          (uint64_t)workers);
    }
    pool->executor = (notch_executor){run, pool, workers};
    pool->ranges = ranges;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->started, NULL);
    pthread_cond_init(&pool->finished, NULL);
    for (uint32_t i = 0; i + 1 < workers; i++) {
        helper *own = &pool->helpers[i];
        own->pool = pool;
        own->worker = i + 1;
        if (pthread_create(&own->thread, NULL, help, own) != 0) {
            notch_threads_destroy(pool);
            return notch_fail(error, NOTCH_ERROR_MEMORY,
                              "threads: the system started only %u of %u", (uint64_t)i + 1,
                              (uint64_t)workers);
        }
        pool->helper_count++;
    }
    *threads = pool;
    return NOTCH_OK;
}

void notch_threads_destroy(notch_threads *threads)
{
    if (threads == NULL) {
        return;
    }
    pthread_mutex_lock(&threads->lock);
    threads->stopping = true;
    pthread_cond_broadcast(&threads->started);
    pthread_mutex_unlock(&threads->lock);
    for (uint32_t i = 0; i < threads->helper_count; i++) {
        pthread_join(threads->helpers[i].thread, NULL);
    }
    pthread_cond_destroy(&threads->finished);
    pthread_cond_destroy(&threads->started);
    pthread_mutex_destroy(&threads->lock);
    free(threads->ranges);
    free(threads);
}

const notch_executor *notch_threads_executor(const notch_threads *threads)
{
    return &threads->executor;
}
