/* The account of a payment meter: opened once, and a purchase brings what no return shows as taken. */
#include <stdio.h>
#include <string.h>

#include "records_world.h"

static void an_account_is_opened_once(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    (void)records_provisioned(world, pan);
    assert_refused(MV_ACCOUNT_NOT_OPEN, records_buy(world, "early", pan, 100, &records));
    struct vend_record_order order = records_purchase("open", pan, 500);
    order.purchase = MV_PURCHASE_OPEN;
    assert_refused(MV_INVALID_FIELD, records_sign(world, "seller", &order, &records));
    assert_ok(records_open_account(world, "open", pan, &records));
    assert_int_equal(1, records.first_sequence);
    struct vend_record_order stranger = order;
    stranger.request_id = "stranger";
    stranger.has_client = true;
    memcpy(stranger.client, "others", sizeof stranger.client);
    assert_refused(MV_ACCOUNT_OPEN, records_sign(world, "seller", &stranger, &records));
    assert_ok(records_buy(world, "buy", pan, 100, &records));
    order.request_id = "other";
    order.purchase = MV_PURCHASE_NORMAL;
    order.has_client = true;
    memcpy(order.client, "others", sizeof order.client);
    assert_refused(MV_INVALID_FIELD, records_sign(world, "seller", &order, &records));
    memcpy(order.client, "client", sizeof order.client);
    assert_ok(records_sign(world, "seller", &order, &records));
}

static void a_lost_opening_is_signed_again(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    struct vend_return out;
    records_ready(world, pan);
    assert_ok(records_open_account(world, "open2", pan, &records));
    assert_int_equal(2, records.first_sequence);
    struct records_shown shown = records_shown(1, 7, 1);
    shown.taken = 2;
    assert_ok(records_bring(world, pan, shown, &out));
    assert_refused(MV_ACCOUNT_OPEN, records_open_account(world, "open3", pan, &records));
}

static struct vend_record_facts facts_seen;

static void note_facts(const void *self, const struct vend_record_facts *facts, struct mv_record_writer *to)
{
    facts_seen = *facts;
    records_body(self, facts, to);
}

static void what_no_return_shows_is_brought_again(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    struct vend_return out;
    records_ready(world, pan);
    for (unsigned i = 1; i <= 7; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "buy%u", i);
        assert_ok(records_buy(world, id, pan, (int64_t)i * 100, &records));
    }
    struct vend_record_order order = records_purchase("all", pan, 900);
    order.body = note_facts;
    assert_ok(records_sign(world, "seller", &order, &records));
    assert_int_equal(8, facts_seen.unread_count);
    assert_int_equal(700, facts_seen.unread[0].amount);
    assert_int_equal(500, facts_seen.unread[7].amount);
    assert_memory_equal("client", facts_seen.client, 6);
    order.request_id = "more";
    assert_ok(records_sign(world, "seller", &order, &records));
    assert_int_equal(8, facts_seen.unread_count);
    assert_int_equal(900, facts_seen.unread[0].amount);
    assert_int_equal(100, facts_seen.unread[7].amount);
    order.request_id = "lent";
    order.arrears = 77;
    assert_refused(MV_ROLE_MISSING, records_sign(world, "seller", &order, &records));
    assert_ok(records_sign(world, "chief", &order, &records));
    order.arrears = 0;
    order.request_id = "after the loan";
    assert_refused(MV_INVALID_FIELD, records_sign(world, "seller", &order, &records));
    order.request_id = "after-the-loan";
    assert_ok(records_sign(world, "seller", &order, &records));
    assert_int_equal(77, facts_seen.unread[0].arrears);
    assert_int_equal(0, facts_seen.unread[1].arrears);
    order.request_id = "last";
    struct records_shown shown = records_shown(1, 7, 1);
    shown.taken = 11;
    assert_ok(records_bring(world, pan, shown, &out));
    assert_false(out.ledger_behind);
    assert_ok(records_sign(world, "seller", &order, &records));
    assert_int_equal(1, facts_seen.unread_count);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, desk_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_account_is_opened_once),
        CASE(a_lost_opening_is_signed_again),
        CASE(what_no_return_shows_is_brought_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
