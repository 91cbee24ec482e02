/* What a priced sale cost, as its answer tells it. */
#ifndef MV_VENDING_CHARGED_H
#define MV_VENDING_CHARGED_H

#include "store/bills.h"
#include "store/tariffs.h"
#include "vending/tariff.h"

struct vend_charged {
    struct store_bill bill;  /* the rates and lines are those of vending/price.h */
    struct store_bill_of of; /* number and name of the account, as they were then */
    enum vend_unit unit;     /* of its units */
    struct store_office office;
};

#endif
