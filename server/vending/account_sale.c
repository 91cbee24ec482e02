/* An account that is opened with its first sale: one order of the group of sales, so that both are one transaction. */
#include <string.h>

#include "vending/account_parts.h"
#include "vending/internal.h"
#include "vending/sales.h"

struct waiting {
    struct vend_waiter waiter;
    struct vend_sold *sold;
};

/* On the writer's thread; what the answer points to ends with it. */
static void sold_it(void *self, mv_status status, const struct vend_issued *issued)
{
    struct waiting *waiting = self;
    if (status.ok) {
        waiting->sold->issued = *issued;
        waiting->sold->charged = *issued->charged;
        waiting->sold->issued.charged = NULL;
    }
    vend_waiter_done(&waiting->waiter, status);
}

static mv_status sell(struct vend *vend, const struct vend_caller *caller, const struct vend_order *order,
                      struct vend_sold *sold)
{
    struct waiting waiting = {.sold = sold};
    vend_waiter_init(&waiting.waiter);
    vend_issue(vend, caller, order, NULL, sold_it, &waiting);
    return vend_waiter_wait(&waiting.waiter);
}

/* As it was opened: what it is by now is another question, and the answer is the same whenever it is asked for. */
static mv_status recall(struct vend *vend, struct store *store, const struct vend_sold *sold,
                        struct vend_account *account)
{
    struct store_account *row = &account->row;
    MV_TRY(store_begin_read(store));
    MV_TRY(store_account_by_number(store, sold->charged.of.number, row));
    MV_TRY(store_account_first(store, row->id, &row->customer, row->tariff_class));
    vend_copy(row->pan, sizeof row->pan, sold->issued.pan);
    row->state = STORE_ACCOUNT_IN_USE;
    row->version = 1;
    row->balance = sold->charged.bill.after.balance;
    account->claim = 0;
    account->has_transfer = false;
    account->owes = (struct store_account_owes){.owed = 0};
    vend_organisation_name(&vend->directory, row->organisation, account->organisation);
    return mv_ok();
}

static mv_status opened(struct vend *vend, const struct vend_sold *sold, struct vend_account *account)
{
    struct store *store = NULL;
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = recall(vend, store, sold, account);
    vend_reader_give(&vend->readers, store, !status.ok);
    return status;
}

static void outline(const struct vend_account_request *request, const struct vend_sold *sold,
                    struct vend_account *account)
{
    struct store_account *row = &account->row;
    *account = (struct vend_account){.row = {.state = STORE_ACCOUNT_IN_USE}};
    vend_copy(row->number, sizeof row->number, request->number);
    vend_copy(row->pan, sizeof row->pan, request->pan);
    vend_account_say(request, VEND_DEFAULT_CLASS, &row->customer, row->tariff_class);
    row->balance = sold->charged.bill.after.balance;
}

mv_status vend_open_and_sell(struct vend *vend, const struct vend_caller *caller,
                             const struct vend_account_request *request, const struct vend_order *order, bool trial,
                             struct vend_account *account, struct vend_sold *sold)
{
    struct vend_order opening = *order;
    opening.pan = "";
    opening.purchase.account = request->number;
    opening.purchase.opens = request;
    if (!trial) {
        MV_TRY(sell(vend, caller, &opening, sold));
        return opened(vend, sold, account);
    }
    MV_TRY(vend_trial_sell(vend, caller, &opening, sold));
    outline(request, sold, account);
    return mv_ok();
}
