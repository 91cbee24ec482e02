/* Prints one sale by a template: receipt_sample FORMAT (en | zh | TEMPLATE-FILE) [copy]. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "receipt.h"

enum { LINES = 7, TOKENS = 3, TEMPLATE = 65536 };

static struct {
    Metervault__V1__Sold sold;
    Metervault__V1__Bill bill;
    Metervault__V1__BillLine lines[LINES], *line_pointers[LINES];
    Metervault__V1__IssuedTokens issued;
    Metervault__V1__ReceiptNumber number;
    Metervault__V1__Token tokens[TOKENS], *token_pointers[TOKENS];
    Metervault__V1__Quantity units, first, second, free;
} sale;

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

static void fill_issued(bool copy)
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
    sale.issued.replayed = copy;
    for (int i = 0; i < TOKENS; i++) {
        metervault__v1__token__init(sale.token_pointers[i] = &sale.tokens[i]);
        sale.tokens[i].digits = digits[i];
    }
    sale.issued.tokens = sale.token_pointers;
    sale.issued.n_tokens = TOKENS;
}

static void fill(bool copy)
{
    metervault__v1__sold__init(&sale.sold);
    fill_bill();
    fill_issued(copy);
    sale.sold.bill = &sale.bill;
    sale.sold.issued = &sale.issued;
    sale.sold.account_number = "A-1001";
    sale.sold.customer_name = "王小明 Müller";
    sale.sold.payment = METERVAULT__V1__PAYMENT__PAY_CASH;
    sale.sold.tendered = 3000;
    sale.sold.change = 500;
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
    if (argc < 3)
        return 3;
    fill(argc > 3);
    if (!receipt_make(&sale.sold, template_of(argv[2]), 60, &receipt, wrong)) {
        (void)fprintf(stderr, "%s\n", wrong);
        return 1;
    }
    if (strcmp(argv[1], "pdf") == 0)
        return receipt_pdf(&receipt, stdout) ? 0 : 1;
    if (strcmp(argv[1], "escpos") == 0)
        return receipt_escpos(&receipt, stdout) ? 0 : 1;
    receipt_text(&receipt, strcmp(argv[1], "qr") == 0, stdout);
    return 0;
}
