/* Money on user cards: opened, sold, read back; what is unread, what is merged, and what is never written twice. */
#include "cards_world.h"

#include <string.h>

static void keeps_count(struct cards_world *cards)
{
    assert_int_equal(cards_sold(cards), cards->meter.credit);
}

static void an_account_and_three_purchases(void **state)
{
    struct cards_world *cards = *state;
    cards_opened(cards);
    assert_int_equal(1, cards->result.purchase.first_sequence);
    cards_visit(cards, &cards->meter);
    keeps_count(cards);
    static const char *const ids[] = {"one", "two", "three"};
    for (unsigned i = 0; i < 3; i++) {
        assert_ok(cards_buy(cards, ids[i], 100, false));
        assert_true(cards->result.has_return);
        assert_true(cards->result.returned.answers_last_read);
        assert_true(cards->result.previous_taken);
        assert_false(cards->result.merged);
        assert_int_equal(2 + i, cards->result.purchase.first_sequence);
        cards_visit(cards, &cards->meter);
        cards_visit(cards, &cards->meter);
        keeps_count(cards);
    }
    assert_int_equal(800, cards->meter.credit);
    assert_ok(cards_simple(cards, "engineer", "read", METERVAULT__V1__CARD_PURPOSE__READ_BACK));
    assert_true(cards->result.has_return);
    assert_ok(cards_simple(cards, "seller", "read", METERVAULT__V1__CARD_PURPOSE__READ_BACK));
}

/* A card that was only taken in is personalised on the way. */
static void a_card_in_transport_state_is_opened_at_once(void **state)
{
    struct cards_world *cards = *state;
    cards_transport(cards);
    assert_ok(cards_start_account(cards, "open"));
    assert_int_equal(STORE_CARD_IN_USE, cards->result.card.row.state);
    cards_visit(cards, &cards->meter);
    keeps_count(cards);
    assert_refused(MV_ACCOUNT_OPEN, cards_start_account(cards, "open-again"));
}

static void the_last_one_is_unread(void **state)
{
    struct cards_world *cards = *state;
    cards_opened(cards);
    assert_refused(MV_PREVIOUS_UNREAD, cards_buy(cards, "one", 100, false));
    assert_ok(cards_buy(cards, "one", 100, true));
    assert_true(cards->result.merged);
    assert_false(cards->result.previous_taken);
    assert_int_equal(2, cards->result.purchase.first_sequence);
    cards_visit(cards, &cards->meter);
    keeps_count(cards);
    assert_int_equal(600, cards->meter.credit);
    assert_ok(cards_buy(cards, "two", 200, true));
    assert_false(cards->result.merged);
}

static void merge_all(struct cards_world *cards)
{
    char id[] = "merge-0";
    cards_opened(cards);
    for (unsigned i = 1; i < MV_UNREAD_MAX; i++) {
        id[sizeof id - 2]++;
        assert_ok(cards_buy(cards, id, 100, true));
    }
    assert_refused(MV_PREVIOUS_UNREAD, cards_buy(cards, "merge-more", 100, true));
}

/* A record brings eight purchases again, no more: what lies further back would be lost. */
static void not_too_many_are_merged(void **state)
{
    struct cards_world *cards = *state;
    merge_all(cards);
    cards_visit(cards, &cards->meter);
    keeps_count(cards);
    assert_ok(cards_buy(cards, "merge-more", 100, false));
}

/* As much is merged as there may be, and then the card is lost. */
static void the_most_that_is_merged_can_be_replaced(void **state)
{
    struct cards_world *cards = *state;
    begin_t begin = cards_begin("new-card", METERVAULT__V1__CARD_PURPOSE__REPLACE);
    begin.meter_pan = cards->meter.pan;
    merge_all(cards);
    cards_fresh(cards, 2);
    cards_transport(cards);
    assert_ok(cards_session(cards, "seller", &begin));
    assert_int_equal(MV_UNREAD_MAX + 1, cards->result.purchase.first_sequence);
    cards_visit(cards, &cards->meter);
    assert_int_equal(500 + 100 * (MV_UNREAD_MAX - 1), cards->meter.credit);
    keeps_count(cards);
}

static void asked_again(void **state)
{
    struct cards_world *cards = *state;
    uint8_t before[MV_CARD_USER_TO_BYTES];
    cards_opened(cards);
    const uint8_t *to = cards->card.application.files[MV_CARD_FILE_TO_METER].data;
    memcpy(before, to, sizeof before);
    assert_ok(cards_start_account(cards, "open"));
    assert_true(cards->result.already);
    assert_true(cards->result.purchase.replayed);
    assert_memory_equal(before, to, sizeof before);
    cards_visit(cards, &cards->meter);
    assert_ok(cards_start_account(cards, "open"));
    assert_true(cards->result.already);
    assert_ok(cards_buy(cards, "one", 100, false));
    assert_ok(cards_start_account(cards, "open"));
    assert_true(cards->result.already);
    assert_refused(MV_REQUEST_ID_REUSED, cards_buy(cards, "one", 101, false));
    cards_visit(cards, &cards->meter);
    keeps_count(cards);
}

/* A purchase that broke off, and another that brings it too: the first one is not written any more. */
static void a_later_purchase_covers_it(void **state)
{
    struct cards_world *cards = *state;
    cards_opened(cards);
    cards_visit(cards, &cards->meter);
    assert_ok(cards_buy(cards, "probe", 100, false));
    unsigned last = cards->apdus;
    cards_visit(cards, &cards->meter);
    cards->cut = last - 1;
    assert_refused(MV_CARD_REMOVED, cards_buy(cards, "one", 100, false));
    cards->cut = 0;
    assert_int_equal(700, cards_sold(cards));
    assert_refused(MV_PREVIOUS_UNREAD, cards_buy(cards, "two", 200, false));
    assert_ok(cards_buy(cards, "two", 200, true));
    assert_true(cards->result.merged);
    assert_ok(cards_buy(cards, "one", 100, false));
    assert_true(cards->result.already);
    cards_visit(cards, &cards->meter);
    keeps_count(cards);
    assert_int_equal(900, cards->meter.credit);
}

/* An old copy of the card, put back after the meter has read the new content. */
static void a_copy_is_found(void **state)
{
    struct cards_world *cards = *state;
    uint8_t to[MV_CARD_USER_TO_BYTES];
    uint8_t from[MV_CARD_USER_FROM_BYTES];
    struct vcard_file *files = cards->card.application.files;
    cards_opened(cards);
    cards_visit(cards, &cards->meter);
    memcpy(to, files[MV_CARD_FILE_TO_METER].data, sizeof to);
    memcpy(from, files[MV_CARD_FILE_FROM_METER].data, sizeof from);
    assert_ok(cards_buy(cards, "one", 100, false));
    cards_visit(cards, &cards->meter);
    memcpy(files[MV_CARD_FILE_TO_METER].data, to, sizeof to);
    memcpy(files[MV_CARD_FILE_FROM_METER].data, from, sizeof from);
    assert_refused(MV_CARD_NOT_GENUINE, cards_buy(cards, "one", 100, false));
    assert_refused(MV_CARD_NOT_GENUINE, cards_buy(cards, "two", 100, true));
    files[MV_CARD_FILE_TO_METER].data[40] ^= 1;
    assert_refused(MV_CARD_NOT_GENUINE, cards_buy(cards, "two", 100, true));
    assert_int_equal(600, cards_sold(cards));
}

/* Anybody who has the card for a moment may have written it: it says nothing, and is cleared. */
static void a_false_return(void **state)
{
    struct cards_world *cards = *state;
    const Metervault__V1__CardPurpose read = METERVAULT__V1__CARD_PURPOSE__READ_BACK;
    const struct vcard_file *from = &cards->card.application.files[MV_CARD_FILE_FROM_METER];
    cards_opened(cards);
    cards_visit(cards, &cards->meter);
    from->data[40] ^= 1;
    assert_ok(cards_simple(cards, "seller", "read", read));
    assert_int_equal(MV_RECORD_NOT_VALID, cards->result.return_refused);
    assert_false(cards->result.has_return);
    assert_refused(MV_PREVIOUS_UNREAD, cards_buy(cards, "one", 100, false));
    assert_int_equal(500, cards_sold(cards));
    assert_ok(cards_buy(cards, "one", 100, true));
    assert_int_equal(MV_RECORD_NOT_VALID, cards->result.return_refused);
    assert_int_equal(0, from->data[0]);
    cards_visit(cards, &cards->meter);
    assert_ok(cards_buy(cards, "two", 100, false));
    assert_int_equal(MV_REASON_UNSPECIFIED, cards->result.return_refused);
    cards_visit(cards, &cards->meter);
    keeps_count(cards);
}

/* One that is genuine, of another meter, and one that names a meter that nobody knows. */
static void a_return_of_another_meter(void **state)
{
    struct cards_world *cards = *state;
    const struct vcard_file *from = &cards->card.application.files[MV_CARD_FILE_FROM_METER];
    struct records_shown shown = records_shown(RECORDS_KEYS.mac_version, RECORDS_KEYS.epoch, 1);
    static const enum mv_reason refused[] = {MV_CARD_OTHER_METER, MV_METER_UNKNOWN};
    char id[] = "merge-0";
    char pan[19];
    cards_opened(cards);
    cards_add_meter(cards, 3, 2, pan);
    for (unsigned i = 0; i < 2; i++) {
        id[sizeof id - 2]++;
        from->data[0] = (uint8_t)records_return(pan, shown, from->data + 1);
        assert_ok(cards_buy(cards, id, 100, true));
        assert_int_equal(refused[i], cards->result.return_refused);
        assert_int_equal(0, from->data[0]);
        world_pan(9, pan);
    }
    cards_visit(cards, &cards->meter);
    keeps_count(cards);
}

static void another_meters_card(void **state)
{
    struct cards_world *cards = *state;
    begin_t begin = cards_begin("read", METERVAULT__V1__CARD_PURPOSE__READ_BACK);
    char pan[19];
    cards_opened(cards);
    cards_add_meter(cards, 3, 2, pan);
    begin.meter_pan = pan;
    assert_refused(MV_CARD_OTHER_METER, cards_session(cards, "seller", &begin));
    begin.meter_pan = cards->meter.pan;
    assert_ok(cards_session(cards, "seller", &begin));
    assert_refused(MV_CARD_UNKNOWN, cards_session(cards, "rival", &begin));
    /* a second card for the same meter */
    cards_fresh(cards, 2);
    cards_transport(cards);
    assert_refused(MV_CARD_EXISTS, cards_start_account(cards, "second"));
}

static void a_denied_card(void **state)
{
    struct cards_world *cards = *state;
    const struct vend_caller chief = world_caller("chief");
    struct vend_card_act act = {.caller = &chief, .call = VEND_BLOCK_CARD};
    struct vend_card card;
    cards_opened(cards);
    cards_visit(cards, &cards->meter);
    memcpy(act.uid, cards->card.uid, sizeof act.uid);
    assert_refused(MV_INVALID_FIELD, vend_card_deny(cards->world->vend, &act, "", &card));
    assert_ok(vend_card_deny(cards->world->vend, &act, "stolen", &card));
    assert_ok(vend_card_deny(cards->world->vend, &act, "again", &card));
    assert_string_equal("stolen", card.row.because);
    assert_refused(MV_CARD_DENIED, cards_buy(cards, "one", 100, false));
    assert_refused(MV_CARD_DENIED, cards_start_account(cards, "open"));
    assert_refused(MV_CARD_DENIED, cards_simple(cards, "engineer", "new", METERVAULT__V1__CARD_PURPOSE__REKEY));
    assert_ok(cards_simple(cards, "seller", "who", METERVAULT__V1__CARD_PURPOSE__IDENTIFY));
    act.call = VEND_UNBLOCK_CARD;
    assert_ok(vend_card_allow(cards->world->vend, &act, &card));
    assert_ok(cards_buy(cards, "one", 100, false));
}

static void the_key_process_forgets(void **state)
{
    struct cards_world *cards = *state;
    cards_opened(cards);
    cards_visit(cards, &cards->meter);
    fake_keys_lock();
    fake_cards.lost_at = 7;
    fake_keys_unlock();
    assert_refused(MV_CARD_SESSION_LOST, cards_buy(cards, "one", 100, false));
    assert_ok(cards_buy(cards, "one", 100, false));
    cards_visit(cards, &cards->meter);
    keeps_count(cards);
}

static void settings_go_along(void **state)
{
    struct cards_world *cards = *state;
    Metervault__V1__ParameterValue value = METERVAULT__V1__PARAMETER_VALUE__INIT;
    Metervault__V1__ParameterValue *values[] = {&value};
    Metervault__V1__ParameterRecord parameters = METERVAULT__V1__PARAMETER_RECORD__INIT;
    Metervault__V1__PurchaseRecord purchase = METERVAULT__V1__PURCHASE_RECORD__INIT;
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    begin_t begin = cards_begin("open", METERVAULT__V1__CARD_PURPOSE__OPEN_ACCOUNT_CARD);
    cards_user(cards);
    value.parameter = METERVAULT__V1__PARAMETER__ALARM_1;
    value.value = 50;
    parameters.n_values = 1;
    parameters.values = values;
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = 100;
    purchase.quantity = &quantity;
    purchase.client_number = (char *)"1";
    begin.purchase = &purchase;
    begin.parameters = &parameters;
    begin.meter_pan = cards->meter.pan;
    assert_refused(MV_ROLE_MISSING, cards_session(cards, "seller", &begin));
    begin.request_id = (char *)"open-2";
    assert_ok(cards_session(cards, "chief", &begin));
    assert_ok(cards_buy(cards, "more", 100, true)); /* unread: the parameters stay on the card */
    cards_visit(cards, &cards->meter);
    assert_int_equal(1, cards->meter.settings);
    keeps_count(cards);
    assert_ok(cards_buy(cards, "next", 100, false));
    cards_visit(cards, &cards->meter);
    assert_int_equal(1, cards->meter.settings);
}

static mv_status beside; /* what the owner's session heard */
static void owner_comes(struct cards_world *cards)
{
    enum { LATE = 5 };
    struct vend_card_place place;
    if (cards->apdus != LATE)
        return;
    assert_ok(vend_card_enter(cards->world->vend, &place));
    beside = vend_card_hold(cards->world->vend, &place, cards->card.uid);
    vend_card_leave(cards->world->vend, &place);
}

/* Another organisation's terminal that says it has our card keeps nobody from it; a colleague's does. */
static void a_stranger_holds_no_card(void **state)
{
    struct cards_world *cards = *state;
    cards_opened(cards);
    cards->during = owner_comes;
    beside = mv_fail(MV_INTERNAL_ERROR, "never asked");
    assert_ok(cards_simple(cards, "rival", "who", METERVAULT__V1__CARD_PURPOSE__IDENTIFY));
    assert_ok(beside);
    assert_ok(cards_simple(cards, "seller", "who", METERVAULT__V1__CARD_PURPOSE__IDENTIFY));
    assert_refused(MV_CARD_IN_SESSION, beside);
    cards->during = NULL;
}

/* Two terminals that say they have the same card. */
static void one_session_for_a_card(void **state)
{
    struct cards_world *cards = *state;
    cards_opened(cards);
    cards_visit(cards, &cards->meter);
    struct vend_card_place place;
    assert_ok(vend_card_enter(cards->world->vend, &place));
    assert_ok(vend_card_hold(cards->world->vend, &place, cards->card.uid));
    assert_refused(MV_CARD_IN_SESSION, cards_buy(cards, "one", 100, false));
    vend_card_leave(cards->world->vend, &place);
    assert_ok(cards_buy(cards, "one", 100, false));
    struct vend_card_place places[VEND_CARD_SESSIONS];
    for (unsigned i = 0; i < VEND_CARD_SESSIONS; i++)
        assert_ok(vend_card_enter(cards->world->vend, &places[i]));
    assert_refused(MV_SERVER_BUSY, cards_buy(cards, "one", 100, false));
    for (unsigned i = 0; i < VEND_CARD_SESSIONS; i++)
        vend_card_leave(cards->world->vend, &places[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_account_and_three_purchases, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_card_in_transport_state_is_opened_at_once, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(the_last_one_is_unread, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(not_too_many_are_merged, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(the_most_that_is_merged_can_be_replaced, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(asked_again, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_later_purchase_covers_it, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_copy_is_found, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_false_return, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_return_of_another_meter, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(another_meters_card, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_denied_card, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(the_key_process_forgets, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(settings_go_along, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_stranger_holds_no_card, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(one_session_for_a_card, cards_setup, cards_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
