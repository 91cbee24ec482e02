/* Cards of profile 2 at a price: what the card could say when the order was checked is what is sold, or nothing is. */
#include "cards_world.h"
#include "office_world.h"

enum { AHEAD_S = 100 };

/* A card of the meter of account "A-1"; a dearer version of its tariff is in force before long. */
static int setup(void **state)
{
    struct vend_tariff_version dearer = office_home();
    struct vend_account account;
    if (cards_setup_pboc(state) != 0)
        return -1;
    struct cards_world *cards = *state;
    office_open(cards->world, 0);
    assert_ok(office_account(cards->world, "A-1", 1, "home", &account));
    dearer.valid_from_unix_s = world_now_s() + AHEAD_S;
    dearer.steps[0].price_e5 *= 2;
    office_tariff(cards->world, &dearer);
    assert_ok(cards_start_account(cards, "open"));
    cards_agree_pboc(cards);
    return 0;
}

static mv_status buy(struct cards_world *cards, const char *id)
{
    begin_t begin = cards_begin(id, METERVAULT__V1__CARD_PURPOSE__PURCHASE_CARD);
    Metervault__V1__PurchaseRecord purchase = METERVAULT__V1__PURCHASE_RECORD__INIT;
    Metervault__V1__Purchase sale = METERVAULT__V1__PURCHASE__INIT;
    sale.what_case = METERVAULT__V1__PURCHASE__WHAT_MONEY;
    sale.money = 115;
    sale.payment = METERVAULT__V1__PAYMENT__PAY_CASH;
    begin.purchase = &purchase;
    begin.sale = &sale;
    return cards_session(cards, "seller", &begin);
}

static void time_goes_by(struct cards_world *cards)
{
    if (cards->apdus == cards->moment)
        world_step(AHEAD_S, AHEAD_S);
}

static void another_price_while_the_card_is_read(void **state)
{
    struct cards_world *cards = *state;
    assert_ok(buy(cards, "one"));
    assert_int_equal(cards->result.purchase.amount, 10000);
    assert_true(cards->result.has_sold);
    cards_agree_pboc(cards);
    int64_t before = cards_sold(cards);
    cards->during = time_goes_by;
    cards->moment = 9; /* the last thing that is read */
    assert_refused(MV_PRICE_CHANGED, buy(cards, "two"));
    cards->during = NULL;
    assert_int_equal(cards_sold(cards), before);
    assert_int_equal(office_number(cards->world, "SELECT count(*) FROM bill"), 1);
    assert_ok(buy(cards, "two"));
    assert_int_equal(cards->result.purchase.amount, 5000);
    cards_agree_pboc(cards);
    assert_ok(buy(cards, "one")); /* what was sold is told, at whatever price */
    assert_true(cards->result.already);
    assert_int_equal(office_number(cards->world, "SELECT count(*) FROM bill"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_price_while_the_card_is_read, setup, cards_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
