/* Prints one thing by a template: receipt_sample FORMAT (en | zh | TEMPLATE-FILE) [KIND [COLUMNS]]. Without arguments
 * says the kinds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "receipt.h"

enum { LINES = 7, TOKENS = 3, SECTIONS = 4, TEMPLATE = 65536 };

static struct {
    Metervault__V1__Sold sold;
    Metervault__V1__Bill bill;
    Metervault__V1__BillLine lines[LINES], *line_pointers[LINES];
    Metervault__V1__IssuedTokens issued;
    Metervault__V1__ReceiptNumber number;
    Metervault__V1__Token tokens[SECTIONS + 1], *token_pointers[SECTIONS + 1];
    Metervault__V1__Quantity units, first, second, free;
    Metervault__V1__KeyChange change;
    Metervault__V1__AccountAct act;
    Metervault__V1__Claim claim;
} sale;
static struct receipt_of of = {.currency = "EUR", .minor_digits = 2, .utc_offset_min = 60};

static void line(int at, Metervault__V1__BillLineKind kind, char *text, int64_t amount)
{
    metervault__v1__bill_line__init(sale.line_pointers[at] = &sale.lines[at]);
    sale.lines[at].kind = kind;
    sale.lines[at].text = text;
    sale.lines[at].amount = amount;
}

static Metervault__V1__Quantity *energy(Metervault__V1__Quantity *quantity, int64_t wh)
{
    metervault__v1__quantity__init(quantity);
    quantity->amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity->energy_wh = wh;
    return quantity;
}

static void fill_bill(void)
{
    metervault__v1__bill__init(&sale.bill);
    line(0, METERVAULT__V1__BILL_LINE_KIND__BILL_FREE, "", 0);
    sale.lines[0].quantity = energy(&sale.free, 20000);
    line(1, METERVAULT__V1__BILL_LINE_KIND__BILL_ENERGY, "", 1000);
    sale.lines[1].quantity = energy(&sale.first, 100000);
    sale.lines[1].rate_e5 = 10000;
    line(2, METERVAULT__V1__BILL_LINE_KIND__BILL_ENERGY, "", 625);
    sale.lines[2].quantity = energy(&sale.second, 50000);
    sale.lines[2].rate_e5 = 12500;
    line(3, METERVAULT__V1__BILL_LINE_KIND__BILL_FIXED_CHARGE, "", 500);
    sale.lines[3].count = 2;
    line(4, METERVAULT__V1__BILL_LINE_KIND__BILL_CHARGE, "Grundgebühr", 30);
    line(5, METERVAULT__V1__BILL_LINE_KIND__BILL_TAX, "VAT", 244);
    sale.lines[5].percent_e4 = 150000;
    line(6, METERVAULT__V1__BILL_LINE_KIND__BILL_DEBT, "", 101);
    sale.bill.lines = sale.line_pointers;
    sale.bill.n_lines = LINES;
    sale.bill.quantity = energy(&sale.units, 170000);
    sale.bill.total = 2500;
    sale.bill.tax = 244;
    sale.bill.currency = "EUR";
    sale.bill.minor_digits = 2;
    sale.bill.tariff = "home";
    sale.bill.tariff_version = 3;
}

static void fill_issued(void)
{
    static char *const digits[TOKENS] = {"12345678901234567890", "00000000000000000001", "98765432109876543210"};
    metervault__v1__issued_tokens__init(&sale.issued);
    metervault__v1__receipt_number__init(&sale.number);
    sale.number.organisation = "shop1";
    sale.number.terminal_id = "till-1";
    sale.number.number = 42;
    sale.issued.receipt = &sale.number;
    sale.issued.meter_pan = "600727000000000009";
    sale.issued.issued_at_unix_s = 1767222000; /* 2025-12-31 23:00 UTC */
    sale.issued.principal = "vendor1";
    for (int i = 0; i < TOKENS; i++) {
        metervault__v1__token__init(sale.token_pointers[i] = &sale.tokens[i]);
        sale.tokens[i].digits = digits[i];
    }
    sale.issued.tokens = sale.token_pointers;
    sale.issued.n_tokens = TOKENS;
}

/* ---- the kinds ---- */
static void fill_sale(void)
{
    metervault__v1__sold__init(&sale.sold);
    fill_bill();
    fill_issued();
    sale.sold.bill = &sale.bill;
    sale.sold.issued = &sale.issued;
    sale.sold.account_number = "A-1001";
    sale.sold.customer_name = "王小明 Müller";
    sale.sold.payment = METERVAULT__V1__PAYMENT__PAY_CASH;
    sale.sold.tendered = 3000;
    sale.sold.change = 500;
    of.sold = &sale.sold;
}

static void fill_copy(void)
{
    fill_sale();
    sale.issued.replayed = true;
}

static void fill_long(void)
{
    fill_sale();
    sale.sold.customer_name =
        "Wolfgang Amadeus Maria Freiherr von Hohenzollern-Sigmaringen und Taxis 欧阳诸葛司马慕容上官皇甫令狐宇文长孙";
    sale.sold.account_number = "ACCOUNT-OF-32-CHARACTERS-0000001";
    sale.lines[4].text = "Straßenbeleuchtungsabgabe der Stadt";
    sale.lines[6].text = "旧表欠款分期付款第十二期";
    sale.bill.tariff = "household-with-heat-pump-and-storage";
    sale.number.organisation = "Stadtwerke-am-Unterlauf-des-Flusses-GmbH";
}

/* The set comes first. */
static void fill_key_change(void)
{
    static char *const digits[SECTIONS] = {"11112222333344445555", "22223333444455556666", "33334444555566667777",
                                           "44445555666677778888"};
    static const uint32_t subclasses[SECTIONS] = {3, 4, 8, 9};
    fill_sale();
    for (int i = 0; i < SECTIONS; i++) {
        metervault__v1__token__init(&sale.tokens[i]);
        sale.tokens[i].digits = digits[i];
        sale.tokens[i].token_class = 2;
        sale.tokens[i].token_subclass = subclasses[i];
    }
    metervault__v1__token__init(sale.token_pointers[SECTIONS] = &sale.tokens[SECTIONS]);
    for (int i = 0; i < SECTIONS; i++)
        sale.token_pointers[i] = &sale.tokens[i];
    sale.tokens[SECTIONS].digits = "12345678901234567890";
    sale.issued.n_tokens = SECTIONS + 1;
    metervault__v1__key_change__init(&sale.change);
    sale.issued.key_change = &sale.change;
}

static void fill_key_again(void)
{
    fill_key_change();
    sale.change.resent = true;
    sale.change.rollover = true;
}

static void fill_free(void)
{
    fill_issued();
    sale.issued.n_tokens = 1;
    sale.issued.requested = energy(&sale.units, 5000);
    sale.tokens[0].quantity = &sale.units;
    sale.issued.free_reason = "emergency: storm, the substation is under water 紧急供电";
    of.issued = &sale.issued;
}

static void fill_act(Metervault__V1__AccountActKind kind, int64_t amount, Metervault__V1__Payment payment)
{
    metervault__v1__account_act__init(&sale.act);
    sale.act.number = 17;
    sale.act.kind = kind;
    sale.act.amount = amount;
    sale.act.payment = payment;
    sale.act.account_number = "A-1001";
    sale.act.customer_name = "王小明 Müller";
    sale.act.organisation = "shop1";
    sale.act.terminal_id = "till-1";
    sale.act.principal = "clerk1";
    sale.act.balance = 250;
    sale.act.at_unix_s = 1767222000;
    of.act = &sale.act;
}

static void fill_debt_paid(void)
{
    fill_act(METERVAULT__V1__ACCOUNT_ACT_KIND__ACT_DEBT_PAID, 1000, METERVAULT__V1__PAYMENT__PAY_CASH);
    sale.act.debt_id = 3;
    sale.act.owed = 4000;
}

static void fill_debt_added(void)
{
    fill_act(METERVAULT__V1__ACCOUNT_ACT_KIND__ACT_DEBT_ADDED, 5000, METERVAULT__V1__PAYMENT__PAYMENT_UNSPECIFIED);
    sale.act.terminal_id = "";
    sale.act.debt_id = 3;
    sale.act.owed = 5000;
    sale.act.reason = "new meter";
}

static void fill_deposit(void)
{
    fill_act(METERVAULT__V1__ACCOUNT_ACT_KIND__ACT_DEPOSIT_TAKEN, 10000, METERVAULT__V1__PAYMENT__PAY_BANK);
    sale.act.deposit = 10000;
}

static void fill_deposit_returned(void)
{
    fill_act(METERVAULT__V1__ACCOUNT_ACT_KIND__ACT_DEPOSIT_RETURNED, 10000, METERVAULT__V1__PAYMENT__PAY_CASH);
    sale.act.reason = "moved out";
}

static void fill_refund(void)
{
    fill_act(METERVAULT__V1__ACCOUNT_ACT_KIND__ACT_PAID_OUT, 1250, METERVAULT__V1__PAYMENT__PAY_CASH);
    sale.act.reason = "account closed";
    sale.act.replayed = true;
}

static void fill_claim(void)
{
    metervault__v1__claim__init(&sale.claim);
    sale.claim.claim_id = 5;
    sale.claim.kind = METERVAULT__V1__CLAIM_KIND__CLAIM_SALE;
    sale.claim.account_number = "A-1001";
    sale.claim.meter_pan = "600727000000000009";
    sale.claim.amount = 2500;
    sale.claim.reason = "sold to the wrong meter";
    sale.claim.principal = "clerk1";
    sale.claim.at_unix_s = 1767222000;
    sale.claim.approvals = 1;
    of.claim = &sale.claim;
}

static const struct {
    const char *name;
    void (*fill)(void);
} kinds[] = {{"sale", fill_sale},           {"copy", fill_copy},
             {"long", fill_long},           {"key-change", fill_key_change},
             {"key-again", fill_key_again}, {"free", fill_free},
             {"debt-paid", fill_debt_paid}, {"debt-added", fill_debt_added},
             {"deposit", fill_deposit},     {"deposit-returned", fill_deposit_returned},
             {"refund", fill_refund},       {"claim", fill_claim}};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static bool fill(const char *name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].name, name) == 0) {
            kinds[i].fill();
            return true;
        }
    return false;
}

static const char *template_of(const char *name)
{
    static char text[TEMPLATE];
    if (receipt_builtin(name) != NULL)
        return receipt_builtin(name);
    FILE *in = fopen(name, "re");
    if (in == NULL || fread(text, 1, sizeof text - 1, in) == 0)
        exit(3);
    (void)fclose(in);
    return text;
}

int main(int argc, char **argv)
{
    static struct receipt receipt;
    char wrong[RECEIPT_WRONG];
    for (size_t i = 0; argc < 3 && i < KINDS; i++)
        (void)puts(kinds[i].name);
    if (argc < 3 || !fill(argc > 3 ? argv[3] : "sale"))
        return 3;
    if (!receipt_make(&of, template_of(argv[2]), &receipt, wrong)) {
        (void)fprintf(stderr, "%s\n", wrong);
        return 1;
    }
    const size_t columns = argc > 4 ? strtoul(argv[4], NULL, 10) : RECEIPT_COLUMNS;
    if (strcmp(argv[1], "pdf") == 0)
        return receipt_pdf(&receipt, stdout) ? 0 : 1;
    if (strcmp(argv[1], "escpos") == 0)
        return receipt_escpos(&receipt, argc > 4 ? columns : RECEIPT_PRINTER_COLUMNS, stdout) ? 0 : 1;
    receipt_text(&receipt, columns, strcmp(argv[1], "qr") == 0, stdout);
    return 0;
}
