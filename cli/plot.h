/* plot.h - curves of training runs, by conditions.
 * SPDX-License-Identifier: MIT
 *
 * A condition is what runs have in common that differ in their seeds: their folders' names up to
 * "-seed". docs/experiment-files.md tells more.
 */
#ifndef NOTCH_CLI_PLOT_H
#define NOTCH_CLI_PLOT_H

#include <notch/train.h>

#include <stdio.h>

#define PLOT_COMMAND "notch plot"

enum {
    PLOT_NAME = 256,
    PLOT_CONDITIONS = 32
};

typedef struct plot_run {
    char condition[PLOT_NAME];
    notch_run_evaluation *evaluations;
    size_t count;
} plot_run;

/* Mean and deviation (n - 1; 0 of a single run) over the runs that have an evaluation there. */
typedef struct plot_point {
    uint64_t step;
    size_t runs;
    double loss, loss_deviation;         /* of the test set */
    double accuracy, accuracy_deviation; /* 0 to 1 */
    uint64_t test_count;                 /* images; 0: not the same in all runs */
} plot_point;

typedef struct plot_condition {
    char name[PLOT_NAME];
    size_t run_count;
    plot_point *points; /* by rising steps */
    size_t point_count;
} plot_condition;

typedef struct plot_data {
    plot_run *runs;
    size_t run_count;
    plot_condition conditions[PLOT_CONDITIONS]; /* in the order of their first runs, then tables' */
    size_t condition_count;
    uint64_t test_count; /* images of an evaluation; 0: not the same in all */
    bool counted;        /* some evaluation has been seen */
} plot_data;

/* plot_data.c: reads runs, folders of runs, and tables (*.tsv). Returns EXIT_DONE, or the exit code
 * after one sentence on standard error. Either way to be freed with plot_free. */
int plot_read(char **operands, plot_data *data);
void plot_free(plot_data *data);

/* The name without what a script of gnuplot could take for its own; less than PLOT_NAME bytes. */
void plot_name(const char *text, char name[PLOT_NAME]);
/* An evaluation on so many images. */
void plot_count(plot_data *data, uint64_t test_count);

/* plot_table.c: what is drawn, as a table: condition, runs, step, the four values and the number of
 * test images, tabs between them. */
void plot_write_data(FILE *file, const plot_data *data);
/* Adds its conditions, which must be new. path: for sentences. Errors: INPUT. */
notch_status plot_read_table(FILE *file, const char *path, plot_data *data, notch_error *error);

typedef enum plot_kind {
    PLOT_CURVES,
    PLOT_BARS
} plot_kind;

typedef struct plot_picture {
    plot_kind kind;
    const char *title;  /* NULL: none */
    const char *output; /* *.svg or *.png; NULL: the terminal */
    unsigned columns;   /* of the terminal */
} plot_picture;

/* plot_script.c: gnuplot's commands for the picture; false if there is no memory. */
void plot_write_script(FILE *file, const plot_data *data, const plot_picture *picture);

/* plot_gnuplot.c: has gnuplot draw it. Returns as plot_read. */
int plot_draw(const plot_data *data, const plot_picture *picture);

#endif
