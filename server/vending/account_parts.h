/* What the files about accounts share. */
#ifndef MV_VENDING_ACCOUNT_PARTS_H
#define MV_VENDING_ACCOUNT_PARTS_H

#include "vending/accounts.h"

#define VEND_DEFAULT_CLASS "default"

/* `least` to `longest` bytes of printable UTF-8; INVALID_FIELD. */
MV_MUST_USE mv_status vend_account_form_text(const char *text, size_t least, size_t longest, const char *field);
/* Number, customer and tariff class. */
MV_MUST_USE mv_status vend_account_form(const struct vend_account_request *request);
/* What is said of customer and tariff class; the latter is `unsaid_class` where nothing is. */
void vend_account_say(const struct vend_account_request *request, const char *unsaid_class,
                      struct store_customer *customer, char tariff_class[STORE_TARIFF_CLASS + 1]);
MV_MUST_USE mv_status vend_account_fill(struct vend *vend, struct store *store, const struct store_account *row,
                                        struct vend_account *out);

/* What a transfer as of this time (0: now) comes to. TRANSFER_DATE, TRANSFER_SPENT. */
MV_MUST_USE mv_status vend_transfer_split(struct store *store, const struct store_account *old, int64_t since_unix_s,
                                          int64_t now_unix_s, struct store_transfer *transfer);
/* Puts it into the ledger, and moves money and deposit, when both accounts are what they are to be. */
MV_MUST_USE mv_status vend_transfer_write(struct store *store, const struct store_transfer *transfer,
                                          const char *reason);

#endif
