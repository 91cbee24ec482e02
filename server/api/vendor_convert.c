#include "api/vendor_convert.h"

static void terms_out(const struct vend_vendor_terms *terms, Metervault__V1__VendorTerms *out)
{
    metervault__v1__vendor_terms__init(out);
    out->credit_limit = terms->row.credit_limit;
    out->sale_limit = terms->row.sale_limit;
    out->day_limit = terms->row.day_limit;
    out->commission_percent_e4 = terms->row.commission_e4;
    out->version = terms->row.version;
    out->put_by = (char *)terms->put_by;
    out->put_at_unix_s = terms->row.put_at_unix_s;
    out->approved_by = (char *)terms->approved_by;
    out->approved_at_unix_s = terms->row.approved_at_unix_s;
}

void api_vendor_out(const struct vend_vendor *vendor, struct api_vendor *out)
{
    Metervault__V1__Vendor *message = &out->message;
    metervault__v1__vendor__init(message);
    terms_out(&vendor->terms, &out->terms);
    terms_out(&vendor->pending, &out->pending);
    message->organisation = (char *)vendor->organisation;
    message->terms = vendor->terms.row.version == 0 ? NULL : &out->terms;
    message->pending = vendor->pending.row.version == 0 ? NULL : &out->pending;
    message->balance = vendor->balance;
    message->available = vendor->available;
    message->sold_today = vendor->sold_today;
    message->state = (Metervault__V1__VendorState)vendor->state;
}

void api_deposit_out(const struct vend_deposit *deposit, Metervault__V1__DepositSlip *out)
{
    metervault__v1__deposit_slip__init(out);
    out->organisation = (char *)deposit->organisation;
    out->number = deposit->row.number;
    out->takes_back = deposit->row.takes_back;
    out->amount = deposit->row.amount;
    out->slip = (char *)deposit->row.slip;
    out->booked_by = (char *)deposit->booked_by;
    out->booked_at_unix_s = deposit->row.at_unix_s;
    out->balance = deposit->row.balance;
    out->request_id = (char *)deposit->row.request_id;
}

void api_statement_row_out(const struct vend_statement_row *row, Metervault__V1__StatementRow *out)
{
    metervault__v1__statement_row__init(out);
    out->entry = row->row.entry;
    out->kind = (Metervault__V1__VendorEntryKind)row->row.kind;
    out->amount = row->row.amount;
    out->balance = row->row.balance;
    out->deposit = row->row.deposit;
    out->shop = (char *)row->row.organisation;
    out->terminal_id = (char *)row->row.terminal;
    out->receipt = row->row.receipt;
    out->principal = (char *)row->principal;
    out->at_unix_s = row->row.at_unix_s;
}

void api_till_batch_out(const struct vend_batch *batch, struct api_till_batch *out)
{
    Metervault__V1__Batch *message = &out->message;
    metervault__v1__batch__init(message);
    message->kind = (Metervault__V1__BatchKind)batch->row.kind;
    message->organisation = (char *)batch->organisation;
    message->terminal_id = (char *)batch->row.terminal;
    message->number = batch->row.number;
    message->started_by = (char *)batch->started_by;
    message->started_at_unix_s = batch->row.started_at_unix_s;
    message->ended_by = (char *)batch->ended_by;
    message->ended_at_unix_s = batch->row.ended_at_unix_s;
    for (size_t i = 0; i < batch->row.sum_count; i++) {
        const struct store_batch_sum *sum = &batch->row.sums[i];
        metervault__v1__batch_sum__init(&out->sums[i]);
        out->sums[i].kind = (Metervault__V1__BatchSumKind)sum->what;
        out->sums[i].key = sum->key;
        out->sums[i].count = sum->count;
        out->sums[i].amount = sum->amount;
        out->pointers[i] = &out->sums[i];
    }
    message->sums = out->pointers;
    message->n_sums = batch->row.sum_count;
}
