/* Key updates and resets by a real key process: a meter can open what it is sent, and nobody learns more. */
#include <string.h>

#include "../../support/status.h"
#include "record_oracle.h"
#include "record_world.h"
#include "served.h"

enum { PLACE = 23 + 3 + 3 + 2 /* of the keys in record_of(MV_KIND_KEY_UPDATE) */, KEYS = 48 };

static int set_up(void **state)
{
    (void)state;
    return served_set_up(NULL, record_world_import);
}

static int tear_down(void **state)
{
    (void)state;
    return served_tear_down();
}

/* A meter that has the wrapping key of `enc_version` opens `wrapped` and finds its new keys of NEWEST. */
static void opens(const uint8_t *wrapped, uint8_t enc_version, uint16_t epoch, uint16_t new_epoch)
{
    uint8_t master[16];
    uint8_t kek[16];
    uint8_t keys[KEYS];
    uint8_t expected[KEYS];
    record_world_value(HSM_USE_RECORD_ENC, DOMAIN, enc_version, master);
    oracle_child(master, 0x02, METER, DOMAIN, epoch, kek);
    assert_true(oracle_unwrap(kek, wrapped, keys, sizeof keys));
    record_world_value(HSM_USE_RECORD_MAC, DOMAIN, NEWEST, master);
    oracle_child(master, 0x01, METER, DOMAIN, new_epoch, expected);
    oracle_child(master, 0x81, METER, DOMAIN, new_epoch, expected + 16);
    record_world_value(HSM_USE_RECORD_ENC, DOMAIN, NEWEST, master);
    oracle_child(master, 0x02, METER, DOMAIN, new_epoch, expected + 32);
    assert_memory_equal(keys, expected, sizeof keys);
}

static void is_sealed(const struct hsmd_record *whole, uint8_t version)
{
    uint8_t mac[16];
    record_mac(whole, version, RECORD_EPOCH, mac);
    assert_int_equal(whole->size, 23 + whole->bytes[22] + 16);
    assert_memory_equal(whole->bytes + whole->size - 16, mac, sizeof mac);
}

/* From every state that a meter may be in, the compromised and the forbidden ones first of all. */
static void meters_take_their_new_keys(void **state)
{
    (void)state;
    static const uint8_t leaving[] = {BELOW, ACTIVE, REPLACED, EXPIRED, COMPROMISED, NEWEST};
    for (size_t i = 0; i < sizeof leaving; i++) {
        struct hsmd_record record = record_of(MV_KIND_KEY_UPDATE, leaving[i]);
        const struct hsmd_record before = record;
        test_ok(hsmd_key_update(client, &record, NEWEST, NEWEST, leaving[i]), "key update");
        assert_memory_equal(record.bytes, before.bytes, PLACE);
        opens(record.bytes + PLACE, leaving[i], RECORD_EPOCH, RECORD_EPOCH);
        is_sealed(&record, leaving[i]);
        struct hsmd_record again = before;
        test_ok(hsmd_key_update(client, &again, NEWEST, NEWEST, leaving[i]), "again");
        assert_memory_equal(again.bytes, record.bytes, record.size);
    }
}

static struct hsmd_record reset_to(uint16_t epoch)
{
    static const uint8_t place[MV_RECORD_KEYS_WRAPPED];
    struct mv_record_head head = {
        .kind = MV_KIND_CONTROL, .key_version = ACTIVE, .epoch = RECORD_EPOCH, .sequence = 9, .issued_min = 6000000};
    struct mv_record_writer writer;
    struct hsmd_record record = {.size = 0};
    memcpy(head.pan, METER, sizeof head.pan);
    mv_record_begin(&writer, &head);
    mv_record_put_number(&writer, MV_TAG_COMMAND, MV_COMMAND_RESET, 1);
    if (epoch != 0)
        mv_record_put_number(&writer, MV_TAG_NEW_EPOCH, epoch, 2);
    mv_record_put_number(&writer, MV_TAG_MAC_VERSION, NEWEST, 1);
    mv_record_put_number(&writer, MV_TAG_ENC_VERSION, NEWEST, 1);
    mv_record_put(&writer, MV_TAG_KEYS, place, sizeof place);
    assert_int_equal(mv_record_end(&writer), MV_DONE);
    memcpy(record.domain, DOMAIN, sizeof record.domain);
    memcpy(record.bytes, writer.bytes, writer.size);
    record.size = writer.size;
    return record;
}

static void a_reset_brings_keys_of_its_epoch(void **state)
{
    (void)state;
    struct hsmd_record record = reset_to(RECORD_EPOCH + 1);
    test_ok(hsmd_key_update(client, &record, NEWEST, NEWEST, ACTIVE), "reset");
    opens(record.bytes + record.size - 16 - MV_RECORD_KEYS_WRAPPED, ACTIVE, RECORD_EPOCH, RECORD_EPOCH + 1);
    is_sealed(&record, ACTIVE);
    static const uint16_t wrong[] = {RECORD_EPOCH, RECORD_EPOCH - 1, 0};
    for (size_t i = 0; i < 3; i++) {
        record = reset_to(wrong[i]);
        assert_reason_at(hsmd_key_update(client, &record, NEWEST, NEWEST, ACTIVE), MV_RECORD_NOT_VALID, "new epoch");
    }
}

static mv_status update(uint8_t version, uint8_t new_mac, uint8_t new_enc, uint8_t enc)
{
    struct hsmd_record record = record_of(MV_KIND_KEY_UPDATE, version);
    record.bytes[25] = new_mac;
    record.bytes[28] = new_enc;
    const struct hsmd_record before = record;
    mv_status status = hsmd_key_update(client, &record, new_mac, new_enc, enc);
    if (!status.ok)
        assert_memory_equal(&record, &before, sizeof record);
    return status;
}

static void no_meter_comes_to_a_key_that_ends(void **state)
{
    (void)state;
    const enum mv_reason reason = MV_RECORD_KEY_NOT_ACTIVE;
    static const struct {
        uint8_t version;
        const char *where;
    } refused[] = {{BELOW, "minimum version"}, {REPLACED, "state"},      {EXPIRED, "state"},
                   {COMPROMISED, "state"},     {NOT_YET, "active_from"}, {DESTROYED, "state"}};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_reason_at(update(ACTIVE, refused[i].version, NEWEST, ACTIVE), reason, refused[i].where);
        assert_reason_at(update(ACTIVE, NEWEST, refused[i].version, ACTIVE), reason, refused[i].where);
    }
    assert_reason_at(update(ACTIVE, NEWEST, NEWEST, DESTROYED), reason, "state");
    assert_reason_at(update(DESTROYED, NEWEST, NEWEST, ACTIVE), reason, "state");
    assert_reason_at(update(ACTIVE, NEWEST + 1, NEWEST, ACTIVE), MV_RECORD_KEY_UNKNOWN, "record-mac");
    assert_reason_at(update(ACTIVE, NEWEST, NEWEST + 1, ACTIVE), MV_RECORD_KEY_UNKNOWN, "record-enc");
    assert_reason_at(update(ACTIVE, NEWEST, NEWEST, NEWEST + 1), MV_RECORD_KEY_UNKNOWN, "record-enc");
}

static void only_key_updates_are_updated(void **state)
{
    (void)state;
    const enum mv_reason reason = MV_RECORD_NOT_VALID;
    struct hsmd_record record = record_of(MV_KIND_PURCHASE, ACTIVE);
    assert_reason_at(hsmd_key_update(client, &record, NEWEST, NEWEST, ACTIVE), reason, "kind: brings no keys");
    record = record_of(MV_KIND_CONTROL, ACTIVE);
    assert_reason_at(hsmd_key_update(client, &record, NEWEST, NEWEST, ACTIVE), reason, "kind: brings no keys");
    record = record_of(MV_KIND_RETURN, ACTIVE);
    assert_reason_at(hsmd_key_update(client, &record, NEWEST, NEWEST, ACTIVE), reason, "kind: brings no keys");
    record = record_of(MV_KIND_KEY_UPDATE, ACTIVE);
    assert_reason_at(hsmd_key_update(client, &record, ACTIVE, NEWEST, ACTIVE), reason, "mac version");
    assert_reason_at(hsmd_key_update(client, &record, NEWEST, ACTIVE, ACTIVE), reason, "enc version");
    record.bytes[PLACE + 55] = 1;
    assert_reason_at(hsmd_key_update(client, &record, NEWEST, NEWEST, ACTIVE), reason, "keys: not 56 zero bytes");
    record = record_of(MV_KIND_KEY_UPDATE, ACTIVE);
    record.bytes[22] = 6; /* without the place */
    record.size = 23 + 6;
    assert_reason_at(hsmd_key_update(client, &record, NEWEST, NEWEST, ACTIVE), reason, "keys: not 56 zero bytes");
    record.bytes[22] = 7;
    assert_reason_at(hsmd_key_update(client, &record, NEWEST, NEWEST, ACTIVE), reason, "form");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meters_take_their_new_keys),
        cmocka_unit_test(a_reset_brings_keys_of_its_epoch),
        cmocka_unit_test(no_meter_comes_to_a_key_that_ends),
        cmocka_unit_test(only_key_updates_are_updated),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
