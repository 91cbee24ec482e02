/* Slots on their own, with a clock of the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"
#include "hsmd/slots.h"

static struct hsmd_slots *slots;
static const struct hsmd_slot_key KEY = {.key = {.ea = 7, .bytes = {1, 2, 3}}, .ken = 255, .kt = 2};

static int set_up(void **state)
{
    (void)state;
    return mv_secret_init().ok && hsmd_slots_new(&slots).ok ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    hsmd_slots_free(slots);
    return 0;
}

static uint32_t put(uint32_t owner, int64_t now_ms)
{
    uint32_t id = HSMD_SLOT_NONE;
    assert_true(hsmd_slots_put(slots, owner, &KEY, now_ms, &id).ok);
    assert_true(id < HSMD_SLOT_NONE);
    return id;
}

static void a_slot_lives_a_minute(void **state)
{
    (void)state;
    uint32_t id = put(1, 1000);
    assert_non_null(hsmd_slots_get(slots, 1, id, 1000 + HSMD_SLOT_LIFE_MS - 1));
    assert_null(hsmd_slots_get(slots, 1, id, 1000 + HSMD_SLOT_LIFE_MS));
}

static void expiry_wipes(void **state)
{
    (void)state;
    uint32_t id = put(1, 0);
    const struct hsmd_slot_key *key = hsmd_slots_get(slots, 1, id, 0);
    assert_memory_equal(key, &KEY, sizeof KEY);
    hsmd_slots_expire(slots, HSMD_SLOT_LIFE_MS - 1);
    assert_memory_equal(key, &KEY, sizeof KEY);
    hsmd_slots_expire(slots, HSMD_SLOT_LIFE_MS);
    const struct hsmd_slot_key zero = {.ken = 0};
    assert_memory_equal(key, &zero, sizeof zero);
}

static void dropping_wipes_and_ends_it(void **state)
{
    (void)state;
    uint32_t id = put(1, 0);
    const struct hsmd_slot_key *key = hsmd_slots_get(slots, 1, id, 0);
    hsmd_slots_drop(slots, 2, id); /* not his */
    assert_non_null(hsmd_slots_get(slots, 1, id, 0));
    hsmd_slots_drop(slots, 1, id);
    const struct hsmd_slot_key zero = {.ken = 0};
    assert_memory_equal(key, &zero, sizeof zero);
    assert_null(hsmd_slots_get(slots, 1, id, 0));
}

static void a_number_is_not_given_out_again_soon(void **state)
{
    (void)state;
    uint32_t first = put(1, 0);
    for (int i = 0; i < 8000; i++) {
        hsmd_slots_drop(slots, 1, first);
        uint32_t next = put(1, 0);
        assert_int_not_equal(next, first);
        hsmd_slots_drop(slots, 1, next);
    }
}

static void owners_are_apart(void **state)
{
    (void)state;
    uint32_t mine = put(1, 0);
    uint32_t his = put(2, 0);
    assert_null(hsmd_slots_get(slots, 2, mine, 0));
    assert_null(hsmd_slots_get(slots, 1, his, 0));
    hsmd_slots_drop_owner(slots, 1);
    assert_null(hsmd_slots_get(slots, 1, mine, 0));
    assert_non_null(hsmd_slots_get(slots, 2, his, 0));
}

static void shares_and_table_are_bounded(void **state)
{
    (void)state;
    uint32_t id = 0;
    for (uint32_t owner = 1; owner <= HSMD_SLOTS / HSMD_SLOTS_PER_OWNER; owner++) {
        for (int i = 0; i < HSMD_SLOTS_PER_OWNER; i++)
            (void)put(owner, 0);
        assert_int_equal(hsmd_slots_put(slots, owner, &KEY, 0, &id).reason, MV_SERVER_BUSY);
    }
    assert_int_equal(hsmd_slots_put(slots, 100, &KEY, 0, &id).reason, MV_SERVER_BUSY);
    /* a full table makes room out of what has expired */
    (void)put(100, HSMD_SLOT_LIFE_MS);
}

static void strange_numbers_name_nothing(void **state)
{
    (void)state;
    (void)put(1, 0);
    const uint32_t strange[] = {0, HSMD_SLOT_NONE, UINT32_MAX, 0x80000000};
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        assert_null(hsmd_slots_get(slots, 1, strange[i], 0));
        hsmd_slots_drop(slots, 1, strange[i]);
    }
    assert_null(hsmd_slots_get(slots, 0, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_slot_lives_a_minute, set_up, tear_down),
        cmocka_unit_test_setup_teardown(expiry_wipes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(dropping_wipes_and_ends_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_number_is_not_given_out_again_soon, set_up, tear_down),
        cmocka_unit_test_setup_teardown(owners_are_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shares_and_table_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strange_numbers_name_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
