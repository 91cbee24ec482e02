/* What a record says: the message's content as the tags of a body. */
#include <stdio.h>
#include <string.h>

#include "api/convert.h"
#include "api/record_convert.h"
#include "base/wire.h"

enum { CLIENT_DIGITS = 12, ONE_BYTE = 1, TWO_BYTES = 2, FOUR_BYTES = 4, EIGHT_BYTES = 8 };

/* ---- purchase ---- */

/* Right-aligned BCD with zeros in front. */
static void read_client(const char *digits, uint8_t client[STORE_CLIENT])
{
    size_t count = strlen(digits);
    for (size_t i = 0; i < count; i++) {
        size_t place = CLIENT_DIGITS - count + i;
        uint8_t digit = (uint8_t)(digits[i] - '0');
        client[place / 2] = (uint8_t)(client[place / 2] | (place % 2 == 0 ? digit << 4 : digit));
    }
}

static void put_unread(const struct vend_record_facts *facts, struct mv_record_writer *to)
{
    uint8_t items[MV_UNREAD_MAX * 2 * EIGHT_BYTES];
    struct mv_writer writer = mv_writer_on(items, sizeof items);
    for (unsigned i = 0; i < facts->unread_count; i++) {
        mv_put_u64(&writer, (uint64_t)facts->unread[i].amount);
        mv_put_u64(&writer, (uint64_t)facts->unread[i].arrears);
    }
    if (writer.used > 0)
        mv_record_put(to, MV_TAG_UNREAD, items, (uint8_t)writer.used);
}

static enum mv_purchase_kind kind_of(const Metervault__V1__PurchaseRecord *purchase)
{
    switch (purchase->kind) {
    case METERVAULT__V1__PURCHASE_KIND__OPEN_ACCOUNT:
        return MV_PURCHASE_OPEN;
    case METERVAULT__V1__PURCHASE_KIND__REPLACEMENT:
        return MV_PURCHASE_REPLACEMENT;
    default:
        return MV_PURCHASE_NORMAL;
    }
}

static void purchase_body(const void *self, const struct vend_record_facts *facts, struct mv_record_writer *to)
{
    const Metervault__V1__PurchaseRecord *purchase = self;
    /* without facts it is what was asked for that counts */
    unsigned kind = facts->purchase != 0 ? (unsigned)facts->purchase : (unsigned)kind_of(purchase);
    mv_record_put_number(to, MV_TAG_PURCHASE_KIND, kind, ONE_BYTE);
    mv_record_put_number(to, MV_TAG_REGISTER, facts->credit_register, ONE_BYTE);
    mv_record_put_number(to, MV_TAG_AMOUNT, (uint64_t)facts->amount, EIGHT_BYTES);
    mv_record_put(to, MV_TAG_CLIENT, facts->client, sizeof facts->client);
    if (facts->has_card)
        mv_record_put(to, MV_TAG_CARD, facts->card, sizeof facts->card);
    put_unread(facts, to);
    if (facts->arrears > 0)
        mv_record_put_number(to, MV_TAG_ARREARS_ADDED, (uint64_t)facts->arrears, EIGHT_BYTES);
}

static mv_status purchase_in(const Metervault__V1__PurchaseRecord *purchase, struct vend_record_order *order)
{
    const char *client = purchase->client_number;
    if (strlen(client) > CLIENT_DIGITS || strspn(client, "0123456789") != strlen(client))
        return mv_fail(MV_INVALID_FIELD, "client_number");
    if (purchase->arrears_added < 0)
        return mv_fail(MV_INVALID_FIELD, "arrears_added");
    if ((unsigned)purchase->kind > METERVAULT__V1__PURCHASE_KIND__REPLACEMENT)
        return mv_fail(MV_INVALID_FIELD, "kind");
    order->kind = MV_KIND_PURCHASE;
    order->purchase = kind_of(purchase);
    order->voids = purchase->voids;
    order->arrears = purchase->arrears_added;
    order->has_client = client[0] != '\0';
    read_client(client, order->client);
    order->body = purchase_body;
    order->self = purchase;
    if (purchase->voids == 0)
        return api_quantity_in(purchase->quantity, &order->quantity);
    if (purchase->kind == METERVAULT__V1__PURCHASE_KIND__PURCHASE_KIND_UNSPECIFIED)
        order->purchase = MV_PURCHASE_REPLACEMENT;
    return purchase->quantity == NULL ? mv_ok() : mv_fail(MV_INVALID_FIELD, "quantity");
}

/* ---- parameters ---- */

/* How a value stands in the record; its meaning is the meter's to judge. */
static const struct {
    uint8_t length;
    int64_t min, max;
} parameters[] = {
    [MV_TAG_ALARM_1] = {EIGHT_BYTES, INT64_MIN, INT64_MAX},
    [MV_TAG_ALARM_2] = {EIGHT_BYTES, INT64_MIN, INT64_MAX},
    [MV_TAG_WARNING_CUT] = {TWO_BYTES, 0, UINT16_MAX},
    [MV_TAG_OVERDRAFT] = {EIGHT_BYTES, 0, INT64_MAX},
    [MV_TAG_EMERGENCY] = {EIGHT_BYTES, 0, INT64_MAX},
    [MV_TAG_HOARD_LIMIT] = {EIGHT_BYTES, 0, INT64_MAX},
    [MV_TAG_POWER_LIMIT] = {FOUR_BYTES, -1, UINT32_MAX - 1},
    [MV_TAG_POWER_DELAY] = {TWO_BYTES, 0, UINT16_MAX},
    [MV_TAG_POWER_WAIT] = {TWO_BYTES, 0, UINT16_MAX},
    [MV_TAG_POWER_TRIES] = {ONE_BYTE, 0, UINT8_MAX},
    [MV_TAG_POWER_LOCKOUT] = {TWO_BYTES, 0, UINT16_MAX},
    [MV_TAG_UNBALANCE_DELAY] = {TWO_BYTES, 0, UINT16_MAX},
    [MV_TAG_CT_RATIO] = {TWO_BYTES, 1, UINT16_MAX},
    [MV_TAG_PT_RATIO] = {TWO_BYTES, 1, UINT16_MAX},
    [MV_TAG_PULSES_PER_UNIT] = {FOUR_BYTES, 1, UINT32_MAX},
    [MV_TAG_UTC_OFFSET] = {TWO_BYTES, -1440, 1440},
    [MV_TAG_FREEZE_DAY] = {ONE_BYTE, 1, 28},
    [MV_TAG_FREEZE_HOUR] = {ONE_BYTE, 0, 23},
    [MV_TAG_ARREARS_PERCENT] = {ONE_BYTE, 0, 100},
    [MV_TAG_ARREARS_PER_PURCHASE] = {EIGHT_BYTES, 0, INT64_MAX},
    [MV_TAG_ARREARS_PER_DAY] = {EIGHT_BYTES, 0, INT64_MAX},
    [MV_TAG_KEY_PRESS_TO_CLOSE] = {ONE_BYTE, 0, 1},
    [MV_TAG_UNBALANCE_LIMIT] = {FOUR_BYTES, -1, UINT32_MAX - 1},
    [MV_TAG_WATER_FACTOR] = {TWO_BYTES, 0, UINT16_MAX},
};
enum { PARAMETERS = sizeof parameters / sizeof parameters[0] };
_Static_assert((int)METERVAULT__V1__PARAMETER__ALARM_1 == MV_TAG_ALARM_1 &&
                   (int)METERVAULT__V1__PARAMETER__WATER_FACTOR == MV_TAG_WATER_FACTOR,
               "parameters are numbered as their tags");

static bool known(unsigned tag)
{
    return tag < PARAMETERS && parameters[tag].length != 0;
}

/* By rising tag, whatever the order of the message. */
static void parameters_body(const void *self, const struct vend_record_facts *facts, struct mv_record_writer *to)
{
    const Metervault__V1__ParameterRecord *record = self;
    (void)facts;
    for (unsigned tag = 0; tag < PARAMETERS; tag++)
        for (size_t i = 0; i < record->n_values; i++)
            if (known(tag) && (unsigned)record->values[i]->parameter == tag)
                mv_record_put_number(to, (uint8_t)tag, (uint64_t)record->values[i]->value, parameters[tag].length);
}

/* "10=0 11=5000", as far as it fits; the record itself is kept. */
static void said_values(const Metervault__V1__ParameterRecord *record, char said[VEND_RECORD_SAID])
{
    size_t used = 0;
    for (size_t i = 0; i < record->n_values && used < VEND_RECORD_SAID; i++) {
        const Metervault__V1__ParameterValue *value = record->values[i];
        int length = snprintf(said + used, VEND_RECORD_SAID - used, "%s%02X=%lld", i == 0 ? "" : " ",
                              (unsigned)value->parameter, (long long)value->value);
        used += length > 0 ? (size_t)length : 0;
    }
}

static mv_status parameters_in(const Metervault__V1__ParameterRecord *record, struct vend_record_order *order)
{
    bool seen[PARAMETERS] = {false};
    if (record->n_values == 0)
        return mv_fail(MV_INVALID_FIELD, "values");
    for (size_t i = 0; i < record->n_values; i++) {
        unsigned tag = (unsigned)record->values[i]->parameter;
        int64_t value = record->values[i]->value;
        if (!known(tag) || seen[tag])
            return mv_fail(MV_INVALID_FIELD, "parameter");
        if (value < parameters[tag].min || value > parameters[tag].max)
            return mv_fail(MV_INVALID_FIELD, "value");
        seen[tag] = true;
    }
    said_values(record, order->said);
    order->kind = MV_KIND_PARAMETERS;
    order->body = parameters_body;
    order->self = record;
    return mv_ok();
}

/* ---- control ---- */

static uint8_t clear_bits(const Metervault__V1__Clear *clear)
{
    if (clear == NULL)
        return 0;
    return (uint8_t)((clear->current ? MV_CLEAR_CURRENT : 0) | (clear->months ? MV_CLEAR_MONTHS : 0) |
                     (clear->purchases ? MV_CLEAR_PURCHASES : 0) | (clear->credit ? MV_CLEAR_CREDIT : 0) |
                     (clear->events ? MV_CLEAR_EVENTS : 0));
}

/* Zeros where the key process puts the wrapped keys. */
static void put_renewal(const struct vend_record_facts *facts, struct mv_record_writer *to)
{
    static const uint8_t room[MV_RECORD_KEYS_WRAPPED] = {0};
    mv_record_put_number(to, MV_TAG_MAC_VERSION, facts->next.mac_version, ONE_BYTE);
    mv_record_put_number(to, MV_TAG_ENC_VERSION, facts->next.enc_version, ONE_BYTE);
    mv_record_put(to, MV_TAG_KEYS, room, sizeof room);
}

static void control_body(const void *self, const struct vend_record_facts *facts, struct mv_record_writer *to)
{
    const Metervault__V1__ControlRecord *control = self;
    uint8_t clear = clear_bits(control->clear);
    bool reset = control->command == METERVAULT__V1__COMMAND__RESET;
    mv_record_put_number(to, MV_TAG_COMMAND, (uint64_t)control->command, ONE_BYTE);
    if (reset)
        mv_record_put_number(to, MV_TAG_NEW_EPOCH, facts->next.epoch, TWO_BYTES);
    if (clear != 0)
        mv_record_put_number(to, MV_TAG_CLEAR, clear, ONE_BYTE);
    if (control->command == METERVAULT__V1__COMMAND__SET_TIME)
        mv_record_put_number(to, MV_TAG_SET_TIME, (uint64_t)control->time_unix_s, FOUR_BYTES);
    if (control->in_read_session)
        mv_record_put(to, MV_TAG_NONCE, facts->nonce, sizeof facts->nonce);
    if (reset)
        put_renewal(facts, to);
}

static mv_status control_in(const Metervault__V1__ControlRecord *control, struct vend_record_order *order)
{
    unsigned command = (unsigned)control->command;
    uint8_t clear = clear_bits(control->clear);
    bool set_time = command == METERVAULT__V1__COMMAND__SET_TIME;
    bool reset = command == METERVAULT__V1__COMMAND__RESET;
    bool clears = command == METERVAULT__V1__COMMAND__CLEAR;
    if (command < METERVAULT__V1__COMMAND__RESET || command > METERVAULT__V1__COMMAND__SET_TIME)
        return mv_fail(MV_INVALID_FIELD, "command");
    if (clears ? clear == 0 : clear != 0 && !reset)
        return mv_fail(MV_INVALID_FIELD, "clear");
    if (set_time ? control->time_unix_s < 1 || control->time_unix_s > UINT32_MAX : control->time_unix_s != 0)
        return mv_fail(MV_INVALID_FIELD, "time_unix_s");
    if (control->abandon_unread && !reset)
        return mv_fail(MV_INVALID_FIELD, "abandon_unread");
    if (control->in_read_session && !set_time)
        return mv_fail(MV_INVALID_FIELD, "in_read_session");
    order->kind = MV_KIND_CONTROL;
    order->body = control_body;
    order->self = control;
    order->names_last_read = control->in_read_session;
    order->renews = order->next_epoch = reset;
    order->retires = command == METERVAULT__V1__COMMAND__RETIRE;
    order->abandons_unread = control->abandon_unread != 0;
    (void)snprintf(order->said, sizeof order->said, "command=%u clear=%u time=%lld%s", command, clear,
                   (long long)control->time_unix_s, control->abandon_unread ? " abandons unread" : "");
    return mv_ok();
}

_Static_assert((int)METERVAULT__V1__COMMAND__RESET == MV_COMMAND_RESET &&
                   (int)METERVAULT__V1__COMMAND__SET_TIME == MV_COMMAND_SET_TIME,
               "commands are numbered as in the registry");

/* ---- read request and key update ---- */

static void read_body(const void *self, const struct vend_record_facts *facts, struct mv_record_writer *to)
{
    const Metervault__V1__ReadRequestRecord *read = self;
    mv_record_put(to, MV_TAG_NONCE, facts->nonce, sizeof facts->nonce);
    if (read->wanted != METERVAULT__V1__WANTED__WANT_NOTHING_MORE)
        mv_record_put_number(to, MV_TAG_WANT, (uint64_t)read->wanted, ONE_BYTE);
    if (read->from > 0)
        mv_record_put_number(to, MV_TAG_FROM, read->from, ONE_BYTE);
}

static mv_status read_in(const Metervault__V1__ReadRequestRecord *read, struct vend_record_order *order)
{
    if ((unsigned)read->wanted > METERVAULT__V1__WANTED__WANT_FROZEN_MONTH)
        return mv_fail(MV_INVALID_FIELD, "wanted");
    if (read->from > UINT8_MAX)
        return mv_fail(MV_INVALID_FIELD, "from");
    order->kind = MV_KIND_READ;
    order->body = read_body;
    order->self = read;
    return mv_ok();
}

static void key_update_body(const void *self, const struct vend_record_facts *facts, struct mv_record_writer *to)
{
    (void)self;
    put_renewal(facts, to);
}

static mv_status key_update_in(const Metervault__V1__KeyUpdateRecord *update, struct vend_record_order *order)
{
    if (update->mac_version > UINT8_MAX)
        return mv_fail(MV_INVALID_FIELD, "mac_version");
    if (update->enc_version > UINT8_MAX)
        return mv_fail(MV_INVALID_FIELD, "enc_version");
    if (update->mac_version == 0 && update->enc_version == 0)
        return mv_fail(MV_INVALID_FIELD, "key_update");
    order->kind = MV_KIND_KEY_UPDATE;
    order->body = key_update_body;
    order->renews = true;
    (void)snprintf(order->said, sizeof order->said, "new mac=%u enc=%u", update->mac_version, update->enc_version);
    order->mac_version = (uint8_t)update->mac_version;
    order->enc_version = (uint8_t)update->enc_version;
    return mv_ok();
}

mv_status api_record_in(const Metervault__V1__IssueRecordRequest *message, struct api_record_order *to)
{
    struct vend_record_order *order = &to->order;
    *order = (struct vend_record_order){.request_id = message->request_id, .pan = message->meter_pan, .parts = 1};
    switch (message->content_case) {
    case METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_PURCHASE:
        return purchase_in(message->purchase, order);
    case METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_PARAMETERS:
        return parameters_in(message->parameters, order);
    case METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_CONTROL:
        return control_in(message->control, order);
    case METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_READ:
        return read_in(message->read, order);
    case METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_KEY_UPDATE:
        return key_update_in(message->key_update, order);
    case METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_TARIFF:
        return api_tariff_in(message->tariff, to);
    case METERVAULT__V1__ISSUE_RECORD_REQUEST__CONTENT_CALENDAR:
        return api_calendar_in(message->calendar, to);
    default:
        return mv_fail(MV_INVALID_FIELD, "content");
    }
}
