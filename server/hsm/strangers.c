/* Token keys that the catalogue does not know: a copy under another name, or what an interrupted creation left. The
 * latter is a key as it should be, of which only the catalogue's line is missing: nothing can be done with it that its
 * use does not allow, and the next act destroys it. */
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

/* One that the catalogue does not know, and its label. */
typedef mv_status stranger_seen(struct hsm *hsm, CK_OBJECT_HANDLE key, CK_OBJECT_CLASS class, const char *label,
                                void *context);

static mv_status each_of(struct hsm *hsm, const struct hsm_catalogue *catalogue, CK_OBJECT_CLASS class,
                         stranger_seen *seen, void *context)
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
        if (!is_known(catalogue, class, label))
            MV_TRY(seen(hsm, found[i], class, label, context));
    }
    return mv_ok();
}

static mv_status each(struct hsm *hsm, const struct hsm_catalogue *catalogue, stranger_seen *seen, void *context)
{
    MV_TRY(each_of(hsm, catalogue, CKO_SECRET_KEY, seen, context));
    return each_of(hsm, catalogue, CKO_PRIVATE_KEY, seen, context);
}

struct tally {
    size_t count;
    char *first;
};

static mv_status add(struct hsm *hsm, CK_OBJECT_HANDLE key, CK_OBJECT_CLASS class, const char *label, void *context)
{
    struct tally *tally = context;
    (void)hsm;
    (void)key;
    (void)class;
    if (tally->count++ == 0)
        memcpy(tally->first, label, strlen(label) + 1);
    return mv_ok();
}

mv_status hsm_strangers(struct hsm *hsm, const struct hsm_catalogue *catalogue, size_t *count,
                        char first[HSM_LABEL_SIZE])
{
    struct tally tally = {0, first};
    mv_status status = each(hsm, catalogue, add, &tally);
    *count = tally.count;
    return status;
}

/* The use that a label of ours names. False: none. */
static bool use_of(const char *label, enum hsm_key_use *use)
{
    static const struct {
        const char *begin;
        enum hsm_key_use use;
    } labels[] = {
        {"vending/", HSM_USE_VENDING},
        {"factory/", HSM_USE_FACTORY_KEK},
        {"record-mac/", HSM_USE_RECORD_MAC},
        {"record-enc/", HSM_USE_RECORD_ENC},
        {"audit-sign/", HSM_USE_AUDIT_SIGN},
        {"card-issuer/", HSM_USE_CARD_ISSUER},
        {"card-office/", HSM_USE_CARD_OFFICE},
        {"card-meter/", HSM_USE_CARD_METER},
        {"card-area/", HSM_USE_CARD_AREA},
        {"card-transport/", HSM_USE_CARD_TRANSPORT},
        {"card-pboc-internal/", HSM_USE_CARD_PBOC_INTERNAL},
        {"card-pboc-external/", HSM_USE_CARD_PBOC_EXTERNAL},
        {"card-pboc-mac/", HSM_USE_CARD_PBOC_MAC},
    };
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        size_t length = strlen(labels[i].begin);
        *use = labels[i].use;
        if (strncmp(label, labels[i].begin, length) == 0 && label[length] != '\0')
            return true;
    }
    return false;
}

/* Whether an interrupted creation leaves such a key; CATALOGUE_CORRUPT: no. */
static mv_status is_leftover(struct hsm *hsm, CK_OBJECT_HANDLE key, CK_OBJECT_CLASS class, const char *label)
{
    enum hsm_key_use use;
    if (!use_of(label, &use) || (use == HSM_USE_AUDIT_SIGN) != (class == CKO_PRIVATE_KEY))
        return mv_fail(MV_CATALOGUE_CORRUPT, "label");
    return use == HSM_USE_AUDIT_SIGN ? hsm_sign_attributes(hsm, key) : hsm_policy_verify(hsm, key, hsm_policy_of(use));
}

static mv_status check(struct hsm *hsm, CK_OBJECT_HANDLE key, CK_OBJECT_CLASS class, const char *label, void *context)
{
    (void)context;
    mv_status status = is_leftover(hsm, key, class, label);
    if (status.reason == MV_CATALOGUE_CORRUPT)
        return mv_fail(MV_CATALOGUE_CORRUPT, "a key that the catalogue does not know");
    return status;
}

mv_status hsm_strangers_verify(struct hsm *hsm, const struct hsm_catalogue *catalogue)
{
    return each(hsm, catalogue, check, NULL);
}

static mv_status destroy(struct hsm *hsm, CK_OBJECT_HANDLE key, CK_OBJECT_CLASS class, const char *label, void *context)
{
    mv_status status = is_leftover(hsm, key, class, label);
    if (status.reason == MV_CATALOGUE_CORRUPT)
        return mv_ok(); /* whatever it is, it stays for whoever looks into it */
    MV_TRY(status);
    MV_TRY(hsm_check(hsm->p11->C_DestroyObject(hsm->session, key), "C_DestroyObject"));
    return add(hsm, key, class, label, context);
}

mv_status hsm_leftovers_destroy(struct hsm *hsm, struct hsm_catalogue *catalogue, size_t *count,
                                char first[HSM_LABEL_SIZE])
{
    struct tally tally = {0, first};
    int lock = -1;
    *count = 0;
    /* under the lock nobody is in the middle of a creation */
    MV_TRY(hsm_lock(&hsm->config, &lock));
    mv_status status = hsm_catalogue_read(hsm, catalogue);
    if (status.ok)
        status = each(hsm, catalogue, destroy, &tally);
    hsm_unlock(lock);
    *count = tally.count;
    return status;
}
