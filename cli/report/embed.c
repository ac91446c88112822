/* embed.c - turns a page and all that it includes into a C array.
 * SPDX-License-Identifier: MIT
 *
 * Usage: embed PAGE INCLUDED... >FILE.c
 *
 * Runs where the program is built, wherever the program itself will run. A line "@include NAME@" of
 * PAGE becomes the content of the file called NAME among the others; each is included once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE = 4096, /* bytes of a line of the page */
    COLUMNS = 20,
    FILES = 16
};

static const char opening[] = "@include ";

typedef struct inclusions {
    char **paths;
    int count, column;
    int used[FILES];
} inclusions;

static void fail(const char *what, const char *name)
{
    (void)fprintf(stderr, "embed: %s: %s\n", what, name);
    exit(1);
}

static void put(inclusions *i, int byte)
{
    printf("%s%d,", i->column++ % COLUMNS == 0 ? "\n" : "", byte);
}

static void put_file(inclusions *i, const char *path)
{
    FILE *file = fopen(path, "rb");
    int byte, last = '\n';
    if (file == NULL) {
        fail("cannot be read", path);
        return;
    }
    while ((byte = getc(file)) != EOF) {
        if (byte == 0 || byte > 126) {
            fail("is not ASCII", path);
        }
        put(i, byte);
        last = byte;
    }
    if (ferror(file)) {
        fail("cannot be read", path);
    }
    if (last != '\n') {
        put(i, '\n');
    }
    (void)fclose(file);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* name: ends at an '@'. */
static void include(inclusions *i, const char *name)
{
    const size_t length = strcspn(name, "@");
    for (int k = 0; k < i->count; k++) {
        const char *found = base_name(i->paths[k]);
        if (strlen(found) == length && strncmp(found, name, length) == 0) {
            i->used[k]++;
            put_file(i, i->paths[k]);
            return;
        }
    }
    fail("is not among the files", name);
}

int main(int argc, char **argv)
{
    static char line[LINE];
    inclusions i = {.paths = argv + 2, .count = argc - 2};
    FILE *page = argc < 2 || i.count > FILES ? NULL : fopen(argv[1], "r");
    if (page == NULL) {
        fail("expected a page and up to 16 files", argc < 2 ? "nothing given" : argv[1]);
        return 1;
    }
    printf("/* Made by cli/report/embed.c. */\n"
           "#include \"report_embedded.h\"\n\nconst char report_embedded_page[] = {");
    while (fgets(line, sizeof line, page) != NULL) {
        if (strncmp(line, opening, strlen(opening)) == 0) {
            include(&i, line + strlen(opening));
            continue;
        }
        for (const char *at = line; *at != '\0'; at++) {
            put(&i, *at);
        }
    }
    printf("0};\n");
    for (int k = 0; k < i.count; k++) {
        if (i.used[k] != 1) {
            fail("is not included once", i.paths[k]);
        }
    }
    return fclose(page) != 0 || fflush(stdout) != 0 || ferror(stdout);
}
