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
    if (size == 0 || size > sizeof record->bytes)
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

/* Which keys the meter has by this return: its epoch, and the versions that it shows. */
static bool shows(const struct receiving *receiving, const struct store_record_keys *keys)
{
    const struct mv_record_head *head = &receiving->out->head;
    struct mv_tlv versions;
    if (keys->mac_version == 0 || keys->epoch != head->epoch || keys->mac_version != head->key_version)
        return false;
    return mv_tlv_find(receiving->body, receiving->body_size, MV_TAG_VERSIONS, &versions) && versions.length == 2 &&
           versions.value[0] == keys->mac_version && versions.value[1] == keys->enc_version;
}

/* Those on file, those that a renewal leads to, or those that an engineer said it does not have. What it turns out to
 * have becomes what is on file. RECORD_KEYS_DIFFER. */
static mv_status match_keys(const struct receiving *receiving, struct store_record_meter *keys, bool *changed)
{
    static const struct store_record_keys none = {.mac_version = 0};
    struct store_record_keys now = keys->keys;
    *changed = true;
    if (shows(receiving, &keys->next))
        now = keys->next;
    else if (shows(receiving, &keys->other))
        now = keys->other;
    else if (shows(receiving, &keys->keys))
        *changed = false;
    else
        return mv_fail(MV_RECORD_KEYS_DIFFER, NULL);
    if (*changed) {
        keys->account_open = keys->account_open && now.epoch == keys->keys.epoch;
        keys->keys = now;
        keys->next = keys->other = none;
    }
    return mv_ok();
}

static mv_status look(struct vend *vend, struct store *store, struct receiving *receiving,
                      struct store_record_meter *keys)
{
    const struct vend_return *out = receiving->out;
    struct store_meter *meter = &receiving->meter;
    MV_TRY(store_meter_by_pan(store, out->pan, meter));
    MV_TRY(vend_may_touch(&vend->directory, &receiving->identity, VEND_ACCEPT_RETURN, meter->organisation, meter->sgc));
    return store_record_meter_get(store, meter->id, keys);
}

/* The MAC is asked for once the meter is known to be the caller's: what is not is as if it were not there. */
static mv_status prove(struct vend *vend, struct receiving *receiving)
{
    struct store *store = NULL;
    struct store_record_meter keys;
    bool changed;
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = store_begin_read(store);
    if (status.ok)
        status = look(vend, store, receiving, &keys);
    if (status.ok)
        status = match_keys(receiving, &keys, &changed);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    MV_TRY(status);
    memcpy(receiving->record.domain, keys.domain, sizeof receiving->record.domain);
    return vend_record_check(vend, receiving->caller->deadline_ns, &receiving->record);
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

static mv_status find_question(struct store *store, struct receiving *receiving, int64_t *read)
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
    receiving->out->answers_last_read = *read != 0;
    if (*read == 0)
        return mv_ok();
    return store_record_before(store, &question, MV_KIND_PURCHASE, &receiving->out->judges_purchases_to);
}

/* A number that the meter took and the ledger does not know is not signed again. */
static mv_status raise_floor(struct store *store, struct receiving *receiving, uint8_t kind, uint32_t shown)
{
    uint32_t last;
    uint16_t epoch = receiving->out->head.epoch;
    MV_TRY(store_record_last(store, receiving->meter.id, epoch, kind, &last));
    if (shown <= last)
        return mv_ok();
    receiving->out->ledger_behind = true;
    return store_record_floor(store, receiving->meter.id, epoch, kind, shown);
}

static mv_status raise_floors(struct store *store, struct receiving *receiving)
{
    enum { KINDS = 4, BYTES = 4 };
    struct mv_tlv tlv;
    if (mv_tlv_find(receiving->body, receiving->body_size, MV_TAG_PURCHASE_SEQUENCE, &tlv))
        MV_TRY(raise_floor(store, receiving, MV_KIND_PURCHASE, (uint32_t)mv_tlv_number(&tlv)));
    if (!mv_tlv_find(receiving->body, receiving->body_size, MV_TAG_SEQUENCES, &tlv) || tlv.length != KINDS * BYTES)
        return mv_ok();
    for (unsigned i = 0; i < KINDS; i++) {
        const struct mv_tlv one = {.length = BYTES, .value = tlv.value + (size_t)i * BYTES};
        MV_TRY(raise_floor(store, receiving, (uint8_t)(MV_KIND_PARAMETERS + i), (uint32_t)mv_tlv_number(&one)));
    }
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
    MV_TRY(match_keys(receiving, &keys, &out->confirms_keys));
    MV_TRY(check_newer(store, receiving));
    MV_TRY(find_question(store, receiving, &row.answers));
    row.meter = receiving->meter.id;
    if (out->replayed)
        return vend_void_tell(store, &row, out);
    if (out->confirms_keys)
        MV_TRY(store_record_meter_update(store, &keys));
    MV_TRY(raise_floors(store, receiving));
    row.principal = receiving->identity.id;
    memcpy(row.bytes, receiving->record.bytes, receiving->record.size);
    MV_TRY(store_return_insert(store, &row));
    MV_TRY(vend_void_settle(store, &row, &change->record));
    MV_TRY(vend_void_tell(store, &row, out));
    vend_note_detail(&change->record, "epoch=%u sequence=%u key=%u answers=%d confirms=%d%s", row.epoch, row.sequence,
                     out->head.key_version, out->answers_last_read, out->confirms_keys,
                     out->ledger_behind ? " ledger=behind" : "");
    for (size_t i = 0; i < out->void_count; i++)
        vend_note_detail(&change->record, "void=%u by=%u taken=%d", out->voids[i].sequence, out->voids[i].voided_by,
                         out->voids[i].taken);
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
