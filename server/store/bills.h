/* The ledger's part about what sales cost: bills with their lines, and the money that accounts hold. Money is in the
 * currency's minor unit, units are what the meter counts, months are counted from 1970-01. Rules as in store.h. */
#ifndef MV_STORE_BILLS_H
#define MV_STORE_BILLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/accounts.h"

enum { STORE_BILL_LINES = 40, STORE_BILL_LABEL = 32 /* bytes of UTF-8 */ };
enum store_payment { /* numbers as in the protocol */
                     STORE_PAY_CASH = 1,
                     STORE_PAY_BANK,
                     STORE_PAY_CARD,
                     STORE_PAY_MOBILE,
                     STORE_PAY_BALANCE
};

struct store_bill_line {
    uint8_t kind; /* enum vend_line_kind of vending/price.h */
    char label[STORE_BILL_LABEL + 1];
    int64_t units;
    uint32_t months;
    int64_t rate_e5, percent_e4, amount;
    int64_t debt; /* 0 none */
};
/* How far an account is: as its last bill left it, zeros before the first. */
struct store_account_month {
    int64_t bill; /* the sale; 0 none yet */
    int64_t month;
    int64_t paid_units, free_units; /* of that month */
    int64_t charged_through;        /* month */
    int64_t entries, balance;       /* of the money that it holds */
};
struct store_bill {
    int64_t sale; /* id of the sale that it is of */
    int64_t account;
    uint32_t account_version;
    char tariff[STORE_NAME + 1];
    uint32_t tariff_version;
    int64_t free_units, paid_units; /* of this sale; together what the token carries */
    struct store_account_month after;
    int64_t total, energy, charges, taxes, debts;
    uint8_t payment; /* enum store_payment */
    int64_t tendered;
    bool change_kept;
    struct store_bill_line lines[STORE_BILL_LINES];
    size_t line_count;
};
/* ACCOUNT_UNKNOWN. */
MV_MUST_USE mv_status store_account_month_get(struct store *store, int64_t account, struct store_account_month *month);
/* Free units taken in each of `count` months from `first` on. */
MV_MUST_USE mv_status store_account_free(struct store *store, int64_t account, int64_t first, int64_t *taken,
                                         size_t count);
/* Free units that were taken in a month by those who had the meter before the account, as the meter with which it was
 * opened; account 0: it is being opened on this one. */
MV_MUST_USE mv_status store_meter_free(struct store *store, int64_t account, int64_t meter, int64_t month,
                                       int64_t *taken);
/* Behind its sale in the same transaction, with what it means for the account's money. `after` must go on from the
 * account's last bill (INTERNAL_ERROR). */
MV_MUST_USE mv_status store_bill_insert(struct store *store, const struct store_bill *bill);
/* TOKEN_UNKNOWN when the sale has none. */
struct store_bill_of { /* as it was then */
    char number[STORE_ACCOUNT_NUMBER + 1];
    char customer[STORE_CUSTOMER_NAME + 1];
};
MV_MUST_USE mv_status store_bill_get(struct store *store, int64_t sale, struct store_bill *bill,
                                     struct store_bill_of *of);

#endif
