/* The first hour of a token: internal keys, the catalogue that lists them, officers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hsm/internal.h"

const char HSM_AUDIT_TOKEN_HASH_LABEL[] = "audit-token-hash";
const char HSM_DKGA02_KEK_LABEL[] = "dkga02-kek";
const char HSM_BACKUP_KEK_LABEL[] = "backup-kek";

static void describe(struct hsm_key_info *info, enum hsm_key_use use, const char *label)
{
    *info = (struct hsm_key_info){.use = use, .version = 1, .state = HSM_ACTIVE, .issued_until_unix_s = INT64_MAX};
    (void)snprintf(info->label, sizeof info->label, "%s", label);
    info->created_unix_s = (int64_t)time(NULL);
    info->active_from_unix_s = info->created_unix_s;
}

/* Keys and entries of a creation that never reached its head. */
static mv_status clear_leftovers(struct hsm *hsm)
{
    CK_OBJECT_HANDLE found[HSM_MOST_FOUND];
    size_t count = 0;
    struct hsm_records records;
    mv_status whole = hsm_records_load(hsm, &records);
    hsm_records_free(&records);
    if (whole.ok)
        return mv_fail(MV_TOKEN_IN_USE, "catalogue");
    if (whole.reason != MV_KEY_UNKNOWN)
        return whole;
    MV_TRY(hsm_find_records(hsm, found, &count));
    for (size_t i = 0; i < count; i++)
        MV_TRY(hsm_check(hsm->p11->C_DestroyObject(hsm->session, found[i]), "C_DestroyObject"));
    MV_TRY(hsm_destroy_keys(hsm, HSM_BACKUP_KEK_LABEL));
    MV_TRY(hsm_destroy_keys(hsm, HSM_CATALOGUE_MAC_LABEL));
    MV_TRY(hsm_destroy_keys(hsm, HSM_AUDIT_TOKEN_HASH_LABEL));
    return hsm_destroy_keys(hsm, HSM_DKGA02_KEK_LABEL);
}

/* `infos` has HSM_ALL_INTERNAL places. */
static mv_status make_keys(struct hsm *hsm, const uint8_t *backup_kek, const struct hsm_keeper *keeper,
                           struct hsm_key_info *infos)
{
    struct hsm_key_info *kek = &infos[0];
    describe(kek, HSM_USE_BACKUP_KEK, HSM_BACKUP_KEK_LABEL);
    MV_TRY(hsm_kcv(HSM_USE_BACKUP_KEK, 0, backup_kek, HSM_BACKUP_KEK_BYTES, &kek->kcv_method, kek->kcv));
    MV_TRY(hsm_place(hsm, hsm_policy_of(HSM_USE_BACKUP_KEK), backup_kek, HSM_BACKUP_KEK_LABEL));
    describe(&infos[1], HSM_USE_CATALOGUE_MAC, HSM_CATALOGUE_MAC_LABEL);
    describe(&infos[2], HSM_USE_AUDIT_TOKEN_HASH, HSM_AUDIT_TOKEN_HASH_LABEL);
    describe(&infos[3], HSM_USE_DKGA02_KEK, HSM_DKGA02_KEK_LABEL);
    for (size_t i = 1; i < HSM_ALL_INTERNAL; i++) {
        struct hsm_backup backup = {.info = infos[i]};
        MV_TRY(hsm_birth(hsm, hsm_policy_of(infos[i].use), NULL, 0, &backup, keeper));
        infos[i] = backup.info;
    }
    return mv_ok();
}

static mv_status create(struct hsm *hsm, const uint8_t *backup_kek, const struct hsm_keeper *keeper)
{
    struct hsm_key_info infos[HSM_ALL_INTERNAL];
    CK_OBJECT_HANDLE mac_key = 0;
    MV_TRY(make_keys(hsm, backup_kek, keeper, infos));
    MV_TRY(hsm_find_key(hsm, HSM_CATALOGUE_MAC_LABEL, &mac_key));
    struct hsm_entry entries[HSM_ALL_INTERNAL];
    for (size_t i = 0; i < HSM_ALL_INTERNAL; i++) {
        entries[i] = (struct hsm_entry){.kind = HSM_ENTRY_KEY, .generation = i + 1};
        entries[i].of.key.info = infos[i];
        MV_TRY(hsm_entry_store(hsm, mac_key, &entries[i]));
    }
    return hsm_head_store(hsm, mac_key, entries, HSM_ALL_INTERNAL);
}

static mv_status create_whole(struct hsm *hsm, const uint8_t *backup_kek, const struct hsm_keeper *keeper)
{
    MV_TRY(clear_leftovers(hsm));
    mv_status status = create(hsm, backup_kek, keeper);
    if (status.ok)
        return status;
    /* what cannot be cleared now is cleared by the next creation */
    mv_status cleared = clear_leftovers(hsm);
    (void)cleared;
    return status;
}

mv_status hsm_catalogue_create(struct hsm *hsm, const uint8_t *backup_kek, const struct hsm_keeper *keeper)
{
    int lock = -1;
    MV_TRY(hsm_lock(&hsm->config, &lock));
    mv_status status = create_whole(hsm, backup_kek, keeper);
    hsm_unlock(lock);
    return status;
}
