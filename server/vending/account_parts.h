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

#endif
