/* Tariffs where they are kept: versions are put in by one person and, when they differ much from the last version that
 * two people agreed to, approved by another; organisations are served by those assigned to them or to one above. Rules
 * of calls as in vending.h. */
#ifndef MV_VENDING_TARIFFS_H
#define MV_VENDING_TARIFFS_H

#include "store/tariffs.h"
#include "vending/price.h"

/* ---- for the domain: within a transaction or snapshot of the caller's ---- */
/* What serves meters of this organisation, utility and class at a time: of the organisation itself, or else of the
 * nearest one above that has an assignment. TARIFF_NOT_ASSIGNED. */
MV_MUST_USE mv_status vend_tariff_serving(struct vend *vend, struct store *store, int64_t organisation,
                                          enum vend_utility utility, const char *meter_class, int64_t at_unix_s,
                                          struct vend_tariff_version *tariff);

/* The same with the time since when it has served them without a change, at the latest. */
struct vend_served {
    struct vend_tariff_version tariff;
    int64_t since_unix_s; /* after TARIFF_NOT_ASSIGNED: since when nothing has, at the latest */
};
MV_MUST_USE mv_status vend_tariff_served(struct vend *vend, struct store *store, int64_t organisation,
                                         enum vend_utility utility, const char *meter_class, int64_t at_unix_s,
                                         struct vend_served *served);

/* ---- the calls ---- */
/* Currency and days of the office, once. Repeating it with the same data changes nothing; CURRENCY_SET otherwise. */
MV_MUST_USE mv_status vend_set_office(struct vend *vend, const struct vend_caller *caller,
                                      const struct store_office *office);
MV_MUST_USE mv_status vend_get_office(struct vend *vend, const struct vend_caller *caller, struct store_office *office);

enum vend_tariff_state {
    VEND_TARIFF_PENDING = 1,
    VEND_TARIFF_APPROVED,
    VEND_TARIFF_WITHDRAWN, /* taken back by who put it in */
    VEND_TARIFF_REJECTED   /* by another person */
};
/* Who decided that it is not to be, when, and why: the last is empty when it was taken back. */
struct vend_dismissal {
    char by[STORE_NAME + 1]; /* empty: nobody */
    int64_t at_unix_s;
    char reason[STORE_TARIFF_REASON + 1];
};
struct vend_tariff {
    struct vend_tariff_version version;
    char organisation[STORE_NAME + 1];
    enum vend_tariff_state state; /* approved: in force from its date on, until a later version is */
    char doubt[STORE_DOUBT + 1];  /* empty: none */
    char put_by[STORE_NAME + 1];
    int64_t put_at_unix_s;
    char approved_by[STORE_NAME + 1]; /* empty: nobody, or not needed */
    int64_t approved_at_unix_s;
    struct vend_dismissal dismissal;
};
/* The next version of a tariff, the first one of a new name; its number is not read. Repeating the newest version
 * answers it as it is, unless that was dismissed or waited too long. TARIFF_INVALID, TARIFF_EXISTS. */
MV_MUST_USE mv_status vend_put_tariff(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                                      const struct vend_tariff_version *version, struct vend_tariff *tariff);
/* TARIFF_UNKNOWN, TARIFF_NOT_PENDING, TARIFF_SAME_PERSON. */
MV_MUST_USE mv_status vend_approve_tariff(struct vend *vend, const struct vend_caller *caller, const char *name,
                                          uint32_t version, struct vend_tariff *tariff);
/* version 0: the newest. Tariffs of organisations above the caller's are shown too: they may serve it. */
MV_MUST_USE mv_status vend_get_tariff(struct vend *vend, const struct vend_caller *caller, const char *name,
                                      uint32_t version, struct vend_tariff *tariff);
enum { VEND_TARIFF_TOKEN = STORE_NAME + 12 }; /* characters of a page token */
struct vend_tariff_list {
    struct vend_tariff *tariffs; /* by name and version; free with vend_tariffs_free */
    size_t count;
    char next[VEND_TARIFF_TOKEN + 1]; /* empty at the end */
};
/* `waiting`: only those that can be approved now. */
struct vend_tariff_page {
    bool waiting;
    uint32_t size;
    const char *token;
};
MV_MUST_USE mv_status vend_list_tariffs(struct vend *vend, const struct vend_caller *caller,
                                        const struct vend_tariff_page *page, struct vend_tariff_list *list);
void vend_tariffs_free(struct vend_tariff_list *list);
/* Which tariff serves meters of a class from a time on. It waits for a second person when customers would be served
 * with something much different (vend_tariff_doubt) from what two people agreed to last, or was said first, or serves
 * from above; the same call by another person approves it. TARIFF_UNKNOWN when the tariff is not of this organisation
 * or one above, or of another utility. */
struct vend_assignment_request {
    const char *organisation;
    enum vend_utility utility;
    const char *meter_class;
    const char *tariff;        /* empty: nothing any more */
    int64_t valid_from_unix_s; /* 0: now, or that of what waits; else as vend_tariff_may_begin */
};
MV_MUST_USE mv_status vend_assign_tariff(struct vend *vend, const struct vend_caller *caller,
                                         const struct vend_assignment_request *request,
                                         struct store_tariff_assignment *assigned);
/* With the names that it is shown with. */
struct vend_assignment {
    struct store_tariff_assignment row;
    char organisation[STORE_NAME + 1];
    enum vend_tariff_state state;
    char assigned_by[STORE_NAME + 1], approved_by[STORE_NAME + 1]; /* empty: nobody, or not needed */
    struct vend_dismissal dismissal;
};
void vend_assignment_fill(struct vend *vend, const struct store_tariff_assignment *row,
                          struct vend_assignment *assignment);

struct vend_assignment_list {
    struct vend_assignment *assignments; /* in the order in which they were said; free with vend_assignments_free */
    size_t count;
    char next[VEND_TARIFF_TOKEN + 1]; /* empty at the end */
};
/* Those of the organisations whose tariffs the caller sees. */
MV_MUST_USE mv_status vend_list_assignments(struct vend *vend, const struct vend_caller *caller,
                                            const struct vend_tariff_page *page, struct vend_assignment_list *list);
void vend_assignments_free(struct vend_assignment_list *list);

/* What waits for a second person and is not to be: a version by name and number, or an assignment by its number. */
struct vend_tariff_waiting {
    const char *name;
    uint32_t version;
    int64_t assignment; /* 0: a version */
};
struct vend_dismissed {
    struct vend_tariff tariff;
    struct vend_assignment assignment; /* row.id 0: it was a version */
};
/* By who put it in: TARIFF_UNKNOWN, TARIFF_NOT_PENDING, TARIFF_OTHER_PERSON. */
MV_MUST_USE mv_status vend_withdraw_tariff(struct vend *vend, const struct vend_caller *caller,
                                           const struct vend_tariff_waiting *waiting, struct vend_dismissed *dismissed);
/* By somebody else, who says why (1..STORE_TARIFF_REASON bytes): TARIFF_UNKNOWN, TARIFF_NOT_PENDING,
 * TARIFF_SAME_PERSON. */
MV_MUST_USE mv_status vend_reject_tariff(struct vend *vend, const struct vend_caller *caller,
                                         const struct vend_tariff_waiting *waiting, const char *reason,
                                         struct vend_dismissed *dismissed);

/* What a purchase would cost a customer of whom nothing is known but what is said here; without any effect. */
struct vend_quote_request {
    const char *organisation; /* "" the caller's */
    enum vend_utility utility;
    const char *meter_class;
    const char *tariff;            /* "" what serves them; else this tariff's version in force */
    uint32_t version;              /* of the named tariff: 0 the one in force; one that waits can be tried too */
    struct vend_price_facts facts; /* minor digits are filled in */
};
struct vend_quote {
    struct store_office office;
    struct vend_tariff_version tariff;
    struct vend_bill bill;
};
/* After PURCHASE_TOO_SMALL `least` of the bill is set. */
MV_MUST_USE mv_status vend_quote(struct vend *vend, const struct vend_caller *caller,
                                 const struct vend_quote_request *request, struct vend_quote *quote);

#endif
