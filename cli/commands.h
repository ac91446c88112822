/* commands.h - the commands of the program, and what their results mean.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_COMMANDS_H
#define NOTCH_CLI_COMMANDS_H

#include <notch/core.h>

/* The exit codes of the program: a contract with scripts. */
enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1, /* the run failed: no memory, no such instruction set, no space on disk */
    EXIT_USAGE = 2,  /* the command line is wrong */
    EXIT_INPUT = 3,  /* a file cannot be read or does not hold what it should */
    EXIT_INTERRUPTED = 130 /* by SIGINT; what shells report for a program that left it alone */
};

#define TRAIN_PURPOSE "trains a network whose weights are small integers"
#define EXPERIMENT_PURPOSE "does a grid of training runs and compares them"
#define PLOT_PURPOSE "draws curves of training runs"
#define SAMPLE_PURPOSE "draws from the masses in a file and compares with the closed form"
#define EVAL_PURPOSE "measures a trained model on a data set"
#define PREDICT_PURPOSE "shows what a trained model takes an image for"
#define INSPECT_PURPOSE "prints a model's layers, and the memory that training takes"
#define DATA_PURPOSE "lists, downloads, verifies and shows data sets"
#define THEORY_PURPOSE "computes the convergence bound and checks it against measurement"
#define REPORT_PURPOSE "makes a page of training runs, to be looked at in a browser"
#define BENCH_PURPOSE "measures how long training steps and updates take on this machine"
#define VERSION_PURPOSE "prints the version, the compiler and the instruction sets"

/* argv[0] is the command's own name. They return an exit code. */
int cmd_train(int argc, char **argv);
int cmd_experiment(int argc, char **argv);
int cmd_plot(int argc, char **argv);
int cmd_sample(int argc, char **argv);
int cmd_eval(int argc, char **argv);
int cmd_predict(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_data(int argc, char **argv);
int cmd_theory(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_version(int argc, char **argv);

/* Prints "notch sample: SENTENCE" on standard error and returns the exit code for the status. */
int command_fail(const char *command, const notch_error *error);

#endif
