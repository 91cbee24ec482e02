/* Native records under keys that valgrind takes for secrets. Three things are the answer itself and so declassified:
 * whether a MAC was right, whether a wrapped key was whole, and what goes to the flash or to the carrier. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/aes.h"
#include "metervault/an10922.h"
#include "record_support.h"
#include "secret_marks.h"

bool __real_mv_record_mac_is(const uint8_t *bytes, uint32_t size, const uint8_t mac_key[16]);
bool __wrap_mv_record_mac_is(const uint8_t *bytes, uint32_t size, const uint8_t mac_key[16]);
bool __wrap_mv_record_mac_is(const uint8_t *bytes, uint32_t size, const uint8_t mac_key[16])
{
    bool right = __real_mv_record_mac_is(bytes, size, mac_key);
    mark_public(&right, sizeof right);
    return right;
}

enum mv_result __real_mv_aes128_unwrap(const struct mv_aes128 *aes, const uint8_t *wrapped, uint32_t length,
                                       uint8_t *plain);
enum mv_result __wrap_mv_aes128_unwrap(const struct mv_aes128 *aes, const uint8_t *wrapped, uint32_t length,
                                       uint8_t *plain);
enum mv_result __wrap_mv_aes128_unwrap(const struct mv_aes128 *aes, const uint8_t *wrapped, uint32_t length,
                                       uint8_t *plain)
{
    enum mv_result result = __real_mv_aes128_unwrap(aes, wrapped, length, plain);
    mark_public(&result, sizeof result);
    return result;
}

static bool (*real_write)(void *context, uint32_t sector, uint32_t offset, const uint8_t *data, uint32_t size);

static bool public_write(void *context, uint32_t sector, uint32_t offset, const uint8_t *data, uint32_t size)
{
    mark_public(data, size);
    return real_write(context, sector, offset, data, size);
}

/* The fixture's own copy of the keys, the server's, stays public. */
static void hide_keys(struct record_fixture *f)
{
    struct mv_record_keys *keys = &f->p.records.keys;
    mark_secret(keys->mac_in, sizeof keys->mac_in);
    mark_secret(keys->mac_out, sizeof keys->mac_out);
    mark_secret(keys->enc, sizeof keys->enc);
}

static int set_up(void **state)
{
    record_setup(state);
    struct record_fixture *f = *state;
    real_write = f->p.meter.port.nv_write;
    f->p.meter.port.nv_write = public_write;
    hide_keys(f);
    return 0;
}

static void macs_right_and_wrong(void **state)
{
    struct record_fixture *f = *state;
    struct record_purchase purchase = {.sequence = 2, .amount = 5000};
    record_open_account(f, 1000);
    hide_keys(f);
    record_purchase_begin(f, &purchase);
    record_seal(f);
    for (unsigned i = 1; i <= MV_RECORD_MAC; i++) {
        f->record.bytes[f->record.size - i] ^= 1;
        assert_int_equal(record_give(f), MV_RECORD_MAC_ERROR);
        f->record.bytes[f->record.size - i] ^= 1;
    }
    hide_keys(f);
    assert_int_equal(record_give(f), MV_ACCEPT);
}

static void key_update(void **state)
{
    struct record_fixture *f = *state;
    struct mv_record_keys keys = record_new_keys(f, 60);
    keys.mac_version = 9;
    record_begin(f, MV_KIND_KEY_UPDATE, 1);
    record_put_keys(f, &keys);
    assert_int_equal(record_hand(f), MV_ACCEPT);
    hide_keys(f);
    f->keys = keys;
    keys.enc[0] ^= 1;
    f->keys.enc[0] ^= 1; /* wraps under a key that the meter does not have */
    record_begin(f, MV_KIND_KEY_UPDATE, 2);
    record_put_keys(f, &keys);
    assert_int_equal(record_hand(f), MV_RECORD_KEYS);
}

static void a_return_is_sealed(void **state)
{
    struct record_fixture *f = *state;
    assert_int_equal(record_read(f, 1, 7, MV_WANT_NOTHING, 0), MV_ACCEPT);
    hide_keys(f);
    assert_int_equal(mv_prepay_return(&f->p, f->returned, &f->returned_size), MV_DONE);
    mark_public(f->returned, f->returned_size);
    assert_true(mv_record_mac_is(f->returned, f->returned_size, f->keys.mac_out));
}

static void diversified_key(void **state)
{
    (void)state;
    uint8_t master[16] = {1};
    uint8_t child[16];
    mark_secret(master, sizeof master);
    for (unsigned length = 1; length <= MV_AN10922_INPUT_MAX; length++)
        assert_int_equal(mv_an10922_aes128(master, (const uint8_t *)"0123456789012345678901234567890", length, child),
                         MV_DONE);
    mark_public(child, sizeof child);
    assert_int_not_equal(child[0] | child[1] | child[2], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(macs_right_and_wrong, set_up),
        cmocka_unit_test_setup(key_update, set_up),
        cmocka_unit_test_setup(a_return_is_sealed, set_up),
        cmocka_unit_test(diversified_key),
    };
    return cmocka_run_group_tests_name("secrets of records", tests, NULL, NULL);
}
