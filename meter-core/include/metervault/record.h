/* Native records: what carriers with room bring to a meter and back; rules in meter-core/docs/records.md.
 * Shared by server, key process and meter. Pure functions, no state, no allocation.
 *
 *   off len
 *     0   1  format, 01
 *     1   1  kind: 1 purchase, 2 parameters, 3 control, 4 read request, 5 key update, 81 return
 *     2   1  key version (of the master record-mac)
 *     3   9  meter PAN, 18 BCD digits
 *    12   2  installation epoch
 *    14   4  sequence number of this kind for this meter
 *    18   4  issue time, minutes since 2014-01-01T00:00Z
 *    22   1  body length n
 *    23   n  body: tag 1, length 1, value; rising tags, none twice
 *  23+n  16  AES-CMAC over bytes 0..22+n
 */
#ifndef METERVAULT_RECORD_H
#define METERVAULT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "metervault/result.h"

enum {
    MV_RECORD_FORMAT = 1,
    MV_RECORD_HEAD = 23,
    MV_RECORD_MAC = 16,
    MV_RECORD_MAX = 255,
    MV_RECORD_BODY_MAX = MV_RECORD_MAX - MV_RECORD_HEAD - MV_RECORD_MAC,
};
enum mv_record_kind {
    MV_KIND_PURCHASE = 1,
    MV_KIND_PARAMETERS = 2,
    MV_KIND_CONTROL = 3,
    MV_KIND_READ = 4,
    MV_KIND_KEY_UPDATE = 5,
    MV_KIND_RETURN = 0x81,
};
/* First byte of the diversification: the MAC key to the meter, the one from it (both of record-mac), the key that wraps
 * key updates (of record-enc). */
enum { MV_DIRECTION_IN = 0x01, MV_DIRECTION_WRAP = 0x02, MV_DIRECTION_OUT = 0x81 };

struct mv_record_head {
    uint8_t kind; /* enum mv_record_kind */
    uint8_t key_version;
    char pan[18]; /* digits, not terminated */
    uint16_t epoch;
    uint32_t sequence;
    uint32_t issued_min; /* since 2014-01-01T00:00Z */
};

/* What a meter's keys are diversified with (an10922.h): direction | PAN (9) | domain (3) | epoch (2). FORMAT_ERROR for
 * a PAN that is not of digits. */
enum { MV_RECORD_DIVERSIFIER = 15 };
MV_CORE_MUST_USE enum mv_result mv_record_diversifier(uint8_t direction, const char pan[18], const uint8_t domain[3],
                                                      uint16_t epoch, uint8_t diversifier[MV_RECORD_DIVERSIFIER]);

/* ---- tags of the body: kind, length in bytes, meaning, range. The registry with every rule: docs/records.md ---- */
/* Numbers are big-endian; "signed" ones two's complement. "Units" are those of the credit register: Wh, litres, litres,
 * seconds, or 0.00001 of the currency. A tag with this bit that is not known may be skipped. */
enum { MV_TAG_MAY_SKIP = 0x80 };
enum mv_tag {
    /* purchase */
    MV_TAG_PURCHASE_KIND = 0x01, /* 1: enum mv_purchase_kind */
    MV_TAG_REGISTER = 0x02,      /* 1: enum mv_credit_register of the amounts; the one that supply lives on */
    MV_TAG_AMOUNT = 0x03,        /* 8: units, 0..2^63-1 */
    MV_TAG_CLIENT = 0x04,        /* 6: client number, 12 BCD digits */
    MV_TAG_CARD = 0x05,          /* 8: serial of the card that carries the record, zeros in front */
    MV_TAG_UNREAD = 0x06,        /* 16 each, 1..8: amount 8, new debt 8 of the purchases before this, newest first */
    MV_TAG_ARREARS_ADDED = 0x07, /* 8: units, 0..2^63-1: new debt */
    /* parameters: single values (struct mv_parameters, prepay.h), of those that are there all or none taken */
    MV_TAG_CREDIT_REGISTER = 0x10,      /* 1 */
    MV_TAG_ALARM_1 = 0x11,              /* 8: units, signed */
    MV_TAG_ALARM_2 = 0x12,              /* 8: units, signed */
    MV_TAG_WARNING_CUT = 0x13,          /* 2: s */
    MV_TAG_OVERDRAFT = 0x14,            /* 8: units */
    MV_TAG_EMERGENCY = 0x15,            /* 8: units */
    MV_TAG_HOARD_LIMIT = 0x16,          /* 8: units, 0: none */
    MV_TAG_POWER_LIMIT = 0x17,          /* 4: W, FFFFFFFF: none */
    MV_TAG_POWER_DELAY = 0x18,          /* 2: s */
    MV_TAG_POWER_WAIT = 0x19,           /* 2: s */
    MV_TAG_POWER_TRIES = 0x1A,          /* 1 */
    MV_TAG_POWER_LOCKOUT = 0x1B,        /* 2: s */
    MV_TAG_UNBALANCE_DELAY = 0x1C,      /* 2: s */
    MV_TAG_CT_RATIO = 0x1D,             /* 2: 1.. */
    MV_TAG_PT_RATIO = 0x1E,             /* 2: 1.. */
    MV_TAG_PULSES_PER_UNIT = 0x1F,      /* 4: 1.. */
    MV_TAG_UTC_OFFSET = 0x20,           /* 2: minutes, signed */
    MV_TAG_FREEZE_DAY = 0x21,           /* 1: 1..28 */
    MV_TAG_FREEZE_HOUR = 0x22,          /* 1: 0..23 */
    MV_TAG_ARREARS_PERCENT = 0x23,      /* 1: 0..100 */
    MV_TAG_ARREARS_PER_PURCHASE = 0x24, /* 8: units */
    MV_TAG_ARREARS_PER_DAY = 0x25,      /* 8: units */
    MV_TAG_KEY_PRESS_TO_CLOSE = 0x26,   /* 1: 0, 1 */
    MV_TAG_UNBALANCE_LIMIT = 0x27,      /* 4: W, FFFFFFFF: none (struct mv_meter_settings) */
    MV_TAG_WATER_FACTOR = 0x28,         /* 2 (struct mv_meter_settings) */
    /* parameters: part i of k of a set (all five tags, no single values) */
    MV_TAG_SET_ID = 0x30,    /* 4: 1.. */
    MV_TAG_SET_WHAT = 0x31,  /* 1: enum mv_set_what */
    MV_TAG_SET_PART = 0x32,  /* 1: i, 1..k */
    MV_TAG_SET_PARTS = 0x33, /* 1: k, 1..4 */
    MV_TAG_SET_BYTES = 0x34, /* 1..128 */
    /* control */
    MV_TAG_COMMAND = 0x40,   /* 1: enum mv_command */
    MV_TAG_NEW_EPOCH = 0x41, /* 2: RESET: above the present one */
    MV_TAG_CLEAR = 0x42,     /* 1: enum mv_clear or-ed; CLEAR: not 0; RESET: may be absent */
    MV_TAG_SET_TIME = 0x43,  /* 4: SET_TIME: Unix seconds */
    /* read request; NONCE also in a SET_TIME of that session */
    MV_TAG_NONCE = 0x50, /* 8 */
    MV_TAG_WANT = 0x51,  /* 1: enum mv_want; absent: nothing more */
    MV_TAG_FROM = 0x52,  /* 1: first event or month, 0 the newest; absent: 0 */
    /* key update, and RESET: all three */
    MV_TAG_MAC_VERSION = 0x58, /* 1: 1..255, of record-mac */
    MV_TAG_ENC_VERSION = 0x59, /* 1: 1..255, of record-enc */
    MV_TAG_KEYS = 0x5A,        /* 56: RFC 3394 under the present wrapping key: mac in 16 | mac out 16 | wrapping 16 */
    /* return: all of them in each, but ECHO without a read request and the wanted */
    MV_TAG_ECHO = 0x60,              /* 8: the nonce of the read request */
    MV_TAG_TIME = 0x61,              /* 4: Unix seconds, 0: the clock is not set */
    MV_TAG_STATUS = 0x62,            /* 4: enum mv_status_bit or-ed; the lowest byte is enum mv_cut (prepay.h) */
    MV_TAG_RETURN_REGISTER = 0x63,   /* 1: enum mv_credit_register of the amounts */
    MV_TAG_REMAINING = 0x64,         /* 8: units, signed */
    MV_TAG_TOTAL = 0x65,             /* 8: Wh, litres or seconds, ever */
    MV_TAG_MONTH = 0x66,             /* 8: the same since the last freeze */
    MV_TAG_TAKEN = 0x67,             /* 8: units, signed: taken from credit since it was cleared */
    MV_TAG_TOTAL_PURCHASED = 0x68,   /* 8: units, signed: brought by records of this epoch */
    MV_TAG_PURCHASE_SEQUENCE = 0x69, /* 4: of the last purchase taken, 0: none: the purchase count */
    MV_TAG_PURCHASES = 0x6A,         /* 4: that brought credit, by any carrier */
    MV_TAG_ARREARS = 0x6B,           /* 8: units, signed: still owed */
    MV_TAG_SEQUENCES = 0x6C,         /* 16: last taken of kinds 2, 3, 4, 5, 4 each */
    MV_TAG_VERSIONS = 0x6D,          /* 2: mac, enc */
    MV_TAG_SETS = 0x6E,              /* 12: set id of tariff, of the tariff that waits, of the calendar, 4 each */
    MV_TAG_REFUSAL = 0x6F,           /* 9: refusals ever 2, last: kind 1, sequence 4, enum mv_result 2 */
    MV_TAG_EVENTS = 0x70,            /* 7 each, 0..8, newest first: Unix seconds 4, code 1, detail 2 */
    MV_TAG_RATES = 0x71,             /* 64: total by rate, 8 each */
    MV_TAG_PHASES = 0x72,            /* 24: import by phase, 8 each */
    MV_TAG_FROZEN = 0x73,            /* 37: which 1, ended 4, total 8, month 8, remaining 8, taken 8 */
};
enum mv_purchase_kind { MV_PURCHASE_OPEN = 1, MV_PURCHASE_NORMAL = 2, MV_PURCHASE_REPLACEMENT = 3 };
enum mv_set_what { MV_SET_TARIFF = 1, MV_SET_CALENDAR = 2 };
enum mv_command {
    MV_COMMAND_RESET = 1,
    MV_COMMAND_CLEAR = 2,
    MV_COMMAND_OPEN = 3,  /* the relay */
    MV_COMMAND_CLOSE = 4, /* again under credit's control */
    MV_COMMAND_CLEAR_TAMPER = 5,
    MV_COMMAND_LEAVE_CONTROL = 6, /* emergency bypass: closed whatever credit says */
    MV_COMMAND_ENTER_CONTROL = 7,
    MV_COMMAND_RETIRE = 8, /* zeroises the keys */
    MV_COMMAND_SET_TIME = 9,
};
enum mv_clear {
    MV_CLEAR_CURRENT = 1,   /* registers */
    MV_CLEAR_MONTHS = 2,    /* frozen */
    MV_CLEAR_PURCHASES = 4, /* total purchased, number of purchases; no sequence */
    MV_CLEAR_CREDIT = 8,    /* credit, what was taken, arrears */
    MV_CLEAR_EVENTS = 16,
};
enum mv_want { MV_WANT_NOTHING = 0, MV_WANT_EVENTS = 1, MV_WANT_RATES = 2, MV_WANT_PHASES = 3, MV_WANT_FROZEN = 4 };
enum mv_status_bit {
    MV_STATUS_CUT = 0xFF, /* mask: enum mv_cut */
    MV_STATUS_SWITCH_FAULT = 0x100,
    MV_STATUS_TAMPERED = 0x200,
    MV_STATUS_COMMANDED_OPEN = 0x400,
    MV_STATUS_BYPASS = 0x800,
    MV_STATUS_EMERGENCY = 0x1000,
    MV_STATUS_ACCOUNT_OPEN = 0x2000,
    MV_STATUS_CLOCK = 0x4000, /* set */
    MV_STATUS_AWAITS_KEY = 0x8000,
    MV_STATUS_WARNED = 0x10000,  /* alarm 2 */
    MV_STATUS_LOCKOUT = 0x20000, /* wrong token entries */
    MV_STATUS_PARTS = 0x40000,   /* a set is not yet whole */
};
enum { MV_RECORD_KEYS_PLAIN = 48, MV_RECORD_KEYS_WRAPPED = 56, MV_UNREAD_MAX = 8, MV_SET_BYTES_MAX = 128 };

/* ---- reading ---- */
/* Head and body of a record whose MAC was not yet looked at: FORMAT_ERROR unless format, kind, lengths and BCD are
 * right and the body is a row of well-formed TLVs with rising tags. `body` points into `bytes`. */
MV_CORE_MUST_USE enum mv_result mv_record_parse(const uint8_t *bytes, uint32_t size, struct mv_record_head *head,
                                                const uint8_t **body, uint8_t *body_size);
/* The same for a record that has no MAC yet. */
MV_CORE_MUST_USE enum mv_result mv_record_parse_unsealed(const uint8_t *bytes, uint32_t size,
                                                         struct mv_record_head *head, const uint8_t **body,
                                                         uint8_t *body_size);
/* Whether every tag of a parsed body is one of `kind`, with its length: RANGE_ERROR when not. What must be there, and
 * what values are good, is the reader's to look at. */
MV_CORE_MUST_USE enum mv_result mv_record_check_tags(uint8_t kind, const uint8_t *body, uint8_t body_size);
struct mv_tlv {
    uint8_t tag, length;
    const uint8_t *value;
};
/* The next one of a parsed body; false at the end. `at` starts with 0. */
bool mv_tlv_next(const uint8_t *body, uint8_t body_size, uint8_t *at, struct mv_tlv *tlv);
/* False when the tag is not there. */
bool mv_tlv_find(const uint8_t *body, uint8_t body_size, uint8_t tag, struct mv_tlv *tlv);
/* Big-endian unsigned number of `length` 1..8 bytes; a signed one of 8 bytes: cast it. */
uint64_t mv_tlv_number(const struct mv_tlv *tlv);
/* Whether a parsed record ends with the right MAC. Constant time. */
bool mv_record_mac_is(const uint8_t *bytes, uint32_t size, const uint8_t mac_key[16]);

/* ---- writing ---- */
struct mv_record_writer {
    uint8_t bytes[MV_RECORD_MAX];
    uint8_t size; /* head and body so far */
    uint8_t last_tag;
    bool failed;
};
void mv_record_begin(struct mv_record_writer *to, const struct mv_record_head *head);
/* Tags must rise; fails the writer when they do not, or when it is full. */
void mv_record_put(struct mv_record_writer *to, uint8_t tag, const void *value, uint8_t length);
void mv_record_put_number(struct mv_record_writer *to, uint8_t tag, uint64_t value, uint8_t length);
/* Sets the body length; the MAC goes to bytes[size .. size + 15]. RANGE_ERROR when the writer failed. */
MV_CORE_MUST_USE enum mv_result mv_record_end(struct mv_record_writer *to);
/* Appends the MAC of a record that is ended; `size` grows by it. For who has the key: meters and their tests. */
void mv_record_seal(struct mv_record_writer *to, const uint8_t mac_key[16]);
/* The MAC of a head and body alone. */
void mv_record_mac(const uint8_t *bytes, uint32_t size, const uint8_t mac_key[16], uint8_t mac[MV_RECORD_MAC]);

#endif
