/* The people of a ceremony at its terminal. Wrong entries are recorded as such; what was typed is not, because it could
 * be a secret that came to the wrong place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "ceremony/ceremony.h"
#include "hex.h"
#include "terminal.h"

enum { TRIES = 5, PROMPT = 256 };

void ceremony_screen(const struct ceremony *ceremony, const char *heading)
{
    if (ceremony->plain)
        terminal_say("\n----------------------------------------------------------------\n");
    else
        terminal_clear();
    terminal_say("%s\n", ceremony->script->title);
    if (ceremony->step != NULL)
        terminal_say("Step %zu of %zu: %s\n\n", ceremony->steps_done + 1, ceremony->script->step_count, heading);
    else
        terminal_say("%s\n\n", heading);
}

static const char *role_name(const struct ceremony *ceremony, size_t role)
{
    return ceremony->script->roles[role].name;
}

static enum ceremony_turn aborted(struct ceremony *ceremony, const char *why, size_t role)
{
    json_t *line = json_pack("{s:s}", "why", why);
    if (role != SCRIPT_NOBODY)
        (void)json_object_set_new(line, "role", json_string(role_name(ceremony, role)));
    ceremony_record(ceremony, "abort", line);
    return CEREMONY_ABORT;
}

static void wrong_entry(struct ceremony *ceremony, size_t role, const char *what)
{
    json_t *line = json_pack("{s:s}", "what", what);
    if (role != SCRIPT_NOBODY)
        (void)json_object_set_new(line, "role", json_string(role_name(ceremony, role)));
    ceremony_record(ceremony, "wrong-entry", line);
}

/* A line without blanks at its ends. REPEAT: not one that could be read. */
static enum ceremony_turn read_line(struct ceremony *ceremony, size_t role, const char *prompt, const char *what,
                                    char line[CEREMONY_LINE])
{
    mv_status status = terminal_line(prompt, line, CEREMONY_LINE);
    if (!status.ok && status.reason != MV_INVALID_FIELD)
        return aborted(ceremony, ceremony_interruption(), role);
    size_t first = strspn(line, " \t");
    memmove(line, line + first, strlen(line + first) + 1);
    for (size_t length = strlen(line); length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'); length--)
        line[length - 1] = '\0';
    if (strcmp(line, "abort") == 0)
        return aborted(ceremony, "typed", role);
    if (status.ok && line[0] != '\0' && mv_text_printable(line, strlen(line)))
        return CEREMONY_GO_ON;
    wrong_entry(ceremony, role, what);
    terminal_say("Not taken.\n");
    return CEREMONY_REPEAT;
}

enum ceremony_turn ceremony_choose(struct ceremony *ceremony)
{
    char line[CEREMONY_LINE];
    for (int i = 0; i < TRIES; i++) {
        enum ceremony_turn turn =
            read_line(ceremony, SCRIPT_NOBODY, "Type repeat or abort: ", "choice of repeat or abort", line);
        if (turn == CEREMONY_ABORT)
            return turn;
        if (turn == CEREMONY_GO_ON && strcmp(line, "repeat") == 0) {
            ceremony_record(ceremony, "repeat", json_object());
            return CEREMONY_REPEAT;
        }
        if (turn == CEREMONY_GO_ON)
            wrong_entry(ceremony, SCRIPT_NOBODY, "choice of repeat or abort");
    }
    return aborted(ceremony, "too many wrong entries", SCRIPT_NOBODY);
}

/* Letters, blanks and . ' - only: a PIN or a component typed here by mistake does not become a name. */
static bool is_person(const char *name)
{
    size_t length = strlen(name);
    bool good = length > 1 && length < CEREMONY_PERSON;
    for (size_t i = 0; good && i < length; i++)
        good = strchr("0123456789!\"#$%&()*+,/:;<=>?@[\\]^_`{|}~", name[i]) == NULL;
    return good;
}

static bool are_initials(const char *text)
{
    size_t length = strlen(text);
    return length >= 2 && length < CEREMONY_INITIALS &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == length;
}

static const char *taken_by(const struct ceremony *ceremony, size_t role, const char *text, bool initials)
{
    for (size_t i = 0; i < role; i++)
        if (strcasecmp(initials ? ceremony->people[i].initials : ceremony->people[i].name, text) == 0)
            return role_name(ceremony, i);
    return NULL;
}

static bool accept(struct ceremony *ceremony, size_t role, const char *text, bool initials)
{
    const char *wanted = initials ? NULL : ceremony->script->roles[role].person;
    const char *other = taken_by(ceremony, role, text, initials);
    if (wanted != NULL && strcmp(wanted, text) != 0)
        terminal_say("The script has another person here: %s.\n", wanted);
    else if (!(initials ? are_initials(text) : is_person(text)))
        terminal_say("%s\n", initials ? "Initials are 2 to 4 letters." : "A name is letters, blanks and . ' - only.");
    else if (other != NULL)
        terminal_say("Taken by %s: each role needs its own person.\n", other);
    else
        return true;
    wrong_entry(ceremony, role, initials ? "initials" : "name");
    return false;
}

static enum ceremony_turn ask_person(struct ceremony *ceremony, size_t role, bool initials, char *to, size_t size)
{
    char prompt[PROMPT];
    char line[CEREMONY_LINE];
    (void)snprintf(prompt, sizeof prompt, "%s (%s), your %s: ", role_name(ceremony, role),
                   script_kind_text(ceremony->script->roles[role].kind), initials ? "initials" : "full name");
    for (int i = 0; i < TRIES; i++) {
        enum ceremony_turn turn = read_line(ceremony, role, prompt, initials ? "initials" : "name", line);
        if (turn == CEREMONY_ABORT)
            return turn;
        if (turn == CEREMONY_REPEAT || !accept(ceremony, role, line, initials))
            continue;
        (void)snprintf(to, size, "%.*s", (int)size - 1, line);
        return CEREMONY_GO_ON;
    }
    return aborted(ceremony, "too many wrong entries", role);
}

static size_t role_of(const struct script *script, const char *name)
{
    size_t at = 0;
    while (at < script->role_count && strcmp(script->roles[at].name, name) != 0)
        at++;
    return at;
}

static enum ceremony_turn meet(struct ceremony *ceremony, size_t role)
{
    struct ceremony_person *person = &ceremony->people[role];
    const struct script_role *script = &ceremony->script->roles[role];
    enum ceremony_turn turn = CEREMONY_GO_ON;
    if (script->also != NULL)
        *person = ceremony->people[role_of(ceremony->script, script->also)];
    else
        turn = ask_person(ceremony, role, false, person->name, sizeof person->name);
    if (turn == CEREMONY_GO_ON && script->also == NULL)
        turn = ask_person(ceremony, role, true, person->initials, sizeof person->initials);
    if (turn != CEREMONY_GO_ON)
        return turn;
    json_t *line = json_pack("{s:s, s:s, s:s, s:s}", "role", script->name, "kind", script_kind_text(script->kind),
                             "name", person->name, "initials", person->initials);
    if (script->officer != NULL)
        (void)json_object_set_new(line, "officer", json_string(script->officer));
    ceremony_record(ceremony, "person", line);
    return ceremony->recording.ok ? CEREMONY_GO_ON : CEREMONY_ABORT;
}

enum ceremony_turn ceremony_roll_call(struct ceremony *ceremony)
{
    ceremony_screen(ceremony, "Who is here");
    terminal_say("Each role is one person of its own. \"abort\" ends the ceremony at any question.\n\n");
    for (size_t i = 0; i < ceremony->script->role_count; i++)
        if (meet(ceremony, i) != CEREMONY_GO_ON)
            return CEREMONY_ABORT;
    return CEREMONY_GO_ON;
}

/* One answer: GO_ON when it is these initials, REPEAT when it was not or was refused. */
static enum ceremony_turn take_initials(struct ceremony *ceremony, size_t role, const char *what)
{
    char prompt[PROMPT];
    char line[CEREMONY_LINE];
    const struct ceremony_person *person = &ceremony->people[role];
    (void)snprintf(prompt, sizeof prompt, "%s (%s), %s. Initials, or refuse, or abort: ", role_name(ceremony, role),
                   person->name, what);
    enum ceremony_turn turn = read_line(ceremony, role, prompt, "initials", line);
    if (turn != CEREMONY_GO_ON)
        return turn;
    if (strcmp(line, "refuse") == 0) {
        ceremony_record(ceremony, "refusal", json_pack("{s:s, s:s}", "role", role_name(ceremony, role), "what", what));
        return ceremony_choose(ceremony);
    }
    if (strcasecmp(line, person->initials) != 0) {
        wrong_entry(ceremony, role, "initials");
        terminal_say("These are not the initials of %s.\n", person->name);
        return CEREMONY_REPEAT;
    }
    ceremony_record(ceremony, "confirmed", json_pack("{s:s, s:s}", "role", role_name(ceremony, role), "what", what));
    return ceremony->recording.ok ? CEREMONY_GO_ON : CEREMONY_ABORT;
}

enum ceremony_turn ceremony_confirm(struct ceremony *ceremony, size_t role, const char *what)
{
    for (int i = 0; i < TRIES; i++) {
        enum ceremony_turn turn = take_initials(ceremony, role, what);
        if (turn != CEREMONY_REPEAT)
            return turn;
    }
    return aborted(ceremony, "too many wrong entries", role);
}

enum ceremony_turn ceremony_confirm_all(struct ceremony *ceremony, const char *what)
{
    for (size_t i = 0; i < ceremony->step->by_count; i++)
        if (ceremony_confirm(ceremony, ceremony->step->by[i], what) != CEREMONY_GO_ON)
            return CEREMONY_ABORT;
    return CEREMONY_GO_ON;
}

enum ceremony_turn ceremony_note(struct ceremony *ceremony, const char *what)
{
    char prompt[SCRIPT_MOST_READ + CEREMONY_LINE];
    char line[CEREMONY_LINE];
    (void)snprintf(prompt, sizeof prompt, "%.200s (no secret; it is written down): ", what);
    for (int i = 0; i < TRIES; i++) {
        enum ceremony_turn turn = read_line(ceremony, SCRIPT_NOBODY, prompt, "note", line);
        if (turn == CEREMONY_ABORT)
            return turn;
        if (turn == CEREMONY_REPEAT)
            continue;
        ceremony_record(ceremony, "note", json_pack("{s:s, s:s}", "what", what, "text", line));
        return ceremony->recording.ok ? CEREMONY_GO_ON : CEREMONY_ABORT;
    }
    return aborted(ceremony, "too many wrong entries", SCRIPT_NOBODY);
}

enum ceremony_turn ceremony_paper_kcv(struct ceremony *ceremony, const char *label, const uint8_t kcv[HSM_KCV_BYTES])
{
    char prompt[PROMPT];
    char line[CEREMONY_LINE];
    uint8_t typed[HSM_KCV_BYTES];
    (void)snprintf(prompt, sizeof prompt, "KCV of %s from its paper: ", label);
    for (int i = 0; i < TRIES; i++) {
        enum ceremony_turn turn = read_line(ceremony, SCRIPT_NOBODY, prompt, "KCV from paper", line);
        if (turn == CEREMONY_ABORT)
            return turn;
        if (turn == CEREMONY_GO_ON && hex_decode(line, typed, sizeof typed) && memcmp(typed, kcv, sizeof typed) == 0)
            return CEREMONY_GO_ON;
        if (turn == CEREMONY_GO_ON)
            wrong_entry(ceremony, SCRIPT_NOBODY, "KCV from paper");
        terminal_say("It is not the KCV of this key. Look at the paper again.\n");
    }
    return aborted(ceremony, "the KCV of the paper is not that of the key", SCRIPT_NOBODY);
}
