/* The MAC at the end of a record. */
#include "../crypto/wipe.h"
#include "../meter/same.h"
#include "metervault/aes.h"
#include "wire.h"

void mv_record_mac(const uint8_t *bytes, uint32_t size, const uint8_t mac_key[16], uint8_t mac[MV_RECORD_MAC])
{
    struct mv_aes128 aes;
    mv_aes128_init(&aes, mac_key);
    mv_aes128_cmac(&aes, bytes, size, mac);
    mv_aes128_wipe(&aes);
}

bool mv_record_mac_is(const uint8_t *bytes, uint32_t size, const uint8_t mac_key[16])
{
    uint8_t mac[MV_RECORD_MAC];
    uint32_t signed_size = size - MV_RECORD_MAC;
    mv_record_mac(bytes, signed_size, mac_key, mac);
    bool same = mv_same(mac, bytes + signed_size, sizeof mac);
    mv_wipe(mac, sizeof mac);
    return same;
}

void mv_record_seal(struct mv_record_writer *to, const uint8_t mac_key[16])
{
    mv_record_mac(to->bytes, to->size, mac_key, to->bytes + to->size);
    to->size = (uint8_t)(to->size + MV_RECORD_MAC);
}
