/* What the files about native records share. */
#ifndef MV_VENDING_RECORD_PARTS_H
#define MV_VENDING_RECORD_PARTS_H

#include <pthread.h>

#include "hsmd/client.h"
#include "vending/records.h"

/* enum mv_credit_register that the amounts of the meter's records count. */
uint8_t vend_record_register(const struct store_meter *meter);
/* Who may have a record of this kind signed. */
uint32_t vend_record_roles(enum mv_record_kind kind);
/* What a purchase needs to know: client number and unread purchases go into `facts`; an opening puts its client number
 * into `keys`. ACCOUNT_OPEN, ACCOUNT_NOT_OPEN, INVALID_FIELD, WRONG_UTILITY, AMOUNT_TOO_SMALL or _LARGE,
 * RECORD_KEYS_PENDING (a reset waits). */
MV_MUST_USE mv_status vend_record_account(struct store *store, const struct vend_record_order *order,
                                          const struct store_meter *meter, struct store_record_meter *keys,
                                          uint32_t last, struct vend_record_facts *facts);
/* A purchase at the tariff of the meter's account, while it is worked on. */
struct vend_record_sale;
struct audit_record;
struct vend_identity;
/* INVALID_FIELD. To be closed, whatever comes of it; NULL is fine there. */
MV_MUST_USE mv_status vend_record_sale_open(const struct vend_caller *caller, const struct vend_record_order *order,
                                            struct vend_record_sale **sale);
void vend_record_sale_close(struct vend_record_sale *sale);
/* VEND_DIGEST bytes: over all that is said of the sale. */
const uint8_t *vend_record_sale_digest(const struct vend_record_sale *sale);
/* What it brings as of now, for what is booked next: ACCOUNT_UNKNOWN and what vend_sale_price says. */
MV_MUST_USE mv_status vend_record_sale_price(struct vend *vend, struct store *store, struct vend_record_sale *sale,
                                             const struct vend_identity *seller, int64_t now_unix_s,
                                             struct vend_quantity *sold);
/* Behind the record, in the transaction that it was priced in: receipt, bill, the vendor's credit. */
MV_MUST_USE mv_status vend_record_sale_book(struct store *store, struct vend_record_sale *sale,
                                            int64_t issued_at_unix_s);
void vend_record_sale_describe(struct vend *vend, const struct vend_record_sale *sale, struct audit_record *record);
/* Whether purchases were signed that no return shows as taken. */
MV_MUST_USE mv_status vend_record_unread(struct store *store, const struct store_record_meter *keys, bool *unread);
/* A number out of a kept return; false, and 0, when it has no such tag. */
bool vend_return_number(const struct store_return *back, uint8_t tag, int64_t *value);

/* Voiding (record_void.c). An order that voids says nothing else: INVALID_FIELD. */
MV_MUST_USE mv_status vend_void_form(const struct vend_record_order *order);
/* Whether the purchase of this number can be voided by the one after `last`, when returns show all up to `taken` as
 * taken. RECORD_UNKNOWN, PURCHASE_NOT_VOIDABLE. */
MV_MUST_USE mv_status vend_void_check(struct store *store, const struct store_record_meter *keys, uint32_t voids,
                                      uint32_t last, uint32_t taken);
/* What a stored purchase brings when a later one brings it again: nothing of one that is void. */
MV_MUST_USE mv_status vend_void_amounts(struct store *store, const struct store_record *row,
                                        struct vend_unread *brings);
/* Behind a return that was kept, in the same transaction: ends what it decides of those that wait, and pays claims for
 * sales that turned out void, as far as there is room for the money. `record` says what was paid. */
MV_MUST_USE mv_status vend_void_settle(struct store *store, const struct store_return *back,
                                       struct audit_record *record);
/* What it decided. */
MV_MUST_USE mv_status vend_void_tell(struct store *store, const struct store_return *back, struct vend_return *out);
/* All but the parts, the meter's number and the principal's name. */
void vend_record_answer(const struct store_record *row, struct vend_records *out);
/* Adds one part; there is room. */
void vend_record_part(const struct store_record *row, struct vend_records *out);

/* The key process, by a connection of the records' own: they wait for each other, no longer than the caller does.
 * DEADLINE_PASSED, KEY_SERVICE_UNAVAILABLE. */
struct vend_record_line {
    pthread_mutex_t lock;
    struct hsmd_client *client;
};
MV_MUST_USE mv_status vend_record_line_init(struct vend_record_line *line, const char *socket, unsigned timeout_ms);
void vend_record_line_destroy(struct vend_record_line *line);
/* Who took it gives it back with what the call as a whole came to, which is returned. */
MV_MUST_USE mv_status vend_line_take(struct vend *vend, struct vend_record_line *line, int64_t deadline_ns);
MV_MUST_USE mv_status vend_line_give(struct vend *vend, struct vend_record_line *line, mv_status status);
/* All are sealed, or the first refusal is told. */
MV_MUST_USE mv_status vend_record_seal(struct vend *vend, int64_t deadline_ns, struct hsmd_record *records,
                                       size_t count);
/* A key update or reset: fills in the wrapped keys that `next` names. */
MV_MUST_USE mv_status vend_record_renew(struct vend *vend, int64_t deadline_ns, struct hsmd_record *record,
                                        const struct store_record_keys *next, uint8_t enc_version);
MV_MUST_USE mv_status vend_record_check(struct vend *vend, int64_t deadline_ns, const struct hsmd_record *record);
MV_MUST_USE mv_status vend_record_random(struct vend *vend, int64_t deadline_ns, void *data, size_t size);

#endif
