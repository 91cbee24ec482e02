/* Tariffs and quotes as messages, which point into these structs and into what they were made from. */
#ifndef MV_API_TARIFF_CONVERT_H
#define MV_API_TARIFF_CONVERT_H

#include <metervault/v1/tariff_service.pb-c.h>

#include "vending/tariffs.h"

struct api_tariff {
    Metervault__V1__Tariff message;
    Metervault__V1__TariffDismissal dismissal;
    Metervault__V1__TariffTerms terms;
    Metervault__V1__PriceStep steps[VEND_STEPS], *step_pointers[VEND_STEPS];
    Metervault__V1__PricePeriod periods[VEND_PERIODS], *period_pointers[VEND_PERIODS];
    Metervault__V1__TariffCharge charges[VEND_CHARGES], *charge_pointers[VEND_CHARGES];
    Metervault__V1__TariffTax taxes[VEND_TAXES], *tax_pointers[VEND_TAXES];
};
void api_tariff_out(const struct vend_tariff *tariff, struct api_tariff *out);
struct api_assignment {
    Metervault__V1__TariffAssignment message;
    Metervault__V1__TariffDismissal dismissal;
};
void api_assignment_out(const struct vend_assignment *assignment, struct api_assignment *out);
/* TARIFF_INVALID names what there is too much of, or a name that is too long; ranges are the domain's to check. */
MV_MUST_USE mv_status api_terms_in(const Metervault__V1__TariffTerms *terms, struct vend_tariff_version *version);

struct api_quote {
    Metervault__V1__QuoteResponse message;
    Metervault__V1__Bill bill;
    Metervault__V1__Quantity quantity;
    Metervault__V1__BillLine lines[VEND_BILL_LINES], *pointers[VEND_BILL_LINES];
    Metervault__V1__Quantity units[VEND_BILL_LINES];
};
void api_quote_out(const struct vend_quote *quote, struct api_quote *out);

#endif
