/* The fake key process's part about native records: real MACs under masters whose bytes all are their version. */
#ifndef FAKE_RECORDS_H
#define FAKE_RECORDS_H

#include "fake_keys.h"

struct fake_records {
    mv_status failure; /* what every call fails with; ok: none */
    int sealed;        /* records */
};
/* Under the lock of fake_keys. */
extern struct fake_records fake_records;
void fake_records_reset(void);
/* Enters the domain's masters of versions 1 to 3 into the catalogue. */
void fake_records_masters(const uint8_t domain[3]);
/* The key that a meter of the domain has for this direction. */
void fake_records_key(uint8_t direction, uint8_t version, const char *pan, const uint8_t domain[3], uint16_t epoch,
                      uint8_t key[16]);

#endif
