/* A meter in RAM and tokens for it. */
#ifndef MV_TEST_METER_SUPPORT_H
#define MV_TEST_METER_SUPPORT_H

#include "flash.h"

enum { TEST_TID = 0x600000, TEST_KEN = 0x9F };

/* An EA07 meter that measures electricity, water and time. */
struct mv_meter_identity test_identity(void);
/* 20 digits for a class 0 token under the key of the provision. */
void test_token(const struct mv_meter_identity *meter, const struct mv_sts_credit *credit, char digits[21]);
/* The same for any class, subclass and content. */
void test_raw_token(const struct mv_meter_identity *meter, uint8_t token_class, uint8_t subclass, uint64_t content,
                    char digits[21]);
/* `units` of electricity. */
void test_kwh_token(const struct mv_meter_identity *meter, uint32_t tid, uint32_t units, char digits[21]);

#endif
