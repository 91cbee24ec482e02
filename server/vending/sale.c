#include <stdlib.h>
#include <string.h>

#include "metervault/sts.h"
#include "vending/internal.h"

void vend_sale_compose(struct vend_item *item, int64_t issued_at_unix_s)
{
    const struct vend_sale_job *request = item->request;
    const struct store_meter *meter = &item->meter;
    struct store_sale *sale = &item->sale;
    sale->organisation = item->seller.organisation;
    vend_copy(sale->terminal, sizeof sale->terminal, request->terminal);
    sale->principal = item->seller.id;
    vend_copy(sale->request_id, sizeof sale->request_id, request->request_id);
    memcpy(sale->digest, request->digest, sizeof sale->digest);
    sale->meter = meter->id;
    sale->tid = item->tid.absolute;
    sale->carrier = (uint8_t)request->carrier;
    sale->subclass = item->amount.subclass;
    sale->requested = request->quantity.amount;
    sale->encoded = item->amount.encoded;
    sale->issued_at_unix_s = issued_at_unix_s;
    vend_copy(sale->sgc, sizeof sale->sgc, meter->sgc);
    sale->krn = meter->krn;
    sale->ti = meter->ti;
    sale->kt = meter->kt;
    sale->ken = meter->ken;
    sale->ea = meter->ea;
    sale->dkga = meter->dkga;
    sale->base_date = meter->base_date;
}

void vend_sale_fill(struct vend *vend, const struct store_sale *sale, const char *pan, const char *principal,
                    bool replayed, struct vend_sale *out)
{
    uint64_t base = 0;
    *out = (struct vend_sale){.receipt = sale->receipt,
                              .issued_at_unix_s = sale->issued_at_unix_s,
                              .carrier = (enum vend_carrier)sale->carrier,
                              .unit = vend_unit_of((enum vend_utility)(sale->subclass + VEND_ELECTRICITY)),
                              .requested = sale->requested,
                              .encoded = sale->encoded,
                              .replayed = replayed,
                              .subclass = sale->subclass,
                              .krn = sale->krn,
                              .ti = sale->ti,
                              .kt = sale->kt,
                              .ken = sale->ken,
                              .ea = sale->ea,
                              .dkga = sale->dkga,
                              .base_date = sale->base_date};
    vend_copy(out->request_id, sizeof out->request_id, sale->request_id);
    vend_copy(out->pan, sizeof out->pan, pan);
    vend_organisation_name(&vend->directory, sale->organisation, out->organisation);
    vend_copy(out->terminal, sizeof out->terminal, sale->terminal);
    vend_copy(out->principal, sizeof out->principal, principal);
    vend_copy(out->digits, sizeof out->digits, sale->digits);
    vend_copy(out->sgc, sizeof out->sgc, sale->sgc);
    memcpy(out->vending_kcv, sale->vending_kcv, sizeof out->vending_kcv);
    if (mv_sts_base_minutes(sale->base_date, &base) == MV_DONE && sale->tid >= base)
        out->tid = (uint32_t)(sale->tid - base);
}

/* FNV-1a */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (size_t i = 0; i == 0 || text[i - 1] != '\0'; i++)
        hash = (hash ^ (uint8_t)text[i]) * UINT64_C(0x100000001B3);
    return hash;
}

static mv_status make_job(const struct vend_caller *caller, const struct vend_sale_request *request,
                          struct vend_sale_job **out)
{
    struct vend_sale_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "sale");
    job->base.kind = VEND_JOB_SALE;
    job->named = caller->principal != NULL;
    vend_copy(job->principal, sizeof job->principal, job->named ? caller->principal : "");
    vend_copy(job->request_id, sizeof job->request_id, request->request_id);
    vend_copy(job->terminal, sizeof job->terminal, request->terminal);
    vend_copy(job->pan, sizeof job->pan, request->pan);
    job->quantity = request->quantity;
    job->carrier = request->carrier;
    job->key = hash_text(hash_text(UINT64_C(0xCBF29CE484222325), job->principal), job->request_id);
    job->deadline_ns = caller->deadline_ns;
    mv_status status = vend_digest_sale(request, job->digest);
    if (!status.ok) {
        free(job);
        return status;
    }
    *out = job;
    return status;
}

void vend_issue(struct vend *vend, const struct vend_caller *caller, const struct vend_sale_request *request,
                vend_gone_fn *gone, vend_sale_fn *done, void *self)
{
    mv_status status = vend_form_sale(request, false);
    if (!status.ok) {
        vend_refuse_issue(vend, caller, status, done, self);
        return;
    }
    struct vend_sale_job *job = NULL;
    status = make_job(caller, request, &job);
    if (status.ok) {
        job->gone = gone;
        job->done = done;
        job->self = self;
        status = vend_queue_put(&vend->queue, &job->base);
        if (status.ok)
            return;
        free(job);
    }
    done(self, status, NULL);
}
