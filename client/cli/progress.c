#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

enum { SHOW_AFTER_MS = 1000, SHOW_EVERY_MS = 200, LOOK_EVERY = 64, BAR = 30 };

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct cli_progress cli_progress_start(const char *what)
{
    return (struct cli_progress){.what = what, .began_ms = isatty(STDERR_FILENO) ? now_ms() : INT64_MAX};
}

static void show(const struct cli_progress *progress)
{
    static const char full[] = "##############################";
    if (progress->total == 0) {
        (void)fprintf(stderr, "\r%" PRIu64 " %s", progress->count, progress->what);
        return;
    }
    uint64_t count = progress->count < progress->total ? progress->count : progress->total;
    int filled = (int)(count * BAR / progress->total);
    (void)fprintf(stderr, "\r[%.*s%*s] %" PRIu64 "/%" PRIu64 " %s", filled, full, BAR - filled, "", progress->count,
                  progress->total, progress->what);
}

void cli_progress_step(struct cli_progress *progress)
{
    progress->count++;
    if (progress->began_ms == INT64_MAX || progress->count % LOOK_EVERY != 0)
        return;
    int64_t now = now_ms();
    if (now - progress->began_ms < SHOW_AFTER_MS || now - progress->shown_ms < SHOW_EVERY_MS)
        return;
    progress->shown_ms = now;
    show(progress);
}

void cli_progress_end(struct cli_progress *progress)
{
    if (progress->shown_ms != 0) {
        show(progress);
        (void)fputc('\n', stderr);
    }
    progress->shown_ms = 0;
}
