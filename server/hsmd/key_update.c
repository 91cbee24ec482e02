/* Key update, and the reset that brings keys of a new epoch: the new keys are derived and wrapped here, put into the
 * place that the record keeps for them, and the whole is MACed. The server sees ciphertext only. */
#include <string.h>

#include "hsmd/record_desk.h"

struct versions {
    uint8_t new_mac, new_enc, enc;
};

static mv_status refuse(const char *where)
{
    return mv_fail(MV_RECORD_NOT_VALID, where);
}

static bool version_is(const struct hsmd_record_item *item, uint8_t tag, uint8_t version)
{
    struct mv_tlv tlv;
    return mv_tlv_find(item->body, item->body_size, tag, &tlv) && tlv.value[0] == version;
}

/* The place for the keys, as an offset into the record. */
static mv_status find_place(const struct hsmd_record_item *item, size_t *place)
{
    static const uint8_t zeros[HSM_RECORD_KEYS_WRAPPED];
    struct mv_tlv keys;
    if (!mv_tlv_find(item->body, item->body_size, MV_TAG_KEYS, &keys) || keys.length != sizeof zeros ||
        memcmp(keys.value, zeros, sizeof zeros) != 0)
        return refuse("keys: not 56 zero bytes");
    *place = (size_t)(keys.value - item->record.bytes);
    return mv_ok();
}

/* Whose the new keys are: of the next epoch after a reset, which may not go back. */
static mv_status new_owner(const struct hsmd_record_item *item, struct hsm_record_owner *owner)
{
    struct mv_tlv tlv;
    *owner = item->owner;
    if (item->head.kind == MV_KIND_KEY_UPDATE)
        return mv_ok();
    if (!mv_tlv_find(item->body, item->body_size, MV_TAG_NEW_EPOCH, &tlv))
        return refuse("new epoch");
    owner->epoch = (uint16_t)mv_tlv_number(&tlv);
    return owner->epoch > item->head.epoch ? mv_ok() : refuse("new epoch");
}

static mv_status check(const struct hsmd_record_item *item, const struct versions *versions)
{
    if (!hsmd_record_brings_keys(item))
        return refuse("kind: brings no keys");
    if (!version_is(item, MV_TAG_MAC_VERSION, versions->new_mac))
        return refuse("mac version");
    return version_is(item, MV_TAG_ENC_VERSION, versions->new_enc) ? mv_ok() : refuse("enc version");
}

static mv_status wrap(struct hsmd_desk *desk, const struct hsmd_record_item *item, const struct versions *versions,
                      uint8_t wrapped[HSM_RECORD_KEYS_WRAPPED])
{
    const uint8_t *domain = item->record.domain;
    struct hsm_record_owner owner;
    struct hsm_handle enc;
    struct hsm_handle new_mac;
    struct hsm_handle new_enc;
    MV_TRY(new_owner(item, &owner));
    MV_TRY(hsmd_desk_master(desk, HSM_USE_RECORD_ENC, domain, versions->enc, HSM_TO_LEAVE, &enc));
    MV_TRY(hsmd_desk_master(desk, HSM_USE_RECORD_MAC, domain, versions->new_mac, HSM_TO_ENTER, &new_mac));
    MV_TRY(hsmd_desk_master(desk, HSM_USE_RECORD_ENC, domain, versions->new_enc, HSM_TO_ENTER, &new_enc));
    /* a look for the last one may have loaded the catalogue again and closed the others */
    MV_TRY(hsmd_desk_master(desk, HSM_USE_RECORD_ENC, domain, versions->enc, HSM_TO_LEAVE, &enc));
    MV_TRY(hsmd_desk_master(desk, HSM_USE_RECORD_MAC, domain, versions->new_mac, HSM_TO_ENTER, &new_mac));
    return hsm_record_wrap_update(desk->service->hsm, enc, new_mac, new_enc, &item->owner, &owner, wrapped);
}

static mv_status update(struct hsmd_desk *desk, struct hsmd_record_item *item, const struct versions *versions)
{
    size_t place = 0;
    uint8_t wrapped[HSM_RECORD_KEYS_WRAPPED];
    uint8_t mac[HSM_RECORD_MAC_BYTES];
    MV_TRY(hsmd_record_item_parse(item, false));
    MV_TRY(check(item, versions));
    MV_TRY(find_place(item, &place));
    mv_status status = wrap(desk, item, versions, wrapped);
    if (hsmd_desk_healed(desk, &status))
        status = wrap(desk, item, versions, wrapped);
    MV_TRY(status);
    memcpy(item->record.bytes + place, wrapped, sizeof wrapped);
    MV_TRY(hsmd_record_seal(desk, item, HSM_TO_LEAVE, mac));
    memcpy(item->record.bytes + item->record.size, mac, sizeof mac);
    item->record.size = (uint8_t)(item->record.size + sizeof mac);
    return mv_ok();
}

bool hsmd_serve_key_update(struct hsmd_service *service, struct mv_reader *request, struct mv_writer *reply)
{
    struct hsmd_desk desk;
    struct hsmd_record_item item;
    struct versions versions;
    versions.new_mac = mv_get_u8(request);
    versions.new_enc = mv_get_u8(request);
    versions.enc = mv_get_u8(request);
    hsmd_record_item_get(request, &item);
    if (!mv_reader_done(request))
        return false;
    mv_status status = hsmd_desk_open(&desk, service);
    if (status.ok)
        status = update(&desk, &item, &versions);
    hsmd_put_status(reply, status);
    if (!status.ok)
        return true;
    mv_put_u8(reply, item.record.size);
    mv_put_bytes(reply, item.record.bytes, item.record.size);
    return true;
}
