/* The card leaves at any APDU of a purchase, before or after it has handled it; what comes next is anything that
 * customers and offices do. After the next visit ledger, card and meter agree, and each sale exists once. */
#include "cards_world.h"

#include <stdio.h>
#include <string.h>

enum { WH = 100, RUNS = 100 };

/* What happens between the session that broke and the one that repeats it. */
enum between { NOTHING, THE_METER_READS, ANOTHER_SALE, WAYS };

static void agree(struct cards_world *cards)
{
    cards_visit(cards, &cards->meter);
    assert_int_equal(cards_sold(cards), cards->meter.credit);
}

static void pass(struct cards_world *cards, enum between between, const char *other)
{
    if (between == THE_METER_READS)
        cards_visit(cards, &cards->meter);
    if (between == ANOTHER_SALE)
        assert_ok(cards_buy(cards, other, WH, true));
}

/* True when the session went through before it was cut. */
static bool cut_once(struct cards_world *cards, unsigned run, unsigned cut, bool after, enum between between)
{
    char id[32];
    char other[32];
    (void)snprintf(id, sizeof id, "buy-%u", run);
    (void)snprintf(other, sizeof other, "other-%u", run);
    cards->cut = cut;
    cards->cut_after = after;
    mv_status status = cards_buy(cards, id, WH, false);
    cards->cut = 0;
    if (!status.ok)
        assert_refused(MV_CARD_REMOVED, status);
    pass(cards, between, other);
    assert_ok(cards_buy(cards, id, WH, true));
    assert_int_equal(WH, cards->result.purchase.amount);
    agree(cards);
    assert_ok(cards_buy(cards, id, WH, false));
    assert_true(cards->result.already);
    return status.ok;
}

static unsigned cut_all(struct cards_world *cards, bool after, enum between between)
{
    static unsigned run;
    cards_opened(cards);
    agree(cards);
    for (unsigned cut = 1;; cut++)
        if (cut_once(cards, ++run, cut, after, between))
            return cut;
}

static void before_each_apdu(void **state)
{
    assert_true(cut_all(*state, false, NOTHING) > 15);
}

static void after_each_apdu(void **state)
{
    assert_true(cut_all(*state, true, NOTHING) > 15);
}

static void before_and_the_meter_reads(void **state)
{
    assert_true(cut_all(*state, false, THE_METER_READS) > 15);
}

static void after_and_the_meter_reads(void **state)
{
    assert_true(cut_all(*state, true, THE_METER_READS) > 15);
}

static void before_and_another_sale(void **state)
{
    assert_true(cut_all(*state, false, ANOTHER_SALE) > 15);
}

static void after_and_another_sale(void **state)
{
    assert_true(cut_all(*state, true, ANOTHER_SALE) > 15);
}

/* Several cuts in a row, of several sales, in any order. */
static void at_random(void **state)
{
    struct cards_world *cards = *state;
    uint32_t seed = 7;
    cards_opened(cards);
    agree(cards);
    for (unsigned run = 0; run < RUNS; run++) {
        seed = seed * 1103515245U + 12345U;
        uint32_t dice = seed >> 8;
        (void)cut_once(cards, 1000 + run, 1 + dice % 24, (dice & 32) != 0, (enum between)((dice >> 6) % WAYS));
    }
    assert_int_equal(cards_sold(cards), cards->meter.credit);
}

static void prepare_opening(struct cards_world *cards, unsigned cut, begin_t *begin)
{
    static Metervault__V1__PurchaseRecord purchase;
    static Metervault__V1__Quantity quantity;
    static char id[32];
    (void)snprintf(id, sizeof id, "open-%u", cut);
    cards_fresh(cards, (uint8_t)(cut + 1));
    cards_transport(cards);
    memset(&cards->meter, 0, sizeof cards->meter);
    cards_add_meter(cards, 100 + cut, 2, cards->meter.pan);
    *begin = cards_begin(id, METERVAULT__V1__CARD_PURPOSE__OPEN_ACCOUNT_CARD);
    metervault__v1__purchase_record__init(&purchase);
    metervault__v1__quantity__init(&quantity);
    quantity.amount_case = METERVAULT__V1__QUANTITY__AMOUNT_ENERGY_WH;
    quantity.energy_wh = WH;
    purchase.quantity = &quantity;
    purchase.client_number = (char *)"1";
    begin->purchase = &purchase;
    begin->meter_pan = cards->meter.pan;
}

static void check_opening(struct cards_world *cards, unsigned cut)
{
    cards_visit(cards, &cards->meter);
    assert_int_equal(WH, cards->meter.credit);
    assert_int_equal(WH * (int64_t)cut, cards_sold(cards));
}

static void an_opening_is_cut_everywhere(void **state)
{
    const struct cards_cut way = {.who = "seller", .after = true, .prepare = prepare_opening, .check = check_opening};
    assert_true(cards_cut_everywhere(*state, &way) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(before_each_apdu, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(after_each_apdu, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(before_and_the_meter_reads, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(after_and_the_meter_reads, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(before_and_another_sale, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(after_and_another_sale, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(at_random, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(an_opening_is_cut_everywhere, cards_setup, cards_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
