/* The one place where a card's keys are in memory: to be put onto the card. */
#include <string.h>

#include "base/secret.h"
#include "hsm/an10922.h"
#include "hsm/card_key.h"

static mv_status value_of(struct hsm *hsm, const struct hsm_card_source *source, uint8_t *value)
{
    if (source->master.object != 0)
        return hsm_an10922_value(hsm, source->master.object, source->diversifier, source->size, value);
    memset(value, 0, HSM_CARD_KEY);
    return mv_ok();
}

mv_status hsm_card_key_data(struct hsm *hsm, const struct hsm_card_source *new_key,
                            const struct hsm_card_source *old_key, uint8_t version, uint8_t *plain, uint8_t *size)
{
    uint8_t *keys = mv_secret_alloc(2 * (size_t)HSM_CARD_KEY);
    if (keys == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    uint8_t *old_value = keys + HSM_CARD_KEY;
    mv_status status = value_of(hsm, new_key, keys);
    if (status.ok && old_key != NULL)
        status = value_of(hsm, old_key, old_value);
    if (status.ok)
        *size = mv_card_key_data(keys, old_key == NULL ? NULL : old_value, version, plain);
    mv_secret_free(keys, 2 * (size_t)HSM_CARD_KEY);
    return status;
}
