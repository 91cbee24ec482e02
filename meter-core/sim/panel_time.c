/* How time passes at the panel. */
#include <stdio.h>
#include <time.h>

#include "metervault/codes.h"
#include "panel.h"

enum { MS_PER_S = 1000, NS_PER_MS = 1000000, SLICE_S = 10 };

uint64_t panel_now_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * MS_PER_S + (uint64_t)now.tv_nsec / NS_PER_MS;
}

/* Without mains nothing but the clock goes on. */
static void run(struct panel *panel, uint32_t seconds)
{
    if (!panel->powered) {
        panel->board->file.skipped_s += seconds;
        return;
    }
    enum mv_result result = board_run(panel->board, panel->p, seconds);
    if (result != MV_DONE)
        (void)snprintf(panel->note, sizeof panel->note, "%s: %s", mv_code_name(result), mv_code_words(result));
}

void panel_pass(struct panel *panel, uint64_t real_ms, uint64_t most_ms)
{
    uint64_t begun = panel_now_ms();
    if (panel->paused)
        return;
    panel->owed_ms += real_ms * panel->speed;
    while (panel->owed_ms >= MS_PER_S && panel_now_ms() - begun < most_ms) {
        uint64_t whole = panel->owed_ms / MS_PER_S;
        uint32_t seconds = whole < SLICE_S ? (uint32_t)whole : SLICE_S;
        run(panel, seconds);
        panel->owed_ms -= (uint64_t)seconds * MS_PER_S;
    }
    panel->owed_ms %= MS_PER_S;
}
