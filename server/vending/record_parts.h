/* What the files about native records share. */
#ifndef MV_VENDING_RECORD_PARTS_H
#define MV_VENDING_RECORD_PARTS_H

#include "hsmd/client.h"
#include "vending/records.h"

/* Who may have a record of this kind signed. */
uint32_t vend_record_roles(enum mv_record_kind kind);
/* What a purchase needs to know: client number and unread purchases go into `facts`; an opening puts its client number
 * into `keys`. ACCOUNT_OPEN, ACCOUNT_NOT_OPEN, INVALID_FIELD, PURCHASES_UNREAD. */
MV_MUST_USE mv_status vend_record_account(struct store *store, const struct vend_record_order *order,
                                          struct store_record_meter *keys, uint32_t last,
                                          struct vend_record_facts *facts);
/* All but the parts, the meter's number and the principal's name. */
void vend_record_answer(const struct store_record *row, struct vend_records *out);
/* Adds one part; there is room. */
void vend_record_part(const struct store_record *row, struct vend_records *out);

/* The key process, by the desk's connection. All are sealed, or the first refusal is told. */
MV_MUST_USE mv_status vend_desk_seal(struct vend *vend, struct hsmd_record *records, size_t count);
/* A key update or reset: fills in the wrapped keys that `next` names. */
MV_MUST_USE mv_status vend_desk_renew(struct vend *vend, struct hsmd_record *record,
                                      const struct store_record_keys *next, uint8_t enc_version);
MV_MUST_USE mv_status vend_desk_check_return(struct vend *vend, const struct hsmd_record *record);

#endif
