#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "receipt_parts.h"
#include "sale_print.h"

enum { LINE = 512, TOKENS_OF_QR = 4 };

static const char english[] = "# {organisation}\n"
                              "= {copy}\n"
                              "{title} {reference}|{date}\n"
                              "Account|{account}\n"
                              "Customer|{customer}\n"
                              "Meter|{meter}\n"
                              "Reason|{reason}\n"
                              "---\n"
                              "{lines}\n"
                              "---\n"
                              "Total {currency}|{total}\n"
                              "of which tax|{tax}\n"
                              "Paid {currency} ({payment})|{tendered}\n"
                              "Paid out {currency} ({payment})|{paid_out}\n"
                              "Amount {currency}|{amount}\n"
                              "Units (Wh, l, s)|{claimed_units}\n"
                              "Change|{change}\n"
                              "Owed on debt {debt}|{owed}\n"
                              "Account balance|{balance}\n"
                              "Deposit|{deposit}\n"
                              "State|{state}\n"
                              "---\n"
                              "= {units}\n"
                              "{tokens}\n"
                              "{steps}\n"
                              "{qr}\n"
                              "---\n"
                              "Tariff|{tariff}\n"
                              "Operator|{operator}\n";
static const char chinese[] = "@language zh\n"
                              "# {organisation}\n"
                              "= {copy}\n"
                              "{title} {reference}|{date}\n"
                              "户号|{account}\n"
                              "户名|{customer}\n"
                              "表号|{meter}\n"
                              "原因|{reason}\n"
                              "---\n"
                              "{lines}\n"
                              "---\n"
                              "合计 {currency}|{total}\n"
                              "其中税|{tax}\n"
                              "实收 {currency}（{payment}）|{tendered}\n"
                              "支出 {currency}（{payment}）|{paid_out}\n"
                              "金额 {currency}|{amount}\n"
                              "数量 (Wh, l, s)|{claimed_units}\n"
                              "找零|{change}\n"
                              "欠款 {debt} 尚欠|{owed}\n"
                              "账户余额|{balance}\n"
                              "押金|{deposit}\n"
                              "状态|{state}\n"
                              "---\n"
                              "= {units}\n"
                              "{tokens}\n"
                              "{steps}\n"
                              "{qr}\n"
                              "---\n"
                              "电价|{tariff}\n"
                              "操作员|{operator}\n";

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

static bool full(const struct making *making)
{
    return refuse(making, "the receipt is too long", "", 0);
}

static bool add_row(const struct making *making, enum receipt_style style, const char *text)
{
    struct receipt_row *row = add(making);
    if (row == NULL)
        return full(making);
    row->style = style;
    (void)snprintf(row->left, sizeof row->left, "%s", text);
    return true;
}

static bool add_lines(const struct making *making)
{
    const Metervault__V1__Sold *sold = making->source.of->sold;
    for (size_t i = 0; sold != NULL && i < sold->bill->n_lines; i++) {
        struct receipt_row *row = add(making);
        if (row == NULL)
            return full(making);
        receipt_bill_line(&making->source, sold->bill->lines[i], row);
    }
    return true;
}

/* Without digits there is nothing to type: a trial, or a token that the caller may not see. */
static bool has_digits(const Metervault__V1__IssuedTokens *issued, size_t i)
{
    return issued->tokens[i]->digits[0] != '\0';
}

static bool add_tokens(const struct making *making)
{
    const Metervault__V1__IssuedTokens *issued = receipt_tokens(&making->source);
    const size_t sections = issued != NULL ? sale_key_sections(issued) : 0;
    for (size_t i = 0; issued != NULL && i < issued->n_tokens; i++) {
        char digits[SALE_DIGITS_TEXT];
        char name[RECEIPT_TEXT];
        if (!has_digits(issued, i))
            continue;
        receipt_token_name(&making->source, i, sections, name);
        sale_group_digits(issued->tokens[i]->digits, digits);
        if ((name[0] != '\0' && !add_row(making, RECEIPT_CENTRE, name)) || !add_row(making, RECEIPT_BIG, digits))
            return false;
    }
    return true;
}

static bool add_steps(const struct making *making)
{
    char text[RECEIPT_TEXT];
    const Metervault__V1__IssuedTokens *issued = receipt_tokens(&making->source);
    receipt_steps(&making->source, issued != NULL ? sale_key_sections(issued) : 0, text);
    return text[0] == '\0' || add_row(making, RECEIPT_PLAIN, text);
}

/* Digits of up to four tokens, with blanks between. */
static bool add_qr(const struct making *making)
{
    const Metervault__V1__IssuedTokens *issued = receipt_tokens(&making->source);
    struct receipt_row *row = NULL;
    size_t in_row = 0;
    for (size_t i = 0; issued != NULL && i < issued->n_tokens; i++) {
        if (!has_digits(issued, i))
            continue;
        if (row == NULL || in_row == TOKENS_OF_QR) {
            row = add(making);
            in_row = 0;
        }
        if (row == NULL)
            return full(making);
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
    if (strcmp(line, "{steps}") == 0)
        return add_steps(making);
    if (strcmp(line, "---") == 0)
        return add_row(making, RECEIPT_RULE, "");
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

static bool is_whole(const struct receipt_of *of)
{
    if (of->sold != NULL)
        return of->sold->issued != NULL && of->sold->bill != NULL && of->sold->bill->quantity != NULL;
    return of->issued != NULL || of->act != NULL || of->claim != NULL;
}

bool receipt_make(const struct receipt_of *of, const char *template, struct receipt *receipt, char wrong[RECEIPT_WRONG])
{
    struct making making = {{of, false}, receipt, 0, wrong};
    receipt->count = 0;
    receipt->chinese = false;
    if (!is_whole(of)) {
        (void)snprintf(wrong, RECEIPT_WRONG, "there is nothing to print");
        return false;
    }
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
