/* TR-31 blocks: the key in it, and the same key brought into a token of its own as `metervault-keys import` does, where
 * its KCV is asked of the token. */
#include <stdio.h>

#include "base/secret.h"
#include "card_cipher.h"
#include "house.h"
#include "key_block.h"
#include "kinds.h"
#include "token_random.h"

/* Sealed again under the same protection key it is another block with the same key. */
static void check_sealing(struct facts *facts, struct hsm *hsm, const struct tr31_key *key, const uint8_t *kbpk,
                          size_t kbpk_size)
{
    const struct tr31_random random = {token_random, hsm};
    char text[TR31_TEXT];
    struct tr31_key *again = mv_secret_alloc(sizeof *again);
    if (again == NULL) {
        facts_trouble(facts, "secret memory");
        return;
    }
    mv_status status = tr31_seal(key, kbpk, kbpk_size, &random, text);
    if (status.ok)
        status = tr31_open(text, kbpk, kbpk_size, again);
    if (!status.ok || again->size != key->size || !mv_secret_equal(again->bytes, key->bytes, key->size))
        facts_trouble(facts, "the key sealed again is not the same");
    mv_secret_free(again, sizeof *again);
}

/* A factory key is the one kind of ours with AES keys of this length; the usage of the published block is another. */
static mv_status import(struct facts *facts, struct hsm *hsm, const struct house *house, const char *block,
                        const struct tr31_key *key, const uint8_t *kbpk, size_t kbpk_size)
{
    struct hsm_key_request request = {
        .use = HSM_USE_FACTORY_KEK, .name = "published", .issued_until_unix_s = INT64_MAX, .accept_host_visible = true};
    struct hsm_key_info info;
    mv_status unasked =
        key_block_import(hsm, house->config.backup_dir, &request, block, kbpk, kbpk_size, NULL, NULL, &info);
    if (unasked.reason != MV_KEY_BLOCK_REFUSED)
        facts_trouble(facts, "a key of another usage was taken without being accepted");
    MV_TRY(key_block_import(hsm, house->config.backup_dir, &request, block, kbpk, kbpk_size, key->attributes.usage,
                            NULL, &info));
    MV_TRY(hsm_key_verify(hsm, &info));
    facts_bytes(facts, "kcv", info.kcv, sizeof info.kcv);
    return mv_ok();
}

static mv_status run(struct facts *facts, struct hsm *hsm, const struct house *house, const char *block,
                     const uint8_t *kbpk, size_t kbpk_size)
{
    struct tr31_key *key = mv_secret_alloc(sizeof *key);
    if (key == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    mv_status status = tr31_open(block, kbpk, kbpk_size, key);
    if (status.ok) {
        facts_bytes(facts, "key", key->bytes, key->size);
        check_sealing(facts, hsm, key, kbpk, kbpk_size);
        status = import(facts, hsm, house, block, key, kbpk, kbpk_size);
    }
    mv_secret_free(key, sizeof *key);
    return status;
}

void kind_tr31(struct facts *facts, const struct vector *vector, const char *directory)
{
    uint8_t kbpk[32];
    size_t kbpk_size = 0;
    char block[VECTOR_TEXT];
    struct house house;
    struct hsm *hsm = NULL;
    if (!vector_bytes(vector, "kbpk", kbpk, sizeof kbpk, &kbpk_size) || !vector_text(vector, "block", block)) {
        facts_trouble(facts, "input kbpk or block is missing");
        return;
    }
    card_token_close(); /* a module is open once */
    mv_status status = house_token(&house, directory, &hsm);
    if (status.ok)
        status = run(facts, hsm, &house, block, kbpk, kbpk_size);
    hsm_close(hsm);
    if (!status.ok)
        facts_trouble(facts, "%s (%s)", mv_reason_info((enum mv_reason)status.reason)->name,
                      status.where != NULL ? status.where : "");
}
