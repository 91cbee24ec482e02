/* A clean token made of an image. catalogue-mac comes first, because it proves the entries, and the entries then say
 * what every other key must be. The head is stored last: until then the token has no catalogue. */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "hsm/image.h"
#include "hsm/internal.h"

static mv_status refused(const char *where)
{
    return mv_fail(MV_BACKUP_REFUSED, where);
}

/* The index of a key in the image; key_count when it is not there. */
static size_t find_key(const struct hsm_image *image, const char *label)
{
    size_t at = 0;
    while (at < image->key_count && strcmp(image->keys[at].label, label) != 0)
        at++;
    return at;
}

/* What an earlier restore or init that was cut short left; only a token without a catalogue is taken. */
static mv_status clear(struct hsm *hsm, const struct hsm_image *image)
{
    CK_OBJECT_HANDLE found[HSM_MOST_FOUND];
    size_t count = 0;
    MV_TRY(hsm_find_records(hsm, found, &count));
    for (size_t i = 0; i < count; i++)
        MV_TRY(hsm_check(hsm->p11->C_DestroyObject(hsm->session, found[i]), "C_DestroyObject"));
    for (size_t i = 0; i < image->key_count; i++)
        MV_TRY(hsm_destroy_keys(hsm, image->keys[i].label));
    return hsm_destroy_keys(hsm, HSM_BACKUP_KEK_LABEL);
}

static mv_status only_without_catalogue(struct hsm *hsm)
{
    struct hsm_records records;
    mv_status status = hsm_records_load(hsm, &records);
    hsm_records_free(&records);
    if (status.ok)
        return mv_fail(MV_TOKEN_IN_USE, "catalogue");
    return status.reason == MV_KEY_UNKNOWN ? mv_ok() : status;
}

static mv_status place_mac_key(struct hsm *hsm, const struct hsm_image *image, CK_OBJECT_HANDLE *mac_key)
{
    size_t at = find_key(image, HSM_CATALOGUE_MAC_LABEL);
    if (at == image->key_count)
        return refused("backup: no catalogue-mac in it");
    MV_TRY(hsm_revive(hsm, hsm_policy_of(HSM_USE_CATALOGUE_MAC), image->keys[at].wrapped, image->keys[at].size,
                      HSM_CATALOGUE_MAC_LABEL));
    return hsm_find_key(hsm, HSM_CATALOGUE_MAC_LABEL, mac_key);
}

static mv_status decode(struct hsm *hsm, const struct hsm_image *image, struct hsm_records *records)
{
    for (size_t i = 0; i < image->record_count; i++) {
        struct hsm_entry *entry = &records->entries[records->count];
        mv_status status =
            hsm_entry_decode(hsm, records->mac_key, image->records[i].data, image->records[i].size, entry);
        if (status.reason == MV_CATALOGUE_CORRUPT)
            return refused("backup: an entry of the catalogue is altered");
        MV_TRY(status);
        if (entry->kind != HSM_ENTRY_HEAD)
            records->count++;
        else if (i + 1 == image->record_count)
            records->head = *entry;
        else
            return refused("backup: two heads of the catalogue");
    }
    if (records->head.generation == 0)
        return refused("backup: no head of the catalogue");
    mv_status status = hsm_records_prove(records);
    return status.ok && records->member_count == records->count ? mv_ok()
                                                                : refused("backup: the catalogue in it is not whole");
}

static mv_status place_key(struct hsm *hsm, const struct hsm_image *image, const struct hsm_key_info *info)
{
    size_t at = find_key(image, info->label);
    if (at == image->key_count)
        return refused("backup: a key of the catalogue is not in it");
    MV_TRY(hsm_backup_prove(hsm, info, image->keys[at].wrapped, image->keys[at].size));
    /* catalogue-mac is there, and a DKGA02 key lies sealed in its entry */
    if (info->use == HSM_USE_CATALOGUE_MAC || (info->use == HSM_USE_VENDING && info->scope.dkga == 2))
        return mv_ok();
    return hsm_revive(hsm, hsm_policy_of(info->use), image->keys[at].wrapped, image->keys[at].size, info->label);
}

static mv_status place_keys(struct hsm *hsm, const struct hsm_image *image, const uint8_t *backup_kek,
                            const struct hsm_records *records)
{
    enum hsm_kcv_method method;
    uint8_t kcv[HSM_KCV_BYTES];
    MV_TRY(hsm_kcv(HSM_USE_BACKUP_KEK, 0, backup_kek, HSM_BACKUP_KEK_BYTES, &method, kcv));
    for (size_t i = 0; i < records->count; i++) {
        const struct hsm_key_info *info = &records->entries[i].of.key.info;
        if (records->entries[i].kind != HSM_ENTRY_KEY)
            continue;
        if (info->use == HSM_USE_BACKUP_KEK && memcmp(kcv, info->kcv, sizeof kcv) != 0)
            return mv_fail(MV_KCV_MISMATCH, "backup-kek");
        if (hsm_image_needs(info))
            MV_TRY(place_key(hsm, image, info));
    }
    return mv_ok();
}

/* Byte for byte, the head last. */
static mv_status store(struct hsm *hsm, CK_OBJECT_HANDLE mac_key, const struct hsm_image *image)
{
    for (size_t i = 0; i < image->record_count; i++) {
        struct hsm_entry entry;
        MV_TRY(hsm_entry_decode(hsm, mac_key, image->records[i].data, image->records[i].size, &entry));
        MV_TRY(hsm_entry_store_raw(hsm, &entry, image->records[i].data, image->records[i].size, &entry.object));
    }
    return mv_ok();
}

static mv_status restore(struct hsm *hsm, const uint8_t *backup_kek, const struct hsm_image *image,
                         struct hsm_records *records)
{
    MV_TRY(hsm_place(hsm, hsm_policy_of(HSM_USE_BACKUP_KEK), backup_kek, HSM_BACKUP_KEK_LABEL));
    MV_TRY(place_mac_key(hsm, image, &records->mac_key));
    MV_TRY(decode(hsm, image, records));
    MV_TRY(place_keys(hsm, image, backup_kek, records));
    return store(hsm, records->mac_key, image);
}

static mv_status restore_locked(struct hsm *hsm, const uint8_t *backup_kek, const struct hsm_image *image)
{
    struct hsm_records records = {.count = 0};
    MV_TRY(only_without_catalogue(hsm));
    MV_TRY(clear(hsm, image));
    records.entries = calloc(image->record_count + 1, sizeof records.entries[0]);
    if (records.entries == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    mv_status status = restore(hsm, backup_kek, image, &records);
    hsm_records_free(&records);
    if (status.ok)
        return status;
    /* what cannot be cleared now is cleared by the next restore */
    mv_status cleared = clear(hsm, image);
    (void)cleared;
    return status;
}

mv_status hsm_image_restore(struct hsm *hsm, const uint8_t *backup_kek, const struct hsm_image *image)
{
    int lock = -1;
    if (image->record_count == 0)
        return refused("backup: no catalogue in it");
    MV_TRY(hsm_lock(&hsm->config, &lock));
    mv_status status = restore_locked(hsm, backup_kek, image);
    hsm_unlock(lock);
    return status;
}
