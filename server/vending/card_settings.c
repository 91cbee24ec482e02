/* What a meter was to be set to and may not have been: parameters and sets that were signed for it, whatever carried
 * them. A card that takes the place of a lost one brings them again, the same bytes. */
#include <string.h>

#include "vending/card_parts.h"

/* 0 when no return says. */
static mv_status last_taken(struct store *store, const struct store_record_meter *meter, uint32_t *sequence)
{
    enum { ONE = 4 };
    struct store_return last;
    struct mv_tlv numbers;
    *sequence = 0;
    mv_status found = store_return_last(store, meter->meter, meter->keys.epoch, &last);
    if (!found.ok)
        return found.reason == MV_RECORD_UNKNOWN ? mv_ok() : found;
    if (!mv_tlv_find(last.bytes + MV_RECORD_HEAD, last.bytes[MV_RECORD_HEAD - 1], MV_TAG_SEQUENCES, &numbers))
        return mv_ok();
    const struct mv_tlv first = {.length = ONE, .value = numbers.value};
    if (numbers.length >= ONE)
        *sequence = (uint32_t)mv_tlv_number(&first);
    return mv_ok();
}

/* Under keys that it has no more it would not take it. */
static bool is_of_use(const struct store_record *record, const struct store_record_meter *meter)
{
    struct mv_record_head head;
    const uint8_t *body;
    uint8_t size;
    return mv_record_parse(record->bytes, record->size, &head, &body, &size) == MV_DONE &&
           head.key_version == meter->keys.mac_version;
}

mv_status vend_card_find_settings(struct store *store, const struct store_record_meter *meter,
                                  struct vend_card_settings *out)
{
    uint32_t taken;
    uint32_t last;
    struct store_record record;
    memset(out, 0, sizeof *out);
    MV_TRY(last_taken(store, meter, &taken));
    MV_TRY(store_record_last(store, meter->meter, meter->keys.epoch, MV_KIND_PARAMETERS, &last));
    for (uint32_t sequence = taken + 1; sequence <= last && sequence > taken; sequence++) {
        mv_status found =
            store_record_get(store, meter->meter, meter->keys.epoch, MV_KIND_PARAMETERS, sequence, &record);
        if (!found.ok && found.reason != MV_RECORD_UNKNOWN)
            return found;
        if (!found.ok || !is_of_use(&record, meter))
            continue;
        out->more = out->count == VEND_CARD_SETTINGS;
        if (out->more)
            return mv_ok();
        struct vend_signed_record *to = &out->records[out->count++];
        memcpy(to->bytes, record.bytes, record.size);
        to->size = record.size;
    }
    return mv_ok();
}
