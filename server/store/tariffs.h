/* The ledger's part about money in general: the office's currency, tariffs in versions, and which tariff serves whom.
 * Rules as in store.h; the schema refuses with INTERNAL_ERROR what breaks them. */
#ifndef MV_STORE_TARIFFS_H
#define MV_STORE_TARIFFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/store.h"

enum { STORE_CURRENCY = 3, STORE_LABEL = 32, STORE_TARIFF_PARTS = 32, STORE_DOUBT = 32, STORE_METER_CLASS = 32 };
enum { STORE_TARIFF_REASON = 120 /* bytes of UTF-8 */ };

/* One for the whole ledger, set once. */
struct store_office {
    char currency[STORE_CURRENCY + 1]; /* 3 capital letters */
    uint8_t minor_digits;              /* 0..3 */
    int32_t utc_offset_min;            /* of the office's days and months, -720..840 */
};
MV_MUST_USE mv_status store_office_get(struct store *store, struct store_office *office); /* CURRENCY_NOT_SET */
/* CURRENCY_SET when there is one. */
MV_MUST_USE mv_status store_office_insert(struct store *store, const struct store_office *office, int64_t principal,
                                          int64_t at_unix_s);

/* What waited for a second person and is not to be. */
struct store_dismissal {
    int64_t principal;                    /* 0: it was not dismissed */
    char reason[STORE_TARIFF_REASON + 1]; /* empty: taken back by who put it in; else why another person rejected it */
    int64_t at_unix_s;
};

enum store_tariff_part_kind { STORE_STEP = 1, STORE_PERIOD, STORE_CHARGE, STORE_TAX };
struct store_tariff_part {
    uint8_t kind;
    char name[STORE_LABEL + 1]; /* empty for a step */
    int64_t a, b;               /* step: up_to, price; period: price, share; charge: kind, amount; tax: percent, on */
};
struct store_tariff {
    int64_t id; /* of the version */
    char name[STORE_NAME + 1];
    uint32_t version; /* from 1, no gaps */
    int64_t organisation;
    uint8_t utility, kind, rounding;
    int64_t valid_from_unix_s;
    int64_t free_units_per_month;
    uint32_t free_carry_months;
    int64_t fixed_charge_per_month, minimum_purchase, maximum_purchase, round_to;
    struct store_tariff_part parts[STORE_TARIFF_PARTS];
    size_t part_count;
    char doubt[STORE_DOUBT + 1]; /* the field for which it takes a second person; empty: none */
    int64_t principal;           /* who put it in */
    int64_t put_at_unix_s;
    int64_t approver; /* 0: nobody yet; this and the next are only read */
    int64_t approved_at_unix_s;
    struct store_dismissal dismissal;
};
/* Sets id and version. TARIFF_EXISTS when the name is another organisation's or utility's. */
MV_MUST_USE mv_status store_tariff_insert(struct store *store, struct store_tariff *tariff);
/* version 0: the newest one. TARIFF_UNKNOWN. */
MV_MUST_USE mv_status store_tariff_get(struct store *store, const char *name, uint32_t version,
                                       struct store_tariff *tariff);
/* The highest version that is valid from `at_unix_s` or before and was put in, and approved where that is needed, by
 * then: TARIFF_UNKNOWN. */
MV_MUST_USE mv_status store_tariff_in_force(struct store *store, const char *name, int64_t at_unix_s,
                                            struct store_tariff *tariff);
/* The highest version that a second person approved: TARIFF_UNKNOWN. */
MV_MUST_USE mv_status store_tariff_agreed(struct store *store, const char *name, struct store_tariff *tariff);
/* TARIFF_NOT_PENDING when it has no doubt, is approved or dismissed, or a later version is in force;
 * TARIFF_SAME_PERSON. */
MV_MUST_USE mv_status store_tariff_approve(struct store *store, const struct store_tariff *tariff, int64_t principal,
                                           int64_t at_unix_s);
/* Without a reason by who put it in, with one by somebody else: TARIFF_NOT_PENDING, TARIFF_OTHER_PERSON,
 * TARIFF_SAME_PERSON. */
MV_MUST_USE mv_status store_tariff_dismiss(struct store *store, const struct store_tariff *tariff,
                                           const struct store_dismissal *dismissal);
struct store_tariff_filter {
    const char *after_name; /* "" and 0 from the beginning */
    uint32_t after_version;
    bool waiting; /* only what waits for a second person and was put in since: */
    int64_t since_unix_s;
};
/* By name and version, at most `limit`. */
typedef mv_status store_tariff_fn(void *self, const struct store_tariff *tariff);
MV_MUST_USE mv_status store_tariffs(struct store *store, const struct store_tariff_filter *filter, size_t limit,
                                    store_tariff_fn *each, void *self);

/* What serves an organisation's meters of a utility and class. Assigning again takes the place of what was assigned,
 * from its date on. The first three say of what, the rest is filled in by those that read. */
struct store_tariff_assignment {
    int64_t organisation;
    uint8_t utility;
    char meter_class[STORE_METER_CLASS + 1];
    char tariff[STORE_NAME + 1]; /* empty: nothing any more */
    int64_t valid_from_unix_s;
    char doubt[STORE_DOUBT + 1];               /* for what it takes a second person; empty: for nothing */
    int64_t id, principal, assigned_at_unix_s; /* only read, as the rest */
    int64_t approver;                          /* 0: nobody yet */
    int64_t approved_at_unix_s;
    int64_t since_unix_s; /* in force; 0: there is none */
    struct store_dismissal dismissal;
};
MV_MUST_USE mv_status store_tariff_assign(struct store *store, const struct store_tariff_assignment *assignment,
                                          int64_t principal, int64_t at_unix_s);
/* What is in force at this time: TARIFF_NOT_ASSIGNED, also when that is nothing any more. */
MV_MUST_USE mv_status store_tariff_assigned(struct store *store, int64_t at_unix_s,
                                            struct store_tariff_assignment *assignment);
/* The last one said and not dismissed, in force or not; the last one that a second person approved, or else the first
 * one in force: TARIFF_NOT_ASSIGNED when there is no such row. */
MV_MUST_USE mv_status store_tariff_assigned_last(struct store *store, struct store_tariff_assignment *assignment);
MV_MUST_USE mv_status store_tariff_assigned_agreed(struct store *store, struct store_tariff_assignment *assignment);
/* By its number: TARIFF_UNKNOWN. */
MV_MUST_USE mv_status store_tariff_assignment_get(struct store *store, int64_t id,
                                                  struct store_tariff_assignment *assignment);
struct store_assignment_filter {
    int64_t after; /* 0 from the beginning */
    bool waiting;  /* only what waits for a second person and was said since: */
    int64_t since_unix_s;
};
/* By number, at most `limit`. */
typedef mv_status store_assignment_fn(void *self, const struct store_tariff_assignment *assignment);
MV_MUST_USE mv_status store_tariff_assignments(struct store *store, const struct store_assignment_filter *filter,
                                               size_t limit, store_assignment_fn *each, void *self);
/* TARIFF_NOT_PENDING, TARIFF_SAME_PERSON. */
MV_MUST_USE mv_status store_tariff_assignment_approve(struct store *store,
                                                      const struct store_tariff_assignment *assignment,
                                                      int64_t principal, int64_t at_unix_s);
/* As store_tariff_dismiss. */
MV_MUST_USE mv_status store_tariff_assignment_dismiss(struct store *store,
                                                      const struct store_tariff_assignment *assignment,
                                                      const struct store_dismissal *dismissal);

#endif
