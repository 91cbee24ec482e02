/* Encrypt: one STS block per slot, which is used up. No PKCS#11 here, because a ledger transaction waits. Only blocks
 * of the right form and CRC are encrypted, so this is no general cipher. */
#include <string.h>

#include "hsmd/channel.h"
#include "hsmd/service.h"
#include "metervault/sts_manage.h"

enum {
    CLASS_CREDIT = 0,
    CLASS_TEST = 1,
    CLASS_MANAGEMENT = 2,
    KT_DDTK = 1,
    TID_SHIFT = 16, /* of the 44 bits of content: RND 4 | TID 24 | field 16 */
    TID_MASK = 0xFFFFFF,
};

/* What no meter knows is not encrypted. Key sections are no management tokens either: their content is a key, which
 * this caller cannot have. */
static bool is_known(const struct mv_sts_block *block)
{
    struct mv_sts_credit credit;
    struct mv_sts_manage manage;
    if (block->token_class == CLASS_CREDIT)
        return mv_sts_credit_unpack(block, &credit) == MV_DONE;
    return mv_sts_manage_unpack(block, &manage) == MV_DONE;
}

static mv_status check(const struct hsmd_block *asked, const struct hsmd_slot_key *key)
{
    struct mv_sts_block block;
    if (asked->token_class != CLASS_CREDIT && asked->token_class != CLASS_MANAGEMENT)
        return mv_fail(MV_INVALID_FIELD, "token_class");
    if (mv_sts_block_unpack(asked->token_class, asked->clear, &block) != MV_DONE || !is_known(&block))
        return mv_fail(MV_INVALID_FIELD, "clear block");
    /* the class is not encrypted: who holds the digits could make a key section, or credit under KT 1, of it */
    if (mv_sts_block_is_two_faced(asked->token_class, asked->clear))
        return mv_fail(MV_TOKEN_AMBIGUOUS, NULL);
    if (mv_sts_key_expired((uint32_t)(block.content >> TID_SHIFT) & TID_MASK, key->ken))
        return mv_fail(MV_KEY_EXPIRED, NULL);
    if (block.token_class == CLASS_CREDIT && key->kt == KT_DDTK)
        return mv_fail(MV_KEY_TYPE_NOT_ALLOWED, "kt");
    return mv_ok();
}

mv_status hsmd_token_tag(struct hsmd_service *service, const char *digits, uint8_t tag[HSMD_TOKEN_TAG])
{
    uint8_t mac[HSM_MAC_BYTES];
    size_t size = 0;
    if (EVP_MAC_init(service->tag_mac, NULL, 0, NULL) != 1 ||
        EVP_MAC_update(service->tag_mac, (const uint8_t *)digits, strlen(digits)) != 1 ||
        EVP_MAC_final(service->tag_mac, mac, &size, sizeof mac) != 1 || size != sizeof mac)
        return mv_fail(MV_INTERNAL_ERROR, "token tag");
    memcpy(tag, mac, HSMD_TOKEN_TAG);
    return mv_ok();
}

/* Class 1 says nothing secret and moves nothing: no key, no encryption, but a tag to find the token by. */
static mv_status print_test(struct hsmd_service *service, const struct hsmd_block *asked, struct hsmd_token *token)
{
    struct mv_sts_block block;
    if (asked->slot != HSMD_SLOT_NONE)
        return mv_fail(MV_INVALID_FIELD, "slot");
    if (mv_sts_block_unpack(CLASS_TEST, asked->clear, &block) != MV_DONE)
        return mv_fail(MV_INVALID_FIELD, "clear block");
    mv_sts_digits_from_block(CLASS_TEST, asked->clear, token->digits);
    return hsmd_token_tag(service, token->digits, token->tag);
}

static mv_status encrypt(struct hsmd_service *service, uint32_t owner, int64_t now_ms, const struct hsmd_block *block,
                         struct hsmd_token *token)
{
    if (block->token_class == CLASS_TEST)
        return print_test(service, block, token);
    const struct hsmd_slot_key *key = hsmd_slots_get(service->slots, owner, block->slot, now_ms);
    /* a slot is lost with its connection or its minute: the caller prepares again, as after a restart */
    if (key == NULL)
        return mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "slot");
    MV_TRY(check(block, key));
    uint64_t cipher = mv_sts_encrypt(&key->key, &mv_sta_public, block->clear);
    mv_sts_digits_from_block(block->token_class, cipher, token->digits);
    return hsmd_token_tag(service, token->digits, token->tag);
}

bool hsmd_serve_encrypt(struct hsmd_service *service, uint32_t owner, struct mv_reader *request,
                        struct mv_writer *reply)
{
    enum { BLOCK_BYTES = 13 };
    size_t count = mv_get_u16(request);
    if (request->failed || count == 0 || count > HSMD_BATCH || request->size - request->used != count * BLOCK_BYTES)
        return false;
    int64_t now_ms = hsmd_now_ms();
    hsmd_put_status(reply, mv_ok());
    for (size_t i = 0; i < count; i++) {
        struct hsmd_block block = {.slot = mv_get_u32(request)};
        struct hsmd_token token = {.digits = ""};
        block.token_class = mv_get_u8(request);
        block.clear = mv_get_u64(request);
        mv_status status = encrypt(service, owner, now_ms, &block, &token);
        hsmd_slots_drop(service->slots, owner, block.slot);
        hsmd_put_status(reply, status);
        if (!status.ok)
            continue;
        mv_put_bytes(reply, token.digits, sizeof token.digits - 1);
        mv_put_bytes(reply, token.tag, sizeof token.tag);
    }
    return mv_reader_done(request);
}

bool hsmd_serve_release(struct hsmd_service *service, uint32_t owner, struct mv_reader *request)
{
    size_t count = mv_get_u16(request);
    if (count > HSMD_BATCH)
        return false;
    for (size_t i = 0; i < count; i++)
        hsmd_slots_drop(service->slots, owner, mv_get_u32(request));
    return mv_reader_done(request);
}
