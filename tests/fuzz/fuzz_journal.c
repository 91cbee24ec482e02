/* A flash with anything in it, or with a journal in it that was tampered with: opening ends, within the memory; what
 * opens is the same when it is opened again, and goes on. */
#include <stdlib.h>
#include <string.h>

#include "../../meter-core/src/nv/nv.h"
#include "../support/flash_model.h"

enum { SECTORS = 2, SECTOR_SIZE = 640, CELLS = SECTORS * SECTOR_SIZE, SMALL = 40, LARGE = 150 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

struct objects {
    uint8_t small[SMALL], large[LARGE];
};

static void encode_small(const void *state, struct mv_nv_sink *to)
{
    mv_nv_put_bytes(to, ((const struct objects *)state)->small, SMALL);
}

static bool decode_small(void *state, struct mv_nv_source *from)
{
    mv_nv_get_bytes(from, ((struct objects *)state)->small, SMALL);
    return mv_nv_source_good(from);
}

static void encode_large(const void *state, struct mv_nv_sink *to)
{
    mv_nv_put_bytes(to, ((const struct objects *)state)->large, LARGE);
}

static bool decode_large(void *state, struct mv_nv_source *from)
{
    mv_nv_get_bytes(from, ((struct objects *)state)->large, LARGE);
    return mv_nv_source_good(from);
}

static const struct mv_nv_object small = {
    .id = 0, .form = 1, .size = SMALL, .encode = encode_small, .decode = decode_small};
static const struct mv_nv_object large = {
    .id = 3, .form = 2, .size = LARGE, .encode = encode_large, .decode = decode_large};
static const struct mv_nv_object *const objects[] = {&small, &large};

static struct flash flash;
static struct objects state;

static struct mv_nv_memory memory_of(const struct mv_meter_port *port)
{
    struct mv_nv_memory memory = {.port = port};
    memory.groups[0] = (struct mv_nv_group){.state = &state, .objects = objects, .count = 2};
    return memory;
}

static enum mv_result reopen(struct mv_nv_journal *journal, const struct mv_nv_memory *memory)
{
    flash_power_on(&flash);
    memset(&state, 0, sizeof state);
    return mv_nv_open(journal, memory);
}

/* What opened goes on. */
static void check(struct mv_nv_journal *journal, const struct mv_nv_memory *memory)
{
    struct objects found = state;
    require(reopen(journal, memory) == MV_DONE && memcmp(&found, &state, sizeof state) == 0);
    state.small[0]++;
    found = state;
    if (mv_nv_commit(journal, memory, MV_NV_BIT(0)) != MV_DONE)
        return;
    require(reopen(journal, memory) == MV_DONE && memcmp(&found, &state, sizeof state) == 0);
    require(!flash.misused);
}

/* Four bytes a step: bits turned over, bytes overwritten, commits that lose power. */
static void tamper(struct mv_nv_journal *journal, const struct mv_nv_memory *memory, const uint8_t step[4])
{
    uint32_t at = ((uint32_t)step[1] << 8 | step[2]) % SECTOR_SIZE;
    uint32_t sector = step[0] >> 7;
    switch (step[0] & 3) {
    case 0:
        flash_rot(&flash, sector, 8 * at + step[3] % 8);
        break;
    case 1:
        flash_sector(&flash, sector)[at] = step[3];
        break;
    default:
        if ((step[0] & 4) != 0)
            flash.energy = at;
        flash.last_byte = step[3];
        memset((step[0] & 3) == 2 ? state.small : state.large, step[3], SMALL);
        if (mv_nv_commit(journal, memory, step[0] >> 3 & 9) != MV_DONE)
            (void)reopen(journal, memory);
        flash_power_on(&flash);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mv_nv_journal journal = {.commits = 0};
    flash_init_as(&flash, SECTORS, SECTOR_SIZE);
    const struct mv_meter_port port = flash_port(&flash);
    const struct mv_nv_memory memory = memory_of(&port);
    if (size == 0)
        return 0;
    if ((data[0] & 1) == 0) {
        memcpy(flash.bytes, data + 1, size - 1 < CELLS ? size - 1 : CELLS);
    } else {
        memset(&state, 0x33, sizeof state);
        require(mv_nv_clear(&journal, &memory) == MV_DONE);
        require(mv_nv_commit(&journal, &memory, MV_NV_ALL) == MV_DONE);
        for (size_t i = 1; i + 4 <= size; i += 4)
            tamper(&journal, &memory, data + i);
    }
    flash.misused = false;
    if (reopen(&journal, &memory) == MV_DONE)
        check(&journal, &memory);
    return 0;
}
