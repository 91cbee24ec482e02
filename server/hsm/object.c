/* Finding and destroying token objects. Searches are linear in every module, so nothing here runs per request. */
#include <string.h>

#include "hsm/internal.h"

static mv_status collect(struct hsm *hsm, CK_OBJECT_HANDLE *found, size_t size, size_t *count)
{
    *count = 0;
    for (;;) {
        CK_OBJECT_HANDLE some[32];
        CK_ULONG got = 0;
        MV_TRY(hsm_check(hsm->p11->C_FindObjects(hsm->session, some, 32, &got), "C_FindObjects"));
        if (got == 0)
            return mv_ok();
        if (got > size - *count)
            return mv_fail(MV_CATALOGUE_CORRUPT, "more objects in the token than it may hold");
        memcpy(found + *count, some, got * sizeof some[0]);
        *count += got;
    }
}

mv_status hsm_find(struct hsm *hsm, CK_ATTRIBUTE *match, CK_ULONG match_count, CK_OBJECT_HANDLE *found, size_t size,
                   size_t *count)
{
    MV_TRY(hsm_check(hsm->p11->C_FindObjectsInit(hsm->session, match, match_count), "C_FindObjectsInit"));
    mv_status status = collect(hsm, found, size, count);
    CK_RV rv = hsm->p11->C_FindObjectsFinal(hsm->session);
    return status.ok ? hsm_check(rv, "C_FindObjectsFinal") : status;
}

static mv_status find_keys(struct hsm *hsm, CK_OBJECT_CLASS class, const char *label, CK_OBJECT_HANDLE *found,
                           size_t size, size_t *count)
{
    struct hsm_template match = {.count = 0};
    hsm_template_add(&match, CKA_CLASS, &class, sizeof class);
    hsm_template_flag(&match, CKA_TOKEN, true);
    hsm_template_add(&match, CKA_LABEL, label, strlen(label));
    return hsm_find(hsm, match.attributes, match.count, found, size, count);
}

static mv_status find_only(struct hsm *hsm, CK_OBJECT_CLASS class, const char *label, CK_OBJECT_HANDLE *key)
{
    CK_OBJECT_HANDLE found[8];
    size_t count = 0;
    MV_TRY(find_keys(hsm, class, label, found, sizeof found / sizeof found[0], &count));
    if (count == 0)
        return mv_fail(MV_KEY_UNKNOWN, "object of the key");
    if (count > 1)
        return mv_fail(MV_CATALOGUE_CORRUPT, "two keys of one label");
    *key = found[0];
    return mv_ok();
}

static mv_status destroy_all(struct hsm *hsm, CK_OBJECT_CLASS class, const char *label)
{
    CK_OBJECT_HANDLE found[8];
    size_t count = 0;
    MV_TRY(find_keys(hsm, class, label, found, sizeof found / sizeof found[0], &count));
    for (size_t i = 0; i < count; i++)
        MV_TRY(hsm_check(hsm->p11->C_DestroyObject(hsm->session, found[i]), "C_DestroyObject"));
    return mv_ok();
}

mv_status hsm_find_key(struct hsm *hsm, const char *label, CK_OBJECT_HANDLE *key)
{
    return find_only(hsm, CKO_SECRET_KEY, label, key);
}

mv_status hsm_destroy_keys(struct hsm *hsm, const char *label)
{
    return destroy_all(hsm, CKO_SECRET_KEY, label);
}

mv_status hsm_find_private(struct hsm *hsm, const char *label, CK_OBJECT_HANDLE *key)
{
    return find_only(hsm, CKO_PRIVATE_KEY, label, key);
}

mv_status hsm_destroy_private(struct hsm *hsm, const char *label)
{
    return destroy_all(hsm, CKO_PRIVATE_KEY, label);
}

void hsm_destroy(struct hsm *hsm, CK_OBJECT_HANDLE object)
{
    if (object != 0)
        (void)hsm->p11->C_DestroyObject(hsm->session, object);
}

static mv_status known_key(struct hsm *hsm, CK_KEY_TYPE type, const uint8_t value[16], unsigned permissions,
                           CK_OBJECT_HANDLE *key)
{
    const struct hsm_policy policy = {.type = type, .permissions = permissions};
    struct hsm_template template = {.count = 0};
    hsm_template_session(&template, &type, false);
    hsm_template_usage(&template, &policy, 0);
    hsm_template_add(&template, CKA_VALUE, value, 16);
    CK_RV rv = hsm->p11->C_CreateObject(hsm->session, template.attributes, template.count, key);
    return hsm_check(rv, "C_CreateObject");
}

mv_status hsm_known_key(struct hsm *hsm, const uint8_t value[16], unsigned permissions, CK_OBJECT_HANDLE *key)
{
    return known_key(hsm, CKK_AES, value, permissions, key);
}

mv_status hsm_known_des3_key(struct hsm *hsm, const uint8_t value[16], unsigned permissions, CK_OBJECT_HANDLE *key)
{
    return known_key(hsm, CKK_DES2, value, permissions, key);
}
