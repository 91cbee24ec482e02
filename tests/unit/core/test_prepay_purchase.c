/* Purchase records at the meter: whose account, which count, what is credited, and every refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "record_support.h"

static int64_t credit(const struct record_fixture *f)
{
    return f->p.meter.state.credit[MV_REGISTER_ELECTRICITY];
}

/* Refused with that result, and nothing but the log knows. */
static void refused(struct record_fixture *f, const struct record_purchase *purchase, enum mv_result result)
{
    struct mv_record_state before = f->p.records;
    int64_t had = credit(f);
    int64_t owed = f->p.account.arrears;
    static const struct mv_record_answer empty;
    assert_int_equal(record_purchase(f, purchase), result);
    assert_memory_equal(&f->answer, &empty, sizeof empty);
    assert_int_equal(f->p.events.ring[0].code, MV_EVENT_RECORD_REFUSED);
    assert_int_equal(f->p.events.ring[0].detail, result);
    assert_int_equal(f->p.records.refused_result, result);
    assert_int_equal(f->p.records.refused_sequence, purchase->sequence);
    assert_int_equal(f->p.records.refusals, before.refusals + 1);
    f->p.records.refusals = before.refusals;
    f->p.records.refused_kind = before.refused_kind;
    f->p.records.refused_sequence = before.refused_sequence;
    f->p.records.refused_result = before.refused_result;
    assert_memory_equal(&f->p.records, &before, sizeof before);
    assert_int_equal(credit(f), had);
    assert_int_equal(f->p.account.arrears, owed);
}

static void opens_buys_and_survives(void **state)
{
    struct record_fixture *f = *state;
    record_open_account(f, 5000);
    assert_int_equal(f->answer.kind, MV_KIND_PURCHASE);
    assert_int_equal(f->answer.credited, 5000);
    assert_int_equal(f->answer.remaining, 5000);
    assert_false(f->answer.return_due);
    assert_true(f->closed);
    assert_int_equal(record_purchase(f, &(struct record_purchase){.sequence = 2, .amount = 700, .card = RECORD_CARD}),
                     MV_ACCEPT);
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_int_equal(credit(f), 5700);
    assert_int_equal(f->p.records.sequence[MV_KIND_PURCHASE], 2);
    assert_int_equal(f->p.records.total_purchased, 5700);
    assert_int_equal(f->p.account.purchases, 2);
    assert_true(f->p.records.account_open);
    assert_int_equal(record_give(f), MV_RECORD_AGAIN);
    assert_int_equal(credit(f), 5700);
}

static void replays(void **state)
{
    struct record_fixture *f = *state;
    record_open_account(f, 5000);
    refused(f, &(struct record_purchase){.kind = MV_PURCHASE_OPEN, .sequence = 1, .amount = 5000}, MV_RECORD_AGAIN);
    assert_int_equal(record_purchase(f, &(struct record_purchase){.sequence = 2, .amount = 1}), MV_ACCEPT);
    refused(f, &(struct record_purchase){.sequence = 1, .amount = 5000}, MV_RECORD_OLD);
    refused(f, &(struct record_purchase){.sequence = 0, .amount = 5000}, MV_RECORD_OLD);
}

static void counts_missing_purchases(void **state)
{
    struct record_fixture *f = *state;
    record_open_account(f, 100);
    refused(f, &(struct record_purchase){.sequence = 3, .amount = 1}, MV_RECORD_COUNT);
    refused(f, &(struct record_purchase){.sequence = UINT32_MAX, .amount = 1}, MV_RECORD_COUNT);
    refused(f, &(struct record_purchase){.kind = MV_PURCHASE_REPLACEMENT, .sequence = 3, .amount = 1, .card = 9},
            MV_RECORD_COUNT);
}

/* Four purchases, of which the meter reads the first `read` one by one and the rest in the last. */
static void buys_four(struct record_fixture *f, uint32_t read)
{
    static const uint64_t amounts[] = {0, 40, 0, 20, 100}; /* newest first */
    static const uint64_t debts[] = {3, 30, 7, 0, 25};
    enum { COUNT = sizeof amounts / sizeof amounts[0] };
    f->p.parameters.arrears_percent = 33;
    f->p.parameters.arrears_per_purchase = 5;
    for (uint32_t n = 1; n <= read; n++) {
        struct record_purchase one = {.kind = n == 1 ? MV_PURCHASE_OPEN : 0,
                                      .sequence = n,
                                      .amount = amounts[COUNT - n],
                                      .debt = debts[COUNT - n]};
        assert_int_equal(record_purchase(f, &one), MV_ACCEPT);
    }
    struct record_purchase last = {.kind = read == 0 ? MV_PURCHASE_OPEN : 0,
                                   .sequence = COUNT,
                                   .amount = amounts[0],
                                   .debt = debts[0],
                                   .unread = amounts + 1,
                                   .unread_debts = debts + 1,
                                   .unread_count = COUNT - 1};
    assert_int_equal(record_purchase(f, &last), MV_ACCEPT);
}

/* Amount, debt, arrears and counts come out as if each had been read by itself. */
static void merged_debts(void **state)
{
    struct record_fixture *f = *state;
    buys_four(f, 4);
    struct mv_account wanted = f->p.account;
    assert_int_equal(wanted.purchases, 3); /* those that brought credit */
    assert_int_equal(wanted.arrears, 3 + 30 + 7 + 25 - 25 - 0 - 18);
    assert_int_equal(f->p.records.total_purchased, 160);
    for (uint32_t read = 0; read < 4; read++) {
        record_provision(f);
        buys_four(f, read);
        assert_memory_equal(&f->p.account, &wanted, sizeof wanted);
        assert_int_equal(credit(f), 160);
        assert_int_equal(f->p.records.total_purchased, 160);
        assert_int_equal(record_reopen(f), MV_DONE);
        assert_int_equal(f->p.account.arrears, wanted.arrears);
    }
}

/* Signed anew because the first seemed lost: right whether it was or not. */
static void opening_signed_again(void **state)
{
    struct record_fixture *f = *state;
    static const uint64_t amount = 500;
    static const uint64_t debt = 70;
    struct record_purchase first = {
        .kind = MV_PURCHASE_OPEN, .sequence = 1, .amount = amount, .debt = debt, .card = RECORD_CARD};
    struct record_purchase again = {.kind = MV_PURCHASE_OPEN,
                                    .sequence = 2,
                                    .amount = 11,
                                    .unread = &amount,
                                    .unread_debts = &debt,
                                    .unread_count = 1,
                                    .card = 9};
    for (unsigned taken = 0; taken < 2; taken++) {
        record_provision(f);
        if (taken == 1)
            assert_int_equal(record_purchase(f, &first), MV_ACCEPT);
        again.client = 0x43;
        if (taken == 1)
            refused(f, &again, MV_RECORD_CLIENT);
        again.client = 0;
        assert_int_equal(record_purchase(f, &again), MV_ACCEPT);
        assert_int_equal(f->answer.credited, taken == 1 ? 11 : 511);
        assert_int_equal(credit(f), 511);
        assert_int_equal(f->p.account.arrears, 70);
        assert_int_equal(f->p.account.purchases, 2);
        refused(f, &first, MV_RECORD_OLD);
        refused(f, &(struct record_purchase){.sequence = 3, .amount = 1, .card = RECORD_CARD}, MV_RECORD_CARD);
    }
}

/* A sale that merges unread ones is right whatever the meter had read of them. */
static void merged_purchases(void **state)
{
    static const uint64_t unread[] = {40, 30, 20};
    static const struct {
        uint32_t read; /* of purchases 2, 3, 4 before */
        int64_t brings;
    } cases[] = {{0, 5 + 40 + 30 + 20}, {1, 5 + 40 + 30}, {2, 5 + 40}, {3, 5}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(record_setup(state), 0);
        struct record_fixture *f = *state;
        record_open_account(f, 100);
        for (uint32_t n = 0; n < cases[i].read; n++)
            assert_int_equal(record_purchase(f, &(struct record_purchase){.sequence = 2 + n, .amount = unread[2 - n]}),
                             MV_ACCEPT);
        int64_t had = credit(f);
        struct record_purchase merged = {.sequence = 5, .amount = 5, .unread = unread, .unread_count = 3};
        assert_int_equal(record_purchase(f, &merged), MV_ACCEPT);
        assert_int_equal(f->answer.credited, cases[i].brings);
        assert_int_equal(credit(f), had + cases[i].brings);
        assert_int_equal(credit(f), 195);
        refused(f, &(struct record_purchase){.sequence = 4, .amount = 40}, MV_RECORD_OLD);
        refused(f, &(struct record_purchase){.sequence = 7, .amount = 5}, MV_RECORD_COUNT);
    }
}

static void unread_that_does_not_fit(void **state)
{
    struct record_fixture *f = *state;
    static const uint64_t amounts[] = {INT64_MAX, 1};
    struct record_purchase opening = {.kind = MV_PURCHASE_OPEN, .sequence = 2, .unread = amounts, .unread_count = 2};
    refused(f, &opening, MV_RECORD_VALUE); /* below purchase 1 */
    opening.sequence = 3;
    refused(f, &opening, MV_RECORD_VALUE); /* the sum */
    opening.unread = (const uint64_t[]){UINT64_MAX, 1};
    refused(f, &opening, MV_RECORD_VALUE);
    opening.sequence = 4;
    refused(f, &opening, MV_RECORD_COUNT); /* purchase 1 is missing */
    opening.sequence = 3;
    opening.unread = (const uint64_t[]){10, 1};
    opening.unread_debts = amounts;
    refused(f, &opening, MV_RECORD_VALUE);
    opening.unread_debts = (const uint64_t[]){1, UINT64_MAX};
    refused(f, &opening, MV_RECORD_VALUE);
    opening.unread_debts = NULL;
    opening.unread = (const uint64_t[]){10, 1};
    assert_int_equal(record_purchase(f, &opening), MV_ACCEPT);
    assert_int_equal(credit(f), 11);
}

static void account_rules(void **state)
{
    struct record_fixture *f = *state;
    refused(f, &(struct record_purchase){.sequence = 1, .amount = 1}, MV_RECORD_NOT_OPEN);
    refused(f, &(struct record_purchase){.kind = MV_PURCHASE_REPLACEMENT, .sequence = 1, .amount = 1},
            MV_RECORD_NOT_OPEN_REPLACEMENT);
    record_open_account(f, 5000);
    refused(f, &(struct record_purchase){.sequence = 2, .amount = 1, .client = 0x43}, MV_RECORD_CLIENT);
    refused(f, &(struct record_purchase){.kind = MV_PURCHASE_OPEN, .sequence = 2, .amount = 1, .client = 0x43},
            MV_RECORD_CLIENT);
    refused(f, &(struct record_purchase){.kind = MV_PURCHASE_OPEN, .sequence = 2, .amount = 1}, MV_RECORD_COUNT);
    refused(f, &(struct record_purchase){.sequence = 2, .amount = 1, .card = 8}, MV_RECORD_CARD);
    assert_int_equal(record_purchase(f, &(struct record_purchase){.sequence = 2, .amount = 1}), MV_ACCEPT);
}

static void replacement_of_a_lost_card(void **state)
{
    struct record_fixture *f = *state;
    record_open_account(f, 5000);
    struct record_purchase replacement = {
        .kind = MV_PURCHASE_REPLACEMENT, .sequence = 3, .card = 9, .unread = (const uint64_t[]){70}, .unread_count = 1};
    assert_int_equal(record_purchase(f, &replacement), MV_ACCEPT);
    assert_int_equal(f->answer.credited, 70);
    refused(f, &(struct record_purchase){.sequence = 4, .amount = 1, .card = RECORD_CARD}, MV_RECORD_CARD);
    assert_int_equal(record_purchase(f, &(struct record_purchase){.sequence = 4, .amount = 1, .card = 9}), MV_ACCEPT);
    /* without a card the lost one would stay good */
    refused(f, &(struct record_purchase){.kind = MV_PURCHASE_REPLACEMENT, .sequence = 5}, MV_RECORD_TAG);
    record_purchase_begin(f, &(struct record_purchase){.kind = MV_PURCHASE_REPLACEMENT, .sequence = 5});
    mv_record_put_number(&f->record, MV_TAG_CARD, 0, 8);
    assert_int_equal(record_hand(f), MV_RECORD_VALUE);
    /* nothing to credit: the card alone is new */
    replacement = (struct record_purchase){.kind = MV_PURCHASE_REPLACEMENT, .sequence = 5, .card = 10};
    uint32_t purchases = f->p.account.purchases;
    assert_int_equal(record_purchase(f, &replacement), MV_ACCEPT);
    assert_int_equal(f->answer.credited, 0);
    assert_int_equal(f->p.account.purchases, purchases);
    assert_int_equal(record_reopen(f), MV_DONE);
    refused(f, &(struct record_purchase){.sequence = 6, .amount = 1, .card = 9}, MV_RECORD_CARD);
}

/* An account that was opened without a card takes records on any. */
static void account_without_a_card(void **state)
{
    struct record_fixture *f = *state;
    assert_int_equal(record_purchase(f, &(struct record_purchase){.kind = MV_PURCHASE_OPEN, .sequence = 1}), MV_ACCEPT);
    assert_int_equal(record_purchase(f, &(struct record_purchase){.sequence = 2, .amount = 1, .card = 9}), MV_ACCEPT);
    assert_int_equal(record_purchase(f, &(struct record_purchase){.sequence = 3, .amount = 1, .card = 8}), MV_ACCEPT);
}

static void hoard_limit(void **state)
{
    struct record_fixture *f = *state;
    f->p.parameters.hoard_limit = 50000;
    record_open_account(f, 40000);
    refused(f, &(struct record_purchase){.sequence = 2, .amount = 10001}, MV_RECORD_HOARD);
    refused(f, &(struct record_purchase){.sequence = 2, .amount = 10001, .debt = 5}, MV_RECORD_HOARD);
    assert_int_equal(record_purchase(f, &(struct record_purchase){.sequence = 2, .amount = 10000}), MV_ACCEPT);
}

static void sums_that_run_over(void **state)
{
    struct record_fixture *f = *state;
    record_open_account(f, 1);
    refused(f, &(struct record_purchase){.sequence = 2, .amount = INT64_MAX}, MV_OVERFLOW_ERROR);
    f->p.account.arrears = 10;
    refused(f, &(struct record_purchase){.sequence = 2, .debt = INT64_MAX}, MV_OVERFLOW_ERROR);
    refused(f, &(struct record_purchase){.sequence = 2, .amount = UINT64_MAX}, MV_RECORD_VALUE);
    refused(f, &(struct record_purchase){.sequence = 2, .debt = UINT64_MAX}, MV_RECORD_VALUE);
}

static void debt_is_paid_back_of_this_purchase(void **state)
{
    struct record_fixture *f = *state;
    f->p.parameters.arrears_percent = 10;
    record_open_account(f, 1000);
    assert_int_equal(f->answer.remaining, 1000);
    assert_int_equal(record_purchase(f, &(struct record_purchase){.sequence = 2, .amount = 1000, .debt = 300}),
                     MV_ACCEPT);
    assert_int_equal(f->answer.credited, 1000);
    assert_int_equal(f->answer.remaining, 1900);
    assert_int_equal(f->p.account.arrears, 200);
    assert_int_equal(record_reopen(f), MV_DONE);
    assert_int_equal(f->p.account.arrears, 200);
}

/* A purchase record without one tag, or with one value that is wrong. */
static enum mv_result changed(struct record_fixture *f, uint8_t without, uint8_t tag, uint64_t value)
{
    static const struct {
        uint8_t tag, length;
        uint64_t value;
    } fields[] = {{MV_TAG_PURCHASE_KIND, 1, MV_PURCHASE_OPEN},
                  {MV_TAG_REGISTER, 1, MV_REGISTER_ELECTRICITY},
                  {MV_TAG_AMOUNT, 8, 1},
                  {MV_TAG_CLIENT, 6, 1}};
    struct mv_record_writer *to = record_begin(f, MV_KIND_PURCHASE, 1);
    for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].tag != without)
            mv_record_put_number(to, fields[i].tag, fields[i].tag == tag ? value : fields[i].value, fields[i].length);
    }
    return record_hand(f);
}

static void tags_and_values(void **state)
{
    struct record_fixture *f = *state;
    for (unsigned tag = MV_TAG_PURCHASE_KIND; tag <= MV_TAG_CLIENT; tag++)
        assert_int_equal(changed(f, (uint8_t)tag, 0, 0), MV_RECORD_TAG);
    assert_int_equal(changed(f, 0, MV_TAG_PURCHASE_KIND, 0), MV_RECORD_VALUE);
    assert_int_equal(changed(f, 0, MV_TAG_PURCHASE_KIND, 4), MV_RECORD_VALUE);
    assert_int_equal(changed(f, 0, MV_TAG_REGISTER, MV_REGISTER_WATER), MV_RECORD_VALUE);
    assert_int_equal(changed(f, 0, MV_TAG_CLIENT, 0x0A), MV_RECORD_VALUE);
    assert_int_equal(changed(f, 0, MV_TAG_CLIENT, 0xB00000000000), MV_RECORD_VALUE);
    assert_int_equal(f->p.records.refusals, 9);
    assert_int_equal(changed(f, 0, 0, 0), MV_ACCEPT);
}

static void unknown_tags(void **state)
{
    struct record_fixture *f = *state;
    struct record_purchase opening = {.kind = MV_PURCHASE_OPEN, .sequence = 1, .amount = 5};
    record_purchase_begin(f, &opening);
    mv_record_put_number(&f->record, 0x7F, 0, 1);
    assert_int_equal(record_hand(f), MV_RECORD_TAG);
    record_purchase_begin(f, &opening);
    mv_record_put_number(&f->record, 0xFF, 0, 1);
    assert_int_equal(record_hand(f), MV_ACCEPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(opens_buys_and_survives, record_setup),
        cmocka_unit_test_setup(replays, record_setup),
        cmocka_unit_test_setup(counts_missing_purchases, record_setup),
        cmocka_unit_test_setup(merged_purchases, record_setup),
        cmocka_unit_test_setup(merged_debts, record_setup),
        cmocka_unit_test_setup(opening_signed_again, record_setup),
        cmocka_unit_test_setup(unread_that_does_not_fit, record_setup),
        cmocka_unit_test_setup(account_rules, record_setup),
        cmocka_unit_test_setup(replacement_of_a_lost_card, record_setup),
        cmocka_unit_test_setup(account_without_a_card, record_setup),
        cmocka_unit_test_setup(hoard_limit, record_setup),
        cmocka_unit_test_setup(sums_that_run_over, record_setup),
        cmocka_unit_test_setup(debt_is_paid_back_of_this_purchase, record_setup),
        cmocka_unit_test_setup(tags_and_values, record_setup),
        cmocka_unit_test_setup(unknown_tags, record_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
