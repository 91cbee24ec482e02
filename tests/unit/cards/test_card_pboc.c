/* Cards of profile 2 at the desk: what is sold on them, what is refused, and what becomes of them when they leave. */
#include <stdio.h>
#include <string.h>

#include "cards_world.h"
#include "fake_pboc.h"
#include "metervault/card_pboc.h"

enum { WH = 100, NEWEST = CARDS_PBOC_NEWEST };

static void opened(struct cards_world *cards)
{
    assert_ok(cards_start_account(cards, "open"));
    cards_agree_pboc(cards);
}

/* ---- */

static void nobody_takes_it_unless_told_to(void **state)
{
    struct cards_world *cards = *state;
    cards->world->card_pboc_class = 0;
    world_restart(cards->world);
    assert_refused(MV_CARD_UNKNOWN, cards_start_account(cards, "open"));
    assert_int_equal(1, cards->apdus);
    assert_int_equal(0, cards_sold(cards));
}

static void an_account_and_three_purchases(void **state)
{
    static const char *const ids[] = {"one", "two", "three"};
    struct cards_world *cards = *state;
    assert_ok(cards_start_account(cards, "open"));
    assert_true(cards->result.genuine);
    assert_int_equal(1, cards->result.purchase.first_sequence);
    assert_memory_equal(cards->card.pboc.wallet, "\x00\x00\x00\x32\x00\x00\x00\x01", 8);
    cards_agree_pboc(cards);
    for (unsigned i = 0; i < 3; i++) {
        assert_ok(cards_buy(cards, ids[i], WH, false));
        assert_true(cards->result.previous_taken);
        assert_int_equal(2 + i, cards->result.purchase.first_sequence);
        cards_agree_pboc(cards);
        cards_agree_pboc(cards);
    }
    assert_true(cards->meter.credit == 500 + 3 * WH);
    assert_ok(cards_simple(cards, "engineer", "read", METERVAULT__V1__CARD_PURPOSE__READ_BACK));
    assert_true(cards->result.previous_taken);
    assert_ok(cards_simple(cards, "seller", "what", METERVAULT__V1__CARD_PURPOSE__IDENTIFY));
    assert_true(cards->result.genuine);
    const struct vend_card card = cards_on_file(cards);
    assert_int_equal(NEWEST, card.row.keys.issuer);
    assert_int_equal(NEWEST, card.row.keys.area);
    assert_int_equal(0, card.row.keys.meter);
}

/* What the card says of its meter and its kind. */
static void parameters_name_the_meter(void **state)
{
    struct cards_world *cards = *state;
    struct mv_pboc_user user;
    uint8_t number[6];
    opened(cards);
    mv_pboc_user_read(cards->card.pboc.user + 4, &user);
    for (size_t i = 0; i < sizeof number; i++)
        number[i] = (uint8_t)((cards->meter.pan[6 + 2 * i] - '0') << 4 | (cards->meter.pan[7 + 2 * i] - '0'));
    assert_memory_equal(number, user.meter_no, sizeof number);
    assert_int_equal(1, user.kind);
    assert_ok(cards_buy(cards, "one", WH, false));
    mv_pboc_user_read(cards->card.pboc.user + 4, &user);
    assert_int_equal(2, user.kind);
}

/* A meter takes the next one only, so that two on the way would be one lost. */
static void unread_is_neither_followed_nor_merged(void **state)
{
    struct cards_world *cards = *state;
    assert_ok(cards_start_account(cards, "open"));
    assert_refused(MV_PREVIOUS_UNREAD, cards_buy(cards, "one", WH, false));
    assert_refused(MV_PREVIOUS_UNREAD, cards_buy(cards, "one", WH, true));
    assert_int_equal(500, cards_sold(cards));
    cards_agree_pboc(cards);
    assert_ok(cards_buy(cards, "one", WH, true));
    assert_false(cards->result.merged);
    cards_agree_pboc(cards);
}

static void asked_again(void **state)
{
    struct cards_world *cards = *state;
    opened(cards);
    assert_ok(cards_buy(cards, "one", WH, false));
    assert_ok(cards_buy(cards, "one", WH, false));
    assert_true(cards->result.already);
    assert_refused(MV_REQUEST_ID_REUSED, cards_buy(cards, "one", (int64_t)2 * WH, false));
    cards_agree_pboc(cards);
    assert_ok(cards_buy(cards, "one", WH, false));
    assert_true(cards->result.already);
    assert_ok(cards_buy(cards, "two", WH, false));
    assert_ok(cards_buy(cards, "one", WH, false));
    assert_true(cards->result.already);
    cards_agree_pboc(cards);
    assert_true(cards->meter.credit == 500 + 2 * WH);
}

/* ---- lost cards ---- */

static void a_lost_card_is_replaced(void **state)
{
    struct cards_world *cards = *state;
    opened(cards);
    assert_ok(cards_buy(cards, "one", WH, false));
    struct vcard lost = cards->card;
    cards_fresh_pboc(cards, 2, NEWEST);
    assert_refused(MV_INVALID_FIELD, cards_replace_pboc(cards, "new", WH));
    assert_ok(cards_replace_pboc(cards, "new", 0));
    assert_true(cards->result.has_replaced);
    assert_int_equal(2, cards->card.pboc.wallet[7]);
    assert_int_equal(3, cards->card.pboc.user[4 + 38]);
    assert_ok(cards_replace_pboc(cards, "new", 0));
    assert_true(cards->result.already);
    cards_agree_pboc(cards); /* it was not read: the new card brings it */
    assert_ok(cards_buy(cards, "two", WH, false));
    cards_agree_pboc(cards);
    struct vcard kept = cards->card;
    cards_fresh_pboc(cards, 3, NEWEST);
    assert_ok(cards_replace_pboc(cards, "newer", 0));
    cards_agree_pboc(cards); /* it was: the meter counts nothing */
    assert_ok(cards_buy(cards, "three", WH, false));
    cards_agree_pboc(cards);
    cards->card = lost;
    assert_refused(MV_CARD_DENIED, cards_buy(cards, "four", WH, false));
    cards->card = kept;
    assert_refused(MV_CARD_DENIED, cards_replace_pboc(cards, "again", 0));
    assert_true(cards->meter.credit == 500 + 3 * WH);
}

static void not_before_there_is_an_account(void **state)
{
    struct cards_world *cards = *state;
    assert_refused(MV_ACCOUNT_NOT_OPEN, cards_replace_pboc(cards, "new", 0));
    opened(cards);
    cards_fresh_pboc(cards, 2, NEWEST);
    assert_refused(MV_CARD_EXISTS, cards_start_account(cards, "second"));
}

/* An old copy of the card, after the meter has read the new one. */
static void a_copy_is_found(void **state)
{
    struct cards_world *cards = *state;
    opened(cards);
    struct vcard copy = cards->card;
    assert_ok(cards_buy(cards, "one", WH, false));
    cards_agree_pboc(cards);
    cards->card = copy;
    assert_refused(MV_CARD_NOT_GENUINE, cards_buy(cards, "two", WH, false));
    assert_int_equal(500 + WH, cards_sold(cards));
}

/* ---- cards that are not what they should be ---- */

static void a_false_card(void **state)
{
    struct cards_world *cards = *state;
    cards->card.wrong_cryptogram = true;
    assert_refused(MV_CARD_NOT_GENUINE, cards_start_account(cards, "open"));
    assert_int_equal(0, cards_sold(cards));
    cards->card.wrong_cryptogram = false;
    opened(cards);
    cards->card.wrong_cryptogram = true;
    assert_refused(MV_CARD_NOT_GENUINE, cards_buy(cards, "one", WH, false));
    assert_refused(MV_CARD_NOT_GENUINE, cards_simple(cards, "seller", "who", METERVAULT__V1__CARD_PURPOSE__IDENTIFY));
    cards->card.wrong_cryptogram = false;
    memset(cards->card.pboc.keys[VCARD_PBOC_EXTERNAL], 7, 16);
    assert_refused(MV_CARD_NOT_GENUINE, cards_buy(cards, "one", WH, false));
    assert_int_equal(500, cards_sold(cards));
}

static void a_card_that_was_used_elsewhere(void **state)
{
    struct cards_world *cards = *state;
    cards->card.pboc.wallet[7] = 1;
    assert_refused(MV_CARD_NOT_FRESH, cards_start_account(cards, "open"));
    cards_fresh_pboc(cards, 1, NEWEST);
    cards->card.pboc.serial[0] = 1;
    assert_refused(MV_CARD_UNKNOWN, cards_start_account(cards, "open"));
    assert_int_equal(0, cards_sold(cards));
}

static void another_class(void **state)
{
    struct cards_world *cards = *state;
    cards->card.pboc.class = MV_PBOC_CLASS_84;
    assert_refused(MV_CARD_UNKNOWN, cards_start_account(cards, "open"));
    cards->world->card_pboc_class = MV_PBOC_CLASS_84;
    world_restart(cards->world);
    vend_refresh(cards->world->vend);
    assert_ok(cards_start_account(cards, "open"));
    cards_agree_pboc(cards);
}

/* A meter that lost its contact while it wrote: it writes again where nothing is. */
static void a_torn_return(void **state)
{
    struct cards_world *cards = *state;
    opened(cards);
    cards->card.pboc.returned[20] ^= 1;
    assert_refused(MV_PREVIOUS_UNREAD, cards_buy(cards, "one", WH, false));
    cards_agree_pboc(cards);
    assert_ok(cards_buy(cards, "one", WH, false));
    cards_agree_pboc(cards);
}

/* ---- what it is not for ---- */

static void what_a_wallet_cannot_say(void **state)
{
    struct cards_world *cards = *state;
    opened(cards);
    assert_refused(MV_INVALID_FIELD, cards_buy(cards, "odd", 105, false));
    assert_refused(MV_INVALID_FIELD, cards_buy(cards, "much", 42949672960, false));
    assert_int_equal(500, cards_sold(cards));
    begin_t begin = cards_begin("with", METERVAULT__V1__CARD_PURPOSE__PURCHASE_CARD);
    Metervault__V1__PurchaseRecord purchase = METERVAULT__V1__PURCHASE_RECORD__INIT;
    Metervault__V1__ParameterRecord parameters = METERVAULT__V1__PARAMETER_RECORD__INIT;
    Metervault__V1__Quantity quantity = METERVAULT__V1__QUANTITY__INIT;
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = WH;
    purchase.quantity = &quantity;
    begin.purchase = &purchase;
    begin.parameters = &parameters;
    assert_false(cards_session(cards, "seller", &begin).ok);
    begin.parameters = NULL;
    purchase.arrears_added = 100;
    assert_refused(MV_INVALID_FIELD, cards_session(cards, "chief", &begin));
    assert_int_equal(500, cards_sold(cards));
}

static void other_purposes(void **state)
{
    struct cards_world *cards = *state;
    opened(cards);
    assert_refused(MV_CARD_KIND_WRONG, cards_simple(cards, "engineer", "keys", METERVAULT__V1__CARD_PURPOSE__REKEY));
    begin_t begin = cards_begin("block", METERVAULT__V1__CARD_PURPOSE__BLOCK);
    begin.reason = (char *)"found in the street";
    assert_ok(cards_session(cards, "chief", &begin));
    assert_refused(MV_CARD_DENIED, cards_buy(cards, "one", WH, false));
}

/* The office's other cards are as they were. */
static void profile_1_beside_it(void **state)
{
    struct cards_world *cards = *state;
    cards_fresh(cards, 9);
    cards_opened(cards);
    cards_visit(cards, &cards->meter);
    assert_ok(cards_buy(cards, "one", WH, false));
    cards_visit(cards, &cards->meter);
    assert_int_equal(cards_sold(cards), cards->meter.credit);
}

/* ---- it leaves ---- */

static unsigned cut_all(struct cards_world *cards, bool after, bool meter_reads)
{
    static unsigned run;
    opened(cards);
    for (unsigned cut = 1;; cut++) {
        char id[32];
        (void)snprintf(id, sizeof id, "buy-%u", ++run);
        cards->cut = cut;
        cards->cut_after = after;
        mv_status status = cards_buy(cards, id, WH, false);
        cards->cut = 0;
        if (!status.ok)
            assert_refused(MV_CARD_REMOVED, status);
        if (meter_reads)
            cards_visit_pboc(cards, &cards->meter);
        assert_ok(cards_buy(cards, id, WH, false));
        cards_agree_pboc(cards);
        assert_ok(cards_buy(cards, id, WH, false));
        assert_true(cards->result.already);
        if (status.ok)
            return cut;
    }
}

static void before_each_apdu(void **state)
{
    assert_true(cut_all(*state, false, false) > 15);
}

static void after_each_apdu(void **state)
{
    assert_true(cut_all(*state, true, false) > 15);
}

static void before_and_the_meter_reads(void **state)
{
    assert_true(cut_all(*state, false, true) > 15);
}

static void after_and_the_meter_reads(void **state)
{
    assert_true(cut_all(*state, true, true) > 15);
}

/* A sale that broke off comes first: whoever asks for another one is told so, and a lost card loses none of it. */
static void a_broken_sale_comes_first(void **state)
{
    struct cards_world *cards = *state;
    opened(cards);
    assert_ok(cards_buy(cards, "probe", WH, false));
    unsigned last = cards->apdus;
    cards_agree_pboc(cards);
    for (unsigned cut = 1; cut <= last; cut++) {
        char id[32];
        char card[32];
        (void)snprintf(id, sizeof id, "cut-%u", cut);
        (void)snprintf(card, sizeof card, "card-%u", cut);
        int64_t before = cards_sold(cards);
        cards->cut = cut;
        assert_refused(MV_CARD_REMOVED, cards_buy(cards, id, WH, false));
        cards->cut = 0;
        bool sold = cards_sold(cards) > before;
        if (sold)
            assert_refused(MV_PREVIOUS_UNREAD, cards_buy(cards, "next", WH, true));
        cards_fresh_pboc(cards, (uint8_t)(10 + cut), NEWEST);
        assert_ok(cards_replace_pboc(cards, card, 0));
        cards_agree_pboc(cards);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_takes_it_unless_told_to, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(an_account_and_three_purchases, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(parameters_name_the_meter, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(unread_is_neither_followed_nor_merged, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(asked_again, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(a_lost_card_is_replaced, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(not_before_there_is_an_account, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(a_copy_is_found, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(a_false_card, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(a_card_that_was_used_elsewhere, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(another_class, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(a_torn_return, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(what_a_wallet_cannot_say, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(other_purposes, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(profile_1_beside_it, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(before_each_apdu, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(after_each_apdu, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(before_and_the_meter_reads, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(after_and_the_meter_reads, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(a_broken_sale_comes_first, cards_setup_pboc, cards_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
