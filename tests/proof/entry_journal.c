/* mv_nv_open over a memory with anything in it, then commits, with a port of which any call may fail. The objects are
 * two that decode anything; what the real ones make of it is entry_objects.c. */
#include "../../meter-core/src/nv/nv.h"
#include "arbitrary.h"

/* Callers hand in what is there, all of it written. */
/*@ requires data_there: size == 0 || \initialized((uint8_t *)data + (0 .. size - 1)); */
void mv_nv_put_bytes(struct mv_nv_sink *to, const void *data, size_t size);

enum { SMALL = 40, LARGE = 150 };
static struct {
    uint8_t small[SMALL], large[LARGE];
} state;

static void encode_small(const void *from, struct mv_nv_sink *to)
{
    (void)from;
    mv_nv_put_bytes(to, state.small, SMALL);
    mv_nv_put_u32(to, 1); /* more than its size: refused */
}

static bool decode_small(void *to, struct mv_nv_source *from)
{
    (void)to;
    mv_nv_get_bytes(from, state.small, SMALL);
    return mv_nv_source_good(from);
}

static void encode_large(const void *from, struct mv_nv_sink *to)
{
    (void)from;
    mv_nv_put_bytes(to, state.large, LARGE);
}

static bool decode_large(void *to, struct mv_nv_source *from)
{
    (void)to;
    mv_nv_get_bytes(from, state.large, LARGE);
    return mv_nv_source_good(from);
}

static const struct mv_nv_object small = {
    .id = 0, .form = 1, .size = SMALL, .encode = encode_small, .decode = decode_small};
static const struct mv_nv_object large = {
    .id = 3, .form = 2, .size = LARGE, .encode = encode_large, .decode = decode_large};
static const struct mv_nv_object *const objects[] = {&small, &large};

void prove_journal(void)
{
    static struct mv_nv_journal journal;
    struct mv_meter_port port = arbitrary_board();
    struct mv_nv_memory memory = {.port = &port};
    memory.groups[0] = (struct mv_nv_group){.state = &state, .objects = objects, .count = 2};
    ARBITRARY(state);
    (void)mv_nv_open(&journal, &memory);
    (void)mv_nv_commit(&journal, &memory, arbitrary_u32());
    (void)mv_nv_renew(&journal, &memory, arbitrary_u32());
    (void)mv_nv_clear(&journal, &memory);
    (void)mv_nv_commit(&journal, &memory, arbitrary_u32());
}
