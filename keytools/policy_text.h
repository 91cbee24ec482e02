/* Quorum rules as officers write and read them: ACT=N, or ACT=N:NAME,NAME,... */
#ifndef KEYTOOLS_POLICY_TEXT_H
#define KEYTOOLS_POLICY_TEXT_H

#include <stdbool.h>

#include "hsm/hsm.h"
#include "tool.h"

/* ACT=none takes the rule back. False when it is not of this form; acts and names are judged with the catalogue. */
bool policy_rule_parse(const char *text, struct hsm_rule *rule);
/* One line that says who must approve what, or that there is no policy. */
void policy_print_summary(const struct hsm_catalogue *catalogue);
/* For answers in JSON: {"all": {"needed": 2}, "destroy": {"needed": 3, "officers": ["ann", ...]}} */
json_t *policy_json(const struct hsm_catalogue *catalogue);

#endif
