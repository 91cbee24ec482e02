/* Key updates and resets: a return, or an engineer, says whether the meter took them. */
#include "records_world.h"

static void a_reset_counts_once_its_return_shows_it(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    struct vend_return out;
    struct vend_meter meter;
    struct vend_caller admin = world_caller("admin");
    records_ready(world, pan);
    assert_ok(records_buy(world, "before", pan, 100, &records));
    assert_refused(MV_PURCHASES_UNREAD, records_renew(world, "reset", pan, true, &records));
    struct records_shown shown = records_shown(1, 7, 8);
    shown.taken = 2;
    assert_ok(records_bring(world, pan, shown, &out));
    assert_ok(records_renew(world, "reset", pan, true, &records));
    assert_int_equal(7, records.epoch);
    assert_refused(MV_RECORD_KEYS_PENDING, records_renew(world, "again", pan, true, &records));
    assert_refused(MV_RECORD_KEYS_PENDING, records_renew(world, "update", pan, false, &records));
    assert_ok(vend_get_meter(world->vend, &admin, pan, &meter));
    assert_int_equal(7, meter.records.keys.epoch);
    assert_int_equal(8, meter.records.next.epoch);
    assert_int_equal(3, meter.records.next.mac_version);
    assert_refused(MV_RECORD_KEYS_PENDING, records_buy(world, "meanwhile", pan, 100, &records));
    shown.sequence = 9;
    assert_ok(records_bring(world, pan, shown, &out));
    assert_false(out.confirms_keys);
    assert_ok(records_bring(world, pan, records_shown(3, 8, 1), &out));
    assert_true(out.confirms_keys);
    assert_refused(MV_ACCOUNT_NOT_OPEN, records_buy(world, "after", pan, 100, &records));
    assert_ok(records_open_account(world, "after", pan, &records));
    assert_int_equal(8, records.epoch);
    assert_int_equal(1, records.first_sequence);
    records_has_mac(&records.parts[0], 3, pan, 8);
    assert_refused(MV_RECORD_KEYS_DIFFER, records_bring(world, pan, records_shown(1, 7, 10), &out));
    assert_ok(records_renew(world, "update2", pan, false, &records));
}

static void a_key_update_is_shown_by_both_versions(void **state)
{
    struct world *world = *state;
    char pan[19];
    uint8_t before[MV_RECORD_MAX];
    struct vend_records records;
    struct vend_return out;
    records_ready(world, pan);
    size_t old = records_return(pan, records_shown(1, 7, 1), before);
    struct vend_record_order update = records_renewal("enc", pan, false);
    update.mac_version = 0;
    update.enc_version = 3;
    assert_ok(records_sign(world, "engineer", &update, &records));
    assert_ok(records_hand_in(world, before, old, &out));
    assert_false(out.confirms_keys);
    assert_ok(records_buy(world, "old-keys", pan, 100, &records));
    struct records_shown shown = records_shown(1, 7, 2);
    shown.enc_version = 3;
    assert_ok(records_bring(world, pan, shown, &out));
    assert_true(out.confirms_keys);
    assert_ok(records_buy(world, "after", pan, 100, &records));
    assert_int_equal(3, records.first_sequence);
}

static void an_engineer_may_say_it_and_a_return_puts_it_right(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    struct vend_return out;
    struct vend_meter meter;
    struct vend_caller engineer = world_caller("engineer");
    struct vend_caller seller = world_caller("seller");
    records_ready(world, pan);
    assert_refused(MV_NO_KEY_CHANGE_PENDING, vend_confirm_record_keys(world->vend, &engineer, pan, true, &meter));
    assert_ok(records_renew(world, "update", pan, false, &records));
    assert_refused(MV_ROLE_MISSING, vend_confirm_record_keys(world->vend, &seller, pan, true, &meter));
    assert_ok(vend_confirm_record_keys(world->vend, &engineer, pan, false, &meter));
    assert_int_equal(1, meter.records.keys.mac_version);
    assert_int_equal(0, meter.records.next.mac_version);
    assert_ok(records_renew(world, "again", pan, false, &records));
    assert_ok(vend_confirm_record_keys(world->vend, &engineer, pan, true, &meter));
    assert_int_equal(3, meter.records.keys.mac_version);
    assert_ok(records_buy(world, "new", pan, 100, &records));
    records_has_mac(&records.parts[0], 3, pan, 7);
    /* it has the old ones after all */
    assert_ok(records_bring(world, pan, records_shown(1, 7, 1), &out));
    assert_true(out.confirms_keys);
    assert_ok(records_buy(world, "old", pan, 100, &records));
    records_has_mac(&records.parts[0], 1, pan, 7);
    assert_refused(MV_RECORD_KEYS_DIFFER, records_bring(world, pan, records_shown(3, 7, 2), &out));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, desk_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_reset_counts_once_its_return_shows_it),
        CASE(a_key_update_is_shown_by_both_versions),
        CASE(an_engineer_may_say_it_and_a_return_puts_it_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
