/* Native records at the meter: what a carrier hands in, and the return it takes away. Rules: docs/records.md. */
#ifndef METERVAULT_PREPAY_RECORD_H
#define METERVAULT_PREPAY_RECORD_H

#include "metervault/prepay.h"
#include "metervault/record.h"

/* What a record did. */
struct mv_record_answer {
    uint8_t kind;      /* enum mv_record_kind */
    uint8_t command;   /* control: enum mv_command */
    int64_t credited;  /* purchase: units; 0 also when all of it was taken before */
    int64_t remaining; /* credit after it, the same unit */
    bool set_whole;    /* parameters: the last missing part came, the set holds */
    bool return_due;   /* a read session is open: the carrier waits for mv_prepay_return */
};

/* ACCEPT: what it says is durable and `answer` filled. Else nothing changed but the log, and `answer` is empty:
 * MV_RECORD_..., NOT_PROVISIONED (also: no keys for records, retired), OVERFLOW_ERROR. STORAGE_ERROR: whether it was
 * taken the next call decides; handing it in again gives ACCEPT or MV_RECORD_AGAIN. */
MV_CORE_MUST_USE enum mv_result mv_prepay_record(struct mv_prepay *p, const uint8_t *bytes, uint32_t size,
                                                 struct mv_record_answer *answer);
/* Writes a return and ends the read session. DONE, NOT_PROVISIONED, STORAGE_ERROR, OVERFLOW_ERROR when all sequence
 * numbers of the epoch are used, or RANGE_ERROR for a PAN in RAM that is none. */
MV_CORE_MUST_USE enum mv_result mv_prepay_return(struct mv_prepay *p, uint8_t bytes[MV_RECORD_MAX], uint32_t *size);

#endif
