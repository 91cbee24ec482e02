#include "fake_records.h"

#include <string.h>

#include "hsm/masters.h"
#include "metervault/aes.h"
#include "metervault/an10922.h"

struct fake_records fake_records;

void fake_records_reset(void)
{
    fake_keys_lock();
    fake_records = (struct fake_records){.failure = mv_ok()};
    fake_keys_unlock();
}

void fake_records_masters(const uint8_t domain[3])
{
    static const enum hsm_key_use uses[] = {HSM_USE_RECORD_MAC, HSM_USE_RECORD_ENC};
    fake_keys_lock();
    for (unsigned i = 0; i < 6; i++) {
        struct hsm_key_info *key = &fake_keys.catalogue.keys[fake_keys.catalogue.key_count++];
        *key = (struct hsm_key_info){.use = uses[i % 2], .version = 1 + i / 2, .state = HSM_ACTIVE};
        hsm_master_label(key->use, domain, (uint8_t)key->version, key->label);
    }
    fake_keys_unlock();
}

void fake_records_key(uint8_t direction, uint8_t version, const char *pan, const uint8_t domain[3], uint16_t epoch,
                      uint8_t key[16])
{
    uint8_t master[16];
    uint8_t input[MV_RECORD_DIVERSIFIER];
    memset(master, version, sizeof master);
    if (mv_record_diversifier(direction, pan, domain, epoch, input) != MV_DONE ||
        mv_an10922_aes128(master, input, sizeof input, key) != MV_DONE)
        memset(key, 0, 16);
}

static void mac_of(const struct hsmd_record *record, uint8_t direction, uint32_t size, uint8_t mac[MV_RECORD_MAC])
{
    struct mv_aes128 aes;
    uint8_t key[16];
    uint16_t epoch = (uint16_t)(record->bytes[12] << 8 | record->bytes[13]);
    char pan[18];
    for (unsigned i = 0; i < sizeof pan; i++)
        pan[i] = (char)('0' + (i % 2 == 0 ? record->bytes[3 + i / 2] >> 4 : record->bytes[3 + i / 2] & 15));
    fake_records_key(direction, record->bytes[2], pan, record->domain, epoch, key);
    mv_aes128_init(&aes, key);
    mv_aes128_cmac(&aes, record->bytes, size, mac);
}

static void seal(struct hsmd_record *record)
{
    mac_of(record, MV_DIRECTION_IN, record->size, record->bytes + record->size);
    record->size = (uint8_t)(record->size + MV_RECORD_MAC);
    fake_records.sealed++;
}

mv_status hsmd_seal_records(struct hsmd_client *client, struct hsmd_record *records, size_t count, mv_status *each)
{
    (void)client;
    fake_keys_lock();
    mv_status status = fake_records.failure;
    for (size_t i = 0; i < count && status.ok; i++) {
        seal(&records[i]);
        each[i] = mv_ok();
    }
    fake_keys_unlock();
    return status;
}

mv_status hsmd_check_returns(struct hsmd_client *client, const struct hsmd_record *records, size_t count,
                             mv_status *each)
{
    (void)client;
    for (size_t i = 0; i < count; i++) {
        uint8_t mac[MV_RECORD_MAC];
        uint32_t size = records[i].size - (uint32_t)MV_RECORD_MAC;
        mac_of(&records[i], MV_DIRECTION_OUT, size, mac);
        each[i] = memcmp(mac, records[i].bytes + size, sizeof mac) == 0 ? mv_ok() : mv_fail(MV_RECORD_NOT_VALID, "mac");
    }
    return mv_ok();
}

/* Wrapped keys whose bytes all are the new version. */
mv_status hsmd_key_update(struct hsmd_client *client, struct hsmd_record *record, uint8_t new_mac_version,
                          uint8_t new_enc_version, uint8_t enc_version)
{
    (void)client;
    (void)enc_version;
    if (new_mac_version == 0 || new_enc_version == 0)
        return mv_fail(MV_RECORD_KEY_UNKNOWN, NULL);
    fake_keys_lock();
    mv_status status = fake_records.failure;
    if (status.ok) {
        memset(record->bytes + record->size - MV_RECORD_KEYS_WRAPPED, new_mac_version, MV_RECORD_KEYS_WRAPPED);
        seal(record);
    }
    fake_keys_unlock();
    return status;
}
