/* Profile 2: the files of a user card. */
#include <string.h>

#include "../record/wire.h"
#include "metervault/card_pboc.h"

enum { BEGIN = 0x68, END = 0x16, HEAD = 4 };

static uint8_t sum_of(const uint8_t *file, uint16_t size)
{
    unsigned sum = 0;
    for (unsigned i = 1; i < (unsigned)HEAD + size; i++)
        sum += file[i];
    return (uint8_t)sum;
}

uint16_t mv_pboc_frame(uint8_t command, const uint8_t *data, uint16_t size, uint8_t *file)
{
    file[0] = BEGIN;
    file[1] = command;
    mv_wire_put(file + 2, size, 2);
    memcpy(file + HEAD, data, size);
    file[HEAD + size] = sum_of(file, size);
    file[HEAD + size + 1] = END;
    return (uint16_t)(size + MV_PBOC_FRAME);
}

enum mv_result mv_pboc_unframe(const uint8_t *file, uint16_t file_size, uint8_t command, uint16_t size)
{
    if (file_size != size + MV_PBOC_FRAME || file[0] != BEGIN || file[1] != command)
        return MV_FORMAT_ERROR;
    bool whole = mv_wire_get(file + 2, 2) == size && file[HEAD + size] == sum_of(file, size);
    return whole && file[HEAD + size + 1] == END ? MV_DONE : MV_FORMAT_ERROR;
}

/* ---- parameters ---- */
/* Where; the gaps between are reserved. */
enum {
    USER_TYPE = 0,
    USER_FLAGS = 1,
    USER_SWITCH = 6,
    USER_ALARM_1 = 12,
    USER_ALARM_2 = 16,
    USER_CT = 20,
    USER_PT = 23,
    USER_METER = 26,
    USER_CLIENT = 32,
    USER_KIND = 38,
};

void mv_pboc_user_write(const struct mv_pboc_user *user, uint8_t data[MV_PBOC_USER_DATA])
{
    memset(data, 0, MV_PBOC_USER_DATA);
    data[USER_TYPE] = user->user_type;
    data[USER_FLAGS] = user->update_flags;
    memcpy(data + USER_SWITCH, user->switch_time, sizeof user->switch_time);
    memcpy(data + USER_ALARM_1, user->alarm_1, sizeof user->alarm_1);
    memcpy(data + USER_ALARM_2, user->alarm_2, sizeof user->alarm_2);
    memcpy(data + USER_CT, user->ct, sizeof user->ct);
    memcpy(data + USER_PT, user->pt, sizeof user->pt);
    memcpy(data + USER_METER, user->meter_no, sizeof user->meter_no);
    memcpy(data + USER_CLIENT, user->client_no, sizeof user->client_no);
    data[USER_KIND] = user->kind;
}

void mv_pboc_user_read(const uint8_t data[MV_PBOC_USER_DATA], struct mv_pboc_user *user)
{
    user->user_type = data[USER_TYPE];
    user->update_flags = data[USER_FLAGS];
    memcpy(user->switch_time, data + USER_SWITCH, sizeof user->switch_time);
    memcpy(user->alarm_1, data + USER_ALARM_1, sizeof user->alarm_1);
    memcpy(user->alarm_2, data + USER_ALARM_2, sizeof user->alarm_2);
    memcpy(user->ct, data + USER_CT, sizeof user->ct);
    memcpy(user->pt, data + USER_PT, sizeof user->pt);
    memcpy(user->meter_no, data + USER_METER, sizeof user->meter_no);
    memcpy(user->client_no, data + USER_CLIENT, sizeof user->client_no);
    user->kind = data[USER_KIND];
}

/* ---- return ---- */
enum {
    RETURN_TYPE = 0,
    RETURN_CT = 1,
    RETURN_PT = 4,
    RETURN_METER = 7,
    RETURN_CLIENT = 13,
    RETURN_REMAINING = 19,
    RETURN_PURCHASES = 23,
    RETURN_OVER_ZERO = 27,
    RETURN_KEYS = 31,
    RETURN_BAD = 35,
    RETURN_WRITTEN = 38,
};

void mv_pboc_return_write(const struct mv_pboc_return *record, uint8_t data[MV_PBOC_RETURN_DATA])
{
    data[RETURN_TYPE] = record->user_type;
    memcpy(data + RETURN_CT, record->ct, sizeof record->ct);
    memcpy(data + RETURN_PT, record->pt, sizeof record->pt);
    memcpy(data + RETURN_METER, record->meter_no, sizeof record->meter_no);
    memcpy(data + RETURN_CLIENT, record->client_no, sizeof record->client_no);
    mv_wire_put(data + RETURN_REMAINING, record->remaining, 4);
    mv_wire_put(data + RETURN_PURCHASES, record->purchases, 4);
    mv_wire_put(data + RETURN_OVER_ZERO, record->over_zero, 4);
    memcpy(data + RETURN_KEYS, record->key_info, sizeof record->key_info);
    memcpy(data + RETURN_BAD, record->bad_insertions, sizeof record->bad_insertions);
    memcpy(data + RETURN_WRITTEN, record->written, sizeof record->written);
}

void mv_pboc_return_read(const uint8_t data[MV_PBOC_RETURN_DATA], struct mv_pboc_return *record)
{
    record->user_type = data[RETURN_TYPE];
    memcpy(record->ct, data + RETURN_CT, sizeof record->ct);
    memcpy(record->pt, data + RETURN_PT, sizeof record->pt);
    memcpy(record->meter_no, data + RETURN_METER, sizeof record->meter_no);
    memcpy(record->client_no, data + RETURN_CLIENT, sizeof record->client_no);
    record->remaining = (uint32_t)mv_wire_get(data + RETURN_REMAINING, 4);
    record->purchases = (uint32_t)mv_wire_get(data + RETURN_PURCHASES, 4);
    record->over_zero = (uint32_t)mv_wire_get(data + RETURN_OVER_ZERO, 4);
    memcpy(record->key_info, data + RETURN_KEYS, sizeof record->key_info);
    memcpy(record->bad_insertions, data + RETURN_BAD, sizeof record->bad_insertions);
    memcpy(record->written, data + RETURN_WRITTEN, sizeof record->written);
}

/* ---- wallet ---- */

void mv_pboc_wallet_write(uint32_t amount, uint32_t count, uint8_t data[MV_PBOC_WALLET])
{
    mv_wire_put(data, amount, 4);
    mv_wire_put(data + 4, count, 4);
}

void mv_pboc_wallet_read(const uint8_t data[MV_PBOC_WALLET], uint32_t *amount, uint32_t *count)
{
    *amount = (uint32_t)mv_wire_get(data, 4);
    *count = (uint32_t)mv_wire_get(data + 4, 4);
}
