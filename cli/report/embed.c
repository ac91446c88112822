/* embed.c - a program of the build: turns files into C arrays.
 * SPDX-License-Identifier: MIT
 *
 * Usage: embed OUTPUT.c FILE...
 *
 * OUTPUT.c defines the table of report/assets.h: name (without folders) and content of each FILE.
 */
#include <stdio.h>
#include <string.h>

enum {
    BYTES_A_LINE = 20
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Writes the bytes of a file as the initialiser of an array. False if it cannot be read. */
static int put_content(FILE *output, const char *path)
{
    FILE *input = fopen(path, "rb");
    int byte;
    if (input == NULL) {
        return 0;
    }
    for (unsigned long k = 0; (byte = fgetc(input)) != EOF; k++) {
        (void)fprintf(output, "%s%d,", k % BYTES_A_LINE == 0 ? "\n    " : " ", byte);
    }
    const int read = !ferror(input);
    return fclose(input) == 0 && read;
}

static int put_all(FILE *output, int count, char **paths)
{
    (void)fputs("#include \"report/assets.h\"\n", output);
    for (int k = 0; k < count; k++) {
        (void)fprintf(output, "\nstatic const unsigned char content_%d[] = {", k);
        if (!put_content(output, paths[k])) {
            (void)fprintf(stderr, "embed: %s: cannot be read\n", paths[k]);
            return 0;
        }
        (void)fputs("\n};\n", output);
    }
    (void)fputs("\nconst report_asset report_assets[] = {\n", output);
    for (int k = 0; k < count; k++) {
        (void)fprintf(output, "    {\"%s\", content_%d, sizeof content_%d},\n", base_name(paths[k]),
                      k, k);
    }
    (void)fputs("    {NULL, NULL, 0},\n};\n", output);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fputs("usage: embed OUTPUT.c FILE...\n", stderr);
        return 2;
    }
    FILE *output = fopen(argv[1], "wb");
    if (output == NULL) {
        (void)fprintf(stderr, "embed: %s: cannot be written\n", argv[1]);
        return 1;
    }
    const int done = put_all(output, argc - 2, argv + 2) && !ferror(output);
    if (fclose(output) != 0 || !done) {
        (void)remove(argv[1]);
        return 1;
    }
    return 0;
}
