/* Vendors: organisations that sell on prepaid credit. Terms by two persons, deposits, and the statement; what sales
 * take is in vendor_parts.h. Whoever decides on a vendor's credit belongs to an organisation above it. Rules of calls
 * as in vending.h. */
#ifndef MV_VENDING_VENDORS_H
#define MV_VENDING_VENDORS_H

#include "store/vendors.h"
#include "vending/directory.h"

enum { VEND_VENDOR_TOKEN = 20 }; /* characters of a page token */

struct vend_vendor_terms {
    struct store_vendor_terms row; /* version 0: there are none */
    char put_by[STORE_NAME + 1];
    char approved_by[STORE_NAME + 1]; /* empty: nobody yet */
};
enum vend_vendor_state {                        /* numbers as in the protocol */
                         VEND_VENDOR_WAITS = 1, /* for its first terms: it sells as everybody who is no vendor */
                         VEND_VENDOR_SELLS,
                         VEND_VENDOR_STOPPED /* no credit is left, or none of the day's limit */
};
struct vend_vendor {
    char organisation[STORE_NAME + 1];
    struct vend_vendor_terms terms, pending;
    int64_t balance, available, sold_today;
    enum vend_vendor_state state;
};
/* The next terms; they are in force when another person approves them. Amounts are 0..VEND_MONEY_MOST. Repeating the
 * newest answers the vendor as it is. VENDOR_OWN_CREDIT, VENDOR_NESTED. */
MV_MUST_USE mv_status vend_set_vendor_terms(struct vend *vend, const struct vend_caller *caller,
                                            const char *organisation, const struct store_vendor_terms *terms,
                                            struct vend_vendor *vendor);
/* VENDOR_UNKNOWN, VENDOR_TERMS_NOT_PENDING, VENDOR_SAME_PERSON, VENDOR_OWN_CREDIT. */
MV_MUST_USE mv_status vend_approve_vendor_terms(struct vend *vend, const struct vend_caller *caller,
                                                const char *organisation, uint32_t version, struct vend_vendor *vendor);
/* "": the vendor on whose credit the caller sells. */
MV_MUST_USE mv_status vend_get_vendor(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                                      struct vend_vendor *vendor);

struct vend_vendor_list {
    struct vend_vendor *vendors; /* by name; free with vend_vendors_free */
    size_t count;
    char next[STORE_NAME + 1]; /* empty at the end */
};
/* Vendors among an organisation ("": the caller's) and those below it, those that wait for their first terms too. */
MV_MUST_USE mv_status vend_vendors(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                                   uint32_t page_size, const char *page_token, struct vend_vendor_list *list);
void vend_vendors_free(struct vend_vendor_list *list);

struct vend_deposit_request {
    const char *request_id; /* 1..STORE_REQUEST_ID of [A-Za-z0-9._-] */
    const char *organisation;
    int64_t amount;      /* 1..VEND_MONEY_MOST; 0 when one is taken back */
    const char *slip;    /* 1..STORE_SLIP bytes, printable */
    uint64_t takes_back; /* number of a deposit; 0 none */
};
struct vend_deposit {
    char organisation[STORE_NAME + 1];
    struct store_vendor_deposit row;
    char booked_by[STORE_NAME + 1];
};
/* Repeating a request answers what is stored: REQUEST_ID_REUSED when it says something else. VENDOR_UNKNOWN,
 * VENDOR_OWN_CREDIT, DEPOSIT_UNKNOWN, DEPOSIT_TAKEN_BACK, DEPOSIT_SPENT. */
MV_MUST_USE mv_status vend_deposit(struct vend *vend, const struct vend_caller *caller,
                                   const struct vend_deposit_request *request, struct vend_deposit *deposit);
/* DEPOSIT_UNKNOWN. */
MV_MUST_USE mv_status vend_get_deposit(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                                       uint64_t number, struct vend_deposit *deposit);

struct vend_statement_row {
    struct store_vendor_entry row;
    char principal[STORE_NAME + 1];
};
struct vend_statement {
    struct vend_statement_row *rows; /* oldest first; free with vend_statement_free */
    size_t count;
    char next[VEND_VENDOR_TOKEN + 1]; /* empty at the end */
};
MV_MUST_USE mv_status vend_statement(struct vend *vend, const struct vend_caller *caller, const char *organisation,
                                     uint32_t page_size, const char *page_token, struct vend_statement *statement);
void vend_statement_free(struct vend_statement *statement);

/* ---- for the domain ---- */
/* The organisation of that name, which the caller may decide on: it lies below the caller's own. */
MV_MUST_USE mv_status vend_vendor_below(struct vend *vend, const struct vend_caller *caller, enum vend_call call,
                                        const char *organisation, struct vend_identity *identity,
                                        struct store_organisation *row);
MV_MUST_USE mv_status vend_vendor_fill(struct vend *vend, struct store *store, int64_t organisation, int64_t now_unix_s,
                                       struct vend_vendor *vendor);

#endif
