/* What is in force only when a second person has approved it: tariffs and vendors' terms alike. */
#ifndef MV_STORE_SECOND_PERSON_H
#define MV_STORE_SECOND_PERSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Why a principal may not approve what another one put in: the two reasons are those of the thing that waits. */
struct store_second_person {
    bool waits; /* for an approval, and nothing newer took its place */
    int64_t first;
    int64_t second;
    enum mv_reason not_waiting, same_person;
};
MV_MUST_USE static inline mv_status store_second_person_check(const struct store_second_person *approval)
{
    if (!approval->waits)
        return mv_fail(approval->not_waiting, NULL);
    return approval->first == approval->second ? mv_fail(approval->same_person, NULL) : mv_ok();
}

#endif
