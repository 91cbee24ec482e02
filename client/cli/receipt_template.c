#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "receipt_parts.h"
#include "sale_print.h"

enum { LINE = 512, TOKENS_OF_QR = 4 };

static const char english[] = "# {organisation}\n"
                              "= {copy}\n"
                              "Receipt {till}/{number}|{date}\n"
                              "Account {account}|{customer}\n"
                              "Meter|{meter}\n"
                              "---\n"
                              "{lines}\n"
                              "---\n"
                              "Total {currency}|{total}\n"
                              "of which tax|{tax}\n"
                              "Paid ({payment})|{tendered}\n"
                              "Change|{change}\n"
                              "Account balance|{balance}\n"
                              "---\n"
                              "= {units}\n"
                              "{tokens}\n"
                              "{qr}\n"
                              "Tariff {tariff}|{operator}\n";
static const char chinese[] = "@language zh\n"
                              "# {organisation}\n"
                              "= {copy}\n"
                              "收据 {till}/{number}|{date}\n"
                              "户号 {account}|{customer}\n"
                              "表号|{meter}\n"
                              "---\n"
                              "{lines}\n"
                              "---\n"
                              "合计 {currency}|{total}\n"
                              "其中税|{tax}\n"
                              "实收（{payment}）|{tendered}\n"
                              "找零|{change}\n"
                              "账户余额|{balance}\n"
                              "---\n"
                              "= {units}\n"
                              "{tokens}\n"
                              "{qr}\n"
                              "电价 {tariff}|{operator}\n";

const char *receipt_builtin(const char *language)
{
    if (strcmp(language, "en") == 0)
        return english;
    return strcmp(language, "zh") == 0 ? chinese : NULL;
}

struct making {
    struct receipt_source source;
    struct receipt *receipt;
    unsigned line; /* of the template */
    char *wrong;
};

static bool refuse(const struct making *making, const char *what, const char *text, size_t length)
{
    (void)snprintf(making->wrong, RECEIPT_WRONG, "line %u: %s%.*s", making->line, what, length < 80 ? (int)length : 80,
                   text);
    return false;
}

static struct receipt_row *add(const struct making *making)
{
    struct receipt *receipt = making->receipt;
    if (receipt->count == RECEIPT_ROWS)
        return NULL;
    struct receipt_row *row = &receipt->rows[receipt->count++];
    *row = (struct receipt_row){.style = RECEIPT_PLAIN};
    return row;
}

/* Fields become what they say. `said` is set when one says something, `fields` when there is one. */
static bool expand(const struct making *making, const char *from, size_t length, char to[RECEIPT_TEXT], bool *fields,
                   bool *said)
{
    size_t used = 0;
    to[0] = '\0';
    for (size_t i = 0; i < length;) {
        char value[RECEIPT_TEXT];
        size_t take = 1;
        if (from[i] == '{') {
            const char *end = memchr(from + i, '}', length - i);
            if (end == NULL)
                return refuse(making, "a brace without its other: ", from + i, length - i);
            take = (size_t)(end - (from + i)) + 1;
            if (!receipt_field(&making->source, from + i + 1, take - 2, value))
                return refuse(making, "no such field: ", from + i, take);
            *fields = true;
            *said = *said || value[0] != '\0';
        } else {
            value[0] = from[i];
            value[1] = '\0';
        }
        if (used + strlen(value) >= RECEIPT_TEXT)
            return refuse(making, "too long", "", 0);
        memcpy(to + used, value, strlen(value) + 1);
        used += strlen(value);
        i += take;
    }
    return true;
}

static bool add_text(const struct making *making, enum receipt_style style, const char *text)
{
    char left[RECEIPT_TEXT];
    char right[RECEIPT_TEXT] = "";
    bool fields = false;
    bool said = false;
    const char *bar = style == RECEIPT_PLAIN ? strchr(text, '|') : NULL;
    if (!expand(making, text, bar == NULL ? strlen(text) : (size_t)(bar - text), left, &fields, &said) ||
        (bar != NULL && !expand(making, bar + 1, strlen(bar + 1), right, &fields, &said)))
        return false;
    /* what stands on the right is what the line is about */
    if ((fields && !said) || (bar != NULL && right[0] == '\0' && strchr(bar, '{') != NULL))
        return true;
    struct receipt_row *row = add(making);
    if (row == NULL)
        return refuse(making, "the receipt is too long", "", 0);
    row->style = style;
    memcpy(row->left, left, sizeof left);
    memcpy(row->right, right, sizeof right);
    return true;
}

static bool add_lines(const struct making *making)
{
    const Metervault__V1__Bill *bill = making->source.sold->bill;
    for (size_t i = 0; i < bill->n_lines; i++) {
        struct receipt_row *row = add(making);
        if (row == NULL)
            return refuse(making, "the receipt is too long", "", 0);
        receipt_bill_line(&making->source, bill->lines[i], row);
    }
    return true;
}

static bool add_tokens(const struct making *making)
{
    const Metervault__V1__IssuedTokens *issued = making->source.sold->issued;
    for (size_t i = 0; i < issued->n_tokens; i++) {
        char digits[SALE_DIGITS_TEXT];
        if (issued->tokens[i]->digits[0] == '\0')
            continue;
        struct receipt_row *row = add(making);
        if (row == NULL)
            return refuse(making, "the receipt is too long", "", 0);
        sale_group_digits(issued->tokens[i]->digits, digits);
        row->style = RECEIPT_BIG;
        (void)snprintf(row->left, sizeof row->left, "%s", digits);
    }
    return true;
}

/* Digits of up to four tokens, with blanks between. */
static bool add_qr(const struct making *making)
{
    const Metervault__V1__IssuedTokens *issued = making->source.sold->issued;
    struct receipt_row *row = NULL;
    size_t in_row = 0;
    for (size_t i = 0; i < issued->n_tokens; i++) {
        if (issued->tokens[i]->digits[0] == '\0')
            continue;
        if (row == NULL || in_row == TOKENS_OF_QR) {
            row = add(making);
            in_row = 0;
        }
        if (row == NULL)
            return refuse(making, "the receipt is too long", "", 0);
        row->style = RECEIPT_QR;
        size_t used = strlen(row->left);
        (void)snprintf(row->left + used, sizeof row->left - used, "%s%.20s", in_row > 0 ? " " : "",
                       issued->tokens[i]->digits);
        in_row++;
    }
    return true;
}

static bool add_line(struct making *making, const char *line)
{
    if (strcmp(line, "{lines}") == 0)
        return add_lines(making);
    if (strcmp(line, "{tokens}") == 0)
        return add_tokens(making);
    if (strcmp(line, "{qr}") == 0)
        return add_qr(making);
    if (strcmp(line, "---") == 0) {
        struct receipt_row *row = add(making);
        if (row == NULL)
            return refuse(making, "the receipt is too long", "", 0);
        row->style = RECEIPT_RULE;
        return true;
    }
    if (strncmp(line, "# ", 2) == 0)
        return add_text(making, RECEIPT_BIG, line + 2);
    if (strncmp(line, "= ", 2) == 0)
        return add_text(making, RECEIPT_CENTRE, line + 2);
    if (line[0] != '@')
        return add_text(making, RECEIPT_PLAIN, line);
    if (making->line != 1 || (strcmp(line, "@language zh") != 0 && strcmp(line, "@language en") != 0))
        return refuse(making, "only the first line says @language en or @language zh: ", line, strlen(line));
    making->source.chinese = making->receipt->chinese = strcmp(line, "@language zh") == 0;
    return true;
}

bool receipt_make(const Metervault__V1__Sold *sold, const char *template, int32_t utc_offset_min,
                  struct receipt *receipt, char wrong[RECEIPT_WRONG])
{
    struct making making = {{sold, utc_offset_min, false}, receipt, 0, wrong};
    receipt->count = 0;
    receipt->chinese = false;
    if (sold->issued == NULL || sold->bill == NULL || sold->bill->quantity == NULL)
        return refuse(&making, "this is no priced sale", "", 0);
    while (*template != '\0') {
        char line[LINE];
        size_t length = strcspn(template, "\n");
        making.line++;
        if (length >= sizeof line || !mv_text_printable(template, length))
            return refuse(&making, "too long, or no text", "", 0);
        memcpy(line, template, length);
        line[length] = '\0';
        if (!add_line(&making, line))
            return false;
        template += length + (template[length] == '\n');
    }
    return true;
}
