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

static void write_record(struct vend *vend, const struct vend_item *item, struct audit_record *record)
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
    record->time_unix_us = vend->writer.now.real_us;
}

void vend_group_note(struct vend *vend)
{
    struct vend_writer *writer = &vend->writer;
    for (size_t i = 0; i < writer->count; i++) {
        struct vend_item *item = &writer->items[i];
        if (item->live || item->noted || !vend_recorded(item->status))
            continue;
        write_record(vend, item, &item->record);
        item->noted = true;
        item->recorded = !vend_repeats_counted(&writer->repeats, &item->record);
    }
}

/* The refusals of store_sale_insert after which the transaction may go on. */
static bool hurts_only_itself(mv_status refusal)
{
    return refusal.reason == MV_REQUEST_ID_REUSED || refusal.reason == MV_TILLS_EXHAUSTED ||
           refusal.reason == MV_INTERNAL_ERROR;
}

static mv_status book_sale(struct vend *vend, struct vend_item *item)
{
    struct vend_writer *writer = &vend->writer;
    mv_status status = store_sale_insert(writer->store, &item->sale);
    if (!status.ok && !hurts_only_itself(status))
        return status;
    item->status = status;
    item->live = status.ok;
    write_record(vend, item, &item->record);
    if (!status.ok && vend_repeats_counted(&writer->repeats, &item->record))
        return mv_ok();
    return store_audit_append(writer->store, &item->record);
}

mv_status vend_group_book(struct vend *vend)
{
    struct vend_writer *writer = &vend->writer;
    vend_group_note(vend); /* those that were refused inside the transaction */
    for (size_t i = 0; i < writer->count; i++) {
        struct vend_item *item = &writer->items[i];
        if (item->live)
            MV_TRY(book_sale(vend, item));
        else if (item->recorded)
            MV_TRY(store_audit_append(writer->store, &item->record));
    }
    return vend_repeats_write(&writer->repeats, writer->store, writer->now.real_us, false);
}
