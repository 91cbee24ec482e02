#include <stdlib.h>

#include "api/convert.h"
#include "api/services.h"
#include "api/vendor_convert.h"

static void answer_vendor(struct rpc_call *call, mv_status status, const struct vend_vendor *vendor)
{
    struct api_vendor out;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_vendor_out(vendor, &out);
    rpc_reply(call, &out.message.base);
}

static void set_terms(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__SetTermsRequest *in = (const Metervault__V1__SetTermsRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_vendor vendor;
    mv_status status;
    if (in->terms == NULL) {
        status = vend_refuse(self, &caller, VEND_SET_VENDOR_TERMS, mv_fail(MV_INVALID_FIELD, "terms"));
    } else {
        const struct store_vendor_terms terms = {.credit_limit = in->terms->credit_limit,
                                                 .sale_limit = in->terms->sale_limit,
                                                 .day_limit = in->terms->day_limit,
                                                 .commission_e4 = in->terms->commission_percent_e4};
        status = vend_set_vendor_terms(self, &caller, in->organisation, &terms, &vendor);
    }
    answer_vendor(call, status, &vendor);
}

static void approve_terms(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ApproveTermsRequest *in = (const Metervault__V1__ApproveTermsRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_vendor vendor;
    answer_vendor(call, vend_approve_vendor_terms(self, &caller, in->organisation, in->version, &vendor), &vendor);
}

static void get_vendor(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GetVendorRequest *in = (const Metervault__V1__GetVendorRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_vendor vendor;
    answer_vendor(call, vend_get_vendor(self, &caller, in->organisation, &vendor), &vendor);
}

static void answer_vendors(struct rpc_call *call, const struct vend_vendor_list *found)
{
    Metervault__V1__ListVendorsResponse out = METERVAULT__V1__LIST_VENDORS_RESPONSE__INIT;
    struct api_vendor *vendors = calloc(found->count + 1, sizeof *vendors);
    Metervault__V1__Vendor **pointers = calloc(found->count + 1, sizeof(Metervault__V1__Vendor *));
    if (vendors == NULL || pointers == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "vendors"));
    } else {
        for (size_t i = 0; i < found->count; i++) {
            api_vendor_out(&found->vendors[i], &vendors[i]);
            pointers[i] = &vendors[i].message;
        }
        out.vendors = pointers;
        out.n_vendors = found->count;
        out.next_page_token = (char *)found->next;
        rpc_reply(call, &out.base);
    }
    free(vendors);
    free(pointers);
}

static void list_vendors(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__ListVendorsRequest *in = (const Metervault__V1__ListVendorsRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_vendor_list found;
    mv_status status = vend_vendors(self, &caller, in->organisation, in->page_size, in->page_token, &found);
    if (status.ok)
        answer_vendors(call, &found);
    else
        api_fail(call, status);
    vend_vendors_free(&found);
}

static void answer_deposit(struct rpc_call *call, mv_status status, const struct vend_deposit *found)
{
    Metervault__V1__DepositSlip out;
    if (!status.ok) {
        api_fail(call, status);
        return;
    }
    api_deposit_out(found, &out);
    rpc_reply(call, &out.base);
}

static void deposit(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__DepositRequest *in = (const Metervault__V1__DepositRequest *)message;
    struct vend_caller caller = api_caller(call);
    const struct vend_deposit_request request = {.request_id = in->request_id,
                                                 .organisation = in->organisation,
                                                 .amount = in->amount,
                                                 .slip = in->slip,
                                                 .takes_back = in->takes_back};
    struct vend_deposit booked;
    answer_deposit(call, vend_deposit(self, &caller, &request, &booked), &booked);
}

static void get_deposit(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__GetDepositRequest *in = (const Metervault__V1__GetDepositRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_deposit found;
    answer_deposit(call, vend_get_deposit(self, &caller, in->organisation, in->number, &found), &found);
}

static void answer_statement(struct rpc_call *call, const struct vend_statement *found)
{
    Metervault__V1__StatementResponse out = METERVAULT__V1__STATEMENT_RESPONSE__INIT;
    Metervault__V1__StatementRow *rows = calloc(found->count + 1, sizeof *rows);
    Metervault__V1__StatementRow **pointers = calloc(found->count + 1, sizeof(Metervault__V1__StatementRow *));
    if (rows == NULL || pointers == NULL) {
        api_fail(call, mv_fail(MV_OUT_OF_MEMORY, "statement"));
    } else {
        for (size_t i = 0; i < found->count; i++) {
            api_statement_row_out(&found->rows[i], &rows[i]);
            pointers[i] = &rows[i];
        }
        out.rows = pointers;
        out.n_rows = found->count;
        out.next_page_token = (char *)found->next;
        rpc_reply(call, &out.base);
    }
    free(rows);
    free(pointers);
}

static void statement(void *self, struct rpc_call *call, const ProtobufCMessage *message)
{
    const Metervault__V1__StatementRequest *in = (const Metervault__V1__StatementRequest *)message;
    struct vend_caller caller = api_caller(call);
    struct vend_statement found;
    mv_status status = vend_statement(self, &caller, in->organisation, in->page_size, in->page_token, &found);
    if (status.ok)
        answer_statement(call, &found);
    else
        api_fail(call, status);
    vend_statement_free(&found);
}

static const struct rpc_method methods[] = {
    {"SetTerms", set_terms, RPC_POOLED},         {"ApproveTerms", approve_terms, RPC_POOLED},
    {"GetVendor", get_vendor, RPC_POOLED},       {"Deposit", deposit, RPC_POOLED},
    {"GetDeposit", get_deposit, RPC_POOLED},     {"Statement", statement, RPC_POOLED},
    {"StartBatch", api_start_batch, RPC_POOLED}, {"TotalBatch", api_total_batch, RPC_POOLED},
    {"EndBatch", api_end_batch, RPC_POOLED},     {"GetBatch", api_get_batch, RPC_POOLED},
    {"Settle", api_settle, RPC_POOLED},          {"ListVendors", list_vendors, RPC_POOLED},
};

const struct rpc_service api_vendor_service = {.descriptor = &metervault__v1__vendor_service__descriptor,
                                               .methods = methods,
                                               .method_count = sizeof methods / sizeof methods[0]};
