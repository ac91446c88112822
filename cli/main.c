/* main.c - the program: finds the command and sees that its output has arrived.
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <notch/notch.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "options.h"

typedef struct command_entry {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *purpose;
} command_entry;

static const command_entry commands[] = {
    {"train", cmd_train, TRAIN_PURPOSE},
    {"eval", cmd_eval, EVAL_PURPOSE},
    {"predict", cmd_predict, PREDICT_PURPOSE},
    {"inspect", cmd_inspect, INSPECT_PURPOSE},
    {"experiment", cmd_experiment, EXPERIMENT_PURPOSE},
    {"plot", cmd_plot, PLOT_PURPOSE},
    {"sample", cmd_sample, SAMPLE_PURPOSE},
    {"report", cmd_report, REPORT_PURPOSE},
    {"theory", cmd_theory, THEORY_PURPOSE},
    {"data", cmd_data, DATA_PURPOSE},
    {"bench", cmd_bench, BENCH_PURPOSE},
    {"version", cmd_version, VERSION_PURPOSE},
};

enum {
    COMMAND_COUNT = sizeof commands / sizeof commands[0]
};

static int print_help(void)
{
    printf("Usage: notch COMMAND [OPTION]... [OPERAND]...\n\n"
           "notch trains neural networks whose weights are small integers.\n\n"
           "Commands:\n");
    for (size_t k = 0; k < COMMAND_COUNT; k++) {
        printf("  %-10s %s\n", commands[k].name, commands[k].purpose);
    }
    printf("\n"
           "'notch COMMAND --help' tells more about a command.\n\n"
           "Examples:\n"
           "  notch train --model mlp --out runs/mlp\n"
           "  printf '1\\n2\\n7\\n' | notch sample --trials 1e6 -\n"
           "  notch sample --sampler systematic --null 5 --json masses.txt\n"
           "  notch bench update\n\n"
           "Exit status:\n"
           "  %3d  done\n"
           "  %3d  the run failed\n"
           "  %3d  the command line is wrong\n"
           "  %3d  a file cannot be read or does not hold what it should\n"
           "  %3d  interrupted, after saving\n",
           EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_INPUT, EXIT_INTERRUPTED);
    return EXIT_DONE;
}

static int refuse_command(const char *name)
{
    (void)fprintf(stderr, "notch: ");
    if (name == NULL) {
        (void)fprintf(stderr, "no command given");
    } else {
        (void)fprintf(stderr, "unknown command '%s'", name);
    }
    (void)fprintf(stderr, ", expected one of: ");
    for (size_t k = 0; k < COMMAND_COUNT; k++) {
        (void)fprintf(stderr, "%s%s", k == 0 ? "" : ", ", commands[k].name);
    }
    (void)fprintf(stderr, "; see 'notch --help'\n");
    return EXIT_USAGE;
}

static int run(int argc, char **argv)
{
    const char *name = argc < 2 ? NULL : argv[1];
    if (name != NULL && (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)) {
        return print_help();
    }
    if (name != NULL && strcmp(name, "--version") == 0) {
        name = "version";
    }
    for (size_t k = 0; k < COMMAND_COUNT && name != NULL; k++) {
        if (strcmp(name, commands[k].name) == 0) {
            return commands[k].run(argc - 1, argv + 1);
        }
    }
    return refuse_command(name);
}

int main(int argc, char **argv)
{
    int code = run(argc, argv);
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fprintf(stderr, "notch: cannot write to standard output: %s\n",
                      errno == 0 ? "an earlier write failed" : strerror(errno));
        code = code == EXIT_DONE ? EXIT_FAILED : code;
    }
    return code;
}
