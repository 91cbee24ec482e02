#include "record_state.h"

#include "../crypto/wipe.h"
#include "../nv/nv.h"
#include "metervault/record.h"
#include "save.h"

enum { KEY = 16, DOMAIN_SIZE = 3, NONCE = 8, CLIENT_SIZE = 6, CARD_SIZE = 8, KINDS = MV_RECORD_KINDS - 1 };

void mv_records_provision(struct mv_prepay *p, const struct mv_record_keys *keys, uint16_t epoch)
{
    mv_wipe(&p->records, sizeof p->records);
    p->records.epoch = epoch;
    p->records.provisioned = keys != NULL;
    if (keys != NULL)
        p->records.keys = *keys;
    p->meter.renew = true; /* what was before is not to be found in the memory */
    mv_touch(p, MV_OBJECT_RECORDS, true);
}

/* ---- records ---- */
enum {
    KEYS_SIZE = DOMAIN_SIZE + 2 + 3 * KEY,
    COUNTERS_SIZE = 1 + 2 + 4 * KINDS + 4,
    SESSION_SIZE = NONCE + 1 + 2,
    ACCOUNT_SIZE = 1 + CLIENT_SIZE + CARD_SIZE + 8,
    REFUSAL_SIZE = 2 + 1 + 4 + 2,
    RECORDS_SIZE = KEYS_SIZE + COUNTERS_SIZE + SESSION_SIZE + ACCOUNT_SIZE + REFUSAL_SIZE
};

static void put_keys(const struct mv_record_keys *keys, struct mv_nv_sink *to)
{
    mv_nv_put_bytes(to, keys->domain, DOMAIN_SIZE);
    mv_nv_put_u8(to, keys->mac_version);
    mv_nv_put_u8(to, keys->enc_version);
    mv_nv_put_bytes(to, keys->mac_in, KEY);
    mv_nv_put_bytes(to, keys->mac_out, KEY);
    mv_nv_put_bytes(to, keys->enc, KEY);
}

static void encode_records(const void *state, struct mv_nv_sink *to)
{
    const struct mv_record_state *records = &((const struct mv_prepay *)state)->records;
    put_keys(&records->keys, to);
    mv_nv_put_u8(to, records->provisioned ? 1 : 0);
    mv_nv_put_u16(to, records->epoch);
    for (unsigned kind = 1; kind <= KINDS; kind++)
        mv_nv_put_u32(to, records->sequence[kind]);
    mv_nv_put_u32(to, records->return_reserved);
    mv_nv_put_bytes(to, records->nonce, NONCE);
    mv_nv_put_u8(to, records->nonce_open ? 1 : 0);
    mv_nv_put_u8(to, records->want);
    mv_nv_put_u8(to, records->from);
    mv_nv_put_u8(to, records->account_open ? 1 : 0);
    mv_nv_put_bytes(to, records->client, CLIENT_SIZE);
    mv_nv_put_bytes(to, records->card, CARD_SIZE);
    mv_nv_put_i64(to, records->total_purchased);
    mv_nv_put_u16(to, records->refusals);
    mv_nv_put_u8(to, records->refused_kind);
    mv_nv_put_u32(to, records->refused_sequence);
    mv_nv_put_u16(to, records->refused_result);
}

static void get_keys(struct mv_record_keys *keys, struct mv_nv_source *from)
{
    mv_nv_get_bytes(from, keys->domain, DOMAIN_SIZE);
    keys->mac_version = mv_nv_get_u8(from);
    keys->enc_version = mv_nv_get_u8(from);
    mv_nv_get_bytes(from, keys->mac_in, KEY);
    mv_nv_get_bytes(from, keys->mac_out, KEY);
    mv_nv_get_bytes(from, keys->enc, KEY);
}

/* A number that only 0 and 1 were written for. */
static bool get_flag(struct mv_nv_source *from, bool *good)
{
    uint8_t value = mv_nv_get_u8(from);
    *good = *good && value <= 1;
    return value == 1;
}

static bool decode_records(void *state, struct mv_nv_source *from)
{
    struct mv_record_state *records = &((struct mv_prepay *)state)->records;
    bool good = true;
    get_keys(&records->keys, from);
    records->provisioned = get_flag(from, &good);
    records->epoch = mv_nv_get_u16(from);
    for (unsigned kind = 1; kind <= KINDS; kind++)
        records->sequence[kind] = mv_nv_get_u32(from);
    records->return_sequence = records->return_reserved = mv_nv_get_u32(from);
    mv_nv_get_bytes(from, records->nonce, NONCE);
    records->nonce_open = get_flag(from, &good);
    records->want = mv_nv_get_u8(from);
    records->from = mv_nv_get_u8(from);
    records->account_open = get_flag(from, &good);
    mv_nv_get_bytes(from, records->client, CLIENT_SIZE);
    mv_nv_get_bytes(from, records->card, CARD_SIZE);
    records->total_purchased = mv_nv_get_i64(from);
    records->refusals = mv_nv_get_u16(from);
    records->refused_kind = mv_nv_get_u8(from);
    records->refused_sequence = mv_nv_get_u32(from);
    records->refused_result = mv_nv_get_u16(from);
    bool wanted =
        records->want <= MV_WANT_FROZEN && records->from < (records->want == MV_WANT_FROZEN ? MV_MONTHS : MV_EVENTS);
    return good && wanted && records->total_purchased >= 0;
}

const struct mv_nv_object mv_object_records = {
    .id = MV_OBJECT_RECORDS, .form = 1, .size = RECORDS_SIZE, .encode = encode_records, .decode = decode_records};

/* ---- parts ---- */
enum { PARTS_SIZE = 4 + 1 + 1 + 1 + MV_PARTS_MAX + MV_PARTS_MAX * MV_PART_BYTES };

static void encode_parts(const void *state, struct mv_nv_sink *to)
{
    const struct mv_parts *parts = &((const struct mv_prepay *)state)->parts;
    mv_nv_put_u32(to, parts->set_id);
    mv_nv_put_u8(to, parts->what);
    mv_nv_put_u8(to, parts->total);
    mv_nv_put_u8(to, parts->present);
    mv_nv_put_bytes(to, parts->length, sizeof parts->length);
    for (unsigned i = 0; i < MV_PARTS_MAX; i++)
        mv_nv_put_bytes(to, parts->bytes[i], MV_PART_BYTES);
}

static bool decode_parts(void *state, struct mv_nv_source *from)
{
    struct mv_parts *parts = &((struct mv_prepay *)state)->parts;
    parts->set_id = mv_nv_get_u32(from);
    parts->what = mv_nv_get_u8(from);
    parts->total = mv_nv_get_u8(from);
    parts->present = mv_nv_get_u8(from);
    mv_nv_get_bytes(from, parts->length, sizeof parts->length);
    for (unsigned i = 0; i < MV_PARTS_MAX; i++)
        mv_nv_get_bytes(from, parts->bytes[i], MV_PART_BYTES);
    bool good = parts->total <= MV_PARTS_MAX && (parts->present >> parts->total) == 0;
    for (unsigned i = 0; i < MV_PARTS_MAX; i++)
        good = good && parts->length[i] <= MV_PART_BYTES;
    return good;
}

const struct mv_nv_object mv_object_parts = {
    .id = MV_OBJECT_PARTS, .form = 1, .size = PARTS_SIZE, .encode = encode_parts, .decode = decode_parts};
