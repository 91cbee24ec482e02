/* Token keys that the catalogue does not know: a copy under another name, or what an interrupted creation left. */
#include <string.h>

#include "hsm/internal.h"

static mv_status label_of(struct hsm *hsm, CK_OBJECT_HANDLE key, char label[HSM_LABEL_SIZE])
{
    CK_ATTRIBUTE attribute = {CKA_LABEL, label, HSM_LABEL_SIZE - 1};
    CK_RV rv = hsm->p11->C_GetAttributeValue(hsm->session, key, &attribute, 1);
    if (rv == CKR_BUFFER_TOO_SMALL || rv == CKR_ATTRIBUTE_TYPE_INVALID || attribute.ulValueLen >= HSM_LABEL_SIZE) {
        memcpy(label, "?", 2); /* none of ours */
        return mv_ok();
    }
    label[attribute.ulValueLen] = '\0';
    return hsm_check(rv, "C_GetAttributeValue");
}

/* audit-sign is the only private key that a token has. */
static bool is_known(const struct hsm_catalogue *catalogue, CK_OBJECT_CLASS class, const char *label)
{
    const struct hsm_key_entry *entry = hsm_catalogue_by_label(catalogue, label);
    return entry != NULL && entry->info.state != HSM_DESTROYED &&
           (entry->info.use == HSM_USE_AUDIT_SIGN) == (class == CKO_PRIVATE_KEY);
}

static mv_status strangers_of(struct hsm *hsm, const struct hsm_catalogue *catalogue, CK_OBJECT_CLASS class,
                              size_t *count, char first[HSM_LABEL_SIZE])
{
    CK_OBJECT_HANDLE found[HSM_MOST_FOUND];
    struct hsm_template match = {.count = 0};
    size_t keys = 0;
    hsm_template_add(&match, CKA_CLASS, &class, sizeof class);
    hsm_template_flag(&match, CKA_TOKEN, true);
    MV_TRY(hsm_find(hsm, match.attributes, match.count, found, HSM_MOST_FOUND, &keys));
    for (size_t i = 0; i < keys; i++) {
        char label[HSM_LABEL_SIZE];
        MV_TRY(label_of(hsm, found[i], label));
        if (is_known(catalogue, class, label))
            continue;
        if ((*count)++ == 0)
            memcpy(first, label, sizeof label);
    }
    return mv_ok();
}

mv_status hsm_strangers(struct hsm *hsm, const struct hsm_catalogue *catalogue, size_t *count,
                        char first[HSM_LABEL_SIZE])
{
    *count = 0;
    MV_TRY(strangers_of(hsm, catalogue, CKO_SECRET_KEY, count, first));
    return strangers_of(hsm, catalogue, CKO_PRIVATE_KEY, count, first);
}
