/* The desk: what people ask about a meter and its keys besides ordering tokens. Looking into tokens, saying what a
 * meter holds and should hold, who is exposed by a key, and moves to another supply group, which take two people.
 *
 * As in vending.h every call names its caller, is checked in the table of permission.c, is in the audit chain before it
 * is answered when it changes something, is refused or looks into a token, blocks, and may be made from any thread. */
#ifndef MV_VENDING_DESK_H
#define MV_VENDING_DESK_H

#include "hsm/catalogue.h"
#include "vending/vending.h"

/* ---- looking into tokens ---- */
/* What a token says that was not issued here. No key bit is in it. */
struct vend_foreign {
    uint8_t token_class, subclass;
    uint32_t tid;                  /* 0 where there is none */
    struct vend_quantity quantity; /* unit 0: not a credit token, or a negative amount of currency */
    bool has_management;
    struct vend_management management;
    uint8_t key_section; /* 1..4; 0: no section of a key change */
};
struct vend_verified {
    bool issued_here;
    struct vend_issued issued; /* when issued here, as for reading it back */
    size_t position;           /* of the token in it */
    struct vend_foreign foreign;
};
/* Never an oracle: what was issued to the meter is told to whoever may sell to it, but of a foreign token the digits
 * must be opened with the meter's key, which a count of wrong ones per meter limits, whoever asks, and one per caller,
 * whatever the meter. They are charged before the key is used, twice when there are two keys to try, and given back
 * when the token is good; they are forgotten a day after the last wrong one, not by a good one: whoever holds one good
 * token could otherwise guess for ever. METER_UNKNOWN, SUPPLY_GROUP_DENIED, TOKEN_NOT_ISSUED_HERE (who is no engineer),
 * TOKEN_NOT_VALID (nothing else is told), VERIFY_LOCKED (where "retry_after_s", detail the seconds),
 * KEY_SERVICE_UNAVAILABLE. Digits of an answer that belong to an order which the caller may not read back are empty,
 * but for the token that was shown. */
MV_MUST_USE mv_status vend_verify(struct vend *vend, const struct vend_caller *caller, const char *pan,
                                  const char *digits, struct vend_verified *verified);

/* ---- a meter's keys ---- */
/* What shows which key the meter holds: a token that it accepted, or else what it displays. */
struct vend_key_proof {
    const char *accepted_token; /* 20 digits; NULL: a reading, which takes an engineer */
    uint32_t krn, ti;
    const char *sgc; /* NULL: not shown */
};
/* NO_KEY_CHANGE_PENDING, PROOF_INVALID when it shows neither the key before nor the one after. */
MV_MUST_USE mv_status vend_confirm_key_change(struct vend *vend, const struct vend_caller *caller, const char *pan,
                                              const struct vend_key_proof *proof, struct vend_meter *meter);

/* What the office wants the meter's key to become; `with_sgc` of the target has no meaning here. All not said: nothing
 * is wanted any more. VENDING_KEY_UNKNOWN when the token has no key of that group, revision and type. */
MV_MUST_USE mv_status vend_assign_key(struct vend *vend, const struct vend_caller *caller, const char *pan,
                                      const struct vend_key_target *wanted, struct vend_meter *meter);

enum vend_key_state { VEND_KEY_HELD = 1, VEND_KEY_PENDING, VEND_KEY_LEFT, VEND_KEY_NOT_TAKEN };
struct vend_key_record {
    struct store_key key;
    int64_t since_unix_s; /* registered, or the set issued */
    enum vend_key_state state;
    bool rollover;
};
struct vend_key_history {
    struct vend_key_record keys[VEND_MAX_PAGE]; /* oldest first; of more the newest */
    size_t count;
};
MV_MUST_USE mv_status vend_meter_history(struct vend *vend, const struct vend_caller *caller, const char *pan,
                                         struct vend_key_history *history);

struct vend_exposed_meter {
    struct store_exposed_meter row;
    char organisation[STORE_NAME + 1];
};
struct vend_exposed_list {
    struct vend_exposed_meter meters[VEND_MAX_PAGE];
    size_t count;
    char next[STORE_PAN + 1]; /* empty at the end */
};
/* Meters of the caller's organisation and below whose history has this vending key. kt 0: 2. */
MV_MUST_USE mv_status vend_exposed(struct vend *vend, const struct vend_caller *caller, const char *sgc, uint32_t krn,
                                   uint32_t kt, uint32_t page_size, const char *page_token,
                                   struct vend_exposed_list *list);

/* ---- moves to another supply group ---- */
enum {
    VEND_MAX_APPROVALS = 16,
    VEND_DEFAULT_VALID_S = 7 * 86400,
    VEND_MAX_VALID_S = 90 * 86400,
    VEND_PROPOSAL_TOKEN = 20, /* characters of a page token */
};
struct vend_approval {
    char principal[STORE_NAME + 1]; /* who sent it */
    char officer[HSM_OFFICER_SIZE]; /* whose enrolled certificate signed it; empty when it is enrolled no more */
    int64_t approved_at_unix_s;
};
struct vend_proposal {
    struct store_proposal row;
    char proposer[STORE_NAME + 1];
    struct vend_approval approvals[VEND_MAX_APPROVALS];
    size_t approval_count;
};
/* `pan` empty: every meter of the group. `valid_s` 0: the default. */
MV_MUST_USE mv_status vend_propose(struct vend *vend, const struct vend_caller *caller, const char *from_sgc,
                                   const char *to_sgc, const char *pan, uint32_t valid_s,
                                   struct vend_proposal *proposal);
struct vend_signature {
    const uint8_t *certificate; /* DER */
    size_t certificate_size;    /* 1..STORE_CERTIFICATE */
    const uint8_t *signature;   /* ECDSA with SHA-256 over the proposal's text, DER */
    size_t signature_size;      /* 1..STORE_SIGNATURE */
};
/* PROPOSAL_UNKNOWN (also expired, or proposed outside the caller's organisation), SAME_OFFICER when sender or signer
 * proposed it or approved it before, APPROVAL_INVALID as the key process finds. */
MV_MUST_USE mv_status vend_approve(struct vend *vend, const struct vend_caller *caller, uint64_t id,
                                   const struct vend_signature *signature, struct vend_proposal *proposal);
struct vend_proposal_list {
    struct vend_proposal *proposals; /* newest first; free with vend_proposals_free */
    size_t count;
    char next[VEND_PROPOSAL_TOKEN + 1]; /* empty at the end */
};
/* What principals of the caller's organisation and below proposed, expired ones too. */
MV_MUST_USE mv_status vend_proposals(struct vend *vend, const struct vend_caller *caller, uint32_t page_size,
                                     const char *page_token, struct vend_proposal_list *list);
void vend_proposals_free(struct vend_proposal_list *list);

#endif
