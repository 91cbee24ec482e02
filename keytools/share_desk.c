/* Shares at the terminal: each holder alone, every entry judged as it is made, nothing left on the screen. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/qr.h"
#include "base/secret.h"
#include "shares.h"
#include "terminal.h"
#include "witness.h"

enum { TRIES = 5, ANSWER = 32, PROMPT = 160, GROUP = 4 };

static bool yes(const char *answer)
{
    return strcmp(answer, "yes") == 0 || strcmp(answer, "y") == 0;
}

/* The holder compares each place with the paper; only then is the corrected text taken for what was typed. */
static mv_status suggest(char *typed, bool *taken)
{
    char answer[ANSWER];
    *taken = false;
    struct codex32_correction *correction = mv_secret_alloc(sizeof *correction);
    if (correction == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "share");
    mv_status status = mv_ok();
    if (codex32_correct(typed, correction)) {
        terminal_say("Perhaps this was meant; look at the paper:\n");
        for (size_t i = 0; i < correction->count; i++)
            terminal_say("  character %zu: typed %c, perhaps %c\n", correction->places[i], correction->was[i],
                         correction->is[i]);
        status = terminal_line("Does the paper say so at every one of these places? [yes/no] ", answer, sizeof answer);
        *taken = status.ok && yes(answer);
        terminal_clear();
        if (*taken)
            codex32_text(&correction->string, typed);
    }
    mv_secret_free(correction, sizeof *correction);
    return status;
}

static mv_status judge(struct shares *shares, char *typed)
{
    size_t at = 0;
    bool taken = false;
    enum codex32_fault fault = shares_add(shares, typed, &at);
    if (fault != CODEX32_FINE)
        witness_tell("wrong-entry", "share", codex32_fault_text(fault));
    if (fault == CODEX32_BAD_CHECKSUM || fault == CODEX32_UNREADABLE) {
        terminal_say("Not taken: %s.\n", codex32_fault_text(fault));
        MV_TRY(suggest(typed, &taken));
        witness_tell("correction", "share", taken ? "taken after a look at the paper" : "not taken");
        if (taken)
            fault = shares_add(shares, typed, &at);
        else
            return mv_fail(MV_SHARE_REFUSED, codex32_fault_text(fault));
    }
    if (fault == CODEX32_FINE)
        return mv_ok();
    terminal_say("Not taken: %s", codex32_fault_text(fault));
    terminal_say(at > 0 ? " (character %zu).\n" : ".\n", at);
    return mv_fail(MV_SHARE_REFUSED, codex32_fault_text(fault));
}

static mv_status type_one(struct shares *shares)
{
    char prompt[PROMPT];
    char *typed = mv_secret_alloc(CODEX32_TYPED);
    if (typed == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "share");
    (void)snprintf(prompt, sizeof prompt,
                   "Share %zu (not shown; ? for a character that cannot be read): ", shares->count + 1);
    mv_status status = terminal_hidden(prompt, typed, CODEX32_TYPED);
    if (status.ok)
        status = judge(shares, typed);
    mv_secret_free(typed, CODEX32_TYPED);
    return status;
}

mv_status shares_type(struct shares *shares)
{
    size_t tries = 0;
    while (shares_missing(shares) > 0) {
        mv_status status = type_one(shares);
        if (status.ok) {
            tries = 0;
            terminal_say("Share %c is in order; %zu more.\n", toupper(codex32_index(&shares->items[shares->count - 1])),
                         shares_missing(shares));
            continue;
        }
        if ((status.reason != MV_SHARE_REFUSED && status.reason != MV_INVALID_FIELD) || ++tries == TRIES)
            return status;
    }
    return mv_ok();
}

/* Secret memory. */
struct screen {
    char text[QR_TEXT + CODEX32_TEXT + CODEX32_TEXT / GROUP + 1];
    struct qr qr;
};

/* In groups of four, as it is written on paper, below the code if it is wanted. */
static void draw(const char *text, bool with_qr, struct screen *screen)
{
    size_t used = 0;
    if (with_qr && qr_make(text, &screen->qr)) {
        qr_text(&screen->qr, false, screen->text);
        used = strlen(screen->text);
    }
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (i > 0 && i % GROUP == 0)
            screen->text[used++] = ' ';
        screen->text[used++] = text[i];
    }
    screen->text[used] = '\0';
}

static mv_status show(const char *text, bool with_qr)
{
    struct screen *screen = mv_secret_alloc(sizeof *screen);
    if (screen == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "share");
    draw(text, with_qr, screen);
    mv_status status = terminal_secret_screen(screen->text, "Write it down. Press Enter to wipe it from the screen. ");
    mv_secret_free(screen, sizeof *screen);
    return status;
}

/* What is typed back must be the share: that proves the paper. */
static mv_status prove_paper(const struct codex32 *share, bool *proven)
{
    struct codex32 *typed = mv_secret_alloc(sizeof *typed);
    char *text = mv_secret_alloc(CODEX32_TYPED);
    *proven = false;
    mv_status status = typed == NULL || text == NULL ? mv_fail(MV_OUT_OF_MEMORY, "share") : mv_ok();
    if (status.ok)
        status = terminal_hidden("Type it from your paper (not shown): ", text, CODEX32_TYPED);
    if (status.ok || status.reason == MV_INVALID_FIELD) {
        enum codex32_fault fault = status.ok ? codex32_parse(text, typed, NULL) : CODEX32_BAD_LENGTH;
        *proven = fault == CODEX32_FINE && typed->count == share->count &&
                  mv_secret_equal(typed->symbols, share->symbols, share->count);
        if (!*proven)
            witness_tell("wrong-entry", "share read back from paper",
                         fault == CODEX32_FINE ? "another share" : codex32_fault_text(fault));
        if (!*proven)
            terminal_say("The paper is not right: %s. You see the share again.\n",
                         fault == CODEX32_FINE ? "another share" : codex32_fault_text(fault));
        status = mv_ok();
    }
    mv_secret_free(text, CODEX32_TYPED);
    mv_secret_free(typed, sizeof *typed);
    return status;
}

static mv_status show_one(const struct shares *shares, size_t index, char *text)
{
    char prompt[PROMPT];
    char answer[ANSWER];
    bool proven = false;
    codex32_text(&shares->items[index], text);
    for (int i = 0; i < TRIES && !proven; i++) {
        (void)snprintf(prompt, sizeof prompt,
                       "Holder %zu of %zu: alone at the screen? Press Enter to see your share, or qr and Enter for a "
                       "QR code too. ",
                       index + 1, shares->count);
        MV_TRY(terminal_line(prompt, answer, sizeof answer));
        MV_TRY(show(text, strcmp(answer, "qr") == 0));
        MV_TRY(prove_paper(&shares->items[index], &proven));
    }
    return proven ? mv_ok() : mv_fail(MV_SHARE_REFUSED, "share: its paper was not proven");
}

mv_status shares_show(const struct shares *shares)
{
    char *text = mv_secret_alloc(CODEX32_TEXT);
    if (text == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "share");
    mv_status status = mv_ok();
    for (size_t i = 0; status.ok && i < shares->count; i++)
        status = show_one(shares, i, text);
    mv_secret_free(text, CODEX32_TEXT);
    return status;
}
