/* metervault-keys ceremony: scripts are judged and held, transcripts verified and printed. */
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/ceremony.h"
#include "ceremony/page.h"
#include "ceremony/whole_file.h"
#include "files.h"
#include "hex.h"
#include "options.h"
#include "remark.h"
#include "words_spoken.h"

static const char general[] =
    "usage: metervault-keys [--config FILE] [--json] ceremony check SCRIPT\n"
    "       metervault-keys [--config FILE] ceremony run SCRIPT --transcript FILE [--after FILE] [--plain]\n"
    "       metervault-keys [--config FILE] [--json] ceremony verify TRANSCRIPT [--key FILE] [--token] [--after FILE]\n"
    "       metervault-keys ceremony print TRANSCRIPT [--out FILE] [--pdf FILE]\n\n"
    "A ceremony is a script that says who does what in which order; `run` guides the officers through it and writes\n"
    "a transcript that is chained line by line and signed by the token's key audit-sign. Samples are in\n"
    "deploy/ceremonies, the language is described in keytools/ceremony/README.md.\n\n"
    "Examples:\n"
    "  metervault-keys ceremony check rotation.ceremony\n"
    "  metervault-keys ceremony run rotation.ceremony --transcript 2026-11-22.transcript\n"
    "  metervault-keys ceremony verify 2026-11-22.transcript --key audit-sign.pem\n"
    "  metervault-keys ceremony print 2026-11-22.transcript --pdf 2026-11-22.pdf\n";

/* ---- check ---- */
static const struct option_usage check_usage = {
    "Judges a ceremony's script before the day, by the code that runs it: roles, who is where needed, each act's "
    "options,\n"
    "expected keys and KCVs, files that must be there and must not, officers' certificates. Each fault has its line.",
    "  metervault-keys ceremony check rotation.ceremony\n"};

static int check(struct tool *tool, const char *path, int argc, char **argv)
{
    enum options_outcome outcome = options_parse(tool, argc, argv, NULL, 0, &check_usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    struct script *script = NULL;
    struct script_fault fault = {.line = 0};
    mv_status status = script_load(path, &script, &fault);
    size_t faults = status.ok ? ceremony_judge(tool, path, script) : 1;
    size_t steps = script != NULL ? script->step_count : 0;
    script_free(script);
    if (!status.ok && fault.line > 0)
        status = remark(status, "line %u: %s", fault.line, fault.what);
    if (!status.ok)
        return tool_refuse(tool, status);
    if (tool->json)
        tool_answer(json_pack("{s:b, s:I, s:I}", "ok", (int)(faults == 0), "faults", (json_int_t)faults, "steps",
                              (json_int_t)steps));
    else if (faults == 0)
        (void)printf("%s: in order, %zu steps\n", path, steps);
    return faults == 0 ? TOOL_DONE : TOOL_REFUSED;
}

/* ---- run ---- */
static const struct option_usage run_usage = {
    "Guides the people of a ceremony through its script on this terminal. Every step, confirmation, refusal and wrong\n"
    "entry goes into the transcript, a new file, before the next thing happens. Abort at any question with the word\n"
    "abort or Ctrl-C: what was begun is whole or not there, and the transcript says so and is signed.",
    "  metervault-keys ceremony run rotation.ceremony --transcript 2026-11-22.transcript --after "
    "2025-11-20.transcript\n"};

static int run(struct tool *tool, const char *path, int argc, char **argv)
{
    struct ceremony_options options = {.script = path};
    const struct option_spec specs[] = {
        {"transcript", OPTION_TEXT, "FILE", "new file for the transcript", &options.transcript},
        {"after", OPTION_TEXT, "FILE", "transcript that this one follows", &options.after},
        {"plain", OPTION_FLAG, NULL, "clear the screen only after secrets", &options.plain},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &run_usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    if (options.transcript == NULL)
        return options_complain("transcript", "is required");
    return ceremony_run(tool, &options);
}

/* ---- verify ---- */
static const struct option_usage verify_usage = {
    "Verifies a transcript without a token: the chain of its lines, their order, and the signature by the public key "
    "in\n"
    "it. The first line that is wrong is named. That key proves only itself: compare its words with the paper of the\n"
    "token's first ceremony, or give it with --key, or ask the token's catalogue with --token.",
    "  metervault-keys ceremony verify 2026-11-22.transcript --key audit-sign.pem\n"
    "  metervault-keys --config hsmd.conf ceremony verify 2026-11-22.transcript --token\n"};

struct verify {
    const char *key, *after;
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
        return remark(mv_fail(MV_TRANSCRIPT_REFUSED, "transcript: unfinished"), "%zu good lines, then %s", report->lines,
                      report->why);
    if (verify->after != NULL)
        MV_TRY(check_after(verify));
    if (report->state == TRANSCRIPT_UNSIGNED)
        return remark(mv_fail(MV_TRANSCRIPT_REFUSED, "transcript: unsigned"), "%zu good lines, %s; no key signed them",
                      report->lines, report->result);
    if (verify->key != NULL)
        MV_TRY(check_file_key(verify));
    return verify->token ? check_token_key(tool, verify) : mv_ok();
}

static void print_spoken(const char *what, const uint8_t *bytes)
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
        tool_answer(json_pack("{s:b, s:I, s:s, s:s, s:s, s:I}", "ok", 1, "lines", (json_int_t)report->lines, "result",
                              report->result, "head", head, "signer", signer, "version", (json_int_t)report->version));
        return;
    }
    (void)printf("%zu lines, %s, signed by audit-sign/%u%s\n", report->lines, report->result, report->version,
                 verify->key == NULL && !verify->token ? ", whose key is only the one in the transcript" : "");
    print_spoken("head", report->head);
    print_spoken("SHA-256 of the signing key", fingerprint);
}

static int verify(struct tool *tool, const char *path, int argc, char **argv)
{
    struct verify verify = {.key = NULL};
    const struct option_spec specs[] = {
        {"key", OPTION_TEXT, "FILE", "public key in PEM that must have signed", &verify.key},
        {"token", OPTION_FLAG, NULL, "the catalogue of the configured token must know the key", &verify.token},
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
    if (status.ok)
        report_good(tool, &verify);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}

/* ---- print ---- */
static const struct option_usage print_usage = {
    "Makes a page of a transcript, with a line for each person's signature: text on standard output or in a new file,\n"
    "and a PDF with --pdf. A transcript that does not verify is not printed; an unfinished one says that it is.",
    "  metervault-keys ceremony print 2026-11-22.transcript --pdf 2026-11-22.pdf\n"};

static mv_status put_page(const char *page, const char *out, const char *pdf)
{
    if (pdf != NULL)
        MV_TRY(page_pdf(page, pdf));
    if (out != NULL)
        return file_create(out, page, strlen(page), "page");
    if (pdf == NULL)
        (void)fputs(page, stdout);
    return mv_ok();
}

static int print(struct tool *tool, const char *path, int argc, char **argv)
{
    const char *out = NULL;
    const char *pdf = NULL;
    const struct option_spec specs[] = {
        {"out", OPTION_TEXT, "FILE", "new text file to write", &out},
        {"pdf", OPTION_TEXT, "FILE", "new PDF file to write", &pdf},
    };
    enum options_outcome outcome = options_parse(tool, argc, argv, specs, sizeof specs / sizeof specs[0], &print_usage);
    if (outcome != OPTIONS_PARSED)
        return options_exit(outcome);
    char *text = NULL;
    char *page = NULL;
    size_t size = 0;
    mv_status status = whole_file_read(path, TRANSCRIPT_MOST_BYTES, &text, &size);
    if (status.ok)
        status = page_make(text, size, &page);
    if (status.ok)
        status = put_page(page, out, pdf);
    free(page);
    free(text);
    return status.ok ? TOOL_DONE : tool_refuse(tool, status);
}

int cmd_ceremony(struct tool *tool, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct tool *tool, const char *path, int argc, char **argv);
    } parts[] = {{"check", check}, {"run", run}, {"verify", verify}, {"print", print}};
    for (size_t i = 0; argc > 1 && i < sizeof parts / sizeof parts[0]; i++) {
        if (strcmp(argv[1], parts[i].name) != 0)
            continue;
        char name[32];
        (void)snprintf(name, sizeof name, "ceremony %s", parts[i].name);
        /* the file stands before the options, except where only help is asked for */
        bool file = argc > 2 && argv[2][0] != '-';
        int skipped = file ? 2 : 1;
        char *former = argv[skipped];
        argv[skipped] = name;
        bool helps = argc > 2 && strcmp(argv[2], "--help") == 0;
        int code = file || helps ? parts[i].run(tool, file ? former : NULL, argc - skipped, argv + skipped)
                                 : options_complain(name, "which file? It stands before the options");
        argv[skipped] = former;
        return code;
    }
    bool help = argc > 1 && strcmp(argv[1], "--help") == 0;
    (void)fputs(general, help ? stdout : stderr);
    return help ? TOOL_DONE : TOOL_USAGE;
}
