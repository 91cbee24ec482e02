#include "metervault/sts.h"

enum { SUBCLASS_LAST_UNITS = 3, SUBCLASS_LAST_CURRENCY = 7, MANTISSA_MASK = 0x3FFF };

/* Content: RND(4) | TID(24) | amount(16); for currency the sign and the high exponent bits stand in place of RND. */
static uint64_t content(uint8_t first, uint32_t tid, uint16_t amount)
{
    return (uint64_t)first << 40 | (uint64_t)tid << 16 | amount;
}

enum mv_result mv_sts_credit_pack(const struct mv_sts_credit *credit, struct mv_sts_block *block)
{
    if (credit->tid > MV_TID_MAX || credit->subclass > SUBCLASS_LAST_CURRENCY)
        return MV_RANGE_ERROR;
    *block = (struct mv_sts_block){.token_class = MV_CLASS_CREDIT, .subclass = credit->subclass};
    if (credit->subclass <= SUBCLASS_LAST_UNITS) {
        if (credit->random > 15)
            return MV_RANGE_ERROR;
        block->content = content(credit->random, credit->tid, credit->amount);
        return MV_DONE;
    }
    const struct mv_sts_currency *amount = &credit->currency;
    if (amount->negative > 1 || amount->exponent > 31 || amount->mantissa > MANTISSA_MASK)
        return MV_RANGE_ERROR;
    uint8_t sign_and_exponent = (uint8_t)(amount->negative << 3 | amount->exponent >> 2);
    uint16_t low = (uint16_t)((amount->exponent & 3U) << 14 | amount->mantissa);
    block->content = content(sign_and_exponent, credit->tid, low);
    return MV_DONE;
}

enum mv_result mv_sts_credit_unpack(const struct mv_sts_block *block, struct mv_sts_credit *credit)
{
    *credit = (struct mv_sts_credit){0};
    if (block->token_class != MV_CLASS_CREDIT || block->subclass > SUBCLASS_LAST_CURRENCY)
        return MV_FUNCTION_ERROR;
    uint8_t first = (uint8_t)(block->content >> 40 & 15U);
    uint16_t amount = (uint16_t)block->content;
    credit->subclass = block->subclass;
    credit->tid = (uint32_t)(block->content >> 16) & MV_TID_MAX;
    if (block->subclass <= SUBCLASS_LAST_UNITS) {
        credit->random = first;
        credit->amount = amount;
        return MV_DONE;
    }
    credit->currency = (struct mv_sts_currency){.negative = first >> 3,
                                                .exponent = (uint8_t)((first & 7U) << 2 | amount >> 14),
                                                .mantissa = amount & MANTISSA_MASK};
    return MV_DONE;
}
