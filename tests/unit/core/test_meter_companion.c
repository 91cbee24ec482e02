/* A larger engine beside the token engine: asked before credit, told after it, and kept in the same commits wherever
 * power fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../../meter-core/src/meter/companion.h"
#include "meter_support.h"

enum { ACCOUNT = 1, COUNTER = 2, SMALL_ENTRY = 64 };

/* An account that sees what comes in, and a counter of its own. */
struct beside {
    int64_t seen;
    uint32_t counter;
    uint16_t last_cleared;
    enum mv_result refuse;
};

static void encode_account(const void *context, struct mv_nv_sink *to)
{
    const struct beside *beside = context;
    mv_nv_put_i64(to, beside->seen);
    mv_nv_put_u16(to, beside->last_cleared);
}

static bool decode_account(void *context, struct mv_nv_source *from)
{
    struct beside *beside = context;
    beside->seen = mv_nv_get_i64(from);
    beside->last_cleared = mv_nv_get_u16(from);
    return mv_nv_source_good(from);
}

static void encode_counter(const void *context, struct mv_nv_sink *to)
{
    mv_nv_put_u32(to, ((const struct beside *)context)->counter);
}

static bool decode_counter(void *context, struct mv_nv_source *from)
{
    ((struct beside *)context)->counter = mv_nv_get_u32(from);
    return mv_nv_source_good(from);
}

static const struct mv_nv_object account = {
    .id = ACCOUNT, .form = 1, .size = 12, .encode = encode_account, .decode = decode_account};
static const struct mv_nv_object counter = {
    .id = COUNTER, .form = 1, .size = 4, .encode = encode_counter, .decode = decode_counter};
static const struct mv_nv_object *const objects[] = {&account, &counter};

static enum mv_result may_credit(void *context, enum mv_credit_register target, int64_t amount)
{
    const struct beside *beside = context;
    assert_int_equal(target, MV_REGISTER_ELECTRICITY);
    assert_true(amount >= 0);
    return beside->refuse;
}

static uint32_t credited(void *context, enum mv_credit_register target, int64_t amount)
{
    struct beside *beside = context;
    assert_int_equal(target, MV_REGISTER_ELECTRICITY);
    beside->seen += amount;
    return MV_NV_BIT(ACCOUNT);
}

static uint32_t cleared(void *context, uint16_t target)
{
    struct beside *beside = context;
    beside->seen = 0;
    beside->last_cleared = target;
    return MV_NV_BIT(ACCOUNT);
}

static struct beside beside;
static const struct mv_meter_companion companion = {.context = &beside,
                                                    .objects = objects,
                                                    .count = 2,
                                                    .may_credit = may_credit,
                                                    .credited = credited,
                                                    .cleared = cleared};

static enum mv_result open_with(struct fixture *f, const struct mv_meter_companion *with)
{
    enum mv_result refuse = beside.refuse;
    mv_meter_close(&f->meter);
    memset(&beside, 0xEE, sizeof beside);
    beside.refuse = refuse;
    return mv_meter_open_with(&f->meter, &f->port, &mv_sta_public, with);
}

/* Three entries of both engines fit into a sector. */
static int ready(void **state)
{
    fixture_blank(state);
    struct fixture *f = *state;
    flash_init_as(&f->flash, 2, 1700);
    f->port = flash_port(&f->flash);
    beside.refuse = MV_DONE;
    assert_int_equal(open_with(f, &companion), MV_NOT_PROVISIONED);
    beside = (struct beside){.counter = 7};
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_DONE);
    return 0;
}

static void provisioning_keeps_both(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(open_with(f, &companion), MV_DONE);
    assert_int_equal(beside.counter, 7);
    assert_int_equal(beside.seen, 0);
    assert_int_equal(open_with(f, NULL), MV_OTHER_FORMAT); /* firmware of tokens alone */
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_OTHER_FORMAT);
}

static void credit_and_clearing_are_told(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    assert_int_equal(beside.seen, 500);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_USED_ERROR);
    assert_int_equal(open_with(f, &companion), MV_DONE);
    assert_int_equal(beside.seen, 500);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_CLEAR_CREDIT, TEST_TID + 2, MV_REGISTER_ELECTRICITY), MV_ACCEPT);
    assert_int_equal(open_with(f, &companion), MV_DONE);
    assert_int_equal(beside.seen, 0);
    assert_int_equal(beside.last_cleared, MV_REGISTER_ELECTRICITY);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_CLEAR_CREDIT, TEST_TID + 3, MV_REGISTER_ALL), MV_ACCEPT);
    assert_int_equal(beside.last_cleared, MV_REGISTER_ALL);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_CLEAR_CREDIT, TEST_TID + 4, MV_REGISTER_GAS), MV_FUNCTION_ERROR);
    assert_int_equal(beside.last_cleared, MV_REGISTER_ALL);
}

/* The token stays good. */
static void credit_may_be_refused(void **state)
{
    struct fixture *f = *state;
    beside.refuse = MV_OVERFLOW_ERROR;
    uint32_t spent = f->flash.spent;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_OVERFLOW_ERROR);
    assert_int_equal(f->flash.spent, spent);
    assert_int_equal(f->meter.state.credit[0], 0);
    assert_int_equal(beside.seen, 0);
    beside.refuse = MV_DONE;
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    assert_int_equal(beside.seen, 500);
}

static void credit_from_other_carriers(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mv_meter_add_credit(&f->meter, MV_REGISTER_GAS, 1), MV_FUNCTION_ERROR);
    assert_int_equal(mv_meter_add_credit(&f->meter, MV_REGISTER_ELECTRICITY, -1), MV_RANGE_ERROR);
    assert_int_equal(mv_meter_add_credit(&f->meter, MV_REGISTER_ELECTRICITY, INT64_MAX), MV_DONE);
    assert_int_equal(mv_meter_add_credit(&f->meter, MV_REGISTER_ELECTRICITY, 1), MV_OVERFLOW_ERROR);
    assert_int_equal(mv_store_commit_with(&f->meter, 0, true), MV_DONE);
    assert_int_equal(open_with(f, &companion), MV_DONE);
    assert_true(f->meter.state.credit[0] == INT64_MAX && beside.seen == INT64_MAX);
}

/* What changes often is small: only its own object is written. */
static void own_objects_alone(void **state)
{
    struct fixture *f = *state;
    uint32_t spent = f->flash.spent;
    beside.counter = 8;
    assert_int_equal(mv_store_commit_with(&f->meter, MV_NV_BIT(COUNTER), false), MV_DONE);
    assert_true(f->flash.spent - spent < SMALL_ENTRY);
    assert_int_equal(open_with(f, &companion), MV_DONE);
    assert_int_equal(beside.counter, 8);
    assert_int_equal(beside.seen, 0);
}

/* After a failure both are what the memory holds. */
static void a_failure_loads_both_anew(void **state)
{
    struct fixture *f = *state;
    char digits[21];
    test_kwh_token(&f->identity, TEST_TID + 1, 5, digits);
    f->flash.deny_writes = true;
    assert_int_equal(fixture_enter(f, digits), MV_STORAGE_ERROR);
    assert_int_equal(beside.seen, 500);
    f->flash.deny_writes = false;
    assert_int_equal(mv_load_if_needed(&f->meter), MV_DONE);
    assert_int_equal(beside.seen, 0);
    assert_int_equal(f->meter.state.credit[0], 0);
    assert_int_equal(fixture_enter(f, digits), MV_ACCEPT);
    assert_int_equal(beside.seen, 500);
}

static void power_never_comes_between(void **state)
{
    enum { TOKENS = 4 };
    static struct flash before;
    struct fixture *f = *state;
    char digits[TOKENS][21];
    unsigned counted_late = 0;
    for (unsigned i = 0; i < TOKENS; i++)
        test_kwh_token(&f->identity, TEST_TID + 1 + i, 1U << i, digits[i]);
    before = f->flash;
    for (uint32_t cut = 0; cut < 5000; cut++) {
        unsigned accepted = 0;
        f->flash = before;
        f->flash.energy = cut;
        f->flash.last_byte = (uint8_t)(cut * 37);
        enum mv_result result = open_with(f, &companion);
        for (unsigned i = 0; i < TOKENS && result == MV_DONE; i++) {
            if (mv_meter_enter(&f->meter, digits[i], &f->answer) != MV_ACCEPT)
                break;
            accepted |= 1U << i;
            beside.counter += 1;
            if (mv_store_commit_with(&f->meter, MV_NV_BIT(COUNTER), false) != MV_DONE)
                break;
        }
        flash_power_on(&f->flash);
        assert_int_equal(open_with(f, &companion), MV_DONE);
        int64_t credit = f->meter.state.credit[0];
        assert_true(beside.seen == credit);
        assert_true(credit >= 100 * (int64_t)accepted && credit <= 100 * (int64_t)(2 * accepted + 1));
        counted_late += credit > 100 * (int64_t)accepted;
        if (accepted == (1U << TOKENS) - 1)
            continue;
        assert_in_range(beside.counter, 7, 7 + TOKENS);
    }
    assert_int_equal(beside.counter, 7 + TOKENS); /* the last cuts came after the end */
    assert_true(counted_late < 5000 / 4);
}

/* Nobody is asked or told; the objects are kept all the same. */
static void without_functions(void **state)
{
    struct fixture *f = *state;
    const struct mv_meter_companion silent = {.context = &beside, .objects = objects, .count = 2};
    assert_int_equal(open_with(f, &silent), MV_DONE);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 1, 5), MV_ACCEPT);
    assert_int_equal(fixture_enter_manage(f, MV_MANAGE_CLEAR_CREDIT, TEST_TID + 2, MV_REGISTER_ALL), MV_ACCEPT);
    assert_int_equal(f->meter.state.credit[0], 0);
    assert_int_equal(fixture_enter_kwh(f, TEST_TID + 3, 7), MV_ACCEPT);
    assert_int_equal(open_with(f, &silent), MV_DONE);
    assert_int_equal(f->meter.state.credit[0], 700);
    assert_int_equal(beside.seen, 0);
    assert_int_equal(beside.counter, 7);
}

static void objects_that_do_not_fit(void **state)
{
    struct fixture *f = *state;
    struct mv_nv_object large = account;
    const struct mv_nv_object *list[] = {&large};
    const struct mv_meter_companion strange = {.context = &beside, .objects = list, .count = 1};
    large.form = 2;
    large.size = MV_NV_OBJECT_MAX;
    f->port.sector_size = 1000;
    assert_int_equal(open_with(f, &strange), MV_RANGE_ERROR);
    assert_int_equal(mv_meter_tick(&f->meter), MV_NOT_PROVISIONED);
    assert_int_equal(mv_meter_provision(&f->meter, &f->identity, TEST_TID), MV_RANGE_ERROR);
    f->port.sector_size = 1700;
    assert_int_equal(open_with(f, &strange), MV_OTHER_FORMAT);
}

#define READY(test) cmocka_unit_test_setup(test, ready)

/* One that does not say that it renews the memory has the new key kept with the last section. */
static void another_key_is_kept_at_once(void **state)
{
    struct fixture *f = *state;
    struct mv_sts_key_change change = test_change(&f->identity, 2);
    struct mv_meter_answer answer;
    char digits[MV_KEY_SECTIONS][21];
    assert_memory_not_equal(&change.key, &f->identity.key, sizeof change.key);
    unsigned count = test_key_set(&f->identity, &change, digits);
    for (unsigned i = 1; i < count; i++)
        assert_int_not_equal(mv_meter_enter(&f->meter, digits[i], &answer), MV_ACCEPT);
    assert_int_equal(mv_meter_enter(&f->meter, digits[0], &answer), MV_ACCEPT);
    assert_int_equal(answer.kind, MV_ANSWER_KEY_CHANGED);
    assert_int_equal(open_with(f, &companion), MV_DONE);
    assert_memory_equal(f->meter.state.identity.key.bytes, change.key.bytes, sizeof change.key.bytes);
    assert_int_equal(f->meter.state.identity.key_revision, 2);
    assert_int_equal(beside.counter, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        READY(provisioning_keeps_both),   READY(credit_and_clearing_are_told),
        READY(credit_may_be_refused),     READY(credit_from_other_carriers),
        READY(own_objects_alone),         READY(a_failure_loads_both_anew),
        READY(power_never_comes_between), READY(objects_that_do_not_fit),
        READY(without_functions),         READY(another_key_is_kept_at_once),
    };
    return cmocka_run_group_tests_name("meter: companion", tests, NULL, NULL);
}
