/* A provisioning file from anywhere: what is taken is in range. */
#include <stdlib.h>
#include <string.h>

#include "provision_file.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct provision_file file;
    uint64_t minutes = 0;
    char *text = malloc(size == 0 ? 1 : size); /* of exactly this size, so that the sanitizer sees one byte too many */
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    if (provision_file_parse(text, size, &file) == NULL) {
        const struct mv_meter_identity *id = &file.identity;
        require(mv_pan_check(id->pan) == MV_DONE);
        require(id->key.ea == MV_EA_STA || id->key.ea == MV_EA_MISTY1);
        require(id->key_revision >= 1 && id->key_revision <= 9 && id->key_type <= 3 && id->tariff_index <= 99);
        require(id->supply_group <= MV_SGC_MAX && file.tid_fill <= MV_TID_MAX);
        require(mv_sts_base_minutes(file.base_date, &minutes) == MV_DONE);
        require(file.firmware[PROVISION_FIRMWARE] == '\0');
        require(!file.with_records || (file.version == 2 && file.records.mac_version > 0));
    }
    free(text);
    return 0;
}
