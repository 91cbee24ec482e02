#include "card_keys.h"

#include "../nv/nv.h"
#include "save.h"
#include "settle.h"

enum { KEY = 16, CARD_KEYS_SIZE = 2 + 2 * KEY };

static void encode(const void *state, struct mv_nv_sink *to)
{
    const struct mv_card_keys *keys = &((const struct mv_prepay *)state)->card_keys;
    mv_nv_put_u8(to, keys->meter_version);
    mv_nv_put_u8(to, keys->area_version);
    mv_nv_put_bytes(to, keys->meter, KEY);
    mv_nv_put_bytes(to, keys->area, KEY);
}

static bool decode(void *state, struct mv_nv_source *from)
{
    struct mv_card_keys *keys = &((struct mv_prepay *)state)->card_keys;
    keys->meter_version = mv_nv_get_u8(from);
    keys->area_version = mv_nv_get_u8(from);
    mv_nv_get_bytes(from, keys->meter, KEY);
    mv_nv_get_bytes(from, keys->area, KEY);
    return keys->meter_version != 0 || keys->area_version == 0;
}

const struct mv_nv_object mv_object_card_keys = {
    .id = MV_OBJECT_CARD_KEYS, .form = 1, .size = CARD_KEYS_SIZE, .encode = encode, .decode = decode};

enum mv_result mv_prepay_provision_cards(struct mv_prepay *p, const struct mv_card_keys *keys)
{
    enum mv_result result = mv_begin(p);
    if (result == MV_DONE && !p->records.provisioned)
        result = MV_NOT_PROVISIONED;
    if (result == MV_DONE && p->card_keys.meter_version != 0)
        result = MV_ALREADY_PROVISIONED;
    if (result == MV_DONE && keys->meter_version == 0)
        result = MV_RANGE_ERROR;
    if (result != MV_DONE)
        return result;
    p->card_keys = *keys;
    mv_touch(p, MV_OBJECT_CARD_KEYS, true);
    return mv_settle(p, MV_DONE);
}
