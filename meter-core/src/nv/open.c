/* Opening: the newest generation is the journal, whatever lies in other sectors was copied into it. */
#include "entry.h"
#include "legacy.h"
#include "plan.h"
#include "write.h"

/* What an erasure that was cut leaves may look like the head of any generation. Real ones follow one another closely:
 * what begins a sector is ahead of the one before by the half-sealed ones that were seen and the places that it tried.
 */
enum { GENERATIONS_AHEAD = 64, HALF_SEALED_AHEAD = GENERATIONS_AHEAD / 2 };

struct survey {
    bool readable;
    bool any_whole, any_damaged;
    uint32_t newest, sector; /* of whole entries */
};

static void survey_sector(const struct mv_meter_port *port, uint32_t sector, struct survey *survey)
{
    struct mv_nv_entry entry;
    enum mv_nv_found found = MV_NV_FOUND;
    for (uint32_t at = 0; (found = mv_nv_find(port, sector, at, &entry)) == MV_NV_FOUND; at = mv_nv_after(&entry)) {
        survey->any_damaged |= entry.kind == MV_NV_DAMAGED;
        if (entry.kind != MV_NV_WHOLE || (survey->any_whole && entry.generation <= survey->newest))
            continue;
        survey->any_whole = true;
        survey->newest = entry.generation;
        survey->sector = sector;
    }
    survey->readable = found == MV_NV_FOUND_NONE;
}

static enum mv_result survey_memory(const struct mv_meter_port *port, struct survey *survey)
{
    *survey = (struct survey){.readable = true};
    for (uint32_t sector = 0; sector < port->sectors && survey->readable; sector++)
        survey_sector(port, sector, survey);
    if (!survey->readable || (!survey->any_whole && survey->any_damaged))
        return MV_STORAGE_ERROR;
    return survey->any_whole ? MV_DONE : mv_nv_without_journal(port);
}

/* ---- loading ---- */

struct loading {
    struct mv_nv_journal *journal;
    const struct mv_nv_memory *memory;
    uint32_t sector;
    uint32_t missing;     /* ids of which nothing was found yet */
    uint32_t half_sealed; /* the highest generation of what may begin to count, 0: none */
    uint8_t lost;         /* not 0: something rotted */
};

static enum mv_result load_object(const struct mv_nv_memory *memory, struct mv_nv_source *source, uint32_t limit,
                                  uint32_t *missing)
{
    void *state = NULL;
    source->left = MV_NV_OBJECT_HEAD;
    uint8_t id = mv_nv_get_u8(source);
    uint8_t form = mv_nv_get_u8(source);
    if (!source->good)
        return MV_STORAGE_ERROR;
    const struct mv_nv_object *object = mv_nv_object_of(memory, id, &state);
    if (object == NULL || object->form != form)
        return MV_OTHER_FORMAT;
    source->left = object->size;
    uint32_t end = source->at + object->size;
    if (end > limit || !object->decode(state, source) || !source->good)
        return MV_STORAGE_ERROR;
    source->at = end;
    *missing &= ~MV_NV_BIT(id);
    return MV_DONE;
}

/* The first entry of a generation has all objects. The one after it follows without a gap, or is the same again: the
 * port called the first one's seal a failure. */
static enum mv_result load_entry(struct loading *loading, const struct mv_nv_entry *entry)
{
    struct mv_nv_journal *journal = loading->journal;
    enum mv_result result = MV_DONE;
    if (entry->format != MV_NV_FORMAT)
        return MV_OTHER_FORMAT;
    bool again = journal->entries > 0 && entry->index == journal->entries - 1;
    if (!again && entry->index != journal->entries)
        return MV_STORAGE_ERROR;
    struct mv_nv_source source = mv_nv_source_of(loading->memory->port, loading->sector, entry);
    uint32_t limit = entry->at + entry->size - MV_NV_SEAL - MV_NV_CRC;
    for (unsigned i = 0; i < entry->count && result == MV_DONE; i++)
        result = load_object(loading->memory, &source, limit, &loading->missing);
    if (result != MV_DONE)
        return result;
    loading->lost |= entry->lost;
    journal->entries = (uint16_t)(entry->index + 1);
    if (entry->at + entry->size > journal->end)
        journal->end = entry->at + entry->size;
    return loading->missing == 0 ? MV_DONE : MV_OTHER_FORMAT;
}

/* Nothing more is written where an entry was begun: two of them across one another might be taken for a third. */
static void pass_over(const struct loading *loading, const struct mv_nv_entry *entry)
{
    struct mv_nv_journal *journal = loading->journal;
    uint32_t end = entry->at + entry->size;
    if (loading->sector == journal->sector && entry->generation == journal->generation && end > journal->end)
        journal->end = end;
}

static enum mv_result look_at(struct loading *loading, const struct mv_nv_entry *entry)
{
    const struct mv_nv_journal *journal = loading->journal;
    uint32_t ahead = entry->generation - journal->generation; /* huge for an older one */
    switch (entry->kind) {
    case MV_NV_WHOLE:
        if (ahead != 0)
            return MV_DONE;
        return loading->sector == journal->sector ? load_entry(loading, entry) : MV_STORAGE_ERROR;
    case MV_NV_DAMAGED:
        return (uint16_t)ahead <= GENERATIONS_AHEAD ? MV_STORAGE_ERROR : MV_DONE;
    case MV_NV_HALF_SEALED:
        if (ahead <= HALF_SEALED_AHEAD && entry->generation > loading->half_sealed)
            loading->half_sealed = entry->generation;
        return MV_DONE;
    default:
        pass_over(loading, entry);
        return MV_DONE;
    }
}

static enum mv_result load_sector(struct loading *loading)
{
    struct mv_nv_entry entry;
    enum mv_nv_found found = MV_NV_FOUND;
    const struct mv_meter_port *port = loading->memory->port;
    for (uint32_t at = 0; (found = mv_nv_find(port, loading->sector, at, &entry)) == MV_NV_FOUND;
         at = mv_nv_after(&entry)) {
        enum mv_result result = look_at(loading, &entry);
        if (result != MV_DONE)
            return result;
    }
    return found == MV_NV_FOUND_NONE ? MV_DONE : MV_STORAGE_ERROR;
}

/* Into the next sector with all, where something rotted or might begin to count. What cannot be moved now is moved by
 * the next commit. */
static void mend(const struct loading *loading)
{
    struct mv_nv_journal *journal = loading->journal;
    if (loading->lost == 0 && loading->half_sealed == 0)
        return;
    journal->mended = loading->lost != 0;
    if (loading->half_sealed > journal->generation)
        journal->generation = loading->half_sealed;
    if (!mv_nv_move(journal, loading->memory))
        journal->end = loading->memory->port->sector_size;
}

enum mv_result mv_nv_open(struct mv_nv_journal *journal, const struct mv_nv_memory *memory)
{
    struct survey survey;
    *journal = (struct mv_nv_journal){.commits = 0};
    if (!mv_nv_fits(memory))
        return MV_RANGE_ERROR;
    enum mv_result result = survey_memory(memory->port, &survey);
    if (result != MV_DONE)
        return result;
    journal->sector = survey.sector;
    journal->generation = survey.newest;
    struct loading loading = {.journal = journal, .memory = memory, .missing = mv_nv_all(memory)};
    for (; loading.sector < memory->port->sectors && result == MV_DONE; loading.sector++)
        result = load_sector(&loading);
    if (result == MV_DONE && journal->entries == 0) /* a glitch: what the survey found is not there */
        result = MV_STORAGE_ERROR;
    if (result == MV_DONE)
        mend(&loading);
    return result;
}
