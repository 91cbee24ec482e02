/* The key library on a real SoftHSM token: keys keep their secrets, the catalogue notices tampering, rules refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/token.h"

static struct test_token token;
static struct hsm *hsm;
static struct hsm_catalogue catalogue;

static const struct hsm_vending_scope DKGA04 = {
    .sgc = "123457", .krn = 1, .kt = 2, .dkga = 4, .base_date = 1993, .ken = 255, .ea_mask = 0x880};
static const struct hsm_vending_scope DKGA02 = {
    .sgc = "123456", .krn = 1, .kt = 2, .dkga = 2, .base_date = 1993, .ken = 255, .ea_mask = 0x80};
static const char KEY04[] = "abababababababab949494949494949401234567";
static const char KEY02[] = "abababababababab";

static void refuses(mv_status status, enum mv_reason reason)
{
    char text[512];
    if (status.ok || status.reason != reason)
        fail_msg("expected %s, got %s", mv_reason_info(reason)->name, mv_status_text(status, text, sizeof text));
}

static int set_up(void **state)
{
    (void)state;
    test_token_new(&token, NULL);
    hsm = test_token_open_new(&token);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hsm_close(hsm);
    test_token_free(&token);
    return 0;
}

static void self_test_passes(void **state)
{
    (void)state;
    test_ok(hsm_self_test(hsm), "self test");
}

static void keys_are_listed_and_verify(void **state)
{
    (void)state;
    bool changed = false;
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    assert_int_equal(catalogue.key_count, 4);
    test_ok(hsm_catalogue_changed(hsm, &changed), "changed");
    assert_false(changed);
    test_ok(test_token_vending(hsm, DKGA04, KEY04), "import 04");
    test_ok(hsm_catalogue_changed(hsm, &changed), "changed");
    assert_true(changed);
    test_ok(test_token_vending(hsm, DKGA02, KEY02), "import 02");
    test_ok(test_token_factory(hsm, "f1", "000102030405060708090a0b0c0d0e0f"), "factory");
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    assert_int_equal(catalogue.key_count, 7);
    assert_int_equal(catalogue.generation, 7);
    test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
}

static void scope_is_unique(void **state)
{
    (void)state;
    refuses(test_token_vending(hsm, DKGA04, KEY04), MV_KEY_EXISTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(self_test_passes),
        cmocka_unit_test(keys_are_listed_and_verify),
        cmocka_unit_test(scope_is_unique),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
