/* The STS codec (IEC 62055-41), shared by meter and server. Integers only; constant time wherever key bits are touched.
 * Pure functions, no state, no allocation. The rules and their sources are in meter-core/docs/sts.md. */
#ifndef METERVAULT_STS_H
#define METERVAULT_STS_H

#include <stdbool.h>
#include <stdint.h>

#include "metervault/result.h"

/* ---- numbers ---- */
/* Luhn check digit over `length` ASCII digits; 0..9, or -1 when a character is no digit. */
int mv_luhn_digit(const char *digits, unsigned length);
/* DRN: 11 or 13 digits. PAN: 18 digits, IIN 600727 or 0000, both check digits. FORMAT_ERROR or CHECK_DIGIT_ERROR. */
MV_CORE_MUST_USE enum mv_result mv_drn_check(const char *drn, unsigned length);
MV_CORE_MUST_USE enum mv_result mv_pan_check(const char pan[18]);
/* 6 (600727) or 4 (0000); 0 for any other IIN. */
unsigned mv_pan_iin_length(const char pan[18]);

/* ---- CRC ---- */
/* CRC-16 as STS prints it (byte-swapped) over `length` bytes. */
uint16_t mv_sts_crc(const uint8_t *data, unsigned length);

/* ---- block: subclass(4) | content(44) | CRC(16) ---- */
enum mv_token_class { MV_CLASS_CREDIT = 0, MV_CLASS_DISPLAY = 1, MV_CLASS_MANAGEMENT = 2, MV_CLASS_RESERVED = 3 };
struct mv_sts_block {
    uint8_t token_class; /* enum mv_token_class */
    uint8_t subclass;    /* 0..15 */
    uint64_t content;    /* 44 bits */
};
/* With the right CRC for its class and subclass (CRC_C for currency). */
uint64_t mv_sts_block_pack(const struct mv_sts_block *block);
/* FORMAT_ERROR for a class above 3, CRC_ERROR; `block` is then zeros. */
MV_CORE_MUST_USE enum mv_result mv_sts_block_unpack(uint8_t token_class, uint64_t clear, struct mv_sts_block *block);
/* Whether a block of `token_class` also unpacks under the other encrypted class, of 0 and 2. The class of a token is
 * not encrypted: whoever holds its digits can turn such a currency credit (subclass 4..7, one content of 65536) into a
 * management token or a key change section, and back. So the key process encrypts none (TOKEN_AMBIGUOUS) and opens
 * none. Who makes blocks asks this first and takes another RND (management) or the next TID (currency); credit in units
 * (subclass 0..3) is never two-faced. Meters keep to the standard and do not ask. */
bool mv_sts_block_is_two_faced(uint8_t token_class, uint64_t clear);

/* ---- 20 digits ---- */
/* `cipher` is the encrypted block (the clear one for class 1). `digits` is terminated. */
void mv_sts_digits_from_block(uint8_t token_class, uint64_t cipher, char digits[21]);
/* FORMAT_ERROR unless exactly 20 digits below 2^66. */
MV_CORE_MUST_USE enum mv_result mv_sts_digits_to_block(const char *digits, uint8_t *token_class, uint64_t *cipher);

/* ---- ciphers ---- */
enum mv_ea { MV_EA_STA = 7, MV_EA_MISTY1 = 11 };
/* Canonical form, most significant byte first; EA07 uses the first 8 bytes. `ea` is 7 or 11, checked by who makes it.
 */
struct mv_decoder_key {
    uint8_t ea;
    uint8_t bytes[16];
};
struct mv_sta_tables {
    uint8_t s1[16], s2[16]; /* substitution */
    uint8_t p[64];          /* bit j moves to p[j] */
};
extern const struct mv_sta_tables mv_sta_public; /* as published; real meters */
extern const struct mv_sta_tables mv_sta_sample; /* the standard's worked example only */
/* One block of 64 bits, most significant bit first. `tables` count for EA07 only. An `ea` that is neither is taken for
 * EA07. */
uint64_t mv_sts_encrypt(const struct mv_decoder_key *key, const struct mv_sta_tables *tables, uint64_t clear);
uint64_t mv_sts_decrypt(const struct mv_decoder_key *key, const struct mv_sta_tables *tables, uint64_t cipher);

/* ---- amounts ---- */
enum { MV_AMOUNT_MAX_UNITS = 18201624 };
/* 16-bit amount of `units` (0.1 kWh, 0.1 m3, 0.1 min, or W), rounded up. RANGE_ERROR above the maximum. */
MV_CORE_MUST_USE enum mv_result mv_sts_amount_encode(uint32_t units, uint16_t *field);
/* Every field is an amount, at most MV_AMOUNT_MAX_UNITS. */
uint32_t mv_sts_amount_decode(uint16_t field);

struct mv_u128 {
    uint64_t high, low;
};
/* 20-bit currency amount: (-1)^sign x (10^e x m + offset) in 0.00001 of the base currency. */
struct mv_sts_currency {
    uint8_t negative;  /* 0, 1 */
    uint8_t exponent;  /* 0..31 */
    uint16_t mantissa; /* 0..16383 */
};
/* Of `magnitude` x 0.00001, negative or not. Rounds toward plus infinity. RANGE_ERROR when it does not fit. */
MV_CORE_MUST_USE enum mv_result mv_sts_currency_encode(bool negative, struct mv_u128 magnitude,
                                                       struct mv_sts_currency *amount);
struct mv_u128 mv_sts_currency_magnitude(struct mv_sts_currency amount);

/* ---- token identifier ---- */
enum { MV_TID_MAX = 0xFFFFFF, MV_MINUTES_PER_DAY = 1440 };
/* Minutes since 1993-01-01T00:00Z of a Unix time (seconds dropped) and of a base date; RANGE_ERROR before 1993, or for
 * a base date other than 1993, 2014, 2035. */
MV_CORE_MUST_USE enum mv_result mv_sts_minutes(int64_t unix_s, uint64_t *minutes);
MV_CORE_MUST_USE enum mv_result mv_sts_base_minutes(uint16_t base_date, uint64_t *minutes);
/* RANGE_ERROR when minutes lie before the base date or give more than 24 bits or 0. */
MV_CORE_MUST_USE enum mv_result mv_sts_tid(uint16_t base_date, uint64_t minutes, uint32_t *tid);
/* 00:01 UTC of any day; works on absolute minutes and on TIDs alike. */
bool mv_sts_minute_reserved(uint64_t minutes);
/* Whether a token of that TID (24 bits) is beyond a key with that key expiry number. */
bool mv_sts_key_expired(uint32_t tid, uint8_t ken);

/* ---- class 0 ---- */
struct mv_sts_credit {
    uint8_t subclass;                /* 0..3 units, 4..7 currency */
    uint8_t random;                  /* 4 bits, subclass 0..3 only */
    uint32_t tid;                    /* 24 bits */
    uint16_t amount;                 /* subclass 0..3: the 16-bit field */
    struct mv_sts_currency currency; /* subclass 4..7 */
};
/* RANGE_ERROR for numbers wider than these. */
MV_CORE_MUST_USE enum mv_result mv_sts_credit_pack(const struct mv_sts_credit *credit, struct mv_sts_block *block);
/* FUNCTION_ERROR for another class or a subclass above 7; `credit` is then zeros. */
MV_CORE_MUST_USE enum mv_result mv_sts_credit_unpack(const struct mv_sts_block *block, struct mv_sts_credit *credit);

/* ---- what belongs to a key: supply group code, key revision (1..9), key type, tariff index ---- */
enum { MV_SGC_MAX = 999999, MV_KRN_MAX = 9, MV_KT_MAX = 3, MV_TI_MAX = 99 };

/* ---- decoder key generation: the messages; the keyed step happens in the token (DKGA04) or in hsmd (DKGA02) ---- */
struct mv_dkga_input {
    char pan[19];            /* 18 digits, terminated */
    char sgc[7];             /* 6 digits, terminated */
    uint8_t krn, ti, kt, ea; /* 1..MV_KRN_MAX, 0..MV_TI_MAX, 0..MV_KT_MAX, enum mv_ea */
    uint16_t base_date;      /* 1993, 2014, 2035 */
};
/* Of the functions below: FORMAT_ERROR for what is not digits or too short, CHECK_DIGIT_ERROR of the PAN, RANGE_ERROR
 * for a number out of range or one that the algorithm does not have. */
enum { MV_DKGA04_MESSAGE = 49 };
MV_CORE_MUST_USE enum mv_result mv_dkga04_message(const struct mv_dkga_input *input,
                                                  uint8_t message[MV_DKGA04_MESSAGE]);
/* PANBLOCK, CONTROLBLOCK as big-endian integers. */
MV_CORE_MUST_USE enum mv_result mv_dkga02_blocks(const struct mv_dkga_input *input, uint64_t *pan_block,
                                                 uint64_t *control_block);
/* The two by themselves, without check digits: IIN of 6 digits and IAIN of 11, or of 4 and 13; SGC of 6; terminated. */
MV_CORE_MUST_USE enum mv_result mv_dkga02_pan_block(const char *iin, const char *iain, uint8_t kt, uint64_t *block);
MV_CORE_MUST_USE enum mv_result mv_dkga02_control_block(const char *sgc, uint8_t ti, uint8_t krn, uint8_t kt,
                                                        uint64_t *block);

#endif
