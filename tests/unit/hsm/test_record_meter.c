/* A real key process and a whole payment meter: what one seals the other takes, and what one writes the other checks,
 * over a change of keys and a reset. The masters are born in the token, and no test knows them. */
#include <stdlib.h>
#include <string.h>

#include "../../support/status.h"
#include "../core/record_support.h"
#include "hsm/record_key.h"
#include "hsmd/client.h"
#include "metervault/aes.h"
#include "served.h"

static struct record_fixture *meter;
static const uint8_t DOMAIN[3] = {0xA1, 0xB2, 0xC3};
static const char FACTORY[] = "000102030405060708090a0b0c0d0e0f";

static void generate(struct hsm *hsm, enum hsm_key_use use, uint8_t version)
{
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    struct hsm_key_request request = {.use = use, .version = version, .issued_until_unix_s = INT64_MAX};
    memcpy(request.domain, DOMAIN, sizeof request.domain);
    test_ok(hsm_key_generate(hsm, &request, &keeper, &made), "generate");
}

/* As the factory does it. */
static void export_keys(struct hsm *hsm, const char pan[18], struct mv_record_keys *keys)
{
    struct hsm_record_export of = {.owner = {.epoch = RECORD_EPOCH}, .mac_version = 1, .enc_version = 1};
    struct hsm_catalogue *catalogue = malloc(sizeof *catalogue);
    uint8_t factory[16];
    uint8_t wrapped[HSM_RECORD_KEYS_WRAPPED];
    uint8_t kcvs[HSM_RECORD_KEYS][HSM_KCV_BYTES];
    uint8_t plain[48];
    struct mv_aes128 aes;
    assert_non_null(catalogue);
    memcpy(of.owner.pan, pan, sizeof of.owner.pan);
    memcpy(of.owner.domain, DOMAIN, sizeof of.owner.domain);
    test_ok(hsm_catalogue_read(hsm, catalogue), "read");
    test_ok(hsm_export_records(hsm, catalogue, &of, "factory/f1", wrapped, kcvs), "export");
    free(catalogue);
    (void)test_hex(FACTORY, factory, sizeof factory);
    mv_aes128_init(&aes, factory);
    assert_int_equal(mv_aes128_unwrap(&aes, wrapped, sizeof wrapped, plain), MV_DONE);
    *keys = (struct mv_record_keys){.mac_version = 1, .enc_version = 1};
    memcpy(keys->domain, DOMAIN, sizeof keys->domain);
    memcpy(keys->mac_in, plain, 16);
    memcpy(keys->mac_out, plain + 16, 16);
    memcpy(keys->enc, plain + 32, 16);
}

static void provision(const struct mv_record_keys *keys)
{
    meter->keys = *keys;
    mv_prepay_close(&meter->p);
    flash_init_as(&meter->flash, 2, FLASH_BYTES / 2);
    assert_int_equal(record_reopen(meter), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_provision(&meter->p, &meter->identity, RECORD_TID, NULL, keys, RECORD_EPOCH), MV_DONE);
}

static void fill(struct hsm *hsm)
{
    struct mv_record_keys keys;
    for (uint8_t version = 1; version <= 2; version++) {
        generate(hsm, HSM_USE_RECORD_MAC, version);
        generate(hsm, HSM_USE_RECORD_ENC, version);
    }
    test_ok(test_token_factory(hsm, "f1", FACTORY), "factory");
    export_keys(hsm, meter->identity.pan, &keys);
    provision(&keys);
}

static int set_up(void **state)
{
    if (record_setup(state) != 0)
        return -1;
    meter = *state;
    return served_set_up(NULL, fill);
}

static int tear_down(void **state)
{
    (void)state;
    return served_tear_down();
}

/* The record that was begun, as the server sends it to the key process. */
static struct hsmd_record written(void)
{
    struct hsmd_record record = {.size = 0};
    assert_int_equal(mv_record_end(&meter->record), MV_DONE);
    memcpy(record.domain, DOMAIN, sizeof record.domain);
    memcpy(record.bytes, meter->record.bytes, meter->record.size);
    record.size = meter->record.size;
    return record;
}

static enum mv_result hand(const struct hsmd_record *record)
{
    return mv_prepay_record(&meter->p, record->bytes, record->size, &meter->answer);
}

static enum mv_result seal_and_hand(void)
{
    mv_status each;
    struct hsmd_record record = written();
    test_ok(hsmd_seal_records(client, &record, 1, &each), "seal");
    test_ok(each, "record");
    return hand(&record);
}

static enum mv_result buy(uint8_t kind, uint32_t sequence)
{
    const struct record_purchase purchase = {.kind = kind, .sequence = sequence, .amount = 5000};
    record_purchase_begin(meter, &purchase);
    return seal_and_hand();
}

/* A read request, its return and the key process's word on it; then with one bit changed. */
static void read_meter(uint32_t sequence)
{
    uint32_t size = 0;
    mv_status each;
    struct hsmd_record record = {.size = 0};
    mv_record_put_number(record_begin(meter, MV_KIND_READ, sequence), MV_TAG_NONCE, sequence, 8);
    assert_int_equal(seal_and_hand(), MV_ACCEPT);
    assert_true(meter->answer.return_due);
    assert_int_equal(mv_prepay_return(&meter->p, record.bytes, &size), MV_DONE);
    record.size = (uint8_t)size;
    memcpy(record.domain, DOMAIN, sizeof record.domain);
    test_ok(hsmd_check_returns(client, &record, 1, &each), "check");
    test_ok(each, "return");
    record.bytes[size - 20] ^= 1;
    test_ok(hsmd_check_returns(client, &record, 1, &each), "check");
    assert_int_equal(each.reason, MV_RECORD_NOT_VALID);
}

static void put_new_keys(void)
{
    static const uint8_t place[MV_RECORD_KEYS_WRAPPED];
    mv_record_put_number(&meter->record, MV_TAG_MAC_VERSION, 2, 1);
    mv_record_put_number(&meter->record, MV_TAG_ENC_VERSION, 2, 1);
    mv_record_put(&meter->record, MV_TAG_KEYS, place, sizeof place);
}

static void update(uint8_t enc_version)
{
    struct hsmd_record record = written();
    test_ok(hsmd_key_update(client, &record, 2, 2, enc_version), "key update");
    assert_int_equal(hand(&record), MV_ACCEPT);
    meter->keys.mac_version = 2;
    meter->keys.enc_version = 2;
}

static void both_sides_agree(void **state)
{
    (void)state;
    assert_int_equal(buy(MV_PURCHASE_OPEN, 1), MV_ACCEPT);
    assert_int_equal(meter->answer.credited, 5000);
    read_meter(1);
    (void)record_begin(meter, MV_KIND_KEY_UPDATE, 1);
    put_new_keys();
    update(1);
    assert_int_equal(buy(MV_PURCHASE_NORMAL, 2), MV_ACCEPT);
    read_meter(2);
    meter->keys.mac_version = 1;
    assert_int_equal(buy(MV_PURCHASE_NORMAL, 3), MV_RECORD_KEY_VERSION);
    meter->keys.mac_version = 2;
    mv_record_put_number(record_begin(meter, MV_KIND_CONTROL, 1), MV_TAG_COMMAND, MV_COMMAND_RESET, 1);
    mv_record_put_number(&meter->record, MV_TAG_NEW_EPOCH, RECORD_EPOCH + 1, 2);
    put_new_keys();
    update(2);
    assert_int_equal(buy(MV_PURCHASE_NORMAL, 3), MV_RECORD_MAC_ERROR); /* keys of the epoch that is over */
    meter->epoch = RECORD_EPOCH + 1;
    assert_int_equal(record_reopen(meter), MV_DONE);
    assert_int_equal(buy(MV_PURCHASE_OPEN, 1), MV_ACCEPT);
    read_meter(1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_sides_agree)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
