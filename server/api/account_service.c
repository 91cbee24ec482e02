#include <metervault/v1/account_service.pb-c.h>
#include <stdlib.h>

#include "api/account_convert.h"
#include "api/bill_convert.h"
#include "api/convert.h"
#include "api/services.h"
#include "vending/account_life.h"
#include "vending/sales.h"

static void answer(struct rpc_call *call, mv_status status, const struct vend_account *account)
{
    struct api_account out;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_account_out(account, &out);
    rpc_reply(call, &out.message.base);
}

/* An account and its first sale, in one piece of memory. */
struct opened {
    struct vend_account account;
    struct vend_sold sold;
    struct api_account account_out;
    struct api_sold sold_out;
};

static void answer_opened(struct rpc_call *call, mv_status status, struct opened *opened)
{
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_account_out(&opened->account, &opened->account_out);
    api_sold_out(&opened->sold.issued, &opened->sold.charged, &opened->sold_out);
    opened->account_out.message.first_sale = &opened->sold_out.message;
    rpc_reply(call, &opened->account_out.message.base);
}

static void open_and_sell(struct vend *vend, struct rpc_call *call, const Metervault__V1__FirstSale *in,
                          const struct vend_account_request *request)
{
    struct vend_caller caller = api_caller(call);
    struct vend_order order;
    struct opened *opened = malloc(sizeof *opened);
    if (opened == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "account"));
        return;
    }
    mv_status status = api_purchase_of_in(in->purchase, &order);
    order.request_id = in->request_id;
    order.terminal = in->terminal_id;
    if (status.ok)
        status = vend_open_and_sell(vend, &caller, request, &order, in->trial != 0, &opened->account, &opened->sold);
    else
        status = vend_refuse(vend, &caller, VEND_OPEN_AND_SELL, status);
    answer_opened(call, status, opened);
    free(opened);
}

static void open_account(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__OpenAccountRequest *in = (const Metervault__V1__OpenAccountRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_account account;
    struct vend_account_request request = {
        .number = in->account_number, .pan = in->meter_pan, .tariff_class = in->tariff_class};
    mv_status status = api_customer_in(in->customer, &request.customer);
    if (status.ok && in->first_sale != NULL) {
        open_and_sell(self, call, in->first_sale, &request);
        return;
    }
    if (status.ok)
        status = vend_open_account(self, &caller, &request, &account);
    else
        status = vend_refuse(self, &caller, VEND_OPEN_ACCOUNT, status);
    answer(call, status, &account);
}

static void update_account(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__UpdateAccountRequest *in = (const Metervault__V1__UpdateAccountRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_account account;
    struct vend_account_request request = {
        .number = in->account_number, .tariff_class = in->tariff_class, .version = in->version};
    mv_status status = api_customer_in(in->customer, &request.customer);
    if (status.ok)
        status = vend_update_account(self, &caller, &request, &account);
    else
        status = vend_refuse(self, &caller, VEND_UPDATE_ACCOUNT, status);
    answer(call, status, &account);
}

static void get_account(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GetAccountRequest *in = (const Metervault__V1__GetAccountRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_account account;
    mv_status status;
    if (in->by_case == METERVAULT__V1__GET_ACCOUNT_REQUEST__BY_ACCOUNT_NUMBER)
        status = vend_get_account(self, &caller, in->account_number, NULL, &account);
    else if (in->by_case == METERVAULT__V1__GET_ACCOUNT_REQUEST__BY_METER_PAN)
        status = vend_get_account(self, &caller, NULL, in->meter_pan, &account);
    else
        status = vend_refuse(self, &caller, VEND_GET_ACCOUNT, mv_fail(MV_INVALID_FIELD, "by"));
    answer(call, status, &account);
}

static void suspend_account(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__SuspendAccountRequest *in = (const Metervault__V1__SuspendAccountRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_account account;
    mv_status status = vend_suspend_account(self, &caller, in->account_number, in->reason, &account);
    answer(call, status, &account);
}

static void resume_account(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ResumeAccountRequest *in = (const Metervault__V1__ResumeAccountRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_account account;
    mv_status status = vend_resume_account(self, &caller, in->account_number, in->reason, &account);
    answer(call, status, &account);
}

/* ---- the end of an account, and what goes on ---- */
static void close_account(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__CloseAccountRequest *in = (const Metervault__V1__CloseAccountRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_account account;
    const struct vend_life_request request = {.number = in->account_number,
                                              .reason = in->reason,
                                              .leaves_debts = in->leaves_debts != 0,
                                              .by_return = in->refunds_credit != 0};
    mv_status status = vend_close_account(self, &caller, &request, &account);
    answer(call, status, &account);
}

static void change_meter(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ChangeMeterRequest *in = (const Metervault__V1__ChangeMeterRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_account account;
    const struct vend_life_request request = {
        .number = in->account_number, .reason = in->reason, .pan = in->meter_pan, .by_return = in->moves_credit != 0};
    mv_status status = vend_change_meter(self, &caller, &request, &account);
    answer(call, status, &account);
}

static void transfer_account(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__TransferAccountRequest *in = (const Metervault__V1__TransferAccountRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_account account;
    struct vend_account_request next = {.number = ""};
    const struct vend_life_request request = {.number = in->account_number,
                                              .reason = in->reason,
                                              .next = &next,
                                              .leaves_debts = in->debts == METERVAULT__V1__DEBTS_AT__DEBTS_STAY,
                                              .debts_go_along = in->debts == METERVAULT__V1__DEBTS_AT__DEBTS_GO_ALONG,
                                              .since_unix_s = in->since_unix_s};
    mv_status status =
        in->next == NULL ? mv_fail(MV_INVALID_FIELD, "next") : api_customer_in(in->next->customer, &next.customer);
    if (status.ok) {
        next.number = in->next->account_number;
        next.pan = in->next->meter_pan;
        next.tariff_class = in->next->tariff_class;
        status = vend_transfer_account(self, &caller, &request, &account);
    } else {
        status = vend_refuse(self, &caller, VEND_TRANSFER_ACCOUNT, status);
    }
    answer(call, status, &account);
}

/* ---- lists: a page and its messages, in one piece of memory ---- */
struct page {
    struct vend_account_list list;
    struct api_account accounts[VEND_MAX_PAGE];
    Metervault__V1__Account *pointers[VEND_MAX_PAGE];
};

static void answer_page(struct rpc_call *call, struct page *page)
{
    Metervault__V1__ListAccountsResponse out = METERVAULT__V1__LIST_ACCOUNTS_RESPONSE__INIT;
    for (size_t i = 0; i < page->list.count; i++) {
        api_account_out(&page->list.accounts[i], &page->accounts[i]);
        page->pointers[i] = &page->accounts[i].message;
    }
    out.n_accounts = page->list.count;
    out.accounts = page->pointers;
    out.next_page_token = page->list.next;
    rpc_reply(call, &out.base);
}

static void list_accounts(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ListAccountsRequest *in = (const Metervault__V1__ListAccountsRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct page *page = malloc(sizeof *page);
    if (page == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "accounts"));
        return;
    }
    const struct vend_account_query query = {.organisation = in->organisation,
                                             .search = in->search,
                                             .number = in->number,
                                             .pan = in->meter_pan,
                                             .state = (uint32_t)in->state,
                                             .page_size = in->page_size,
                                             .page_token = in->page_token};
    mv_status status = vend_list_accounts(self, &caller, &query, &page->list);
    if (status.ok)
        answer_page(call, page);
    else
        api_fail(call, status);
    free(page);
}

struct events {
    struct vend_timeline timeline;
    Metervault__V1__TimelineEntry entries[VEND_MAX_PAGE];
    Metervault__V1__TimelineEntry *pointers[VEND_MAX_PAGE];
};

static void answer_events(struct rpc_call *call, struct events *events)
{
    Metervault__V1__GetTimelineResponse out = METERVAULT__V1__GET_TIMELINE_RESPONSE__INIT;
    for (size_t i = 0; i < events->timeline.count; i++) {
        api_event_out(&events->timeline.events[i], &events->entries[i]);
        events->pointers[i] = &events->entries[i];
    }
    out.n_entries = events->timeline.count;
    out.entries = events->pointers;
    out.next_page_token = events->timeline.next;
    rpc_reply(call, &out.base);
}

static void get_timeline(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GetTimelineRequest *in = (const Metervault__V1__GetTimelineRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct events *events = malloc(sizeof *events);
    if (events == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "timeline"));
        return;
    }
    mv_status status =
        vend_get_timeline(self, &caller, in->account_number, in->page_size, in->page_token, &events->timeline);
    if (status.ok)
        answer_events(call, events);
    else
        api_fail(call, status);
    free(events);
}

static const struct rpc_method methods[] = {
    {"OpenAccount", open_account, RPC_POOLED},       {"UpdateAccount", update_account, RPC_POOLED},
    {"GetAccount", get_account, RPC_POOLED},         {"ListAccounts", list_accounts, RPC_POOLED},
    {"SuspendAccount", suspend_account, RPC_POOLED}, {"ResumeAccount", resume_account, RPC_POOLED},
    {"GetTimeline", get_timeline, RPC_POOLED},       {"CloseAccount", close_account, RPC_POOLED},
    {"ChangeMeter", change_meter, RPC_POOLED},       {"TransferAccount", transfer_account, RPC_POOLED},
};

const struct rpc_service api_account_service = {.descriptor = &metervault__v1__account_service__descriptor,
                                                .methods = methods,
                                                .method_count = sizeof methods / sizeof methods[0]};
