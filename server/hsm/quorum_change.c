/* Changes of officers and rules. Each is one step of the catalogue: planned on a copy, judged as a whole, written in
 * one piece. */
#include <stdlib.h>
#include <string.h>

#include "base/act.h"
#include "hsm/internal.h"
#include "hsm/quorum.h"

static const struct hsm_officer *find_officer(const struct hsm_catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->officer_count; i++)
        if (strcmp(catalogue->officers[i].name, name) == 0)
            return &catalogue->officers[i];
    return NULL;
}

static mv_status check_rule(const struct hsm_catalogue *catalogue, const struct hsm_rule *rule)
{
    if (strcmp(rule->act, HSM_EVERY_ACT) != 0 && !mv_act_known(rule->act))
        return mv_fail(MV_INVALID_FIELD, "policy: no such act");
    if (rule->needed != HSM_RULE_NONE && rule->needed > HSM_MAX_OFFICERS)
        return mv_fail(MV_INVALID_FIELD, "policy: more officers than a token has");
    for (size_t i = 0; i < rule->officer_count; i++)
        if (find_officer(catalogue, rule->officers[i]) == NULL)
            return mv_fail(MV_OFFICER_UNKNOWN, "policy");
    return mv_ok();
}

/* The catalogue as it would be. */
static mv_status apply_rule(struct hsm_catalogue *catalogue, const struct hsm_rule *rule)
{
    MV_TRY(check_rule(catalogue, rule));
    size_t at = 0;
    while (at < catalogue->rule_count && strcmp(catalogue->rules[at].act, rule->act) != 0)
        at++;
    if (rule->needed != HSM_RULE_NONE) {
        if (at == HSM_MAX_RULES)
            return mv_fail(MV_INVALID_FIELD, "policy: too many rules");
        catalogue->rule_count += at == catalogue->rule_count;
        catalogue->rules[at] = *rule;
    } else if (at < catalogue->rule_count) {
        catalogue->rules[at] = catalogue->rules[--catalogue->rule_count];
    }
    return mv_ok();
}

/* One step: what it makes of the catalogue, and the entries to write. */
struct step {
    struct hsm_catalogue catalogue;
    struct hsm_entry entries[HSM_APPEND_MOST];
    size_t entry_count;
};

static struct hsm_entry *next_entry(struct step *step, enum hsm_entry_kind kind)
{
    /* callers stay below by their own limits */
    if (step->entry_count == HSM_APPEND_MOST)
        __builtin_trap();
    struct hsm_entry *entry = &step->entries[step->entry_count++];
    entry->kind = kind;
    return entry;
}

static mv_status add_rule(struct step *step, const struct hsm_rule *rule)
{
    MV_TRY(apply_rule(&step->catalogue, rule));
    next_entry(step, HSM_ENTRY_RULE)->of.rule = *rule;
    return mv_ok();
}

static bool has_key(const struct hsm_officer *officer)
{
    static const uint8_t none[sizeof officer->key_sha256];
    return memcmp(officer->key_sha256, none, sizeof none) != 0;
}

static mv_status add_officer(struct step *step, const struct hsm_officer *officer)
{
    struct hsm_catalogue *catalogue = &step->catalogue;
    if (officer->name[0] == '\0')
        return mv_fail(MV_INVALID_FIELD, "officer");
    for (size_t i = 0; i < catalogue->officer_count; i++) {
        const struct hsm_officer *enrolled = &catalogue->officers[i];
        if (strcmp(enrolled->name, officer->name) == 0)
            return mv_fail(MV_KEY_EXISTS, "this officer is enrolled already");
        /* one person under two names would be two officers */
        if (memcmp(enrolled->certificate_sha256, officer->certificate_sha256, sizeof officer->certificate_sha256) == 0)
            return mv_fail(MV_KEY_EXISTS, "this certificate is enrolled already");
        if (has_key(officer) && memcmp(enrolled->key_sha256, officer->key_sha256, sizeof officer->key_sha256) == 0)
            return mv_fail(MV_KEY_EXISTS, "this certificate's key is another officer's");
    }
    if (catalogue->officer_count == HSM_MAX_OFFICERS)
        return mv_fail(MV_INVALID_FIELD, "the catalogue has all the officers it can hold");
    catalogue->officers[catalogue->officer_count++] = *officer;
    next_entry(step, HSM_ENTRY_OFFICER)->of.officer = *officer;
    return mv_ok();
}

/* Out of the catalogue as it would be; the entry is the caller's. */
static mv_status take_officer(struct step *step, const char *name, struct hsm_officer *taken)
{
    struct hsm_catalogue *catalogue = &step->catalogue;
    for (size_t i = 0; i < catalogue->officer_count; i++) {
        if (strcmp(catalogue->officers[i].name, name) != 0)
            continue;
        *taken = catalogue->officers[i];
        catalogue->officers[i] = catalogue->officers[--catalogue->officer_count];
        return mv_ok();
    }
    return mv_fail(MV_OFFICER_UNKNOWN, "officer");
}

static mv_status bury_officer(struct step *step, const struct hsm_officer *officer)
{
    if (step->catalogue.former_count == HSM_MAX_FORMER)
        return mv_fail(MV_INVALID_FIELD, "the catalogue has all the former officers it can hold");
    next_entry(step, HSM_ENTRY_FORMER)->of.officer = *officer;
    return mv_ok();
}

/* Runs one step under the lock, on the catalogue as it is then. */
static mv_status run(struct hsm *hsm, mv_status (*plan)(struct step *step, const void *context), const void *context,
                     uint64_t *generation)
{
    int lock = -1;
    struct step *step = calloc(1, sizeof *step);
    if (step == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    mv_status status = hsm_lock(&hsm->config, &lock);
    if (status.ok)
        status = hsm_catalogue_read(hsm, &step->catalogue);
    if (status.ok)
        status = plan(step, context);
    if (status.ok)
        status = hsm_quorum_possible(&step->catalogue);
    if (status.ok)
        status = hsm_catalogue_append_all(hsm, step->entries, step->entry_count);
    *generation = status.ok ? step->entries[step->entry_count - 1].generation : 0;
    hsm_unlock(lock);
    free(step);
    return status;
}

struct rules {
    const struct hsm_rule *rules;
    size_t count;
};

static mv_status plan_rules(struct step *step, const void *context)
{
    const struct rules *rules = context;
    for (size_t i = 0; i < rules->count; i++)
        MV_TRY(add_rule(step, &rules->rules[i]));
    return mv_ok();
}

mv_status hsm_rules_set(struct hsm *hsm, const struct hsm_rule *rules, size_t count)
{
    uint64_t generation = 0;
    const struct rules given = {rules, count};
    if (count == 0 || count > HSM_MAX_RULES)
        return mv_fail(MV_INVALID_FIELD, "policy: rules");
    return run(hsm, plan_rules, &given, &generation);
}

struct enrolment {
    const struct hsm_officer *officers;
    size_t count;
    const struct hsm_rule *rule;
};

static mv_status plan_enrolment(struct step *step, const void *context)
{
    const struct enrolment *enrolment = context;
    for (size_t i = 0; i < enrolment->count; i++)
        MV_TRY(add_officer(step, &enrolment->officers[i]));
    return enrolment->rule == NULL ? mv_ok() : add_rule(step, enrolment->rule);
}

mv_status hsm_officers_enrol(struct hsm *hsm, struct hsm_officer *officers, size_t count, const struct hsm_rule *rule)
{
    uint64_t last = 0;
    const struct enrolment enrolment = {officers, count, rule};
    if (count == 0 || count > HSM_MAX_OFFICERS)
        return mv_fail(MV_INVALID_FIELD, "officers");
    MV_TRY(run(hsm, plan_enrolment, &enrolment, &last));
    uint64_t first = last + 1 - count - (rule != NULL);
    for (size_t i = 0; i < count; i++)
        officers[i].generation = first + i;
    return mv_ok();
}

mv_status hsm_officer_add(struct hsm *hsm, struct hsm_officer *officer)
{
    return hsm_officers_enrol(hsm, officer, 1, NULL);
}

static mv_status plan_removal(struct step *step, const void *context)
{
    struct hsm_officer taken;
    MV_TRY(take_officer(step, context, &taken));
    if (step->catalogue.officer_count == 0)
        return mv_fail(MV_QUORUM_IMPOSSIBLE, "the only officer");
    return bury_officer(step, &taken);
}

mv_status hsm_officer_remove(struct hsm *hsm, const char *name, uint64_t *generation)
{
    return run(hsm, plan_removal, name, generation);
}

struct replacement {
    const char *name;
    const struct hsm_officer *successor;
};

/* The successor's name where a rule has the old one. */
static mv_status rename_in_rules(struct step *step, const char *from, const char *to)
{
    for (size_t i = 0; i < step->catalogue.rule_count; i++) {
        struct hsm_rule rule = step->catalogue.rules[i];
        bool named = false;
        for (size_t j = 0; j < rule.officer_count; j++) {
            if (strcmp(rule.officers[j], from) != 0)
                continue;
            memcpy(rule.officers[j], to, sizeof rule.officers[j]);
            named = true;
        }
        if (named)
            MV_TRY(add_rule(step, &rule));
    }
    return mv_ok();
}

static mv_status plan_replacement(struct step *step, const void *context)
{
    struct hsm_officer taken;
    const struct replacement *replacement = context;
    const struct hsm_officer *successor = replacement->successor;
    MV_TRY(take_officer(step, replacement->name, &taken));
    /* one name has one line: the new certificate replaces the old one */
    bool same = strcmp(taken.name, successor->name) == 0;
    if (same && memcmp(taken.certificate_sha256, successor->certificate_sha256, sizeof taken.certificate_sha256) == 0)
        return mv_fail(MV_KEY_EXISTS, "this certificate is enrolled already");
    if (!same)
        MV_TRY(bury_officer(step, &taken));
    MV_TRY(add_officer(step, successor));
    return same ? mv_ok() : rename_in_rules(step, taken.name, successor->name);
}

mv_status hsm_officer_replace(struct hsm *hsm, const char *name, struct hsm_officer *successor)
{
    const struct replacement replacement = {name, successor};
    return run(hsm, plan_replacement, &replacement, &successor->generation);
}
