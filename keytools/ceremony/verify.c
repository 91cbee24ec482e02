/* metervault-keys ceremony verify: whether a transcript is whole, and whose key signed it. */
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/ceremony.h"
#include "ceremony/whole_file.h"
#include "hex.h"
#include "options.h"
#include "remark.h"
#include "words_spoken.h"

static const struct option_usage verify_usage = {
    "Verifies a transcript without a token: the chain of its lines, their order, and the signature by the public key "
    "in\n"
    "it. The first line that is wrong is named. That key proves only itself: give it with --key, or its fingerprint "
    "from\n"
    "the paper of the token's first ceremony, or ask the token's catalogue with --token. Without any of these the "
    "exit\n"
    "code is 4, for who changes a whole transcript signs it with a key of his own.",
    "  metervault-keys ceremony verify 2026-11-22.transcript --key audit-sign.pem\n"
    "  metervault-keys --config hsmd.conf ceremony verify 2026-11-22.transcript --token\n"};

struct verify {
    const char *key, *after, *fingerprint;
    bool token;
    struct transcript_report report;
};

static mv_status same_key(const struct verify *verify, const uint8_t der[HSM_SIGN_PUBLIC])
{
    return memcmp(der, verify->report.signer, HSM_SIGN_PUBLIC) == 0
               ? mv_ok()
               : mv_fail(MV_TRANSCRIPT_REFUSED, "transcript: signed by a foreign key");
}

static mv_status check_file_key(const struct verify *verify)
{
    uint8_t *der = NULL;
    FILE *file = fopen(verify->key, "re");
    EVP_PKEY *key = file != NULL ? PEM_read_PUBKEY(file, NULL, NULL, NULL) : NULL;
    if (file != NULL)
        (void)fclose(file);
    int size = key != NULL ? i2d_PUBKEY(key, &der) : 0;
    mv_status status = size == HSM_SIGN_PUBLIC
                           ? same_key(verify, der)
                           : remark(mv_fail(MV_FILE_FAILED, "key: no public key on P-256 in PEM"), "%s", verify->key);
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    return status;
}

static mv_status check_token_key(const struct tool *tool, const struct verify *verify)
{
    uint8_t der[HSM_SIGN_PUBLIC];
    struct session session;
    mv_status status = session_open(tool->config_path, &session);
    if (status.ok)
        status = hsm_sign_public(session.catalogue, verify->report.version, der);
    if (status.ok)
        status = same_key(verify, der);
    session_close(&session);
    return status;
}

static mv_status check_paper_key(const struct verify *verify)
{
    uint8_t paper[TRANSCRIPT_HASH];
    uint8_t fingerprint[TRANSCRIPT_HASH];
    if (!hex_decode(verify->fingerprint, paper, sizeof paper))
        return mv_fail(MV_INVALID_FIELD, "fingerprint: is 64 hex digits");
    MV_TRY(transcript_fingerprint(verify->report.signer, fingerprint));
    return memcmp(paper, fingerprint, sizeof paper) == 0
               ? mv_ok()
               : mv_fail(MV_TRANSCRIPT_REFUSED, "transcript: signed by a foreign key");
}

/* Somebody else than the transcript has said whose key it is. */
static bool is_proven(const struct verify *verify)
{
    return verify->key != NULL || verify->token || verify->fingerprint != NULL;
}

static mv_status check_after(const struct verify *verify)
{
    struct transcript_report before;
    char head[TRANSCRIPT_HEX];
    char *text = NULL;
    size_t size = 0;
    MV_TRY(whole_file_read(verify->after, TRANSCRIPT_MOST_BYTES, &text, &size));
    transcript_verify(text, size, &before, NULL, NULL);
    free(text);
    hex_encode(before.head, sizeof before.head, head);
    if (before.state != TRANSCRIPT_BAD && strcmp(head, verify->report.after) == 0)
        return mv_ok();
    return mv_fail(MV_TRANSCRIPT_REFUSED, "transcript: follows another one than --after");
}

static mv_status judge(const struct tool *tool, const struct verify *verify)
{
    const struct transcript_report *report = &verify->report;
    if (report->state == TRANSCRIPT_BAD)
        return remark(mv_fail(MV_TRANSCRIPT_REFUSED, "transcript"), "line %zu: %s", report->bad_line, report->why);
    if (report->state == TRANSCRIPT_UNFINISHED)
        return remark(mv_fail(MV_TRANSCRIPT_REFUSED, "transcript: unfinished"), "%zu good lines, then %s",
                      report->lines, report->why);
    if (verify->after != NULL)
        MV_TRY(check_after(verify));
    if (report->state == TRANSCRIPT_UNSIGNED)
        return remark(mv_fail(MV_TRANSCRIPT_REFUSED, "transcript: unsigned"), "%zu good lines, %s; no key signed them",
                      report->lines, report->result);
    if (verify->key != NULL)
        MV_TRY(check_file_key(verify));
    if (verify->fingerprint != NULL)
        MV_TRY(check_paper_key(verify));
    return verify->token ? check_token_key(tool, verify) : mv_ok();
}

void ceremony_print_spoken(const char *what, const uint8_t *bytes)
{
    enum { PER_LINE = 8 };
    char hex[TRANSCRIPT_HEX];
    char words[WORDS_SPOKEN_TEXT];
    hex_encode(bytes, TRANSCRIPT_HASH, hex);
    (void)printf("%s: %s\n", what, hex);
    for (size_t i = 0; i < TRANSCRIPT_HASH; i += PER_LINE)
        (void)printf("    %s\n", words_spoken(bytes + i, PER_LINE, words));
}

static void report_good(const struct tool *tool, const struct verify *verify)
{
    const struct transcript_report *report = &verify->report;
    uint8_t fingerprint[TRANSCRIPT_HASH] = {0};
    char head[TRANSCRIPT_HEX];
    char signer[TRANSCRIPT_HEX];
    (void)transcript_fingerprint(report->signer, fingerprint).ok;
    hex_encode(report->head, sizeof report->head, head);
    hex_encode(fingerprint, sizeof fingerprint, signer);
    if (tool->json) {
        tool_answer(json_pack("{s:b, s:b, s:I, s:s, s:s, s:s, s:I}", "ok", 1, "key_proven", (int)is_proven(verify),
                              "lines", (json_int_t)report->lines, "result", report->result, "head", head, "signer",
                              signer, "version", (json_int_t)report->version));
        return;
    }
    (void)printf("%zu lines, %s, signed by audit-sign/%u%s\n", report->lines, report->result, report->version,
                 is_proven(verify) ? "" : ", WHOSE KEY IS NOT PROVEN: give --key, --fingerprint or --token");
    ceremony_print_spoken("head", report->head);
    ceremony_print_spoken("SHA-256 of the signing key", fingerprint);
}

int ceremony_verify(struct tool *tool, const char *path, int argc, char **argv)
{
    struct verify verify = {.key = NULL};
    const struct option_spec specs[] = {
        {"key", OPTION_TEXT, "FILE", "public key in PEM that must have signed", &verify.key},
        {"token", OPTION_FLAG, NULL, "the catalogue of the configured token must know the key", &verify.token},
        {"fingerprint", OPTION_TEXT, "HEX", "SHA-256 of the key that must have signed, from paper",
         &verify.fingerprint},
        {"after", OPTION_TEXT, "FILE", "transcript that it must follow", &verify.after},
    };
    enum options_outcome outcome =
        options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &verify_usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    char *text = NULL;
    size_t size = 0;
    mv_status status = whole_file_read(path, TRANSCRIPT_MOST_BYTES, &text, &size);
    if (status.ok) {
        transcript_verify(text, size, &verify.report, NULL, NULL);
        status = judge(tool, &verify);
    }
    free(text);
    if (!status.ok)
        return tool_refuse(tool, status);
    report_good(tool, &verify);
    return is_proven(&verify) ? TOOL_DONE : TOOL_UNPROVEN;
}
