/* Who must approve an act, and which approvals were used up: the part of the catalogue that guards the rest of it. The
 * rules bind metervault-keys; the token itself knows only its PIN. */
#ifndef MV_HSM_QUORUM_H
#define MV_HSM_QUORUM_H

#include "hsm/hsm.h"

/* How many officers must approve it; 0: nobody. Acts that change who decides (policy, officer-add, officer-remove,
 * officer-replace) need as many as the act that needs most, and two as soon as two are enrolled; `destroy` needs two
 * with or without a policy; `init` has nobody to ask, and `restore` needs the backup key's holders, and officers only
 * by a rule of its own. */
unsigned hsm_quorum_needed(const struct hsm_catalogue *catalogue, const char *act);
/* Whether this officer has a say in the act. */
bool hsm_quorum_counts(const struct hsm_catalogue *catalogue, const char *act, const char *officer);
/* QUORUM_IMPOSSIBLE when an act needs more officers than are enrolled and have a say in it. */
MV_MUST_USE mv_status hsm_quorum_possible(const struct hsm_catalogue *catalogue);

/* Sets rules in one step; `needed` HSM_RULE_NONE takes one back. INVALID_FIELD for an unknown act, or an officer who is
 * not enrolled; QUORUM_IMPOSSIBLE. */
MV_MUST_USE mv_status hsm_rules_set(struct hsm *hsm, const struct hsm_rule *rules, size_t count);

/* Officers and, unless NULL, a rule in one step: all of them or nothing. As hsm_officer_add and hsm_rules_set. */
MV_MUST_USE mv_status hsm_officers_enrol(struct hsm *hsm, struct hsm_officer *officers, size_t count,
                                         const struct hsm_rule *rule);
/* OFFICER_UNKNOWN; QUORUM_IMPOSSIBLE; INVALID_FIELD when no more can be remembered. */
MV_MUST_USE mv_status hsm_officer_remove(struct hsm *hsm, const char *name, uint64_t *generation);
/* A new certificate of the same name, or a successor of another name, who also takes the place in the rules. As
 * hsm_officer_add; OFFICER_UNKNOWN. The generation is filled in. */
MV_MUST_USE mv_status hsm_officer_replace(struct hsm *hsm, const char *name, struct hsm_officer *successor);

/* What a judge says of an act: whether its approvals are used up now, and until when their nonce is remembered. */
struct hsm_verdict {
    bool spends;
    uint8_t nonce[HSM_NONCE_BYTES];
    int64_t expires_unix_s;
};
struct hsm_judge {
    /* Under the lock: short, and asks nobody. What it refuses is not done. */
    mv_status (*judge)(void *context, const struct hsm_catalogue *catalogue, struct hsm_verdict *verdict);
    void *context;
};
/* Reads the catalogue, has the act judged by it and remembers the nonce, in one step under the lock; the catalogue is
 * then read anew. From then on this session writes only while officers and rules are those that were judged by
 * (QUORUM_MISSING), or what it made of them itself. APPROVAL_USED when the nonce is remembered already; INVALID_FIELD
 * when too many are. */
MV_MUST_USE mv_status hsm_act_judge(struct hsm *hsm, struct hsm_catalogue *catalogue, const struct hsm_judge *judge,
                                    int64_t now_unix_s);

#endif
