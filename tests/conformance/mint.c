#include "mint.h"

#include <string.h>

static mv_status prepare(struct hsmd_client *client, const struct hsmd_meter *meter, uint32_t *slot)
{
    struct hsmd_prepared prepared = {0};
    *slot = HSMD_SLOT_NONE;
    if (meter == NULL)
        return mv_ok();
    MV_TRY(hsmd_prepare(client, meter, 1, &prepared));
    *slot = prepared.slot;
    return prepared.status;
}

static mv_status encrypt(struct hsmd_client *client, const struct hsmd_block *block, char digits[21])
{
    struct hsmd_token token = {0};
    MV_TRY(hsmd_encrypt(client, block, 1, &token));
    MV_TRY(token.status);
    memcpy(digits, token.digits, sizeof token.digits);
    return mv_ok();
}

bool mint(struct facts *facts, struct hsmd_client *client, const struct hsmd_meter *meter, uint8_t token_class,
          uint64_t clear, char digits[21])
{
    struct hsmd_block block = {.token_class = token_class, .clear = clear};
    mv_status status = prepare(client, meter, &block.slot);
    if (status.ok)
        status = encrypt(client, &block, digits);
    if (!status.ok)
        facts_refusal(facts, (enum mv_reason)status.reason);
    return status.ok;
}
