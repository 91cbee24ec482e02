/* The token of a ceremony, and what each act changed in its catalogue: read from the token, not from what the act says
 * of itself. */
#include <stdlib.h>
#include <string.h>

#include "ceremony/ceremony.h"
#include "hex.h"
#include "policy_text.h"
#include "terminal.h"
#include "words.h"
#include "words_spoken.h"

mv_status ceremony_open(struct ceremony *ceremony)
{
    if (ceremony->session.hsm != NULL)
        return mv_ok();
    if (ceremony->pin_refused)
        return mv_fail(MV_PIN_REFUSED, "PIN: refused before, not tried again");
    mv_status status = session_open(ceremony->tool->config_path, &ceremony->session);
    ceremony->pin_refused = status.reason == MV_PIN_REFUSED;
    if (status.ok)
        session_lend(&ceremony->session);
    else
        session_close(&ceremony->session);
    return status;
}

void ceremony_close(struct ceremony *ceremony)
{
    session_lend(NULL);
    session_close(&ceremony->session);
}

static bool is_new(const struct hsm_catalogue *before, uint64_t generation)
{
    return generation > before->generation;
}

void ceremony_add_signer(const struct hsm_key_info *info, json_t *line)
{
    uint8_t der[HSM_SIGN_PUBLIC];
    uint8_t fingerprint[TRANSCRIPT_HASH];
    char hex[TRANSCRIPT_HEX];
    hsm_sign_der(info->point, der);
    if (!transcript_fingerprint(der, fingerprint).ok)
        return;
    hex_encode(fingerprint, sizeof fingerprint, hex);
    (void)json_object_set_new(line, "signer", json_string(hex));
}

static void tell_key(struct ceremony *ceremony, const struct hsm_key_info *info)
{
    char kcv[WORDS_KCV];
    char text[WORDS_SPOKEN_TEXT];
    char until[WORDS_TIME];
    (void)words_kcv(info->kcv, kcv);
    (void)words_spoken(info->kcv, sizeof info->kcv, text);
    terminal_say("%s: %s, KCV %s (%s), %s\n    read aloud: %s\n", info->label, words_use(info->use), kcv,
                 words_kcv_method(info->kcv_method), words_state(info->state), text);
    json_t *line =
        json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:I}", "label", info->label, "use", words_use(info->use),
                  "version", (json_int_t)info->version, "state", words_state(info->state), "kcv", kcv, "kcv_method",
                  words_kcv_method(info->kcv_method), "words", text, "generation", (json_int_t)info->generation);
    if (info->issued_until_unix_s != INT64_MAX)
        (void)json_object_set_new(line, "issued_until", json_string(words_time(info->issued_until_unix_s, until)));
    if (info->scope.successor_krn != 0)
        (void)json_object_set_new(line, "successor_krn", json_integer(info->scope.successor_krn));
    if (info->use == HSM_USE_AUDIT_SIGN)
        ceremony_add_signer(info, line);
    ceremony_record(ceremony, "key", line);
}

static void tell_officer(struct ceremony *ceremony, const struct hsm_officer *officer, const char *change)
{
    char digest[2 * sizeof officer->certificate_sha256 + 1];
    hex_encode(officer->certificate_sha256, sizeof officer->certificate_sha256, digest);
    terminal_say("officer %s: %s, certificate SHA-256 %s\n", officer->name, change, digest);
    ceremony_record(
        ceremony, "officer",
        json_pack("{s:s, s:s, s:s}", "officer", officer->name, "change", change, "certificate_sha256", digest));
}

static bool has_officer(const struct hsm_catalogue *catalogue, const struct hsm_officer *officer)
{
    for (size_t i = 0; i < catalogue->officer_count; i++)
        if (strcmp(catalogue->officers[i].name, officer->name) == 0 &&
            memcmp(catalogue->officers[i].certificate_sha256, officer->certificate_sha256,
                   sizeof officer->certificate_sha256) == 0)
            return true;
    return false;
}

static void tell_changes(struct ceremony *ceremony, const struct hsm_catalogue *before,
                         const struct hsm_catalogue *after)
{
    for (size_t i = 0; i < after->key_count; i++)
        if (is_new(before, after->keys[i].info.generation))
            tell_key(ceremony, &after->keys[i].info);
    for (size_t i = 0; i < after->officer_count; i++)
        if (!has_officer(before, &after->officers[i]))
            tell_officer(ceremony, &after->officers[i], "enrolled");
    for (size_t i = 0; i < before->officer_count; i++)
        if (!has_officer(after, &before->officers[i]))
            tell_officer(ceremony, &before->officers[i], "removed");
}

void ceremony_add_rules(const struct hsm_catalogue *catalogue, json_t *line)
{
    json_t *minimums = json_object();
    for (size_t i = 0; i < catalogue->key_count; i++) {
        const struct hsm_key_info *info = &catalogue->keys[i].info;
        if (info->minimum_version > 0)
            (void)json_object_set_new(minimums, info->label, json_integer(info->minimum_version));
    }
    (void)json_object_set_new(line, "policy", policy_json(catalogue));
    (void)json_object_set_new(line, "minimum_versions", minimums);
}

mv_status ceremony_read_catalogue(struct ceremony *ceremony)
{
    MV_TRY(hsm_catalogue_read(ceremony->session.hsm, ceremony->session.catalogue));
    return ceremony->session.catalogue->generation >= ceremony->before->generation
               ? mv_ok()
               : mv_fail(MV_TOKEN_ROLLED_BACK, "catalogue: older than this ceremony has seen it");
}

mv_status ceremony_take_changes(struct ceremony *ceremony)
{
    MV_TRY(ceremony_open(ceremony));
    MV_TRY(ceremony_read_catalogue(ceremony));
    const struct hsm_catalogue *after = ceremony->session.catalogue;
    if (after->generation == ceremony->before->generation)
        return mv_ok();
    tell_changes(ceremony, ceremony->before, after);
    *ceremony->before = *after;
    json_t *line = json_pack("{s:I, s:s}", "generation", (json_int_t)after->generation, "token_serial",
                             hsm_serial(ceremony->session.hsm));
    ceremony_add_rules(after, line);
    ceremony_record(ceremony, "catalogue", line);
    return mv_ok();
}
