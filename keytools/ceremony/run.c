/* A ceremony from its first line to its signature. However it ends, its transcript is closed and signed, if there is a
 * token that can. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ceremony/ceremony.h"
#include "ceremony/whole_file.h"
#include "hex.h"
#include "remark.h"
#include "terminal.h"
#include "witness.h"
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
    if (session->hsm == NULL)
        return;
    (void)json_object_set_new(line, "token_serial", json_string(hsm_serial(session->hsm)));
    (void)json_object_set_new(line, "generation", json_integer((json_int_t)session->catalogue->generation));
    ceremony_add_rules(session->catalogue, line);
    const struct hsm_key_entry *signer = hsm_sign_newest(session->hsm, session->catalogue);
    if (signer != NULL)
        ceremony_add_signer(&signer->info, line);
}

/* Of a ceremony that a power cut ended: without them the first `verify` finds the token in order. */
static mv_status clear_leftovers(struct ceremony *ceremony)
{
    witness_listen(ceremony_listen, ceremony);
    mv_status status = session_clear_leftovers(&ceremony->session);
    witness_listen(NULL, NULL);
    return status;
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
    if (opened.ok && ceremony->session.hsm != NULL)
        opened = clear_leftovers(ceremony);
    if (!opened.ok)
        ceremony_record(ceremony, "refused", ceremony_reason(opened));
    return opened;
}

static enum ceremony_turn check_clock(struct ceremony *ceremony)
{
    char now[WORDS_TIME];
    ceremony_screen(ceremony, "The clock");
    ceremony_fingerprint("SHA-256 of the script", ceremony->script->digest, sizeof ceremony->script->digest);
    terminal_say("Are these the words of the script that was agreed upon?\n\n");
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
    interrupted = 0; /* whoever ends a ceremony may still be asked for the PIN of the token that it made */
    mv_status finished = ceremony_finish(ceremony, turn == CEREMONY_GO_ON);
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
    else if (status.reason == MV_SCRIPT_REFUSED)
        status = remark(status, "line %u: %s", fault.line, fault.what);
    int code = TOOL_REFUSED;
    if (status.ok) {
        *ceremony = (struct ceremony){.tool = tool,
                                      .script = script,

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
