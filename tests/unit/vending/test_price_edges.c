/* Every kind of tariff for everything that is sold, near each step of price and of what a token can say: nobody gets
 * more than was paid for by more than one unit, by units or by money, at once or in a thousand sales. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka.h needs those first */
#include <cmocka.h>

#include "price_case.h"

__extension__ typedef __int128 wide;

enum { SHARES = 10000, MINOR_E5 = 1000, FREE = 700, KINDS = 4 }; /* the currency has two digits */

/* What a case has besides its rates. */
enum dress { PLAIN, CHARGED, INDEBTED, GIVEN, DRESSES };
struct item {
    struct vend_tariff_version tariff;
    struct vend_price_facts facts;
    int64_t unit;
    int64_t edges[6];
    size_t edge_count;
};

static int64_t token_unit(enum vend_utility utility)
{
    return utility == VEND_TIME ? 6 : 100;
}

/* Prices that no rounding hits often: 0.03 to 0.11 of the currency for ten token units of electricity. */
static void price(struct item *item, enum vend_tariff_kind kind)
{
    struct vend_tariff_version *tariff = &item->tariff;
    if (kind == VEND_TIME_OF_USE) {
        tariff->step_count = 0;
        tariff->period_count = 2;
        tariff->periods[0] = (struct vend_period){"day", 31337, 6543};
        tariff->periods[1] = (struct vend_period){"night", 9001, 3457};
    } else if (kind == VEND_STEP_PER_MONTH) {
        tariff->step_count = 3;
        tariff->steps[0] = (struct vend_step){50 * item->unit + 1, 3333}; /* within a token unit */
        tariff->steps[1] = (struct vend_step){300 * item->unit, 7777};
        tariff->steps[2] = (struct vend_step){0, 11111};
    }
    tariff->kind = kind;
}

static void dress_up(struct item *item, enum dress dress)
{
    struct vend_tariff_version *tariff = &item->tariff;
    struct vend_price_facts *facts = &item->facts;
    if (dress == CHARGED) {
        tariff->charge_count = 3;
        tariff->charges[0] = (struct vend_charge){"service", VEND_CHARGE_FIXED, 30};
        tariff->charges[1] = (struct vend_charge){"levy", VEND_CHARGE_PERCENT, 25000};
        tariff->charges[2] = (struct vend_charge){"green", VEND_CHARGE_PER_UNIT, 777};
        tariff->tax_count = 1;
        tariff->taxes[0] = (struct vend_tax){"VAT", 150000, true, true};
        tariff->fixed_charge_per_month = 250;
        facts->months_due = 2;
    } else if (dress == INDEBTED) {
        facts->debts[0] = (struct vend_price_debt){1, "loan", VEND_DEBT_FIXED, 50000, 15, 0, 0};
        facts->debts[1] = (struct vend_price_debt){2, "rent", VEND_DEBT_PER_DAY, 50000, 3, 0, 7};
        facts->debts[2] = (struct vend_price_debt){3, "arrears", VEND_DEBT_PERCENT, 40, 0, 333333, 0};
        facts->debt_count = 3;
    } else if (dress == GIVEN) {
        facts->free_units = item->unit * FREE + (facts->currency ? 0 : 1); /* carried over, one more than units */
        facts->bought_units = 49 * item->unit;
    }
}

/* Where the price of a unit changes, and where what tokens say comes in larger steps. */
static void find_edges(struct item *item)
{
    static const int64_t coarser[] = {16383, 180214, 1818524};
    const struct vend_tariff_version *tariff = &item->tariff;
    const int64_t given = item->facts.free_units - item->facts.bought_units;
    item->edges[item->edge_count++] = 3 * item->unit;
    for (size_t i = 0; i + 1 < tariff->step_count; i++)
        item->edges[item->edge_count++] = tariff->steps[i].up_to + (given > 0 ? given : 0);
    item->edges[item->edge_count++] = coarser[0] * item->unit;
    item->edges[item->edge_count++] = coarser[1] * item->unit;
    if (tariff->step_count < 3)
        item->edges[item->edge_count++] = coarser[2] * item->unit;
}

/* kind 0 is a meter that counts money: its units are 0.00001 of the currency. */
static struct item make(enum vend_utility utility, int kind, enum vend_rounding rounding, enum dress dress)
{
    struct item item = {.tariff = price_single(utility, 4321), .facts = price_ask(VEND_ASK_UNITS, 1)};
    item.facts.currency = kind == 0;
    item.unit = kind == 0 ? 1 : token_unit(utility);
    item.tariff.rounding = rounding;
    price(&item, kind == 0 ? VEND_SINGLE : (enum vend_tariff_kind)kind);
    if (kind != 0 || dress != GIVEN) /* such a meter is given no units */
        dress_up(&item, dress);
    find_edges(&item);
    return item;
}

/* The smallest amount of units that a token says and that is not less, from the ranges of IEC 62055-41. */
static int64_t said(const struct item *item, int64_t units)
{
    int64_t count = (units + item->unit - 1) / item->unit;
    int64_t from = 0;
    int64_t step = 1;
    if (item->facts.currency)
        return 0;
    for (int64_t last = 16383; count > last; last = from + step * 16383) {
        from = last + step;
        step *= 10;
    }
    return (from + (count - from + step - 1) / step * step) * item->unit;
}

/* What the first x units of the month are worth, in e5 by unit by share. */
static wide worth(const struct item *item, int64_t x)
{
    const struct vend_tariff_version *tariff = &item->tariff;
    wide sum = 0;
    int64_t from = 0;
    if (item->facts.currency)
        return (wide)x * SHARES;
    for (size_t i = 0; i < tariff->period_count; i++)
        sum += (wide)x * tariff->periods[i].price_e5 * tariff->periods[i].share_e4;
    for (size_t i = 0; i < tariff->step_count && from < x; from = tariff->steps[i++].up_to) {
        int64_t to = tariff->steps[i].up_to == 0 || tariff->steps[i].up_to > x ? x : tariff->steps[i].up_to;
        sum += (wide)(to - from) * tariff->steps[i].price_e5 * SHARES;
    }
    return sum;
}

/* One minor unit, as worth. */
static wide minor(const struct item *item)
{
    int64_t account = item->tariff.utility == VEND_TIME ? 3600 : 1000;
    return (wide)MINOR_E5 * SHARES * (item->facts.currency ? 1 : account);
}

/* What was paid for the units is what they are worth, to one rounding unit. */
static void assert_worth(const struct item *item, int64_t begin, int64_t paid_units, int64_t energy)
{
    wide owed = worth(item, begin + paid_units) - worth(item, begin);
    wide one = minor(item) * item->tariff.round_to;
    assert_true(energy * minor(item) >= owed - one && energy * minor(item) <= owed + one);
    if (begin == 0 && item->tariff.rounding == VEND_ROUND_UP)
        assert_true(energy * minor(item) >= owed);
    if (begin == 0 && item->tariff.rounding == VEND_ROUND_DOWN)
        assert_true(energy * minor(item) <= owed);
}

static void check(const struct item *item, int64_t amount)
{
    struct vend_price_facts facts = item->facts;
    struct vend_bill bill;
    facts.amount = amount;
    enum mv_reason reason = (enum mv_reason)vend_price(&item->tariff, &facts, &bill).reason;
    if (reason == MV_PURCHASE_TOO_SMALL || reason == MV_AMOUNT_TOO_SMALL)
        return;
    bill = price_bill(&item->tariff, &facts);
    assert_true(bill.units >= amount);
    if (!facts.currency)
        assert_int_equal(bill.units, said(item, amount));
    assert_int_equal(bill.paid_units, bill.units > facts.free_units ? bill.units - facts.free_units : 0);
    assert_worth(item, facts.bought_units, bill.paid_units, bill.energy);
    if (bill.total == 0)
        return;
    /* for that money: as many or more, at the same total; for less: fewer */
    facts.ask = VEND_ASK_MONEY;
    facts.amount = bill.total;
    struct vend_bill back = price_bill(&item->tariff, &facts);
    assert_true(back.units >= bill.units);
    assert_int_equal(back.total, bill.total);
    assert_worth(item, facts.bought_units, back.paid_units, back.energy);
    facts.amount = bill.total - 1;
    if (facts.amount > 0 && vend_price(&item->tariff, &facts, &back).ok)
        assert_true(back.units < bill.units);
}

/* All kinds, 4 things that are sold, 3 roundings to 1 and to 5. */
static void near_each_step(void **state)
{
    (void)state;
    for (int utility = VEND_ELECTRICITY; utility <= VEND_TIME; utility++)
        for (int kind = 0; kind < KINDS; kind++)
            for (int rounding = VEND_ROUND_UP; rounding <= VEND_ROUND_HALF_EVEN; rounding++)
                for (int dress = PLAIN; dress < DRESSES; dress++) {
                    struct item item =
                        make((enum vend_utility)utility, kind, (enum vend_rounding)rounding, (enum dress)dress);
                    item.tariff.round_to = 1 + 4 * (utility % 2);
                    const int64_t offsets[] = {-item.unit - 1, -item.unit, -1, 0, 1, item.unit, 11 * item.unit + 1};
                    for (size_t edge = 0; edge < item.edge_count; edge++)
                        for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++)
                            check(&item, item.edges[edge] + offsets[i]);
                }
}

/* Minimum and maximum are of the total of what the token says, not of what was asked for. */
static void limits_go_by_what_the_token_says(void **state)
{
    (void)state;
    for (int utility = VEND_ELECTRICITY; utility <= VEND_TIME; utility++)
        for (int kind = 1; kind < KINDS; kind++) {
            struct item item = make((enum vend_utility)utility, kind, VEND_ROUND_UP, CHARGED);
            const int64_t base = 2000000 * item.unit; /* tokens say every thousandth from here on */
            item.facts.amount = said(&item, base);
            const int64_t at = price_bill(&item.tariff, &item.facts).total;
            item.facts.amount = said(&item, base) + 1;
            const int64_t next = price_bill(&item.tariff, &item.facts).total;
            assert_true(next > at);
            item.tariff.maximum_purchase = next - 1;
            assert_int_equal(price_refusal(&item.tariff, &item.facts), MV_PURCHASE_TOO_LARGE);
            item.tariff.maximum_purchase = next;
            (void)price_bill(&item.tariff, &item.facts);
            item.tariff.minimum_purchase = next;
            (void)price_bill(&item.tariff, &item.facts);
            item.facts.amount = said(&item, base);
            assert_int_equal(price_refusal(&item.tariff, &item.facts), MV_PURCHASE_TOO_SMALL);
        }
}

/* A thousand sales of a few units or a few cents, in one month: what was paid for the units is what they are worth. */
static void a_thousand_tiny_sales(void **state)
{
    (void)state;
    uint64_t seed = 20260712;
    for (int utility = VEND_ELECTRICITY; utility <= VEND_TIME; utility++)
        for (int kind = 0; kind < KINDS; kind++)
            for (int rounding = VEND_ROUND_UP; rounding <= VEND_ROUND_HALF_EVEN; rounding++) {
                struct item item = make((enum vend_utility)utility, kind, (enum vend_rounding)rounding, PLAIN);
                struct vend_price_facts *facts = &item.facts;
                int64_t energy = 0;
                int64_t money = 0;
                int sold = 0;
                for (int i = 0; i < 1000; i++) {
                    struct vend_bill bill;
                    bool by_money = price_random(&seed, 4) == 0;
                    facts->ask = by_money ? VEND_ASK_MONEY : VEND_ASK_UNITS;
                    facts->amount = 1 + (int64_t)price_random(&seed, by_money ? 4 : (uint64_t)item.unit * 3);
                    if (facts->currency && !by_money)
                        facts->amount *= 700; /* about a cent */
                    if (!vend_price(&item.tariff, facts, &bill).ok)
                        continue;
                    bill = price_bill(&item.tariff, facts);
                    assert_true(bill.total > 0);
                    energy += bill.energy;
                    money += bill.total;
                    facts->bought_units += bill.paid_units;
                    sold++;
                }
                assert_true(sold > 100);
                assert_int_equal(money, energy);
                assert_worth(&item, 0, facts->bought_units, energy);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_each_step),
        cmocka_unit_test(limits_go_by_what_the_token_says),
        cmocka_unit_test(a_thousand_tiny_sales),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
