/* Committing: an entry behind the last one of its sector, or all objects into the next sector. */
#include "write.h"

#include "../crypto/wipe.h"
#include "entry.h"
#include "plan.h"
#include "sink.h"

/* Cells that do not take what is written show only then: for each sector that often a place is tried. */
enum { PLACES_TRIED = 2 };

/* An entry to be written. `at` moves on to where the place after a bad one begins. */
struct draft {
    const struct mv_nv_memory *memory;
    uint32_t mask, sector, at, generation;
    uint16_t index;
};

static bool unit_blank(const struct mv_meter_port *port, uint32_t sector, uint32_t at)
{
    uint8_t unit[MV_NV_UNIT];
    return mv_nv_read_unit(port, sector, at, unit) && mv_nv_blank(unit);
}

/* From `draft->at` on: what does not come out blank, because a cut left it half written or a cell is stuck, is passed
 * over. */
static bool find_place(struct draft *draft, uint32_t size)
{
    const struct mv_meter_port *port = draft->memory->port;
    uint32_t free = 0;
    while (free < size) {
        if (size - free > port->sector_size - draft->at - free)
            return false;
        bool blank = unit_blank(port, draft->sector, draft->at + free);
        free += MV_NV_UNIT;
        if (!blank) {
            draft->at += free;
            free = 0;
        }
    }
    return true;
}

static void put_head(const struct draft *draft, const struct mv_nv_word *word, struct mv_nv_sink *to)
{
    uint8_t head[MV_NV_HEAD];
    mv_nv_head(word, head);
    to->left = MV_NV_HEAD + MV_NV_BODY_HEAD;
    mv_nv_put_bytes(to, head, sizeof head);
    unsigned count = 0;
    for (uint32_t rest = draft->mask; rest != 0; rest &= rest - 1)
        count++;
    mv_nv_put_u8(to, MV_NV_FORMAT);
    mv_nv_put_u8(to, (uint8_t)count);
    mv_nv_put_u16(to, draft->index);
}

static void put_objects(const struct draft *draft, struct mv_nv_sink *to)
{
    const struct mv_nv_object *object = NULL;
    void *state = NULL;
    for (unsigned n = 0; (object = mv_nv_object_at(draft->memory, n, &state)) != NULL; n++) {
        if ((draft->mask & MV_NV_BIT(object->id)) == 0)
            continue;
        to->left = MV_NV_OBJECT_HEAD + (uint32_t)object->size;
        mv_nv_put_u8(to, object->id);
        mv_nv_put_u8(to, object->form);
        object->encode(state, to);
        mv_nv_put_zeros(to, to->left);
    }
}

static void put_crc(struct mv_nv_sink *to, uint32_t end)
{
    uint8_t crc[MV_NV_CRC];
    uint32_t zeros = end - MV_NV_CRC - (to->at + to->filled);
    to->left = zeros + MV_NV_CRC;
    mv_nv_put_zeros(to, zeros);
    uint32_t sum = ~mv_nv_sink_crc(to);
    for (unsigned i = 0; i < MV_NV_CRC; i++)
        crc[i] = (uint8_t)(sum >> 8 * i);
    mv_nv_put_bytes(to, crc, sizeof crc);
}

/* The seal is begun when all before it was read back. */
static bool write_entry(struct draft *draft, uint32_t size)
{
    struct mv_nv_word word = {.units = (uint16_t)(size / MV_NV_UNIT), .generation = draft->generation};
    struct mv_nv_sink to = mv_nv_sink_at(draft->memory->port, draft->sector, draft->at);
    uint8_t seal[MV_NV_SEAL];
    put_head(draft, &word, &to);
    put_objects(draft, &to);
    if (to.good)
        put_crc(&to, draft->at + size - MV_NV_SEAL);
    mv_nv_flush(&to);
    mv_nv_seal(&word, seal);
    to.left = MV_NV_SEAL;
    mv_nv_put_bytes(&to, seal, sizeof seal);
    mv_nv_flush(&to);
    mv_wipe(to.piece, sizeof to.piece); /* a key went through it */
    draft->at = to.at;
    return to.good;
}

static bool write_somewhere(struct draft *draft)
{
    uint32_t size = mv_nv_entry_size(draft->memory, draft->mask);
    bool done = false;
    for (unsigned tried = 0; tried < PLACES_TRIED && !done && find_place(draft, size); tried++) {
        draft->generation += draft->index == 0 ? 1 : 0; /* no two of them look the same */
        done = write_entry(draft, size);
    }
    return done;
}

static void keep(struct mv_nv_journal *journal, const struct draft *draft)
{
    journal->sector = draft->sector;
    journal->end = draft->at;
    journal->entries = (uint16_t)(draft->index + 1);
}

bool mv_nv_move(struct mv_nv_journal *journal, const struct mv_nv_memory *memory)
{
    const struct mv_meter_port *port = memory->port;
    struct draft draft = {.memory = memory, .mask = mv_nv_all(memory), .generation = journal->generation};
    bool done = false;
    for (uint32_t i = 1; i < port->sectors && !done; i++) {
        draft.sector = (journal->sector + i) % port->sectors;
        draft.at = 0;
        done = port->nv_erase(port->context, draft.sector) && write_somewhere(&draft);
    }
    journal->generation = draft.generation;
    if (done)
        keep(journal, &draft);
    return done;
}

static bool append(struct mv_nv_journal *journal, const struct mv_nv_memory *memory, uint32_t mask)
{
    struct draft draft = {.memory = memory,
                          .mask = mask & mv_nv_all(memory),
                          .sector = journal->sector,
                          .at = journal->end,
                          .generation = journal->generation,
                          .index = journal->entries};
    bool done = journal->entries > 0 && write_somewhere(&draft);
    if (done)
        keep(journal, &draft);
    return done;
}

enum mv_result mv_nv_commit(struct mv_nv_journal *journal, const struct mv_nv_memory *memory, uint32_t mask)
{
    if (mask == 0 && journal->entries > 0)
        return MV_DONE;
    if (!append(journal, memory, mask) && !mv_nv_move(journal, memory))
        return MV_STORAGE_ERROR;
    journal->commits++;
    return MV_DONE;
}

/* ---- forgetting ---- */

static bool sector_blank(const struct mv_meter_port *port, uint32_t sector)
{
    for (uint32_t at = 0; port->sector_size - at >= MV_NV_UNIT; at += MV_NV_UNIT) {
        if (!unit_blank(port, sector, at))
            return false;
    }
    return true;
}

void mv_nv_forget(const struct mv_nv_journal *journal, const struct mv_nv_memory *memory)
{
    const struct mv_meter_port *port = memory->port;
    for (uint32_t i = 1; i < port->sectors; i++) {
        uint32_t sector = (journal->sector + i) % port->sectors;
        if (!sector_blank(port, sector))
            (void)port->nv_erase(port->context, sector);
    }
}

enum mv_result mv_nv_renew(struct mv_nv_journal *journal, const struct mv_nv_memory *memory, uint32_t mask)
{
    if (!mv_nv_move(journal, memory))
        return mv_nv_commit(journal, memory, mask);
    journal->commits++;
    mv_nv_forget(journal, memory);
    return MV_DONE;
}

enum mv_result mv_nv_clear(struct mv_nv_journal *journal, const struct mv_nv_memory *memory)
{
    const struct mv_meter_port *port = memory->port;
    for (uint32_t i = 1; i <= port->sectors; i++) { /* the one in use last: older ones must not come to life */
        if (!port->nv_erase(port->context, (journal->sector + i) % port->sectors))
            return MV_STORAGE_ERROR;
    }
    *journal = (struct mv_nv_journal){.sector = port->sectors - 1, .commits = journal->commits};
    return MV_DONE;
}
