/* embed.c - turns a page and all that it includes into a C array.
 * SPDX-License-Identifier: MIT
 *
 * Usage: embed PAGE >FILE.c
 *
 * Runs where the program is built, wherever the program itself will run. A line "@include PATH@" of
 * PAGE becomes the content of the file, whose path is relative to the folder of PAGE.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE = 4096, /* bytes of a line of the page, and of a path */
    COLUMNS = 20
};

static const char opening[] = "@include ";

static void fail(const char *path, const char *what)
{
    (void)fprintf(stderr, "embed: %s: %s\n", path, what);
    exit(1);
}

static FILE *open_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail(path, "cannot be read");
    }
    return file;
}

/* The next byte of the array. */
static void put(int byte)
{
    static unsigned long count;
    printf("%s%d,", count++ % COLUMNS == 0 ? "\n" : "", byte);
}

/* A file, with an end of its last line. */
static void put_file(const char *path)
{
    FILE *file = open_file(path);
    int byte, last = '\n';
    while ((byte = getc(file)) != EOF) {
        if (byte == 0 || byte > 126) {
            fail(path, "is not ASCII");
        }
        put(byte);
        last = byte;
    }
    if (last != '\n') {
        put('\n');
    }
    if (ferror(file) || fclose(file) != 0) {
        fail(path, "cannot be read");
    }
}

/* name: of the file, behind which an '@' stands. */
static void include(const char *page, const char *name)
{
    char path[2 * LINE];
    const char *slash = strrchr(page, '/');
    (void)snprintf(path, sizeof path, "%.*s%.*s", slash == NULL ? 0 : (int)(slash - page) + 1, page,
                   (int)strcspn(name, "@"), name);
    put_file(path);
}

int main(int argc, char **argv)
{
    static char line[LINE];
    if (argc != 2) {
        fail("usage", "embed PAGE");
    }
    FILE *page = open_file(argv[1]);
    printf("/* Made by cli/report/embed.c. */\n"
           "#include \"report_embedded.h\"\n\nconst char report_embedded_page[] = {");
    while (fgets(line, sizeof line, page) != NULL) {
        if (strncmp(line, opening, strlen(opening)) == 0) {
            include(argv[1], line + strlen(opening));
            continue;
        }
        for (const char *at = line; *at != '\0'; at++) {
            put(*at);
        }
    }
    printf("0};\n");
    if (ferror(page) || fclose(page) != 0 || fflush(stdout) != 0 || ferror(stdout)) {
        fail(argv[1], "cannot be turned into an array");
    }
    return 0;
}
