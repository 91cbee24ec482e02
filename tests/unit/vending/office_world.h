/* The world with an office: a currency of two minor digits, managers "manager1" and "manager2" of the root, the tariffs
 * "home" and "social" for electricity in classes of their names, and the account "A-1" (class home) of meter 1, which
 * is the shop's. */
#ifndef OFFICE_WORLD_H
#define OFFICE_WORLD_H

#include "desk_world.h"
#include "vending/accounts.h"
#include "vending/sales.h"
#include "vending/tariffs.h"
#include "vending/vendors.h"

int office_setup(void **state);
int office_setup_ahead(void **state); /* 14 hours ahead of UTC instead of none */
/* Without the account, in a desk's world that is there already. */
void office_open(struct world *world, int32_t utc_offset_min);

/* 0.10 a kWh up to 50 kWh of a month, then 0.20; 15 % tax. */
struct vend_tariff_version office_home(void);
/* 5 kWh free in a month, kept for one month more; 0.20 a kWh; 1.00 a month. No tax. */
struct vend_tariff_version office_social(void);
/* Put in by one manager and approved by the other where that is needed. */
void office_tariff(struct world *world, const struct vend_tariff_version *version);

/* The same for the tariff that serves a class under the root from now on. */
void office_assign(struct world *world, const char *class, const char *tariff);

/* As "chief", who may open accounts. */
mv_status office_account(struct world *world, const char *number, unsigned meter, const char *tariff_class,
                         struct vend_account *account);

/* The organisation sells on credit from now on: terms put in by one manager and approved by the other, and money that
 * is paid in (0 none). */
void office_vendor(struct world *world, const char *organisation, const struct store_vendor_terms *terms,
                   int64_t deposit);

/* An order by account, cash at "till". */
struct vend_order office_money(const char *request_id, const char *account, int64_t money);
struct vend_order office_units(const char *request_id, const char *account, int64_t wh);
/* As "seller", waits for the answer; `sold` may be NULL. */
mv_status office_sell(struct world *world, const struct vend_order *order, struct vend_sold *sold);
mv_status office_sell_as(struct world *world, const char *principal, const struct vend_order *order,
                         struct vend_sold *sold);
/* One number out of the ledger. */
int64_t office_number(struct world *world, const char *sql);
/* Whether the schema refuses these statements, whoever writes them; nothing of them stays. */
bool office_refuses(struct world *world, const char *sql);

#endif
