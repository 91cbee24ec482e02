/* What a meter wrote back: proven by its MAC, newer than all before it, and kept. */
#include <string.h>

#include "vending/internal.h"
#include "vending/record_parts.h"

struct receiving {
    const struct vend_caller *caller;
    struct vend_identity identity;
    struct store_meter meter;
    struct hsmd_record record;
    const uint8_t *body; /* of the record */
    uint8_t body_size;
    struct vend_return *out;
};

static mv_status read_form(struct receiving *receiving, const uint8_t *bytes, size_t size)
{
    struct vend_return *out = receiving->out;
    struct hsmd_record *record = &receiving->record;
    if (size > sizeof record->bytes)
        return mv_fail(MV_RECORD_NOT_VALID, "size");
    memcpy(record->bytes, bytes, size);
    record->size = (uint8_t)size;
    enum mv_result form =
        mv_record_parse(record->bytes, record->size, &out->head, &receiving->body, &receiving->body_size);
    if (form != MV_DONE || out->head.kind != MV_KIND_RETURN)
        return mv_fail(MV_RECORD_NOT_VALID, "form");
    memcpy(out->pan, out->head.pan, STORE_PAN);
    memcpy(out->bytes, record->bytes, size);
    return mv_ok();
}

/* Under which of the meter's keys it was written: those on file, or those that a renewal leads to. */
static mv_status match_keys(const struct store_record_meter *keys, const struct mv_record_head *head, bool *renewed)
{
    const struct store_record_keys *next = &keys->next;
    *renewed = next->mac_version != 0 && next->epoch == head->epoch && next->mac_version == head->key_version;
    if (*renewed || (keys->keys.epoch == head->epoch && keys->keys.mac_version == head->key_version))
        return mv_ok();
    return mv_fail(MV_RECORD_KEYS_DIFFER, NULL);
}

static mv_status look(struct vend *vend, struct store *store, struct receiving *receiving,
                      struct store_record_meter *keys)
{
    const struct vend_return *out = receiving->out;
    struct store_meter *meter = &receiving->meter;
    bool renewed;
    MV_TRY(store_meter_by_pan(store, out->pan, meter));
    MV_TRY(vend_may_touch(&vend->directory, &receiving->identity, VEND_ACCEPT_RETURN, meter->organisation, meter->sgc));
    MV_TRY(store_record_meter_get(store, meter->id, keys));
    return match_keys(keys, &out->head, &renewed);
}

/* The MAC is asked for once the meter is known to be the caller's: what is not is as if it were not there. */
static mv_status prove(struct vend *vend, struct receiving *receiving)
{
    struct store *store = NULL;
    struct store_record_meter keys;
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = store_begin_read(store);
    if (status.ok)
        status = look(vend, store, receiving, &keys);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_recorded(status));
    MV_TRY(status);
    memcpy(receiving->record.domain, keys.domain, sizeof receiving->record.domain);
    return vend_desk_check_return(vend, &receiving->record);
}

/* The same bytes again are no failure: a front-end asks again when it missed the answer. */
static mv_status check_newer(struct store *store, struct receiving *receiving)
{
    struct store_return last;
    struct vend_return *out = receiving->out;
    mv_status found = store_return_last(store, receiving->meter.id, out->head.epoch, &last);
    if (!found.ok)
        return found.reason == MV_RECORD_UNKNOWN ? mv_ok() : found;
    if (out->head.sequence > last.sequence)
        return mv_ok();
    out->replayed = out->head.sequence == last.sequence && last.size == receiving->record.size &&
                    memcmp(last.bytes, receiving->record.bytes, last.size) == 0;
    return out->replayed ? mv_ok() : mv_fail(MV_RETURN_NOT_NEWER, NULL);
}

static mv_status find_question(struct store *store, const struct receiving *receiving, int64_t *read)
{
    struct mv_tlv nonce;
    struct store_record question;
    *read = 0;
    mv_status found = store_record_last_read(store, receiving->meter.id, receiving->out->head.epoch, &question);
    if (!found.ok)
        return found.reason == MV_RECORD_UNKNOWN ? mv_ok() : found;
    if (mv_tlv_find(receiving->body, receiving->body_size, MV_TAG_ECHO, &nonce) &&
        nonce.length == sizeof question.nonce && memcmp(nonce.value, question.nonce, nonce.length) == 0)
        *read = question.id;
    return mv_ok();
}

static mv_status keep(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct receiving *receiving = change->arg;
    struct vend_return *out = receiving->out;
    struct store_record_meter keys;
    struct store_return row = {.epoch = out->head.epoch,
                               .sequence = out->head.sequence,
                               .size = receiving->record.size,
                               .received_at_unix_s = change->now_us / 1000000};
    MV_TRY(vend_may_call(&vend->directory, receiving->caller->principal, VEND_ACCEPT_RETURN, &receiving->identity));
    MV_TRY(look(vend, store, receiving, &keys));
    MV_TRY(match_keys(&keys, &out->head, &out->confirms_keys));
    MV_TRY(check_newer(store, receiving));
    MV_TRY(find_question(store, receiving, &row.answers));
    out->answers_last_read = row.answers != 0;
    if (out->replayed)
        return mv_ok();
    if (out->confirms_keys) {
        keys.account_open = keys.account_open && keys.next.epoch == keys.keys.epoch;
        keys.keys = keys.next;
        keys.next = (struct store_record_keys){.mac_version = 0};
        MV_TRY(store_record_meter_update(store, &keys));
    }
    row.meter = receiving->meter.id;
    row.principal = receiving->identity.id;
    memcpy(row.bytes, receiving->record.bytes, receiving->record.size);
    MV_TRY(store_return_insert(store, &row));
    vend_record_detail(&change->record, "epoch=%u sequence=%u key=%u answers=%d confirms=%d", row.epoch, row.sequence,
                       out->head.key_version, out->answers_last_read, out->confirms_keys);
    change->changed = true;
    return mv_ok();
}

mv_status vend_accept_return(struct vend *vend, const struct vend_caller *caller, const uint8_t *bytes, size_t size,
                             struct vend_return *out)
{
    struct receiving receiving = {.caller = caller, .out = out};
    memset(out, 0, sizeof *out);
    mv_status status = vend_may_call(&vend->directory, caller->principal, VEND_ACCEPT_RETURN, &receiving.identity);
    if (status.ok)
        status = read_form(&receiving, bytes, size);
    if (status.ok)
        status = prove(vend, &receiving);
    if (!status.ok)
        return vend_answer(vend, caller, VEND_ACCEPT_RETURN, vend_form_object(out->pan), status);
    return vend_told(VEND_ACCEPT_RETURN,
                     vend_change_call(vend, caller, VEND_ACCEPT_RETURN, vend_form_object(out->pan), keep, &receiving));
}
