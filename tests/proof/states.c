/* What a journal may bring back, as far as the decoders look at it. Nothing is assumed but what the type says and what
 * is named here. */
#include "../../meter-core/src/prepay/parameters.h"
#include "arbitrary.h"

/* Every identity, TID, section and setting; credit is never negative. */
void arbitrary_state(struct mv_meter_state *state)
{
    ARBITRARY(*state);
    state->settings.tampered = arbitrary_bool();
    for (unsigned i = 0; i < MV_REGISTERS; i++)
        state->credit[i] = arbitrary_i64(0, INT64_MAX);
}

/* mv_parameters_in_range */
static void good_parameters(struct mv_parameters *parameters)
{
    parameters->credit_register = arbitrary_u8(0, MV_REGISTERS - 1);
    parameters->alarm_1 = arbitrary_i64(-MV_AMOUNT_MAX, MV_AMOUNT_MAX);
    parameters->alarm_2 = arbitrary_i64(-MV_AMOUNT_MAX, MV_AMOUNT_MAX);
    parameters->overdraft = arbitrary_i64(0, MV_AMOUNT_MAX);
    parameters->emergency = arbitrary_i64(0, MV_AMOUNT_MAX);
    parameters->hoard_limit = arbitrary_i64(0, MV_AMOUNT_MAX);
    parameters->arrears_per_purchase = arbitrary_i64(0, MV_AMOUNT_MAX);
    parameters->arrears_per_day = arbitrary_i64(0, MV_AMOUNT_MAX);
    parameters->arrears_percent = arbitrary_u8(0, 100);
    parameters->utc_offset_min = Frama_C_short_interval(MV_OFFSET_MIN, MV_OFFSET_MAX);
    parameters->freeze_day = arbitrary_u8(1, 28);
    parameters->freeze_hour = arbitrary_u8(0, 23);
    parameters->pulses_per_unit = Frama_C_unsigned_int_interval(1, UINT32_MAX);
}

/* mv_tariff_check; a tariff that does not wait may be anything else. */
static void good_tariff(struct mv_tariff *tariff)
{
    tariff->kind = arbitrary_u8(MV_TARIFF_SINGLE, MV_TARIFF_TIME_OF_USE);
    tariff->rates = arbitrary_u8(0, MV_RATES);
    tariff->steps = arbitrary_u8(0, MV_STEPS);
}

/* mv_calendar_check; the rates of switchings that are not used are never read. */
static void good_calendar(struct mv_calendar *calendar)
{
    for (unsigned i = 0; i < 7; i++)
        calendar->weekday_table[i] = arbitrary_u8(0, MV_DAY_TABLES - 1);
    for (unsigned i = 0; i < MV_DAY_TABLES; i++) {
        calendar->switchings[i] = arbitrary_u8(0, MV_SWITCHINGS);
        for (unsigned k = 0; k < MV_SWITCHINGS; k++)
            calendar->day_tables[i][k].rate = arbitrary_u8(0, MV_RATES - 1);
    }
    for (unsigned i = 0; i < MV_HOLIDAYS; i++)
        calendar->holidays[i].day_table = arbitrary_u8(0, MV_DAY_TABLES - 1);
    calendar->holiday_count = arbitrary_u8(0, MV_HOLIDAYS);
}

static void arbitrary_supply(struct mv_supply *supply)
{
    ARBITRARY(*supply);
    supply->commanded_open = arbitrary_bool();
    supply->bypass = arbitrary_bool();
    supply->warned = arbitrary_bool();
    supply->warning = arbitrary_bool();
    supply->awaits_key = arbitrary_bool();
    supply->retired = arbitrary_bool();
    supply->switch_fault = arbitrary_bool();
    supply->testing = arbitrary_bool();
    supply->silenced = arbitrary_bool();
    supply->cut = arbitrary_u8(MV_CUT_NONE, MV_CUT_UNBALANCE);
    supply->limit = arbitrary_u8(MV_CUT_NONE, MV_CUT_UNBALANCE);
}

static void arbitrary_records(struct mv_record_state *records)
{
    ARBITRARY(*records);
    records->provisioned = arbitrary_bool();
    records->nonce_open = arbitrary_bool();
    records->account_open = arbitrary_bool();
    records->want = arbitrary_u8(MV_WANT_NOTHING, MV_WANT_FROZEN);
    records->from = arbitrary_u8(0, records->want == MV_WANT_FROZEN ? MV_MONTHS - 1 : MV_EVENTS - 1);
    records->total_purchased = arbitrary_i64(0, INT64_MAX);
}

static void arbitrary_parts(struct mv_parts *parts)
{
    ARBITRARY(*parts);
    parts->total = arbitrary_u8(0, MV_PARTS_MAX);
    for (unsigned i = 0; i < MV_PARTS_MAX; i++)
        parts->length[i] = arbitrary_u8(0, MV_PART_BYTES);
}

void arbitrary_kept(struct mv_prepay *p)
{
    ARBITRARY(p->parameters);
    ARBITRARY(p->tariff);
    ARBITRARY(p->next_tariff);
    ARBITRARY(p->calendar);
    ARBITRARY(p->registers);
    ARBITRARY(p->account);
    ARBITRARY(p->freezes);
    ARBITRARY(p->events);
    /*@ loop unroll MV_EVENTS; */
    for (unsigned i = 0; i < MV_EVENTS; i++)
        p->events.ring[i].code = arbitrary_u8(MV_EVENT_NONE, MV_EVENT_STORAGE_HEALED);
    p->parameters.key_press_to_close = arbitrary_bool();
    p->account.emergency_on = arbitrary_bool();
    p->account.reserved = arbitrary_i64(0, INT64_MAX);
    for (unsigned i = 0; i < MV_HOLIDAYS; i++)
        p->calendar.holidays[i].friendly = arbitrary_bool();
    arbitrary_supply(&p->supply);
    arbitrary_records(&p->records);
    arbitrary_parts(&p->parts);
    good_parameters(&p->parameters);
    good_tariff(&p->tariff);
    good_tariff(&p->next_tariff);
    good_calendar(&p->calendar);
}
