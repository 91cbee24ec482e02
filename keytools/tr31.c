/* Opening and sealing of blocks. */
#include "tr31.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "hex.h"
#include "tr31_cipher.h"

enum { LENGTH_FIELD = 2, HEADER = 16, KCV_BLOCK = 16 };

/* All that is secret in one call. */
struct work {
    struct tr31_keys keys;
    uint8_t mac[TR31_MAC], expected[TR31_MAC];
    uint8_t data[TR31_TEXT]; /* header as text, then the clear payload: what the MAC covers */
};

static mv_status check_kcv(const struct tr31_kcv *kcv, const uint8_t *key, size_t size, const char *where)
{
    uint8_t right[TR31_KCV];
    if (kcv->size == 0)
        return mv_ok();
    MV_TRY(tr31_aes_kcv(kcv->method, key, size, right));
    return memcmp(right, kcv->bytes, kcv->size) == 0 ? mv_ok() : mv_fail(MV_KEY_BLOCK_REFUSED, where);
}

static mv_status read_key(const struct tr31_block *block, const uint8_t *clear, struct tr31_key *key)
{
    size_t bits = (size_t)clear[0] << 8 | clear[1];
    if (bits == 0 || bits % 8 != 0 || bits / 8 > TR31_KEY_MAX || bits / 8 > block->payload - LENGTH_FIELD)
        return mv_fail(MV_KEY_BLOCK_REFUSED, "key block: length of the key");
    key->attributes = block->attributes;
    key->received = true;
    key->size = bits / 8;
    memcpy(key->bytes, clear + LENGTH_FIELD, key->size);
    if (block->kc.size == 0)
        return mv_ok();
    if (block->attributes.algorithm != 'A' || (key->size != 16 && key->size != 24 && key->size != 32))
        return mv_fail(MV_KEY_BLOCK_REFUSED, "key block: a KCV (KC) that only AES keys have here");
    return check_kcv(&block->kc, key->bytes, key->size, "key block: KCV of the key (KC)");
}

static mv_status open_block(const char *text, const struct tr31_block *block, struct work *work, struct tr31_key *key)
{
    uint8_t *clear = work->data + block->header;
    /* the payload's digits are twice as long as its bytes, so both fit where the text did */
    if (!hex_decode(text + block->header + 2 * block->payload, work->mac, TR31_MAC))
        return mv_fail(MV_KEY_BLOCK_REFUSED, "key block: payload is not hex");
    char *digits = mv_secret_alloc(TR31_TEXT);
    if (digits == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    memcpy(work->data, text, block->header);
    memcpy(digits, text + block->header, 2 * block->payload);
    bool hex = hex_decode(digits, clear, block->payload);
    mv_secret_free(digits, TR31_TEXT);
    if (!hex)
        return mv_fail(MV_KEY_BLOCK_REFUSED, "key block: payload is not hex");
    MV_TRY(tr31_cbc(false, work->keys.encryption, work->keys.size, work->mac, clear, block->payload));
    MV_TRY(tr31_cmac(work->keys.mac, work->keys.size, work->data, block->header + block->payload, work->expected));
    if (!mv_secret_equal(work->mac, work->expected, TR31_MAC))
        return mv_fail(MV_KEY_BLOCK_REFUSED, "key block: MAC (altered, or another protection key)");
    return read_key(block, clear, key);
}

mv_status tr31_open(const char *text, const uint8_t *kbpk, size_t kbpk_size, struct tr31_key *key)
{
    struct tr31_block block;
    memset(key, 0, sizeof *key);
    MV_TRY(tr31_parse(text, &block));
    struct work *work = mv_secret_alloc(sizeof *work);
    if (work == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    mv_status status = tr31_keys_derive(kbpk, kbpk_size, &work->keys);
    if (status.ok)
        status = check_kcv(&block.kp, kbpk, kbpk_size, "key block: made under another protection key (KP)");
    if (status.ok)
        status = open_block(text, &block, work, key);
    mv_secret_free(work, sizeof *work);
    if (!status.ok)
        mv_secret_wipe(key, sizeof *key);
    return status;
}

static mv_status put_kcv(char *to, const char *id, const uint8_t *key, size_t size)
{
    uint8_t kcv[TR31_KCV];
    char hex[2 * TR31_KCV + 1];
    MV_TRY(tr31_aes_kcv(TR31_KCV_CMAC, key, size, kcv));
    hex_encode(kcv, sizeof kcv, hex);
    (void)snprintf(to, KCV_BLOCK + 1, "%s%02X%02X%s", id, KCV_BLOCK, TR31_KCV_CMAC, hex);
    return mv_ok();
}

static bool is_aes(const struct tr31_key *key)
{
    return key->attributes.algorithm == 'A' && (key->size == 16 || key->size == 24 || key->size == 32);
}

/* Fixed header and optional blocks. */
static mv_status put_header(const struct tr31_key *key, const uint8_t *kbpk, size_t kbpk_size, size_t payload,
                            char *text, size_t *used)
{
    const struct tr31_attributes *attributes = &key->attributes;
    unsigned optional = is_aes(key) ? 2 : 1;
    *used = HEADER + (size_t)optional * KCV_BLOCK;
    size_t total = *used + 2 * (payload + TR31_MAC);
    (void)snprintf(text, HEADER + 1, "D%04zu%.2s%c%c%.2s%c%02u00", total, attributes->usage, attributes->algorithm,
                   attributes->mode, attributes->version, attributes->exportability, optional);
    MV_TRY(put_kcv(text + HEADER, "KP", kbpk, kbpk_size));
    return optional == 2 ? put_kcv(text + HEADER + KCV_BLOCK, "KC", key->bytes, key->size) : mv_ok();
}

static mv_status put_payload(const struct tr31_key *key, const struct tr31_random *random, size_t payload,
                             uint8_t *clear)
{
    MV_TRY(random->fill(random->context, clear, payload));
    clear[0] = (uint8_t)(key->size * 8 >> 8);
    clear[1] = (uint8_t)(key->size * 8 & 0xFF);
    memcpy(clear + LENGTH_FIELD, key->bytes, key->size);
    return mv_ok();
}

static mv_status seal_block(const struct tr31_key *key, const uint8_t *kbpk, size_t kbpk_size,
                            const struct tr31_random *random, struct work *work, char text[TR31_TEXT])
{
    size_t header = 0;
    size_t payload = (LENGTH_FIELD + key->size + TR31_MAC - 1) / TR31_MAC * TR31_MAC;
    MV_TRY(tr31_keys_derive(kbpk, kbpk_size, &work->keys));
    MV_TRY(put_header(key, kbpk, kbpk_size, payload, text, &header));
    uint8_t *clear = work->data + header;
    memcpy(work->data, text, header);
    MV_TRY(put_payload(key, random, payload, clear));
    MV_TRY(tr31_cmac(work->keys.mac, work->keys.size, work->data, header + payload, work->mac));
    MV_TRY(tr31_cbc(true, work->keys.encryption, work->keys.size, work->mac, clear, payload));
    hex_encode(clear, payload, text + header);
    hex_encode(work->mac, TR31_MAC, text + header + 2 * payload);
    /* what was written is what a receiver reads */
    struct tr31_block block;
    mv_status status = tr31_parse(text, &block);
    return status.ok ? status : mv_fail(MV_INVALID_FIELD, status.where);
}

mv_status tr31_seal(const struct tr31_key *key, const uint8_t *kbpk, size_t kbpk_size, const struct tr31_random *random,
                    char text[TR31_TEXT])
{
    text[0] = '\0';
    if (key->received && key->attributes.exportability == 'N')
        return mv_fail(MV_KEY_BLOCK_REFUSED, "key block: its sender forbids to export the key (exportability N)");
    if (key->size == 0 || key->size > TR31_KEY_MAX)
        return mv_fail(MV_INVALID_FIELD, "key block: length of the key");
    struct work *work = mv_secret_alloc(sizeof *work);
    if (work == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    mv_status status = seal_block(key, kbpk, kbpk_size, random, work, text);
    mv_secret_free(work, sizeof *work);
    if (!status.ok)
        text[0] = '\0';
    return status;
}
