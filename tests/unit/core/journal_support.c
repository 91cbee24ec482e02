#include "journal_support.h"

#include <string.h>

#include "random64.h"

enum { TOKENS = 486, CONSUMPTION = 64, PARAMETERS = 120, LOG = 33 };
const uint16_t object_sizes[OBJECTS] = {TOKENS, CONSUMPTION, PARAMETERS, LOG};

static void encode(const void *state, struct mv_nv_sink *to, unsigned n)
{
    const struct objects *objects = state;
    mv_nv_put_bytes(to, objects->bytes[n], object_sizes[n]);
}

static bool decode(void *state, struct mv_nv_source *from, unsigned n)
{
    struct objects *objects = state;
    mv_nv_get_bytes(from, objects->bytes[n], object_sizes[n]);
    return mv_nv_source_good(from);
}

#define CODEC(n)                                                                                                       \
    static void encode_##n(const void *state, struct mv_nv_sink *to)                                                   \
    {                                                                                                                  \
        encode(state, to, n);                                                                                          \
    }                                                                                                                  \
    static bool decode_##n(void *state, struct mv_nv_source *from)                                                     \
    {                                                                                                                  \
        return decode(state, from, n);                                                                                 \
    }
CODEC(0)
CODEC(1)
CODEC(2)
CODEC(3)

static const struct mv_nv_object objects[OBJECTS] = {
    {.id = 0, .form = 4, .size = TOKENS, .encode = encode_0, .decode = decode_0},
    {.id = 5, .form = 1, .size = CONSUMPTION, .encode = encode_1, .decode = decode_1},
    {.id = 2, .form = 1, .size = PARAMETERS, .encode = encode_2, .decode = decode_2},
    {.id = 31, .form = 9, .size = LOG, .encode = encode_3, .decode = decode_3},
};
static const struct mv_nv_object *const first[] = {&objects[0]};
static const struct mv_nv_object *const others[] = {&objects[1], &objects[2], &objects[3]};

uint8_t bench_id(unsigned n)
{
    return objects[n].id;
}

void bench_init(struct bench *bench, uint32_t sectors, uint32_t sector_size)
{
    memset(bench, 0, sizeof *bench);
    flash_init_as(&bench->flash, sectors, sector_size);
    bench->port = flash_port(&bench->flash);
    bench->memory.port = &bench->port;
    bench->memory.groups[0] = (struct mv_nv_group){.state = &bench->ram, .objects = first, .count = 1};
    bench->memory.groups[1] = (struct mv_nv_group){.state = &bench->ram, .objects = others, .count = OBJECTS - 1};
    bench->random = 0x4A6F75726E616C21;
}

enum mv_result bench_open(struct bench *bench)
{
    memset(&bench->ram, 0xEE, sizeof bench->ram);
    return mv_nv_open(&bench->journal, &bench->memory);
}

static void fill(struct bench *bench, unsigned n)
{
    for (unsigned i = 0; i < object_sizes[n]; i++)
        bench->ram.bytes[n][i] = (uint8_t)(random64(&bench->random) >> 56);
}

static enum mv_result commit(struct bench *bench, uint32_t ids)
{
    bench->next = bench->ram;
    enum mv_result result = mv_nv_commit(&bench->journal, &bench->memory, ids);
    bench->unsure = result != MV_DONE;
    if (!bench->unsure)
        bench->known = bench->next;
    return result;
}

enum mv_result bench_begin(struct bench *bench)
{
    enum mv_result result = mv_nv_clear(&bench->journal, &bench->memory);
    for (unsigned n = 0; n < OBJECTS; n++)
        fill(bench, n);
    return result == MV_DONE ? commit(bench, MV_NV_BIT(0)) : result;
}

enum mv_result bench_commit(struct bench *bench, unsigned mask)
{
    uint32_t ids = 0;
    for (unsigned n = 0; n < OBJECTS; n++) {
        if ((mask >> n & 1U) == 0)
            continue;
        fill(bench, n);
        ids |= MV_NV_BIT(objects[n].id);
    }
    return commit(bench, ids);
}

static bool same(const struct objects *a, const struct objects *b)
{
    for (unsigned n = 0; n < OBJECTS; n++) {
        if (memcmp(a->bytes[n], b->bytes[n], object_sizes[n]) != 0)
            return false;
    }
    return true;
}

bool bench_agrees(struct bench *bench)
{
    if (bench->unsure && same(&bench->ram, &bench->next))
        bench->known = bench->next;
    bench->unsure = false;
    return same(&bench->ram, &bench->known);
}
