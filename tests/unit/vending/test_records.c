/* Native records: signed once, in order, under the meter's keys. */
#include <pthread.h>
#include <stdio.h>

#include "records_world.h"
#include "vending/claims.h"

static void purchases_follow_one_another(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    records_ready(world, pan);
    for (uint32_t i = 1; i <= 3; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "buy%u", i);
        assert_ok(records_buy(world, id, pan, (int64_t)i * 100, &records));
        struct mv_record_head head = records_head(&records.parts[0]);
        assert_int_equal(i + 1, head.sequence);
        assert_int_equal(7, head.epoch);
        assert_int_equal(1, head.key_version);
        assert_int_equal(MV_KIND_PURCHASE, head.kind);
        assert_memory_equal(pan, head.pan, 18);
        assert_int_equal((NOW_S - 1388534400) / 60, head.issued_min);
        assert_int_equal(100 * i, records.amount);
        assert_false(records.replayed);
        records_has_mac(&records.parts[0], 1, pan, 7);
    }
    world_audit_verify(world);
    assert_int_equal(4, world_audit_count(world, "TokenService.IssueRecord", "ok"));
}

static void an_id_is_one_record(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records first, again, other;
    records_ready(world, pan);
    assert_ok(records_buy(world, "one", pan, 100, &first));
    assert_ok(records_buy(world, "one", pan, 100, &again));
    assert_true(again.replayed);
    assert_int_equal(first.parts[0].size, again.parts[0].size);
    assert_memory_equal(first.parts[0].bytes, again.parts[0].bytes, first.parts[0].size);
    assert_string_equal(pan, again.pan);
    assert_string_equal("seller", again.principal);
    assert_refused(MV_REQUEST_ID_REUSED, records_buy(world, "one", pan, 200, &other));
    struct vend_record_order read = records_order(MV_KIND_READ, "one", pan);
    assert_refused(MV_REQUEST_ID_REUSED, records_sign(world, "seller", &read, &other));
    world_restart(world);
    assert_ok(records_buy(world, "one", pan, 100, &again));
    assert_memory_equal(first.parts[0].bytes, again.parts[0].bytes, first.parts[0].size);
    assert_int_equal(2, fake_records.sealed);
}

static void an_id_is_a_record_or_a_token(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    struct vend_issued sale;
    records_ready(world, pan);
    assert_ok(records_buy(world, "record", pan, 100, &records));
    assert_refused(MV_REQUEST_ID_REUSED, world_sell(world, "seller", "record", pan, 100, &sale));
    assert_ok(world_sell(world, "seller", "token", pan, 100, &sale));
    assert_refused(MV_REQUEST_ID_REUSED, records_buy(world, "token", pan, 100, &records));
    assert_ok(world_sell(world, "seller", "token2", pan, 100, &sale));
}

static void nothing_is_signed_under_an_id_that_was_given_up(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    uint32_t bytes;
    struct vend_caller seller = world_caller("seller");
    records_ready(world, pan);
    assert_ok(vend_cancel_sale(world->vend, &seller, "r1"));
    const struct vend_record_order purchase = records_purchase("r1", pan, 100);
    assert_refused(MV_REQUEST_CANCELLED, vend_weigh_record(world->vend, &seller, &purchase, &bytes));
    assert_refused(MV_REQUEST_CANCELLED, records_sign(world, "seller", &purchase, &records));
    assert_ok(records_buy(world, "r2", pan, 100, &records));
    assert_int_equal(records.first_sequence, 2);
    assert_refused(MV_SALE_MADE, vend_cancel_sale(world->vend, &seller, "r2"));
    assert_ok(records_buy(world, "r2", pan, 100, &records));
    assert_true(records.replayed);
}

static void kinds_need_their_roles(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    records_ready(world, pan);
    struct vend_record_order purchase = records_purchase("a", pan, 100);
    assert_refused(MV_ROLE_MISSING, records_sign(world, "engineer", &purchase, &records));
    struct vend_record_order control = records_order(MV_KIND_CONTROL, "b", pan);
    assert_refused(MV_ROLE_MISSING, records_sign(world, "seller", &control, &records));
    assert_ok(records_sign(world, "engineer", &control, &records));
    struct vend_record_order read = records_order(MV_KIND_READ, "c", pan);
    assert_ok(records_sign(world, "seller", &read, &records));
    assert_refused(MV_METER_UNKNOWN, records_sign(world, "technician", &control, &records));
}

static void what_a_meter_does_not_take_is_refused(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    struct vend_caller admin = world_caller("admin");
    struct vend_meter meter;
    assert_refused(MV_RECORDS_NOT_PROVISIONED, records_buy(world, "a", world_pan(1, pan), 100, &records));
    records_ready(world, pan);
    assert_refused(MV_INVALID_FIELD, records_buy(world, "a", pan, 0, &records));
    assert_refused(MV_INVALID_FIELD, records_buy(world, "no blanks", pan, 1, &records));
    struct vend_record_order water = records_order(MV_KIND_PURCHASE, "a", pan);
    water.quantity = (struct vend_quantity){VEND_UNIT_LITRE, 100};
    assert_refused(MV_WRONG_UTILITY, records_sign(world, "seller", &water, &records));
    assert_ok(vend_set_meter_state(world->vend, &admin, pan, VEND_METER_SUSPENDED, &meter));
    assert_refused(MV_METER_NOT_ACTIVE, records_buy(world, "a", pan, 100, &records));
    struct vend_record_order control = records_order(MV_KIND_CONTROL, "b", pan);
    assert_ok(records_sign(world, "engineer", &control, &records));
    assert_ok(vend_set_meter_state(world->vend, &admin, pan, VEND_METER_RETIRED, &meter));
    control.request_id = "c";
    assert_refused(MV_METER_NOT_ACTIVE, records_sign(world, "engineer", &control, &records));
}

static void what_is_not_sealed_is_not_kept(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    records_ready(world, pan);
    fake_keys_lock();
    fake_records.failure = mv_fail(MV_KEY_SERVICE_UNAVAILABLE, NULL);
    fake_keys_unlock();
    assert_refused(MV_KEY_SERVICE_UNAVAILABLE, records_buy(world, "a", pan, 100, &records));
    fake_records_reset();
    /* the line is known to be down until the catalogue was fetched again */
    vend_refresh(world->vend);
    assert_ok(records_buy(world, "a", pan, 100, &records));
    assert_int_equal(2, records.first_sequence);
    assert_false(records.replayed);
}

static void parts_have_numbers_of_their_own(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records, again;
    (void)records_provisioned(world, pan);
    struct vend_record_order set = records_order(MV_KIND_PARAMETERS, "set", pan);
    set.parts = 4;
    assert_ok(records_sign(world, "engineer", &set, &records));
    assert_int_equal(4, records.count);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(i + 1, records_head(&records.parts[i]).sequence);
        records_has_mac(&records.parts[i], 1, pan, 7);
    }
    assert_ok(records_sign(world, "engineer", &set, &again));
    assert_int_equal(4, again.count);
    assert_memory_equal(records.parts, again.parts, sizeof records.parts);
    set.request_id = "next";
    assert_ok(records_sign(world, "engineer", &set, &records));
    assert_int_equal(5, records.first_sequence);
    set.parts = VEND_RECORD_PARTS + 1;
    assert_refused(MV_INVALID_FIELD, records_sign(world, "engineer", &set, &records));
}

struct buyer {
    struct world *world;
    const char *pan;
    unsigned first;
    uint32_t sequences[8];
};

static void *buy_eight(void *self)
{
    struct buyer *buyer = self;
    for (unsigned i = 0; i < 8; i++) {
        char id[16];
        struct vend_records records;
        mv_status status;
        (void)snprintf(id, sizeof id, "many%u", buyer->first + i);
        do
            status = records_buy(buyer->world, id, buyer->pan, 100, &records);
        while (!status.ok && status.reason == MV_METER_CHANGED);
        buyer->sequences[i] = status.ok ? records.first_sequence : 0;
    }
    return NULL;
}

static void many_at_once_leave_no_gap_and_no_double(void **state)
{
    struct world *world = *state;
    char pan[19];
    bool seen[34] = {false};
    pthread_t threads[4];
    struct buyer buyers[4];
    records_ready(world, pan);
    for (unsigned i = 0; i < 4; i++) {
        buyers[i] = (struct buyer){.world = world, .pan = pan, .first = i * 8};
        assert_int_equal(0, pthread_create(&threads[i], NULL, buy_eight, &buyers[i]));
    }
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(0, pthread_join(threads[i], NULL));
    for (unsigned i = 0; i < 32; i++) {
        uint32_t sequence = buyers[i / 8].sequences[i % 8];
        assert_in_range(sequence, 2, 33);
        assert_false(seen[sequence]);
        seen[sequence] = true;
    }
}

static void what_one_purchase_may_carry(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    records_ready(world, pan);
    assert_refused(MV_AMOUNT_TOO_LARGE, records_buy(world, "much", pan, INT64_C(2000000000), &records));
    assert_refused(MV_INVALID_FIELD, records_buy(world, "none", pan, 0, &records));
    struct vend_record_order card = records_order(MV_KIND_PURCHASE, "card", pan);
    card.quantity = (struct vend_quantity){VEND_UNIT_WH, 0};
    card.purchase = MV_PURCHASE_REPLACEMENT;
    assert_ok(records_sign(world, "seller", &card, &records));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, desk_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(purchases_follow_one_another),          CASE(an_id_is_one_record),
        CASE(an_id_is_a_record_or_a_token),          CASE(kinds_need_their_roles),
        CASE(what_a_meter_does_not_take_is_refused), CASE(what_is_not_sealed_is_not_kept),
        CASE(parts_have_numbers_of_their_own),       CASE(many_at_once_leave_no_gap_and_no_double),
        CASE(what_one_purchase_may_carry),           CASE(nothing_is_signed_under_an_id_that_was_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
