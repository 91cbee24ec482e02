/* What is refused before anything is given up for it: no card denied, no number signed, no good content overwritten. */
#include "cards_world.h"

#include <string.h>

struct order {
    begin_t begin;
    Metervault__V1__PurchaseRecord purchase;
    Metervault__V1__Quantity quantity;
};

/* A replacement of 1 kWh, to be spoiled. */
static void replacement(const struct cards_world *cards, const char *id, struct order *order)
{
    order->begin = cards_begin(id, METERVAULT__V1__CARD_PURPOSE__REPLACE);
    metervault__v1__purchase_record__init(&order->purchase);
    metervault__v1__quantity__init(&order->quantity);
    order->quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    order->quantity.energy_wh = 1000;
    order->purchase.quantity = &order->quantity;
    order->begin.purchase = &order->purchase;
    order->begin.meter_pan = (char *)cards->meter.pan;
}

static struct vcard take_away(struct cards_world *cards)
{
    struct vcard old = cards->card;
    memset(&cards->card, 0, sizeof cards->card);
    cards_fresh(cards, 2);
    cards_transport(cards);
    return old;
}

static void has_again(struct cards_world *cards, struct vcard old)
{
    vcard_free(&cards->card);
    cards->card = old;
    assert_int_equal(STORE_CARD_ALLOWED, cards_on_file(cards).row.denied);
}

static void a_refused_replacement_denies_nothing(void **state)
{
    struct cards_world *cards = *state;
    struct order order;
    cards_opened(cards);
    cards_visit(cards, &cards->meter);
    struct vcard old = take_away(cards);
    replacement(cards, "unit", &order);
    order.quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_VOLUME_L;
    order.quantity.volume_l = 1000;
    assert_refused(MV_WRONG_UTILITY, cards_session(cards, "seller", &order.begin));
    replacement(cards, "amount", &order);
    order.quantity.energy_wh = INT64_MAX;
    assert_refused(MV_AMOUNT_TOO_LARGE, cards_session(cards, "seller", &order.begin));
    replacement(cards, "role", &order);
    order.purchase.arrears_added = 1;
    assert_refused(MV_ROLE_MISSING, cards_session(cards, "seller", &order.begin));
    replacement(cards, "client", &order);
    order.purchase.client_number = (char *)"77";
    assert_refused(MV_INVALID_FIELD, cards_session(cards, "seller", &order.begin));
    replacement(cards, "open", &order); /* which the account was opened with */
    assert_refused(MV_REQUEST_ID_REUSED, cards_session(cards, "seller", &order.begin));
    assert_int_equal(STORE_CARD_TRANSPORT, cards_on_file(cards).row.state);
    has_again(cards, old);
    assert_ok(cards_buy(cards, "one", 100, false));
}

static void nothing_is_replaced_without_an_account(void **state)
{
    struct cards_world *cards = *state;
    struct order order;
    cards_user(cards);
    struct vcard old = take_away(cards);
    replacement(cards, "new-card", &order);
    assert_refused(MV_ACCOUNT_NOT_OPEN, cards_session(cards, "seller", &order.begin));
    has_again(cards, old);
}

/* More is out than a replacement brings: sold by other carriers, and no return came. */
static void nothing_is_replaced_that_it_cannot_bring(void **state)
{
    struct cards_world *cards = *state;
    struct order order;
    struct vend_records sold;
    char id[] = "port-0";
    cards_opened(cards);
    for (unsigned i = 0; i < MV_UNREAD_MAX; i++) {
        id[sizeof id - 2]++;
        assert_ok(records_buy(cards->world, id, cards->meter.pan, 100, &sold));
    }
    struct vcard old = take_away(cards);
    replacement(cards, "new-card", &order);
    assert_refused(MV_PREVIOUS_UNREAD, cards_session(cards, "seller", &order.begin));
    has_again(cards, old);
}

/* ---- an epoch that is over ---- */

static void what_an_old_epoch_signed_is_not_written(void **state)
{
    struct cards_world *cards = *state;
    uint8_t to[MV_CARD_USER_TO_BYTES];
    struct vend_records out;
    struct vend_return back;
    struct vend_record_order reset = records_renewal("reset", cards->meter.pan, true);
    cards_opened(cards);
    assert_ok(cards_buy(cards, "one", 100, true));
    reset.abandons_unread = true;
    assert_ok(records_sign(cards->world, "engineer", &reset, &out));
    assert_ok(records_bring(cards->world, cards->meter.pan, records_shown(3, 8, 1), &back));
    assert_ok(cards_start_account(cards, "open-8"));
    const uint8_t *now = cards->card.application.files[MV_CARD_FILE_TO_METER].data;
    memcpy(to, now, sizeof to);
    assert_refused(MV_RECORD_KEYS_DIFFER, cards_buy(cards, "one", 100, true));
    assert_false(cards->result.has_purchase);
    assert_memory_equal(to, now, sizeof to);
}

/* ---- what does not fit ---- */

enum { TABLES = 8, SWITCHES = 12, DAYS = 7 };

/* A calendar of four parts, one of the largest. */
static Metervault__V1__CalendarTable *calendar(void)
{
    static Metervault__V1__RateSwitch switches[SWITCHES];
    static Metervault__V1__RateSwitch *in_a_day[SWITCHES];
    static Metervault__V1__DayTable tables[TABLES];
    static Metervault__V1__DayTable *all[TABLES];
    static uint32_t weekdays[DAYS];
    static Metervault__V1__CalendarTable table;
    for (unsigned i = 0; i < SWITCHES; i++) {
        metervault__v1__rate_switch__init(&switches[i]);
        switches[i].minute = 60 * i;
        in_a_day[i] = &switches[i];
    }
    for (unsigned i = 0; i < TABLES; i++) {
        metervault__v1__day_table__init(&tables[i]);
        tables[i].n_switches = SWITCHES;
        tables[i].switches = in_a_day;
        all[i] = &tables[i];
    }
    metervault__v1__calendar_table__init(&table);
    table.n_day_tables = TABLES;
    table.day_tables = all;
    table.n_weekday_tables = DAYS;
    table.weekday_tables = weekdays;
    return &table;
}

static mv_status sell_with_calendar(struct cards_world *cards, const char *id, struct order *order)
{
    replacement(cards, id, order);
    order->begin.purpose = METERVAULT__V1__CARD_PURPOSE__PURCHASE_CARD;
    order->begin.calendar = calendar();
    order->begin.merge_unread = true;
    return cards_session(cards, "chief", &order->begin);
}

/* Each brings a calendar, and those that the meter has not read stay on the card. */
static void what_does_not_fit_is_not_signed(void **state)
{
    struct cards_world *cards = *state;
    struct order order;
    mv_status status = mv_ok();
    char id[] = "more-0";
    int64_t before = 0;
    cards_opened(cards);
    for (unsigned i = 1; i < MV_UNREAD_MAX && status.ok; i++) {
        id[sizeof id - 2]++;
        before = cards_sold(cards);
        status = sell_with_calendar(cards, id, &order);
    }
    assert_refused(MV_CARD_FULL, status);
    assert_true(before > 500);
    assert_int_equal(before, cards_sold(cards));
    order.begin.calendar = NULL;
    assert_ok(cards_session(cards, "chief", &order.begin));
    cards_visit(cards, &cards->meter);
    assert_int_equal(cards_sold(cards), cards->meter.credit);
}

/* ---- settings of a lost card ---- */

static void replace_it(struct cards_world *cards, uint8_t serial, bool with_calendar)
{
    struct order order;
    cards_fresh(cards, serial);
    cards_transport(cards);
    replacement(cards, "new-card", &order);
    order.begin.purchase = NULL;
    order.begin.calendar = with_calendar ? calendar() : NULL;
    assert_ok(cards_session(cards, "chief", &order.begin));
    assert_ok(cards_session(cards, "chief", &order.begin));
    assert_true(cards->result.already);
}

static void a_replacement_brings_settings(void **state)
{
    struct cards_world *cards = *state;
    struct order order;
    unsigned parts;
    cards_opened(cards);
    assert_ok(sell_with_calendar(cards, "one", &order));
    struct vcard old = cards->card;
    memset(&cards->card, 0, sizeof cards->card);
    replace_it(cards, 2, false);
    assert_false(cards->result.settings_left);
    cards_visit(cards, &cards->meter);
    parts = cards->meter.settings;
    assert_true(parts > 1);
    assert_int_equal(cards_sold(cards), cards->meter.credit);
    vcard_free(&old);
}

static void with_its_own_behind_them(void **state)
{
    struct cards_world *cards = *state;
    struct order order;
    cards_opened(cards);
    assert_ok(sell_with_calendar(cards, "one", &order));
    replace_it(cards, 2, true);
    cards_visit(cards, &cards->meter);
    assert_true(cards->meter.settings > 2);
    assert_int_equal(0, cards->meter.settings % 2);
    assert_int_equal(cards_sold(cards), cards->meter.credit);
}

/* More of them wait than fit: credit goes first, and new ones cannot go before them. */
static void settings_that_do_not_fit_are_told(void **state)
{
    struct cards_world *cards = *state;
    struct order order;
    struct vend_records out;
    char id[] = "port-0";
    struct vend_record_order many = records_order(MV_KIND_PARAMETERS, id, cards->meter.pan);
    cards_opened(cards);
    many.parts = VEND_RECORD_PARTS;
    for (unsigned i = 0; i < 4; i++) {
        id[sizeof id - 2]++;
        many.request_id = id;
        assert_ok(records_sign(cards->world, "engineer", &many, &out));
    }
    cards_fresh(cards, 2);
    cards_transport(cards);
    replacement(cards, "both", &order);
    order.begin.calendar = calendar();
    assert_refused(MV_CARD_FULL, cards_session(cards, "chief", &order.begin));
    order.begin = cards_begin("new-card", METERVAULT__V1__CARD_PURPOSE__REPLACE);
    order.begin.meter_pan = cards->meter.pan;
    assert_ok(cards_session(cards, "chief", &order.begin));
    assert_true(cards->result.settings_left);
    cards_visit(cards, &cards->meter);
    assert_int_equal(0, cards->meter.settings);
    assert_int_equal(cards_sold(cards), cards->meter.credit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_refused_replacement_denies_nothing, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(nothing_is_replaced_without_an_account, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(nothing_is_replaced_that_it_cannot_bring, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(what_an_old_epoch_signed_is_not_written, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_not_signed, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_replacement_brings_settings, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(with_its_own_behind_them, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(settings_that_do_not_fit_are_told, cards_setup, cards_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
