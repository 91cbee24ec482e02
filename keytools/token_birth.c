#include "token_birth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backup_file.h"
#include "base/secret.h"
#include "hsm/quorum.h"
#include "hsm/sign.h"
#include "kek_entry.h"
#include "remark.h"

static mv_status login(const struct hsm_config *config, const char *user_pin, struct hsm **hsm)
{
    MV_TRY(hsm_open(config, hsm));
    MV_TRY(hsm_login(*hsm, HSM_AS_USER, user_pin));
    return hsm_self_test(*hsm);
}

/* Only a catalogue with officers makes a token used: without, an earlier init was cut short between the two. */
mv_status token_birth_begun(struct hsm *hsm, bool *begun)
{
    struct hsm_catalogue *catalogue = calloc(1, sizeof *catalogue);
    if (catalogue == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "catalogue");
    mv_status status = hsm_catalogue_read(hsm, catalogue);
    *begun = status.ok && catalogue->officer_count == 0 && catalogue->former_count == 0;
    free(catalogue);
    if (*begun)
        return status;
    if (status.ok || status.reason == MV_CATALOGUE_CORRUPT)
        return mv_fail(MV_TOKEN_IN_USE, "token_label");
    return status.reason == MV_KEY_UNKNOWN ? mv_ok() : status;
}

mv_status token_birth_open(struct hsm_config *config, const char *so_pin, const char *user_pin, struct hsm **hsm)
{
    bool begun = false;
    char serial[HSM_SERIAL_SIZE] = "";
    mv_status made = hsm_token_init(config, so_pin, user_pin, serial);
    if (!made.ok && made.reason != MV_TOKEN_IN_USE)
        return made;
    if (made.ok)
        (void)snprintf(config->token_serial, sizeof config->token_serial, "%s", serial);
    mv_status status = login(config, user_pin, hsm);
    /* somebody else's token of the same label: not ours to try PINs on */
    if (!status.ok && status.reason == MV_PIN_REFUSED && !made.ok)
        return remark(made, "the user PIN was tried on it, once, and refused: %s", status.where);
    if (!status.ok)
        return made.ok ? status : made;
    (void)snprintf(config->token_serial, sizeof config->token_serial, "%s", hsm_serial(*hsm));
    return token_birth_begun(*hsm, &begun);
}

/* The backup key that the holders brought must be the one of the keys' backups. */
static mv_status prove_kek(struct hsm *hsm, const uint8_t *kek)
{
    struct hsm_catalogue *catalogue = calloc(1, sizeof *catalogue);
    if (catalogue == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "catalogue");
    mv_status status = hsm_catalogue_read(hsm, catalogue);
    if (status.ok)
        status = kek_prove(kek, catalogue);
    free(catalogue);
    return status;
}

/* Whichever part of it an earlier init had no time for. */
static mv_status make_signing_key(struct hsm *hsm)
{
    struct hsm_key_info made;
    struct hsm_catalogue *catalogue = calloc(1, sizeof *catalogue);
    if (catalogue == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "catalogue");
    mv_status status = hsm_catalogue_read(hsm, catalogue);
    if (status.ok && hsm_sign_newest(hsm, catalogue) == NULL)
        status = hsm_sign_make(hsm, &made);
    free(catalogue);
    return status;
}

mv_status token_birth_finish_kek(struct hsm *hsm, const struct hsm_config *config, const uint8_t *kek,
                                 const struct birth_officers *officers)
{
    bool begun = false;
    struct backup_place place = {config->backup_dir, hsm_serial(hsm)};
    const struct hsm_keeper keeper = {backup_keep, &place};
    MV_TRY(backup_directory(config->backup_dir));
    MV_TRY(token_birth_begun(hsm, &begun));
    MV_TRY(begun ? prove_kek(hsm, kek) : hsm_catalogue_create(hsm, kek, &keeper));
    MV_TRY(make_signing_key(hsm));
    /* last and in one step: a token with officers is whole */
    const struct hsm_rule every_act = {.act = HSM_EVERY_ACT, .needed = (uint8_t)officers->quorum};
    return hsm_officers_enrol(hsm, officers->officers, officers->count, officers->quorum > 0 ? &every_act : NULL);
}

mv_status token_birth_finish(struct hsm *hsm, const struct hsm_config *config, const struct components *components,
                             const struct birth_officers *officers)
{
    if (components->size != HSM_BACKUP_KEK_BYTES)
        return mv_fail(MV_INVALID_FIELD, "backup component");
    uint8_t *kek = mv_secret_alloc(HSM_BACKUP_KEK_BYTES);
    if (kek == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "backup-kek");
    mv_status status = components_combine(components, kek);
    if (status.ok)
        status = token_birth_finish_kek(hsm, config, kek, officers);
    mv_secret_free(kek, HSM_BACKUP_KEK_BYTES);
    return status;
}
