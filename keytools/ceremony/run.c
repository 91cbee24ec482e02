/* A ceremony from its first line to its signature. However it ends, its transcript is closed and signed, if there is a
 * token that can. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ceremony/acts.h"
#include "ceremony/ceremony.h"
#include "ceremony/script_check.h"
#include "ceremony/whole_file.h"
#include "hex.h"
#include "officer.h"
#include "remark.h"
#include "terminal.h"
#include "words.h"

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    interrupted = number;
}

const char *ceremony_interruption(void)
{
    const char *name = interrupted != 0 ? sigabbrev_np(interrupted) : NULL;
    return name != NULL ? name : "end of input";
}

/* A key act that runs is not broken off: the signal counts at the next question. */
static void catch_signals(void)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction action = {.sa_handler = on_signal};
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++)
        (void)sigaction(ending[i], &action, NULL);
    terminal_cancel_on(&interrupted);
}

/* ---- what `check` asks of the world ---- */
static bool takes(void *context, const struct script_step *step)
{
    return acts_take(context, step);
}

static bool certified(void *context, const char *name, const char *path)
{
    struct hsm_officer officer;
    mv_status status = officer_from_certificate(name, path, &officer);
    if (!status.ok)
        (void)tool_refuse(context, status);
    return status.ok;
}

static bool exists(void *context, const char *path)
{
    (void)context;
    return access(path, F_OK) == 0;
}

static void say(void *context, unsigned line, const char *what)
{
    (void)context;
    (void)fprintf(stderr, "  line %u: %s\n", line, what);
}

size_t ceremony_judge(const struct tool *tool, const char *path, const struct script *script)
{
    struct tool own = *tool;
    const struct script_world world = {
        .takes = takes, .certified = certified, .exists = exists, .context = &own, .say = say};
    own.json = false;
    terminal_assume();
    size_t faults = script_check(script, &world);
    if (faults > 0)
        (void)fprintf(stderr, "%s: %zu faults\n", path, faults);
    return faults;
}

/* ---- beginning ---- */
static mv_status read_after(const char *path, json_t *line)
{
    char *text = NULL;
    size_t size = 0;
    char head[TRANSCRIPT_HEX];
    struct transcript_report report;
    if (path == NULL)
        return mv_ok();
    MV_TRY(whole_file_read(path, TRANSCRIPT_MOST_BYTES, &text, &size));
    transcript_verify(text, size, &report, NULL, NULL);
    free(text);
    if (report.state == TRANSCRIPT_BAD || report.lines == 0)
        return remark(mv_fail(MV_TRANSCRIPT_REFUSED, "after"), "%s", path);
    hex_encode(report.head, sizeof report.head, head);
    return json_object_set_new(line, "after", json_string(head)) == 0 ? mv_ok() : mv_fail(MV_OUT_OF_MEMORY, NULL);
}

static void add_token(const struct ceremony *ceremony, json_t *line)
{
    const struct session *session = &ceremony->session;
    uint8_t der[HSM_SIGN_PUBLIC];
    uint8_t fingerprint[TRANSCRIPT_HASH];
    char hex[TRANSCRIPT_HEX];
    if (session->hsm == NULL)
        return;
    (void)json_object_set_new(line, "token_serial", json_string(hsm_serial(session->hsm)));
    (void)json_object_set_new(line, "generation", json_integer((json_int_t)session->catalogue->generation));
    const struct hsm_key_entry *signer = hsm_sign_newest(session->hsm, session->catalogue);
    if (signer == NULL)
        return;
    hsm_sign_der(signer->info.point, der);
    if (!transcript_fingerprint(der, fingerprint).ok)
        return;
    hex_encode(fingerprint, sizeof fingerprint, hex);
    (void)json_object_set_new(line, "signer", json_string(hex));
}

/* Opens the token, then writes the first line, whether it opened or not. */
static mv_status begin(struct ceremony *ceremony, const struct ceremony_options *options)
{
    char digest[TRANSCRIPT_HEX];
    hex_encode(ceremony->script->digest, sizeof ceremony->script->digest, digest);
    json_t *line = json_pack("{s:i, s:s, s:s, s:s, s:s}", "format", 1, "title", ceremony->script->title, "script",
                             options->script, "script_sha256", digest, "tool", "metervault-keys " METERVAULT_VERSION);
    mv_status status = line != NULL ? read_after(options->after, line)
                                    : mv_fail(MV_INVALID_FIELD, "the name of the script is not UTF-8");
    mv_status opened = status.ok && !ceremony->script->new_token ? ceremony_open(ceremony) : mv_ok();
    if (status.ok)
        status = transcript_open(options->transcript, &ceremony->transcript);
    if (!status.ok) {
        json_decref(line);
        return status;
    }
    if (ceremony->session.hsm != NULL)
        *ceremony->before = *ceremony->session.catalogue;
    add_token(ceremony, line);
    ceremony_record(ceremony, "ceremony", line);
    if (!opened.ok)
        ceremony_record(ceremony, "refused", ceremony_reason(opened));
    return opened;
}

/* ---- end ---- */
/* Secret and private keys of the token that are in no catalogue; -1: nobody could look. */
static int strangers(struct ceremony *ceremony)
{
    size_t count = 0;
    char label[HSM_LABEL_SIZE] = "";
    if (ceremony->session.hsm == NULL ||
        !hsm_strangers(ceremony->session.hsm, ceremony->session.catalogue, &count, label).ok)
        return -1;
    terminal_say(count == 0 ? "No key is in the token that its catalogue does not know.\n"
                            : "KEYS ARE IN THE TOKEN THAT ITS CATALOGUE DOES NOT KNOW.\n");
    return (int)count;
}

static mv_status sign(struct ceremony *ceremony)
{
    uint8_t signature[HSM_SIGNATURE_MOST];
    uint8_t der[HSM_SIGN_PUBLIC];
    uint8_t fingerprint[TRANSCRIPT_HASH];
    char signature_hex[2 * sizeof signature + 1];
    char der_hex[2 * sizeof der + 1];
    size_t size = 0;
    uint32_t version = 0;
    const struct session *session = &ceremony->session;
    MV_TRY(hsm_sign(session->hsm, session->catalogue, ceremony->transcript.head, signature, &size, &version));
    MV_TRY(hsm_sign_public(session->catalogue, version, der));
    MV_TRY(transcript_fingerprint(der, fingerprint));
    hex_encode(signature, size, signature_hex);
    hex_encode(der, sizeof der, der_hex);
    ceremony_record(ceremony, "signature",
                    json_pack("{s:s, s:I, s:s, s:s}", "key", "audit-sign", "version", (json_int_t)version, "public_key",
                              der_hex, "signature", signature_hex));
    ceremony_fingerprint("Signed by audit-sign, SHA-256 of its public key", fingerprint, sizeof fingerprint);
    return ceremony->recording;
}

static mv_status finish(struct ceremony *ceremony, bool completed)
{
    interrupted = 0; /* whoever ends a ceremony may still be asked for the PIN of the token that it made */
    bool token = ceremony->token_made || ceremony->before->generation > 0;
    if (ceremony->session.hsm == NULL && token && !ceremony->pin_refused) {
        mv_status opened = ceremony_open(ceremony);
        if (!opened.ok)
            ceremony_record(ceremony, "refused", ceremony_reason(opened));
    }
    if (ceremony->session.hsm != NULL)
        (void)hsm_catalogue_read(ceremony->session.hsm, ceremony->session.catalogue).ok;
    const struct session *session = &ceremony->session;
    bool signs = session->hsm != NULL && hsm_sign_newest(session->hsm, session->catalogue) != NULL;
    json_t *line = json_pack("{s:s, s:I, s:I, s:i, s:b}", "result", completed ? "completed" : "aborted", "steps_done",
                             (json_int_t)ceremony->steps_done, "steps", (json_int_t)ceremony->script->step_count,
                             "strangers", strangers(ceremony), "signed", (int)signs);
    if (session->hsm != NULL)
        (void)json_object_set_new(line, "generation", json_integer((json_int_t)session->catalogue->generation));
    ceremony_record(ceremony, "closed", line);
    if (!signs)
        terminal_say("There is no key to sign the transcript with: it is closed unsigned.\n");
    mv_status status = signs && ceremony->recording.ok ? sign(ceremony) : ceremony->recording;
    ceremony_fingerprint("Head of the transcript, to be written on paper", ceremony->transcript.head, TRANSCRIPT_HASH);
    return status;
}

static enum ceremony_turn check_clock(struct ceremony *ceremony)
{
    char now[WORDS_TIME];
    ceremony_screen(ceremony, "The clock");
    terminal_say("The clock of this machine says %s (UTC).\nIs it right within a minute?\n\n",
                 words_time((int64_t)time(NULL), now));
    return ceremony_confirm(ceremony, 0, "the clock is right");
}

static enum ceremony_turn hold(struct ceremony *ceremony)
{
    enum ceremony_turn turn = ceremony_roll_call(ceremony);
    if (turn == CEREMONY_GO_ON)
        turn = check_clock(ceremony);
    for (size_t i = 0; turn == CEREMONY_GO_ON && ceremony->recording.ok && i < ceremony->script->step_count; i++)
        turn = ceremony_step(ceremony, &ceremony->script->steps[i]);
    return ceremony->recording.ok ? turn : CEREMONY_ABORT;
}

static int run(struct ceremony *ceremony, const struct ceremony_options *options)
{
    mv_status status = begin(ceremony, options);
    if (ceremony->transcript.fd < 0)
        return tool_refuse(ceremony->tool, status);
    enum ceremony_turn turn = status.ok ? hold(ceremony) : CEREMONY_ABORT;
    ceremony->step = NULL;
    ceremony_screen(ceremony, turn == CEREMONY_GO_ON ? "Completed" : "Aborted");
    mv_status finished = finish(ceremony, turn == CEREMONY_GO_ON);
    if (!status.ok)
        return tool_refuse(ceremony->tool, status);
    if (!finished.ok)
        return tool_refuse(ceremony->tool, finished);
    terminal_say("The transcript is %s.\n", options->transcript);
    return turn == CEREMONY_GO_ON ? TOOL_DONE : TOOL_REFUSED;
}

static int prepare_and_run(struct ceremony *ceremony, const struct ceremony_options *options)
{
    if (ceremony_judge(ceremony->tool, options->script, ceremony->script) > 0)
        return TOOL_REFUSED;
    catch_signals();
    int code = run(ceremony, options);
    terminal_cancel_on(NULL);
    transcript_close(&ceremony->transcript);
    ceremony_close(ceremony);
    return code;
}

int ceremony_run(const struct tool *tool, const struct ceremony_options *options)
{
    struct script *script = NULL;
    struct script_fault fault;
    if (!terminal_present())
        return tool_refuse(tool, mv_fail(MV_FILE_FAILED, "terminal: none to ask on"));
    mv_status status = script_load(options->script, &script, &fault);
    struct ceremony *ceremony = calloc(1, sizeof *ceremony);
    struct hsm_catalogue *before = calloc(1, sizeof *before);
    if (status.ok && (ceremony == NULL || before == NULL))
        status = mv_fail(MV_OUT_OF_MEMORY, "ceremony");
    else if (!status.ok && status.reason == MV_SCRIPT_REFUSED)
        say(NULL, fault.line, fault.what);
    int code = TOOL_REFUSED;
    if (status.ok) {
        *ceremony = (struct ceremony){.tool = tool,
                                      .script = script,
                                      .script_path = options->script,
                                      .plain = options->plain,
                                      .recording = mv_ok(),
                                      .before = before};
        ceremony->transcript.fd = -1;
        code = prepare_and_run(ceremony, options);
    } else {
        code = tool_refuse(tool, status);
    }
    free(before);
    free(ceremony);
    script_free(script);
    return code;
}
