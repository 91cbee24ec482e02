/* In place of AES where an entry is about what a record does: any MAC and any key may come out. AES itself is
 * entry_crypto.c; that callers hand in valid memory is asked for here. */
#include "arbitrary.h"
#include "metervault/aes.h"

void mv_aes128_init(struct mv_aes128 *aes, const uint8_t key[16])
{
    /*@ assert key_there: \initialized(key + (0 .. 15)); */
    (void)key;
    ARBITRARY(*aes);
}

void mv_aes128_wipe(struct mv_aes128 *aes)
{
    *aes = (struct mv_aes128){{0}};
}

void mv_aes128_cmac(const struct mv_aes128 *aes, const uint8_t *data, uint32_t length, uint8_t mac[16])
{
    /*@ assert data_there: length == 0 || \initialized(data + (0 .. length - 1)); */
    (void)aes;
    (void)data;
    (void)length;
    Frama_C_make_unknown((char *)mac, 16);
}

enum mv_result mv_aes128_unwrap(const struct mv_aes128 *aes, const uint8_t *wrapped, uint32_t length, uint8_t *plain)
{
    (void)aes;
    (void)wrapped;
    if (length < 24 || length > 72 || length % 8 != 0)
        return MV_RANGE_ERROR;
    /*@ assert wrapped_there: \initialized(wrapped + (0 .. length - 1)); */
    Frama_C_make_unknown((char *)plain, length - 8);
    return arbitrary_bool() ? MV_DONE : MV_KEY_INTEGRITY_ERROR;
}
