/* What the fields of a template say of what was done. */
#include <inttypes.h>
#include <string.h>

#include "quantity.h"
#include "receipt_parts.h"
#include "tariff_file.h"

enum { E5 = 5, E5_LEAST = 2, PERCENT_E4 = 4 };

const Metervault__V1__IssuedTokens *receipt_tokens(const struct receipt_source *source)
{
    return source->of->sold != NULL ? source->of->sold->issued : source->of->issued;
}

static void put_text(const char *text, char to[RECEIPT_TEXT])
{
    (void)snprintf(to, RECEIPT_TEXT, "%s", text);
}

static void put_money(const struct receipt_of *of, int64_t amount, char to[RECEIPT_TEXT])
{
    char number[TARIFF_DECIMAL];
    const unsigned digits = of->minor_digits;
    put_text(tariff_decimal_text(amount, digits, digits, number), to);
}

/* Nothing for 0: what was not handed over, nor given back, nor is held. */
static void put_some(const struct receipt_of *of, int64_t amount, char to[RECEIPT_TEXT])
{
    if (amount != 0)
        put_money(of, amount, to);
}

static void put_number(uint64_t number, char to[RECEIPT_TEXT])
{
    (void)snprintf(to, RECEIPT_TEXT, "%" PRIu64, number);
}

/* ---- of which kind something is ---- */
static bool gives_out(const Metervault__V1__AccountAct *act)
{
    return act->kind == METERVAULT__V1__ACCOUNT_ACT_KIND__ACT_DEPOSIT_RETURNED ||
           act->kind == METERVAULT__V1__ACCOUNT_ACT_KIND__ACT_PAID_OUT;
}

static bool moves_money(const Metervault__V1__AccountAct *act)
{
    return act->payment != METERVAULT__V1__PAYMENT__PAYMENT_UNSPECIFIED;
}

/* ---- the fields, one function each; text is "" before ---- */
typedef void field_fn(const struct receipt_source *source, char text[RECEIPT_TEXT]);

static void title(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    put_text(receipt_title(source), text);
}

static void organisation(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const Metervault__V1__IssuedTokens *issued = receipt_tokens(source);
    if (issued != NULL && issued->receipt != NULL)
        put_text(issued->receipt->organisation, text);
    else if (source->of->act != NULL)
        put_text(source->of->act->organisation, text);
}

static void till(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const Metervault__V1__IssuedTokens *issued = receipt_tokens(source);
    if (issued != NULL && issued->receipt != NULL)
        put_text(issued->receipt->terminal_id, text);
    else if (source->of->act != NULL)
        put_text(source->of->act->terminal_id, text);
}

static void number(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const Metervault__V1__IssuedTokens *issued = receipt_tokens(source);
    if (issued != NULL && issued->receipt != NULL)
        put_number(issued->receipt->number, text);
    else if (source->of->act != NULL)
        put_number((uint64_t)source->of->act->number, text);
    else if (source->of->claim != NULL)
        put_number((uint64_t)source->of->claim->claim_id, text);
}

/* Receipts are numbered by till, slips and claims by ledger. */
static void reference(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    char name[RECEIPT_TEXT] = "";
    char digits[RECEIPT_TEXT] = "";
    if (receipt_tokens(source) != NULL)
        till(source, name);
    number(source, digits);
    (void)snprintf(text, RECEIPT_TEXT, "%.64s%s%.24s", name, name[0] != '\0' ? "/" : "", digits);
}

static void date(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    char when[TARIFF_DECIMAL];
    const struct receipt_of *of = source->of;
    const Metervault__V1__IssuedTokens *issued = receipt_tokens(source);
    int64_t at = issued != NULL    ? issued->issued_at_unix_s
                 : of->act != NULL ? of->act->at_unix_s
                                   : of->claim->at_unix_s;
    put_text(tariff_time_text(at, of->utc_offset_min, when), text);
}

static void operator(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const struct receipt_of *of = source->of;
    const Metervault__V1__IssuedTokens *issued = receipt_tokens(source);
    put_text(issued != NULL ? issued->principal : of->act != NULL ? of->act->principal : of->claim->principal, text);
}

static void account(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const struct receipt_of *of = source->of;
    if (of->issued == NULL)
        put_text(of->sold != NULL  ? of->sold->account_number
                 : of->act != NULL ? of->act->account_number
                                   : of->claim->account_number,
                 text);
}

static void customer(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    if (source->of->sold != NULL)
        put_text(source->of->sold->customer_name, text);
    else if (source->of->act != NULL)
        put_text(source->of->act->customer_name, text);
}

static void meter(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const Metervault__V1__IssuedTokens *issued = receipt_tokens(source);
    if (issued != NULL)
        put_text(issued->meter_pan, text);
    else if (source->of->claim != NULL)
        put_text(source->of->claim->meter_pan, text);
}

static void units(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    char amount[QUANTITY_TEXT];
    const struct receipt_of *of = source->of;
    const Metervault__V1__Quantity *quantity = of->sold != NULL ? of->sold->bill->quantity : NULL;
    if (of->issued != NULL && of->issued->n_tokens > 0 && of->issued->requested != NULL)
        quantity = of->issued->tokens[of->issued->n_tokens - 1]->quantity;
    if (quantity == NULL)
        return;
    quantity_text(quantity, amount);
    put_text(amount, text);
}

static void reason(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const struct receipt_of *of = source->of;
    if (of->sold == NULL)
        put_text(of->issued != NULL ? of->issued->free_reason
                 : of->act != NULL  ? of->act->reason
                                    : of->claim->reason,
                 text);
}

static void total(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    if (source->of->sold != NULL)
        put_money(source->of, source->of->sold->bill->total, text);
}

static void tax(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    if (source->of->sold != NULL)
        put_some(source->of, source->of->sold->bill->tax, text);
}

static void currency(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    put_text(source->of->currency, text);
}

static void payment(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const struct receipt_of *of = source->of;
    if (of->sold != NULL)
        put_text(receipt_payment(source, of->sold->payment), text);
    else if (of->act != NULL)
        put_text(receipt_payment(source, of->act->payment), text);
}

static void tendered(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const struct receipt_of *of = source->of;
    if (of->sold != NULL)
        put_some(of, of->sold->tendered, text);
    else if (of->act != NULL && moves_money(of->act) && !gives_out(of->act))
        put_money(of, of->act->amount, text);
}

static void paid_out(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    if (source->of->act != NULL && moves_money(source->of->act) && gives_out(source->of->act))
        put_money(source->of, source->of->act->amount, text);
}

/* What no money came or went for over the counter. */
static void amount(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const struct receipt_of *of = source->of;
    if (of->act != NULL && !moves_money(of->act))
        put_some(of, of->act->amount, text);
    else if (of->claim != NULL && of->claim->kind != METERVAULT__V1__CLAIM_KIND__CLAIM_UNITS)
        put_money(of, of->claim->amount, text);
}

/* Of a claim for units, in the unit of the ledger: what the meter measures is not in it. */
static void claimed_units(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const Metervault__V1__Claim *claim = source->of->claim;
    if (claim != NULL && claim->kind == METERVAULT__V1__CLAIM_KIND__CLAIM_UNITS)
        put_number((uint64_t)claim->amount, text);
}

static void change(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const Metervault__V1__Sold *sold = source->of->sold;
    if (sold != NULL && !sold->change_kept)
        put_some(source->of, sold->change, text);
}

static void debt(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    if (source->of->act != NULL && source->of->act->debt_id != 0)
        put_number((uint64_t)source->of->act->debt_id, text);
}

static void owed(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    if (source->of->act != NULL && source->of->act->debt_id != 0)
        put_money(source->of, source->of->act->owed, text);
}

static void balance(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    if (source->of->sold != NULL)
        put_some(source->of, source->of->sold->balance, text);
    else if (source->of->act != NULL)
        put_money(source->of, source->of->act->balance, text);
}

static void deposit(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const Metervault__V1__AccountAct *act = source->of->act;
    if (act == NULL)
        return;
    bool of_deposit = act->kind == METERVAULT__V1__ACCOUNT_ACT_KIND__ACT_DEPOSIT_TAKEN ||
                      act->kind == METERVAULT__V1__ACCOUNT_ACT_KIND__ACT_DEPOSIT_RETURNED;
    if (of_deposit || act->deposit != 0)
        put_money(source->of, act->deposit, text);
}

static void tariff(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    if (source->of->sold != NULL)
        (void)snprintf(text, RECEIPT_TEXT, "%.64s/%" PRIu32, source->of->sold->bill->tariff,
                       source->of->sold->bill->tariff_version);
}

static void copy(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    const Metervault__V1__IssuedTokens *issued = receipt_tokens(source);
    bool again = issued != NULL ? issued->replayed : source->of->act != NULL && source->of->act->replayed;
    if (again)
        put_text(source->chinese ? "副本" : "COPY", text);
}

bool receipt_field(const struct receipt_source *source, const char *name, size_t length, char text[RECEIPT_TEXT])
{
    static const struct {
        const char *name;
        field_fn *put;
    } fields[] = {{"title", title}, {"organisation", organisation}, {"till", till}, {"number", number}, {"date", date},
                  {"reference", reference},
                  {"operator", operator},
                   {"account", account},
                   {"customer", customer},
                   {"meter", meter},
                   {"units", units},
                   {"reason", reason},
                   {"total", total},
                   {"tax", tax},
                   {"currency", currency},
                   {"payment", payment},
                   {"tendered", tendered},
                   {"paid_out", paid_out},
                   {"amount", amount},
                   {"claimed_units", claimed_units},
                   {"change", change},
                   {"debt", debt},
                   {"owed", owed},
                   {"balance", balance},
                   {"deposit", deposit},
                   {"state", receipt_claim_state},
                   {"tariff", tariff},
                   {"copy", copy}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strlen(fields[i].name) == length && strncmp(fields[i].name, name, length) == 0) {
            text[0] = '\0';
            fields[i].put(source, text);
            return true;
        }
    return false;
}

void receipt_bill_line(const struct receipt_source *source, const Metervault__V1__BillLine *line,
                       struct receipt_row *row)
{
    char how[RECEIPT_TEXT / 2] = "";
    char quantity[QUANTITY_TEXT] = "";
    char rate[TARIFF_DECIMAL];
    if (line->quantity != NULL)
        quantity_text(line->quantity, quantity);
    if (line->quantity != NULL && line->rate_e5 != 0)
        (void)snprintf(how, sizeof how, " %s x %s", quantity, tariff_decimal_text(line->rate_e5, E5, E5_LEAST, rate));
    else if (line->quantity != NULL)
        (void)snprintf(how, sizeof how, " %s", quantity);
    else if (line->percent_e4 != 0)
        (void)snprintf(how, sizeof how, " %s%%", tariff_decimal_text(line->percent_e4, PERCENT_E4, 0, rate));
    else if (line->count > 1)
        (void)snprintf(how, sizeof how, " x %" PRIu32, line->count);
    *row = (struct receipt_row){.style = RECEIPT_PLAIN};
    (void)snprintf(row->left, sizeof row->left, "%.120s%s", receipt_line_name(source, line), how);
    put_money(source->of, line->amount, row->right);
}
