/* What a return makes of purchases by record that were taken back, in every order of things. */
#include <stdio.h>
#include <string.h>

#include "void_world.h"

/* ---- what a return makes of it ---- */
static void a_return_shows_what_never_comes(void **state)
{
    struct world *world = *state;
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    void_deliver(&void_play.issued[1]);
    void_ask(world, "ask");
    assert_int_equal(void_play.out.void_count, 1);
    assert_int_equal(void_play.out.voids[0].sequence, 2);
    assert_int_equal(void_play.out.voids[0].voided_by, 3);
    assert_int_equal(void_play.out.voids[0].amount, 1000);
    assert_false(void_play.out.voids[0].taken);
    assert_true(world_audit_has(world, "epoch=7 sequence=1 key=1 answers=1 confirms=0 void=2 by=3 taken=0"));
    void_deliver(&void_play.issued[0]); /* the meter knows a later one */
    assert_int_equal(void_play.meter.total, VOID_OPENED);
    void_ask(world, "again");
    assert_int_equal(void_play.out.void_count, 0);
}

static void a_replayed_return_says_the_same(void **state)
{
    struct world *world = *state;
    uint8_t nonce[STORE_NONCE];
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    void_deliver(&void_play.issued[1]);
    records_ask(world, "ask", void_play.pan, nonce);
    const struct records_shown what = void_shown(nonce);
    assert_ok(records_bring(world, void_play.pan, what, &void_play.out));
    assert_ok(records_bring(world, void_play.pan, what, &void_play.out));
    assert_true(void_play.out.replayed);
    assert_int_equal(void_play.out.void_count, 1);
    assert_int_equal(office_number(world, "SELECT count(*) FROM record_void_end"), 1);
}

static void who_was_not_asked_decides_nothing(void **state)
{
    struct world *world = *state;
    uint8_t nonce[STORE_NONCE], newer[STORE_NONCE];
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    records_ask(world, "ask", void_play.pan, nonce);
    records_ask(world, "ask2", void_play.pan, newer);
    void_deliver(&void_play.issued[1]);
    assert_ok(records_bring(world, void_play.pan, void_shown(NULL), &void_play.out));
    assert_int_equal(void_play.out.void_count, 0);
    assert_ok(records_bring(world, void_play.pan, void_shown(nonce), &void_play.out)); /* of the request before */
    assert_int_equal(void_play.out.void_count, 0);
    assert_ok(records_bring(world, void_play.pan, void_shown(newer), &void_play.out));
    assert_int_equal(void_play.out.void_count, 1);
}

static void a_return_without_the_void_decides_nothing(void **state)
{
    struct world *world = *state;
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    void_ask(world, "ask"); /* the meter has neither, and may take the sale yet */
    assert_int_equal(void_play.out.void_count, 0);
    void_deliver(&void_play.issued[0]);
    void_ask(world, "ask2");
    assert_int_equal(void_play.out.void_count, 0);
}

static void what_the_meter_took_in_between_stays_sold(void **state)
{
    struct world *world = *state;
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    void_deliver(&void_play.issued[0]);
    void_deliver(&void_play.issued[1]);
    void_ask(world, "ask");
    assert_int_equal(void_play.out.void_count, 1);
    assert_true(void_play.out.voids[0].taken);
    /* it counts as sold from then on */
    assert_ok(void_buy(world, "r4", 200));
    assert_ok(void_one(world, "v5", 4));
    void_deliver(&void_play.issued[3]);
    void_ask(world, "ask2");
    assert_int_equal(void_play.out.void_count, 1);
    assert_int_equal(void_play.out.voids[0].sequence, 4);
    assert_false(void_play.out.voids[0].taken);
}

static void of_several_nobody_knows_which(void **state)
{
    struct world *world = *state;
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_buy(world, "r3", 1000));
    assert_ok(void_one(world, "v4", 2));
    assert_ok(void_one(world, "v5", 3));
    void_deliver(&void_play.issued[0]);
    void_deliver(&void_play.issued[3]);
    void_ask(world, "ask");
    assert_int_equal(void_play.meter.total, VOID_OPENED + 1000);
    assert_int_equal(void_play.out.void_count, 0);
    assert_int_equal(office_number(world, "SELECT count(*) FROM record_void_end"), 0);
    /* those of later tell nothing of the two, nor the two of those */
    assert_ok(void_buy(world, "r6", 300));
    assert_ok(void_one(world, "v7", 6));
    void_deliver(&void_play.issued[5]);
    void_ask(world, "ask2");
    assert_int_equal(void_play.out.void_count, 1);
    assert_int_equal(void_play.out.voids[0].sequence, 6);
    assert_false(void_play.out.voids[0].taken);
}

static void of_several_the_amount_tells_which(void **state)
{
    struct world *world = *state;
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_buy(world, "r3", 2000));
    assert_ok(void_one(world, "v4", 2));
    assert_ok(void_one(world, "v5", 3));
    void_deliver(&void_play.issued[0]);
    void_deliver(&void_play.issued[3]);
    void_ask(world, "ask");
    assert_int_equal(void_play.out.void_count, 2);
    assert_true(void_play.out.voids[0].taken);
    assert_false(void_play.out.voids[1].taken);
}

static void of_too_many_none_is_told(void **state)
{
    enum { PAIRS = VEND_RETURN_VOIDS + 1 };
    struct world *world = *state;
    char id[16];
    for (unsigned i = 0; i < PAIRS; i++) {
        (void)snprintf(id, sizeof id, "r%u", i);
        assert_ok(void_buy(world, id, 1000 * (1 + (int64_t)i % VEND_RETURN_VOIDS)));
        (void)snprintf(id, sizeof id, "v%u", i);
        assert_ok(void_one(world, id, 2 + 2 * i));
        if (i == PAIRS - 1)
            void_deliver(
                &void_play.issued[void_play.issued_count - 2]); /* the last one, which brings as much as the first */
        void_deliver(&void_play.issued[void_play.issued_count - 1]);
    }
    void_ask(world, "ask");
    assert_int_equal(void_play.meter.total, VOID_OPENED + 1000);
    assert_int_equal(void_play.out.void_count, 0);
}

static void what_comes_after_a_void_counts_until_it_is_void(void **state)
{
    struct world *world = *state;
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    assert_ok(void_buy(world, "r4", 1000));
    assert_ok(void_one(world, "v5", 4));
    void_deliver(&void_play.issued[1]);
    void_deliver(&void_play.issued[2]);
    void_ask(world, "ask"); /* it has 4, and not yet what voids that */
    assert_int_equal(void_play.out.void_count, 1);
    assert_int_equal(void_play.out.voids[0].sequence, 2);
    assert_false(void_play.out.voids[0].taken);
}

static void several_that_never_come(void **state)
{
    struct world *world = *state;
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_buy(world, "r3", 2000));
    assert_ok(void_one(world, "v4", 2));
    assert_ok(void_one(world, "v5", 3));
    void_deliver(&void_play.issued[3]);
    void_ask(world, "ask");
    assert_int_equal(void_play.out.void_count, 2);
    assert_false(void_play.out.voids[0].taken || void_play.out.voids[1].taken);
}

static void body_clearing(const void *self, const struct vend_record_facts *given, struct mv_record_writer *to)
{
    (void)self;
    (void)given;
    mv_record_put_number(to, MV_TAG_COMMAND, MV_COMMAND_CLEAR, 1);
    mv_record_put_number(to, MV_TAG_CLEAR, MV_CLEAR_PURCHASES, 1);
}

static void a_meter_that_forgets_decides_nothing(void **state)
{
    struct world *world = *state;
    struct vend_records cleared;
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    void_deliver(&void_play.issued[0]);
    void_deliver(&void_play.issued[1]);
    struct vend_record_order clear = records_order(MV_KIND_CONTROL, "clear", void_play.pan);
    clear.body = body_clearing;
    assert_ok(records_sign(world, "engineer", &clear, &cleared));
    void_play.meter.total = VOID_OPENED; /* as if it had not taken the sale */
    void_ask(world, "ask");
    assert_int_equal(void_play.out.void_count, 0);
}

static void a_ledger_that_is_behind_decides_nothing(void **state)
{
    struct world *world = *state;
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    void_deliver(&void_play.issued[1]);
    void_play.meter.sequence = 9; /* numbers that this ledger does not know */
    void_ask(world, "ask");
    assert_true(void_play.out.ledger_behind);
    assert_int_equal(void_play.out.void_count, 0);
}

static void another_meter_decides_nothing(void **state)
{
    struct world *world = *state;
    struct vend_caller admin = world_caller("admin");
    struct vend_meter_key key = world_key();
    struct vend_meter second;
    char other[19];
    uint8_t nonce[STORE_NONCE];
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    void_deliver(&void_play.issued[1]);
    assert_ok(world_meter(world, 21, "shop", VEND_ELECTRICITY, &key));
    world_pan(21, other);
    assert_ok(vend_provision_meter(world->vend, &admin, other, RECORDS_DOMAIN, &RECORDS_KEYS, &second));
    records_ask(world, "ask", other, nonce);
    assert_ok(records_bring(world, other, void_shown(nonce), &void_play.out));
    assert_true(void_play.out.answers_last_read);
    assert_int_equal(void_play.out.void_count, 0);
    assert_ok(
        records_bring(world, void_play.pan, void_shown(nonce), &void_play.out)); /* its nonce is not this meter's */
    assert_int_equal(void_play.out.void_count, 0);
}

static void another_installation_decides_nothing(void **state)
{
    struct world *world = *state;
    struct vend_records renewed;
    uint8_t nonce[STORE_NONCE];
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    struct vend_record_order reset = records_renewal("reset", void_play.pan, true);
    reset.abandons_unread = true;
    assert_ok(records_sign(world, "engineer", &reset, &renewed));
    assert_ok(records_bring(world, void_play.pan, records_shown(3, VOID_EPOCH + 1, 1), &void_play.out));
    records_ask(world, "ask", void_play.pan, nonce);
    struct records_shown what = records_shown(3, VOID_EPOCH + 1, 2);
    what.echo = nonce;
    what.taken = 3;
    assert_ok(records_bring(world, void_play.pan, what, &void_play.out));
    assert_int_equal(void_play.out.void_count, 0);
    assert_int_equal(office_number(world, "SELECT count(*) FROM record_void_end"), 0);
}

/* ---- every order of things ---- */
static uint32_t random_state;

static uint32_t any(uint32_t below)
{
    random_state = random_state * 1664525U + 1013904223U;
    return (random_state >> 8) % below;
}

/* Whatever was decided holds from then on; and credit that was sold and not given back comes to the void_play.meter. */
static void check_sums(const bool *given_back, int64_t sold, int64_t back)
{
    int64_t credited = 0;
    for (uint32_t i = 1; i < VOID_MOST; i++)
        assert_false(given_back[i] && void_play.meter.credited[i]);
    credited = void_play.meter.total - VOID_OPENED;
    assert_true(credited <= sold - back);
}

static void the_sums_hold_at_every_step(void **state)
{
    struct world *world = *state;
    static bool given_back[VOID_MOST];
    static int64_t amounts[VOID_MOST];
    int64_t sold = 0, back = 0;
    unsigned decided = 0;
    char id[16];
    random_state = 20260;
    memset(given_back, 0, sizeof given_back);
    for (unsigned step = 0; step < 600 && void_play.issued_count < VOID_MOST - 8; step++) {
        (void)snprintf(id, sizeof id, "s%u", step);
        switch (any(6)) {
        case 0:
            assert_ok(void_buy(world, id, 100 * (1 + (int64_t)any(50))));
            amounts[void_play.records.first_sequence] = void_play.records.amount;
            sold += void_play.records.amount;
            break;
        case 1:
            if (void_play.issued_count > 0)
                (void)void_one(world, id, void_play.issued[void_play.issued_count - 1].sequence - any(3));
            break;
        case 2:
        case 3:
            if (void_play.issued_count > 0)
                void_deliver(&void_play.issued[void_play.issued_count - 1 -
                                               any(void_play.issued_count < 4 ? (uint32_t)void_play.issued_count : 4)]);
            break;
        default:
            void_ask(world, id);
            for (size_t i = 0; i < void_play.out.void_count; i++) {
                uint32_t sequence = void_play.out.voids[i].sequence;
                assert_false(given_back[sequence]);
                assert_int_equal(void_play.out.voids[i].taken, void_play.meter.credited[sequence]);
                given_back[sequence] = !void_play.out.voids[i].taken;
                back += void_play.out.voids[i].taken ? 0 : amounts[sequence];
                decided++;
            }
            break;
        }
        check_sums(given_back, sold, back);
    }
    assert_true(decided > 10);
    assert_true(back > 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, void_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_return_shows_what_never_comes),
        CASE(a_replayed_return_says_the_same),
        CASE(who_was_not_asked_decides_nothing),
        CASE(a_return_without_the_void_decides_nothing),
        CASE(what_the_meter_took_in_between_stays_sold),
        CASE(of_several_nobody_knows_which),
        CASE(of_several_the_amount_tells_which),
        CASE(of_too_many_none_is_told),
        CASE(what_comes_after_a_void_counts_until_it_is_void),
        CASE(several_that_never_come),
        CASE(a_meter_that_forgets_decides_nothing),
        CASE(a_ledger_that_is_behind_decides_nothing),
        CASE(another_meter_decides_nothing),
        CASE(another_installation_decides_nothing),
        CASE(the_sums_hold_at_every_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
