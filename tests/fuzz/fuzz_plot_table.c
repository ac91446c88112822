/* fuzz_plot_table.c - no table makes `notch plot` fail otherwise than it should.
 * SPDX-License-Identifier: MIT
 *
 * What was read is written, and reading that gives the same text again.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include "../../cli/plot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* Reads the text and returns what plot_write_data makes of it, NULL if it was refused. */
static char *read_and_write(const char *text, size_t size, size_t *written)
{
    static plot_data data;
    notch_error error = {.message = ""};
    char *again = NULL;
    FILE *file = fmemopen((void *)(uintptr_t)text, size, "r");
    data = (plot_data){.run_count = 0};
    require(file != NULL);
    const notch_status status = plot_read_table(file, "fuzz", &data, &error);
    require(fclose(file) == 0);
    require(status == NOTCH_OK || (error.status == status && error.message[0] != '\0'));
    if (status == NOTCH_OK) {
        file = open_memstream(&again, written);
        require(file != NULL);
        plot_write_data(file, &data);
        require(fclose(file) == 0);
    }
    plot_free(&data);
    return again;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t first_size = 0, second_size = 0;
    char *first = size == 0 ? NULL : read_and_write((const char *)data, size, &first_size);
    if (first != NULL) {
        char *second = read_and_write(first, first_size, &second_size);
        require(second != NULL && first_size == second_size &&
                memcmp(first, second, first_size) == 0);
        free(second);
    }
    free(first);
    return 0;
}
