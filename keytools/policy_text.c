#include "policy_text.h"

#include <stdio.h>
#include <string.h>

#include "options.h"

/* Copies up to `separator` or the end; the rest, or NULL when it does not fit or is empty. */
static const char *take(const char *text, char separator, char *to, size_t size)
{
    size_t length = strcspn(text, (char[]){separator, '\0'});
    if (length == 0 || length >= size)
        return NULL;
    memcpy(to, text, length);
    to[length] = '\0';
    return text + length;
}

static bool take_names(const char *text, struct hsm_rule *rule)
{
    for (;;) {
        if (rule->officer_count == HSM_RULE_OFFICERS)
            return false;
        char *name = rule->officers[rule->officer_count];
        text = take(text, ',', name, sizeof rule->officers[0]);
        if (text == NULL)
            return false;
        for (size_t i = 0; i < rule->officer_count; i++)
            if (strcmp(rule->officers[i], name) == 0)
                return false;
        rule->officer_count++;
        if (*text == '\0')
            return true;
        text++;
    }
}

bool policy_rule_parse(const char *text, struct hsm_rule *rule)
{
    char number[8];
    long needed = 0;
    memset(rule, 0, sizeof *rule);
    text = take(text, '=', rule->act, sizeof rule->act);
    if (text == NULL || *text != '=')
        return false;
    if (strcmp(text, "=none") == 0) {
        rule->needed = HSM_RULE_NONE;
        return true;
    }
    text = take(text + 1, ':', number, sizeof number);
    if (text == NULL || !options_number(number, 0, HSM_MAX_OFFICERS, &needed))
        return false;
    rule->needed = (uint8_t)needed;
    return *text == '\0' || take_names(text + 1, rule);
}

void policy_print_summary(const struct hsm_catalogue *catalogue)
{
    if (catalogue->rule_count == 0) {
        (void)puts("no quorum policy: acts need no officer's approval, only `destroy` needs two");
        return;
    }
    (void)printf("quorum policy:");
    for (size_t i = 0; i < catalogue->rule_count; i++) {
        const struct hsm_rule *rule = &catalogue->rules[i];
        (void)printf(" %s=%u", rule->act, rule->needed);
        for (size_t j = 0; j < rule->officer_count; j++)
            (void)printf("%c%s", j == 0 ? ':' : ',', rule->officers[j]);
    }
    (void)putchar('\n');
}

json_t *policy_json(const struct hsm_catalogue *catalogue)
{
    json_t *policy = json_object();
    for (size_t i = 0; i < catalogue->rule_count; i++) {
        const struct hsm_rule *rule = &catalogue->rules[i];
        json_t *one = json_pack("{s:i}", "needed", rule->needed);
        json_t *names = rule->officer_count > 0 ? json_array() : NULL;
        for (size_t j = 0; j < rule->officer_count; j++)
            (void)json_array_append_new(names, json_string(rule->officers[j]));
        if (names != NULL)
            (void)json_object_set_new(one, "officers", names);
        (void)json_object_set_new(policy, rule->act, one);
    }
    return policy;
}
