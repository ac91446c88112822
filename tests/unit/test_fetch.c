/* test_fetch.c - downloads: good servers, bad ones, interruptions, what is left in the folder.
 * SPDX-License-Identifier: MIT
 *
 * A server on loopback plays the mirrors (see http_server.h), and the data set is made up: one file
 * `alpha` of SIZE bytes. Works in a temporary folder with relative paths.
 */
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#include <notch/fetch.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef NOTCH_NO_ZLIB
#include <zlib.h>
#endif

#include "../http_server.h"
#include "base/sha256.h"
#include "host/fetch.h"
#include "host/fetch_url.h"
#include "test.h"

enum {
    SIZE = 100000,
    MIRRORS = NOTCH_FETCH_MIRRORS_MAX
};

static http_server server;
static char scratch[4096];
static notch_error error;

/* ------------------------------------------------------------------------------------------------
 * Files
 * --------------------------------------------------------------------------------------------- */

static int erase(const char *path, const struct stat *facts, int type, struct FTW *place)
{
    (void)facts, (void)type, (void)place;
    return remove(path);
}

static void leave(void)
{
    http_server_stop(&server);
    if (chdir("/") == 0) {
        nftw(scratch, erase, 16, FTW_DEPTH | FTW_PHYS);
    }
}

static void write_file(const char *path, const void *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, count, file) != count || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void enter(void)
{
    const char *place = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/notch-fetch-XXXXXX", place != NULL ? place : "/tmp");
    if (mkdtemp(scratch) == NULL || chdir(scratch) != 0 || mkdir("served", 0777) != 0 ||
        !http_server_start(&server, "served")) {
        perror(scratch);
        exit(1);
    }
    atexit(leave);
}

/* An empty folder `data`. */
static void clear(void)
{
    nftw("data", erase, 16, FTW_DEPTH | FTW_PHYS);
    CHECK(mkdir("data", 0777) == 0);
}

static int is_visible(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* "alpha:100000 alpha.part:3", in the order of names. */
static const char *content_of(const char *folder)
{
    static char text[1000];
    struct dirent **entries;
    size_t length = 0;
    const int count = scandir(folder, &entries, is_visible, alphasort);
    text[0] = '\0';
    for (int i = 0; i < count; i++) {
        char path[600];
        struct stat facts;
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        CHECK(stat(path, &facts) == 0);
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s:%lld",
                                   i > 0 ? " " : "", entries[i]->d_name,
                                   S_ISDIR(facts.st_mode) ? -1 : (long long)facts.st_size);
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    return count < 0 ? "none" : text;
}

/* ------------------------------------------------------------------------------------------------
 * A data set of one file
 * --------------------------------------------------------------------------------------------- */

static uint8_t alpha[SIZE + 1000]; /* more than the file has, for parts that are too long */
static char alpha_sha256[NOTCH_SHA256_HEX];

static void digest(const void *bytes, size_t count, char text[NOTCH_SHA256_HEX])
{
    notch_sha256 hash;
    uint8_t raw[NOTCH_SHA256_BYTES];
    notch_sha256_init(&hash);
    notch_sha256_add(&hash, bytes, count);
    notch_sha256_finish(&hash, raw);
    notch_sha256_hex(raw, text);
}

static void make_alpha(void)
{
    const notch_key key = {.seed = 1};
    for (size_t i = 0; i < sizeof alpha; i++) {
        alpha[i] = (uint8_t)notch_random_word(&key, i);
    }
    alpha[0] = 'a'; /* no gzip data */
    digest(alpha, SIZE, alpha_sha256);
    write_file("served/alpha", alpha, SIZE);
}

static notch_data_layout layout_of_alpha(void)
{
    return (notch_data_layout){.name = "set", .files = {{{"alpha", alpha_sha256, SIZE}}}};
}

static notch_fetch_source source_of_alpha(void)
{
    return (notch_fetch_source){.name = "set", .files = {{"alpha", alpha_sha256, SIZE}}};
}

/* ------------------------------------------------------------------------------------------------
 * Fetching it
 * --------------------------------------------------------------------------------------------- */

typedef struct log {
    char text[200];    /* of events: P present, S start, C check, R restart, F failed, D done */
    char message[240]; /* of the last RESTART or FAILED */
    uint64_t start;    /* bytes that were there at the last START */
    uint64_t stop_at;  /* stops when so many bytes are there; UINT64_MAX: never */
    char stop_event;   /* stops at this event; 0: at none */
    uint64_t last_received; /* never falls between START events */
} event_log;

static event_log seen;
static notch_fetch_result result;

static bool watch(void *cookie, const notch_fetch_event *event)
{
    static const char letters[] = "PSpCRFD";
    event_log *l = cookie;
    const char letter = letters[event->kind];
    const size_t length = strlen(l->text);
    CHECK(strcmp(event->file, "alpha") == 0 || strcmp(event->file, "alpha.gz") == 0);
    CHECK((event->message != NULL) == (letter == 'R' || letter == 'F'));
    if (letter != 'p' && !(letter == 'C' && length > 0 && l->text[length - 1] == 'C')) {
        snprintf(l->text + length, sizeof l->text - length, "%c", letter);
    }
    if (event->message != NULL) {
        snprintf(l->message, sizeof l->message, "%s", event->message);
    }
    if (letter == 'S') {
        l->start = event->received;
    }
    return event->received < l->stop_at && letter != l->stop_event;
}

/* Fetches from mirrors that behave like this, "" for none. Returns the status. */
static notch_status fetch_from(const notch_data_layout *layout, notch_fetch_source source,
                               const char *const behaviours[MIRRORS], notch_fetch_options *options)
{
    char urls[MIRRORS][100];
    for (size_t i = 0; i < MIRRORS && behaviours[i] != NULL; i++) {
        snprintf(urls[i], sizeof urls[i], "http://127.0.0.1:%u/%s/", (unsigned)server.port,
                 behaviours[i]);
        source.mirrors[i] = urls[i];
    }
    const uint64_t stop_at = seen.stop_at == 0 ? UINT64_MAX : seen.stop_at;
    seen = (event_log){.stop_at = stop_at, .stop_event = seen.stop_event};
    server.requests = 0;
    error.message[0] = '\0';
    options->folder = "data";
    options->notify = watch;
    options->cookie = &seen;
    options->stall_seconds = 1;
    const notch_status status =
        notch_fetch_source_run(layout, &source, true, options, &result, &error);
    seen.stop_at = 0;
    seen.stop_event = 0;
    if (status == NOTCH_ERROR_UNSUPPORTED) {
        SKIP("this build cannot download");
    }
    return status;
}

static notch_status fetch(const char *first, const char *second)
{
    const notch_data_layout layout = layout_of_alpha();
    notch_fetch_options options = {.url = NULL};
    const char *const behaviours[MIRRORS] = {first, second};
    return fetch_from(&layout, source_of_alpha(), behaviours, &options);
}

static void check_alpha(void)
{
    uint8_t found[SIZE + 1];
    FILE *file = fopen("data/set/alpha", "rb");
    CHECK(file != NULL);
    const size_t count = fread(found, 1, sizeof found, file);
    fclose(file);
    CHECK(count == SIZE && memcmp(found, alpha, SIZE) == 0);
}

/* The file is in place, nothing else is there, and these events have happened. */
static void check_success(notch_status status, const char *events)
{
    CHECK_STRING(error.message, "");
    CHECK_EQUAL_I64(status, NOTCH_OK);
    CHECK_STRING(content_of("data/set"), "alpha:100000");
    CHECK_STRING(seen.text, events);
    check_alpha();
}

/* The sentence ends like this, and the folder has this. */
static void check_failure(notch_status status, const char *end, const char *content)
{
    CHECK_EQUAL_I64(status, NOTCH_ERROR_INPUT);
    const size_t length = strlen(error.message), end_length = strlen(end);
    NOTE("%s", error.message);
    CHECK(length >= end_length);
    CHECK_STRING(error.message + length - end_length, end);
    CHECK_STRING(content_of("data/set"), content);
    CHECK(!result.stopped && result.fetched == 0);
}

TEST(good)
{
    clear();
    check_success(fetch("good", NULL), "SCD");
    CHECK(!result.stopped && result.fetched == 1 && result.present == 0);
    CHECK_EQUAL_U64(server.requests, 1);
    CHECK_EQUAL_I64(server.last_range, -1);
    check_success(fetch("missing", NULL), "P");
    CHECK(!result.stopped && result.fetched == 0 && result.present == 1);
    CHECK_EQUAL_U64(server.requests, 0);
}

TEST(makes_folders)
{
    clear();
    CHECK(rmdir("data") == 0);
    check_success(fetch("good", NULL), "SCD");
    clear();
    CHECK(rmdir("data") == 0);
    CHECK_EQUAL_I64(fetch("missing", NULL), NOTCH_ERROR_INPUT);
    CHECK_STRING(content_of("data"), "none"); /* and those that stay empty are removed */
    clear();
    CHECK(mkdir("data/set", 0777) == 0);
    CHECK_EQUAL_I64(fetch("missing", NULL), NOTCH_ERROR_INPUT);
    CHECK_STRING(content_of("data/set"), "");
}

TEST(second_mirror)
{
    clear();
    check_success(fetch("missing", "good"), "SFSCD");
    char expected[100];
    snprintf(expected, sizeof expected,
             "http://127.0.0.1:%u/missing/alpha: the server answers 404, expected the file",
             (unsigned)server.port);
    CHECK_STRING(seen.message, expected);
    CHECK_EQUAL_U64(server.requests, 2);
    static const char *const bad[] = {"broken", "wrong",      "huge",      "endless",  "garbage",
                                      "empty",  "moved-file", "moved-ftp", "bad-range"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        clear();
        NOTE("first mirror: %s", bad[i]);
        check_success(fetch(bad[i], "good"), strcmp(bad[i], "wrong") == 0 ? "SCFSCD" : "SFSCD");
    }
}

/* ------------------------------------------------------------------------------------------------
 * Bad servers
 * --------------------------------------------------------------------------------------------- */

TEST(bad_servers)
{
    static const struct {
        const char *behaviour, *message, *content;
    } cases[] = {
        {"missing", "/missing/alpha: the server answers 404, expected the file", "none"},
        {"broken", "/broken/alpha: the server answers 500, expected the file", "none"},
        {"bad-range", "/bad-range/alpha: the server answers 206, expected the file", "none"},
        {"empty", "/empty/alpha: cut short after 0 bytes, expected 100000", "none"},
        {"wrong", "/wrong/alpha: is not the official file, its SHA-256 is another", "none"},
        {"huge", "/huge/alpha: is too long, expected at most 100000 bytes", "none"},
        {"endless", "/endless/alpha: is too long, expected at most 100000 bytes", "none"},
        {"cut", "/cut/alpha: cut short after 50000 bytes", "alpha.part:50000"},
        {"short", "/short/alpha: cut short after 50000 bytes, expected 100000", "alpha.part:50000"},
        {"stalled", "/stalled/alpha: stalled, next to nothing came for 1 s, after 50000 bytes",
         "alpha.part:50000"},
        {"silent", "/silent/alpha: stalled, next to nothing came for 1 s, after 0 bytes", "none"},
        {"garbage", "", "none"},
        {"loop", "/loop/alpha: leads from one address to the next without an end", "none"},
        {"moved-file",
         "/moved-file/alpha: leads to an address that is not http or https, which is refused",
         "none"},
        {"moved-ftp",
         "/moved-ftp/alpha: leads to an address that is not http or https, which is refused",
         "none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clear();
        const notch_status status = fetch(cases[i].behaviour, NULL);
        check_failure(status, cases[i].message, cases[i].content);
    }
}

TEST(redirections)
{
    clear();
    check_success(fetch("moved", NULL), "SCD");
    clear();
    CHECK_EQUAL_I64(fetch("moved-secure", NULL), NOTCH_ERROR_INPUT); /* nobody is there */
    CHECK(strstr(error.message, "refused") == NULL);
}

TEST(no_server)
{
    const notch_data_layout layout = layout_of_alpha();
    notch_fetch_options options = {.url = "http://127.0.0.1:1/"};
    const char *const none[MIRRORS] = {NULL};
    clear();
    const notch_status status = fetch_from(&layout, source_of_alpha(), none, &options);
    check_failure(status, "http://127.0.0.1:1/alpha.gz: the server cannot be reached", "none");
}

/* Known mirrors have to have HTTPS; only --url may do without. */
TEST(plain_mirrors_are_refused)
{
    notch_fetch_source source = source_of_alpha();
    const notch_data_layout layout = layout_of_alpha();
    char url[100];
    clear();
    snprintf(url, sizeof url, "http://127.0.0.1:%u/good/", (unsigned)server.port);
    source.mirrors[0] = url;
    server.requests = 0;
    const notch_fetch_options options = {.folder = "data"};
    const notch_status status =
        notch_fetch_source_run(&layout, &source, false, &options, &result, &error);
    if (status == NOTCH_ERROR_UNSUPPORTED) {
        SKIP("this build cannot download");
    }
    CHECK_EQUAL_I64(status, NOTCH_ERROR_INPUT);
    CHECK_EQUAL_U64(server.requests, 0);
    CHECK_STRING(content_of("data"), "");
}

/* ------------------------------------------------------------------------------------------------
 * Interruptions
 * --------------------------------------------------------------------------------------------- */

/* A part with the first bytes of the file, of which one may be wrong. */
static void make_part(size_t count, bool wrong)
{
    uint8_t bytes[sizeof alpha];
    memcpy(bytes, alpha, sizeof bytes);
    bytes[count / 2] ^= wrong;
    clear();
    CHECK(mkdir("data/set", 0777) == 0);
    write_file("data/set/alpha.part", bytes, count);
}

TEST(resumes)
{
    clear();
    CHECK_EQUAL_I64(fetch("cut", NULL), NOTCH_ERROR_INPUT);
    check_success(fetch("good", NULL), "SCD");
    CHECK_EQUAL_U64(seen.start, SIZE / 2);
    CHECK_EQUAL_I64(server.last_range, SIZE / 2);
    CHECK_EQUAL_U64(server.requests, 1);

    clear(); /* the second mirror goes on where the first one has stopped */
    check_success(fetch("cut", "good"), "SFSCD");
    CHECK_EQUAL_I64(server.last_range, SIZE / 2);

    make_part(1, false);
    check_success(fetch("good", NULL), "SCD");
    CHECK_EQUAL_I64(server.last_range, 1);
    make_part(SIZE - 1, false);
    check_success(fetch("good", NULL), "SCD");
    CHECK_EQUAL_I64(server.last_range, SIZE - 1);
}

TEST(resumes_what_was_complete)
{
    make_part(SIZE, false);
    check_success(fetch("missing", NULL), "SCD");
    CHECK_EQUAL_U64(server.requests, 0);
}

TEST(resumes_without_ranges)
{
    make_part(SIZE / 2, true);
    check_success(fetch("no-ranges", NULL), "SCD");
    CHECK_EQUAL_U64(server.requests, 1);
    CHECK_EQUAL_I64(server.last_range, SIZE / 2);
    static const char *const others[] = {"any-range", "bad-range"};
    for (size_t i = 0; i < 2; i++) {
        make_part(SIZE / 2, false);
        const notch_status status = fetch(others[i], "good");
        check_success(status, i == 0 ? "SCD" : "SFSCD");
    }
}

/* The part has been of another file: everything is transferred once more, and only once. */
TEST(starts_over)
{
    make_part(SIZE / 2, true);
    check_success(fetch("good", NULL), "SCRSCD");
    CHECK_EQUAL_U64(server.requests, 2);
    CHECK_EQUAL_I64(server.last_range, -1);
    CHECK_EQUAL_U64(seen.start, 0);

    make_part(SIZE, true);
    check_success(fetch("good", NULL), "SCRSCD");
    CHECK_EQUAL_U64(server.requests, 1);

    make_part(SIZE + 500, false); /* too long: of no use from the beginning */
    check_success(fetch("good", NULL), "SCD");
    CHECK_EQUAL_I64(server.last_range, -1);

    make_part(SIZE / 2, true);
    check_failure(fetch("wrong", NULL), "its SHA-256 is another", "");
    CHECK_STRING(seen.text, "SCF"); /* `wrong` knows no ranges: nothing was resumed */
}

TEST(stops)
{
    clear();
    seen.stop_at = 1;
    CHECK_EQUAL_I64(fetch("stalled", NULL), NOTCH_OK);
    CHECK(result.stopped && result.fetched == 0);
    CHECK(strncmp(content_of("data/set"), "alpha.part:", 11) == 0);
    check_success(fetch("good", NULL), "SCD");
    CHECK(seen.start > 0 && seen.start < SIZE);

    static const char events[] = "SC";
    for (size_t i = 0; i < 2; i++) {
        clear();
        seen.stop_event = events[i];
        CHECK_EQUAL_I64(fetch("good", NULL), NOTCH_OK);
        CHECK(result.stopped && result.fetched == 0);
        CHECK_STRING(content_of("data/set"), i == 0 ? "none" : "alpha.part:100000");
    }
    check_success(fetch("good", NULL), "SCD");
    seen.stop_event = 'P';
    CHECK_EQUAL_I64(fetch("good", NULL), NOTCH_OK);
    CHECK(result.stopped && result.present == 1);
}

/* ------------------------------------------------------------------------------------------------
 * Files that are in the way
 * --------------------------------------------------------------------------------------------- */

TEST(wrong_file_stays)
{
    static const char *const names[] = {"data/set/alpha", "data/set/alpha.gz"};
    for (size_t i = 0; i < 2; i++) {
        clear();
        CHECK(mkdir("data/set", 0777) == 0);
        write_file(names[i], "mine", 4);
        CHECK_EQUAL_I64(fetch("good", NULL), NOTCH_ERROR_INPUT);
        char expected[100];
        snprintf(expected, sizeof expected,
                 "%s: is there, but is not the official file: move it away", names[i]);
        CHECK_STRING(error.message, expected);
        CHECK_STRING(content_of("data/set"), i == 0 ? "alpha:4" : "alpha.gz:4");
        CHECK_EQUAL_U64(server.requests, 0);
    }
}

TEST(two_at_a_time)
{
    make_part(10, false);
    const int other = open("data/set/alpha.part", O_RDWR);
    CHECK(other >= 0 && flock(other, LOCK_EX) == 0);
    CHECK_EQUAL_I64(fetch("good", "good"), NOTCH_ERROR_INPUT);
    CHECK_STRING(error.message,
                 "data/set/alpha.part: is being written by another process, expected none");
    CHECK_EQUAL_U64(server.requests, 0);
    CHECK(close(other) == 0);
    check_success(fetch("good", NULL), "SCD");
}

TEST(unwritable)
{
    clear();
    write_file("data/set", "x", 1);
    CHECK_EQUAL_I64(fetch("good", NULL), NOTCH_ERROR_INPUT);
    CHECK_STRING(error.message, "data/set: is a file, expected a folder");
    clear();
    CHECK(mkdir("data/set", 0777) == 0 && mkdir("data/set/alpha.part", 0777) == 0);
    CHECK_EQUAL_I64(fetch("good", NULL), NOTCH_ERROR_INPUT);
    CHECK_STRING(error.message, "data/set/alpha.part: cannot be written: Is a directory");
    clear();
    CHECK(mkdir("data/set", 0777) == 0 &&
          symlink("../elsewhere", "data/set/alpha.part") == 0); /* never written through */
    CHECK_EQUAL_I64(fetch("good", NULL), NOTCH_ERROR_INPUT);
    CHECK(access("data/elsewhere", F_OK) != 0);
}

/* A full disk, played by a limit on the size of files: no other mirror is asked. */
TEST(full_disk)
{
    struct rlimit before, low;
    (void)fetch("good", NULL); /* where that is skipped, no limit may stay behind */
    clear();
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR && getrlimit(RLIMIT_FSIZE, &before) == 0);
    low = before;
    low.rlim_cur = SIZE / 4;
    CHECK(setrlimit(RLIMIT_FSIZE, &low) == 0);
    const notch_status status = fetch("good", "good");
    CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
    check_failure(status, "data/set/alpha.part: cannot be written: File too large",
                  "alpha.part:25000");
    CHECK_EQUAL_U64(server.requests, 1);
    check_success(fetch("good", NULL), "SCD");
}

/* ------------------------------------------------------------------------------------------------
 * One's own mirror
 * --------------------------------------------------------------------------------------------- */

static notch_status fetch_own(const char *behaviour, const notch_fetch_source *source)
{
    const notch_data_layout layout = layout_of_alpha();
    const char *const none[MIRRORS] = {NULL};
    char url[100];
    snprintf(url, sizeof url, "http://user:secret@127.0.0.1:%u/%s", (unsigned)server.port,
             behaviour);
    notch_fetch_options options = {.url = url};
    return fetch_from(&layout, *source, none, &options);
}

/* Only the content has to be the official one, and the file may be compressed or not. */
TEST(own_mirror)
{
    const notch_fetch_source compressed = {.name = "set",
                                           .files = {{"alpha.gz", "of another file", 12345}}};
    clear();
    check_success(fetch_own("good", &compressed), "SFSCD"); /* there is no alpha.gz */
    CHECK(strstr(seen.message, "secret") == NULL);
    clear();
    check_failure(fetch_own("wrong", &compressed), "... (set)", "none");
    CHECK(strstr(error.message, "/wrong/alpha: its content has the SHA-256 ") != NULL);
    clear();
    check_failure(fetch_own("cut", &compressed), "/cut/alpha: cut short after 50000 bytes",
                  "alpha.part:50000");
    clear();
    check_failure(fetch_own("short", &compressed),
                  "/short/alpha: has 50000 bytes of content, expected 100000", "none");
    clear();
    check_failure(fetch_own("endless", &compressed), "bytes", "none");
}

#ifndef NOTCH_NO_ZLIB
static void write_compressed(const char *path, const void *bytes, size_t count)
{
    gzFile file = gzopen(path, "wb1");
    CHECK(file != NULL && gzwrite(file, bytes, (unsigned)count) == (int)count);
    CHECK(gzclose(file) == Z_OK);
}
#endif

TEST(own_mirror_compressed)
{
#ifdef NOTCH_NO_ZLIB
    SKIP("this build has no zlib");
#else
    const notch_fetch_source compressed = {.name = "set",
                                           .files = {{"alpha.gz", "of another file", 12345}}};
    static uint8_t zeros[4000000];
    clear();
    write_compressed("served/alpha.gz", alpha, SIZE);
    CHECK_EQUAL_I64(fetch_own("good", &compressed), NOTCH_OK);
    CHECK_STRING(seen.text, "SCD");
    CHECK(strncmp(content_of("data/set"), "alpha.gz:100", 12) == 0);
    CHECK_EQUAL_I64(fetch_own("good", &compressed), NOTCH_OK);
    CHECK_STRING(seen.text, "P");
    clear();
    write_compressed("served/alpha.gz", zeros, sizeof zeros); /* small to send, large to unpack */
    CHECK(rename("served/alpha", "served/beta") == 0);
    const notch_status status = fetch_own("good", &compressed);
    CHECK(rename("served/beta", "served/alpha") == 0 && unlink("served/alpha.gz") == 0);
    CHECK_EQUAL_I64(status, NOTCH_ERROR_INPUT);
    CHECK_STRING(content_of("data/set"), "none");
    CHECK_STRING(seen.text, "SCFSF");
#endif
}

/* ------------------------------------------------------------------------------------------------
 * Archives
 * --------------------------------------------------------------------------------------------- */

typedef struct archive {
    size_t count;
    uint8_t bytes[400000];
} archive;

static archive packed;

/* Appends an entry as tar writes it. */
static void pack(const char *name, char type, const void *bytes, size_t count)
{
    uint8_t *header = packed.bytes + packed.count;
    CHECK(packed.count + count + 2048 < sizeof packed.bytes);
    memset(header, 0, 512);
    snprintf((char *)header, 100, "%s", name);
    snprintf((char *)header + 124, 12, "%011zo", count);
    memset(header + 148, ' ', 8);
    header[156] = (uint8_t)type;
    memcpy(header + 257, "ustar\00000", 8);
    unsigned sum = 0;
    for (size_t i = 0; i < 512; i++) {
        sum += header[i];
    }
    snprintf((char *)header + 148, 8, "%06o", sum);
    memset(header + 512, 0, (count + 511) / 512 * 512);
    memcpy(header + 512, bytes, count);
    packed.count += 512 + (count + 511) / 512 * 512;
}

/* Serves what was packed as all.tar and fetches it. */
static notch_status fetch_archive(const char *behaviour)
{
    static const char small[] = "small\n";
    static char small_sha256[NOTCH_SHA256_HEX];
    char packed_sha256[NOTCH_SHA256_HEX];
    digest(small, 6, small_sha256);
    memset(packed.bytes + packed.count, 0, 1024);
    packed.count += 1024;
    digest(packed.bytes, packed.count, packed_sha256);
    write_file("served/alpha", packed.bytes, packed.count);
    const notch_data_layout layout = {
        .name = "set", .files = {{{"one", alpha_sha256, SIZE}}, {{"two", small_sha256, 6}}}};
    const notch_fetch_source source = {
        .name = "set", .files = {{"alpha", packed_sha256, packed.count}}, .archive = true};
    const char *const behaviours[MIRRORS] = {behaviour};
    notch_fetch_options options = {.url = NULL};
    packed.count = 0;
    const notch_status status = fetch_from(&layout, source, behaviours, &options);
    write_file("served/alpha", alpha, SIZE);
    return status;
}

TEST(archives)
{
    clear();
    pack("set/", '5', "", 0);
    pack("set/readme", '0', "hello", 5);
    pack("set/one", '0', alpha, SIZE);
    pack("set/link", '2', "", 0);
    pack("two", '\0', "small\n", 6);
    CHECK_EQUAL_I64(fetch_archive("good"), NOTCH_OK);
    CHECK_STRING(content_of("data/set"), "one:100000 two:6");
    CHECK_STRING(content_of("data"), "set:-1");
    CHECK_STRING(seen.text, "SCD");
}

TEST(bad_archives)
{
    static const char expected_one[] = ": has no one, expected all of set";
    clear();
    pack("two", '0', "small\n", 6);
    check_failure(fetch_archive("good"), expected_one, "none");

    pack("one", '0', alpha, SIZE - 1);
    check_failure(fetch_archive("good"), ": has a one of 99999 bytes, expected one of 100000",
                  "none");

    pack("two", '0', "small\n", 6);
    pack("two", '0', "small\n", 6);
    check_failure(fetch_archive("good"), ": has another two of 6 bytes, expected one of 6", "none");

    pack("two", '0', "SMALL\n", 6);
    check_failure(fetch_archive("good"), "... (set)", "none");

    pack("one", '2', "", 0); /* a link is no file */
    pack("two", '0', "small\n", 6);
    check_failure(fetch_archive("good"), expected_one, "none");

    pack("../../one", '0', alpha, SIZE); /* names are no paths: it is just called `one` */
    pack("two", '0', "small\n", 6);
    CHECK_EQUAL_I64(fetch_archive("good"), NOTCH_OK);
    CHECK_STRING(content_of("data/set"), "one:100000 two:6");
    CHECK_STRING(content_of("data"), "set:-1");

    clear();
    pack("one", '0', alpha, SIZE);
    packed.bytes[3] ^= 1; /* the header's sum is wrong */
    check_failure(fetch_archive("good"), ": no tar header at byte 512 of the archive", "none");

    pack("one", '0', alpha, SIZE);
    packed.count = 512 + 1000;
    check_failure(fetch_archive("good"), ": cut short at byte 2536 of the archive", "none");
}

/* ------------------------------------------------------------------------------------------------
 * Arguments
 * --------------------------------------------------------------------------------------------- */

TEST(arguments)
{
    notch_fetch_options options = {.folder = "data"};
    CHECK_EQUAL_I64(notch_data_fetch(NULL, &options, &result, &error), NOTCH_ERROR_ARGUMENT);
    CHECK_EQUAL_I64(notch_data_fetch("nothing", &options, &result, &error), NOTCH_ERROR_ARGUMENT);
    CHECK_STRING(error.message, "'nothing' is no known data set, expected one of: mnist, "
                                "fashion-mnist, cifar10, optdigits");
    CHECK_EQUAL_I64(notch_data_fetch("mnist", NULL, &result, &error), NOTCH_ERROR_ARGUMENT);
    CHECK_EQUAL_I64(notch_data_fetch("mnist", &options, NULL, &error), NOTCH_ERROR_ARGUMENT);
    options.folder = NULL;
    CHECK_EQUAL_I64(notch_data_fetch("mnist", &options, &result, &error), NOTCH_ERROR_ARGUMENT);
    static const char *const urls[] = {"",          "host/path",     "ftp://host/", "file:///etc",
                                       "https://",  "http:///path",  "http://a b/", "http://a/?q",
                                       "http://a#", "http://a/\x7f", "http://a/\n"};
    options.folder = "data";
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        NOTE("%s", urls[i]);
        options.url = urls[i];
        CHECK_EQUAL_I64(notch_data_fetch("mnist", &options, &result, &error), NOTCH_ERROR_ARGUMENT);
    }
}

TEST(shown_addresses)
{
    static const struct {
        const char *url, *shown;
    } cases[] = {{"https://host/path/file", "https://host/path/file"},
                 {"https://user:pass@host/path", "https://host/path"},
                 {"http://a@b@host", "http://host"},
                 {"http://host/at@path", "http://host/at@path"},
                 {"nothing", "nothing"}};
    char shown[NOTCH_URL_SHOWN], url[500] = "http://u:p@";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        notch_url_show(cases[i].url, shown);
        CHECK_STRING(shown, cases[i].shown);
    }
    for (size_t length = 80; length < sizeof url; length++) {
        memset(url + 11, 'x', length - 11);
        url[length] = '\0';
        notch_url_show(url, shown);
        CHECK(strlen(shown) < NOTCH_URL_SHOWN && strchr(shown, ':') == strstr(shown, "://"));
        CHECK(shown[strlen(shown) - 1] == 'x');
    }
}

/* The tables agree with each other: a file of the layout for each file of the source. */
TEST(known_sources)
{
    for (size_t i = 0; notch_data_name(i) != NULL; i++) {
        const char *name = notch_data_name(i);
        const notch_fetch_source *source = notch_fetch_known(name);
        const notch_data_layout *layout = notch_data_known(name);
        NOTE("%s", name);
        CHECK(source != NULL && source->mirrors[0] != NULL);
        for (size_t k = 0; source->mirrors[k] != NULL; k++) {
            const size_t length = strlen(source->mirrors[k]);
            CHECK(strncmp(source->mirrors[k], "https://", 8) == 0);
            CHECK(source->mirrors[k][length - 1] == '/');
        }
        for (size_t k = 0; source->files[k].name != NULL; k++) {
            const char *file = source->files[k].name;
            CHECK(source->files[k].bytes > 0);
            CHECK(source->files[k].sha256 == NULL || strlen(source->files[k].sha256) == 64);
            const notch_data_file *content = notch_data_layout_file(layout, k);
            CHECK(source->archive ||
                  (content != NULL && strncmp(file, content->name, strlen(content->name)) == 0));
        }
        notch_data_facts facts;
        CHECK(notch_data_describe(name, &facts, &error) == NOTCH_OK);
        CHECK(facts.file_count == (i == 3 ? 2 : i == 2 ? 6 : 4) && facts.bytes > 800000);
    }
}

int main(int argc, char **argv)
{
    test_argc = argc;
    test_argv = argv;
    enter();
    make_alpha();
    RUN(good), RUN(makes_folders), RUN(second_mirror), RUN(bad_servers), RUN(redirections);
    RUN(no_server), RUN(plain_mirrors_are_refused), RUN(resumes), RUN(resumes_what_was_complete);
    RUN(resumes_without_ranges), RUN(starts_over), RUN(stops), RUN(wrong_file_stays);
    RUN(two_at_a_time), RUN(unwritable), RUN(full_disk), RUN(own_mirror);
    RUN(own_mirror_compressed), RUN(archives), RUN(bad_archives), RUN(arguments);
    RUN(shown_addresses), RUN(known_sources);
    return test_finish();
}
