/* notch/data.h - data sets: images and labels in memory, readers, and the search for known sets.
 * SPDX-License-Identifier: MIT
 *
 * Files are read as they are or compressed with gzip: their content tells which, not their name.
 * A file that is cut short, too long, damaged or of another kind is NOTCH_ERROR_INPUT with a
 * sentence that names the file, what was found and what was expected. What a header announces is
 * checked against the limits below and against what the file can hold before memory is reserved.
 *
 * Nothing here prints or reads the environment, and a call that fails leaves its results as they
 * were. Any thread may call.
 */
#ifndef NOTCH_DATA_H
#define NOTCH_DATA_H

#include <notch/core.h>
#include <notch/digits.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------
 * Data sets in memory
 * --------------------------------------------------------------------------------------------- */

#define NOTCH_DATASET_COUNT_MAX 16777216            /* images */
#define NOTCH_DATASET_IMAGE_MAX 1048576             /* channels * height * width */
#define NOTCH_DATASET_BYTES_MAX (UINT64_C(1) << 32) /* of all images together */
#define NOTCH_DATASET_CLASSES_MAX 256
#define NOTCH_DATASET_NAME_MAX 63 /* bytes of a name, without its final NUL */

/* Images with a class each. Made by notch_dataset_create and the readers; all memory belongs to
 * it. Contents may be changed, sizes and pointers may not. */
typedef struct notch_dataset {
    char name[NOTCH_DATASET_NAME_MAX + 1];
    uint64_t count;                   /* 1 to NOTCH_DATASET_COUNT_MAX */
    uint32_t channels, height, width; /* 1 or more each */
    uint32_t classes;                 /* 1 to NOTCH_DATASET_CLASSES_MAX */
    uint32_t maximum;                 /* of the scale that pixels are on, 1 to 255; 0 is black */
    uint8_t *images;                  /* images[count][channels][height][width], 0 .. maximum */
    uint8_t *labels;                  /* labels[count], below `classes` */
} notch_dataset;

/* A data set with name and sizes of *sizes, whose pointers are not looked at; images and labels
 * are zero, to be filled by the caller. Errors: ARGUMENT, RANGE, MEMORY. */
NOTCH_API notch_status notch_dataset_create(const notch_dataset *sizes, notch_dataset **dataset,
                                            notch_error *error);
/* Frees the data set; NULL is fine. */
NOTCH_API void notch_dataset_destroy(notch_dataset *dataset);

/* The built-in digits (see notch/digits.h), called "digits"; executor: NULL draws them in the
 * calling thread. A function of `split` alone. Errors: ARGUMENT, MEMORY. */
NOTCH_API notch_status notch_dataset_create_digits(notch_digits_split split,
                                                   const notch_executor *executor,
                                                   notch_dataset **dataset, notch_error *error);

/* ------------------------------------------------------------------------------------------------
 * Readers
 * --------------------------------------------------------------------------------------------- */

/* What is known about files beyond what they say. Zero stands for: nothing, take it from the file.
 * What is given is checked. */
typedef struct notch_data_format {
    uint32_t classes;                 /* every label is below it; 0: the highest label plus 1 */
    uint32_t channels, height, width; /* all three or none */
    uint32_t maximum;                 /* CSV only: of the values, 1 to 255; 0: 255 */
    bool label_first;                 /* CSV only: the label comes before the features */
} notch_data_format;

/* Images and labels in two files of the IDX format of Yann LeCun's MNIST page: bytes 0, 0, type 8
 * (unsigned byte), number of dimensions; a big-endian 32-bit size for each dimension; the bytes.
 * Images have the dimensions count, height, width, or count, channels, height, width; labels have
 * count. format: NULL is all zero. name: of the data set; NULL is that of the image file, and a
 * path stands for its last part. Errors: ARGUMENT, RANGE (a format that cannot be), INPUT,
 * MEMORY. */
NOTCH_API notch_status notch_dataset_read_idx(const char *images_path, const char *labels_path,
                                              const notch_data_format *format, const char *name,
                                              notch_dataset **dataset, notch_error *error);

/* The files paths[0 .. path_count), one after the other, in the binary format of CIFAR-10: records
 * of one label (0 to 9) and 3 x 32 x 32 pixels; any whole number of records a file, at least one.
 * name: as above, NULL is that of the first file. Errors: ARGUMENT, INPUT, MEMORY. */
NOTCH_API notch_status notch_dataset_read_cifar10(const char *const *paths, size_t path_count,
                                                  const char *name, notch_dataset **dataset,
                                                  notch_error *error);

/* Text with an image a line: whole numbers in decimal digits, separated by commas, with spaces or
 * tabs around them or not; all but the last (or first, see label_first) are features, that one is
 * the label. All lines have the same number of values. Lines end with LF or CR LF, the last one may
 * end with the file; empty lines and a byte order mark of UTF-8 are skipped. The first line is
 * skipped as a header if it begins with anything but a digit, a sign, a point or a comma.
 * Without sizes in the format, n^2 features are an image of n x n and others one of 1 x features.
 * Messages count lines and columns (values in a line) from 1.
 * format: NULL is all zero. name: as above, NULL is that of the file. Errors: ARGUMENT, RANGE (a
 * format that cannot be), INPUT, MEMORY. */
NOTCH_API notch_status notch_dataset_read_csv(const char *path, const notch_data_format *format,
                                              const char *name, notch_dataset **dataset,
                                              notch_error *error);

/* ------------------------------------------------------------------------------------------------
 * Known data sets and paths
 * --------------------------------------------------------------------------------------------- */

typedef struct notch_data_options {
    const char *const *folders; /* where to look, in this order */
    size_t folder_count;
    notch_data_format format; /* of a path; known data sets have their own */
    bool unverified;          /* known data sets: do not compare SHA-256 with the official one */
} notch_data_options;

/* Names of the known data sets: "mnist", "fashion-mnist", "cifar10", "optdigits"; NULL from
 * `index` 4 on. */
NOTCH_API const char *notch_data_name(size_t index);

/* Finds and reads the training and the test part of a data set. Where `train` or `test` is NULL,
 * that part is not read; one of them has to be there.
 *
 * A known name is looked for in each folder F: first in F/name, then in F itself. The first of
 * these places that has one of the files has to have all; each FILE may be FILE.gz instead.
 *     mnist, fashion-mnist   train-images-idx3-ubyte, train-labels-idx1-ubyte,
 *                            t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte
 *     cifar10                data_batch_1.bin to data_batch_5.bin, test_batch.bin
 *     optdigits              optdigits.tra, optdigits.tes
 * The SHA-256 of their content has to be the official one.
 *
 * Any other name is a path, and folders play no role:
 *     a folder   with files named as above, not compared with official ones, or with train.csv and
 *                test.csv. The test part has the sizes and classes of the training part, if both
 *                are read.
 *     a file     of comma-separated values: every sixth row (6, 12, ...) is in the test part, all
 *                others are in the training part. At least 6 rows.
 *
 * options: NULL is all zero. Errors: ARGUMENT, RANGE, INPUT (also when nothing is found: the
 * sentence lists where it was looked for), MEMORY, UNSUPPORTED (gzip, in a build without zlib). */
NOTCH_API notch_status notch_data_find(const char *name, const notch_data_options *options,
                                       notch_dataset **train, notch_dataset **test,
                                       notch_error *error);

#define NOTCH_DATA_KNOWN_FILES_MAX 6 /* of a known data set */

/* What is known about a data set before it is there. */
typedef struct notch_data_facts {
    uint64_t train_count, test_count; /* images */
    uint32_t channels, height, width, classes;
    uint32_t file_count;
    const char *files[NOTCH_DATA_KNOWN_FILES_MAX]; /* names, without the .gz they may have */
    uint64_t bytes;                                /* of all files, not compressed */
    uint64_t download_bytes;                       /* of what notch_data_fetch transfers */
} notch_data_facts;

/* Facts about the known data set `name`. Errors: ARGUMENT (it is not known). */
NOTCH_API notch_status notch_data_describe(const char *name, notch_data_facts *facts,
                                           notch_error *error);

/* *folder: the place from which notch_data_find would read the known data set `name`, to be freed
 * with free(). Not all its files need be there. Errors: ARGUMENT, INPUT (nowhere), MEMORY. */
NOTCH_API notch_status notch_data_locate(const char *name, const notch_data_options *options,
                                         char **folder, notch_error *error);

/* Compares size and SHA-256 of the content of file number `file` (below file_count) in `folder`
 * with the official ones. Errors: ARGUMENT, INPUT (it is missing, damaged or different), MEMORY,
 * UNSUPPORTED. */
NOTCH_API notch_status notch_data_verify(const char *name, uint32_t file, const char *folder,
                                         notch_error *error);

#ifdef __cplusplus
}
#endif

#endif
