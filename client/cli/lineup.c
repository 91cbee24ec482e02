#include "lineup.h"

#include <stddef.h>

bool lineup_full(const struct lineup *lineup)
{
    return lineup->count == LINEUP_ROWS;
}

struct lineup_row *lineup_add(struct lineup *lineup)
{
    struct lineup_row *row = &lineup->rows[(lineup->first + lineup->count++) % LINEUP_ROWS];
    *row = (struct lineup_row){0};
    return row;
}

void lineup_drop_last(struct lineup *lineup)
{
    lineup->count--;
}

struct lineup_row *lineup_oldest(struct lineup *lineup)
{
    return lineup->count > 0 ? &lineup->rows[lineup->first] : NULL;
}

void lineup_drop_oldest(struct lineup *lineup)
{
    lineup->first = (lineup->first + 1) % LINEUP_ROWS;
    lineup->count--;
}
