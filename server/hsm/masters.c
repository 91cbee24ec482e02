#include "hsm/masters.h"

#include <stdio.h>
#include <string.h>

static const struct master {
    enum hsm_key_use use;
    const char *name;
    bool with_domain, of_cards;
} masters[] = {
    {HSM_USE_RECORD_MAC, "record-mac", true, false},
    {HSM_USE_RECORD_ENC, "record-enc", true, false},
    {HSM_USE_CARD_ISSUER, "card-issuer", false, true},
    {HSM_USE_CARD_OFFICE, "card-office", false, true},
    {HSM_USE_CARD_METER, "card-meter", false, true},
    {HSM_USE_CARD_AREA, "card-area", true, true},
    {HSM_USE_CARD_TRANSPORT, "card-transport", false, true},
    {HSM_USE_CARD_PBOC_INTERNAL, "card-pboc-internal", false, true},
    {HSM_USE_CARD_PBOC_EXTERNAL, "card-pboc-external", false, true},
    {HSM_USE_CARD_PBOC_MAC, "card-pboc-mac", false, true},
};

static const struct master *master_of(enum hsm_key_use use)
{
    for (size_t i = 0; i < sizeof masters / sizeof masters[0]; i++)
        if (masters[i].use == use)
            return &masters[i];
    return NULL;
}

bool hsm_use_is_master(enum hsm_key_use use)
{
    return master_of(use) != NULL;
}

bool hsm_use_is_card(enum hsm_key_use use)
{
    const struct master *master = master_of(use);
    return master != NULL && master->of_cards;
}

bool hsm_use_is_pboc(enum hsm_key_use use)
{
    return use == HSM_USE_CARD_PBOC_INTERNAL || use == HSM_USE_CARD_PBOC_EXTERNAL || use == HSM_USE_CARD_PBOC_MAC;
}

bool hsm_use_has_domain(enum hsm_key_use use)
{
    const struct master *master = master_of(use);
    return master != NULL && master->with_domain;
}

const char *hsm_master_name(enum hsm_key_use use)
{
    const struct master *master = master_of(use);
    return master == NULL ? NULL : master->name;
}

void hsm_master_label(enum hsm_key_use use, const uint8_t domain[HSM_DOMAIN_BYTES], uint8_t version,
                      char label[HSM_LABEL_SIZE])
{
    const char *name = hsm_master_name(use);
    if (hsm_use_has_domain(use))
        (void)snprintf(label, HSM_LABEL_SIZE, "%s/%02X%02X%02X/%u", name, domain[0], domain[1], domain[2], version);
    else
        (void)snprintf(label, HSM_LABEL_SIZE, "%s/%u", name, version);
}

bool hsm_master_same_family(const struct hsm_key_info *a, const struct hsm_key_info *b)
{
    const char *end = strrchr(a->label, '/');
    size_t length = end == NULL ? 0 : (size_t)(end - a->label) + 1;
    return hsm_use_is_master(a->use) && a->use == b->use && strncmp(a->label, b->label, length) == 0;
}

mv_status hsm_master_current(const struct hsm_key_info *key, uint32_t minimum, enum hsm_purpose purpose,
                             int64_t now_unix_s)
{
    enum mv_reason reason = hsm_use_is_card(key->use) ? MV_CARD_KEY_NOT_ACTIVE : MV_RECORD_KEY_NOT_ACTIVE;
    /* meters and cards under an old version must find a way out of it */
    if (key->version < minimum && purpose != HSM_TO_LEAVE)
        return mv_fail(reason, "minimum version");
    if (!hsm_state_allows(key->state, purpose))
        return mv_fail(reason, "state");
    if (hsm_state_allows(hsm_key_state_at(key, now_unix_s), purpose))
        return mv_ok();
    return mv_fail(reason, now_unix_s < key->active_from_unix_s ? "active_from" : "issued_until");
}
