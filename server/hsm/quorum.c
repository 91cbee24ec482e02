#include "hsm/quorum.h"

#include <string.h>

#include "base/act.h"

/* Who may do one of these alone can make himself any quorum. */
static bool governs(const char *act)
{
    static const char *const acts[] = {"policy", "officer-add", "officer-remove", "officer-replace"};
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        if (strcmp(acts[i], act) == 0)
            return true;
    return false;
}

static const struct hsm_rule *own_rule(const struct hsm_catalogue *catalogue, const char *act)
{
    for (size_t i = 0; i < catalogue->rule_count; i++)
        if (strcmp(catalogue->rules[i].act, act) == 0)
            return &catalogue->rules[i];
    return NULL;
}

/* Its own, else that of HSM_EVERY_ACT; NULL when there is none. */
static const struct hsm_rule *rule_of(const struct hsm_catalogue *catalogue, const char *act)
{
    const struct hsm_rule *own = own_rule(catalogue, act);
    if (own != NULL || strcmp(act, "restore") == 0)
        return own;
    return own_rule(catalogue, HSM_EVERY_ACT);
}

unsigned hsm_quorum_needed(const struct hsm_catalogue *catalogue, const char *act)
{
    const struct hsm_rule *rule = rule_of(catalogue, act);
    unsigned needed = rule == NULL ? 0 : rule->needed;
    if (strcmp(act, "init") == 0)
        return 0;
    if (strcmp(act, "destroy") == 0 && needed < 2)
        return 2;
    /* otherwise one of two could make the second by whom `destroy` is approved */
    if (governs(act) && catalogue->officer_count > 1 && needed < 2)
        needed = 2;
    for (size_t i = 0; governs(act) && i < catalogue->rule_count; i++)
        if (catalogue->rules[i].needed > needed)
            needed = catalogue->rules[i].needed;
    return needed;
}

static bool names(const struct hsm_rule *rule, const char *officer)
{
    for (size_t i = 0; i < rule->officer_count; i++)
        if (strcmp(rule->officers[i], officer) == 0)
            return true;
    return rule->officer_count == 0;
}

bool hsm_quorum_counts(const struct hsm_catalogue *catalogue, const char *act, const char *officer)
{
    const struct hsm_rule *rule = rule_of(catalogue, act);
    return rule == NULL || names(rule, officer);
}

static unsigned who_count(const struct hsm_catalogue *catalogue, const char *act)
{
    unsigned count = 0;
    for (size_t i = 0; i < catalogue->officer_count; i++)
        count += hsm_quorum_counts(catalogue, act, catalogue->officers[i].name);
    return count;
}

mv_status hsm_quorum_possible(const struct hsm_catalogue *catalogue)
{
    if (catalogue->rule_count == 0)
        return mv_ok();
    for (size_t i = 0; mv_act_name(i) != NULL; i++) {
        const char *act = mv_act_name(i);
        /* that two are needed for it is no choice of the policy */
        bool chosen = strcmp(act, "destroy") != 0 || own_rule(catalogue, act) != NULL;
        if (chosen && hsm_quorum_needed(catalogue, act) > who_count(catalogue, act))
            return mv_fail(MV_QUORUM_IMPOSSIBLE, act);
    }
    return mv_ok();
}
