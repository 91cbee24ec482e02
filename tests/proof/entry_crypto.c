/* AES with any key and any data: one block, MACs over every length that a record has, diversification, unwrapping. */
#include "arbitrary.h"
#include "metervault/aes.h"
#include "metervault/an10922.h"

enum { UNWRAP_TRIED = 81 }; /* above the largest that is taken */

void prove_crypto(void)
{
    struct mv_aes128 aes;
    uint8_t key[16];
    uint8_t data[MV_RECORD_MAX];
    uint8_t out[64];
    ARBITRARY(key);
    ARBITRARY(data);
    mv_aes128_init(&aes, key);
    mv_aes128_decrypt(&aes, data, out);
    mv_aes128_cmac(&aes, data, Frama_C_unsigned_int_interval(0, MV_RECORD_MAX), out);
    //@ loop unroll 81;
    for (uint32_t length = 0; length < UNWRAP_TRIED; length++)
        (void)mv_aes128_unwrap(&aes, data, length, out);
    mv_aes128_wipe(&aes);
    //@ loop unroll 41;
    for (uint32_t length = 0; length <= MV_AN10922_INPUT_MAX + 9; length++)
        (void)mv_an10922_aes128(key, data, length, out);
}
