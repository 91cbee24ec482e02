/* Purchases by record that are taken back. The voiding record is a purchase that brings nothing, under a number of its
 * own, and covers what came before it as every purchase does, the voided one with nothing. So a meter that has taken it
 * took the voided one before, or never will: how much it has bought by records tells which. The rules are those of the
 * model in tests/proof/spin. */
#include <limits.h>

#include "store/record_list.h"
#include "store/voids.h"
#include "vending/claim_parts.h"
#include "vending/internal.h"
#include "vending/record_parts.h"

static mv_status not_voidable(const char *why)
{
    return mv_fail(MV_PURCHASE_NOT_VOIDABLE, why);
}

mv_status vend_void_form(const struct vend_record_order *order)
{
    bool plain = order->kind == MV_KIND_PURCHASE && order->purchase == MV_PURCHASE_REPLACEMENT && !order->priced &&
                 order->quantity.amount == 0 && order->arrears == 0 && !order->has_client && !order->has_card;
    return order->voids == 0 || plain ? mv_ok() : mv_fail(MV_INVALID_FIELD, "voids");
}

mv_status vend_void_check(struct store *store, const struct store_record_meter *keys, uint32_t voids, uint32_t last,
                          uint32_t taken)
{
    struct store_record row;
    bool voided;
    MV_TRY(store_record_get(store, keys->meter, keys->keys.epoch, MV_KIND_PURCHASE, voids, &row));
    if (row.amount == 0)
        return not_voidable("brings nothing");
    MV_TRY(store_void_exists(store, row.id, &voided));
    if (voided)
        return not_voidable("is void");
    if (voids <= taken)
        return not_voidable("the meter has it");
    /* a meter without it could not take the voiding record either */
    return last - voids < MV_UNREAD_MAX ? mv_ok() : not_voidable("too many came after it");
}

mv_status vend_void_amounts(struct store *store, const struct store_record *row, struct vend_unread *brings)
{
    bool voided;
    *brings = (struct vend_unread){.amount = row->amount, .arrears = row->arrears};
    MV_TRY(store_void_exists(store, row->id, &voided));
    if (voided)
        *brings = (struct vend_unread){.amount = 0};
    return mv_ok();
}

/* ---- what a return tells ---- */
struct waiting {
    struct store_void voids[VEND_RETURN_VOIDS];
    size_t count;
    /* Than there is room for. Where the meter took none of them they are the next return's; otherwise the others may be
     * what it took, and none of them is ever decided. */
    bool more;
};

static mv_status note(void *self, const struct store_void *row)
{
    struct waiting *waiting = self;
    if (waiting->count < VEND_RETURN_VOIDS)
        waiting->voids[waiting->count++] = *row;
    else
        waiting->more = true;
    return mv_ok();
}

static mv_status find_clearing(void *self, const struct store_record *row)
{
    bool *cleared = self;
    struct mv_tlv tlv;
    if (mv_tlv_find(row->bytes + MV_RECORD_HEAD, row->bytes[MV_RECORD_HEAD - 1], MV_TAG_CLEAR, &tlv))
        *cleared = *cleared || (mv_tlv_number(&tlv) & MV_CLEAR_PURCHASES) != 0;
    return mv_ok();
}

/* How much more the meter has bought than it would without all that is void; false when that tells nothing: purchases
 * that this ledger does not know, or a meter that was told to forget how much it bought. */
static mv_status find_excess(struct store *store, const struct store_return *back, uint32_t taken, int64_t *excess,
                             bool *known)
{
    int64_t total, sum;
    uint32_t count;
    bool cleared = false;
    MV_TRY(store_records_from(store, back->meter, back->epoch, MV_KIND_CONTROL, 0, INT_MAX, find_clearing, &cleared));
    MV_TRY(store_purchases_sum(store, back->meter, back->epoch, taken, &sum, &count));
    *known = vend_return_number(back, MV_TAG_TOTAL_PURCHASED, &total) && count == taken && !cleared;
    *excess = total - sum;
    return mv_ok();
}

/* The money of the sale, if somebody reversed it. An account without room for it does not cost the return: the claim
 * waits, and an officer's yes pays it (ApproveClaim). */
static mv_status pay_claim(struct store *store, const struct store_void *row, const struct store_return *back,
                           struct audit_record *record)
{
    struct store_sale sale;
    struct store_claim claim;
    bool room;
    mv_status found = store_sale_by_request(store, row->principal, row->request_id, &sale);
    if (found.ok)
        found = store_claim_of_sale(store, sale.id, &claim);
    if (!found.ok)
        return found.reason == MV_TOKEN_UNKNOWN || found.reason == MV_CLAIM_UNKNOWN ? mv_ok() : found;
    if (claim.act != 0)
        return mv_ok();
    MV_TRY(vend_claim_room(store, &claim, &room));
    if (!room)
        return mv_ok();
    MV_TRY(vend_claim_pay(store, &claim, back->principal, back->received_at_unix_s));
    return vend_claim_note(store, &claim, record);
}

/* Which of them the meter took: every choice of them that makes up the excess may be the true one, and where all agree
 * there is no doubt. */
struct judgement {
    uint32_t may, must; /* have been taken; a bit each */
};

static struct judgement judge(const struct waiting *waiting, int64_t excess)
{
    struct judgement judgement = {.may = 0, .must = UINT32_MAX};
    for (uint32_t choice = 0; choice < 1U << waiting->count; choice++) {
        int64_t sum = 0;
        for (size_t i = 0; i < waiting->count; i++)
            sum += (choice >> i & 1U) != 0 ? waiting->voids[i].amount : 0;
        if (sum != excess)
            continue;
        judgement.may |= choice;
        judgement.must &= choice;
    }
    return judgement;
}

static mv_status settle(struct store *store, const struct store_return *back, const struct waiting *waiting,
                        const struct judgement *judgement, struct audit_record *record)
{
    for (size_t i = 0; i < waiting->count; i++) {
        bool may = (judgement->may >> i & 1U) != 0;
        bool must = (judgement->must >> i & 1U) != 0;
        if (may != must)
            continue;
        MV_TRY(store_void_end(store, waiting->voids[i].record, back, must));
        if (!must)
            MV_TRY(pay_claim(store, &waiting->voids[i], back, record));
    }
    return mv_ok();
}

mv_status vend_void_settle(struct store *store, const struct store_return *back, struct audit_record *record)
{
    struct waiting waiting = {.count = 0};
    int64_t taken, excess;
    bool known;
    if (back->answers == 0 || !vend_return_number(back, MV_TAG_PURCHASE_SEQUENCE, &taken))
        return mv_ok();
    MV_TRY(store_voids_waiting(store, back->meter, back->epoch, (uint32_t)taken, note, &waiting));
    if (waiting.count == 0)
        return mv_ok();
    MV_TRY(find_excess(store, back, (uint32_t)taken, &excess, &known));
    if (!known || excess < 0 || (waiting.more && excess != 0))
        return mv_ok();
    const struct judgement judgement = judge(&waiting, excess);
    /* nothing makes it up: it has bought what this ledger does not know of */
    return judgement.must == UINT32_MAX ? mv_ok() : settle(store, back, &waiting, &judgement, record);
}

mv_status vend_void_tell(struct store *store, const struct store_return *back, struct vend_return *out)
{
    struct waiting ended = {.count = 0};
    MV_TRY(store_voids_ended(store, back, note, &ended));
    out->void_count = ended.count;
    for (size_t i = 0; i < ended.count; i++)
        out->voids[i] = (struct vend_void){.sequence = ended.voids[i].sequence,
                                           .voided_by = ended.voids[i].voided_by,
                                           .amount = ended.voids[i].amount,
                                           .taken = ended.voids[i].taken};
    return mv_ok();
}
