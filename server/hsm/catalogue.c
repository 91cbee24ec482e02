/* The catalogue as callers see it. */
#include <string.h>

#include "hsm/internal.h"

bool hsm_catalogue_add(struct hsm_catalogue *catalogue, const struct hsm_entry *entry)
{
    switch (entry->kind) {
    case HSM_ENTRY_KEY:
        if (catalogue->key_count == HSM_MAX_KEYS)
            return false;
        catalogue->keys[catalogue->key_count++] = entry->of.key;
        return true;
    case HSM_ENTRY_OFFICER:
        if (catalogue->officer_count == HSM_MAX_OFFICERS)
            return false;
        catalogue->officers[catalogue->officer_count++] = entry->of.officer;
        return true;
    case HSM_ENTRY_FORMER:
        return catalogue->former_count++ < HSM_MAX_FORMER;
    case HSM_ENTRY_RULE:
        if (entry->of.rule.needed == HSM_RULE_NONE)
            return true;
        if (catalogue->rule_count == HSM_MAX_RULES)
            return false;
        catalogue->rules[catalogue->rule_count++] = entry->of.rule;
        return true;
    case HSM_ENTRY_SPENT:
        if (catalogue->spent_count == HSM_SPENT_PAGES)
            return false;
        catalogue->spent[catalogue->spent_count++] = entry->of.spent;
        return true;
    default:
        return false;
    }
}

static mv_status fill(const struct hsm_records *records, struct hsm_catalogue *catalogue)
{
    memset(catalogue, 0, sizeof *catalogue);
    catalogue->generation = records->head.generation;
    memcpy(catalogue->digest, records->head.of.head.digest, sizeof catalogue->digest);
    for (size_t i = 0; i < records->member_count; i++)
        if (!hsm_catalogue_add(catalogue, &records->entries[i]))
            return mv_fail(MV_CATALOGUE_CORRUPT, "catalogue: too many entries");
    return hsm_digest_governing(records->entries, records->member_count, catalogue->governing);
}

static mv_status read_once(struct hsm *hsm, struct hsm_catalogue *catalogue)
{
    struct hsm_records records;
    mv_status status = hsm_records_load(hsm, &records);
    if (status.ok)
        status = fill(&records, catalogue);
    if (status.ok)
        hsm->head = records.head.object;
    hsm_records_free(&records);
    return status;
}

mv_status hsm_catalogue_read(struct hsm *hsm, struct hsm_catalogue *catalogue)
{
    /* a writer in another process may take an object away between search and reading */
    enum { TRIES = 3 };
    mv_status status = mv_ok();
    for (int i = 0; i < TRIES; i++) {
        status = read_once(hsm, catalogue);
        if (status.ok || status.reason != MV_MODULE_FAILED || status.detail != CKR_OBJECT_HANDLE_INVALID)
            break;
    }
    return status;
}

mv_status hsm_catalogue_changed(struct hsm *hsm, bool *changed)
{
    uint8_t data[HSM_ENTRY_SIZE];
    CK_ATTRIBUTE value = {CKA_VALUE, data, sizeof data};
    *changed = true;
    if (hsm->head == 0)
        return mv_ok();
    /* a writer replaces the head, so an unchanged catalogue is a head that still exists */
    CK_RV rv = hsm->p11->C_GetAttributeValue(hsm->session, hsm->head, &value, 1);
    if (rv == CKR_OBJECT_HANDLE_INVALID)
        return mv_ok();
    MV_TRY(hsm_check(rv, "C_GetAttributeValue"));
    *changed = false;
    return mv_ok();
}

const struct hsm_key_entry *hsm_catalogue_by_label(const struct hsm_catalogue *catalogue, const char *label)
{
    for (size_t i = 0; i < catalogue->key_count; i++)
        if (strcmp(catalogue->keys[i].info.label, label) == 0)
            return &catalogue->keys[i];
    return NULL;
}

const struct hsm_key_entry *hsm_catalogue_vending(const struct hsm_catalogue *catalogue, const char *sgc, uint8_t krn,
                                                  uint8_t kt)
{
    for (size_t i = 0; i < catalogue->key_count; i++) {
        const struct hsm_key_info *info = &catalogue->keys[i].info;
        if (info->use == HSM_USE_VENDING && info->scope.krn == krn && info->scope.kt == kt &&
            strcmp(info->scope.sgc, sgc) == 0)
            return &catalogue->keys[i];
    }
    return NULL;
}
