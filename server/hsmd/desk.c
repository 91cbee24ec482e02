#include "hsmd/desk.h"

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

mv_status hsmd_desk_open(struct hsmd_desk *desk, struct hsmd_service *service)
{
    *desk = (struct hsmd_desk){.service = service, .now_ms = hsmd_now_ms(), .now_unix_s = (int64_t)time(NULL)};
    mv_status status = hsmd_keyring_refresh(&service->keyring, desk->now_ms, false);
    follow_children(service);
    return status;
}

static mv_status find(struct hsmd_desk *desk, enum hsm_key_use use, const uint8_t domain[HSM_DOMAIN_BYTES],
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

mv_status hsmd_desk_master(struct hsmd_desk *desk, enum hsm_key_use use, const uint8_t domain[HSM_DOMAIN_BYTES],
                           uint8_t version, enum hsm_purpose purpose, struct hsm_handle *master)
{
    const struct hsmd_keyring *keyring = &desk->service->keyring;
    const struct hsm_key_entry *entry = NULL;
    MV_TRY(find(desk, use, domain, version, purpose, &entry));
    /* the look or the reopening for an earlier item may have found a reason to stop */
    MV_TRY(keyring->state);
    *master = keyring->handles[entry - keyring->catalogue->keys];
    return mv_ok();
}

bool hsmd_desk_healed(struct hsmd_desk *desk, mv_status *status)
{
    if (!hsm_broken(*status) || desk->reopened)
        return false;
    desk->reopened = true;
    *status = hsmd_keyring_reopen(&desk->service->keyring);
    follow_children(desk->service);
    return status->ok;
}
