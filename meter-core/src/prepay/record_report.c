/* What a return says. */
#include <string.h>

#include "../record/wire.h"
#include "account.h"
#include "clock.h"
#include "record_rules.h"

enum { EPOCH_2014 = 1388534400, MINUTE_S = 60, EVENTS_MAX = 8, EVENT_SIZE = 7, FROZEN_SIZE = 37 };

/* ---- what every return has ---- */

static uint32_t status(const struct mv_prepay *p, bool clock)
{
    const struct {
        bool holds;
        uint32_t bit;
    } bits[] = {
        {p->supply.switch_fault, MV_STATUS_SWITCH_FAULT},
        {p->meter.state.settings.tampered, MV_STATUS_TAMPERED},
        {p->supply.commanded_open, MV_STATUS_COMMANDED_OPEN},
        {p->supply.bypass, MV_STATUS_BYPASS},
        {p->account.emergency_on, MV_STATUS_EMERGENCY},
        {p->records.account_open, MV_STATUS_ACCOUNT_OPEN},
        {clock, MV_STATUS_CLOCK},
        {p->supply.awaits_key, MV_STATUS_AWAITS_KEY},
        {p->supply.warned, MV_STATUS_WARNED},
        {mv_meter_lockout_left(&p->meter) > 0, MV_STATUS_LOCKOUT},
        {p->parts.set_id != 0, MV_STATUS_PARTS},
    };
    uint32_t status = p->supply.cut;
    for (unsigned i = 0; i < sizeof bits / sizeof bits[0]; i++)
        status |= bits[i].holds ? bits[i].bit : 0;
    return status;
}

static void put_sequences(const struct mv_record_state *records, struct mv_record_writer *to)
{
    uint8_t bytes[4 * (MV_KIND_KEY_UPDATE - MV_KIND_PURCHASE)];
    for (unsigned kind = MV_KIND_PARAMETERS; kind <= MV_KIND_KEY_UPDATE; kind++)
        mv_wire_put(bytes + 4 * (size_t)(kind - MV_KIND_PARAMETERS), records->sequence[kind], 4);
    mv_record_put(to, MV_TAG_SEQUENCES, bytes, sizeof bytes);
}

static void put_sets(const struct mv_prepay *p, struct mv_record_writer *to)
{
    uint8_t bytes[12];
    mv_wire_put(bytes, p->tariff.set_id, 4);
    mv_wire_put(bytes + 4, p->next_tariff.set_id, 4);
    mv_wire_put(bytes + 8, p->calendar.set_id, 4);
    mv_record_put(to, MV_TAG_SETS, bytes, sizeof bytes);
}

static void put_refusal(const struct mv_record_state *records, struct mv_record_writer *to)
{
    uint8_t bytes[9];
    mv_wire_put(bytes, records->refusals, 2);
    bytes[2] = records->refused_kind;
    mv_wire_put(bytes + 3, records->refused_sequence, 4);
    mv_wire_put(bytes + 7, records->refused_result, 2);
    mv_record_put(to, MV_TAG_REFUSAL, bytes, sizeof bytes);
}

static void put_state(const struct mv_prepay *p, uint32_t now, struct mv_record_writer *to)
{
    const struct mv_record_state *records = &p->records;
    unsigned target = p->parameters.credit_register;
    if (records->nonce_open)
        mv_record_put(to, MV_TAG_ECHO, records->nonce, sizeof records->nonce);
    mv_record_put_number(to, MV_TAG_TIME, now, 4);
    mv_record_put_number(to, MV_TAG_STATUS, status(p, now != 0), 4);
    mv_record_put_number(to, MV_TAG_RETURN_REGISTER, target, 1);
    mv_record_put_number(to, MV_TAG_REMAINING, (uint64_t)mv_account_remaining(p), 8);
    mv_record_put_number(to, MV_TAG_TOTAL, p->registers.total, 8);
    mv_record_put_number(to, MV_TAG_MONTH, p->registers.month, 8);
    mv_record_put_number(to, MV_TAG_TAKEN, (uint64_t)p->account.taken[target], 8);
    mv_record_put_number(to, MV_TAG_TOTAL_PURCHASED, (uint64_t)records->total_purchased, 8);
    mv_record_put_number(to, MV_TAG_PURCHASE_SEQUENCE, records->sequence[MV_KIND_PURCHASE], 4);
    mv_record_put_number(to, MV_TAG_PURCHASES, p->account.purchases, 4);
    mv_record_put_number(to, MV_TAG_ARREARS, (uint64_t)p->account.arrears, 8);
    put_sequences(records, to);
    mv_record_put(to, MV_TAG_VERSIONS, (uint8_t[]){records->keys.mac_version, records->keys.enc_version}, 2);
    put_sets(p, to);
    put_refusal(records, to);
}

/* ---- what was wanted ---- */

static void put_events(const struct mv_prepay *p, struct mv_record_writer *to)
{
    uint8_t bytes[EVENTS_MAX * EVENT_SIZE];
    uint8_t size = 0;
    for (unsigned i = p->records.from; i < MV_EVENTS && size < sizeof bytes; i++) {
        const struct mv_event *event = &p->events.ring[i];
        if (event->code == MV_EVENT_NONE)
            break;
        mv_wire_put(bytes + size, event->when, 4);
        bytes[size + 4] = event->code;
        mv_wire_put(bytes + size + 5, event->detail, 2);
        size = (uint8_t)(size + EVENT_SIZE);
    }
    mv_record_put(to, MV_TAG_EVENTS, bytes, size);
}

static void put_registers(const uint64_t *registers, uint8_t count, uint8_t tag, struct mv_record_writer *to)
{
    uint8_t bytes[8 * MV_RATES];
    for (unsigned i = 0; i < count; i++)
        mv_wire_put(bytes + 8 * (size_t)i, registers[i], 8);
    mv_record_put(to, tag, bytes, (uint8_t)(8U * count));
}

static void put_frozen(const struct mv_prepay *p, struct mv_record_writer *to)
{
    const struct mv_month *month = &p->freezes.months[p->records.from];
    uint8_t bytes[FROZEN_SIZE] = {p->records.from};
    mv_wire_put(bytes + 1, month->ended, 4);
    mv_wire_put(bytes + 5, month->total, 8);
    mv_wire_put(bytes + 13, month->month, 8);
    mv_wire_put(bytes + 21, (uint64_t)month->remaining, 8);
    mv_wire_put(bytes + 29, (uint64_t)month->taken, 8);
    mv_record_put(to, MV_TAG_FROZEN, bytes, sizeof bytes);
}

static void put_wanted(const struct mv_prepay *p, struct mv_record_writer *to)
{
    switch (p->records.nonce_open ? p->records.want : MV_WANT_NOTHING) {
    case MV_WANT_EVENTS:
        put_events(p, to);
        break;
    case MV_WANT_RATES:
        put_registers(p->registers.by_rate, MV_RATES, MV_TAG_RATES, to);
        break;
    case MV_WANT_PHASES:
        put_registers(p->registers.by_phase, MV_PHASES, MV_TAG_PHASES, to);
        break;
    case MV_WANT_FROZEN:
        put_frozen(p, to);
        break;
    default:
        break;
    }
}

enum mv_result mv_write_return(const struct mv_prepay *p, uint8_t bytes[MV_RECORD_MAX], uint32_t *size)
{
    const struct mv_record_state *records = &p->records;
    struct mv_record_writer to;
    struct mv_record_head head = {.kind = MV_KIND_RETURN,
                                  .key_version = records->keys.mac_version,
                                  .epoch = records->epoch,
                                  .sequence = records->return_sequence + 1};
    uint32_t now = 0;
    if (mv_clock_now(p, &now) && now > EPOCH_2014)
        head.issued_min = (now - EPOCH_2014) / MINUTE_S;
    memcpy(head.pan, p->meter.state.identity.pan, sizeof head.pan);
    mv_record_begin(&to, &head);
    put_state(p, now, &to);
    put_wanted(p, &to);
    enum mv_result result = mv_record_end(&to);
    if (result == MV_DONE) {
        memcpy(bytes, to.bytes, to.size);
        *size = to.size;
    }
    return result;
}
