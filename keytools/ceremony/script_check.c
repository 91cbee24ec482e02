#include "ceremony/script_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ceremony/act_files.h"
#include "hex.h"

enum { MOST_MADE = 64 };

struct check {
    const struct script *script;
    const struct script_world *world;
    const char *made[MOST_MADE]; /* files that earlier steps write */
    size_t made_count;
    size_t faults;
};

static void fault(struct check *check, unsigned line, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void fault(struct check *check, unsigned line, const char *format, ...)
{
    char what[SCRIPT_WHAT];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    check->faults++;
    check->world->say(check->world->context, line, what);
}

static bool is_used(const struct script *script, size_t role)
{
    for (size_t i = 0; i < script->step_count; i++)
        for (size_t j = 0; j < script->steps[i].by_count; j++)
            if (script->steps[i].by[j] == role)
                return true;
    return false;
}

static void check_certificate(struct check *check, unsigned line, const char *officer, const char *path)
{
    const struct script_world *world = check->world;
    if (world->certified != NULL && !world->certified(world->context, officer, path))
        fault(check, line, "the certificate of officer %.64s is not in order", officer);
}

static void check_role(struct check *check, size_t index)
{
    const struct script *script = check->script;
    const struct script_role *role = &script->roles[index];
    bool officer = role->kind == SCRIPT_OFFICER;
    if (role->kind == 0)
        fault(check, role->line, "role %s: kind is missing", role->name);
    if (officer && role->officer == NULL)
        fault(check, role->line, "role %s: an officer has a name in the catalogue: officer = NAME", role->name);
    if (!officer && (role->officer != NULL || role->certificate != NULL))
        fault(check, role->line, "role %s: only an officer has a name in the catalogue and a certificate", role->name);
    if (role->officer != NULL && role->certificate != NULL)
        check_certificate(check, role->line, role->officer, role->certificate);
    if (!is_used(script, index))
        fault(check, role->line, "role %s: no step is by this role", role->name);
    bool found = role->also == NULL;
    for (size_t i = 0; i < script->role_count; i++) {
        const struct script_role *other = &script->roles[i];
        found = found || (i < index && strcmp(other->name, role->also) == 0);
        if (i < index && officer && other->officer != NULL && role->officer != NULL &&
            strcmp(other->officer, role->officer) == 0)
            fault(check, role->line, "role %s: officer %.64s has role %s already", role->name, role->officer,
                  other->name);
    }
    if (!found)
        fault(check, role->line, "role %s: also names a role that stands before", role->name);
}

/* The role that its person came as: `also` leads to roles before, so this ends. */
static size_t root_of(const struct script *script, size_t role)
{
    size_t at = role;
    while (at > 0 && script->roles[role].also != NULL) {
        at--;
        if (strcmp(script->roles[at].name, script->roles[role].also) == 0)
            role = at;
    }
    return role;
}

/* Roles that one person has count once. */
static unsigned people(const struct script *script, const struct script_step *step, bool only_officers)
{
    unsigned count = 0;
    bool seen[SCRIPT_MOST_ROLES] = {false};
    for (size_t i = 0; i < step->by_count; i++) {
        if (only_officers && script->roles[step->by[i]].kind != SCRIPT_OFFICER)
            continue;
        size_t root = root_of(script, step->by[i]);
        count += seen[root] ? 0 : 1;
        seen[root] = true;
    }
    return count;
}

static void check_quorum(struct check *check, const struct script_step *step)
{
    unsigned all = people(check->script, step, false);
    unsigned officers = people(check->script, step, true);
    if (step->quorum > officers)
        fault(check, step->line, "step %s: quorum %u, but %u officers", step->name, step->quorum, officers);
    if (step->word_count == 0)
        return;
    if (officers < act_officers(step))
        fault(check, step->act_line, "%s needs %u officers, the step has %u", step->words[0], act_officers(step),
              officers);
    if (all < act_people(step))
        fault(check, step->act_line, "%s needs %u people, the step has %u", step->words[0], act_people(step), all);
}

static bool is_made(const struct check *check, const char *path)
{
    for (size_t i = 0; i < check->made_count; i++)
        if (strcmp(check->made[i], path) == 0)
            return true;
    return false;
}

static void check_files(struct check *check, const struct script_step *step)
{
    const struct script_world *world = check->world;
    for (size_t i = 1; i < step->word_count; i++) {
        const char *path = NULL;
        enum act_file kind = act_file(step, i, &path);
        if (kind == ACT_NO_FILE)
            continue;
        bool made = is_made(check, path);
        bool there = world->exists != NULL && world->exists(world->context, path);
        if (kind == ACT_READS_FILE && world->exists != NULL && !made && !there)
            fault(check, step->act_line, "%.120s: no such file, and no step before writes it", path);
        if (kind == ACT_WRITES_FILE && (made || there))
            fault(check, step->act_line, "%.120s: %s", path, made ? "a step before writes it" : "is there already");
        if (kind == ACT_WRITES_FILE && check->made_count < MOST_MADE)
            check->made[check->made_count++] = path;
    }
}

/* Officers that the act enrols: names and certificates in the same order. */
static void check_enrolled(struct check *check, const struct script_step *step)
{
    size_t name_from = 0;
    size_t path_from = 0;
    size_t at = 0;
    bool successor = act_option(step, "successor", &at) != NULL;
    for (;;) {
        const char *name = act_option(step, successor ? "successor" : "officer", &name_from);
        const char *path = act_option(step, "officer-certificate", &path_from);
        if (name == NULL || path == NULL)
            return;
        check_certificate(check, step->act_line, name, path);
    }
}

/* The KCV that an import is told and the one that the step expects are of the same paper. */
static void check_kcv(struct check *check, const struct script_step *step)
{
    uint8_t kcv[HSM_KCV_BYTES];
    size_t from = 0;
    const char *given = act_option(step, "kcv", &from);
    for (size_t i = 0; i < step->expected_count; i++) {
        const struct script_expected *expected = &step->expected[i];
        if (given != NULL && expected->how == SCRIPT_KCV_GIVEN && expected->state == NULL &&
            (!hex_decode(given, kcv, sizeof kcv) || memcmp(kcv, expected->kcv, sizeof kcv) != 0))
            fault(check, expected->line, "key: another KCV than --kcv of the act");
    }
}

/* Options of the tool itself, abbreviated too. */
static bool is_own(const char *word)
{
    static const char *const own[] = {"--config", "--json", "--help"};
    size_t length = strcspn(word, "=");
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (length > 2 && strncmp(word, own[i], length) == 0)
            return true;
    return false;
}

/* An officer approves in a step of his own, and after reading. */
static void check_approval(struct check *check, const struct script_step *step)
{
    size_t from = 0;
    bool present = false;
    const char *officer = act_option(step, "officer", &from);
    for (size_t i = 0; officer != NULL && i < step->by_count; i++) {
        const struct script_role *role = &check->script->roles[step->by[i]];
        present = present || (role->officer != NULL && strcmp(role->officer, officer) == 0);
    }
    if (officer != NULL && !present)
        fault(check, step->act_line, "officer %.64s approves, and the step is not by a role of this officer", officer);
    if (act_flag(step, "yes"))
        fault(check, step->act_line, "--yes is not for an act of a ceremony: officers read what they approve");
}

static void check_act(struct check *check, const struct script_step *step)
{
    const struct script_world *world = check->world;
    for (size_t i = 1; i < step->word_count; i++)
        if (is_own(step->words[i]))
            fault(check, step->act_line, "%.32s is not for an act of a ceremony", step->words[i]);
    if (world->takes != NULL && !world->takes(world->context, step))
        fault(check, step->act_line, "step %s: %.32s does not take these options (see above)", step->name,
              step->words[0]);
    if (act_makes_token(step) && !check->script->new_token)
        fault(check, step->act_line, "%s makes the token: [ceremony] must say token = new", step->words[0]);
    check_files(check, step);
    if (act_is(step, "approve"))
        check_approval(check, step);
    else
        check_enrolled(check, step);
    check_kcv(check, step);
}

static void check_step(struct check *check, const struct script_step *step)
{
    if (step->by_count == 0)
        fault(check, step->line, "step %s: by whom?", step->name);
    if (step->read_count == 0 && step->word_count == 0)
        fault(check, step->line, "step %s: has neither read nor act", step->name);
    if (step->expected_count > 0 && step->word_count == 0)
        fault(check, step->line, "step %s: expects a key and has no act", step->name);
    check_quorum(check, step);
    if (step->word_count > 0)
        check_act(check, step);
}

size_t script_check(const struct script *script, const struct script_world *world)
{
    struct check check = {.script = script, .world = world};
    if (script->role_count < 2)
        fault(&check, 1, "a ceremony needs two roles: nobody is alone with a key");
    if (script->step_count == 0)
        fault(&check, 1, "no step");
    for (size_t i = 0; i < script->role_count; i++)
        check_role(&check, i);
    for (size_t i = 0; i < script->step_count; i++)
        check_step(&check, &script->steps[i]);
    return check.faults;
}
