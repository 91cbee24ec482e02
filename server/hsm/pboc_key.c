#include "hsm/pboc_key.h"

#include <string.h>

#include "hsm/internal.h"

static mv_status derive(struct hsm *hsm, struct hsm_handle master, const uint8_t data[2 * MV_PBOC_BLOCK],
                        struct hsm_handle *made)
{
    CK_OBJECT_HANDLE object = 0;
    MV_TRY(hsm_des3_derive(hsm, master.object, data, HSM_MAY_ENCRYPT, &object));
    made->object = object;
    return mv_ok();
}

mv_status hsm_pboc_derive(struct hsm *hsm, struct hsm_handle master, const uint8_t factor[MV_PBOC_BLOCK],
                          bool with_left, struct hsm_pboc_key *key)
{
    uint8_t data[2 * MV_PBOC_BLOCK];
    *key = (struct hsm_pboc_key){{0}, {0}};
    for (size_t i = 0; i < MV_PBOC_BLOCK; i++) {
        data[i] = factor[i];
        data[MV_PBOC_BLOCK + i] = (uint8_t)~factor[i];
    }
    MV_TRY(derive(hsm, master, data, &key->whole));
    if (!with_left)
        return mv_ok();
    memcpy(data + MV_PBOC_BLOCK, factor, MV_PBOC_BLOCK);
    mv_status status = derive(hsm, master, data, &key->left);
    if (!status.ok)
        hsm_pboc_drop(hsm, key);
    return status;
}

void hsm_pboc_drop(struct hsm *hsm, struct hsm_pboc_key *key)
{
    hsm_destroy(hsm, key->whole.object);
    hsm_destroy(hsm, key->left.object);
    *key = (struct hsm_pboc_key){{0}, {0}};
}

static bool encrypt(void *context, enum mv_pboc_key which, uint8_t block[MV_PBOC_BLOCK])
{
    struct hsm_pboc_cipher *cipher = context;
    const struct hsm_pboc_key *key = cipher->key;
    cipher->failed =
        hsm_des3_encrypt_block(cipher->hsm, which == MV_PBOC_LEFT ? key->left.object : key->whole.object, block);
    return cipher->failed.ok;
}

struct mv_pboc_cipher hsm_pboc_cipher(struct hsm_pboc_cipher *cipher)
{
    cipher->failed = mv_ok();
    return (struct mv_pboc_cipher){.context = cipher, .encrypt = encrypt};
}
