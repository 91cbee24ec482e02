/* What may be ordered, and what was issued for it. An order is one request with one request id; its answer may begin
 * with a key change set, after which comes the token that was ordered, under the new key. */
#ifndef MV_VENDING_ORDER_H
#define MV_VENDING_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/debts.h"
#include "store/store.h"

struct vend_charged;         /* charged.h */
struct vend_account_request; /* accounts.h */

/* Numbers as in the protocol and the ledger. */
enum vend_carrier { VEND_KEYPAD = 1, VEND_ON_RECORD /* no token: a record brings it */ };
enum vend_unit {
    VEND_UNIT_WH = 1,
    VEND_UNIT_LITRE,
    VEND_UNIT_SECOND,
    VEND_UNIT_CURRENCY_E5, /* 0.00001 of the base currency */
    VEND_UNIT_WATT,        /* of tokens only, never sold: power limits */
    VEND_UNIT_RAW,         /* of tokens only: a field whose meaning is the meter's */
};
enum vend_order_kind { /* as enum store_order */
                       VEND_ORDER_CREDIT,
                       VEND_ORDER_MANAGEMENT,
                       VEND_ORDER_TEST,
                       VEND_ORDER_KEY_CHANGE
};
enum { VEND_MAX_TOKENS = 8 }; /* of one answer */

struct vend_quantity {
    enum vend_unit unit;
    int64_t amount; /* 1..2^62 in a request */
};

/* A class 2 token that changes no key. */
struct vend_management {
    uint32_t subclass; /* enum mv_sts_management of metervault/sts_manage.h */
    uint64_t value;    /* W, register, raw field; extended: index << 10 | value */
};

/* A class 1 token. */
struct vend_test {
    uint32_t subclass; /* of metervault/sts_manage.h */
    uint64_t control;  /* 36 bits; with a manufacturer code of 4 digits 28 */
    uint32_t manufacturer;
};

/* The key to change to; what is not said stays as it is on file. */
struct vend_key_target {
    const char *sgc; /* NULL: stays */
    uint32_t krn;    /* 0: the newest usable one */
    uint32_t kt;     /* 0: stays */
    int32_t ti;      /* -1: stays */
    bool with_sgc;   /* EA07: three tokens that tell the meter its supply group, instead of two */
};

enum vend_payment { /* numbers as in the protocol and the ledger */
                    VEND_PAY_CASH = 1,
                    VEND_PAY_BANK,
                    VEND_PAY_CARD,
                    VEND_PAY_MOBILE,
                    VEND_PAY_BALANCE /* of the account */
};
/* How credit is paid for that is sold to an account at its tariff. Money is in the currency's minor unit. */
struct vend_purchase {
    const char *account; /* its number; NULL: the one of the order's meter */
    bool by_units;       /* the order's quantity is bought; otherwise */
    int64_t money;       /* as much as this pays for */
    bool free_units;     /* otherwise: as many of the free units of the tariff as are left; costs nothing */
    enum vend_payment payment;
    int64_t tendered;       /* what was handed over; 0: the money, by units what it costs */
    bool keep_change;       /* the account keeps what is left */
    int64_t expected_total; /* anything else is refused; 0: whatever it comes to */
    /* The account is opened with this sale, its first one; its number stands in `account` too. NULL: it is open. */
    const struct vend_account_request *opens;
};

struct vend_order {
    const char *request_id; /* NULL in a trial */
    const char *terminal;
    const char *pan; /* "" where the purchase names the account */
    enum vend_carrier carrier;
    enum vend_order_kind kind;
    bool priced; /* credit: sold to an account at its tariff, as `purchase` says */
    struct vend_purchase purchase;
    const char *free_reason;       /* credit that nobody pays for: why, 1..120 bytes; NULL: no such order */
    int64_t claim;                 /* of which it brings the units; 0 none */
    bool special;                  /* credit and management: take the identifier of 00:01 UTC */
    struct vend_quantity quantity; /* credit */
    struct vend_management management;
    struct vend_test test;
    struct vend_key_target target; /* key change */
};

/* One token of an answer, in the order in which they are entered. */
struct vend_token {
    char digits[STORE_DIGITS + 1]; /* empty in a trial */
    uint8_t token_class, subclass;
    uint32_t tid; /* minutes since the key's base date; 0 where there is none */
    enum vend_unit unit;
    int64_t encoded;        /* what the token carries, in `unit`; of a key section its number from 1 */
    struct store_key key;   /* that it is encrypted under; class 1 is under none, and names the meter's */
    uint8_t vending_kcv[3]; /* of that key's vending key */
    bool key_section;
};

struct vend_issued {
    char request_id[STORE_REQUEST_ID + 1]; /* empty in a trial */
    char pan[STORE_PAN + 1];
    char organisation[STORE_NAME + 1];
    char terminal[STORE_TERMINAL + 1];
    char principal[STORE_NAME + 1];
    uint64_t receipt; /* 0 in a trial */
    int64_t issued_at_unix_s;
    enum vend_carrier carrier;
    enum vend_unit unit; /* of `requested`: credit */
    int64_t requested;
    bool replayed; /* a stored answer: nothing new was issued */
    enum vend_order_kind kind;
    struct vend_management management;
    struct vend_test test;
    struct vend_token tokens[VEND_MAX_TOKENS];
    size_t token_count;
    bool has_key_change; /* the tokens begin with a key change set from `from` to `to` */
    struct store_key from, to;
    bool resent;                            /* the set had been given out in an earlier answer */
    bool confirmed;                         /* known to be in the meter */
    char free_reason[STORE_ACT_REASON + 1]; /* why nobody paid; "" where it is no such order */
    const struct vend_charged
        *charged; /* of a priced order, as long as the answer; NULL where the price was not asked for */
};

#endif
