/* Reading a token into an image, and proving the backups that go with it. */
#include "hsm/image.h"

#include <stdio.h>
#include <string.h>

#include "hsm/internal.h"

bool hsm_image_needs(const struct hsm_key_info *info)
{
    return info->use != HSM_USE_BACKUP_KEK && info->use != HSM_USE_AUDIT_SIGN && info->state != HSM_DESTROYED;
}

/* As it is stored, so that its MAC stays what it was whatever form it has. */
static mv_status add_record(struct hsm *hsm, CK_OBJECT_HANDLE object, struct hsm_image *image)
{
    if (image->record_count == HSM_IMAGE_RECORDS)
        return mv_fail(MV_CATALOGUE_CORRUPT, "catalogue: too many entries");
    MV_TRY(hsm_entry_raw(hsm, object, image->records[image->record_count].data,
                         &image->records[image->record_count].size));
    image->record_count++;
    return mv_ok();
}

static mv_status read_records(struct hsm *hsm, struct hsm_records *records, struct hsm_image *image)
{
    MV_TRY(hsm_records_load(hsm, records));
    for (size_t i = 0; i < records->member_count; i++)
        MV_TRY(add_record(hsm, records->entries[i].object, image));
    return add_record(hsm, records->head.object, image);
}

mv_status hsm_image_read(struct hsm *hsm, struct hsm_image *image)
{
    _Static_assert((int)HSM_IMAGE_RECORD == (int)HSM_ENTRY_SIZE, "a record is an entry");
    struct hsm_records records;
    memset(image, 0, sizeof *image);
    (void)snprintf(image->serial, sizeof image->serial, "%s", hsm_serial(hsm));
    mv_status status = read_records(hsm, &records, image);
    hsm_records_free(&records);
    return status;
}

mv_status hsm_image_catalogue(const struct hsm_image *image, struct hsm_catalogue *catalogue)
{
    memset(catalogue, 0, sizeof *catalogue);
    for (size_t i = 0; i < image->record_count; i++) {
        struct hsm_entry entry;
        mv_status status = hsm_entry_read(image->records[i].data, image->records[i].size, &entry);
        bool good = status.ok && (entry.kind == HSM_ENTRY_HEAD || hsm_catalogue_add(catalogue, &entry));
        if (!good)
            return mv_fail(MV_BACKUP_REFUSED, "backup: form of an entry");
    }
    return mv_ok();
}

mv_status hsm_backup_prove(struct hsm *hsm, const struct hsm_key_info *info, const uint8_t *wrapped, size_t size)
{
    const struct hsm_policy *policy = hsm_policy_of(info->use);
    if (policy == NULL || !hsm_image_needs(info))
        return mv_fail(MV_INVALID_FIELD, "backup: a key that has none");
    if (info->use == HSM_USE_VENDING && info->scope.dkga == 2)
        return hsm_revive_prove_dkga02(hsm, info, wrapped, size);
    return hsm_revive_prove(hsm, policy, wrapped, size, info->kcv_method, info->kcv);
}
