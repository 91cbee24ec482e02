/* The registry of tags as a table: which kind has which, and how long each is. */
#include <stddef.h>

#include "metervault/record.h"

/* `length` is that of one item, of which there are `least` to `most`. */
struct tag_row {
    uint8_t tag, kind, length, least, most;
};
#define ONE(tag, kind, length)                                                                                         \
    {                                                                                                                  \
        tag, kind, length, 1, 1                                                                                        \
    }

static const struct tag_row rows[] = {
    ONE(MV_TAG_PURCHASE_KIND, MV_KIND_PURCHASE, 1),
    ONE(MV_TAG_REGISTER, MV_KIND_PURCHASE, 1),
    ONE(MV_TAG_AMOUNT, MV_KIND_PURCHASE, 8),
    ONE(MV_TAG_CLIENT, MV_KIND_PURCHASE, 6),
    ONE(MV_TAG_CARD, MV_KIND_PURCHASE, 8),
    {MV_TAG_UNREAD, MV_KIND_PURCHASE, 16, 1, MV_UNREAD_MAX},
    ONE(MV_TAG_ARREARS_ADDED, MV_KIND_PURCHASE, 8),
    ONE(MV_TAG_CREDIT_REGISTER, MV_KIND_PARAMETERS, 1),
    ONE(MV_TAG_ALARM_1, MV_KIND_PARAMETERS, 8),
    ONE(MV_TAG_ALARM_2, MV_KIND_PARAMETERS, 8),
    ONE(MV_TAG_WARNING_CUT, MV_KIND_PARAMETERS, 2),
    ONE(MV_TAG_OVERDRAFT, MV_KIND_PARAMETERS, 8),
    ONE(MV_TAG_EMERGENCY, MV_KIND_PARAMETERS, 8),
    ONE(MV_TAG_HOARD_LIMIT, MV_KIND_PARAMETERS, 8),
    ONE(MV_TAG_POWER_LIMIT, MV_KIND_PARAMETERS, 4),
    ONE(MV_TAG_POWER_DELAY, MV_KIND_PARAMETERS, 2),
    ONE(MV_TAG_POWER_WAIT, MV_KIND_PARAMETERS, 2),
    ONE(MV_TAG_POWER_TRIES, MV_KIND_PARAMETERS, 1),
    ONE(MV_TAG_POWER_LOCKOUT, MV_KIND_PARAMETERS, 2),
    ONE(MV_TAG_UNBALANCE_DELAY, MV_KIND_PARAMETERS, 2),
    ONE(MV_TAG_CT_RATIO, MV_KIND_PARAMETERS, 2),
    ONE(MV_TAG_PT_RATIO, MV_KIND_PARAMETERS, 2),
    ONE(MV_TAG_PULSES_PER_UNIT, MV_KIND_PARAMETERS, 4),
    ONE(MV_TAG_UTC_OFFSET, MV_KIND_PARAMETERS, 2),
    ONE(MV_TAG_FREEZE_DAY, MV_KIND_PARAMETERS, 1),
    ONE(MV_TAG_FREEZE_HOUR, MV_KIND_PARAMETERS, 1),
    ONE(MV_TAG_ARREARS_PERCENT, MV_KIND_PARAMETERS, 1),
    ONE(MV_TAG_ARREARS_PER_PURCHASE, MV_KIND_PARAMETERS, 8),
    ONE(MV_TAG_ARREARS_PER_DAY, MV_KIND_PARAMETERS, 8),
    ONE(MV_TAG_KEY_PRESS_TO_CLOSE, MV_KIND_PARAMETERS, 1),
    ONE(MV_TAG_UNBALANCE_LIMIT, MV_KIND_PARAMETERS, 4),
    ONE(MV_TAG_WATER_FACTOR, MV_KIND_PARAMETERS, 2),
    ONE(MV_TAG_SET_ID, MV_KIND_PARAMETERS, 4),
    ONE(MV_TAG_SET_WHAT, MV_KIND_PARAMETERS, 1),
    ONE(MV_TAG_SET_PART, MV_KIND_PARAMETERS, 1),
    ONE(MV_TAG_SET_PARTS, MV_KIND_PARAMETERS, 1),
    {MV_TAG_SET_BYTES, MV_KIND_PARAMETERS, 1, 1, MV_SET_BYTES_MAX},
    ONE(MV_TAG_COMMAND, MV_KIND_CONTROL, 1),
    ONE(MV_TAG_NEW_EPOCH, MV_KIND_CONTROL, 2),
    ONE(MV_TAG_CLEAR, MV_KIND_CONTROL, 1),
    ONE(MV_TAG_SET_TIME, MV_KIND_CONTROL, 4),
    ONE(MV_TAG_NONCE, MV_KIND_CONTROL, 8),
    ONE(MV_TAG_NONCE, MV_KIND_READ, 8),
    ONE(MV_TAG_WANT, MV_KIND_READ, 1),
    ONE(MV_TAG_FROM, MV_KIND_READ, 1),
    ONE(MV_TAG_MAC_VERSION, MV_KIND_CONTROL, 1),
    ONE(MV_TAG_MAC_VERSION, MV_KIND_KEY_UPDATE, 1),
    ONE(MV_TAG_ENC_VERSION, MV_KIND_CONTROL, 1),
    ONE(MV_TAG_ENC_VERSION, MV_KIND_KEY_UPDATE, 1),
    ONE(MV_TAG_KEYS, MV_KIND_CONTROL, MV_RECORD_KEYS_WRAPPED),
    ONE(MV_TAG_KEYS, MV_KIND_KEY_UPDATE, MV_RECORD_KEYS_WRAPPED),
    ONE(MV_TAG_ECHO, MV_KIND_RETURN, 8),
    ONE(MV_TAG_TIME, MV_KIND_RETURN, 4),
    ONE(MV_TAG_STATUS, MV_KIND_RETURN, 4),
    ONE(MV_TAG_RETURN_REGISTER, MV_KIND_RETURN, 1),
    ONE(MV_TAG_REMAINING, MV_KIND_RETURN, 8),
    ONE(MV_TAG_TOTAL, MV_KIND_RETURN, 8),
    ONE(MV_TAG_MONTH, MV_KIND_RETURN, 8),
    ONE(MV_TAG_TAKEN, MV_KIND_RETURN, 8),
    ONE(MV_TAG_TOTAL_PURCHASED, MV_KIND_RETURN, 8),
    ONE(MV_TAG_PURCHASE_SEQUENCE, MV_KIND_RETURN, 4),
    ONE(MV_TAG_PURCHASES, MV_KIND_RETURN, 4),
    ONE(MV_TAG_ARREARS, MV_KIND_RETURN, 8),
    {MV_TAG_SEQUENCES, MV_KIND_RETURN, 4, 4, 4},
    {MV_TAG_VERSIONS, MV_KIND_RETURN, 1, 2, 2},
    {MV_TAG_SETS, MV_KIND_RETURN, 4, 3, 3},
    ONE(MV_TAG_REFUSAL, MV_KIND_RETURN, 9),
    {MV_TAG_EVENTS, MV_KIND_RETURN, 7, 0, 8},
    {MV_TAG_RATES, MV_KIND_RETURN, 8, 8, 8},
    {MV_TAG_PHASES, MV_KIND_RETURN, 8, 3, 3},
    ONE(MV_TAG_FROZEN, MV_KIND_RETURN, 37),
};

static const struct tag_row *row_of(uint8_t kind, uint8_t tag)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].tag == tag && rows[i].kind == kind)
            return &rows[i];
    }
    return NULL;
}

static bool tag_good(uint8_t kind, const struct mv_tlv *tlv)
{
    const struct tag_row *row = row_of(kind, tlv->tag);
    if (row == NULL)
        return (tlv->tag & MV_TAG_MAY_SKIP) != 0;
    unsigned items = tlv->length / row->length;
    return tlv->length % row->length == 0 && items >= row->least && items <= row->most;
}

enum mv_result mv_record_check_tags(uint8_t kind, const uint8_t *body, uint8_t body_size)
{
    struct mv_tlv tlv;
    uint8_t at = 0;
    while (mv_tlv_next(body, body_size, &at, &tlv)) {
        if (!tag_good(kind, &tlv))
            return MV_RANGE_ERROR;
    }
    return MV_DONE;
}
