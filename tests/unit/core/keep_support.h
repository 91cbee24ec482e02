/* Objects of a payment meter's state, written into a journal and read back. */
#ifndef MV_TEST_KEEP_SUPPORT_H
#define MV_TEST_KEEP_SUPPORT_H

#include "metervault/prepay.h"
#include "nv.h"

struct keep_objects {
    const struct mv_nv_object *const *table;
    unsigned count;
};
/* All of them, into a memory that is otherwise blank. */
void keep_write(struct keep_objects objects, void *state);
/* What mv_nv_open says; `into` was emptied before. */
enum mv_result keep_read(struct keep_objects objects, struct mv_prepay *into);

#endif
