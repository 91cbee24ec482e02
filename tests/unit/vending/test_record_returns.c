/* What a meter wrote back: proven, newer than the last, and what it says of the ledger. */
#include <string.h>

#include "records_world.h"

static void a_return_is_newer_than_the_last(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_return out;
    struct records_shown shown = records_shown(1, 7, 5);
    (void)records_provisioned(world, pan);
    assert_ok(records_bring(world, pan, shown, &out));
    assert_false(out.replayed);
    assert_false(out.answers_last_read);
    assert_string_equal(pan, out.pan);
    assert_ok(records_bring(world, pan, shown, &out));
    assert_true(out.replayed);
    shown.echo = (const uint8_t *)"12345678";
    assert_refused(MV_RETURN_NOT_NEWER, records_bring(world, pan, shown, &out));
    assert_refused(MV_RETURN_NOT_NEWER, records_bring(world, pan, records_shown(1, 7, 4), &out));
    assert_ok(records_bring(world, pan, records_shown(1, 7, 6), &out));
}

static void a_return_is_the_meters(void **state)
{
    struct world *world = *state;
    char pan[19];
    char other[19];
    uint8_t bytes[MV_RECORD_MAX];
    struct vend_return out;
    (void)records_provisioned(world, pan);
    size_t size = records_return(pan, records_shown(1, 7, 5), bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= 1;
        assert_false(records_hand_in(world, bytes, size, &out).ok);
        bytes[i] ^= 1;
    }
    assert_refused(MV_RECORD_NOT_VALID, records_hand_in(world, bytes, size - 1, &out));
    assert_refused(MV_RECORD_NOT_VALID, records_hand_in(world, bytes, 0, &out));
    assert_refused(MV_RECORD_KEYS_DIFFER, records_bring(world, pan, records_shown(1, 8, 5), &out));
    assert_refused(MV_RECORD_KEYS_DIFFER, records_bring(world, pan, records_shown(2, 7, 5), &out));
    assert_refused(MV_METER_UNKNOWN, records_bring(world, world_pan(77, other), records_shown(1, 7, 5), &out));
    struct vend_caller stranger = world_caller("technician");
    size = records_return(pan, records_shown(1, 7, 5), bytes);
    assert_refused(MV_METER_UNKNOWN, vend_accept_return(world->vend, &stranger, bytes, size, &out));
}

static void only_the_newest_question_is_answered(void **state)
{
    struct world *world = *state;
    char pan[19];
    uint8_t nonces[2][8];
    struct vend_records records;
    struct vend_return out;
    (void)records_provisioned(world, pan);
    struct vend_record_order set_time = records_order(MV_KIND_CONTROL, "time", pan);
    set_time.names_last_read = true;
    assert_refused(MV_RECORD_UNKNOWN, records_sign(world, "engineer", &set_time, &records));
    for (unsigned i = 0; i < 2; i++)
        records_ask(world, i == 0 ? "r1" : "r2", pan, nonces[i]);
    assert_memory_not_equal(nonces[0], nonces[1], 8);
    assert_ok(records_sign(world, "engineer", &set_time, &records));
    assert_memory_equal(nonces[1], records.parts[0].bytes + MV_RECORD_HEAD + 3 + 2, 8);
    for (unsigned i = 0; i < 2; i++) {
        struct records_shown shown = records_shown(1, 7, i + 1);
        shown.echo = nonces[i];
        assert_ok(records_bring(world, pan, shown, &out));
        assert_int_equal(i == 1, out.answers_last_read);
    }
}

static void an_older_ledger_signs_no_number_again(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    struct vend_return out;
    records_ready(world, pan);
    struct records_shown shown = records_shown(1, 7, 1);
    shown.taken = 9;
    assert_ok(records_bring(world, pan, shown, &out));
    assert_true(out.ledger_behind);
    assert_ok(records_buy(world, "next", pan, 100, &records));
    assert_int_equal(10, records.first_sequence);
    assert_ok(records_buy(world, "next2", pan, 100, &records));
    assert_int_equal(11, records.first_sequence);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, desk_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_return_is_newer_than_the_last),
        CASE(a_return_is_the_meters),
        CASE(only_the_newest_question_is_answered),
        CASE(an_older_ledger_signs_no_number_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
