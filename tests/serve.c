/* serve.c - the server of http_server.h as a program, for the command line tests.
 * SPDX-License-Identifier: MIT
 *
 * Usage: serve FOLDER. Prints its address, such as http://127.0.0.1:1234, and runs until its
 * standard input ends.
 */
#define _POSIX_C_SOURCE 200809L
#include "http_server.h"

int main(int argc, char **argv)
{
    static http_server server;
    if (argc != 2 || !http_server_start(&server, argv[1])) {
        (void)fprintf(stderr, "usage: serve FOLDER\n");
        return 1;
    }
    printf("http://127.0.0.1:%u\n", (unsigned)server.port);
    (void)fflush(stdout);
    while (getchar() != EOF) {
    }
    http_server_stop(&server);
    return 0;
}
