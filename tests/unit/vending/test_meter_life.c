/* The life of a meter: provisioned once, its states one way, and nothing is sold to one that forgets its keys. */
#include "records_world.h"

static void a_meter_is_provisioned_once(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_meter meter = records_provisioned(world, pan);
    struct vend_caller admin = world_caller("admin");
    struct store_record_keys other = RECORDS_KEYS;
    assert_true(meter.takes_records);
    assert_memory_equal(RECORDS_DOMAIN, meter.records.domain, 3);
    assert_ok(vend_provision_meter(world->vend, &admin, pan, RECORDS_DOMAIN, &RECORDS_KEYS, &meter));
    other.enc_version = 9;
    assert_refused(MV_RECORD_KEY_UNKNOWN,
                   vend_provision_meter(world->vend, &admin, pan, RECORDS_DOMAIN, &other, &meter));
    other = RECORDS_KEYS;
    other.epoch = 3;
    assert_ok(vend_provision_meter(world->vend, &admin, pan, RECORDS_DOMAIN, &other, &meter));
    assert_int_equal(3, meter.records.keys.epoch);
    assert_ok(vend_provision_meter(world->vend, &admin, pan, RECORDS_DOMAIN, &RECORDS_KEYS, &meter));
    struct vend_records records;
    assert_ok(records_open_account(world, "open", pan, &records));
    assert_refused(MV_RECORDS_PROVISIONED,
                   vend_provision_meter(world->vend, &admin, pan, RECORDS_DOMAIN, &other, &meter));
    other.mac_version = 0;
    assert_refused(MV_INVALID_FIELD, vend_provision_meter(world->vend, &admin, pan, RECORDS_DOMAIN, &other, &meter));
    assert_int_equal(3, world_audit_count(world, "MeterService.ProvisionMeter", "ok"));
}

static void a_life_goes_one_way(void **state)
{
    static const bool allowed[6][6] = {
        [VEND_METER_MADE] = {[VEND_METER_PROVISIONED] = true, [VEND_METER_ACTIVE] = true, [VEND_METER_RETIRED] = true},
        [VEND_METER_PROVISIONED] = {[VEND_METER_ACTIVE] = true, [VEND_METER_RETIRED] = true},
        [VEND_METER_ACTIVE] = {[VEND_METER_SUSPENDED] = true, [VEND_METER_RETIRED] = true},
        [VEND_METER_SUSPENDED] = {[VEND_METER_ACTIVE] = true, [VEND_METER_RETIRED] = true},
    };
    static const enum vend_meter_state ways[6][4] = {
        [VEND_METER_ACTIVE] = {VEND_METER_ACTIVE},
        [VEND_METER_SUSPENDED] = {VEND_METER_ACTIVE, VEND_METER_SUSPENDED},
        [VEND_METER_RETIRED] = {VEND_METER_RETIRED},
        [VEND_METER_PROVISIONED] = {VEND_METER_PROVISIONED},
    };
    struct world *world = *state;
    struct vend_caller admin = world_caller("admin");
    unsigned serial = 500;
    for (unsigned from = 1; from <= 5; from++)
        for (unsigned to = 1; to <= 5; to++) {
            char pan[19];
            struct vend_meter meter;
            struct vend_meter_request request = {.pan = world_pan(serial++, pan),
                                                 .organisation = "shop",
                                                 .utility = VEND_ELECTRICITY,
                                                 .made = true,
                                                 .key = world_key()};
            assert_ok(vend_register_meter(world->vend, &admin, &request, &meter));
            for (unsigned i = 0; ways[from][i] != 0; i++)
                assert_ok(vend_set_meter_state(world->vend, &admin, pan, ways[from][i], &meter));
            mv_status status = vend_set_meter_state(world->vend, &admin, pan, (enum vend_meter_state)to, &meter);
            if (from == to || allowed[from][to])
                assert_ok(status);
            else
                assert_refused(MV_METER_STATE_NOT_ALLOWED, status);
        }
}

static void who_may_take_which_step(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_meter meter;
    struct vend_caller chief = world_caller("chief");
    struct vend_caller seller = world_caller("seller");
    struct vend_issued sale;
    world_pan(1, pan);
    assert_ok(world_sell(world, "seller", "before", pan, 100, &sale));
    assert_ok(vend_set_meter_state(world->vend, &chief, pan, VEND_METER_SUSPENDED, &meter));
    assert_refused(MV_METER_NOT_ACTIVE, world_sell(world, "seller", "meanwhile", pan, 100, &sale));
    assert_ok(vend_set_meter_state(world->vend, &chief, pan, VEND_METER_ACTIVE, &meter));
    assert_ok(world_sell(world, "seller", "after", pan, 100, &sale));
    assert_refused(MV_ROLE_MISSING, vend_set_meter_state(world->vend, &chief, pan, VEND_METER_RETIRED, &meter));
    assert_refused(MV_ROLE_MISSING, vend_set_meter_state(world->vend, &seller, pan, VEND_METER_SUSPENDED, &meter));
    assert_refused(MV_INVALID_FIELD, vend_set_meter_state(world->vend, &chief, pan, (enum vend_meter_state)6, &meter));
}

static void a_meter_that_forgets_its_keys_is_sold_nothing(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    struct vend_issued sale;
    records_ready(world, pan);
    struct vend_record_order retire = records_order(MV_KIND_CONTROL, "retire", pan);
    retire.retires = true;
    assert_ok(records_sign(world, "engineer", &retire, &records));
    assert_refused(MV_METER_NOT_ACTIVE, records_buy(world, "more", pan, 100, &records));
    assert_refused(MV_METER_NOT_ACTIVE, world_sell(world, "seller", "token", pan, 100, &sale));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, desk_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_meter_is_provisioned_once),
        CASE(a_life_goes_one_way),
        CASE(who_may_take_which_step),
        CASE(a_meter_that_forgets_its_keys_is_sold_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
