/* Cards of profile 2: whose they become and when, how an account ends, and a meter that begins anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cards_world.h"
#include "metervault/card_pboc.h"
#include "vending/record_list.h"

enum { WH = 100, NEWEST = CARDS_PBOC_NEWEST, KIND_AT = 4 + 38, COUNT_AT = 7 };

static void opened(struct cards_world *cards)
{
    assert_ok(cards_start_account(cards, "open"));
    cards_agree_pboc(cards);
}

static mv_status personalise(struct cards_world *cards, Metervault__V1__CardKind kind)
{
    begin_t begin = cards_begin("make", METERVAULT__V1__CARD_PURPOSE__PERSONALISE);
    begin.kind = kind;
    begin.meter_pan = cards->meter.pan;
    begin.domain = (char *)"A1B2C3";
    return cards_session(cards, kind == METERVAULT__V1__CARD_KIND__USER ? "seller" : "engineer", &begin);
}

/* ---- whose it is ---- */

static void made_a_meters_before_anything_is_sold(void **state)
{
    struct cards_world *cards = *state;
    begin_t factory = cards_begin("keys", METERVAULT__V1__CARD_PURPOSE__PERSONALISE);
    factory.factory = true;
    assert_refused(MV_CARD_KIND_WRONG, cards_session(cards, "factory", &factory));
    assert_refused(MV_CARD_KIND_WRONG, personalise(cards, METERVAULT__V1__CARD_KIND__INSPECTION));
    assert_ok(personalise(cards, METERVAULT__V1__CARD_KIND__USER));
    assert_true(cards->result.genuine);
    assert_string_equal(cards->meter.pan, cards_on_file(cards).pan);
    assert_refused(MV_CARD_NOT_FRESH, personalise(cards, METERVAULT__V1__CARD_KIND__USER));
    opened(cards);
}

/* Lost before its account was opened: nothing could be replaced, and the meter has to get a card. */
static void one_that_never_carried_anything_makes_room(void **state)
{
    struct cards_world *cards = *state;
    assert_ok(personalise(cards, METERVAULT__V1__CARD_KIND__USER));
    struct vcard lost = cards->card;
    cards_fresh_pboc(cards, 2, NEWEST);
    assert_refused(MV_CARD_EXISTS, personalise(cards, METERVAULT__V1__CARD_KIND__USER));
    assert_refused(MV_ACCOUNT_NOT_OPEN, cards_replace_pboc(cards, "new", 0));
    opened(cards);
    assert_true(cards->result.has_replaced);
    cards->card = lost;
    assert_refused(MV_CARD_DENIED, cards_buy(cards, "one", WH, false));
}

/* The same in profile 1, whose cards share the rule. */
static void one_of_profile_1_does(void **state)
{
    struct cards_world *cards = *state;
    cards_fresh(cards, 8);
    cards_user(cards);
    cards_fresh(cards, 9);
    cards_transport(cards);
    assert_ok(cards_start_account(cards, "open"));
    assert_true(cards->result.has_replaced);
    cards_fresh(cards, 10);
    cards_transport(cards);
    assert_refused(MV_CARD_EXISTS, cards_start_account(cards, "second"));
}

static void an_order_that_is_none_makes_no_card_a_meters(void **state)
{
    struct cards_world *cards = *state;
    const struct vend_caller seller = world_caller("seller");
    struct vend_card_act act = {.caller = &seller, .call = VEND_GET_CARD};
    struct vend_card card;
    Metervault__V1__PurchaseRecord purchase = METERVAULT__V1__PURCHASE_RECORD__INIT;
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    begin_t begin = cards_begin("open", METERVAULT__V1__CARD_PURPOSE__OPEN_ACCOUNT_CARD);
    begin.meter_pan = cards->meter.pan;
    begin.purchase = &purchase;
    purchase.quantity = &quantity;
    purchase.client_number = (char *)"123456";
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = WH + 5;
    memcpy(act.uid, cards->card.uid, sizeof act.uid);
    assert_refused(MV_INVALID_FIELD, cards_session(cards, "seller", &begin));
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_VOLUME_L;
    quantity.volume_l = WH;
    assert_refused(MV_WRONG_UTILITY, cards_session(cards, "seller", &begin));
    assert_refused(MV_CARD_UNKNOWN, vend_card_get(cards->world->vend, &act, &card));
    opened(cards);
    cards_fresh_pboc(cards, 2, NEWEST);
    assert_refused(MV_CARD_EXISTS, cards_start_account(cards, "second"));
}

static void add_master(enum hsm_key_use use, uint8_t version)
{
    fake_keys_lock();
    struct hsm_key_info *key = &fake_keys.catalogue.keys[fake_keys.catalogue.key_count++];
    *key = (struct hsm_key_info){.use = use, .version = version, .state = HSM_ACTIVE};
    hsm_master_label(key->use, RECORDS_DOMAIN, version, key->label);
    fake_keys_unlock();
}

/* With an external key that a card does not have it would be locked after three attempts. */
static void masters_that_are_renewed_one_by_one(void **state)
{
    struct cards_world *cards = *state;
    add_master(HSM_USE_CARD_PBOC_EXTERNAL, NEWEST + 1);
    add_master(HSM_USE_CARD_PBOC_MAC, NEWEST + 1);
    vend_refresh(cards->world->vend);
    opened(cards);
    assert_int_equal(VCARD_PBOC_TRIES, cards->card.pboc.tries);
    assert_int_equal(NEWEST, cards_on_file(cards).row.keys.office);
}

/* ---- replaced, and read by another carrier ---- */

/* A return that came another way shows the last purchase, but the meter has not seen the card that took the place of
 * the lost one: it would refuse a purchase on a card that it does not know. */
static void a_purchase_on_a_replacement_that_the_meter_never_saw(void **state)
{
    struct cards_world *cards = *state;
    struct records_shown shown = records_shown(RECORDS_KEYS.mac_version, RECORDS_KEYS.epoch, 1);
    struct vend_return back;
    opened(cards);
    cards_fresh_pboc(cards, 2, NEWEST);
    assert_ok(cards_replace_pboc(cards, "new", 0));
    shown.taken = 1;
    assert_ok(records_bring(cards->world, cards->meter.pan, shown, &back));
    assert_ok(cards_buy(cards, "one", WH, false));
    assert_int_equal(MV_PURCHASE_REPLACEMENT, cards->card.pboc.user[KIND_AT]);
    cards_agree_pboc(cards);
    assert_ok(cards_buy(cards, "two", WH, false));
    assert_int_equal(MV_PURCHASE_NORMAL, cards->card.pboc.user[KIND_AT]);
    cards_agree_pboc(cards);
}

/* ---- the end ---- */

static mv_status close_account(struct cards_world *cards, const char *id)
{
    return cards_simple(cards, "seller", id, METERVAULT__V1__CARD_PURPOSE__CLOSE_ACCOUNT);
}

/* The meter gets the newest read request by its port, and the office what it answers. */
static void answer_by_port(struct cards_world *cards, uint32_t number, uint32_t taken)
{
    const struct vend_caller seller = world_caller("seller");
    const struct vend_record_query query = {
        .pan = cards->meter.pan, .kind = MV_KIND_READ, .epoch = VEND_PRESENT_EPOCH, .page_token = ""};
    struct records_shown shown = records_shown(RECORDS_KEYS.mac_version, RECORDS_KEYS.epoch, number);
    struct vend_record_list *list = malloc(sizeof *list);
    struct vend_return back;
    assert_non_null(list);
    assert_ok(vend_list_records(cards->world->vend, &seller, &query, list));
    assert_true(list->count > 0);
    shown.echo = list->records[list->count - 1].row.nonce;
    shown.taken = taken;
    assert_ok(records_bring(cards->world, cards->meter.pan, shown, &back));
    free(list);
}

static void an_account_is_closed_on_proof_from_elsewhere(void **state)
{
    struct cards_world *cards = *state;
    static const uint8_t nothing[MV_PBOC_WALLET];
    opened(cards);
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "end"));
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "end"));
    answer_by_port(cards, 1, 0); /* does not show the purchase */
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "end"));
    answer_by_port(cards, 2, 1);
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "another")); /* has asked nothing yet */
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "end"));     /* and is the newest question now */
    answer_by_port(cards, 3, 1);
    assert_ok(close_account(cards, "end"));
    assert_true(cards->result.has_return);
    const struct vend_card card = cards_on_file(cards);
    assert_int_equal(STORE_CARD_TRANSPORT, card.row.state);
    assert_string_equal("", card.pan);
    assert_memory_equal(nothing, cards->card.pboc.wallet, sizeof nothing);
    assert_int_equal(0, cards->card.pboc.user[KIND_AT]);
    assert_refused(MV_CARD_KIND_WRONG, cards_buy(cards, "one", WH, false));
    assert_refused(MV_ACCOUNT_CLOSED, cards_start_account(cards, "again"));
}

/* Whatever the masters are by then: it has the keys that it had. */
static void the_card_serves_another_meter(void **state)
{
    struct cards_world *cards = *state;
    opened(cards);
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "end"));
    answer_by_port(cards, 1, 1);
    assert_ok(close_account(cards, "end"));
    fake_cards_masters(RECORDS_DOMAIN, NEWEST + 1, NEWEST + 1);
    vend_refresh(cards->world->vend);
    memset(&cards->meter, 0, sizeof cards->meter);
    cards_add_meter(cards, 7, 2, cards->meter.pan);
    assert_ok(cards_start_account(cards, "next"));
    assert_int_equal(NEWEST, cards_on_file(cards).row.keys.issuer);
    cards_visit_pboc(cards, &cards->meter);
    assert_int_equal(500, cards->meter.credit);
}

static void prepare_closing(struct cards_world *cards, unsigned cut, begin_t *begin)
{
    static char id[32];
    (void)snprintf(id, sizeof id, "open-%u", cut);
    cards_fresh_pboc(cards, (uint8_t)(cut + 1), NEWEST);
    memset(&cards->meter, 0, sizeof cards->meter);
    cards_add_meter(cards, 100 + cut, 2, cards->meter.pan);
    assert_ok(cards_start_account(cards, id));
    cards_visit_pboc(cards, &cards->meter);
    (void)snprintf(id, sizeof id, "close-%u", cut);
    *begin = cards_begin(id, METERVAULT__V1__CARD_PURPOSE__CLOSE_ACCOUNT);
    assert_refused(MV_PREVIOUS_UNREAD, cards_session(cards, "seller", begin));
    answer_by_port(cards, 1, 1);
}

static void check_closed(struct cards_world *cards, unsigned cut)
{
    static const uint8_t nothing[MV_PBOC_RETURN_BYTES];
    (void)cut;
    assert_int_equal(STORE_CARD_TRANSPORT, cards_on_file(cards).row.state);
    assert_true(cards->result.has_return);
    assert_string_equal(cards->meter.pan, cards->result.returned.pan);
    assert_memory_equal(nothing, cards->card.pboc.wallet, MV_PBOC_WALLET);
    assert_memory_equal(nothing, cards->card.pboc.returned, MV_PBOC_RETURN_BYTES);
}

static void closing_is_cut_everywhere(void **state)
{
    struct cards_cut way = {.who = "seller", .prepare = prepare_closing, .check = check_closed};
    assert_true(cards_cut_everywhere(*state, &way) >= 15);
}

static void closing_is_cut_behind_everything(void **state)
{
    struct cards_cut way = {.who = "seller", .after = true, .prepare = prepare_closing, .check = check_closed};
    assert_true(cards_cut_everywhere(*state, &way) >= 15);
}

/* Closed in the ledger, torn on the card, and the next customer's instead of being put in again. */
static void a_closing_that_broke_off_is_in_nobodys_way(void **state)
{
    struct cards_world *cards = *state;
    begin_t begin;
    prepare_closing(cards, 1, &begin);
    assert_ok(cards_simple(cards, "seller", "look", METERVAULT__V1__CARD_PURPOSE__READ_BACK));
    cards->cut = cards->apdus + 2; /* in the middle of emptying it */
    cards->cut_after = true;
    assert_refused(MV_CARD_REMOVED, cards_session(cards, "seller", &begin));
    cards->cut = 0;
    assert_int_equal(STORE_CARD_UNDER_WAY, cards_on_file(cards).row.state);
    assert_refused(MV_CARD_KIND_WRONG, cards_buy(cards, "one", WH, false));
    memset(&cards->meter, 0, sizeof cards->meter);
    cards_add_meter(cards, 7, 2, cards->meter.pan);
    assert_ok(cards_start_account(cards, "next"));
    cards_visit_pboc(cards, &cards->meter);
    assert_int_equal(500, cards->meter.credit);
}

/* ---- a meter that begins anew ---- */

static void begin_anew(struct cards_world *cards, const char *id)
{
    struct vend_record_order reset = records_renewal(id, cards->meter.pan, true);
    struct vend_records out;
    struct vend_return back;
    reset.abandons_unread = true;
    assert_ok(records_sign(cards->world, "engineer", &reset, &out));
    assert_ok(records_bring(cards->world, cards->meter.pan, records_shown(3, RECORDS_KEYS.epoch + 1, 1), &back));
    cards->meter.taken = 0;
    cards->meter.credit = 0;
}

/* Its numbers begin with 1 again, and what the card has is none of them: nothing is there already. */
static void counts_of_the_installation_before_are_over(void **state)
{
    struct cards_world *cards = *state;
    opened(cards);
    assert_ok(cards_buy(cards, "one", WH, false));
    cards_agree_pboc(cards);
    begin_anew(cards, "reset");
    assert_ok(cards_start_account(cards, "anew"));
    assert_false(cards->result.already);
    assert_int_equal(1, cards->card.pboc.wallet[COUNT_AT]);
    cards_visit_pboc(cards, &cards->meter);
    assert_int_equal(500, cards->meter.credit);
    assert_ok(cards_buy(cards, "next", WH, false));
    cards_visit_pboc(cards, &cards->meter);
    assert_int_equal(500 + WH, cards->meter.credit);
}

static void cut_after_a_reset(void **state)
{
    struct cards_world *cards = *state;
    mv_status status = mv_fail(MV_CARD_REMOVED, NULL);
    for (unsigned cut = 1; !status.ok; cut++) {
        char id[32];
        (void)snprintf(id, sizeof id, "old-%u", cut);
        cards_fresh_pboc(cards, (uint8_t)(cut + 1), NEWEST);
        memset(&cards->meter, 0, sizeof cards->meter);
        cards_add_meter(cards, 100 + cut, 2, cards->meter.pan);
        assert_ok(cards_start_account(cards, id)); /* number 1, as the next one will be, and as much */
        cards_visit_pboc(cards, &cards->meter);
        (void)snprintf(id, sizeof id, "reset-%u", cut);
        begin_anew(cards, id);
        (void)snprintf(id, sizeof id, "new-%u", cut);
        cards->cut = cut;
        status = cards_start_account(cards, id);
        cards->cut = 0;
        if (!status.ok)
            assert_refused(MV_CARD_REMOVED, status);
        assert_ok(cards_start_account(cards, id));
        cards_visit_pboc(cards, &cards->meter);
        assert_int_equal(500, cards->meter.credit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(made_a_meters_before_anything_is_sold, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(one_that_never_carried_anything_makes_room, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(one_of_profile_1_does, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(an_order_that_is_none_makes_no_card_a_meters, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(masters_that_are_renewed_one_by_one, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(a_purchase_on_a_replacement_that_the_meter_never_saw, cards_setup_pboc,
                                        cards_teardown),
        cmocka_unit_test_setup_teardown(an_account_is_closed_on_proof_from_elsewhere, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(the_card_serves_another_meter, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(closing_is_cut_everywhere, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(closing_is_cut_behind_everything, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(a_closing_that_broke_off_is_in_nobodys_way, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(counts_of_the_installation_before_are_over, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(cut_after_a_reset, cards_setup_pboc, cards_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
