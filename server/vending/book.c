/* What a group leaves in the ledger: its orders, key change sets, and audit records of both. */
#include <stdio.h>
#include <string.h>

#include "store/claims.h"
#include "vending/internal.h"
#include "vending/issued.h"
#include "vending/permission.h"

static void hex(const uint8_t *bytes, size_t count, char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * count] = '\0';
}

/* The tag of a token, or of several, as one value. */
static void describe_tags(const uint8_t *tags, size_t count, struct audit_record *record)
{
    char text[2 * STORE_TAG * STORE_SECTIONS + 1];
    hex(tags, count * STORE_TAG, text);
    vend_note_detail(record, "tag=%s", text);
}

static void describe_key(const char *name, const struct store_key *key, const uint8_t *kcv, struct audit_record *record)
{
    char text[2 * 3 + 1];
    hex(kcv, 3, text);
    vend_note_detail(record, "%ssgc=%s krn=%u kt=%u ti=%u ken=%u ea=%u dkga=%u base=%u kcv=%s", name, key->sgc,
                     key->krn, key->kt, key->ti, key->ken, key->ea, key->dkga, key->base_date, text);
}

static void describe_order(struct vend *vend, const struct vend_item *item, struct audit_record *record)
{
    const struct store_sale *sale = &item->sale;
    char organisation[STORE_NAME + 1];
    vend_organisation_name(&vend->directory, sale->organisation, organisation);
    vend_note_detail(record, "request=%s receipt=%s/%s/%llu tid=%llu subclass=%u requested=%lld encoded=%lld",
                     sale->request_id, organisation, sale->terminal, (unsigned long long)sale->receipt,
                     (unsigned long long)sale->tid, sale->subclass, (long long)sale->requested,
                     (long long)sale->encoded);
    describe_key("", &item->plan.key, sale->vending_kcv, record);
    if (sale->key_change != 0)
        vend_note_detail(record, "key_change=%lld resent=%d", (long long)sale->key_change, !item->plan.fresh);
    if (sale->order != STORE_KEY_CHANGE)
        describe_tags(sale->tag, 1, record);
    if (item->request->pricing != NULL)
        vend_sale_describe(item, record);
    if (item->request->order.free_reason != NULL)
        vend_note_detail(record, "claim=%lld free=%s", (long long)item->request->order.claim,
                         item->request->order.free_reason);
}

static void describe_set(const struct vend_item *item, struct audit_record *record)
{
    const struct store_key_change *set = &item->set;
    vend_note_detail(record, "key_change=%lld approval=%lld", (long long)set->id, (long long)set->approval);
    describe_key("from: ", &set->from, set->from_kcv, record);
    describe_key("to: ", &set->to, set->to_kcv, record);
    describe_tags(set->tags[0], set->count, record);
}

static void describe_target(const struct vend_key_target *target, struct audit_record *record)
{
    vend_note_detail(record, "asked: sgc=%s krn=%u kt=%u ti=%d%s", target->sgc == NULL ? "-" : target->sgc, target->krn,
                     target->kt, target->ti, target->with_sgc ? " with sgc" : "");
}

static void describe_refusal(const struct vend_order_job *request, mv_status refusal, struct audit_record *record)
{
    const struct vend_order *order = &request->order;
    vend_note_outcome(record, refusal);
    vend_note_detail(record, "request=%s terminal=%s", request->request_id, request->terminal);
    switch (order->kind) {
    case VEND_ORDER_CREDIT:
        if (order->free_reason != NULL)
            vend_note_detail(record, "requested=%lld claim=%lld free=%s", (long long)order->quantity.amount,
                             (long long)order->claim, order->free_reason);
        else if (order->priced)
            vend_sale_describe_asked(order, record);
        else
            vend_note_detail(record, "requested=%lld", (long long)order->quantity.amount);
        break;
    case VEND_ORDER_MANAGEMENT:
        vend_note_detail(record, "subclass=%u requested=%llu", order->management.subclass,
                         (unsigned long long)order->management.value);
        break;
    case VEND_ORDER_TEST:
        vend_note_detail(record, "subclass=%u control=%llu manufacturer=%u", order->test.subclass,
                         (unsigned long long)order->test.control, order->test.manufacturer);
        break;
    case VEND_ORDER_KEY_CHANGE:
        describe_target(&order->target, record);
        break;
    }
}

static void write_record(struct vend *vend, const struct vend_group *group, const struct vend_item *item,
                         struct audit_record *record)
{
    if (item->request == NULL) {
        *record = ((const struct vend_refusal_job *)item->job)->record;
    } else {
        const struct vend_order_job *request = item->request;
        vend_note(record, request->named ? request->principal : NULL,
                  vend_permission(vend_call_of_order(&request->order))->action, request->pan);
        if (item->live) {
            vend_note_outcome(record, item->status);
            describe_order(vend, item, record);
        } else {
            describe_refusal(request, item->status, record);
        }
    }
    record->time_unix_us = group->now.real_us;
}

void vend_group_note(struct vend *vend, struct vend_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        struct vend_item *item = &group->items[i];
        if (item->live || item->noted || !vend_noted(item->status))
            continue;
        write_record(vend, group, item, &item->record);
        item->noted = true;
        item->recorded = !vend_repeats_counted(&vend->writer.repeats, &item->record);
    }
}

/* The refusals of store_sale_insert after which the transaction may go on. */
static bool hurts_only_itself(mv_status refusal)
{
    return refusal.reason == MV_REQUEST_ID_REUSED || refusal.reason == MV_TILLS_EXHAUSTED ||
           refusal.reason == MV_INTERNAL_ERROR || refusal.reason == MV_CLAIM_NOT_DUE ||
           refusal.reason == MV_ACCOUNT_EXISTS || refusal.reason == MV_METER_HAS_ACCOUNT;
}

void vend_item_replay(struct vend_item *item, const struct vend_trace *trace)
{
    item->sale = trace->sale;
    item->set = trace->set;
    item->resent = trace->resent;
    item->replayed = true;
    item->live = false;
    item->status = mv_ok();
}

/* Another server on this ledger may have answered the request since it was admitted. */
static mv_status answer_of_another_server(struct vend *vend, struct vend_item *item, mv_status refusal)
{
    mv_status found = vend_find_answer(vend, vend->writer.store, item);
    return !found.ok && found.reason == MV_TOKEN_UNKNOWN ? refusal : found;
}

/* A set that was made for this order, with a record of its own. */
static mv_status book_set(struct vend *vend, const struct vend_group *group, struct vend_item *item)
{
    struct store *store = vend->writer.store;
    struct audit_record record;
    if (item->plan.fresh) {
        MV_TRY(store_key_change_insert(store, &item->set));
        vend_note(&record, item->request->principal, "keychange.issued", item->request->pan);
        vend_note_outcome(&record, mv_ok());
        describe_set(item, &record);
        record.time_unix_us = group->now.real_us;
        MV_TRY(store_audit_append(store, &record));
    }
    item->sale.key_change = item->plan.has_set ? item->set.id : 0;
    return mv_ok();
}

/* What is refused after its set or its bill is in the transaction spoils it, and so does a priced one that others were
 * priced after; so the till, which any request may name, comes first. */
static mv_status insert(struct vend *vend, struct vend_group *group, struct vend_item *item)
{
    struct store *store = vend->writer.store;
    const struct vend_order *order = &item->request->order;
    bool priced = item->request->pricing != NULL;
    group->spoiled = priced || order->free_reason != NULL;
    if (item->plan.fresh)
        MV_TRY(store_till_open(store, &item->sale));
    group->spoiled = group->spoiled || item->plan.fresh;
    if (priced && order->purchase.opens != NULL)
        MV_TRY(vend_sale_open(store, item, group->now.real_us));
    MV_TRY(book_set(vend, group, item));
    MV_TRY(store_sale_insert(store, &item->sale));
    if (order->free_reason != NULL)
        return store_free_issue_insert(store, item->sale.id, order->free_reason, order->claim);
    return priced ? vend_sale_book(store, item) : mv_ok();
}

static mv_status book_order(struct vend *vend, struct vend_group *group, struct vend_item *item)
{
    struct store *store = vend->writer.store;
    mv_status status = insert(vend, group, item);
    if (!status.ok && !hurts_only_itself(status)) {
        group->spoiled = false; /* everybody's failure: nothing is tried again */
        return status;
    }
    /* everything again, without this item */
    group->spoiled = group->spoiled && !status.ok;
    bool repeated = !status.ok && status.reason == MV_REQUEST_ID_REUSED;
    if (repeated)
        status = answer_of_another_server(vend, item, status);
    item->status = status;
    item->live = status.ok && !repeated;
    if (group->spoiled)
        return mv_fail(MV_METER_CHANGED, NULL);
    if (repeated && (status.ok || vend_is_ledger_failure(status)))
        return status;
    write_record(vend, group, item, &item->record);
    if (!status.ok && vend_repeats_counted(&vend->writer.repeats, &item->record))
        return mv_ok();
    return store_audit_append(store, &item->record);
}

mv_status vend_group_book(struct vend *vend, struct vend_group *group)
{
    struct store *store = vend->writer.store;
    vend_group_note(vend, group); /* those that were refused inside the transaction */
    for (size_t i = 0; i < group->count; i++) {
        struct vend_item *item = &group->items[i];
        if (item->live)
            MV_TRY(book_order(vend, group, item));
        else if (item->recorded)
            MV_TRY(store_audit_append(store, &item->record));
    }
    return vend_repeats_write(&vend->writer.repeats, store, group->now.real_us, false);
}
