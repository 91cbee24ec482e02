#include "hsmd/officer.h"

#include "hsm/officer.h"

static size_t get_sized(struct mv_reader *from, uint8_t *data, size_t most)
{
    size_t size = mv_get_u16(from);
    if (size > most)
        from->failed = true;
    if (from->failed)
        return 0;
    mv_get_bytes(from, data, size);
    return size;
}

void hsmd_signed_get(struct mv_reader *from, struct hsmd_signed *word)
{
    mv_get_text(from, word->text, sizeof word->text);
    word->certificate_size = get_sized(from, word->certificate, sizeof word->certificate);
    word->signature_size = get_sized(from, word->signature, sizeof word->signature);
}

mv_status hsmd_officer_check(const struct hsm_catalogue *catalogue, const struct hsmd_signed *word, int64_t now_unix_s,
                             struct mv_approval *approval, const char **officer)
{
    const struct hsm_signed_text signed_text = {.text = word->text,
                                                .certificate = word->certificate,
                                                .certificate_size = word->certificate_size,
                                                .signature = word->signature,
                                                .signature_size = word->signature_size};
    const struct hsm_officer *signer = hsm_officer_of(catalogue, &signed_text);
    if (signer == NULL)
        return mv_fail(MV_APPROVAL_INVALID, "the certificate is not an enrolled officer's");
    MV_TRY(mv_approval_read(word->text, approval));
    MV_TRY(hsm_officer_signed(&signed_text, now_unix_s));
    if (now_unix_s >= approval->expires_unix_s)
        return mv_fail(MV_APPROVAL_INVALID, "expired");
    if (approval->expires_unix_s - now_unix_s > MV_APPROVAL_LONGEST_S)
        return mv_fail(MV_APPROVAL_INVALID, "expires in more than 90 days");
    *officer = signer->name;
    return mv_ok();
}
