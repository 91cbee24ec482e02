/* What the fields of a template say of a sale. */
#include "receipt_parts.h"

#include <inttypes.h>
#include <string.h>

#include "quantity.h"
#include "tariff_file.h"

enum { E5 = 5, E5_LEAST = 2, PERCENT_E4 = 4 };

const char *receipt_money(const Metervault__V1__Sold *sold, int64_t amount, char text[RECEIPT_TEXT])
{
    char number[TARIFF_DECIMAL];
    const unsigned digits = sold->bill->minor_digits;
    (void)snprintf(text, RECEIPT_TEXT, "%s%s", amount < 0 ? "-" : "",
                   tariff_decimal_text(amount < 0 ? -amount : amount, digits, digits, number));
    return text;
}

static const char *payment(const Metervault__V1__Sold *sold, bool chinese)
{
    static const char *const english[] = {"", "cash", "bank", "card", "mobile", "account balance"};
    static const char *const names[] = {"", "现金", "银行转账", "银行卡", "手机支付", "账户余额"};
    enum { NAMES = sizeof names / sizeof names[0] };
    unsigned kind = (unsigned)sold->payment < NAMES ? (unsigned)sold->payment : 0;
    return (chinese ? names : english)[kind];
}

/* Nothing for 0: what was not handed over, nor given back, nor is held. */
static const char *some(const Metervault__V1__Sold *sold, int64_t amount, char text[RECEIPT_TEXT])
{
    return amount == 0 ? "" : receipt_money(sold, amount, text);
}

struct value {
    const char *name;
    const char *text;
};

bool receipt_field(const struct receipt_source *source, const char *name, size_t length, char text[RECEIPT_TEXT])
{
    const Metervault__V1__Sold *sold = source->sold;
    const Metervault__V1__IssuedTokens *issued = sold->issued;
    const Metervault__V1__ReceiptNumber *receipt = issued->receipt;
    char number[24] = "";
    char date[TARIFF_DECIMAL];
    char units[QUANTITY_TEXT];
    char total[RECEIPT_TEXT], tax[RECEIPT_TEXT], tendered[RECEIPT_TEXT], change[RECEIPT_TEXT], balance[RECEIPT_TEXT];
    char tariff[RECEIPT_TEXT];
    if (receipt != NULL)
        (void)snprintf(number, sizeof number, "%" PRIu64, receipt->number);
    quantity_text(sold->bill->quantity, units);
    (void)snprintf(tariff, sizeof tariff, "%.64s/%" PRIu32, sold->bill->tariff, sold->bill->tariff_version);
    const struct value values[] = {
        {"organisation", receipt != NULL ? receipt->organisation : ""},
        {"till", receipt != NULL ? receipt->terminal_id : ""},
        {"number", number},
        {"date", tariff_time_text(issued->issued_at_unix_s, source->utc_offset_min, date)},
        {"operator", issued->principal},
        {"account", sold->account_number},
        {"customer", sold->customer_name},
        {"meter", issued->meter_pan},
        {"units", units},
        {"total", receipt_money(sold, sold->bill->total, total)},
        {"tax", some(sold, sold->bill->tax, tax)},
        {"currency", sold->bill->currency},
        {"payment", payment(sold, source->chinese)},
        {"tendered", some(sold, sold->tendered, tendered)},
        {"change", some(sold, sold->change_kept ? 0 : sold->change, change)},
        {"balance", some(sold, sold->balance, balance)},
        {"tariff", tariff},
        {"copy", issued->replayed ? (source->chinese ? "副本" : "COPY") : ""},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (strlen(values[i].name) == length && strncmp(values[i].name, name, length) == 0) {
            (void)snprintf(text, RECEIPT_TEXT, "%s", values[i].text);
            return true;
        }
    return false;
}

static const char *line_name(const Metervault__V1__BillLine *line, bool chinese)
{
    static const char *const english[] = {"?",      "Units", "Free units", "Monthly charge",
                                          "Charge", "Tax",   "Debt paid",  "Rounding"};
    static const char *const names[] = {"?", "用量", "免费用量", "月固定费", "费用", "税", "还欠款", "取整"};
    enum { NAMES = sizeof names / sizeof names[0] };
    if (line->text[0] != '\0')
        return line->text;
    return (chinese ? names : english)[(unsigned)line->kind < NAMES ? (unsigned)line->kind : 0];
}

void receipt_bill_line(const struct receipt_source *source, const Metervault__V1__BillLine *line,
                       struct receipt_row *row)
{
    char how[RECEIPT_TEXT / 2] = "";
    char units[QUANTITY_TEXT] = "";
    char rate[TARIFF_DECIMAL];
    if (line->quantity != NULL)
        quantity_text(line->quantity, units);
    if (line->quantity != NULL && line->rate_e5 != 0)
        (void)snprintf(how, sizeof how, " %s x %s", units, tariff_decimal_text(line->rate_e5, E5, E5_LEAST, rate));
    else if (line->quantity != NULL)
        (void)snprintf(how, sizeof how, " %s", units);
    else if (line->percent_e4 != 0)
        (void)snprintf(how, sizeof how, " %s%%", tariff_decimal_text(line->percent_e4, PERCENT_E4, 0, rate));
    else if (line->count > 1)
        (void)snprintf(how, sizeof how, " x %" PRIu32, line->count);
    *row = (struct receipt_row){.style = RECEIPT_PLAIN};
    (void)snprintf(row->left, sizeof row->left, "%.120s%s", line_name(line, source->chinese), how);
    (void)receipt_money(source->sold, line->amount, row->right);
}
