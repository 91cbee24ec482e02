/* In place of src/nv where an entry is about what lies above the journal: opening finds any state that the decoders let
 * through, a commit may fail. src/nv itself is entry_journal.c. */
#include <stddef.h>

#include "../../meter-core/src/nv/nv.h"
#include "arbitrary.h"

static void arbitrary_journal(struct mv_nv_journal *journal)
{
    ARBITRARY(*journal);
    journal->sector = Frama_C_unsigned_int_interval(0, 1);
    journal->end = 8 * Frama_C_unsigned_int_interval(0, 512);
    journal->mended = arbitrary_bool();
}

enum mv_result mv_nv_open(struct mv_nv_journal *journal, const struct mv_nv_memory *memory)
{
    arbitrary_journal(journal);
    arbitrary_state(memory->groups[0].state);
    if (memory->groups[1].state != NULL)
        arbitrary_kept(memory->groups[1].state);
    return MV_DONE;
}

enum mv_result mv_nv_commit(struct mv_nv_journal *journal, const struct mv_nv_memory *memory, uint32_t mask)
{
    (void)memory;
    (void)mask;
    arbitrary_journal(journal);
    return arbitrary_bool() ? MV_DONE : MV_STORAGE_ERROR;
}

enum mv_result mv_nv_renew(struct mv_nv_journal *journal, const struct mv_nv_memory *memory, uint32_t mask)
{
    return mv_nv_commit(journal, memory, mask);
}

void mv_nv_forget(const struct mv_nv_journal *journal, const struct mv_nv_memory *memory)
{
    (void)journal;
    (void)memory;
}

enum mv_result mv_nv_clear(struct mv_nv_journal *journal, const struct mv_nv_memory *memory)
{
    (void)memory;
    arbitrary_journal(journal);
    return arbitrary_bool() ? MV_DONE : MV_STORAGE_ERROR;
}
