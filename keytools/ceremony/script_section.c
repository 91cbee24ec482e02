/* The values of roles and steps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/script_parse.h"
#include "hex.h"
#include "words.h"

static const struct {
    const char *text;
    enum script_kind kind;
} kinds[] = {
    {"officer", SCRIPT_OFFICER},
    {"custodian", SCRIPT_CUSTODIAN},
    {"witness", SCRIPT_WITNESS},
    {"administrator", SCRIPT_ADMINISTRATOR},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

const char *script_kind_text(enum script_kind kind)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].kind == kind)
            return kinds[i].text;
    return "unknown";
}

/* The next word of *text, which is cut there; words in double quotes may hold blanks. NULL at the end, or with *open
 * set when a quote is not closed. */
static char *next_word(char **text, bool *open)
{
    *open = false;
    char *word = *text + strspn(*text, " \t");
    if (*word == '\0')
        return NULL;
    bool quoted = *word == '"';
    if (quoted)
        word++;
    char *end = strpbrk(word, quoted ? "\"" : " \t");
    if (end == NULL && quoted) {
        *open = true;
        return NULL;
    }
    *text = end != NULL ? end + 1 : word + strlen(word);
    if (end != NULL)
        *end = '\0';
    return word;
}

json_t *script_act_words(const struct script_step *step)
{
    json_t *words = json_array();
    for (size_t i = 0; i < step->word_count; i++)
        (void)json_array_append_new(words, json_string(step->words[i]));
    return words;
}

static bool complain(struct script_reader *reader, const char *key, const char *what)
{
    return script_complain(reader->fault, reader->line, "%.32s: %s", key, what);
}

static bool set_once(struct script_reader *reader, const char *key, const char **target, const char *value)
{
    if (*target != NULL)
        return complain(reader, key, "is there twice");
    *target = value;
    return true;
}

static bool set_kind(struct script_reader *reader, struct script_role *role, const char *value)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].text, value) == 0 && role->kind == 0) {
            role->kind = kinds[i].kind;
            return true;
        }
    return complain(reader, "kind", "is officer, custodian, witness or administrator, once");
}

bool script_set_role(struct script_reader *reader, struct script_role *role, const char *key, char *value)
{
    if (strcmp(key, "kind") == 0)
        return set_kind(reader, role, value);
    if (strcmp(key, "officer") == 0 && strlen(value) < HSM_OFFICER_SIZE)
        return set_once(reader, key, &role->officer, value);
    if (strcmp(key, "certificate") == 0)
        return set_once(reader, key, &role->certificate, value);
    if (strcmp(key, "person") == 0)
        return set_once(reader, key, &role->person, value);
    if (strcmp(key, "also") == 0)
        return set_once(reader, key, &role->also, value);
    return complain(reader, key, "is not known in a role");
}

static size_t find_role(const struct script *script, const char *name)
{
    for (size_t i = 0; i < script->role_count; i++)
        if (strcmp(script->roles[i].name, name) == 0)
            return i;
    return SCRIPT_NOBODY;
}

/* "ann, ben": roles with commas or blanks between. */
static bool add_people(struct script_reader *reader, struct script_step *step, char *value)
{
    char *rest = NULL;
    for (char *name = strtok_r(value, ", \t", &rest); name != NULL; name = strtok_r(NULL, ", \t", &rest)) {
        size_t role = find_role(reader->script, name);
        if (role == SCRIPT_NOBODY)
            return script_complain(reader->fault, reader->line, "by: no role %.32s", name);
        for (size_t i = 0; i < step->by_count; i++)
            if (step->by[i] == role)
                return script_complain(reader->fault, reader->line, "by: %.32s is there twice", name);
        step->by[step->by_count++] = role;
    }
    return true;
}

static bool set_act(struct script_reader *reader, struct script_step *step, char *value)
{
    bool open = false;
    if (step->word_count > 0)
        return complain(reader, "act", "one in a step");
    if (strlen(value) > SCRIPT_MOST_ACT)
        return script_complain(reader->fault, reader->line, "act: longer than %d bytes", SCRIPT_MOST_ACT);
    step->act_line = reader->line;
    for (char *word = next_word(&value, &open); word != NULL; word = next_word(&value, &open)) {
        if (step->word_count == SCRIPT_MOST_WORDS - 1)
            return complain(reader, "act", "has too many words");
        step->words[step->word_count++] = word;
    }
    return !open || complain(reader, "act", "a quote is not closed");
}

/* "LABEL any", "LABEL paper", "LABEL 3FA2C1"; for states "LABEL expired". */
static bool add_expected(struct script_reader *reader, struct script_step *step, const char *key, char *value)
{
    bool open = false;
    if (step->expected_count == SCRIPT_MOST_EXPECTED)
        return complain(reader, key, "too many in a step");
    struct script_expected *expected = &step->expected[step->expected_count];
    *expected = (struct script_expected){.line = reader->line, .label = next_word(&value, &open)};
    const char *what = expected->label != NULL ? next_word(&value, &open) : NULL;
    if (what == NULL || next_word(&value, &open) != NULL || strlen(expected->label) >= HSM_LABEL_SIZE)
        return complain(reader, key, "is the label of a key and one word more");
    step->expected_count++;
    if (strcmp(key, "state") == 0) {
        expected->state = what;
        for (int state = HSM_PRE_ACTIVE; state <= HSM_DESTROYED; state++)
            if (strcmp(words_state((enum hsm_key_state)state), what) == 0)
                return true;
        return complain(reader, key, "pre-active, active, issued-until, expired, compromised or destroyed");
    }
    if (strcmp(what, "any") == 0 || strcmp(what, "paper") == 0) {
        expected->how = what[0] == 'a' ? SCRIPT_KCV_ANY : SCRIPT_KCV_PAPER;
        return true;
    }
    expected->how = SCRIPT_KCV_GIVEN;
    return hex_decode(what, expected->kcv, sizeof expected->kcv) ||
           complain(reader, key, "the KCV is six hex digits, paper or any");
}

static bool set_quorum(struct script_reader *reader, struct script_step *step, const char *value)
{
    if (step->quorum != 0 || value[0] < '1' || value[0] > '9' || value[1] != '\0')
        return complain(reader, "quorum", "is 1 to 9, once");
    step->quorum = (unsigned)(value[0] - '0');
    return true;
}

bool script_set_step(struct script_reader *reader, struct script_step *step, const char *key, char *value)
{
    if (strcmp(key, "by") == 0)
        return add_people(reader, step, value);
    if (strcmp(key, "read") == 0) {
        if (step->read_count == SCRIPT_MOST_READ)
            return complain(reader, key, "too many lines in a step");
        step->read[step->read_count++] = value;
        return true;
    }
    if (strcmp(key, "act") == 0)
        return set_act(reader, step, value);
    if (strcmp(key, "key") == 0 || strcmp(key, "state") == 0)
        return add_expected(reader, step, key, value);
    if (strcmp(key, "note") == 0)
        return set_once(reader, key, &step->note, value);
    if (strcmp(key, "quorum") == 0)
        return set_quorum(reader, step, value);
    return complain(reader, key, "is not known in a step");
}
