#include "tids.h"

static unsigned smallest(const uint32_t tids[MV_TID_MEMORY])
{
    unsigned found = 0;
    for (unsigned i = 1; i < MV_TID_MEMORY; i++) {
        if (tids[i] < tids[found])
            found = i;
    }
    return found;
}

enum mv_result mv_tids_check(const uint32_t tids[MV_TID_MEMORY], uint32_t tid)
{
    if (tid < tids[smallest(tids)])
        return MV_OLD_ERROR;
    for (unsigned i = 0; i < MV_TID_MEMORY; i++) {
        if (tids[i] == tid)
            return MV_USED_ERROR;
    }
    return MV_DONE;
}

void mv_tids_insert(uint32_t tids[MV_TID_MEMORY], uint32_t tid)
{
    tids[smallest(tids)] = tid;
}
