/* The key process as the server sees it: a real process, a real token, published tokens. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../support/status.h"
#include "metervault/sts.h"
#include "process.h"
#include "published.h"

static struct test_token token;
static struct test_process process;
static struct hsmd_client *client;
static const char KEY_160[] = "ABABABABABABABAB949494949494949401234567";

static void import(const char *sgc, uint8_t kt, int64_t from, int64_t until)
{
    struct hsm *hsm = test_token_open(&token);
    struct hsm_key_request request = {.use = HSM_USE_VENDING, .active_from_unix_s = from, .issued_until_unix_s = until};
    request.scope =
        (struct hsm_vending_scope){.krn = 1, .kt = kt, .dkga = 4, .base_date = 2014, .ken = 255, .ea_mask = 0x880};
    memcpy(request.scope.sgc, sgc, sizeof request.scope.sgc);
    uint8_t key[HSM_DKGA04_BYTES];
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    (void)test_hex(KEY_160, key, sizeof key);
    test_ok(hsm_key_import(hsm, &request, key, sizeof key, NULL, &keeper, &made), "import");
    hsm_close(hsm);
}

static int set_up(void **state)
{
    (void)state;
    test_token_new(&token, NULL);
    struct hsm *hsm = test_token_open_new(&token);
    published_import(hsm);
    hsm_close(hsm);
    import("700001", 2, INT64_MAX - 1, INT64_MAX); /* not yet active */
    import("700002", 2, 0, 1000000000);            /* ended in 2001 */
    import("700003", 1, 0, INT64_MAX);             /* a DDTK */
    process_start(&process, &token);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    int code = process_stop(&process);
    test_token_free(&token);
    return code;
}

static int connect_client(void **state)
{
    (void)state;
    test_ok(hsmd_client_new(token.config.socket, 5000, &client), "client");
    return 0;
}

static int disconnect_client(void **state)
{
    (void)state;
    hsmd_client_free(client);
    return 0;
}

static struct hsmd_meter meter_of(const char *sgc, uint8_t kt)
{
    struct hsmd_meter meter = {
        .pan = "600727000000000009", .krn = 1, .ti = 1, .kt = kt, .ken = 255, .ea = 7, .dkga = 4, .base_date = 2014};
    memcpy(meter.sgc, sgc, sizeof meter.sgc);
    return meter;
}

static struct hsmd_prepared prepare_one(struct hsmd_meter meter)
{
    struct hsmd_prepared prepared;
    test_ok(hsmd_prepare(client, &meter, 1, &prepared), "prepare");
    return prepared;
}

static struct hsmd_token encrypt_one(uint32_t slot, uint8_t token_class, uint64_t clear)
{
    struct hsmd_token made;
    const struct hsmd_block block = {.slot = slot, .token_class = token_class, .clear = clear};
    test_ok(hsmd_encrypt(client, &block, 1, &made), "encrypt");
    return made;
}

static void published_tokens_in_one_batch(void **state)
{
    (void)state;
    struct hsmd_meter meters[PUBLISHED + 1];
    struct hsmd_prepared prepared[PUBLISHED + 1];
    struct hsmd_block blocks[PUBLISHED];
    struct hsmd_token tokens[PUBLISHED];
    meters[0] = meter_of("999999", 2);
    for (size_t i = 0; i < PUBLISHED; i++)
        meters[i + 1] = published[i].meter;
    test_ok(hsmd_prepare(client, meters, PUBLISHED + 1, prepared), "prepare");
    assert_reason(prepared[0].status, MV_VENDING_KEY_UNKNOWN);
    for (size_t i = 0; i < PUBLISHED; i++) {
        test_ok(prepared[i + 1].status, published[i].id);
        blocks[i] = (struct hsmd_block){.slot = prepared[i + 1].slot, .clear = published[i].clear};
    }
    test_ok(hsmd_encrypt(client, blocks, PUBLISHED, tokens), "encrypt");
    for (size_t i = 0; i < PUBLISHED; i++) {
        test_ok(tokens[i].status, published[i].id);
        assert_string_equal(tokens[i].digits, published[i].digits);
        assert_memory_not_equal(tokens[i].tag, tokens[(i + 1) % PUBLISHED].tag, HSMD_TOKEN_TAG);
    }
}

static void the_kcv_tells_the_key(void **state)
{
    (void)state;
    uint8_t key[HSM_DKGA04_BYTES];
    uint8_t kcv[HSM_KCV_BYTES];
    enum hsm_kcv_method method;
    (void)test_hex(KEY_160, key, sizeof key);
    test_ok(hsm_kcv(HSM_USE_VENDING, 4, key, sizeof key, &method, kcv), "kcv");
    struct hsmd_prepared prepared = prepare_one(published[1].meter);
    test_ok(prepared.status, "prepare");
    assert_memory_equal(prepared.vending_kcv, kcv, sizeof kcv);
}

static void the_tag_is_of_the_digits_only(void **state)
{
    (void)state;
    struct hsmd_token first = encrypt_one(prepare_one(published[0].meter).slot, 0, published[0].clear);
    struct hsmd_token second = encrypt_one(prepare_one(published[0].meter).slot, 0, published[0].clear);
    test_ok(second.status, "second");
    assert_memory_equal(first.tag, second.tag, HSMD_TOKEN_TAG);
}

static void a_slot_works_once(void **state)
{
    (void)state;
    uint32_t slot = prepare_one(published[0].meter).slot;
    test_ok(encrypt_one(slot, 0, published[0].clear).status, "first");
    assert_reason(encrypt_one(slot, 0, published[0].clear).status, MV_KEY_SERVICE_UNAVAILABLE);
    slot = prepare_one(published[0].meter).slot;
    hsmd_release(client, &slot, 1);
    assert_reason(encrypt_one(slot, 0, published[0].clear).status, MV_KEY_SERVICE_UNAVAILABLE);
}

static void a_refused_block_uses_its_slot_up(void **state)
{
    (void)state;
    uint32_t slot = prepare_one(published[0].meter).slot;
    assert_reason(encrypt_one(slot, 0, published[0].clear ^ 1).status, MV_INVALID_FIELD);
    assert_reason(encrypt_one(slot, 0, published[0].clear).status, MV_KEY_SERVICE_UNAVAILABLE);
}

static void a_slot_belongs_to_its_connection(void **state)
{
    (void)state;
    uint32_t slot = prepare_one(published[0].meter).slot;
    struct hsmd_client *mine = client;
    struct hsmd_client *other = NULL;
    test_ok(hsmd_client_new(token.config.socket, 5000, &other), "client");
    client = other;
    test_ok(prepare_one(published[1].meter).status, "other");
    /* the same number as a slot of that connection would have */
    mv_status stolen = encrypt_one(slot, 0, published[0].clear).status;
    client = mine;
    hsmd_client_free(other);
    assert_reason(stolen, MV_KEY_SERVICE_UNAVAILABLE);
    test_ok(encrypt_one(slot, 0, published[0].clear).status, "own");
}

static void only_token_blocks_are_encrypted(void **state)
{
    (void)state;
    struct mv_sts_block key_change = {.token_class = 2, .subclass = 3, .content = 0x123456789};
    struct mv_sts_block power_limit = {.token_class = 2, .subclass = 0, .content = 0x5000001000A};
    struct mv_sts_block test = {.token_class = 1, .subclass = 0, .content = 1};
    assert_reason(encrypt_one(prepare_one(published[1].meter).slot, 2, mv_sts_block_pack(&key_change)).status,
                  MV_INVALID_FIELD);
    assert_reason(encrypt_one(prepare_one(published[1].meter).slot, 1, mv_sts_block_pack(&test)).status,
                  MV_INVALID_FIELD);
    assert_reason(encrypt_one(prepare_one(published[1].meter).slot, 3, published[1].clear).status, MV_INVALID_FIELD);
    test_ok(encrypt_one(prepare_one(published[1].meter).slot, 2, mv_sts_block_pack(&power_limit)).status, "class 2");
}

static void expired_keys_are_refused_by_the_token_identifier(void **state)
{
    (void)state;
    struct hsmd_meter meter = published[0].meter;
    meter.ken = 0x5A; /* the token's identifier is 5AB659 */
    test_ok(encrypt_one(prepare_one(meter).slot, 0, published[0].clear).status, "KEN reached");
    meter.ken = 0x59;
    assert_reason(encrypt_one(prepare_one(meter).slot, 0, published[0].clear).status, MV_KEY_EXPIRED);
}

static void no_credit_under_a_default_key(void **state)
{
    (void)state;
    struct hsmd_prepared prepared = prepare_one(meter_of("700003", 1));
    test_ok(prepared.status, "prepare");
    assert_reason(encrypt_one(prepared.slot, 0, published[1].clear).status, MV_KEY_TYPE_NOT_ALLOWED);
}

static void scope_and_dates_are_kept(void **state)
{
    (void)state;
    assert_reason(prepare_one(meter_of("700001", 2)).status, MV_VENDING_KEY_NOT_ACTIVE);
    assert_reason(prepare_one(meter_of("700002", 2)).status, MV_VENDING_KEY_NOT_ACTIVE);
    assert_reason(prepare_one(meter_of("700003", 2)).status, MV_VENDING_KEY_UNKNOWN);
    struct hsmd_meter meter = published[1].meter;
    meter.dkga = 2;
    assert_reason(prepare_one(meter).status, MV_VENDING_KEY_MISMATCH);
    meter = published[1].meter;
    meter.base_date = 2035;
    assert_reason(prepare_one(meter).status, MV_VENDING_KEY_MISMATCH);
    meter = published[0].meter;
    meter.ea = 11;
    assert_reason(prepare_one(meter).status, MV_VENDING_KEY_MISMATCH);
    meter.ea = 200;
    assert_reason(prepare_one(meter).status, MV_VENDING_KEY_MISMATCH);
    meter = published[1].meter;
    meter.krn = 9;
    assert_reason(prepare_one(meter).status, MV_VENDING_KEY_UNKNOWN);
    meter = published[1].meter;
    memcpy(meter.pan, "600727000000000008", sizeof meter.pan);
    assert_reason(prepare_one(meter).status, MV_CHECK_DIGIT);
    memcpy(meter.pan, "60072700000000000x", sizeof meter.pan);
    assert_reason(prepare_one(meter).status, MV_INVALID_FIELD);
}

static void a_new_key_is_seen_without_restart(void **state)
{
    (void)state;
    assert_reason(prepare_one(meter_of("800001", 2)).status, MV_VENDING_KEY_UNKNOWN);
    import("800001", 2, 0, INT64_MAX);
    struct hsmd_prepared prepared = prepare_one(meter_of("800001", 2));
    test_ok(prepared.status, "new key");
    test_ok(encrypt_one(prepared.slot, 0, published[1].clear).status, "token of the new key");
}

static void slots_are_bounded_by_connection(void **state)
{
    (void)state;
    static struct hsmd_meter meters[HSMD_BATCH];
    static struct hsmd_prepared prepared[HSMD_BATCH];
    for (size_t i = 0; i < HSMD_BATCH; i++)
        meters[i] = published[1].meter;
    for (int round = 0; round < 2; round++) {
        test_ok(hsmd_prepare(client, meters, HSMD_BATCH, prepared), "prepare");
        for (size_t i = 0; i < HSMD_BATCH; i++)
            test_ok(prepared[i].status, "slot");
    }
    assert_reason(prepare_one(published[1].meter).status, MV_SERVER_BUSY);
    hsmd_release(client, &prepared[0].slot, 1);
    test_ok(prepare_one(published[1].meter).status, "after release");
    /* a broken connection gives all of them back */
    hsmd_client_free(client);
    test_ok(hsmd_client_new(token.config.socket, 5000, &client), "client");
    test_ok(prepare_one(published[1].meter).status, "after reconnect");
}

static void batches_are_bounded(void **state)
{
    (void)state;
    static struct hsmd_meter meters[HSMD_BATCH + 1];
    static struct hsmd_prepared prepared[HSMD_BATCH + 1];
    assert_reason(hsmd_prepare(client, meters, HSMD_BATCH + 1, prepared), MV_REQUEST_TOO_LARGE);
    assert_reason(hsmd_prepare(client, meters, 0, prepared), MV_REQUEST_TOO_LARGE);
    uint8_t data[4097];
    assert_reason(hsmd_random(client, data, sizeof data), MV_REQUEST_TOO_LARGE);
}

static void random_health_and_catalogue(void **state)
{
    (void)state;
    uint8_t first[4096];
    uint8_t second[4096];
    test_ok(hsmd_random(client, first, sizeof first), "random");
    test_ok(hsmd_random(client, second, sizeof second), "random");
    assert_memory_not_equal(first, second, sizeof first);
    test_ok(hsmd_random(client, first, 0), "no random");
    test_ok(hsmd_health(client), "health");
    struct hsmd_catalogue *catalogue = malloc(sizeof *catalogue);
    assert_non_null(catalogue);
    test_ok(hsmd_catalogue(client, catalogue), "catalogue");
    assert_int_equal(catalogue->keys[0].use, HSM_USE_BACKUP_KEK);
    assert_string_equal(catalogue->keys[4].label, "vending/123456/1/2");
    assert_int_equal(catalogue->keys[4].scope.dkga, 2);
    assert_int_equal(catalogue->keys[4].generation, 5);
    assert_int_equal(catalogue->generation, catalogue->key_count);
    free(catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(published_tokens_in_one_batch, connect_client, disconnect_client),
        cmocka_unit_test_setup_teardown(the_kcv_tells_the_key, connect_client, disconnect_client),
        cmocka_unit_test_setup_teardown(the_tag_is_of_the_digits_only, connect_client, disconnect_client),
        cmocka_unit_test_setup_teardown(a_slot_works_once, connect_client, disconnect_client),
        cmocka_unit_test_setup_teardown(a_refused_block_uses_its_slot_up, connect_client, disconnect_client),
        cmocka_unit_test_setup_teardown(a_slot_belongs_to_its_connection, connect_client, disconnect_client),
        cmocka_unit_test_setup_teardown(only_token_blocks_are_encrypted, connect_client, disconnect_client),
        cmocka_unit_test_setup_teardown(expired_keys_are_refused_by_the_token_identifier, connect_client,
                                        disconnect_client),
        cmocka_unit_test_setup_teardown(no_credit_under_a_default_key, connect_client, disconnect_client),
        cmocka_unit_test_setup_teardown(scope_and_dates_are_kept, connect_client, disconnect_client),
        cmocka_unit_test_setup_teardown(a_new_key_is_seen_without_restart, connect_client, disconnect_client),
        cmocka_unit_test_setup_teardown(slots_are_bounded_by_connection, connect_client, disconnect_client),
        cmocka_unit_test_setup_teardown(batches_are_bounded, connect_client, disconnect_client),
        cmocka_unit_test_setup_teardown(random_health_and_catalogue, connect_client, disconnect_client),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
