/* The server's side of the key process. metervaultd never sees a key: it names purposes, hsmd does the rest. The
 * operations are closed; there is no generic encrypt, sign or derive. Requests are batched: one round trip per call
 * whatever the count. */
#ifndef MV_HSMD_CLIENT_H
#define MV_HSMD_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "hsm/catalogue.h"

enum { HSMD_BATCH = 256, HSMD_TOKEN_TAG = 16 };

struct hsmd_client; /* one connection, one thread at a time; reconnects by itself */

/* Does not connect yet. `timeout_ms` bounds every call; a call past it closes the connection and fails with
 * KEY_SERVICE_UNAVAILABLE (hsmd kills itself when its module hangs). */
MV_MUST_USE mv_status hsmd_client_new(const char *socket_path, unsigned timeout_ms, struct hsmd_client **client);
void hsmd_client_free(struct hsmd_client *client);

/* Whose decoder key: hsmd picks the vending key by SGC, KRN and KT, and refuses when scope, state or dates forbid it.
 */
struct hsmd_meter {
    char pan[19]; /* 18 digits */
    char sgc[7];
    uint8_t krn, ti, kt, ken, ea, dkga;
    uint16_t base_date;
};

struct hsmd_prepared {
    mv_status status; /* of this item; one bad item does not hurt the others */
    uint32_t slot;    /* opaque; lives until it is used once or the connection or 60 s end */
    uint8_t vending_kcv[HSM_KCV_BYTES];
};

/* Derives the decoder keys (PKCS#11 work happens here and only here). */
MV_MUST_USE mv_status hsmd_prepare(struct hsmd_client *client, const struct hsmd_meter *meters, size_t count,
                                   struct hsmd_prepared *prepared);

struct hsmd_block {
    uint32_t slot;
    uint8_t token_class; /* 0 or 2 */
    uint64_t clear;      /* subclass | content | CRC: the 64-bit clear block */
};

struct hsmd_token {
    mv_status status;
    char digits[21];
    uint8_t tag[HSMD_TOKEN_TAG]; /* keyed hash of the digits (audit-token-hash): what audit and look-ups use */
};

/* Encrypts one block per slot and uses the slots up. No PKCS#11 work. */
MV_MUST_USE mv_status hsmd_encrypt(struct hsmd_client *client, const struct hsmd_block *blocks, size_t count,
                                   struct hsmd_token *tokens);
/* Gives slots back unused. */
void hsmd_release(struct hsmd_client *client, const uint32_t *slots, size_t count);

MV_MUST_USE mv_status hsmd_random(struct hsmd_client *client, void *data, size_t size); /* at most 4096 bytes */

struct hsmd_catalogue {
    uint64_t generation;
    struct hsm_key_info keys[HSM_MAX_KEYS];
    size_t key_count;
    struct hsm_officer officers[HSM_MAX_OFFICERS];
    size_t officer_count;
};

MV_MUST_USE mv_status hsmd_catalogue(struct hsmd_client *client, struct hsmd_catalogue *catalogue);
/* The module answers and its self-test passed. */
MV_MUST_USE mv_status hsmd_health(struct hsmd_client *client);

#endif
