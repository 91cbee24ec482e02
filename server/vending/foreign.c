/* What a token says that was not issued here. */
#include "metervault/sts.h"
#include "metervault/sts_manage.h"
#include "vending/content.h"
#include "vending/desk_parts.h"

enum { CREDIT = 0, MANAGEMENT = 2, UNIT_SUBCLASSES = 4, TID_BITS = 24, FIELD_BITS = 16 };

static struct vend_quantity money(struct mv_sts_currency amount)
{
    struct mv_u128 magnitude = mv_sts_currency_magnitude(amount);
    if (amount.negative != 0 || magnitude.high != 0 || magnitude.low > INT64_MAX)
        return (struct vend_quantity){.amount = 0};
    return (struct vend_quantity){VEND_UNIT_CURRENCY_E5, (int64_t)magnitude.low};
}

static void read_credit(const struct mv_sts_block *block, struct vend_foreign *out)
{
    struct mv_sts_credit credit;
    if (mv_sts_credit_unpack(block, &credit) != MV_DONE)
        return;
    if (credit.subclass >= UNIT_SUBCLASSES) {
        out->quantity = money(credit.currency);
        return;
    }
    enum vend_utility utility = (enum vend_utility)(credit.subclass + VEND_ELECTRICITY);
    out->quantity = (struct vend_quantity){vend_unit_of(utility),
                                           (int64_t)mv_sts_amount_decode(credit.amount) * vend_token_unit(utility)};
}

static void read_management(const struct mv_sts_block *block, struct vend_foreign *out)
{
    struct mv_sts_manage token;
    if (mv_sts_manage_unpack(block, &token) != MV_DONE)
        return;
    bool power = token.subclass == MV_MANAGE_MAXIMUM_POWER || token.subclass == MV_MANAGE_PHASE_UNBALANCE;
    out->has_management = true;
    out->management = (struct vend_management){token.subclass, power ? mv_sts_amount_decode(token.field) : token.field};
}

void vend_foreign_fill(const struct hsmd_opened *opened, struct vend_foreign *out)
{
    *out = (struct vend_foreign){.token_class = opened->token_class, .subclass = opened->subclass};
    if (opened->key_section) {
        out->key_section = opened->section <= HSMD_KEY_SECTIONS ? opened->section : 0;
        return;
    }
    struct mv_sts_block block = {.token_class = opened->token_class,
                                 .subclass = opened->subclass,
                                 .content = (uint64_t)opened->random_or_sign_exponent << (TID_BITS + FIELD_BITS) |
                                            (uint64_t)opened->tid << FIELD_BITS | opened->field};
    if (opened->token_class != CREDIT && opened->token_class != MANAGEMENT)
        return;
    out->tid = opened->tid;
    if (opened->token_class == CREDIT)
        read_credit(&block, out);
    else
        read_management(&block, out);
}
