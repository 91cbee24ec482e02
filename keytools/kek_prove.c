#include <string.h>

#include "kek_entry.h"

mv_status kek_prove(const uint8_t *kek, const struct hsm_catalogue *catalogue)
{
    enum hsm_kcv_method method;
    uint8_t kcv[HSM_KCV_BYTES];
    MV_TRY(hsm_kcv(HSM_USE_BACKUP_KEK, 0, kek, HSM_BACKUP_KEK_BYTES, &method, kcv));
    for (size_t i = 0; i < catalogue->key_count; i++)
        if (catalogue->keys[i].info.use == HSM_USE_BACKUP_KEK)
            return memcmp(kcv, catalogue->keys[i].info.kcv, sizeof kcv) == 0 ? mv_ok()
                                                                             : mv_fail(MV_KCV_MISMATCH, "backup-kek");
    return mv_fail(MV_KEY_UNKNOWN, "backup-kek");
}
