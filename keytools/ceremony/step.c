/* One step: what is read aloud, the act, what it must have made, who has seen it. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ceremony/act_files.h"
#include "ceremony/acts.h"
#include "ceremony/ceremony.h"
#include "remark.h"
#include "terminal.h"
#include "witness.h"
#include "words.h"
#include "words_spoken.h"

void ceremony_listen(void *context, const char *event, const char *what, const char *detail)
{
    json_t *line = json_pack("{s:s}", "what", what);
    if (detail != NULL)
        (void)json_object_set_new(line, "detail", json_string(detail));
    ceremony_record(context, event, line);
    if (strcmp(event, "share-set") == 0)
        ceremony_fingerprint("Set of shares, as bytes of its four letters", (const uint8_t *)what, strlen(what));
}

static json_t *people_of(const struct ceremony *ceremony, const struct script_step *step)
{
    json_t *by = json_array();
    for (size_t i = 0; i < step->by_count; i++)
        (void)json_array_append_new(by, json_string(ceremony->script->roles[step->by[i]].name));
    return by;
}

/* The whole act as the transcript has it: what is not shown is not agreed to. */
static void show_act(const struct script_step *step)
{
    json_t *words = script_act_words(step);
    char *text = json_dumps(words, 0);
    terminal_say("Act: %s\n", text != NULL ? text : "(no memory to show it: abort)");
    free(text);
    json_decref(words);
}

static void announce(struct ceremony *ceremony, const struct script_step *step)
{
    ceremony_screen(ceremony, step->name);
    for (size_t i = 0; i < step->read_count; i++)
        terminal_say("%s\n\n", step->read[i]);
    if (step->word_count == 0)
        return;
    show_act(step);
    if (act_host_visible(step))
        terminal_say("THE MEMORY OF THIS HOST SEES THE KEY IN CLEAR during this act.\n");
    terminal_say("\n");
}

/* That it was tried stays in the transcript, and what it changed all the same: a key can be made and its predecessor
 * not be told. */
static enum ceremony_turn refused(struct ceremony *ceremony, int code)
{
    mv_status status = tool_refused();
    json_t *line = status.ok ? json_pack("{s:s}", "reason", "USAGE") : ceremony_reason(status);
    (void)json_object_set_new(line, "code", json_integer(code));
    ceremony_record(ceremony, "refused", line);
    /* a session that broke with the module serves no other act */
    if (!status.ok && hsm_broken(status))
        ceremony_close(ceremony);
    terminal_say("\nThe act was refused.\n");
    /* `init` may have tried the PIN on a token in use */
    bool refused_pin = status.reason == MV_PIN_REFUSED || status.reason == MV_TOKEN_IN_USE;
    ceremony->pin_refused = ceremony->pin_refused || refused_pin;
    bool look = ceremony->before->generation > 0 && !ceremony->pin_refused;
    mv_status changes = look ? ceremony_take_changes(ceremony) : mv_ok();
    if (!changes.ok)
        ceremony_record(ceremony, "refused", ceremony_reason(changes));
    return ceremony_choose(ceremony);
}

static enum ceremony_turn act_once(struct ceremony *ceremony, const struct script_step *step)
{
    ceremony_record(
        ceremony, "act",
        json_pack("{s:o, s:b}", "act", script_act_words(step), "host_visible", (int)act_host_visible(step)));
    if (!ceremony->recording.ok)
        return CEREMONY_ABORT;
    if (act_makes_token(step))
        ceremony_close(ceremony);
    witness_listen(ceremony_listen, ceremony);
    int code = acts_run(ceremony->tool, step);
    witness_listen(NULL, NULL);
    if (code != TOOL_DONE)
        return refused(ceremony, code);
    ceremony_record(ceremony, "done", json_object());
    ceremony->token_made = ceremony->token_made || act_makes_token(step);
    /* a token that was made since has PINs of its own; nothing else makes a refused one right */
    ceremony->pin_refused = ceremony->pin_refused && !act_makes_token(step);
    /* before the token is made there is none to look at */
    bool token = ceremony->session.hsm != NULL || ceremony->before->generation > 0 || ceremony->token_made;
    mv_status status = token ? ceremony_take_changes(ceremony) : mv_ok();
    if (status.ok)
        return CEREMONY_GO_ON;
    ceremony_record(ceremony, "refused", ceremony_reason(status));
    (void)tool_refuse(ceremony->tool, status);
    return CEREMONY_ABORT;
}

static enum ceremony_turn unexpected(struct ceremony *ceremony, const struct script_expected *expected,
                                     const char *reason)
{
    terminal_say("%s is not as the script expects: %s. The ceremony ends here.\n", expected->label, reason);
    ceremony_record(ceremony, "unexpected", json_pack("{s:s, s:s}", "label", expected->label, "reason", reason));
    ceremony_record(ceremony, "abort", json_pack("{s:s}", "why", "a key is not as the script expects"));
    return CEREMONY_ABORT;
}

static const struct hsm_key_info *find(const struct hsm_catalogue *catalogue, const char *label)
{
    for (size_t i = 0; i < catalogue->key_count; i++)
        if (strcmp(catalogue->keys[i].info.label, label) == 0)
            return &catalogue->keys[i].info;
    return NULL;
}

static enum ceremony_turn expect_one(struct ceremony *ceremony, const struct script_expected *expected)
{
    char kcv[WORDS_KCV];
    char spoken[WORDS_SPOKEN_TEXT];
    const struct hsm_key_info *info = find(ceremony->before, expected->label);
    if (info == NULL)
        return unexpected(ceremony, expected, "KEY_UNKNOWN");
    const char *state = words_state(hsm_key_state_at(info, (int64_t)time(NULL)));
    if (expected->state != NULL && strcmp(expected->state, state) != 0)
        return unexpected(ceremony, expected, "another state");
    if (expected->state == NULL && expected->how == SCRIPT_KCV_GIVEN &&
        memcmp(info->kcv, expected->kcv, sizeof expected->kcv) != 0)
        return unexpected(ceremony, expected, "KCV_MISMATCH");
    if (expected->state == NULL && expected->how == SCRIPT_KCV_PAPER &&
        ceremony_paper_kcv(ceremony, expected->label, info->kcv) != CEREMONY_GO_ON)
        return CEREMONY_ABORT;
    (void)words_kcv(info->kcv, kcv);
    terminal_say("As expected: %s, %s, KCV %s, read aloud: %s\n", info->label, state, kcv,
                 words_spoken(info->kcv, sizeof info->kcv, spoken));
    ceremony_record(ceremony, "expected",
                    json_pack("{s:s, s:s, s:s}", "label", info->label, "kcv", kcv, "state", state));
    return CEREMONY_GO_ON;
}

static enum ceremony_turn act(struct ceremony *ceremony, const struct script_step *step)
{
    enum ceremony_turn turn = ceremony_confirm_all(ceremony, "ready for this act");
    if (turn != CEREMONY_GO_ON)
        return turn;
    do
        turn = act_once(ceremony, step);
    while (turn == CEREMONY_REPEAT);
    for (size_t i = 0; turn == CEREMONY_GO_ON && i < step->expected_count; i++)
        turn = expect_one(ceremony, &step->expected[i]);
    return turn;
}

enum ceremony_turn ceremony_step(struct ceremony *ceremony, const struct script_step *step)
{
    ceremony->step = step;
    ceremony_record(ceremony, "step", json_pack("{s:o}", "by", people_of(ceremony, step)));
    announce(ceremony, step);
    enum ceremony_turn turn = step->word_count > 0 ? act(ceremony, step) : CEREMONY_GO_ON;
    if (turn == CEREMONY_GO_ON && step->note != NULL)
        turn = ceremony_note(ceremony, step->note);
    if (turn == CEREMONY_GO_ON)
        turn = ceremony_confirm_all(ceremony, step->word_count > 0 ? "seen and as it should be" : "read and done");
    ceremony->step = NULL;
    if (turn == CEREMONY_GO_ON)
        ceremony->steps_done++;
    return turn;
}
