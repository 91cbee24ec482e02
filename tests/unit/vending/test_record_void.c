/* Purchases by record that are taken back: which can be, what the voiding record says, what the schema refuses. */
#include <stdio.h>

#include "void_world.h"

/* ---- what can be voided ---- */
static void a_supervisor_voids_what_no_return_shows(void **state)
{
    struct world *world = *state;
    char id[16];
    void_ask(world, "ask");
    assert_ok(void_buy(world, "r2", 1000));
    assert_refused(MV_ROLE_MISSING, void_as(world, "seller", "v1", 2));
    assert_refused(MV_RECORD_UNKNOWN, void_one(world, "v1", 3));
    assert_refused(MV_PURCHASE_NOT_VOIDABLE, void_one(world, "v1", 1)); /* the meter has it */
    assert_ok(void_one(world, "v1", 2));
    assert_int_equal(void_play.records.first_sequence, 3);
    assert_int_equal(void_play.records.amount, 0);
    assert_true(world_audit_has(world, "request=v1 kind=1 epoch=7 sequence=3"));
    assert_ok(void_one(world, "v1", 2));
    assert_true(void_play.records.replayed);
    assert_refused(MV_REQUEST_ID_REUSED, void_one(world, "v1", 3));
    assert_refused(MV_PURCHASE_NOT_VOIDABLE, void_one(world, "v2", 2)); /* is void */
    assert_refused(MV_PURCHASE_NOT_VOIDABLE, void_one(world, "v2", 3)); /* brings nothing */
    for (unsigned i = 4; i <= 12; i++) {
        (void)snprintf(id, sizeof id, "r%u", i);
        assert_ok(void_buy(world, id, 100));
    }
    assert_refused(MV_PURCHASE_NOT_VOIDABLE, void_one(world, "v3", 4)); /* too many came after it */
    assert_ok(void_one(world, "v3", 5));
}

static void it_says_nothing_else(void **state)
{
    struct world *world = *state;
    assert_ok(void_buy(world, "r2", 1000));
    struct vend_record_order order = records_purchase("v", void_play.pan, 5);
    order.voids = 2;
    assert_refused(MV_INVALID_FIELD, records_sign(world, "chief", &order, &void_play.records));
    order.quantity.amount = 0;
    order.purchase = MV_PURCHASE_REPLACEMENT;
    order.arrears = 1;
    assert_refused(MV_INVALID_FIELD, records_sign(world, "chief", &order, &void_play.records));
    order.arrears = 0;
    order.has_client = true;
    assert_refused(MV_INVALID_FIELD, records_sign(world, "chief", &order, &void_play.records));
    order = records_order(MV_KIND_READ, "v", void_play.pan);
    order.voids = 2;
    assert_refused(MV_INVALID_FIELD, records_sign(world, "chief", &order, &void_play.records));
}

static void what_is_void_is_not_brought_again(void **state)
{
    struct world *world = *state;
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_one(world, "v3", 2));
    assert_int_equal(void_play.facts.purchase, MV_PURCHASE_OPEN); /* no return shows that the meter is open */
    assert_int_equal(void_play.facts.unread_count, 2);
    assert_int_equal(void_play.facts.unread[0].amount, 0);
    assert_int_equal(void_play.facts.unread[1].amount, VOID_OPENED);
    assert_ok(void_buy(world, "r4", 300));
    assert_int_equal(void_play.facts.unread_count, 3);
    assert_int_equal(void_play.facts.unread[0].amount, 0);
    assert_int_equal(void_play.facts.unread[1].amount, 0);
    void_ask(world, "ask");
    assert_ok(void_one(world, "v5", 4));
    assert_int_equal(void_play.facts.purchase, MV_PURCHASE_NORMAL);
}

/* ---- whoever writes the ledger ---- */
static void the_schema_refuses(void **state)
{
    struct world *world = *state;
    static const char end[] = "INSERT INTO record_void_end SELECT v.record, r.meter, r.epoch, r.sequence, 0 "
                              "FROM record_void v, record_return r";
    assert_ok(void_buy(world, "r2", 1000));
    assert_ok(void_buy(world, "r3", 1000));
    assert_true(office_refuses(world, "INSERT INTO record_void SELECT id, id - 1 FROM record WHERE sequence = 3"));
    assert_ok(void_one(world, "v4", 2));
    assert_true(office_refuses(world, "INSERT INTO record_void SELECT id, id FROM record WHERE sequence = 4"));
    assert_true(office_refuses(world, "INSERT OR REPLACE INTO record_void SELECT * FROM record_void"));
    assert_true(office_refuses(world, "UPDATE record_void SET voided = 3"));
    assert_true(office_refuses(world, "DELETE FROM record_void"));
    assert_ok(records_bring(world, void_play.pan, void_shown(NULL), &void_play.out));
    assert_true(office_refuses(world, end));
    uint8_t nonce[STORE_NONCE];
    records_ask(world, "ask", void_play.pan, nonce);
    assert_ok(records_bring(world, void_play.pan, void_shown(nonce), &void_play.out));
    assert_false(office_refuses(world, "INSERT INTO record_void_end SELECT v.record, r.meter, r.epoch, r.sequence, 0 "
                                       "FROM record_void v, record_return r WHERE r.sequence = 2"));
    records_ask(world, "ask2", void_play.pan, nonce);
    assert_true(office_refuses(world, end));
    void_deliver(&void_play.issued[2]);
    assert_ok(records_bring(world, void_play.pan, void_shown(nonce), &void_play.out));
    assert_int_equal(void_play.out.void_count, 1);
    assert_true(office_refuses(world, "UPDATE record_void_end SET taken = 1"));
    assert_true(office_refuses(world, "DELETE FROM record_void_end"));
    assert_true(office_refuses(world, "INSERT OR REPLACE INTO record_void_end SELECT * FROM record_void_end"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, void_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_supervisor_voids_what_no_return_shows),
        CASE(it_says_nothing_else),
        CASE(what_is_void_is_not_brought_again),
        CASE(the_schema_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
