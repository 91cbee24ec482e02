/* The ledger's part about accounts: what is said of them, version by version, and everything that happened in one list.
 * Rules as in store.h; the schema refuses with INTERNAL_ERROR what breaks them. */
#ifndef MV_STORE_ACCOUNTS_H
#define MV_STORE_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/store.h"

enum {
    STORE_ACCOUNT_NUMBER = 32,
    STORE_TARIFF_CLASS = 32,
    /* bytes of UTF-8 */
    STORE_CUSTOMER_NAME = 120,
    STORE_ADDRESS = 240,
    STORE_CONTACT = 120,
    STORE_REFERENCE = 64,
    STORE_ACCOUNT_NOTE = 120
};
enum store_account_state { STORE_ACCOUNT_IN_USE = 1, STORE_ACCOUNT_SUSPENDED, STORE_ACCOUNT_CLOSED };
enum store_account_kind { /* of a version */
                          STORE_ACCOUNT_OPENED = 1,
                          STORE_ACCOUNT_UPDATED,
                          STORE_ACCOUNT_ON_HOLD,
                          STORE_ACCOUNT_RESUMED,
                          STORE_ACCOUNT_ENDED,
                          STORE_ACCOUNT_METER_CHANGED
};

struct store_customer {
    char name[STORE_CUSTOMER_NAME + 1];
    char address[STORE_ADDRESS + 1];
    char contact[STORE_CONTACT + 1];
    char reference[STORE_REFERENCE + 1];
};
struct store_account {
    int64_t id;
    char number[STORE_ACCOUNT_NUMBER + 1];
    int64_t organisation; /* the meter's */
    int64_t meter;
    char pan[STORE_PAN + 1]; /* read only, as is all from the version on */
    struct store_customer customer;
    char tariff_class[STORE_TARIFF_CLASS + 1];
    uint8_t state;    /* enum store_account_state */
    uint32_t version; /* rises with every change */
    int64_t opened_at_unix_s;
    int64_t balance; /* money that it holds */
};
/* ACCOUNT_UNKNOWN. By meter: the one that is not closed. */
MV_MUST_USE mv_status store_account_by_number(struct store *store, const char *number, struct store_account *account);
MV_MUST_USE mv_status store_account_by_meter(struct store *store, int64_t meter, struct store_account *account);
MV_MUST_USE mv_status store_account_by_id(struct store *store, int64_t id, struct store_account *account);
/* What was said of it at the opening. */
MV_MUST_USE mv_status store_account_first(struct store *store, int64_t id, struct store_customer *customer,
                                          char tariff_class[STORE_TARIFF_CLASS + 1]);

/* Whether it has the meter, or had it. */
MV_MUST_USE mv_status store_account_had_meter(struct store *store, int64_t id, int64_t meter, bool *had);
/* When the account came under the tariff class that it has, and who changed it: 0 when it was opened so.
 * ACCOUNT_UNKNOWN. */
struct store_account_class_change {
    int64_t at_unix_s;
    int64_t changed_by;
};
MV_MUST_USE mv_status store_account_class_since(struct store *store, int64_t id,
                                                struct store_account_class_change *change);
/* The class that it was of at this time, and at least since when (the version that said so). ACCOUNT_UNKNOWN before it
 * was opened. */
struct store_account_class {
    char name[STORE_TARIFF_CLASS + 1];
    int64_t since_unix_s;
};
MV_MUST_USE mv_status store_account_class_at(struct store *store, int64_t id, int64_t at_unix_s,
                                             struct store_account_class *found);

struct store_account_act {
    enum store_account_kind kind;
    const char *note;
    int64_t principal;
    int64_t at_unix_s;
};
/* Sets id and version. ACCOUNT_EXISTS when the number is taken, METER_HAS_ACCOUNT when another account that is not
 * closed has the meter. */
MV_MUST_USE mv_status store_account_open(struct store *store, struct store_account *account,
                                         const struct store_account_act *act);
/* Customer, tariff class and state become these, in the next version; sets the version. */
MV_MUST_USE mv_status store_account_change(struct store *store, struct store_account *account,
                                           const struct store_account_act *act);

/* What it owes on all its debts, and its deposit. */
struct store_account_owes {
    int64_t owed, deposit;
};
MV_MUST_USE mv_status store_account_owes(struct store *store, int64_t id, struct store_account_owes *owes);

/* Numbers of accounts are of [A-Za-z0-9._-]. */
struct store_account_filter {
    const char *after;            /* number; "" from the beginning */
    const char *number;           /* what the number begins with; "" all */
    int64_t meter;                /* that it has, or had when it was closed; 0 all */
    const char *search;           /* part of number, PAN, name, address, contact or reference; "" all */
    const int64_t *organisations; /* only these */
    size_t organisation_count;
    uint8_t state; /* 0 all */
    size_t limit;
};
typedef mv_status store_account_fn(void *self, const struct store_account *row);
/* By rising number. Letters of ASCII are found in either case. Looks at so many accounts of the organisations and then
 * stops, however few of them were asked for: `through` is then the last one that it looked at, "" when it saw all.
 * Accounts of other organisations are not looked at, and so never named. Those of one meter are few, and looked at
 * all. */
enum { STORE_ACCOUNTS_LOOKED_AT = 2000 };
MV_MUST_USE mv_status store_accounts(struct store *store, const struct store_account_filter *filter,
                                     store_account_fn *each, void *self, char through[STORE_ACCOUNT_NUMBER + 1]);

/* ---- everything that happened ---- */
enum { STORE_EVENT_TEXT = 512 };
enum store_event_kind { /* numbers as in the protocol */
                        STORE_EVENT_OPENED = 1,
                        STORE_EVENT_UPDATED,
                        STORE_EVENT_SUSPENDED,
                        STORE_EVENT_RESUMED,
                        STORE_EVENT_SALE = 10,
                        STORE_EVENT_TOKEN,
                        STORE_EVENT_KEY_CHANGE,
                        STORE_EVENT_KEY_CHANGE_ENDED,
                        STORE_EVENT_RECORD,
                        STORE_EVENT_RETURN,
                        STORE_EVENT_CARD = 50 /* and the kind of store_card_event */
};
/* Where an event stands: by time, and in one second by where it was noted, and there in the order of that. */
struct store_event_place {
    int64_t time_unix_s;
    int64_t source;
    int64_t ordinal;
};
struct store_event {
    struct store_event_place place;
    uint8_t kind;
    char principal[STORE_NAME + 1];
    char text[STORE_EVENT_TEXT + 1]; /* key=value pairs; cut at the end */
    int64_t amount;                  /* money */
};
typedef mv_status store_event_fn(void *self, const struct store_event *row);
/* Newest first, from before a place. Of the account, and of each of its meters while it had it. */
MV_MUST_USE mv_status store_timeline(struct store *store, int64_t account, const struct store_event_place *before,
                                     size_t limit, store_event_fn *each, void *self);

#endif
