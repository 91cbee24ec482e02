/* The cipher of an emulated card as a chip has it: not on this machine's time, or nearly so. meter-core's, which the
 * emulator has otherwise, takes the same time whatever the key, and much of it. */
#ifndef BENCH_CARD_CIPHER_H
#define BENCH_CARD_CIPHER_H

#include "metervault/card.h"

struct evp_cipher_ctx_st;
/* For authentications with one key; the sessions that they open carry nothing. */
struct card_cipher {
    struct mv_card_cipher calls;
    struct evp_cipher_ctx_st *in, *out;
};
/* False: OpenSSL has no AES, or memory ran out. It stays where it is. */
bool card_cipher_init(struct card_cipher *cipher, const uint8_t key[16]);

#endif
