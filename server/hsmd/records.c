/* Seal and check: MACs of native records under keys that stay in the token. Each record is taken apart here, so that
 * nothing but a record is ever MACed, none of a meter's is made and none to a meter is checked. */
#include <string.h>

#include "base/secret.h"
#include "hsmd/record_desk.h"

static mv_status mac_of(struct hsmd_desk *desk, const struct hsmd_record_item *item, enum hsm_purpose purpose,
                        enum hsm_record_child child, size_t size, uint8_t mac[HSM_RECORD_MAC_BYTES])
{
    struct hsm_handle master;
    MV_TRY(hsmd_desk_master(desk, HSM_USE_RECORD_MAC, item->record.domain, item->head.key_version, purpose, &master));
    return hsm_record_mac(desk->service->hsm, desk->service->children, master, child, &item->owner, item->record.bytes,
                          size, mac);
}

static mv_status mac_or_heal(struct hsmd_desk *desk, const struct hsmd_record_item *item, enum hsm_purpose purpose,
                             enum hsm_record_child child, size_t size, uint8_t mac[HSM_RECORD_MAC_BYTES])
{
    mv_status status = mac_of(desk, item, purpose, child, size, mac);
    return hsmd_desk_healed(desk, &status) ? mac_of(desk, item, purpose, child, size, mac) : status;
}

static bool is_reset(const struct hsmd_record_item *item)
{
    struct mv_tlv tlv;
    return item->head.kind == MV_KIND_CONTROL && mv_tlv_find(item->body, item->body_size, MV_TAG_COMMAND, &tlv) &&
           tlv.value[0] == MV_COMMAND_RESET;
}

bool hsmd_record_brings_keys(const struct hsmd_record_item *item)
{
    return item->head.kind == MV_KIND_KEY_UPDATE || is_reset(item);
}

mv_status hsmd_record_seal(struct hsmd_desk *desk, const struct hsmd_record_item *item, enum hsm_purpose purpose,
                           uint8_t mac[HSM_RECORD_MAC_BYTES])
{
    return mac_or_heal(desk, item, purpose, HSM_CHILD_MAC_IN, item->record.size, mac);
}

static mv_status seal(struct hsmd_desk *desk, struct hsmd_record_item *item, uint8_t mac[HSM_RECORD_MAC_BYTES])
{
    struct mv_tlv keys;
    MV_TRY(hsmd_record_item_parse(item, false));
    if (item->head.kind == MV_KIND_RETURN)
        return mv_fail(MV_RECORD_NOT_VALID, "kind: from the meter");
    /* the keys in it are made here or not at all */
    if (hsmd_record_brings_keys(item) || mv_tlv_find(item->body, item->body_size, MV_TAG_KEYS, &keys))
        return mv_fail(MV_RECORD_NOT_VALID, "kind: brings keys");
    return hsmd_record_seal(desk, item, HSM_TO_ISSUE, mac);
}

static mv_status check(struct hsmd_desk *desk, struct hsmd_record_item *item)
{
    uint8_t mac[HSM_RECORD_MAC_BYTES];
    MV_TRY(hsmd_record_item_parse(item, true));
    if (item->head.kind != MV_KIND_RETURN)
        return mv_fail(MV_RECORD_NOT_VALID, "kind: not from a meter");
    size_t size = item->record.size - (size_t)MV_RECORD_MAC;
    MV_TRY(mac_or_heal(desk, item, HSM_TO_CHECK, HSM_CHILD_MAC_OUT, size, mac));
    bool same = mv_secret_equal(mac, item->record.bytes + size, sizeof mac);
    mv_secret_wipe(mac, sizeof mac); /* the right one, which a forger would like to read */
    return same ? mv_ok() : mv_fail(MV_RECORD_NOT_VALID, "MAC");
}

static bool begin(struct hsmd_desk *desk, struct hsmd_service *service, struct mv_reader *request,
                  struct mv_writer *reply, size_t *count, mv_status *ready)
{
    *count = mv_get_u16(request);
    if (request->failed || *count == 0 || *count > HSMD_RECORD_BATCH)
        return false;
    *ready = hsmd_desk_open(desk, service);
    hsmd_put_status(reply, *ready);
    return true;
}

bool hsmd_serve_seal_records(struct hsmd_service *service, struct mv_reader *request, struct mv_writer *reply)
{
    struct hsmd_desk desk;
    struct hsmd_record_item item;
    size_t count = 0;
    mv_status ready;
    if (!begin(&desk, service, request, reply, &count, &ready))
        return false;
    for (size_t i = 0; ready.ok && i < count; i++) {
        uint8_t mac[HSM_RECORD_MAC_BYTES];
        hsmd_record_item_get(request, &item);
        if (request->failed)
            return false;
        mv_status status = seal(&desk, &item, mac);
        hsmd_put_status(reply, status);
        if (status.ok)
            mv_put_bytes(reply, mac, sizeof mac);
    }
    return !ready.ok || mv_reader_done(request);
}

bool hsmd_serve_check_returns(struct hsmd_service *service, struct mv_reader *request, struct mv_writer *reply)
{
    struct hsmd_desk desk;
    struct hsmd_record_item item;
    size_t count = 0;
    mv_status ready;
    if (!begin(&desk, service, request, reply, &count, &ready))
        return false;
    for (size_t i = 0; ready.ok && i < count; i++) {
        hsmd_record_item_get(request, &item);
        if (request->failed)
            return false;
        hsmd_put_status(reply, check(&desk, &item));
    }
    return !ready.ok || mv_reader_done(request);
}
