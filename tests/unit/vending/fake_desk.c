#include "fake_desk.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/approval.h"
#include "metervault/sts.h"
#include "metervault/sts_key_change.h"

enum { NONCE_DIGITS = 2 * MV_APPROVAL_NONCE };

struct fake_desk fake_desk = {.failure = {.ok = true}};

void fake_desk_reset(void)
{
    fake_desk = (struct fake_desk){.failure = mv_ok()};
}

size_t fake_desk_certificate(const char *name, char certificate[80])
{
    return (size_t)snprintf(certificate, 80, "CERT %s", name);
}

static void hash(const void *data, size_t size, uint8_t out[32])
{
    unsigned length = 32;
    if (EVP_Digest(data, size, out, &length, EVP_sha256(), NULL) != 1)
        abort();
}

void fake_desk_certify(const char *name)
{
    char certificate[80];
    size_t size = fake_desk_certificate(name, certificate);
    fake_keys_lock();
    for (size_t i = 0; i < fake_keys.catalogue.officer_count; i++)
        if (strcmp(fake_keys.catalogue.officers[i].name, name) == 0)
            hash(certificate, size, fake_keys.catalogue.officers[i].certificate_sha256);
    fake_keys_unlock();
}

const char *fake_desk_signature(const char *text)
{
    const char *nonce = strstr(text, "nonce ");
    return nonce == NULL ? "" : nonce + strlen("nonce ");
}

static mv_status check(const struct hsmd_approval *approval, char *officer)
{
    uint8_t digest[32];
    hash(approval->certificate, approval->certificate_size, digest);
    for (size_t i = 0; i < fake_keys.catalogue.officer_count; i++) {
        const struct hsm_officer *row = &fake_keys.catalogue.officers[i];
        if (memcmp(row->certificate_sha256, digest, sizeof digest) != 0)
            continue;
        if (approval->signature_size != NONCE_DIGITS ||
            memcmp(approval->signature, fake_desk_signature(approval->text), NONCE_DIGITS) != 0)
            return mv_fail(MV_APPROVAL_INVALID, "signature");
        (void)snprintf(officer, HSM_OFFICER_SIZE, "%s", row->name);
        return mv_ok();
    }
    return mv_fail(MV_APPROVAL_INVALID, "certificate");
}

mv_status hsmd_check_approval(struct hsmd_client *client, const struct hsmd_approval *approval, char *officer)
{
    (void)client;
    fake_keys_lock();
    fake_desk.checked++;
    mv_status status = fake_desk.failure.ok ? check(approval, officer) : fake_desk.failure;
    fake_keys_unlock();
    return status;
}

static mv_status open_token(const struct hsmd_meter *meter, const char *digits, struct hsmd_opened *opened)
{
    uint8_t token_class = 0;
    uint64_t clear = 0;
    struct mv_sts_block block;
    bool good = mv_sts_digits_to_block(digits, &token_class, &clear) == MV_DONE && token_class < 3 &&
                mv_sts_block_unpack(token_class, clear, &block) == MV_DONE &&
                (fake_desk.opens_krn == 0 || fake_desk.opens_krn == meter->krn);
    if (!good)
        return mv_fail(MV_TOKEN_NOT_VALID, NULL);
    *opened = (struct hsmd_opened){.token_class = token_class,
                                   .subclass = block.subclass,
                                   .key_section = mv_sts_is_key_section(&block),
                                   .section = 1,
                                   .random_or_sign_exponent = (uint8_t)(block.content >> 40 & 0xF),
                                   .tid = (uint32_t)(block.content >> 16 & MV_TID_MAX),
                                   .field = (uint16_t)block.content};
    return mv_ok();
}

mv_status hsmd_open_token(struct hsmd_client *client, const struct hsmd_meter *meter, const char *digits,
                          struct hsmd_opened *opened)
{
    (void)client;
    fake_keys_lock();
    fake_desk.opened++;
    mv_status status = fake_desk.failure.ok ? open_token(meter, digits, opened) : fake_desk.failure;
    fake_keys_unlock();
    return status;
}
