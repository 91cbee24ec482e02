#include "hsm/record_scope.h"

#include <stdio.h>
#include <string.h>

bool hsm_use_is_record(enum hsm_key_use use)
{
    return use == HSM_USE_RECORD_MAC || use == HSM_USE_RECORD_ENC;
}

void hsm_record_label(enum hsm_key_use use, const uint8_t domain[HSM_DOMAIN_BYTES], uint8_t version,
                      char label[HSM_LABEL_SIZE])
{
    (void)snprintf(label, HSM_LABEL_SIZE, "%s/%02X%02X%02X/%u", use == HSM_USE_RECORD_MAC ? "record-mac" : "record-enc",
                   domain[0], domain[1], domain[2], version);
}

bool hsm_record_same_family(const struct hsm_key_info *a, const struct hsm_key_info *b)
{
    const char *end = strrchr(a->label, '/');
    size_t length = end == NULL ? 0 : (size_t)(end - a->label) + 1;
    return hsm_use_is_record(a->use) && a->use == b->use && strncmp(a->label, b->label, length) == 0;
}

mv_status hsm_record_current(const struct hsm_key_info *key, uint32_t minimum, enum hsm_purpose purpose,
                             int64_t now_unix_s)
{
    /* meters under an old version must find a way out of it */
    if (key->version < minimum && purpose != HSM_TO_LEAVE)
        return mv_fail(MV_RECORD_KEY_NOT_ACTIVE, "minimum version");
    if (!hsm_state_allows(key->state, purpose))
        return mv_fail(MV_RECORD_KEY_NOT_ACTIVE, "state");
    if (hsm_state_allows(hsm_key_state_at(key, now_unix_s), purpose))
        return mv_ok();
    return mv_fail(MV_RECORD_KEY_NOT_ACTIVE, now_unix_s < key->active_from_unix_s ? "active_from" : "issued_until");
}
