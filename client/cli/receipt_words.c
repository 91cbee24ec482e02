/* What a receipt says by itself, in English and in Chinese. */
#include <inttypes.h>

#include "receipt_parts.h"

enum { ENGLISH, CHINESE, LANGUAGES };
enum { CLAIM_APPROVALS = 2 };

static const char *say(const struct receipt_source *source, const char *const words[LANGUAGES])
{
    return words[source->chinese ? CHINESE : ENGLISH];
}

/* ---- titles ---- */
static const char *const title_sale[LANGUAGES] = {"Receipt", "收据"};
static const char *const title_free[LANGUAGES] = {"Free token", "免费发放"};
static const char *const title_token[LANGUAGES] = {"Token", "令牌"};
static const char *const title_acts[][LANGUAGES] = {{"Slip", "凭单"},
                                                    {"Debt added", "登记欠款"},
                                                    {"Debt changed", "更改欠款"},
                                                    {"Debt written off", "减免欠款"},
                                                    {"Debt paid", "还欠款"},
                                                    {"Paid in", "存入账户"},
                                                    {"Deposit taken", "收押金"},
                                                    {"Deposit returned", "退押金"},
                                                    {"Paid out", "退款"},
                                                    {"Claim paid", "申请金额入账"},
                                                    {"Debt moved away", "欠款转出"},
                                                    {"Debt moved here", "欠款转入"}};
static const char *const title_claims[][LANGUAGES] = {{"Claim", "申请"},
                                                      {"Claim for a reversed sale", "冲正申请"},
                                                      {"Claim for credit in a meter", "表内余额申请"},
                                                      {"Claim for units in a meter", "表内余量申请"}};

const char *receipt_title(const struct receipt_source *source)
{
    enum { ACTS = sizeof title_acts / sizeof title_acts[0], CLAIMS = sizeof title_claims / sizeof title_claims[0] };
    const struct receipt_of *of = source->of;
    if (of->act != NULL)
        return say(source, title_acts[(unsigned)of->act->kind < ACTS ? (unsigned)of->act->kind : 0]);
    if (of->claim != NULL)
        return say(source, title_claims[(unsigned)of->claim->kind < CLAIMS ? (unsigned)of->claim->kind : 0]);
    if (of->sold != NULL)
        return say(source, title_sale);
    return say(source, of->issued->free_reason[0] != '\0' ? title_free : title_token);
}

/* ---- payments, lines of a bill ---- */
const char *receipt_payment(const struct receipt_source *source, Metervault__V1__Payment payment)
{
    static const char *const names[][LANGUAGES] = {
        {"", ""},           {"cash", "现金"},       {"bank", "银行转账"},
        {"card", "银行卡"}, {"mobile", "手机支付"}, {"account balance", "账户余额"}};
    enum { NAMES = sizeof names / sizeof names[0] };
    return say(source, names[(unsigned)payment < NAMES ? (unsigned)payment : 0]);
}

const char *receipt_line_name(const struct receipt_source *source, const Metervault__V1__BillLine *line)
{
    static const char *const names[][LANGUAGES] = {
        {"?", "?"},         {"Units", "用量"}, {"Free units", "免费用量"}, {"Monthly charge", "月固定费"},
        {"Charge", "费用"}, {"Tax", "税"},     {"Debt paid", "还欠款"},    {"Rounding", "取整"}};
    enum { NAMES = sizeof names / sizeof names[0] };
    if (line->text[0] != '\0')
        return line->text;
    return say(source, names[(unsigned)line->kind < NAMES ? (unsigned)line->kind : 0]);
}

/* ---- claims ---- */
void receipt_claim_state(const struct receipt_source *source, char text[RECEIPT_TEXT])
{
    static const char *const paid[LANGUAGES] = {"paid to the account", "已入账"};
    static const char *const issued[LANGUAGES] = {"units issued", "已补发"};
    static const char *const proven[LANGUAGES] = {"proven by the meter", "电表已证实"};
    static const char *const agreed[LANGUAGES] = {"agreed to", "已批准"};
    const Metervault__V1__Claim *claim = source->of->claim;
    text[0] = '\0';
    if (claim == NULL)
        return;
    if (claim->act_number != 0)
        (void)snprintf(text, RECEIPT_TEXT, "%s", say(source, paid));
    else if (claim->units_issued)
        (void)snprintf(text, RECEIPT_TEXT, "%s", say(source, issued));
    else if (claim->proven)
        (void)snprintf(text, RECEIPT_TEXT, "%s", say(source, proven));
    else if (claim->approvals >= CLAIM_APPROVALS)
        (void)snprintf(text, RECEIPT_TEXT, "%s", say(source, agreed));
    else if (source->chinese)
        (void)snprintf(text, RECEIPT_TEXT, "待批准（%" PRIu32 "/%d）", claim->approvals, CLAIM_APPROVALS);
    else
        (void)snprintf(text, RECEIPT_TEXT, "waits for officers, %" PRIu32 " of %d agreed", claim->approvals,
                       CLAIM_APPROVALS);
}

/* ---- key changes ---- */
void receipt_token_name(const struct receipt_source *source, size_t place, size_t sections, char text[RECEIPT_TEXT])
{
    static const char *const credit[LANGUAGES] = {"Token", "令牌"};
    text[0] = '\0';
    if (place < sections)
        (void)snprintf(text, RECEIPT_TEXT, "%s %zu/%zu", source->chinese ? "换钥令牌" : "Key change", place + 1,
                       sections);
    else if (sections > 0)
        (void)snprintf(text, RECEIPT_TEXT, "%s", say(source, credit));
}

void receipt_steps(const struct receipt_source *source, size_t sections, char text[RECEIPT_TEXT])
{
    static const char *const confirmed[LANGUAGES] = {"The meter has the key change: type only the last token.",
                                                     "电表已完成换钥：只需输入最后的令牌。"};
    static const char *const lost[LANGUAGES] = {" Older tokens that were not typed yet are lost with it.",
                                                "换钥后，尚未输入的旧令牌作废。"};
    const Metervault__V1__IssuedTokens *issued = receipt_tokens(source);
    const Metervault__V1__KeyChange *change = issued != NULL ? issued->key_change : NULL;
    const bool credit = issued != NULL && issued->n_tokens > sections;
    text[0] = '\0';
    if (sections == 0)
        return;
    if (change != NULL && change->confirmed) {
        (void)snprintf(text, RECEIPT_TEXT, "%s", credit ? say(source, confirmed) : "");
        return;
    }
    int used;
    if (change != NULL && change->resent && credit)
        used = source->chinese
                   ? snprintf(text, RECEIPT_TEXT,
                              "换钥令牌以前已打印过：请先输入最后的令牌；电表拒绝时，按顺序输入 %zu "
                              "个换钥令牌，再输入最后的令牌。",
                              sections)
                   : snprintf(text, RECEIPT_TEXT,
                              "The key change was printed before: type the last token first. If the meter refuses it, "
                              "type the %zu key change tokens in their order, then the last token again.",
                              sections);
    else if (source->chinese)
        used = snprintf(text, RECEIPT_TEXT, "请按顺序输入 %zu 个换钥令牌%s。", sections,
                        credit ? "，再输入最后的令牌" : "");
    else
        used = snprintf(text, RECEIPT_TEXT, "Type the %zu key change tokens in their order%s.", sections,
                        credit ? ", then the last token" : "");
    if (used > 0 && used < RECEIPT_TEXT && change != NULL && change->rollover)
        (void)snprintf(text + used, RECEIPT_TEXT - (size_t)used, "%s", say(source, lost));
}
