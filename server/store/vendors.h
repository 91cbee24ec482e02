/* The ledger's part about vendors: organisations that sell on prepaid credit. Money is in the currency's minor unit.
 * Rules as in store.h; the schema refuses with INTERNAL_ERROR what breaks them: no row may say another balance than the
 * one before it and its amount, and no sale, payment or deposit taken back may leave less than the credit limit allows.
 * Commission of a reversed sale goes back whatever is left. */
#ifndef MV_STORE_VENDORS_H
#define MV_STORE_VENDORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/store.h"

enum { STORE_SLIP = 64 /* bytes of UTF-8 */ };

struct store_vendor_terms {
    uint32_t version;       /* from 1, no gaps; 0: none */
    int64_t credit_limit;   /* how far the balance may go below zero */
    int64_t sale_limit;     /* money of one sale; 0 none */
    int64_t day_limit;      /* of the money taken in a day of the office; 0 none */
    uint32_t commission_e4; /* 0.0001 % of the price of the units */
    int64_t principal;      /* who put them in */
    int64_t put_at_unix_s;
    int64_t approver; /* 0: nobody yet */
    int64_t approved_at_unix_s;
};
struct store_vendor {
    int64_t organisation;
    struct store_vendor_terms terms; /* in force; version 0: none yet, and then it is no vendor to its sales */
    uint32_t newest;                 /* version of the newest terms */
    uint64_t deposits, entries;
    int64_t balance;
    int64_t day;      /* of the office, from 1970-01-01, of the last money taken at the counter */
    int64_t day_sold; /* in that day */
};
/* VENDOR_UNKNOWN. */
MV_MUST_USE mv_status store_vendor_get(struct store *store, int64_t organisation, struct store_vendor *vendor);
/* The one with terms in force that is the organisation or lies above it: VENDOR_UNKNOWN. */
MV_MUST_USE mv_status store_vendor_of(struct store *store, int64_t organisation, struct store_vendor *vendor);
/* Ids of the vendors among an organisation and those below it, with terms in force or not: by name, after one ("":
 * from the first), at most `limit`. */
MV_MUST_USE mv_status store_vendor_list(struct store *store, int64_t organisation, const char *after, size_t limit,
                                        int64_t *vendors, size_t *count);
/* VENDOR_UNKNOWN also for a version that is not there. */
MV_MUST_USE mv_status store_vendor_terms_get(struct store *store, int64_t organisation, uint32_t version,
                                             struct store_vendor_terms *terms);
/* The next version; the first makes the organisation a vendor: VENDOR_NESTED. Sets the version. */
MV_MUST_USE mv_status store_vendor_terms_insert(struct store *store, int64_t organisation,
                                                struct store_vendor_terms *terms);
/* VENDOR_TERMS_NOT_PENDING, VENDOR_SAME_PERSON. */
MV_MUST_USE mv_status store_vendor_terms_approve(struct store *store, const struct store_vendor *vendor,
                                                 const struct store_vendor_terms *terms, int64_t principal,
                                                 int64_t at_unix_s);

struct store_vendor_deposit {
    int64_t vendor;
    uint64_t number;     /* from 1, no gaps per vendor */
    uint64_t takes_back; /* the deposit that it takes back; 0 none */
    int64_t amount;      /* below 0 when it takes one back */
    char slip[STORE_SLIP + 1];
    char request_id[STORE_REQUEST_ID + 1];
    int64_t principal;
    int64_t at_unix_s;
    int64_t balance; /* after it; only read */
    bool taken_back; /* by another one; only read */
};
/* DEPOSIT_UNKNOWN. */
MV_MUST_USE mv_status store_vendor_deposit_get(struct store *store, int64_t vendor, uint64_t number,
                                               struct store_vendor_deposit *deposit);
MV_MUST_USE mv_status store_vendor_deposit_by_request(struct store *store, int64_t principal, const char *request_id,
                                                      struct store_vendor_deposit *deposit);
/* Sets number and balance. DEPOSIT_TAKEN_BACK when another one took it back. The schema takes no deposit back that the
 * vendor has sold on: what is left would be below its limit. */
MV_MUST_USE mv_status store_vendor_deposit_insert(struct store *store, struct store_vendor_deposit *deposit);

enum store_vendor_kind { /* numbers as in the protocol */
                         STORE_VENDOR_DEPOSIT = 1,
                         STORE_VENDOR_DEPOSIT_BACK,
                         STORE_VENDOR_SALE,
                         STORE_VENDOR_SALE_BACK,
                         STORE_VENDOR_COMMISSION,
                         STORE_VENDOR_COMMISSION_BACK,
                         STORE_VENDOR_TAKEN_IN,
                         STORE_VENDOR_PAID_OUT
};
struct store_vendor_entry {
    int64_t vendor;
    uint64_t entry; /* from 1, no gaps */
    uint8_t kind;   /* enum store_vendor_kind */
    int64_t amount, balance;
    uint32_t terms; /* version in force */
    int64_t day, day_sold;
    uint64_t deposit; /* 0 none, as the next two */
    int64_t sale, act;
    int64_t principal, at_unix_s;
    /* of the sale; only read */
    char terminal[STORE_TERMINAL + 1];
    uint64_t receipt;
    char organisation[STORE_NAME + 1];
};
/* Of a sale or an act; deposits come with store_vendor_deposit_insert. */
MV_MUST_USE mv_status store_vendor_entry_insert(struct store *store, const struct store_vendor_entry *entry);
/* Takes the commission of a sale back, once. Nothing when there was none. */
MV_MUST_USE mv_status store_vendor_commission_back(struct store *store, int64_t sale, int64_t principal,
                                                   int64_t at_unix_s);
typedef mv_status store_vendor_entry_fn(void *self, const struct store_vendor_entry *entry);
/* By number, after one, at most `limit`. */
MV_MUST_USE mv_status store_vendor_entries(struct store *store, int64_t vendor, uint64_t after, size_t limit,
                                           store_vendor_entry_fn *each, void *self);

#endif
