/* The domain: sells tokens, keeps meters, organisations and principals. Knows nothing of gRPC, protobuf or SQL.
 *
 * Every call names its caller (the principal of the certificate) and is checked in one table (permission.c). A refusal
 * is a named reason, and is in the audit chain before it is answered. One thread writes the ledger; callers queue.
 * Every function may be called from any thread. Those that answer by return block, except where said otherwise. */
#ifndef MV_VENDING_VENDING_H
#define MV_VENDING_VENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/audit.h"
#include "base/status.h"
#include "store/cards.h"
#include "store/records.h"
#include "store/store.h"
#include "vending/order.h"

/* Numbers as in the protocol and the ledger. */
enum vend_role {
    VEND_VENDOR = 1,
    VEND_SUPERVISOR,
    VEND_ENGINEER,
    VEND_METER_ADMIN,
    VEND_CARD_FACTORY,
    VEND_OFFICER,
    VEND_AUDITOR,
    VEND_MANAGER,
    VEND_ROLE_LAST = VEND_MANAGER
};
enum vend_utility { VEND_ELECTRICITY = 1, VEND_WATER, VEND_GAS, VEND_TIME };
/* As the protocol numbers them; active is commissioned. */
enum vend_meter_state {
    VEND_METER_ACTIVE = 1,
    VEND_METER_SUSPENDED,
    VEND_METER_RETIRED,
    VEND_METER_MADE,
    VEND_METER_PROVISIONED
};

enum {
    VEND_SGC = 6,
    VEND_MAX_ORGANISATIONS = 4096,
    VEND_MAX_GRANTS = 256, /* of one organisation */
    VEND_MAX_PAGE = 1000,
    VEND_DEFAULT_PAGE = 100,
};

struct vend_time {
    int64_t real_us; /* CLOCK_REALTIME */
    int64_t boot_us; /* CLOCK_BOOTTIME */
};
typedef struct vend_time vend_clock_fn(void *self);

struct vend_options {
    const char *ledger;      /* "sqlite:/path/file" */
    const char *hsmd_socket; /* path */
    unsigned hsmd_timeout_ms;
    unsigned group_max; /* sales of one transaction, 1..HSMD_BATCH */
    unsigned queue_max; /* jobs that may wait; more are SERVER_BUSY */
    unsigned readers;   /* ledger connections for reading calls */
    unsigned keeper_ms; /* how often catalogue, clock and ledger are looked at; 0: only at start and on demand */
    uint32_t card_ceiling, card_key_ceiling; /* authentications of one card, and with one card key; 0: without end */
    uint8_t card_pboc_class; /* enum mv_pboc_class of the cards of profile 2; 0: none of them is taken */
    vend_clock_fn *clock;    /* NULL: the system's */
    void *clock_self;
};

struct vend;

/* Opens (and migrates) the ledger and starts the threads; an unreachable key process only shows in vend_health. */
MV_MUST_USE mv_status vend_start(const struct vend_options *options, struct vend **vend);
/* Refuses new work, finishes what waits, joins the threads. NULL is fine. */
void vend_stop(struct vend *vend);
/* ok: tokens can be issued. Otherwise the first thing that prevents it. Does not block. */
MV_MUST_USE mv_status vend_health(struct vend *vend);
/* Looks at catalogue, clock and ledger now, as the keeper does by itself. */
void vend_refresh(struct vend *vend);

struct vend_caller {
    const char *principal; /* name in the certificate; NULL when there is none */
    int64_t deadline_ns;   /* CLOCK_MONOTONIC; work not begun by then is refused. INT64_MAX: none */
};

enum vend_call {
    VEND_ISSUE_CREDIT,
    VEND_ISSUE_MANAGEMENT,
    VEND_ISSUE_TEST,
    VEND_ISSUE_KEY_CHANGE,
    VEND_TRIAL_CREDIT,
    VEND_GET_TOKEN,
    VEND_LAST_RESPONSE,
    VEND_SELL,
    VEND_TRIAL_SELL,
    VEND_GET_RECEIPT,
    VEND_LAST_SALE,
    VEND_REGISTER_METER,
    VEND_GET_METER,
    VEND_LIST_METERS,
    VEND_VERIFY,
    VEND_ASSIGN_KEY,
    VEND_CONFIRM_KEY_CHANGE,
    VEND_GET_METER_HISTORY,
    VEND_LIST_EXPOSED,
    VEND_PROPOSE,
    VEND_APPROVE,
    VEND_LIST_PROPOSALS,
    VEND_OPEN_ACCOUNT,
    VEND_OPEN_AND_SELL,
    VEND_UPDATE_ACCOUNT,
    VEND_GET_ACCOUNT,
    VEND_LIST_ACCOUNTS,
    VEND_SUSPEND_ACCOUNT,
    VEND_RESUME_ACCOUNT,
    VEND_GET_TIMELINE,
    VEND_ADD_DEBT,
    VEND_CHANGE_DEBT,
    VEND_WRITE_OFF_DEBT,
    VEND_LIST_DEBTS,
    VEND_GET_ACT,
    VEND_PAY_ACCOUNT,
    VEND_PAY_OUT,
    VEND_CONFIRM_SALE,
    VEND_CANCEL_SALE,
    VEND_REVERSE_SALE,
    VEND_FREE_ISSUE,
    VEND_CLAIM_CREDIT,
    VEND_APPROVE_CLAIM,
    VEND_LIST_CLAIMS,
    VEND_CLOSE_ACCOUNT,
    VEND_CHANGE_METER,
    VEND_TRANSFER_ACCOUNT,
    VEND_ISSUE_RECORD,
    VEND_ACCEPT_RETURN,
    VEND_LIST_RECORDS,
    VEND_LIST_RETURNS,
    VEND_PROVISION_METER,
    VEND_SET_METER_STATE,
    VEND_CONFIRM_RECORD_KEYS,
    VEND_CARD_IDENTIFY, /* these up to VEND_CARD_BLOCK: purposes of a card session */
    VEND_CARD_TAKE_IN,
    VEND_CARD_MAKE_USER,
    VEND_CARD_MAKE_TOOL,
    VEND_CARD_OPEN,
    VEND_CARD_PURCHASE,
    VEND_CARD_READ_BACK,
    VEND_CARD_REPLACE,
    VEND_CARD_CLOSE,
    VEND_CARD_LOAD,
    VEND_CARD_COLLECT,
    VEND_CARD_REKEY,
    VEND_CARD_BLOCK,
    VEND_LIST_CARDS,
    VEND_GET_CARD,
    VEND_BLOCK_CARD,
    VEND_UNBLOCK_CARD,
    VEND_SET_OFFICE,
    VEND_GET_OFFICE,
    VEND_PUT_TARIFF,
    VEND_APPROVE_TARIFF,
    VEND_GET_TARIFF,
    VEND_LIST_TARIFFS,
    VEND_ASSIGN_TARIFF,
    VEND_WITHDRAW_TARIFF,
    VEND_REJECT_TARIFF,
    VEND_LIST_ASSIGNMENTS,
    VEND_QUOTE,
    VEND_SET_VENDOR_TERMS,
    VEND_APPROVE_VENDOR_TERMS,
    VEND_GET_VENDOR,
    VEND_LIST_VENDORS,
    VEND_DEPOSIT,
    VEND_GET_DEPOSIT,
    VEND_STATEMENT,
    VEND_START_BATCH,
    VEND_TOTAL_BATCH,
    VEND_END_BATCH,
    VEND_GET_BATCH,
    VEND_SETTLE,
    VEND_WHO_AM_I,
    VEND_CREATE_ORGANISATION,
    VEND_LIST_ORGANISATIONS,
    VEND_GRANT_SUPPLY_GROUP,
    VEND_REVOKE_SUPPLY_GROUP,
    VEND_CREATE_PRINCIPAL,
    VEND_UPDATE_PRINCIPAL,
    VEND_LIST_PRINCIPALS,
    VEND_CONFIRM_CLOCK,
    VEND_EXPORT_AUDIT,
    VEND_CALLS
};
/* Answers a refusal that arose before the domain was asked (a field that the protocol layer could not read): audits it
 * under the call's name and returns `refusal`, or what kept it from being audited. */
MV_MUST_USE mv_status vend_refuse(struct vend *vend, const struct vend_caller *caller, enum vend_call call,
                                  mv_status refusal);

/* Has a refusal audited that the protocol layer answers by itself. Does not block and cannot fail: when too much waits,
 * or the ledger cannot be written, the refusal is only counted, and the count is written later. `action` is one of a
 * few names, never the caller's text; `principal` may be NULL. */
void vend_refused(struct vend *vend, const char *principal, const char *action, mv_status refusal);

/* ---- orders (order.h) ---- */
/* `issued` is NULL unless the status is ok, and is valid only during the call. Must not block. */
typedef void vend_issued_fn(void *self, mv_status status, const struct vend_issued *issued);
/* True when nobody waits for the answer any more; asked before work is begun, again when the order had to wait for
 * another one of its meter. */
typedef bool vend_gone_fn(void *self);

/* Queues an order and returns at once; copies what it needs. `done` is called exactly once, from the writer's thread
 * when what was issued is durable, or from here when it could not be queued. `gone` may be NULL. */
void vend_issue(struct vend *vend, const struct vend_caller *caller, const struct vend_order *order, vend_gone_fn *gone,
                vend_issued_fn *done, void *self);
/* The refusal of an order, like vend_refuse, but answered by `done`. */
void vend_refuse_issue(struct vend *vend, const struct vend_caller *caller, const struct vend_order *order,
                       mv_status refusal, vend_issued_fn *done, void *self);
/* The same checks and numbers as for selling credit, without any effect; no digits. INVALID_FIELD for other kinds. */
MV_MUST_USE mv_status vend_trial(struct vend *vend, const struct vend_caller *caller, const struct vend_order *order,
                                 struct vend_issued *issued);
/* What was issued, read back: any kind that a role of the caller may have issued, and for auditors GetToken of all. */
MV_MUST_USE mv_status vend_token_by_request(struct vend *vend, const struct vend_caller *caller, const char *request_id,
                                            struct vend_issued *issued);
MV_MUST_USE mv_status vend_token_by_receipt(struct vend *vend, const struct vend_caller *caller,
                                            const char *organisation, const char *terminal, uint64_t receipt,
                                            struct vend_issued *issued);
MV_MUST_USE mv_status vend_last_response(struct vend *vend, const struct vend_caller *caller, const char *terminal,
                                         struct vend_issued *issued);

/* ---- meters ---- */
/* Key numbers wider than the ledger's, so that the domain can refuse what does not fit. */
struct vend_meter_key {
    const char *sgc;
    uint32_t krn, ti, kt, ken, base_date, ea, dkga;
};
struct vend_meter_request {
    const char *pan;
    const char *organisation;
    enum vend_utility utility;
    bool currency; /* it counts money, not units */
    bool made;     /* to be provisioned; otherwise it is in use at once */
    struct vend_meter_key key;
};
struct vend_meter {
    struct store_meter row;
    char organisation[STORE_NAME + 1];
    struct store_key pending; /* where the pending key change of the row leads */
    bool takes_records;
    struct store_record_meter records; /* when it does */
    bool has_card_slot;
    struct store_card_meter card_keys; /* when it has */
};
MV_MUST_USE mv_status vend_register_meter(struct vend *vend, const struct vend_caller *caller,
                                          const struct vend_meter_request *request, struct vend_meter *meter);
MV_MUST_USE mv_status vend_get_meter(struct vend *vend, const struct vend_caller *caller, const char *pan,
                                     struct vend_meter *meter);
struct vend_meter_list {
    struct vend_meter meters[VEND_MAX_PAGE];
    size_t count;
    char next[STORE_PAN + 1]; /* empty at the end */
};
struct vend_meter_query {
    const char *organisation; /* and those below; "" the caller's */
    const char *sgc;          /* "" all */
    uint32_t krn;             /* of the key on file; 0 all */
    bool pending_only;        /* with a key change that nobody confirmed */
    uint32_t page_size;       /* 0: the default */
    const char *page_token;   /* "" the first page */
};
MV_MUST_USE mv_status vend_list_meters(struct vend *vend, const struct vend_caller *caller,
                                       const struct vend_meter_query *query, struct vend_meter_list *list);

/* ---- organisations and principals ---- */
struct vend_organisation {
    char name[STORE_NAME + 1];
    char parent[STORE_NAME + 1]; /* empty for the root */
    char grants[VEND_MAX_GRANTS][VEND_SGC + 1];
    size_t grant_count;
};
struct vend_principal {
    char name[STORE_NAME + 1];
    char organisation[STORE_NAME + 1];
    uint32_t roles; /* bit n = enum vend_role n */
    bool enabled;
};
MV_MUST_USE mv_status vend_who_am_i(struct vend *vend, const struct vend_caller *caller,
                                    struct vend_principal *principal);
MV_MUST_USE mv_status vend_create_organisation(struct vend *vend, const struct vend_caller *caller, const char *name,
                                               const char *parent, struct vend_organisation *organisation);
MV_MUST_USE mv_status vend_grant(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                                 const char *sgc, bool granted, struct vend_organisation *after);
typedef mv_status vend_organisation_fn(void *self, const struct vend_organisation *organisation);
/* Parents before children, the caller's own organisation and those below. A failing `each` ends it with its status. */
MV_MUST_USE mv_status vend_list_organisations(struct vend *vend, const struct vend_caller *caller,
                                              vend_organisation_fn *each, void *self);
MV_MUST_USE mv_status vend_create_principal(struct vend *vend, const struct vend_caller *caller, const char *name,
                                            const char *organisation, uint32_t roles, struct vend_principal *principal);
MV_MUST_USE mv_status vend_update_principal(struct vend *vend, const struct vend_caller *caller, const char *name,
                                            uint32_t roles, bool enabled, struct vend_principal *principal);
struct vend_principal_list {
    struct vend_principal principals[VEND_MAX_PAGE];
    size_t count;
    char next[STORE_NAME + 1]; /* empty at the end */
};
MV_MUST_USE mv_status vend_list_principals(struct vend *vend, const struct vend_caller *caller, uint32_t page_size,
                                           const char *page_token, struct vend_principal_list *list);

/* ---- clock and audit ---- */
/* `officer_unix_s` is the officer's own clock. Sets the server's. Repeating it changes nothing. */
MV_MUST_USE mv_status vend_confirm_clock(struct vend *vend, const struct vend_caller *caller, int64_t officer_unix_s,
                                         int64_t *server_unix_s);
/* Up to `size` records from a sequence number on (0: the first) of a chain (0: this server's). */
MV_MUST_USE mv_status vend_audit_page(struct vend *vend, const struct vend_caller *caller, uint32_t chain,
                                      uint64_t first_sequence, struct audit_record *records, size_t size,
                                      size_t *count);

#endif
