/* What 20 digits say under a meter's key, for a help desk. A token that fails its CRC tells nothing, and no bit of a
 * key change's key leaves. */
#include <string.h>

#include "base/secret.h"
#include "hsmd/decoder.h"
#include "metervault/sts_key_change.h"

enum { CLASS_TEST = 1, CLASS_RESERVED = 3, UNTOLD = 0xFF };

static mv_status not_valid(void)
{
    return mv_fail(MV_TOKEN_NOT_VALID, NULL);
}

static mv_status decrypt(struct hsmd_decoder *decoder, const struct hsmd_meter *meter, uint64_t cipher, uint64_t *clear)
{
    struct hsm_key_info vending;
    struct mv_decoder_key *key = mv_secret_alloc(sizeof *key);
    if (key == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    mv_status status = hsmd_decoder_derive(decoder, meter, HSM_TO_OPEN, key, &vending);
    if (status.ok)
        *clear = mv_sts_decrypt(key, &mv_sta_public, cipher);
    mv_secret_free(key, sizeof *key);
    return status;
}

static void tell_section(const struct mv_sts_block *block, uint8_t ea, struct hsmd_opened *opened)
{
    struct mv_sts_key_section_facts facts;
    opened->key_section = true;
    opened->section = opened->krn = opened->kt = opened->ti = UNTOLD;
    if (mv_sts_key_section_read(block, ea, &facts) != MV_DONE)
        return;
    opened->section = (uint8_t)facts.section;
    if (facts.has_kt_krn) {
        opened->krn = facts.krn;
        opened->kt = facts.kt;
    }
    if (facts.has_ti)
        opened->ti = facts.ti;
}

static mv_status tell(uint8_t token_class, uint64_t clear, uint8_t ea, struct hsmd_opened *opened)
{
    struct mv_sts_block block;
    mv_status status = mv_ok();
    /* read under the wrong class, a key section's content would be told as credit */
    if (mv_sts_block_unpack(token_class, clear, &block) == MV_DONE && !mv_sts_block_is_two_faced(token_class, clear)) {
        opened->token_class = token_class;
        opened->subclass = block.subclass;
        if (mv_sts_is_key_section(&block)) {
            tell_section(&block, ea, opened);
        } else {
            opened->random_or_sign_exponent = (uint8_t)(block.content >> 40 & 0xF);
            opened->tid = (uint32_t)(block.content >> 16 & MV_TID_MAX);
            opened->field = (uint16_t)(block.content & 0xFFFF);
        }
    } else {
        status = not_valid();
    }
    mv_secret_wipe(&block, sizeof block);
    return status;
}

static mv_status open_token(struct hsmd_decoder *decoder, const struct hsmd_meter *meter, const char *digits,
                            struct hsmd_opened *opened)
{
    uint8_t token_class = 0;
    uint64_t cipher = 0;
    if (mv_sts_digits_to_block(digits, &token_class, &cipher) != MV_DONE || token_class == CLASS_RESERVED)
        return not_valid();
    uint64_t clear = cipher;
    if (token_class != CLASS_TEST)
        MV_TRY(decrypt(decoder, meter, cipher, &clear));
    mv_status status = tell(token_class, clear, meter->ea, opened);
    mv_secret_wipe(&clear, sizeof clear);
    return status;
}

bool hsmd_serve_open_token(struct hsmd_service *service, struct mv_reader *request, struct mv_writer *reply)
{
    struct hsmd_meter meter;
    char digits[21] = "";
    hsmd_get_meter(request, &meter);
    mv_get_bytes(request, digits, sizeof digits - 1);
    if (!mv_reader_done(request))
        return false;
    struct hsmd_opened opened = {.key_section = false};
    struct hsmd_decoder decoder;
    mv_status status = hsmd_decoder_begin(&decoder, service);
    if (status.ok)
        status = open_token(&decoder, &meter, digits, &opened);
    hsmd_decoder_end(&decoder);
    hsmd_put_status(reply, status);
    if (status.ok)
        hsmd_put_opened(reply, &opened);
    return true;
}
