/* What a group leaves in the ledger: its sales and their audit records. */
#include <stdio.h>
#include <string.h>

#include "vending/internal.h"
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

static void describe_sale(struct vend *vend, const struct vend_item *item, struct audit_record *record)
{
    const struct store_sale *sale = &item->sale;
    char organisation[STORE_NAME + 1];
    char tag[2 * STORE_TAG + 1];
    char kcv[2 * sizeof sale->vending_kcv + 1];
    vend_organisation_name(&vend->directory, sale->organisation, organisation);
    hex(sale->tag, sizeof sale->tag, tag);
    hex(sale->vending_kcv, sizeof sale->vending_kcv, kcv);
    vend_record_detail(record, "request=%s receipt=%s/%s/%llu tid=%llu subclass=%u requested=%lld encoded=%lld",
                       sale->request_id, organisation, sale->terminal, (unsigned long long)sale->receipt,
                       (unsigned long long)sale->tid, sale->subclass, (long long)sale->requested,
                       (long long)sale->encoded);
    vend_record_detail(record, "sgc=%s krn=%u kt=%u ti=%u ken=%u ea=%u dkga=%u base=%u kcv=%s tag=%s", sale->sgc,
                       sale->krn, sale->kt, sale->ti, sale->ken, sale->ea, sale->dkga, sale->base_date, kcv, tag);
}

static void describe_refusal(const struct vend_sale_job *request, mv_status refusal, struct audit_record *record)
{
    vend_record_outcome(record, refusal);
    vend_record_detail(record, "request=%s terminal=%s requested=%lld", request->request_id, request->terminal,
                       (long long)request->quantity.amount);
}

static void write_record(struct vend *vend, const struct vend_group *group, const struct vend_item *item,
                         struct audit_record *record)
{
    if (item->request == NULL) {
        *record = ((const struct vend_refusal_job *)item->job)->record;
    } else {
        const struct vend_sale_job *request = item->request;
        vend_record(record, request->named ? request->principal : NULL, vend_permission(VEND_ISSUE_CREDIT)->action,
                    request->pan);
        if (item->live) {
            vend_record_outcome(record, item->status);
            describe_sale(vend, item, record);
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
        if (item->live || item->noted || !vend_recorded(item->status))
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
           refusal.reason == MV_INTERNAL_ERROR;
}

/* Another server on this ledger may have answered the request since it was admitted. */
static bool answered_elsewhere(struct store *store, struct vend_item *item)
{
    struct store_sale stored;
    if (!store_sale_by_request(store, item->seller.id, item->request->request_id, &stored).ok ||
        memcmp(stored.digest, item->request->digest, VEND_DIGEST) != 0)
        return false;
    item->sale = stored;
    item->replayed = true;
    item->live = false;
    item->status = mv_ok();
    return true;
}

static mv_status book_sale(struct vend *vend, const struct vend_group *group, struct vend_item *item)
{
    struct store *store = vend->writer.store;
    mv_status status = store_sale_insert(store, &item->sale);
    if (!status.ok && !hurts_only_itself(status))
        return status;
    if (!status.ok && status.reason == MV_REQUEST_ID_REUSED && answered_elsewhere(store, item))
        return mv_ok();
    item->status = status;
    item->live = status.ok;
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
            MV_TRY(book_sale(vend, group, item));
        else if (item->recorded)
            MV_TRY(store_audit_append(store, &item->record));
    }
    return vend_repeats_write(&vend->writer.repeats, store, group->now.real_us, false);
}
