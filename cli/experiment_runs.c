/* experiment_runs.c - does the runs of an experiment, several at a time, each in its own process.
 * SPDX-License-Identifier: MIT
 *
 * A run that is killed or crashes takes no other with it. Runs are in process groups of their own,
 * so that Ctrl-C reaches this process only, which asks them to save and end.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "commands.h"
#include "experiment.h"
#include "interrupt.h"

enum {
    LOOK_MS = 50, /* from one look at the processes to the next */
    SHOW_EVERY = 10
};

typedef struct runner {
    experiment *experiment;
    uint64_t jobs, running;
    bool terminal, quiet, asked; /* asked: to end */
    unsigned shown;              /* lines of the display that stand on the terminal */
    unsigned looks;
} runner;

/* ---- a process ------------------------------------------------------------------------------- */

static const char *name_of(const runner *r, const experiment_run *run)
{
    return run->folder + strlen(r->experiment->folder) + 1;
}

static bool log_path(const experiment_run *run, char path[EXPERIMENT_PATH])
{
    return (size_t)snprintf(path, EXPERIMENT_PATH, "%s.log", run->folder) < EXPERIMENT_PATH;
}

static bool has_saved(const experiment_run *run)
{
    char path[EXPERIMENT_PATH];
    struct stat facts;
    return experiment_path(run->folder, NOTCH_RUN_LAST, path) && stat(path, &facts) == 0;
}

/* In the new process; what it prints goes to FOLDER.log. */
static int train(const experiment_run *run)
{
    char path[EXPERIMENT_PATH];
    experiment_arguments arguments;
    const int input = open("/dev/null", O_RDONLY);
    const int output = log_path(run, path) ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
    if (input < 0 || output < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 ||
        dup2(output, 2) < 0) {
        return EXIT_FAILED;
    }
    experiment_arguments_of(run, has_saved(run), &arguments);
    const int code = cmd_train(arguments.argc, arguments.argv);
    return fflush(stdout) == 0 ? code : EXIT_FAILED;
}

static bool begin(runner *r, experiment_run *run)
{
    const pid_t parent = getpid();
    (void)fflush(stdout);
    (void)fflush(stderr);
    const pid_t process = fork();
    if (process == 0) {
        (void)setpgid(0, 0);
#ifdef __linux__
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
        _exit(getppid() == parent ? train(run) : EXIT_FAILED);
    }
    if (process > 0) {
        run->process = process;
        run->state = EXPERIMENT_RUNS_NOW;
        r->running++;
    }
    return process > 0;
}

/* The last line of the run's log that says something. */
static void last_words(const experiment_run *run, char text[256])
{
    char path[EXPERIMENT_PATH], line[256];
    FILE *file = log_path(run, path) ? fopen(path, "r") : NULL;
    text[0] = '\0';
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strspn(line, " \n") != strlen(line)) {
            line[strcspn(line, "\n")] = '\0';
            (void)snprintf(text, 256, "%s", line);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

static bool mark_finished(const experiment_run *run)
{
    char path[EXPERIMENT_PATH];
    FILE *file = experiment_path(run->folder, EXPERIMENT_MARK, path) ? fopen(path, "w") : NULL;
    return file != NULL && fclose(file) == 0;
}

/* ---- what is shown --------------------------------------------------------------------------- */

static void clear(runner *r)
{
    if (r->shown > 0) {
        printf("\033[%uF\033[J", r->shown);
        r->shown = 0;
    }
}

static size_t count_state(const experiment *e, experiment_state state)
{
    size_t count = 0;
    for (size_t k = 0; k < e->run_count; k++) {
        count += e->runs[k].state == state;
    }
    return count;
}

static void show_run(const runner *r, const experiment_run *run)
{
    notch_run_evaluation *list = NULL;
    notch_error error;
    size_t count = 0;
    if (notch_run_read_evaluations(run->folder, &list, &count, &error) == NOTCH_OK && count > 0) {
        const notch_run_evaluation *last = &list[count - 1];
        printf("  %-40s  step %8" PRIu64 "  epoch %4" PRIu64 "  test accuracy %6.2f %%\n",
               name_of(r, run), last->step, last->epoch, 100 * last->test_accuracy);
    } else {
        printf("  %-40s  before its first evaluation\n", name_of(r, run));
    }
    free(list);
}

static void show(runner *r)
{
    const experiment *e = r->experiment;
    clear(r);
    printf("%zu of %zu runs are finished\n", count_state(e, EXPERIMENT_FINISHED), e->run_count);
    r->shown = 1;
    for (size_t k = 0; k < e->run_count; k++) {
        if (e->runs[k].state == EXPERIMENT_RUNS_NOW) {
            show_run(r, &e->runs[k]);
            r->shown++;
        }
    }
    (void)fflush(stdout);
}

static void tell(runner *r, const experiment_run *run, int code)
{
    char text[256];
    if (r->terminal) {
        clear(r);
    }
    if (run->state == EXPERIMENT_FAILED) {
        last_words(run, text);
        (void)fflush(stdout);
        (void)fprintf(stderr, "%s: %s ended with exit code %d: %s\n", EXPERIMENT_COMMAND,
                      name_of(r, run), code, text);
    } else if (!r->quiet) {
        printf("%s %s\n", run->state == EXPERIMENT_FINISHED ? "finished" : "stopped ",
               name_of(r, run));
        (void)fflush(stdout);
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void end_run(runner *r, experiment_run *run, int status)
{
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    r->running--;
    run->state = code == EXIT_DONE && mark_finished(run) ? EXPERIMENT_FINISHED
                 : code == EXIT_INTERRUPTED              ? EXPERIMENT_STOPPED
                                                         : EXPERIMENT_FAILED;
    tell(r, run, code);
}

static void look(runner *r)
{
    const struct timespec pause = {0, LOOK_MS * 1000000};
    experiment *e = r->experiment;
    for (size_t k = 0; k < e->run_count; k++) {
        int status;
        experiment_run *run = &e->runs[k];
        if (run->state == EXPERIMENT_RUNS_NOW &&
            waitpid((pid_t)run->process, &status, WNOHANG) == (pid_t)run->process) {
            end_run(r, run, status);
        }
    }
    if (r->terminal && !r->quiet && r->looks++ % SHOW_EVERY == 0) {
        show(r);
    }
    (void)nanosleep(&pause, NULL);
}

static void ask_to_end(runner *r)
{
    for (size_t k = 0; k < r->experiment->run_count && !r->asked; k++) {
        if (r->experiment->runs[k].state == EXPERIMENT_RUNS_NOW) {
            (void)kill((pid_t)r->experiment->runs[k].process, SIGTERM);
        }
    }
    r->asked = true;
}

static void fill(runner *r)
{
    experiment *e = r->experiment;
    for (size_t k = 0; k < e->run_count && r->running < r->jobs; k++) {
        if (e->runs[k].state == EXPERIMENT_WAITS && !begin(r, &e->runs[k])) {
            e->runs[k].state = EXPERIMENT_FAILED;
            (void)fprintf(stderr, "%s: %s cannot be begun: %s\n", EXPERIMENT_COMMAND,
                          name_of(r, &e->runs[k]), strerror(errno));
        }
    }
}

int experiment_run_all(experiment *e, uint64_t jobs, bool quiet)
{
    runner r = {.experiment = e, .jobs = jobs, .quiet = quiet, .terminal = isatty(1) == 1};
    interrupt_catch();
    if (!quiet) {
        printf("%zu of %zu runs are finished, %" PRIu64 " at a time\n",
               count_state(e, EXPERIMENT_FINISHED), e->run_count, jobs);
        (void)fflush(stdout);
    }
    do {
        if (interrupt_seen()) {
            ask_to_end(&r);
        } else {
            fill(&r);
        }
        look(&r);
    } while (r.running > 0 || (!r.asked && count_state(e, EXPERIMENT_WAITS) > 0));
    clear(&r);
    return count_state(e, EXPERIMENT_FAILED) > 0 ? EXIT_FAILED
           : r.asked                             ? EXIT_INTERRUPTED
                                                 : EXIT_DONE;
}
