#include "hsmd/record_desk.h"

#include <string.h>
#include <time.h>

#include "hsm/life.h"
#include "hsmd/channel.h"

/* Session objects go with their session, and a master whose line changed may be another key. */
static void follow_children(struct hsmd_service *service)
{
    const struct hsmd_keyring *keyring = &service->keyring;
    if (service->children_session != keyring->sessions)
        hsm_children_forget(service->children);
    else if (service->children_generation != keyring->catalogue->generation)
        hsm_children_clear(service->hsm, service->children);
    service->children_session = keyring->sessions;
    service->children_generation = keyring->catalogue->generation;
}

mv_status hsmd_record_desk_open(struct hsmd_record_desk *desk, struct hsmd_service *service)
{
    *desk = (struct hsmd_record_desk){.service = service, .now_ms = hsmd_now_ms(), .now_unix_s = (int64_t)time(NULL)};
    mv_status status = hsmd_keyring_refresh(&service->keyring, desk->now_ms, false);
    follow_children(service);
    return status;
}

static mv_status find(struct hsmd_record_desk *desk, enum hsm_key_use use, const uint8_t domain[HSM_DOMAIN_BYTES],
                      uint8_t version, enum hsm_purpose purpose, const struct hsm_key_entry **master)
{
    struct hsmd_keyring *keyring = &desk->service->keyring;
    mv_status status = hsm_master_serving(keyring->catalogue, use, domain, version, purpose, desk->now_unix_s, master);
    bool unknown = status.reason == MV_RECORD_KEY_UNKNOWN || status.reason == MV_CARD_KEY_UNKNOWN;
    if (status.ok || !unknown || desk->looked)
        return status;
    /* it may have been generated this second */
    desk->looked = true;
    MV_TRY(hsmd_keyring_refresh(keyring, desk->now_ms, true));
    follow_children(desk->service);
    return hsm_master_serving(keyring->catalogue, use, domain, version, purpose, desk->now_unix_s, master);
}

mv_status hsmd_record_desk_master(struct hsmd_record_desk *desk, enum hsm_key_use use,
                                  const uint8_t domain[HSM_DOMAIN_BYTES], uint8_t version, enum hsm_purpose purpose,
                                  struct hsm_handle *master)
{
    const struct hsmd_keyring *keyring = &desk->service->keyring;
    const struct hsm_key_entry *entry = NULL;
    MV_TRY(find(desk, use, domain, version, purpose, &entry));
    /* the look or the reopening for an earlier item may have found a reason to stop */
    MV_TRY(keyring->state);
    *master = keyring->handles[entry - keyring->catalogue->keys];
    return mv_ok();
}

bool hsmd_record_desk_healed(struct hsmd_record_desk *desk, mv_status *status)
{
    if (!hsm_broken(*status) || desk->reopened)
        return false;
    desk->reopened = true;
    *status = hsmd_keyring_reopen(&desk->service->keyring);
    follow_children(desk->service);
    return status->ok;
}

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
