/* Native records while the token fails: derived keys go with their session, and what is sealed afterwards is as before.
 */
#include <string.h>

#include "../../support/status.h"
#include "record_world.h"
#include "served.h"

static int set_up(void **state)
{
    (void)state;
    return served_set_up(MV_SHIM_MODULE, record_world_import);
}

static int tear_down(void **state)
{
    (void)state;
    return served_tear_down();
}

static mv_status seal(struct hsmd_record *record)
{
    mv_status each;
    test_ok(hsmd_seal_records(client, record, 1, &each), "seal");
    return each;
}

static void is_right(const struct hsmd_record *record)
{
    uint8_t mac[16];
    record_mac(record, ACTIVE, RECORD_EPOCH, mac);
    assert_memory_equal(record->bytes + record->size - 16, mac, sizeof mac);
}

static void a_lost_session_is_healed_in_the_call(void **state)
{
    (void)state;
    pid_t worker = process_worker(&process, 0);
    for (int i = 0; i < 3; i++) {
        struct hsmd_record record = record_of(MV_KIND_PURCHASE, ACTIVE);
        struct hsmd_record update = record_of(MV_KIND_KEY_UPDATE, ACTIVE);
        const struct hsmd_record answer = record_return(ACTIVE);
        mv_status each;
        fault_on("lose-session");
        test_ok(seal(&record), "seal");
        is_right(&record);
        fault_on("lose-session");
        test_ok(hsmd_check_returns(client, &answer, 1, &each), "check");
        test_ok(each, "return");
        fault_on("lose-session");
        test_ok(hsmd_key_update(client, &update, NEWEST, NEWEST, ACTIVE), "key update");
        is_right(&update);
    }
    assert_int_equal(process_worker(&process, 0), worker);
}

static void a_failing_device_is_named_and_comes_back(void **state)
{
    (void)state;
    struct hsmd_record record = record_of(MV_KIND_PURCHASE, ACTIVE);
    const struct hsmd_record before = record;
    fault_on("device-error");
    mv_status status = seal(&record);
    fault_off("device-error");
    assert_int_equal(status.reason, MV_MODULE_FAILED);
    assert_memory_equal(&record, &before, sizeof record);
    test_ok(hsmd_health(client), "health");
    test_ok(seal(&record), "seal");
    is_right(&record);
}

/* A module that derives another key, as one that cuts the data differently does, is not used. */
static void derivation_is_tested_at_start(void **state)
{
    (void)state;
    char text[1024];
    fault_on("wrong-derive");
    assert_int_equal(process_check(&token, text, sizeof text), 3);
    fault_off("wrong-derive");
    assert_non_null(strstr(text, "SELF_TEST_FAILED"));
    assert_non_null(strstr(text, "CKM_AES_ECB_ENCRYPT_DATA"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_session_is_healed_in_the_call),
        cmocka_unit_test(a_failing_device_is_named_and_comes_back),
        cmocka_unit_test(derivation_is_tested_at_start),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
