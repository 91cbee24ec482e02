/* Purchase records: whose account, which purchases are still missing, what they bring. */
#include <string.h>

#include "../meter/companion.h"
#include "../record/wire.h"
#include "exact.h"
#include "record_rules.h"
#include "save.h"

enum { AMOUNT_SIZE = 8, CLIENT_SIZE = 6, CARD_SIZE = 8 };

/* The body, its values looked at by themselves. */
struct purchase {
    uint8_t kind; /* enum mv_purchase_kind */
    const uint8_t *client;
    const uint8_t *card;   /* NULL: on no card */
    const uint8_t *unread; /* amounts, newest first */
    uint32_t unread_count;
    int64_t amount, debt;
};

static bool is_bcd(const uint8_t *bytes, unsigned size)
{
    bool digits = true;
    for (unsigned i = 0; i < size; i++)
        digits = digits && bytes[i] >> 4 <= 9 && (bytes[i] & 0xFU) <= 9;
    return digits;
}

static enum mv_result read_body(const struct mv_record_in *in, unsigned credit_register, struct purchase *purchase)
{
    struct mv_tlv tlv;
    if (!mv_in_has(in, MV_TAG_PURCHASE_KIND) || !mv_in_has(in, MV_TAG_REGISTER) || !mv_in_has(in, MV_TAG_AMOUNT) ||
        !mv_in_find(in, MV_TAG_CLIENT, &tlv))
        return MV_RECORD_TAG;
    purchase->client = tlv.value;
    purchase->kind = (uint8_t)mv_in_number(in, MV_TAG_PURCHASE_KIND);
    purchase->card = mv_in_find(in, MV_TAG_CARD, &tlv) ? tlv.value : NULL;
    if (mv_in_find(in, MV_TAG_UNREAD, &tlv)) {
        purchase->unread = tlv.value;
        purchase->unread_count = tlv.length / AMOUNT_SIZE;
    }
    uint64_t amount = mv_in_number(in, MV_TAG_AMOUNT);
    uint64_t debt = mv_in_number(in, MV_TAG_ARREARS_ADDED);
    if (amount > INT64_MAX || debt > INT64_MAX)
        return MV_RECORD_VALUE;
    bool good = purchase->kind >= MV_PURCHASE_OPEN && purchase->kind <= MV_PURCHASE_REPLACEMENT &&
                mv_in_number(in, MV_TAG_REGISTER) == credit_register && is_bcd(purchase->client, CLIENT_SIZE) &&
                purchase->unread_count < in->head.sequence;
    purchase->amount = (int64_t)amount;
    purchase->debt = (int64_t)debt;
    return good ? MV_DONE : MV_RECORD_VALUE;
}

/* Constant time is not asked for: client and card are printed on the card. */
static bool other_card(const struct mv_record_state *records, const uint8_t *card)
{
    static const uint8_t none[CARD_SIZE];
    return card != NULL && memcmp(records->card, none, CARD_SIZE) != 0 && memcmp(records->card, card, CARD_SIZE) != 0;
}

static enum mv_result check_account(const struct mv_record_state *records, const struct purchase *purchase)
{
    if (!records->account_open) {
        if (purchase->kind == MV_PURCHASE_NORMAL)
            return MV_RECORD_NOT_OPEN;
        return purchase->kind == MV_PURCHASE_REPLACEMENT ? MV_RECORD_NOT_OPEN_REPLACEMENT : MV_DONE;
    }
    if (memcmp(records->client, purchase->client, CLIENT_SIZE) != 0)
        return MV_RECORD_CLIENT;
    if (purchase->kind == MV_PURCHASE_NORMAL && other_card(records, purchase->card))
        return MV_RECORD_CARD;
    return purchase->kind == MV_PURCHASE_OPEN ? MV_RECORD_COUNT : MV_DONE;
}

/* The record covers sequence - unread .. sequence; the stored one lies below its last. What it brings of purchases that
 * the meter does not have yet: `amount`. */
static enum mv_result add_missing(uint32_t stored, uint32_t sequence, const struct purchase *purchase, int64_t *amount)
{
    uint32_t before = sequence - stored - 1; /* that the meter lacks, besides the last */
    if (before > purchase->unread_count)
        return MV_RECORD_COUNT;
    *amount = purchase->amount;
    for (uint32_t i = 0; i < before; i++) {
        uint64_t more = mv_wire_get(purchase->unread + (size_t)AMOUNT_SIZE * i, AMOUNT_SIZE);
        if (more > (uint64_t)(INT64_MAX - *amount))
            return MV_RECORD_VALUE;
        *amount += (int64_t)more;
    }
    return MV_DONE;
}

/* Debt first: arrears are taken of this purchase already. */
static enum mv_result credit(struct mv_prepay *p, int64_t amount, int64_t debt)
{
    int64_t arrears = p->account.arrears;
    if (arrears > INT64_MAX - debt)
        return MV_OVERFLOW_ERROR;
    p->account.arrears = arrears + debt;
    enum mv_result result = MV_DONE;
    if (amount > 0)
        result = mv_meter_add_credit(&p->meter, (enum mv_credit_register)p->parameters.credit_register, amount);
    if (result != MV_DONE) {
        p->account.arrears = arrears;
        return result;
    }
    mv_touch(p, MV_OBJECT_ACCOUNT, true);
    mv_touch(p, MV_OBJECT_TOKENS, true);
    return MV_DONE;
}

enum mv_result mv_take_purchase(struct mv_prepay *p, const struct mv_record_in *in, struct mv_record_answer *answer)
{
    struct mv_record_state *records = &p->records;
    struct purchase purchase = {.unread_count = 0};
    int64_t amount = 0;
    enum mv_result result = read_body(in, p->parameters.credit_register, &purchase);
    if (result == MV_DONE)
        result = check_account(records, &purchase);
    if (result == MV_DONE)
        result = add_missing(records->sequence[MV_KIND_PURCHASE], in->head.sequence, &purchase, &amount);
    if (result == MV_DONE)
        result = credit(p, amount, purchase.debt);
    if (result != MV_DONE)
        return result;

    records->account_open = true;
    memcpy(records->client, purchase.client, CLIENT_SIZE);
    if (purchase.card != NULL && purchase.kind != MV_PURCHASE_NORMAL)
        memcpy(records->card, purchase.card, CARD_SIZE);
    records->total_purchased = mv_add_i64(records->total_purchased, amount);
    answer->credited = amount;
    return MV_ACCEPT;
}
