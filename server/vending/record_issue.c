/* Signing native records: read what is due, seal it in the key process, commit it if nothing came between. */
#include <string.h>

#include "base/digest.h"
#include "base/wire.h"
#include "store/claims.h"
#include "store/voids.h"
#include "vending/content.h"
#include "vending/desk_parts.h"
#include "vending/internal.h"
#include "vending/record_parts.h"

enum { TRIES = 8, UNIX_2014 = 1388534400, DIGEST_FORM = 3, DIGEST_LONGEST = 4096 };

/* One attempt. */
struct signing {
    const struct vend_caller *caller;
    struct vend_record_order own; /* as it was asked; of a priced one, what it brings is filled in */
    const struct vend_record_order *order;
    struct vend_record_sale *sale; /* priced, else NULL */
    struct vend_identity identity;
    uint8_t digest[VEND_DIGEST];
    struct store_meter meter;
    struct store_record_meter keys;
    uint32_t last; /* sequence signed so far */
    int64_t now_unix_s;
    struct vend_record_facts facts;
    struct hsmd_record sealed[VEND_RECORD_PARTS];
    bool overtaken; /* somebody signed or changed something meanwhile: to be tried again */
    struct vend_records *out;
};

/* ---- form ---- */

static mv_status check_form(const struct vend_record_order *order)
{
    MV_TRY(vend_form_name(order->request_id, STORE_REQUEST_ID, "request_id"));
    MV_TRY(vend_form_pan(order->pan));
    if (order->parts < 1 || order->parts > VEND_RECORD_PARTS)
        return mv_fail(MV_INVALID_FIELD, "parts");
    MV_TRY(vend_void_form(order));
    if (order->priced && order->kind != MV_KIND_PURCHASE)
        return mv_fail(MV_INVALID_FIELD, "sale");
    bool said = order->kind == MV_KIND_PURCHASE && order->purchase != MV_PURCHASE_REPLACEMENT && !order->priced;
    int64_t least = said ? 1 : 0;
    if (order->quantity.amount < least)
        return mv_fail(MV_INVALID_FIELD, "quantity");
    return order->arrears >= 0 ? mv_ok() : mv_fail(MV_INVALID_FIELD, "arrears_added");
}

/* Who sells neither puts debt on customers nor takes sales back. */
static mv_status check_role(const struct vend_identity *identity, const struct vend_record_order *order)
{
    uint32_t roles = vend_record_roles(order->kind);
    if ((roles & identity->roles) == 0)
        return mv_fail(MV_ROLE_MISSING, "kind");
    if ((identity->roles & vend_role_bit(VEND_SUPERVISOR)) != 0)
        return mv_ok();
    if (order->voids != 0)
        return mv_fail(MV_ROLE_MISSING, "voids");
    return order->arrears == 0 ? mv_ok() : mv_fail(MV_ROLE_MISSING, "arrears_added");
}

/* Over the bodies with no facts in them, and what stands outside of them. */
static mv_status digest_order(const struct signing *signing, uint8_t digest[VEND_DIGEST])
{
    const struct vend_record_order *order = signing->order;
    uint8_t bytes[DIGEST_LONGEST];
    struct mv_writer writer = mv_writer_on(bytes, sizeof bytes);
    mv_put_u8(&writer, DIGEST_FORM);
    mv_put_u8(&writer, (uint8_t)order->kind);
    mv_put_text(&writer, order->pan);
    mv_put_u8(&writer, (uint8_t)order->quantity.unit);
    mv_put_u64(&writer, (uint64_t)order->quantity.amount);
    mv_put_u8(&writer, (uint8_t)(order->renews + 2 * order->next_epoch + 4 * order->names_last_read));
    mv_put_u8(&writer, (uint8_t)(order->purchase + (order->priced ? 4 : 0) + (order->voids != 0 ? 8 : 0) +
                                 (order->has_client ? 16 : 0) + (order->abandons_unread ? 32 : 0) +
                                 (order->retires ? 64 : 0) + (order->has_card ? 128 : 0)));
    if (order->has_card)
        mv_put_bytes(&writer, order->card, sizeof order->card);
    if (order->voids != 0)
        mv_put_u32(&writer, order->voids);
    if (order->priced)
        mv_put_bytes(&writer, vend_record_sale_digest(signing->sale), VEND_DIGEST);
    mv_put_u64(&writer, (uint64_t)order->arrears);
    mv_put_bytes(&writer, order->client, sizeof order->client);
    mv_put_u8(&writer, order->mac_version);
    mv_put_u8(&writer, order->enc_version);
    for (uint8_t i = 0; i < order->parts; i++) {
        const struct vend_record_facts none = {
            .part = i, .parts = order->parts, .amount = order->quantity.amount, .arrears = order->arrears};
        struct mv_record_head head = {.kind = (uint8_t)order->kind};
        struct mv_record_writer body;
        memcpy(head.pan, order->pan, sizeof head.pan);
        mv_record_begin(&body, &head);
        order->body(order->self, &none, &body);
        if (mv_record_end(&body) != MV_DONE)
            return mv_fail(MV_REQUEST_TOO_LARGE, "content");
        mv_put_bytes(&writer, body.bytes + MV_RECORD_HEAD, (size_t)body.size - MV_RECORD_HEAD);
    }
    return mv_writer_ok(&writer) ? mv_sha256(bytes, writer.used, digest) : mv_fail(MV_INTERNAL_ERROR, "digest");
}

/* ---- what was signed before ---- */

static mv_status take_part(void *self, const struct store_record *row)
{
    struct signing *signing = self;
    struct vend_records *out = signing->out;
    if (memcmp(row->digest, signing->digest, sizeof row->digest) != 0)
        return mv_fail(MV_REQUEST_ID_REUSED, NULL);
    if (out->count == VEND_RECORD_PARTS)
        return mv_fail(MV_LEDGER_CORRUPT, "record parts");
    if (out->count == 0)
        vend_record_answer(row, out);
    vend_record_part(row, out);
    return mv_ok();
}

/* RECORD_UNKNOWN when the id is new. */
static mv_status find_answer(struct vend *vend, struct store *store, struct signing *signing)
{
    struct vend_records *out = signing->out;
    memset(out, 0, sizeof *out);
    MV_TRY(store_records_by_request(store, signing->identity.id, signing->order->request_id, take_part, signing));
    if (out->count == 0)
        return mv_fail(MV_RECORD_UNKNOWN, NULL);
    out->replayed = true;
    vend_copy(out->pan, sizeof out->pan, signing->meter.pan);
    vend_principal_name(&vend->directory, signing->identity.id, out->principal);
    return mv_ok();
}

/* ---- what is due ---- */

/* A suspended meter is still read, set and cut off; one that is retired is not spoken to, nor is one without keys. */
static mv_status check_meter(const struct signing *signing)
{
    if (signing->order->kind == MV_KIND_PURCHASE)
        return vend_rule_meter(&signing->meter);
    uint8_t state = signing->meter.state;
    return state == VEND_METER_RETIRED || state == VEND_METER_MADE ? mv_fail(MV_METER_NOT_ACTIVE, NULL) : mv_ok();
}

/* A replacement may bring nothing but what was sold before. What a priced purchase brings is what it costs now. */
static mv_status check_credit(struct vend *vend, struct store *store, const struct signing *signing,
                              struct vend_quantity *brings)
{
    const struct vend_record_order *order = signing->order;
    *brings = order->quantity;
    if (order->kind != MV_KIND_PURCHASE)
        return mv_ok();
    if (order->priced) {
        MV_TRY(vend_record_sale_price(vend, store, signing->sale, &signing->identity, signing->now_unix_s, brings));
        bool other = order->foretold && brings->amount != order->brings;
        return other ? mv_fail(MV_PRICE_CHANGED, "quantity") : mv_ok();
    }
    if (order->quantity.amount == 0)
        return mv_ok();
    MV_TRY(vend_sale_check_meter(store, signing->meter.id));
    return vend_credit_needs_price(store, signing->identity.organisation);
}

/* One renewal at a time; and a new epoch forgets purchases that the meter has not taken. */
static mv_status check_renewal(struct store *store, const struct signing *signing)
{
    const struct vend_record_order *order = signing->order;
    bool unread;
    if (signing->keys.next.mac_version != 0)
        return mv_fail(MV_RECORD_KEYS_PENDING, NULL);
    if (!order->next_epoch)
        return mv_ok();
    if (signing->keys.keys.epoch == UINT16_MAX)
        return mv_fail(MV_RECORD_KEYS_DIFFER, "epoch");
    MV_TRY(vend_record_unread(store, &signing->keys, &unread));
    return unread && !order->abandons_unread ? mv_fail(MV_PURCHASES_UNREAD, NULL) : mv_ok();
}

static mv_status find_read(struct store *store, struct signing *signing)
{
    struct store_record read;
    MV_TRY(store_record_last_read(store, signing->meter.id, signing->keys.keys.epoch, &read));
    memcpy(signing->facts.nonce, read.nonce, sizeof signing->facts.nonce);
    return mv_ok();
}

/* What was signed is told again; whether it is of use still is another matter. */
static mv_status check_epoch(struct store *store, struct signing *signing)
{
    if (!signing->order->of_this_epoch)
        return mv_ok();
    MV_TRY(store_record_meter_get(store, signing->meter.id, &signing->keys));
    return signing->out->epoch == signing->keys.keys.epoch ? mv_ok() : mv_fail(MV_RECORD_KEYS_DIFFER, "epoch");
}

static mv_status note_time(struct vend *vend, struct signing *signing)
{
    struct vend_now now;
    MV_TRY(vend_clock_now(&vend->clock, &now));
    signing->now_unix_s = now.issue_s;
    return mv_ok();
}

static mv_status look(struct vend *vend, struct store *store, struct signing *signing)
{
    const struct vend_record_order *order = signing->order;
    MV_TRY(store_meter_by_pan(store, order->pan, &signing->meter));
    MV_TRY(vend_may_touch(&vend->directory, &signing->identity, VEND_ISSUE_RECORD, signing->meter.organisation,
                          signing->meter.sgc));
    mv_status found = find_answer(vend, store, signing);
    if (found.ok)
        return check_epoch(store, signing);
    if (found.reason != MV_RECORD_UNKNOWN)
        return found;
    MV_TRY(store_request_check(store, signing->identity.id, order->request_id));
    MV_TRY(check_meter(signing));
    MV_TRY(note_time(vend, signing)); /* prices are of a moment */
    MV_TRY(check_credit(vend, store, signing, &signing->own.quantity));
    MV_TRY(store_record_meter_get(store, signing->meter.id, &signing->keys));
    if (order->renews)
        MV_TRY(check_renewal(store, signing));
    if (order->names_last_read)
        MV_TRY(find_read(store, signing));
    MV_TRY(store_record_last(store, signing->meter.id, signing->keys.keys.epoch, (uint8_t)order->kind, &signing->last));
    if (order->kind != MV_KIND_PURCHASE)
        return mv_ok();
    return vend_record_account(store, order, &signing->meter, &signing->keys, signing->last, &signing->facts);
}

static mv_status look_in_snapshot(struct vend *vend, struct signing *signing)
{
    struct store *store = NULL;
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = store_begin_read(store);
    if (status.ok)
        status = look(vend, store, signing);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return status;
}

/* ---- sealing ---- */

/* The versions and the epoch that the meter has after a renewal. */
static struct store_record_keys renewed(const struct signing *signing)
{
    const struct vend_record_order *order = signing->order;
    struct store_record_keys keys = signing->keys.keys;
    if (order->mac_version != 0)
        keys.mac_version = order->mac_version;
    if (order->enc_version != 0)
        keys.enc_version = order->enc_version;
    if (order->next_epoch)
        keys.epoch++;
    return keys;
}

static mv_status write_part(struct signing *signing, uint8_t part)
{
    const struct vend_record_order *order = signing->order;
    struct hsmd_record *sealed = &signing->sealed[part];
    struct mv_record_writer writer;
    struct mv_record_head head = {.kind = (uint8_t)order->kind,
                                  .key_version = signing->keys.keys.mac_version,
                                  .epoch = signing->keys.keys.epoch,
                                  .sequence = signing->last + 1 + part,
                                  .issued_min = (uint32_t)((signing->now_unix_s - UNIX_2014) / 60)};
    memcpy(head.pan, signing->meter.pan, sizeof head.pan);
    signing->facts.part = part;
    mv_record_begin(&writer, &head);
    order->body(order->self, &signing->facts, &writer);
    if (mv_record_end(&writer) != MV_DONE)
        return mv_fail(MV_REQUEST_TOO_LARGE, "content");
    memcpy(sealed->domain, signing->keys.domain, sizeof sealed->domain);
    memcpy(sealed->bytes, writer.bytes, writer.size);
    sealed->size = writer.size;
    return mv_ok();
}

static mv_status ask_key_process(struct vend *vend, struct signing *signing)
{
    const struct vend_record_order *order = signing->order;
    if (order->renews) {
        struct store_record_keys next = renewed(signing);
        return vend_record_renew(vend, signing->caller->deadline_ns, &signing->sealed[0], &next,
                                 signing->keys.keys.enc_version);
    }
    return vend_record_seal(vend, signing->caller->deadline_ns, signing->sealed, order->parts);
}

static mv_status gather(struct vend *vend, struct signing *signing)
{
    const struct vend_record_order *order = signing->order;
    MV_TRY(note_time(vend, signing));
    if (signing->now_unix_s < UNIX_2014 || signing->last > UINT32_MAX - VEND_RECORD_PARTS)
        return mv_fail(MV_INTERNAL_ERROR, "record sequence");
    signing->facts.parts = order->parts;
    signing->facts.amount = order->quantity.amount;
    signing->facts.arrears = order->arrears;
    signing->facts.set_id = signing->last + 1;
    signing->facts.has_card = order->has_card;
    memcpy(signing->facts.card, order->card, sizeof signing->facts.card);
    signing->facts.credit_register = vend_record_register(&signing->meter);
    signing->facts.next = renewed(signing);
    return mv_ok();
}

static mv_status write_parts(struct signing *signing)
{
    for (uint8_t i = 0; i < signing->order->parts; i++)
        MV_TRY(write_part(signing, i));
    return mv_ok();
}

static mv_status seal(struct vend *vend, struct signing *signing)
{
    MV_TRY(gather(vend, signing));
    if (signing->order->kind == MV_KIND_READ)
        MV_TRY(
            vend_record_random(vend, signing->caller->deadline_ns, signing->facts.nonce, sizeof signing->facts.nonce));
    MV_TRY(write_parts(signing));
    return ask_key_process(vend, signing);
}

/* ---- committing ---- */

static bool same_keys(const struct store_record_keys *a, const struct store_record_keys *b)
{
    return a->mac_version == b->mac_version && a->enc_version == b->enc_version && a->epoch == b->epoch;
}

/* What was looked at is still so; else the sealed records are forgotten, and nobody has seen them. */
static mv_status check_again(struct vend *vend, struct store *store, struct signing *signing)
{
    struct vend_quantity brings;
    struct store_meter meter;
    struct store_record_meter keys;
    uint32_t last;
    const struct store_record_meter *seen = &signing->keys;
    MV_TRY(store_meter_by_id(store, signing->meter.id, &meter));
    MV_TRY(check_credit(vend, store, signing, &brings));
    MV_TRY(store_record_meter_get(store, signing->meter.id, &keys));
    MV_TRY(store_record_last(store, signing->meter.id, seen->keys.epoch, (uint8_t)signing->order->kind, &last));
    signing->overtaken = meter.state != signing->meter.state || meter.key_version != signing->meter.key_version ||
                         last != signing->last || keys.account_open != seen->account_open ||
                         brings.unit != signing->order->quantity.unit ||
                         brings.amount != signing->order->quantity.amount || !same_keys(&keys.keys, &seen->keys) ||
                         !same_keys(&keys.next, &seen->next);
    return mv_ok();
}

static mv_status keep_part(struct store *store, struct signing *signing, uint8_t part)
{
    const struct vend_record_order *order = signing->order;
    const struct hsmd_record *sealed = &signing->sealed[part];
    struct store_record row = {.meter = signing->meter.id,
                               .epoch = signing->keys.keys.epoch,
                               .kind = (uint8_t)order->kind,
                               .sequence = signing->last + 1 + part,
                               .principal = signing->identity.id,
                               .part = (uint8_t)(part + 1),
                               .parts = order->parts,
                               .amount = order->kind == MV_KIND_PURCHASE ? order->quantity.amount : 0,
                               .arrears = order->arrears,
                               .size = sealed->size,
                               .issued_at_unix_s = signing->now_unix_s};
    vend_copy(row.request_id, sizeof row.request_id, order->request_id);
    memcpy(row.digest, signing->digest, sizeof row.digest);
    memcpy(row.nonce, signing->facts.nonce, sizeof row.nonce);
    memcpy(row.bytes, sealed->bytes, sealed->size);
    MV_TRY(store_record_insert(store, &row));
    if (part == 0)
        vend_record_answer(&row, signing->out);
    vend_record_part(&row, signing->out);
    return mv_ok();
}

static mv_status keep_all(struct vend *vend, struct store *store, struct signing *signing)
{
    const struct vend_record_order *order = signing->order;
    struct vend_records *out = signing->out;
    memset(out, 0, sizeof *out);
    for (uint8_t i = 0; i < order->parts; i++)
        MV_TRY(keep_part(store, signing, i));
    if (signing->sale != NULL)
        MV_TRY(vend_record_sale_book(store, signing->sale, signing->now_unix_s));
    if (order->voids != 0)
        MV_TRY(
            store_void_insert(store, signing->meter.id, signing->keys.keys.epoch, out->first_sequence, order->voids));
    vend_copy(out->pan, sizeof out->pan, signing->meter.pan);
    vend_principal_name(&vend->directory, signing->identity.id, out->principal);
    bool opens = order->kind == MV_KIND_PURCHASE && order->purchase == MV_PURCHASE_OPEN;
    if (opens)
        signing->keys.account_open = true;
    if (order->renews)
        signing->keys.next = renewed(signing);
    if (opens || order->renews)
        MV_TRY(store_record_meter_update(store, &signing->keys));
    /* nothing is sold any more to a meter that is told to forget its keys */
    bool suspends = order->retires && signing->meter.state == VEND_METER_ACTIVE;
    return suspends ? store_meter_state_set(store, signing->meter.id, VEND_METER_SUSPENDED) : mv_ok();
}

/* All that was said, and a hash of every byte that was signed: a row that is changed later does not fit it. */
static mv_status describe(struct vend *vend, const struct signing *signing, struct audit_record *record)
{
    const struct vend_record_order *order = signing->order;
    const struct vend_records *out = signing->out;
    uint8_t bytes[VEND_RECORD_PARTS * MV_RECORD_MAX];
    uint8_t digest[VEND_DIGEST];
    size_t used = 0;
    for (size_t i = 0; i < out->count; i++) {
        memcpy(bytes + used, out->parts[i].bytes, out->parts[i].size);
        used += out->parts[i].size;
    }
    MV_TRY(mv_sha256(bytes, used, digest));
    vend_note_detail(record, "request=%s kind=%u epoch=%u sequence=%u parts=%u key=%u", order->request_id, order->kind,
                     signing->keys.keys.epoch, signing->last + 1, order->parts, signing->keys.keys.mac_version);
    if (order->kind == MV_KIND_PURCHASE)
        vend_note_detail(record, "amount=%lld arrears=%lld unread=%u", (long long)out->amount,
                         (long long)order->arrears, signing->facts.unread_count);
    if (order->voids != 0)
        vend_note_detail(record, "voids=%u", order->voids);
    if (order->said[0] != '\0')
        vend_note_detail(record, "%s", order->said);
    vend_note_detail(record, "sha256=");
    for (size_t i = 0; i < sizeof digest; i++)
        vend_note_append(record, "%02x", digest[i]);
    /* last: with long names there is no room for all of it, and the ledger says it too */
    if (signing->sale != NULL)
        vend_record_sale_describe(vend, signing->sale, record);
    return mv_ok();
}

static mv_status keep(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct signing *signing = change->arg;
    const struct vend_record_order *order = signing->order;
    MV_TRY(vend_may_call(&vend->directory, signing->caller->principal, VEND_ISSUE_RECORD, &signing->identity));
    MV_TRY(check_role(&signing->identity, order));
    mv_status found = find_answer(vend, store, signing);
    if (found.ok || found.reason != MV_RECORD_UNKNOWN)
        return found;
    MV_TRY(store_request_check(store, signing->identity.id, order->request_id));
    MV_TRY(vend_may_touch(&vend->directory, &signing->identity, VEND_ISSUE_RECORD, signing->meter.organisation,
                          signing->meter.sgc));
    MV_TRY(check_again(vend, store, signing));
    if (signing->overtaken)
        return mv_ok();
    MV_TRY(keep_all(vend, store, signing));
    MV_TRY(describe(vend, signing, &change->record));
    change->state.last_time_unix_s =
        signing->now_unix_s > change->state.last_time_unix_s ? signing->now_unix_s : change->state.last_time_unix_s;
    change->changed = change->state_changed = true;
    return mv_ok();
}

/* ---- the call ---- */

static mv_status prepare(struct vend *vend, struct signing *signing)
{
    MV_TRY(vend_may_call(&vend->directory, signing->caller->principal, VEND_ISSUE_RECORD, &signing->identity));
    MV_TRY(check_role(&signing->identity, signing->order));
    MV_TRY(check_form(signing->order));
    if (signing->order->priced)
        MV_TRY(vend_record_sale_open(signing->caller, signing->order, &signing->sale));
    return digest_order(signing, signing->digest);
}

static mv_status sign(struct vend *vend, struct signing *signing)
{
    MV_TRY(look_in_snapshot(vend, signing));
    return signing->out->count > 0 ? mv_ok() : seal(vend, signing);
}

mv_status vend_issue_record(struct vend *vend, const struct vend_caller *caller, const struct vend_record_order *order,
                            struct vend_records *records)
{
    struct signing signing = {.caller = caller, .own = *order, .out = records};
    const char *object = vend_form_object(order->pan);
    signing.order = &signing.own;
    memset(records, 0, sizeof *records);
    mv_status status = prepare(vend, &signing);
    for (unsigned i = 0; i < TRIES && status.ok; i++) {
        signing.overtaken = false;
        status = sign(vend, &signing);
        if (!status.ok || records->count > 0)
            break;
        status = vend_change_call(vend, caller, VEND_ISSUE_RECORD, object, keep, &signing);
        if (!status.ok || !signing.overtaken) {
            vend_record_sale_close(signing.sale);
            return vend_told(VEND_ISSUE_RECORD, status);
        }
    }
    vend_record_sale_close(signing.sale);
    if (status.ok && records->count == 0)
        status = mv_fail(MV_METER_CHANGED, NULL);
    return vend_answer(vend, caller, VEND_ISSUE_RECORD, object, status);
}

static mv_status weigh(struct vend *vend, struct signing *signing, uint32_t *bytes)
{
    const struct vend_records *signed_before = signing->out;
    MV_TRY(prepare(vend, signing));
    MV_TRY(look_in_snapshot(vend, signing));
    for (size_t i = 0; i < signed_before->count; i++)
        *bytes += signed_before->parts[i].size + 1U;
    if (signed_before->count > 0)
        return mv_ok();
    MV_TRY(gather(vend, signing));
    MV_TRY(write_parts(signing));
    for (uint8_t i = 0; i < signing->order->parts; i++)
        *bytes += signing->sealed[i].size + MV_RECORD_MAC + 1U;
    return mv_ok();
}

mv_status vend_weigh_record(struct vend *vend, const struct vend_caller *caller, const struct vend_record_order *order,
                            uint32_t *bytes)
{
    struct vend_records before = {.count = 0};
    struct signing signing = {.caller = caller, .own = *order, .out = &before};
    signing.order = &signing.own;
    *bytes = 0;
    mv_status status = weigh(vend, &signing, bytes);
    vend_record_sale_close(signing.sale);
    return vend_answer(vend, caller, VEND_ISSUE_RECORD, vend_form_object(order->pan), status);
}

static enum vend_unit unit_of_meter(const struct store_meter *meter)
{
    return meter->currency ? VEND_UNIT_CURRENCY_E5 : vend_unit_of((enum vend_utility)meter->utility);
}

static mv_status find_quantity(struct vend *vend, struct signing *signing, struct vend_quantity *brings)
{
    MV_TRY(prepare(vend, signing));
    MV_TRY(look_in_snapshot(vend, signing));
    *brings = signing->own.quantity;
    if (signing->out->count > 0)
        *brings = (struct vend_quantity){unit_of_meter(&signing->meter), signing->out->amount};
    return mv_ok();
}

mv_status vend_price_record(struct vend *vend, const struct vend_caller *caller, const struct vend_record_order *order,
                            struct vend_quantity *brings)
{
    struct vend_records before = {.count = 0};
    struct signing signing = {.caller = caller, .own = *order, .out = &before};
    signing.order = &signing.own;
    mv_status status = find_quantity(vend, &signing, brings);
    vend_record_sale_close(signing.sale);
    return vend_answer(vend, caller, VEND_ISSUE_RECORD, vend_form_object(order->pan), status);
}
