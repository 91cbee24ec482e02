/* Purchase records: whose account, which purchases are still missing, what they bring. */
#include <string.h>

#include "../meter/companion.h"
#include "../record/wire.h"
#include "exact.h"
#include "record_rules.h"
#include "save.h"

enum { AMOUNT_SIZE = 8, ITEM_SIZE = 2 * AMOUNT_SIZE, CLIENT_SIZE = 6, CARD_SIZE = 8 };

/* What one sequence number brings. */
struct bought {
    uint64_t amount, debt;
};

/* The body, its values looked at by themselves. */
struct purchase {
    uint8_t kind; /* enum mv_purchase_kind */
    const uint8_t *client;
    const uint8_t *card;   /* NULL: on no card */
    const uint8_t *unread; /* items of tag 06, newest first */
    uint32_t unread_count;
    struct bought own;
};

static bool is_bcd(const uint8_t *bytes, unsigned size)
{
    bool digits = true;
    for (unsigned i = 0; i < size; i++)
        digits = digits && bytes[i] >> 4 <= 9 && (bytes[i] & 0xFU) <= 9;
    return digits;
}

static bool is_serial(const uint8_t card[CARD_SIZE])
{
    unsigned all = 0;
    for (unsigned i = 0; i < CARD_SIZE; i++)
        all |= card[i];
    return all != 0;
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
        purchase->unread_count = tlv.length / ITEM_SIZE;
    }
    purchase->own =
        (struct bought){.amount = mv_in_number(in, MV_TAG_AMOUNT), .debt = mv_in_number(in, MV_TAG_ARREARS_ADDED)};
    bool good = purchase->kind >= MV_PURCHASE_OPEN && purchase->kind <= MV_PURCHASE_REPLACEMENT &&
                mv_in_number(in, MV_TAG_REGISTER) == credit_register && is_bcd(purchase->client, CLIENT_SIZE) &&
                purchase->unread_count < in->head.sequence && (purchase->card == NULL || is_serial(purchase->card));
    return good ? MV_DONE : MV_RECORD_VALUE;
}

/* Constant time is not asked for: client and card are printed on the card. A replacement that names no card would leave
 * the lost one good. */
static enum mv_result check_card(const struct mv_record_state *records, const struct purchase *purchase)
{
    if (!is_serial(records->card))
        return MV_DONE;
    if (purchase->card == NULL)
        return purchase->kind == MV_PURCHASE_REPLACEMENT ? MV_RECORD_TAG : MV_DONE;
    bool other = memcmp(records->card, purchase->card, CARD_SIZE) != 0;
    return other && purchase->kind == MV_PURCHASE_NORMAL ? MV_RECORD_CARD : MV_DONE;
}

/* An opening that brings purchases again may be one that was signed anew because the first seemed to be lost. */
static enum mv_result check_account(const struct mv_record_state *records, const struct purchase *purchase)
{
    if (!records->account_open) {
        if (purchase->kind == MV_PURCHASE_NORMAL)
            return MV_RECORD_NOT_OPEN;
        return purchase->kind == MV_PURCHASE_REPLACEMENT ? MV_RECORD_NOT_OPEN_REPLACEMENT : MV_DONE;
    }
    if (memcmp(records->client, purchase->client, CLIENT_SIZE) != 0)
        return MV_RECORD_CLIENT;
    if (purchase->kind == MV_PURCHASE_OPEN && purchase->unread_count == 0)
        return MV_RECORD_COUNT;
    return check_card(records, purchase);
}

/* Of the purchase that lies so many sequence numbers back, 0 the record's own. */
static struct bought bought_at(const struct purchase *purchase, uint32_t back)
{
    if (back == 0)
        return purchase->own;
    const uint8_t *item = purchase->unread + (size_t)ITEM_SIZE * (back - 1);
    return (struct bought){.amount = mv_wire_get(item, AMOUNT_SIZE),
                           .debt = mv_wire_get(item + AMOUNT_SIZE, AMOUNT_SIZE)};
}

/* The record covers sequence - unread .. sequence; the stored one lies below its last. How many of them the meter does
 * not have yet, and what they bring together: neither amounts nor debts are above INT64_MAX. */
static enum mv_result add_missing(uint32_t stored, uint32_t sequence, const struct purchase *purchase,
                                  uint32_t *missing, struct bought *sum)
{
    *missing = sequence - stored;
    if (*missing - 1 > purchase->unread_count)
        return MV_RECORD_COUNT;
    for (uint32_t back = 0; back < *missing; back++) {
        struct bought bought = bought_at(purchase, back);
        if (bought.amount > INT64_MAX - sum->amount || bought.debt > INT64_MAX - sum->debt)
            return MV_RECORD_VALUE;
        sum->amount += bought.amount;
        sum->debt += bought.debt;
    }
    return MV_DONE;
}

/* The oldest one first, as if each had come by itself; debt before credit, so that arrears are taken of it already.
 * None of them is refused when the sum is not. */
static enum mv_result credit(struct mv_prepay *p, const struct purchase *purchase, uint32_t missing,
                             const struct bought *sum)
{
    enum mv_credit_register target = (enum mv_credit_register)p->parameters.credit_register;
    enum mv_result result = MV_DONE;
    if (p->account.arrears > INT64_MAX - (int64_t)sum->debt)
        return MV_OVERFLOW_ERROR;
    if (sum->amount > 0)
        result = mv_meter_may_credit(&p->meter, target, (int64_t)sum->amount);
    if (result != MV_DONE)
        return result;
    while (missing > 0 && result == MV_DONE) { /* GCOVR_EXCL_BR_LINE none is refused, as the sum was not */
        struct bought bought = bought_at(purchase, --missing);
        p->account.arrears += (int64_t)bought.debt;
        if (bought.amount > 0)
            result = mv_meter_add_credit(&p->meter, target, (int64_t)bought.amount);
    }
    mv_touch(p, MV_OBJECT_ACCOUNT, true);
    mv_touch(p, MV_OBJECT_TOKENS, true);
    return result;
}

enum mv_result mv_take_purchase(struct mv_prepay *p, const struct mv_record_in *in, struct mv_record_answer *answer)
{
    struct mv_record_state *records = &p->records;
    struct purchase purchase = {.unread_count = 0};
    struct bought sum = {.amount = 0};
    uint32_t missing = 0;
    enum mv_result result = read_body(in, p->parameters.credit_register, &purchase);
    if (result == MV_DONE)
        result = check_account(records, &purchase);
    if (result == MV_DONE)
        result = add_missing(records->sequence[MV_KIND_PURCHASE], in->head.sequence, &purchase, &missing, &sum);
    if (result == MV_DONE)
        result = credit(p, &purchase, missing, &sum);
    if (result != MV_DONE)
        return result;

    records->account_open = true;
    memcpy(records->client, purchase.client, CLIENT_SIZE);
    if (purchase.card != NULL && purchase.kind != MV_PURCHASE_NORMAL)
        memcpy(records->card, purchase.card, CARD_SIZE);
    records->total_purchased = mv_add_i64(records->total_purchased, (int64_t)sum.amount);
    answer->credited = (int64_t)sum.amount;
    return MV_ACCEPT;
}
