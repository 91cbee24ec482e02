#include "cipher.h"

uint64_t mv_sts_encrypt(const struct mv_decoder_key *key, const struct mv_sta_tables *tables, uint64_t clear)
{
    if (key->ea == MV_EA_MISTY1)
        return mv_misty1_crypt(key->bytes, clear, true);
    return mv_sta_crypt(key->bytes, tables, clear, true);
}

uint64_t mv_sts_decrypt(const struct mv_decoder_key *key, const struct mv_sta_tables *tables, uint64_t cipher)
{
    if (key->ea == MV_EA_MISTY1)
        return mv_misty1_crypt(key->bytes, cipher, false);
    return mv_sta_crypt(key->bytes, tables, cipher, false);
}
