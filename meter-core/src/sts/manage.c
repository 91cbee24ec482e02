#include "metervault/sts_manage.h"

enum { RANDOM_MAX = 15 };

static bool known(uint8_t subclass)
{
    switch (subclass) {
    case MV_MANAGE_MAXIMUM_POWER:
    case MV_MANAGE_CLEAR_CREDIT:
    case MV_MANAGE_TARIFF_RATE:
    case MV_MANAGE_CLEAR_TAMPER:
    case MV_MANAGE_PHASE_UNBALANCE:
    case MV_MANAGE_WATER_FACTOR:
    case MV_MANAGE_EXTENDED:
        return true;
    default:
        return false;
    }
}

static bool field_exists(uint8_t subclass, uint16_t field)
{
    if (subclass == MV_MANAGE_CLEAR_CREDIT)
        return field <= MV_REGISTER_TIME_CURRENCY || field == MV_REGISTER_ALL;
    return subclass != MV_MANAGE_CLEAR_TAMPER || field == 0;
}

enum mv_result mv_sts_manage_pack(const struct mv_sts_manage *token, struct mv_sts_block *block)
{
    if (!known(token->subclass))
        return MV_FUNCTION_ERROR;
    if (token->random > RANDOM_MAX || token->tid > MV_TID_MAX || !field_exists(token->subclass, token->field))
        return MV_RANGE_ERROR;
    uint64_t content = (uint64_t)token->random << 40 | (uint64_t)token->tid << 16 | token->field;
    *block = (struct mv_sts_block){.token_class = MV_CLASS_MANAGEMENT, .subclass = token->subclass, .content = content};
    return MV_DONE;
}

enum mv_result mv_sts_manage_unpack(const struct mv_sts_block *block, struct mv_sts_manage *token)
{
    *token = (struct mv_sts_manage){0};
    if (block->token_class != MV_CLASS_MANAGEMENT || !known(block->subclass))
        return MV_FUNCTION_ERROR;
    *token = (struct mv_sts_manage){.subclass = block->subclass,
                                    .random = (uint8_t)(block->content >> 40 & RANDOM_MAX),
                                    .tid = (uint32_t)(block->content >> 16) & MV_TID_MAX,
                                    .field = (uint16_t)block->content};
    return field_exists(token->subclass, token->field) ? MV_DONE : MV_RANGE_ERROR;
}
