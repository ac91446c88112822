/* http_server.h - a web server on loopback that also misbehaves, for tests of downloads.
 * SPDX-License-Identifier: MIT
 *
 *     http_server server;
 *     http_server_start(&server, "folder");
 *     ... http://127.0.0.1:PORT/good/FILE with PORT from server.port ...
 *     http_server_stop(&server);
 *
 * FILE is one of the folder; the part of the path before it says how it is served:
 *   good        as it should be, ranges included
 *   no-ranges   as it is, whatever range was asked for
 *   any-range   a range from byte 1 on, whatever range was asked for
 *   bad-range   the file as 206 without saying which part of it
 *   missing     404
 *   broken      500
 *   empty       a file without bytes
 *   wrong       the last byte is another
 *   cut         half of what was announced
 *   short       half of it, no size was announced
 *   huge        a terabyte is announced
 *   endless     no size is announced, and bytes come as long as the client takes them
 *   stalled     half of it, and the connection stays
 *   silent      no answer, and the connection stays
 *   garbage     no HTTP
 *   moved       redirected to good
 *   moved-file, moved-ftp, moved-secure   redirected to file:, ftp:, https:
 *   loop        redirected to itself
 * One client at a time.
 */
#ifndef NOTCH_TESTS_HTTP_SERVER_H
#define NOTCH_TESTS_HTTP_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct http_server {
    char folder[4096];
    uint16_t port;
    int listener;
    pthread_t thread;
    _Atomic bool stopping;
    _Atomic uint32_t requests;  /* so far */
    _Atomic int64_t last_range; /* first byte that the last request asked for; -1: no range */
} http_server;

typedef struct http_request {
    char behaviour[64], file[64];
    int64_t range; /* -1: none */
} http_request;

typedef struct http_file {
    char *bytes;
    size_t count;
} http_file;

/* False once the client has gone. */
static inline bool http_send(int client, const char *bytes, size_t count)
{
    while (count != 0) {
        const ssize_t sent = send(client, bytes, count, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes += sent;
        count -= (size_t)sent;
    }
    return true;
}

static inline void http_send_text(int client, const char *text)
{
    (void)http_send(client, text, strlen(text));
}

/* Until the client has gone, or the server stops. */
static inline void http_wait(http_server *server, int client)
{
    char byte;
    while (!server->stopping) {
        struct pollfd waiting = {.fd = client, .events = POLLIN};
        if (poll(&waiting, 1, 50) > 0 && recv(client, &byte, 1, 0) <= 0) {
            return;
        }
    }
}

static inline bool http_receive(int client, http_request *request)
{
    char text[4096] = "";
    size_t length = 0;
    while (strstr(text, "\r\n\r\n") == NULL) {
        const ssize_t got = recv(client, text + length, sizeof text - 1 - length, 0);
        if (got <= 0) {
            return false;
        }
        length += (size_t)got;
        text[length] = '\0';
    }
    long long range = -1;
    const char *header = strstr(text, "\r\nRange: bytes=");
    if (header != NULL && sscanf(header, "\r\nRange: bytes=%lld-", &range) != 1) {
        return false;
    }
    request->range = range;
    return sscanf(text, "GET /%63[^/ ]/%63[^/ ] HTTP/1", request->behaviour, request->file) == 2;
}

static inline http_file http_load(const http_server *server, const char *name)
{
    char path[4200];
    http_file file = {NULL, 0};
    (void)snprintf(path, sizeof path, "%s/%s", server->folder, name);
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return file;
    }
    for (size_t capacity = 1 << 16;; capacity *= 2) {
        char *larger = realloc(file.bytes, capacity);
        if (larger == NULL) {
            abort();
        }
        file.bytes = larger;
        file.count += fread(file.bytes + file.count, 1, capacity - file.count, stream);
        if (file.count < capacity) {
            break;
        }
    }
    (void)fclose(stream);
    return file;
}

static inline void http_send_range(int client, const http_file *file, size_t first)
{
    char header[256];
    (void)snprintf(header, sizeof header,
                   "HTTP/1.1 206 Partial Content\r\nContent-Length: %zu\r\n"
                   "Content-Range: bytes %zu-%zu/%zu\r\nConnection: close\r\n\r\n",
                   file->count - first, first, file->count - 1, file->count);
    http_send_text(client, header);
    (void)http_send(client, file->bytes + first, file->count - first);
}

static inline void http_send_whole(int client, const http_file *file, const char *status,
                                   size_t announced, size_t count)
{
    char header[256];
    (void)snprintf(header, sizeof header,
                   "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", status,
                   announced);
    http_send_text(client, header);
    (void)http_send(client, file->bytes, count);
}

static inline void http_redirect(int client, const char *address)
{
    char header[256];
    (void)snprintf(header, sizeof header,
                   "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 6\r\n"
                   "Connection: close\r\n\r\nmoved\n",
                   address);
    http_send_text(client, header);
}

/* The answers that are no redirections. */
static inline void http_answer(http_server *server, int client, const http_request *request,
                               const http_file *file)
{
    static const char endless[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    const char *how = request->behaviour;
    const size_t all = file->count;
    const size_t range = request->range < 0 ? 0 : (size_t)request->range;
    if (strcmp(how, "good") == 0 && range > 0 && range >= all) {
        http_send_whole(client, file, "416 Range Not Satisfiable", 0, 0);
    } else if (strcmp(how, "good") == 0 && range > 0) {
        http_send_range(client, file, range);
    } else if (strcmp(how, "any-range") == 0 && range > 0) {
        http_send_range(client, file, 1);
    } else if (strcmp(how, "bad-range") == 0) {
        http_send_whole(client, file, "206 Partial Content", all, all);
    } else if (strcmp(how, "missing") == 0) {
        http_send_whole(client, file, "404 Not Found", 0, 0);
    } else if (strcmp(how, "broken") == 0) {
        http_send_whole(client, file, "500 Internal Server Error", 0, 0);
    } else if (strcmp(how, "empty") == 0) {
        http_send_whole(client, file, "200 OK", 0, 0);
    } else if (strcmp(how, "cut") == 0) {
        http_send_whole(client, file, "200 OK", all, all / 2);
    } else if (strcmp(how, "short") == 0) {
        http_send_text(client, endless);
        (void)http_send(client, file->bytes, all / 2);
    } else if (strcmp(how, "huge") == 0) {
        http_send_whole(client, file, "200 OK", (size_t)1 << 40, all);
    } else if (strcmp(how, "endless") == 0) {
        http_send_text(client, endless);
        while (!server->stopping && http_send(client, file->bytes, all)) {
        }
    } else if (strcmp(how, "stalled") == 0) {
        http_send_whole(client, file, "200 OK", all, all / 2);
        http_wait(server, client);
    } else if (strcmp(how, "silent") == 0) {
        http_wait(server, client);
    } else if (strcmp(how, "garbage") == 0) {
        http_send_text(client, "220 this is no web server\r\n\r\n");
    } else {
        if (strcmp(how, "wrong") == 0) {
            file->bytes[all - 1] ^= 1;
        }
        http_send_whole(client, file, "200 OK", all, all);
    }
}

static inline void http_serve(http_server *server, int client)
{
    http_request request;
    char address[256] = "";
    if (!http_receive(client, &request)) {
        return;
    }
    server->requests++;
    server->last_range = request.range;
    if (strcmp(request.behaviour, "moved") == 0) {
        (void)snprintf(address, sizeof address, "/good/%s", request.file);
    } else if (strcmp(request.behaviour, "loop") == 0) {
        (void)snprintf(address, sizeof address, "/loop/%s", request.file);
    } else if (strcmp(request.behaviour, "moved-file") == 0) {
        (void)snprintf(address, sizeof address, "file:///etc/passwd");
    } else if (strcmp(request.behaviour, "moved-ftp") == 0) {
        (void)snprintf(address, sizeof address, "ftp://127.0.0.1:1/%s", request.file);
    } else if (strcmp(request.behaviour, "moved-secure") == 0) {
        (void)snprintf(address, sizeof address, "https://127.0.0.1:1/%s", request.file);
    }
    if (address[0] != '\0') {
        http_redirect(client, address);
        return;
    }
    http_file file = http_load(server, request.file);
    if (file.bytes == NULL) {
        (void)snprintf(request.behaviour, sizeof request.behaviour, "missing");
    }
    http_answer(server, client, &request, &file);
    free(file.bytes);
}

static inline void *http_run(void *argument)
{
    http_server *server = argument;
    while (!server->stopping) {
        struct pollfd waiting = {.fd = server->listener, .events = POLLIN};
        if (poll(&waiting, 1, 50) <= 0) {
            continue;
        }
        const int client = accept(server->listener, NULL, NULL);
        if (client >= 0) {
            http_serve(server, client);
            (void)shutdown(client, SHUT_WR);
            (void)close(client);
        }
    }
    return NULL;
}

/* False if this machine does not let it. */
static inline bool http_server_start(http_server *server, const char *folder)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    memset(server, 0, sizeof *server);
    (void)snprintf(server->folder, sizeof server->folder, "%s", folder);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (server->listener < 0 ||
        bind(server->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server->listener, 8) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &length) != 0) {
        return false;
    }
    server->port = ntohs(address.sin_port);
    return pthread_create(&server->thread, NULL, http_run, server) == 0;
}

static inline void http_server_stop(http_server *server)
{
    server->stopping = true;
    (void)pthread_join(server->thread, NULL);
    (void)close(server->listener);
}

#endif
