/* An order on its way in: checked, copied, queued; and its row on the way out. */
#include <stdlib.h>
#include <string.h>

#include "vending/account_parts.h"
#include "vending/internal.h"

void vend_order_compose(struct vend_item *item, int64_t issued_at_unix_s)
{
    const struct vend_order_job *request = item->request;
    const struct store_key *key = &item->plan.key;
    struct store_sale *sale = &item->sale;
    sale->organisation = item->seller.organisation;
    vend_copy(sale->terminal, sizeof sale->terminal, request->terminal);
    sale->principal = item->seller.id;
    vend_copy(sale->request_id, sizeof sale->request_id, request->request_id);
    memcpy(sale->digest, request->digest, sizeof sale->digest);
    sale->meter = item->meter.id;
    sale->order = (uint8_t)request->order.kind;
    sale->tid = vend_is_numbered(request->order.kind) ? item->tid.absolute : 0;
    sale->carrier = (uint8_t)request->order.carrier;
    sale->subclass = item->content.subclass;
    sale->requested = item->content.requested;
    sale->encoded = item->content.encoded;
    sale->issued_at_unix_s = issued_at_unix_s;
    memcpy(sale->vending_kcv, item->plan.kcv, sizeof sale->vending_kcv);
    vend_copy(sale->sgc, sizeof sale->sgc, key->sgc);
    sale->krn = key->krn;
    sale->ti = key->ti;
    sale->kt = key->kt;
    sale->ken = key->ken;
    sale->ea = key->ea;
    sale->dkga = key->dkga;
    sale->base_date = key->base_date;
}

/* FNV-1a */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (size_t i = 0; i == 0 || text[i - 1] != '\0'; i++)
        hash = (hash ^ (uint8_t)text[i]) * UINT64_C(0x100000001B3);
    return hash;
}

static void copy_opening(struct vend_order_job *job, const struct vend_account_request *opens)
{
    struct store_account *account = &job->pricing->account;
    struct store_customer *customer = &account->customer;
    vend_copy(account->number, sizeof account->number, opens->number);
    vend_copy(account->pan, sizeof account->pan, opens->pan);
    vend_account_say(opens, VEND_DEFAULT_CLASS, customer, account->tariff_class);
    job->pricing->opening = (struct vend_account_request){
        .number = account->number,
        .pan = account->pan,
        .customer = {customer->name, customer->address, customer->contact, customer->reference},
        .tariff_class = account->tariff_class};
    job->order.purchase.opens = &job->pricing->opening;
}

static void copy_order(struct vend_order_job *job, const struct vend_order *order)
{
    vend_copy(job->request_id, sizeof job->request_id, order->request_id == NULL ? "" : order->request_id);
    vend_copy(job->terminal, sizeof job->terminal, order->terminal);
    vend_copy(job->pan, sizeof job->pan, order->pan);
    job->order = *order;
    job->order.request_id = job->request_id;
    job->order.terminal = job->terminal;
    job->order.pan = job->pan;
    if (order->kind == VEND_ORDER_KEY_CHANGE && order->target.sgc != NULL) {
        vend_copy(job->sgc, sizeof job->sgc, order->target.sgc);
        job->order.target.sgc = job->sgc;
    } else {
        job->order.target.sgc = NULL;
    }
    if (order->free_reason != NULL) {
        vend_copy(job->free_reason, sizeof job->free_reason, order->free_reason);
        job->order.free_reason = job->free_reason;
    }
    if (order->priced && order->purchase.account != NULL) {
        vend_copy(job->account, sizeof job->account, order->purchase.account);
        job->order.purchase.account = job->account;
    }
    if (order->priced && order->purchase.opens != NULL)
        copy_opening(job, order->purchase.opens);
}

/* A priced order's bill lies behind the job, so that others do not carry its weight. */
struct priced_job {
    struct vend_order_job job;
    struct vend_pricing pricing;
};

static struct vend_order_job *new_job(const struct vend_order *order)
{
    if (!order->priced)
        return calloc(1, sizeof(struct vend_order_job));
    struct priced_job *priced = calloc(1, sizeof *priced);
    if (priced == NULL)
        return NULL;
    priced->job.pricing = &priced->pricing;
    return &priced->job;
}

mv_status vend_order_job_make(const struct vend_caller *caller, const struct vend_order *order,
                              struct vend_order_job **out)
{
    struct vend_order_job *job = new_job(order);
    if (job == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "order");
    job->base.kind = VEND_JOB_ORDER;
    job->named = caller->principal != NULL;
    vend_copy(job->principal, sizeof job->principal, job->named ? caller->principal : "");
    copy_order(job, order);
    job->key = hash_text(hash_text(UINT64_C(0xCBF29CE484222325), job->principal), job->request_id);
    job->deadline_ns = caller->deadline_ns;
    mv_status status = vend_digest_order(order, job->digest);
    if (!status.ok) {
        free(job);
        return status;
    }
    *out = job;
    return status;
}

static mv_status check_form(const struct vend_order *order)
{
    return order->request_id == NULL ? mv_fail(MV_INVALID_FIELD, "request_id") : vend_form_order(order);
}

void vend_issue(struct vend *vend, const struct vend_caller *caller, const struct vend_order *order, vend_gone_fn *gone,
                vend_issued_fn *done, void *self)
{
    mv_status status = check_form(order);
    if (!status.ok) {
        vend_refuse_issue(vend, caller, order, status, done, self);
        return;
    }
    struct vend_order_job *job = NULL;
    status = vend_order_job_make(caller, order, &job);
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
