/* Records of the year: of every kind, right ones and wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/record_sets.h"
#include "year.h"

enum { PAID = MV_REGISTER_ELECTRICITY_CURRENCY, LOW = 80000, CARDS = 200, MINUTE_S = 60, DAYS_MADE_UP = 7 };

/* Sealed already, and good: it is taken, and tried again when its power went. */
static void hand_sealed(struct year *y, void (*effect)(struct year *y), enum year_count count)
{
    if (!year_does(y, YEAR_RECORD, effect)) {
        assert_int_equal(y->result, MV_STORAGE_ERROR);
        assert_true(year_does(y, YEAR_RECORD, effect));
    }
    y->counts[count]++;
}

static void hand(struct year *y, void (*effect)(struct year *y), enum year_count count)
{
    record_seal(&y->f);
    hand_sealed(y, effect, count);
}

static void refused(struct year *y)
{
    (void)year_does(y, YEAR_RECORD, NULL);
    assert_false(year_accepted(y->result));
    y->counts[YEAR_REFUSED_RECORDS]++;
}

static struct mv_record_writer *begin(struct year *y, uint8_t kind)
{
    return record_begin(&y->f, kind, ++y->sequence[kind]);
}

/* ---- purchases ---- */

static void bought(struct year *y)
{
    ledger_debt(&y->now, y->plan.merged_debt);
    ledger_credit(&y->now, PAID, y->plan.merged);
    ledger_debt(&y->now, y->plan.debt);
    ledger_credit(&y->now, PAID, y->plan.amount);
    y->account_open = true;
}

/* One, or one that brings up to two others again which nobody read. */
static void purchase(struct year *y)
{
    uint64_t unread[2] = {100000 + year_random(y, 1000), 200000 + year_random(y, 1000)};
    uint64_t debts[2] = {(uint64_t)year_random(y, 2) * 7000, 9000};
    bool merged = year_random(y, 4) == 0;
    bool opens = !y->account_open;
    bool replaces = !opens && year_random(y, 6) == 0;
    struct record_purchase buy = {.kind = opens      ? MV_PURCHASE_OPEN
                                          : replaces ? MV_PURCHASE_REPLACEMENT
                                                     : MV_PURCHASE_NORMAL,
                                  .amount = 200000 + year_random(y, 600000),
                                  .credit_register = PAID};
    if (opens || replaces)
        y->card = (uint8_t)(1 + y->card % CARDS);
    buy.card = y->card;
    if (year_random(y, 3) == 0)
        buy.debt = year_random(y, 90000);
    uint32_t stored = y->f.p.records.sequence[MV_KIND_PURCHASE];
    y->plan.amount = (int64_t)buy.amount;
    y->plan.debt = (int64_t)buy.debt;
    y->plan.merged = y->plan.merged_debt = 0;
    buy.sequence = stored + 1;
    if (merged) { /* the newest of them was not taken yet, the other one, if any, was */
        buy.sequence = stored + 2;
        buy.unread = unread;
        buy.unread_debts = debts;
        buy.unread_count = stored == 0 ? 1 : 2;
        y->plan.merged = (int64_t)unread[0];
        y->plan.merged_debt = (int64_t)debts[0];
    }
    record_purchase_begin(&y->f, &buy);
    hand(y, bought, merged ? YEAR_MERGED : replaces ? YEAR_REPLACEMENTS : YEAR_PURCHASES);
    if (year_random(y, 3) == 0)
        refused(y);
}

/* ---- parameters ---- */

static void parameters_set(struct year *y)
{
    y->now.percent = y->plan.parameters.arrears_percent;
    y->now.per_day = y->plan.parameters.arrears_per_day;
    y->now.per_purchase = y->plan.parameters.arrears_per_purchase;
}

static void set_parameters(struct year *y)
{
    struct mv_parameters *new = &y->plan.parameters;
    *new = (struct mv_parameters){.arrears_percent = (uint8_t)year_random(y, 40),
                                  .arrears_per_day = year_random(y, 4000),
                                  .arrears_per_purchase = year_random(y, 30000)};
    struct mv_record_writer *to = begin(y, MV_KIND_PARAMETERS);
    mv_record_put_number(to, MV_TAG_CREDIT_REGISTER, PAID, 1);
    mv_record_put_number(to, MV_TAG_ALARM_1, 200000, 8);
    mv_record_put_number(to, MV_TAG_ALARM_2, 40000 + year_random(y, 20000), 8);
    mv_record_put_number(to, MV_TAG_WARNING_CUT, year_random(y, 2) == 0 ? 0 : 90, 2);
    mv_record_put_number(to, MV_TAG_OVERDRAFT, year_random(y, 20000), 8);
    mv_record_put_number(to, MV_TAG_EMERGENCY, year_random(y, 50000), 8);
    mv_record_put_number(to, MV_TAG_POWER_LIMIT, 6000 + year_random(y, 5000), 4);
    mv_record_put_number(to, MV_TAG_POWER_TRIES, 2, 1);
    mv_record_put_number(to, MV_TAG_UTC_OFFSET, LEDGER_OFFSET_MIN, 2);
    mv_record_put_number(to, MV_TAG_ARREARS_PERCENT, new->arrears_percent, 1);
    mv_record_put_number(to, MV_TAG_ARREARS_PER_PURCHASE, (uint64_t) new->arrears_per_purchase, 8);
    mv_record_put_number(to, MV_TAG_ARREARS_PER_DAY, (uint64_t) new->arrears_per_day, 8);
    mv_record_put_number(to, MV_TAG_KEY_PRESS_TO_CLOSE, year_random(y, 2), 1);
    hand(y, parameters_set, YEAR_PARAMETERS);
}

static void tariff_set(struct year *y)
{
    y->now.next = y->plan.tariff;
}

static void make_tariff(struct year *y, struct mv_tariff *tariff)
{
    unsigned kind = year_random(y, 3);
    uint32_t base = 10000 + year_random(y, 20000);
    *tariff = (struct mv_tariff){.set_id = y->set_id,
                                 .valid_from = y->f.now + year_random(y, 3 * YEAR_DAY_MIN) * MINUTE_S,
                                 .fixed_per_day = year_random(y, 20000),
                                 .kind = kind == 0   ? MV_TARIFF_SINGLE
                                         : kind == 1 ? MV_TARIFF_STEP
                                                     : MV_TARIFF_TIME_OF_USE,
                                 .price = {base, 2 * base, base / 2},
                                 .step_from = {0, 90000, 200001},
                                 .step_price = {base, base + 7777, 2 * base}};
    tariff->rates = kind == 0 ? 1 : kind == 1 ? 0 : 3;
    tariff->steps = kind == 0 ? 0 : kind == 1 ? 3 : (uint8_t)year_random(y, 4);
}

static void set_tariff(struct year *y)
{
    uint8_t bytes[MV_SET_MAX];
    uint32_t size = 0;
    y->set_id++;
    make_tariff(y, &y->plan.tariff);
    assert_int_equal(mv_tariff_write(&y->plan.tariff, bytes, &size), MV_DONE);
    struct record_part whole = {
        .set_id = y->set_id, .what = MV_SET_TARIFF, .number = 1, .total = 1, .bytes = bytes, .size = size};
    (void)begin(y, MV_KIND_PARAMETERS);
    record_put_part(&y->f, &whole);
    hand(y, tariff_set, YEAR_TARIFFS);
}

static void calendar_set(struct year *y)
{
    if (y->f.answer.set_whole)
        y->now.weekend_calendar = y->plan.weekend;
}

static void make_calendar(bool weekend, struct mv_calendar *calendar)
{
    *calendar =
        (struct mv_calendar){.switchings = {3, 1}, .day_tables = {{{0, 0}, {17 * 60, 1}, {21 * 60, 0}}, {{0, 2}}}};
    for (unsigned i = 0; weekend && i < 2; i++)
        calendar->weekday_table[5 + i] = 1;
    if (weekend)
        calendar->friendly[0] = (struct mv_window){.weekdays = 0x7F, .from_min = 22 * 60, .to_min = 6 * 60};
    calendar->holiday_count = MV_HOLIDAYS; /* of the usual kind, to make it long */
    for (unsigned i = 0; i < MV_HOLIDAYS; i++)
        calendar->holidays[i] = (struct mv_holiday){.month = (uint8_t)(1 + i % 12), .day = (uint8_t)(1 + i % 28)};
}

/* In parts, the last first; of some sets one stays away. */
static void set_calendar(struct year *y)
{
    uint8_t bytes[MV_SET_MAX];
    uint32_t size = 0;
    struct mv_calendar calendar;
    y->set_id++;
    y->plan.weekend = !y->now.weekend_calendar;
    make_calendar(y->plan.weekend, &calendar);
    if (y->plan.weekend)
        calendar.holiday_count = 0; /* they would be no weekend's */
    assert_int_equal(mv_calendar_write(&calendar, bytes, &size), MV_DONE);
    unsigned parts = (size + MV_SET_BYTES_MAX - 1) / MV_SET_BYTES_MAX;
    unsigned last = parts > 1 && year_random(y, 4) == 0 ? 2 : 1;
    for (unsigned number = parts; number >= last; number--) {
        uint32_t from = (number - 1) * MV_SET_BYTES_MAX;
        struct record_part part = {.set_id = y->set_id,
                                   .what = MV_SET_CALENDAR,
                                   .number = (uint8_t)number,
                                   .total = (uint8_t)parts,
                                   .bytes = bytes + from,
                                   .size = size - from < MV_SET_BYTES_MAX ? size - from : MV_SET_BYTES_MAX};
        (void)begin(y, MV_KIND_PARAMETERS);
        record_put_part(&y->f, &part);
        hand(y, calendar_set, YEAR_CALENDARS);
    }
}

/* ---- control ---- */

static void command(struct year *y, uint8_t what)
{
    mv_record_put_number(begin(y, MV_KIND_CONTROL), MV_TAG_COMMAND, what, 1);
    hand(y, NULL, YEAR_COMMANDS);
}

static void data_cleared(struct year *y)
{
    if ((y->plan.clear & MV_CLEAR_CURRENT) != 0)
        ledger_clear_registers(&y->now);
    if ((y->plan.clear & MV_CLEAR_CREDIT) != 0) {
        ledger_clear_credit(&y->now, MV_REGISTER_ALL);
        y->now.arrears_added -= y->now.arrears;
        y->now.arrears = 0;
    }
}

static void clear(struct year *y)
{
    y->plan.clear = (uint8_t)(1 + year_random(y, 31));
    struct mv_record_writer *to = begin(y, MV_KIND_CONTROL);
    mv_record_put_number(to, MV_TAG_COMMAND, MV_COMMAND_CLEAR, 1);
    mv_record_put_number(to, MV_TAG_CLEAR, y->plan.clear, 1);
    hand(y, data_cleared, YEAR_COMMANDS);
}

static void was_reset(struct year *y)
{
    y->f.keys = y->plan.keys;
    y->f.epoch = y->plan.epoch;
    y->account_open = false;
    memset(y->sequence, 0, sizeof y->sequence);
    data_cleared(y);
}

static void put_new_keys(struct year *y)
{
    y->key_seed++;
    y->plan.keys = record_new_keys(&y->f, y->key_seed);
    y->plan.keys.mac_version = (uint8_t)(1 + y->key_seed % 200);
    y->plan.keys.enc_version = (uint8_t)(1 + y->key_seed % 150);
    record_put_keys(&y->f, &y->plan.keys);
}

static void reset(struct year *y)
{
    y->plan.clear = (uint8_t)year_random(y, 32);
    y->plan.epoch = (uint16_t)(y->f.epoch + 1 + year_random(y, 3));
    struct mv_record_writer *to = begin(y, MV_KIND_CONTROL);
    mv_record_put_number(to, MV_TAG_COMMAND, MV_COMMAND_RESET, 1);
    mv_record_put_number(to, MV_TAG_NEW_EPOCH, y->plan.epoch, 2);
    mv_record_put_number(to, MV_TAG_CLEAR, y->plan.clear, 1);
    put_new_keys(y);
    hand(y, was_reset, YEAR_RESETS);
}

static void keys_updated(struct year *y)
{
    y->f.keys = y->plan.keys;
}

static void update_keys(struct year *y)
{
    begin(y, MV_KIND_KEY_UPDATE);
    put_new_keys(y);
    hand(y, keys_updated, YEAR_KEY_UPDATES);
}

/* ---- reading, and time within a read session ---- */

static void request(struct year *y)
{
    uint8_t nonce[8] = {(uint8_t)y->minute, (uint8_t)(y->minute >> 8), (uint8_t)(y->minute >> 16), 1};
    struct mv_record_writer *to = begin(y, MV_KIND_READ);
    mv_record_put(to, MV_TAG_NONCE, nonce, sizeof nonce);
    mv_record_put_number(to, MV_TAG_WANT, year_random(y, MV_WANT_FROZEN + 1), 1);
    mv_record_put_number(to, MV_TAG_FROM, year_random(y, MV_MONTHS), 1);
    hand(y, NULL, YEAR_READS);
}

static void read_meter(struct year *y)
{
    request(y);
    uint32_t used = y->f.p.records.return_sequence;
    if (!year_does(y, YEAR_RETURN, NULL))
        return;
    assert_true(y->f.p.records.return_sequence > used);
}

/* Far ahead of the day that was paid last, or behind it when no month ended since all was reset, days begin anew with
 * the next tick: those before it are nobody's to pay. */
static void time_was_set(struct year *y)
{
    uint32_t day = (y->plan.time / YEAR_MINUTE_S + LEDGER_OFFSET_MIN) / YEAR_DAY_MIN;
    bool ended = y->f.p.freezes.last != 0;
    if (day > y->now.day + DAYS_MADE_UP || (day < y->now.day && !ended))
        y->now.day = 0;
}

static void set_time(struct year *y)
{
    if (!y->f.clock)
        request(y);
    y->plan.time = y->f.now + 40 - year_random(y, 20);
    struct mv_record_writer *to = begin(y, MV_KIND_CONTROL);
    mv_record_put_number(to, MV_TAG_COMMAND, MV_COMMAND_SET_TIME, 1);
    mv_record_put_number(to, MV_TAG_SET_TIME, y->plan.time, 4);
    if (!y->f.clock)
        mv_record_put(to, MV_TAG_NONCE, y->f.p.records.nonce, sizeof y->f.p.records.nonce);
    hand(y, time_was_set, YEAR_TIMES);
}

static void rubbish(struct year *y)
{
    for (unsigned i = 0; i < 40; i++)
        y->f.record.bytes[i] = (uint8_t)year_random(y, 256);
    y->f.record.size = 40;
    refused(y);
}

static void open_or_close(struct year *y)
{
    const struct mv_supply *supply = &y->f.p.supply;
    if (year_random(y, 2) == 0)
        command(y, supply->commanded_open ? MV_COMMAND_CLOSE : MV_COMMAND_OPEN);
    else
        command(y, supply->bypass ? MV_COMMAND_ENTER_CONTROL : MV_COMMAND_LEAVE_CONTROL);
}

void year_commission(struct year *y)
{
    set_parameters(y);
    y->plan.weekend = true;
    y->set_id = 100;
    set_tariff(y);
    set_calendar(y);
    purchase(y);
}

void year_records(struct year *y)
{
    const struct mv_supply *supply = &y->f.p.supply;
    bool low = ledger_remaining(&y->now) < LOW;
    if (!y->f.clock && year_random(y, 60) == 0)
        set_time(y);
    if (low && year_random(y, 400) == 0)
        purchase(y);
    if (year_happens(y, 12))
        purchase(y);
    if (year_happens(y, 25))
        set_parameters(y);
    if (year_happens(y, 20))
        set_tariff(y);
    if (year_happens(y, 20))
        set_calendar(y);
    if (year_happens(y, 15) || ((supply->commanded_open || supply->bypass) && year_random(y, 100) == 0))
        open_or_close(y);
    if (year_happens(y, 15) && y->f.p.meter.state.settings.tampered)
        command(y, MV_COMMAND_CLEAR_TAMPER);
    if (year_happens(y, 12))
        clear(y);
    if (year_happens(y, 12))
        reset(y);
    if (year_happens(y, 20))
        set_time(y);
    if (year_happens(y, 60))
        read_meter(y);
    if (year_happens(y, 20))
        update_keys(y);
    if (year_happens(y, 30))
        rubbish(y);
}
