/* plot_gnuplot.c - has gnuplot draw a picture.
 * SPDX-License-Identifier: MIT
 *
 * Without a shell; the commands go to its standard input.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "plot.h"

enum {
    NOT_FOUND = 127 /* as shells say it */
};

static int refuse(notch_status status, const char *what, const char *why)
{
    notch_error error = {.status = status};
    (void)snprintf(error.message, sizeof error.message, "%s: %.120s", what, why);
    return command_fail(PLOT_COMMAND, &error);
}

static void become_gnuplot(int commands)
{
    char name[] = "gnuplot", option[] = "-";
    char *arguments[] = {name, option, NULL};
    if (dup2(commands, 0) == 0) {
        (void)execvp(name, arguments);
    }
    _exit(NOT_FOUND);
}

int plot_draw(const plot_data *data, const plot_picture *picture)
{
    int ends[2], status = 0;
    (void)fflush(stdout);
    (void)fflush(stderr);
    if (pipe(ends) != 0) {
        return refuse(NOTCH_ERROR_MEMORY, "gnuplot", strerror(errno));
    }
    const pid_t process = fork();
    if (process == 0) {
        (void)close(ends[1]);
        become_gnuplot(ends[0]);
    }
    (void)close(ends[0]);
    (void)signal(SIGPIPE, SIG_IGN); /* where gnuplot has ended */
    FILE *commands = process < 0 ? NULL : fdopen(ends[1], "w");
    if (commands != NULL) {
        plot_write_script(commands, data, picture);
        (void)fclose(commands);
    } else {
        (void)close(ends[1]);
    }
    if (process < 0 || waitpid(process, &status, 0) != process) {
        return refuse(NOTCH_ERROR_MEMORY, "gnuplot", strerror(errno));
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND) {
        return refuse(NOTCH_ERROR_UNSUPPORTED, "gnuplot",
                      "is not installed, which draws the pictures (Debian package gnuplot-nox)");
    }
    return status == 0
               ? EXIT_DONE
               : refuse(NOTCH_ERROR_INPUT, picture->output == NULL ? "gnuplot" : picture->output,
                        "gnuplot could not draw it");
}
