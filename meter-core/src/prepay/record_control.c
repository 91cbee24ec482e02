/* Control records: a command, what belongs to it, and nothing else. */
#include <string.h>

#include "../crypto/wipe.h"
#include "../meter/same.h"
#include "account.h"
#include "clock.h"
#include "events.h"
#include "freeze.h"
#include "record_keys.h"
#include "record_rules.h"
#include "save.h"
#include "supply.h"
#include "timeline.h"

enum { DAY_S = 86400, DAYS_SET = 7 /* that the time may be set ahead without beginning anew */ };
enum {
    CLEAR_ALL = MV_CLEAR_CURRENT | MV_CLEAR_MONTHS | MV_CLEAR_PURCHASES | MV_CLEAR_CREDIT | MV_CLEAR_EVENTS,
};

/* ---- what a command has besides itself ---- */
enum { HAS_EPOCH = 1, HAS_CLEAR = 2, HAS_TIME = 4, HAS_NONCE = 8, HAS_KEYS = 0x70 /* three tags */ };
static const uint8_t operands[] = {MV_TAG_NEW_EPOCH,   MV_TAG_CLEAR,       MV_TAG_SET_TIME, MV_TAG_NONCE,
                                   MV_TAG_MAC_VERSION, MV_TAG_ENC_VERSION, MV_TAG_KEYS};
static const struct {
    uint8_t must, may;
} of_command[] = {
    [MV_COMMAND_RESET] = {HAS_EPOCH | HAS_KEYS, HAS_CLEAR},
    [MV_COMMAND_CLEAR] = {HAS_CLEAR, 0},
    [MV_COMMAND_SET_TIME] = {HAS_TIME, HAS_NONCE},
};

static enum mv_result check_operands(const struct mv_record_in *in, uint64_t command)
{
    unsigned has = 0;
    for (unsigned i = 0; i < sizeof operands; i++)
        has |= mv_in_has(in, operands[i]) ? 1U << i : 0;
    if (command < MV_COMMAND_RESET || command > MV_COMMAND_SET_TIME)
        return MV_RECORD_VALUE;
    unsigned must = of_command[command].must;
    unsigned may = of_command[command].may;
    return (has & must) == must && (has & ~(must | may)) == 0 ? MV_DONE : MV_RECORD_TAG;
}

/* ---- clear ---- */

static void clear_credit(struct mv_prepay *p)
{
    memset(p->meter.state.credit, 0, sizeof p->meter.state.credit);
    mv_account_cleared(p, MV_REGISTER_ALL);
    p->account.arrears = 0;
    mv_touch(p, MV_OBJECT_ACCOUNT, true);
    mv_touch(p, MV_OBJECT_TOKENS, true);
}

void mv_clear_data(struct mv_prepay *p, uint8_t what)
{
    if ((what & MV_CLEAR_CURRENT) != 0) {
        memset(&p->registers, 0, sizeof p->registers);
        mv_touch(p, MV_OBJECT_REGISTERS, true);
    }
    if ((what & MV_CLEAR_MONTHS) != 0)
        mv_freeze_clear(p);
    if ((what & MV_CLEAR_PURCHASES) != 0) {
        p->records.total_purchased = 0;
        p->account.purchases = 0;
        mv_touch(p, MV_OBJECT_ACCOUNT, true);
    }
    if ((what & MV_CLEAR_CREDIT) != 0)
        clear_credit(p);
    if ((what & MV_CLEAR_EVENTS) != 0)
        mv_events_clear(p);
}

static bool clear_good(uint64_t what)
{
    return (what & ~(uint64_t)CLEAR_ALL) == 0;
}

static enum mv_result take_clear(struct mv_prepay *p, const struct mv_record_in *in)
{
    uint64_t what = mv_in_number(in, MV_TAG_CLEAR);
    if (!clear_good(what) || what == 0)
        return MV_RECORD_VALUE;
    mv_clear_data(p, (uint8_t)what);
    mv_event_log(p, MV_EVENT_CLEARED, (uint16_t)what);
    return MV_ACCEPT;
}

/* ---- reset ---- */

/* TIDs stay, and so does what tag CLEAR does not name. */
static enum mv_result take_reset(struct mv_prepay *p, const struct mv_record_in *in)
{
    struct mv_record_keys keys;
    uint64_t epoch = mv_in_number(in, MV_TAG_NEW_EPOCH);
    uint64_t clear = mv_in_number(in, MV_TAG_CLEAR);
    if (epoch <= p->records.epoch || !clear_good(clear))
        return MV_RECORD_VALUE;
    enum mv_result result = mv_keys_unwrap(&p->records.keys, in, &keys);
    if (result == MV_DONE) {
        mv_clear_data(p, (uint8_t)clear);
        p->freezes.last = 0; /* the time may be put right */
        mv_touch(p, MV_OBJECT_FREEZES, true);
        mv_records_provision(p, &keys, (uint16_t)epoch);
        mv_parts_drop(p);
        mv_event_log(p, MV_EVENT_RESET, (uint16_t)epoch);
    }
    mv_wipe(&keys, sizeof keys);
    return result == MV_DONE ? MV_ACCEPT : result;
}

/* ---- set time ---- */

/* Within the read session, or not far from what the clock says. */
static bool time_trusted(const struct mv_prepay *p, const struct mv_record_in *in, uint32_t time)
{
    struct mv_tlv nonce;
    uint32_t now = 0;
    if (mv_in_find(in, MV_TAG_NONCE, &nonce))
        return p->records.nonce_open && mv_same(nonce.value, p->records.nonce, sizeof p->records.nonce);
    if (!mv_clock_now(p, &now))
        return false;
    return (now > time ? now - time : time - now) <= DAY_S;
}

/* Days are made up for that a clock may have lost, not those of a clock that was never right: far ahead of the last
 * day, or, where no month was frozen since all was cleared, behind it. */
static bool begins_anew(const struct mv_prepay *p, uint32_t time)
{
    struct mv_local local;
    mv_clock_local(p, time, &local);
    return local.day_number > p->account.day + DAYS_SET ||
           (mv_freeze_last(p) == 0 && local.day_number < p->account.day);
}

static enum mv_result take_time(struct mv_prepay *p, const struct mv_record_in *in)
{
    uint32_t time = (uint32_t)mv_in_number(in, MV_TAG_SET_TIME);
    if (time == 0 || time <= mv_freeze_last(p) || !time_trusted(p, in, time))
        return MV_RECORD_TIME;
    if (begins_anew(p, time))
        mv_timeline_anew(p);
    p->set_time = time;
    return MV_ACCEPT;
}

/* ---- retire ---- */

/* After it nothing but the display works: no key is left to check a token or a record with. */
static enum mv_result take_retire(struct mv_prepay *p)
{
    mv_supply_retire(p);
    mv_wipe(&p->meter.state.identity.key.bytes, sizeof p->meter.state.identity.key.bytes);
    mv_wipe(&p->meter.state.sections, sizeof p->meter.state.sections);
    mv_touch(p, MV_OBJECT_TOKENS, true);
    mv_wipe(&p->card_keys, sizeof p->card_keys);
    mv_touch(p, MV_OBJECT_CARD_KEYS, true);
    mv_records_provision(p, NULL, p->records.epoch);
    return MV_ACCEPT;
}

static enum mv_result take_tamper(struct mv_prepay *p)
{
    p->meter.state.settings.tampered = false;
    mv_touch(p, MV_OBJECT_TOKENS, true);
    mv_event_log(p, MV_EVENT_TAMPER_CLEARED, 0);
    return MV_ACCEPT;
}

static enum mv_result take_command(struct mv_prepay *p, const struct mv_record_in *in, uint8_t command)
{
    switch (command) {
    case MV_COMMAND_RESET:
        return take_reset(p, in);
    case MV_COMMAND_CLEAR:
        return take_clear(p, in);
    case MV_COMMAND_CLEAR_TAMPER:
        return take_tamper(p);
    case MV_COMMAND_RETIRE:
        return take_retire(p);
    case MV_COMMAND_SET_TIME:
        return take_time(p, in);
    case MV_COMMAND_OPEN:
    case MV_COMMAND_CLOSE:
        mv_supply_command(p, command == MV_COMMAND_OPEN);
        return MV_ACCEPT;
    default:
        mv_supply_bypass(p, command == MV_COMMAND_LEAVE_CONTROL);
        return MV_ACCEPT;
    }
}

enum mv_result mv_take_control(struct mv_prepay *p, const struct mv_record_in *in, struct mv_record_answer *answer)
{
    if (!mv_in_has(in, MV_TAG_COMMAND))
        return MV_RECORD_TAG;
    uint64_t command = mv_in_number(in, MV_TAG_COMMAND);
    enum mv_result result = check_operands(in, command);
    if (result == MV_DONE)
        result = take_command(p, in, (uint8_t)command);
    answer->command = (uint8_t)command;
    return result;
}
