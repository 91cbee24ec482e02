/* Tokens of class 1 (test and display) and of class 2 that are no key change. Rules: meter-core/docs/sts.md. */
#ifndef METERVAULT_STS_MANAGE_H
#define METERVAULT_STS_MANAGE_H

#include "metervault/sts.h"

/* ---- class 2: RND | TID | field ---- */
enum mv_sts_management {
    MV_MANAGE_MAXIMUM_POWER = 0,   /* field: watts, coded as an amount */
    MV_MANAGE_CLEAR_CREDIT = 1,    /* field: enum mv_credit_register */
    MV_MANAGE_TARIFF_RATE = 2,     /* field: raw, meaning left to the meter maker */
    MV_MANAGE_CLEAR_TAMPER = 5,    /* field: 0 */
    MV_MANAGE_PHASE_UNBALANCE = 6, /* field: watts, coded as an amount */
    MV_MANAGE_WATER_FACTOR = 7,    /* field: raw */
    MV_MANAGE_EXTENDED = 10,       /* field: index and value, below */
};
enum mv_credit_register {
    MV_REGISTER_ELECTRICITY = 0,
    MV_REGISTER_WATER,
    MV_REGISTER_GAS,
    MV_REGISTER_TIME,
    MV_REGISTER_ELECTRICITY_CURRENCY,
    MV_REGISTER_WATER_CURRENCY,
    MV_REGISTER_GAS_CURRENCY,
    MV_REGISTER_TIME_CURRENCY,
    MV_REGISTER_ALL = 0xFFFF,
};
struct mv_sts_manage {
    uint8_t subclass; /* enum mv_sts_management */
    uint8_t random;   /* 4 bits */
    uint32_t tid;     /* 24 bits */
    uint16_t field;
};
/* FUNCTION_ERROR for a subclass that is not in the list, RANGE_ERROR for wider numbers or a field that its subclass
 * does not have (a register that does not exist, a pad that is not 0). */
MV_CORE_MUST_USE enum mv_result mv_sts_manage_pack(const struct mv_sts_manage *token, struct mv_sts_block *block);
MV_CORE_MUST_USE enum mv_result mv_sts_manage_unpack(const struct mv_sts_block *block, struct mv_sts_manage *token);

/* Extended token set (STS 202-5): index 0..62 with a 10-bit value; index 63 sets a flag: its index 0..511, value 0 or
 * 1. */
enum { MV_EXTENDED_FLAG = 63 };
/* The field of a token of subclass MV_MANAGE_EXTENDED. RANGE_ERROR for numbers out of range. */
MV_CORE_MUST_USE enum mv_result mv_sts_extended_field(uint8_t index, uint16_t value, uint16_t *field);
MV_CORE_MUST_USE enum mv_result mv_sts_extended_flag(uint16_t flag, bool value, uint16_t *field);
/* The way back; every field is one. */
struct mv_sts_extended {
    uint8_t index;  /* 0..63 */
    uint16_t value; /* 10 bits; of a flag 0 or 1 */
    uint16_t flag;  /* with index MV_EXTENDED_FLAG: 0..511, else 0 */
};
struct mv_sts_extended mv_sts_extended_read(uint16_t field);

/* ---- class 1: not encrypted, no TID ---- */
enum { MV_TEST_ALL = 0, MV_TEST_LAST = 18, MV_TEST_EXTENDED_READ = 2 /* a subclass */ };
struct mv_sts_test {
    uint8_t subclass; /* 0, 2, 11..15: control 36 bits, manufacturer 8; 1, 6..10: control 28 bits, manufacturer 16 */
    uint64_t control;
    uint16_t manufacturer; /* binary, at most 99 or 9999; 0: any */
};
/* FUNCTION_ERROR for a reserved subclass (3..5), RANGE_ERROR for wider numbers. */
MV_CORE_MUST_USE enum mv_result mv_sts_test_pack(const struct mv_sts_test *test, struct mv_sts_block *block);
MV_CORE_MUST_USE enum mv_result mv_sts_test_unpack(const struct mv_sts_block *block, struct mv_sts_test *test);
/* Control bits of test 0 (all of the subclass's width) .. MV_TEST_LAST. RANGE_ERROR beyond, FUNCTION_ERROR for a
 * subclass that is reserved or that reads the extended set. */
MV_CORE_MUST_USE enum mv_result mv_sts_test_control(uint8_t subclass, unsigned test, uint64_t *control);
/* Control bits of subclass MV_TEST_EXTENDED_READ for index 0..63 of the extended set. RANGE_ERROR beyond. */
MV_CORE_MUST_USE enum mv_result mv_sts_extended_control(uint8_t index, uint64_t *control);

#endif
