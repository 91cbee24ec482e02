#include "hsmd/record_desk.h"

#include <string.h>

void hsmd_record_item_get(struct mv_reader *from, struct hsmd_record_item *item)
{
    struct hsmd_record *record = &item->record;
    mv_get_bytes(from, record->domain, sizeof record->domain);
    record->size = mv_get_u8(from);
    mv_get_bytes(from, record->bytes, record->size);
}

mv_status hsmd_record_item_parse(struct hsmd_record_item *item, bool sealed)
{
    const struct hsmd_record *record = &item->record;
    enum mv_result result =
        sealed ? mv_record_parse(record->bytes, record->size, &item->head, &item->body, &item->body_size)
               : mv_record_parse_unsealed(record->bytes, record->size, &item->head, &item->body, &item->body_size);
    if (result != MV_DONE)
        return mv_fail(MV_RECORD_NOT_VALID, "form");
    if (mv_record_check_tags(item->head.kind, item->body, item->body_size) != MV_DONE)
        return mv_fail(MV_RECORD_NOT_VALID, "tags");
    item->owner.epoch = item->head.epoch;
    memcpy(item->owner.pan, item->head.pan, sizeof item->owner.pan);
    memcpy(item->owner.domain, record->domain, sizeof item->owner.domain);
    return mv_ok();
}
