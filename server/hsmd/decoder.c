#include "hsmd/decoder.h"

#include <string.h>
#include <time.h>

#include "base/secret.h"
#include "hsmd/channel.h"

mv_status hsmd_decoder_begin(struct hsmd_decoder *decoder, struct hsmd_service *service)
{
    *decoder = (struct hsmd_decoder){.service = service, .opened_index = -1, .now_ms = hsmd_now_ms()};
    decoder->now_unix_s = (int64_t)time(NULL);
    MV_TRY(hsmd_keyring_refresh(&service->keyring, decoder->now_ms, false));
    decoder->opened = mv_secret_alloc(HSM_DKGA02_BYTES);
    return decoder->opened == NULL ? mv_fail(MV_OUT_OF_MEMORY, "secret memory") : mv_ok();
}

void hsmd_decoder_end(struct hsmd_decoder *decoder)
{
    mv_secret_free(decoder->opened, HSM_DKGA02_BYTES);
    decoder->opened = NULL;
}

static mv_status find(struct hsmd_decoder *decoder, const struct hsmd_meter *meter, int *index)
{
    struct hsmd_keyring *keyring = &decoder->service->keyring;
    *index = hsmd_keyring_find(keyring, meter->sgc, meter->krn, meter->kt);
    if (*index < 0 && !decoder->looked) {
        /* it may have been imported this second */
        decoder->looked = true;
        decoder->opened_index = -1;
        MV_TRY(hsmd_keyring_refresh(keyring, decoder->now_ms, true));
        *index = hsmd_keyring_find(keyring, meter->sgc, meter->krn, meter->kt);
    }
    return *index < 0 ? mv_fail(MV_VENDING_KEY_UNKNOWN, NULL) : mv_ok();
}

static mv_status check(const struct hsmd_decoder *decoder, const struct hsm_key_info *key,
                       const struct hsmd_meter *meter, enum hsm_purpose purpose)
{
    MV_TRY(hsm_key_fits(key, purpose, meter->base_date, meter->ea));
    /* a help desk may look at any time */
    if (purpose != HSM_TO_OPEN)
        MV_TRY(hsm_key_current(key, purpose, decoder->now_unix_s));
    return key->scope.dkga == meter->dkga ? mv_ok() : mv_fail(MV_VENDING_KEY_MISMATCH, "dkga");
}

static mv_status derive(struct hsmd_decoder *decoder, int index, const struct hsmd_meter *meter,
                        struct mv_decoder_key *key)
{
    struct hsmd_keyring *keyring = &decoder->service->keyring;
    struct mv_dkga_input input = {
        .krn = meter->krn, .ti = meter->ti, .kt = meter->kt, .ea = meter->ea, .base_date = meter->base_date};
    memcpy(input.pan, meter->pan, sizeof input.pan);
    memcpy(input.sgc, meter->sgc, sizeof input.sgc);
    if (meter->dkga == 4)
        return hsm_derive_dkga04(keyring->hsm, keyring->handles[index], &input, key);
    if (decoder->opened_index != index) {
        const struct hsm_key_entry *entry = &keyring->catalogue->keys[index];
        decoder->opened_index = -1;
        MV_TRY(hsm_dkga02_open(keyring->hsm, keyring->dkga02_kek, entry, decoder->opened));
        decoder->opened_index = index;
    }
    return hsm_derive_dkga02(decoder->opened, &input, key);
}

static mv_status derive_once(struct hsmd_decoder *decoder, const struct hsmd_meter *meter, enum hsm_purpose purpose,
                             struct mv_decoder_key *key, struct hsm_key_info *vending)
{
    int index = -1;
    struct hsmd_keyring *keyring = &decoder->service->keyring;
    MV_TRY(find(decoder, meter, &index));
    /* the look or the reopening for an earlier item may have found a reason to stop */
    MV_TRY(keyring->state);
    *vending = keyring->catalogue->keys[index].info;
    MV_TRY(check(decoder, vending, meter, purpose));
    return derive(decoder, index, meter, key);
}

mv_status hsmd_decoder_derive(struct hsmd_decoder *decoder, const struct hsmd_meter *meter, enum hsm_purpose purpose,
                              struct mv_decoder_key *key, struct hsm_key_info *vending)
{
    mv_status status = derive_once(decoder, meter, purpose, key, vending);
    if (!hsm_broken(status) || decoder->reopened)
        return status;
    decoder->reopened = true;
    decoder->opened_index = -1;
    MV_TRY(hsmd_keyring_reopen(&decoder->service->keyring));
    return derive_once(decoder, meter, purpose, key, vending);
}
