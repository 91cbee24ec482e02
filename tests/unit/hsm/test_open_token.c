/* What the key process tells of foreign tokens: nothing without the right CRC, and never a bit of a key. Test tokens,
 * which need no key at all. */
#include <string.h>

#include "../../support/status.h"
#include "metervault/sts_key_change.h"
#include "published.h"
#include "served.h"

static void set_state(struct hsm *hsm, const char *sgc, uint8_t krn, enum hsm_key_state state)
{
    struct hsm_key_info amended;
    const struct hsm_amendment amendment = {.what = HSM_AMEND_STATE, .state = state};
    test_ok(hsm_key_amend(hsm, sgc, krn, 2, &amendment, &amended), "state");
}

static void fill(struct hsm *hsm)
{
    published_import(hsm);
    set_state(hsm, "123456", 2, HSM_COMPROMISED);
    set_state(hsm, "888888", 1, HSM_EXPIRED);
}

static int set_up(void **state)
{
    (void)state;
    return served_set_up(NULL, fill);
}

static int tear_down(void **state)
{
    (void)state;
    return served_tear_down();
}

/* Among them keys that are compromised and expired, and of base dates that are over and not yet begun. */
static void published_tokens_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < PUBLISHED; i++) {
        struct hsmd_opened opened;
        test_ok(hsmd_open_token(client, &published[i].meter, published[i].digits, &opened), published[i].id);
        assert_int_equal(opened.token_class, 0);
        assert_int_equal(opened.subclass, published[i].clear >> 60);
        assert_false(opened.key_section);
        assert_int_equal(opened.random_or_sign_exponent, published[i].clear >> 56 & 0xF);
        assert_int_equal(opened.tid, published[i].clear >> 32 & 0xFFFFFF);
        assert_int_equal(opened.field, published[i].clear >> 16 & 0xFFFF);
    }
}

static void is_not_valid(const struct hsmd_meter *meter, const char *digits)
{
    struct hsmd_opened opened;
    mv_status status = hsmd_open_token(client, meter, digits, &opened);
    assert_reason(status, MV_TOKEN_NOT_VALID);
    assert_null(status.where);
}

static void what_is_no_token_tells_nothing(void **state)
{
    (void)state;
    is_not_valid(&published[1].meter, published[0].digits); /* another meter key's */
    for (size_t i = 0; i < 20; i++) {
        char digits[21];
        memcpy(digits, published[0].digits, sizeof digits);
        digits[i] = "1234567890"[digits[i] - '0'];
        is_not_valid(&published[0].meter, digits);
    }
    is_not_valid(&published[0].meter, "73786976294838206464"); /* 2^66 */
    is_not_valid(&published[0].meter, "6647564831675682178x");
    is_not_valid(&published[0].meter, "6647564831675682178");
    is_not_valid(&published[0].meter, "664756483167568217850");
    is_not_valid(&published[0].meter, "");
    char reserved[21];
    mv_sts_digits_from_block(3, published[0].clear, reserved);
    is_not_valid(&published[0].meter, reserved);
}

static void the_key_must_be_known_and_fit(void **state)
{
    (void)state;
    struct hsmd_opened opened;
    struct hsmd_meter meter = published[0].meter;
    meter.krn = 9;
    assert_reason(hsmd_open_token(client, &meter, published[0].digits, &opened), MV_VENDING_KEY_UNKNOWN);
    meter = published[0].meter;
    meter.base_date = 2035;
    assert_reason(hsmd_open_token(client, &meter, published[0].digits, &opened), MV_VENDING_KEY_MISMATCH);
    meter = published[0].meter;
    meter.pan[17] = '8';
    assert_reason(hsmd_open_token(client, &meter, published[0].digits, &opened), MV_CHECK_DIGIT);
}

static void open_section(const struct hsmd_meter *meter, const char *digits, uint8_t subclass,
                         struct hsmd_opened *opened)
{
    memset(opened, 0x55, sizeof *opened);
    test_ok(hsmd_open_token(client, meter, digits, opened), "section");
    assert_int_equal(opened->token_class, 2);
    assert_int_equal(opened->subclass, subclass);
    assert_true(opened->key_section);
    /* where other tokens have these, sections have the key */
    assert_int_equal(opened->random_or_sign_exponent, 0);
    assert_int_equal(opened->tid, 0);
    assert_int_equal(opened->field, 0);
}

static void sections_are_told_without_their_key(void **state)
{
    (void)state;
    struct hsmd_opened opened;
    struct hsmd_meter meter = published[10].meter; /* 201457, revision 1, of 2014; c07-ctsa05-s4 */
    open_section(&meter, "52506022850399603630", 3, &opened);
    assert_int_equal(opened.section, 1);
    assert_int_equal(opened.krn, 1);
    assert_int_equal(opened.kt, 2);
    assert_int_equal(opened.ti, 0xFF);
    open_section(&meter, "22979178279997208272", 4, &opened);
    assert_int_equal(opened.section, 2);
    assert_int_equal(opened.krn, 0xFF);
    assert_int_equal(opened.kt, 0xFF);
    assert_int_equal(opened.ti, 2);
    open_section(&meter, "39620459059615037790", 8, &opened);
    assert_int_equal(opened.section, 3);
    assert_int_equal(opened.ti, 0xFF);
    meter = published[4].meter; /* n-1004-ctsa19-s2 */
    open_section(&meter, "31051353433275215300", 9, &opened);
    assert_int_equal(opened.section, 4);
}

static struct hsmd_token print(uint32_t slot, uint8_t token_class, uint64_t clear)
{
    struct hsmd_token made;
    const struct hsmd_block block = {.slot = slot, .token_class = token_class, .clear = clear};
    test_ok(hsmd_encrypt(client, &block, 1, &made), "encrypt");
    return made;
}

static void test_tokens_need_no_key(void **state)
{
    (void)state;
    const struct mv_sts_block all = {.token_class = 1, .subclass = 0, .content = 0xFFFFFFFFF00};
    uint64_t clear = mv_sts_block_pack(&all);
    struct hsmd_token first = print(HSMD_SLOT_NONE, 1, clear);
    test_ok(first.status, "test 0");
    assert_string_equal(first.digits, "56493153725450313471");
    struct hsmd_token again = print(HSMD_SLOT_NONE, 1, clear);
    assert_memory_equal(first.tag, again.tag, HSMD_TOKEN_TAG);
    assert_reason(print(HSMD_SLOT_NONE, 1, clear ^ 1).status, MV_INVALID_FIELD);
    assert_reason(print(HSMD_SLOT_NONE, 0, published[0].clear).status, MV_KEY_SERVICE_UNAVAILABLE);
    assert_reason(print(HSMD_SLOT_NONE, 3, clear).status, MV_KEY_SERVICE_UNAVAILABLE);
    struct hsmd_meter nobody = published[0].meter;
    struct hsmd_opened opened;
    nobody.krn = 9;
    test_ok(hsmd_open_token(client, &nobody, first.digits, &opened), "open");
    assert_int_equal(opened.token_class, 1);
    assert_int_equal(opened.subclass, 0);
    assert_int_equal(opened.field, 0xFF00);
}

/* One call carries all classes, and the stale slot of another does not hurt it. */
static void all_classes_in_one_batch(void **state)
{
    (void)state;
    const struct mv_sts_block test = {.token_class = 1, .subclass = 1, .content = 0x10000};
    struct hsmd_prepared prepared;
    struct hsmd_token tokens[3];
    test_ok(hsmd_prepare(client, &published[1].meter, 1, &prepared), "prepare");
    test_ok(prepared.status, "slot");
    const struct hsmd_block blocks[] = {
        {.slot = HSMD_SLOT_NONE, .token_class = 1, .clear = mv_sts_block_pack(&test)},
        {.slot = prepared.slot, .token_class = 0, .clear = published[1].clear},
        {.slot = prepared.slot, .token_class = 0, .clear = published[1].clear},
    };
    test_ok(hsmd_encrypt(client, blocks, 3, tokens), "encrypt");
    test_ok(tokens[0].status, "class 1");
    assert_string_equal(tokens[0].digits, "01152921509036054672");
    test_ok(tokens[1].status, "class 0");
    assert_string_equal(tokens[1].digits, published[1].digits);
    assert_reason(tokens[2].status, MV_KEY_SERVICE_UNAVAILABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_tokens_are_read),     cmocka_unit_test(what_is_no_token_tells_nothing),
        cmocka_unit_test(the_key_must_be_known_and_fit), cmocka_unit_test(sections_are_told_without_their_key),
        cmocka_unit_test(test_tokens_need_no_key),       cmocka_unit_test(all_classes_in_one_batch),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
