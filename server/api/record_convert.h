/* Native records between messages and the domain. */
#ifndef MV_API_RECORD_CONVERT_H
#define MV_API_RECORD_CONVERT_H

#include <metervault/v1/record.pb-c.h>

#include "metervault/record_sets.h"
#include "vending/records.h"

enum { API_RETURN_EVENTS = 8, API_RETURN_RATES = 8, API_RETURN_PHASES = 3 };

/* An order, and the bytes of the set that it brings in parts. */
struct api_record_order {
    struct vend_record_order order;
    uint8_t what; /* enum mv_set_what */
    uint8_t set[MV_SET_MAX];
    uint32_t set_size;
};
/* Keeps pointers into the message. INVALID_FIELD names what is missing or out of range. */
MV_MUST_USE mv_status api_record_in(const Metervault__V1__IssueRecordRequest *message, struct api_record_order *to);
/* Those of api_record_in that come in parts. */
MV_MUST_USE mv_status api_tariff_in(const Metervault__V1__TariffTable *message, struct api_record_order *to);
MV_MUST_USE mv_status api_calendar_in(const Metervault__V1__CalendarTable *message, struct api_record_order *to);

/* Point into `records`. */
struct api_record {
    Metervault__V1__IssuedRecord message;
    ProtobufCBinaryData parts[VEND_RECORD_PARTS];
};
void api_record_out(const struct vend_records *records, struct api_record *out);

struct api_return {
    Metervault__V1__MeterReturn message;
    Metervault__V1__MeterEvent events[API_RETURN_EVENTS];
    Metervault__V1__MeterEvent *event_pointers[API_RETURN_EVENTS];
    int64_t rates[API_RETURN_RATES], phases[API_RETURN_PHASES];
    Metervault__V1__FrozenMonth frozen;
    Metervault__V1__RefusedRecord refused;
    Metervault__V1__VoidedPurchase voids[VEND_RETURN_VOIDS];
    Metervault__V1__VoidedPurchase *void_pointers[VEND_RETURN_VOIDS];
};
void api_return_out(const struct vend_return *in, struct api_return *out);

#endif
