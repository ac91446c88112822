/* bench_memory.c - how much memory this process takes.
 * SPDX-License-Identifier: MIT
 */
#define _DEFAULT_SOURCE
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"

double bench_resident_bytes(void)
{
    unsigned long total, resident;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL) {
        return (double)NAN;
    }
    const int fields = fscanf(file, "%lu %lu", &total, &resident);
    (void)fclose(file);
    return fields == 2 ? (double)resident * (double)sysconf(_SC_PAGESIZE) : (double)NAN;
}

double bench_peak_bytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? 1024.0 * (double)usage.ru_maxrss : (double)NAN;
}
