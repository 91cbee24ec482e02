/* Native records by a real key process on a real token: what it seals is what a meter computes, and every rule that a
 * broken server would like to break. */
#include <string.h>

#include "../../support/status.h"
#include "record_oracle.h"
#include "record_world.h"
#include "served.h"

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

static mv_status seal(struct hsmd_record *record)
{
    mv_status each;
    test_ok(hsmd_seal_records(client, record, 1, &each), "seal");
    return each;
}

static mv_status check(const struct hsmd_record *record)
{
    mv_status each;
    test_ok(hsmd_check_returns(client, record, 1, &each), "check");
    return each;
}

static void meters_take_what_is_sealed(void **state)
{
    (void)state;
    for (unsigned kind = MV_KIND_PURCHASE; kind <= MV_KIND_READ; kind++) {
        struct hsmd_record record = record_of((uint8_t)kind, ACTIVE);
        const struct hsmd_record before = record;
        struct hsmd_record again = record;
        uint8_t mac[16];
        test_ok(seal(&record), "seal");
        record_mac(&before, ACTIVE, RECORD_EPOCH, mac);
        assert_int_equal(record.size, before.size + 16);
        assert_memory_equal(record.bytes, before.bytes, before.size);
        assert_memory_equal(record.bytes + before.size, mac, sizeof mac);
        test_ok(seal(&again), "again");
        assert_memory_equal(&again, &record, sizeof record);
    }
}

/* Every byte of what a key is diversified with counts. */
static void keys_differ(void **state)
{
    (void)state;
    struct hsmd_record records[5];
    mv_status each[5];
    for (size_t i = 0; i < 5; i++)
        records[i] = record_of(MV_KIND_READ, i == 1 ? NEWEST : i == 2 ? 1 : ACTIVE);
    memcpy(records[2].domain, OTHER_DOMAIN, sizeof records[2].domain);
    records[3].bytes[13] = RECORD_EPOCH + 1;
    records[4].bytes[11] ^= 0x10;
    test_ok(hsmd_seal_records(client, records, 5, each), "seal");
    for (size_t i = 0; i < 5; i++) {
        test_ok(each[i], "each");
        for (size_t other = 0; other < i; other++)
            assert_memory_not_equal(records[i].bytes + records[i].size - 16,
                                    records[other].bytes + records[other].size - 16, 16);
    }
}

static void a_bad_record_hurts_no_other(void **state)
{
    (void)state;
    struct hsmd_record records[HSMD_RECORD_BATCH];
    mv_status each[HSMD_RECORD_BATCH];
    for (size_t i = 0; i < HSMD_RECORD_BATCH; i++) {
        records[i] = record_of(MV_KIND_PURCHASE, ACTIVE);
        records[i].bytes[17] = (uint8_t)i;
        if (i % 2 == 1)
            records[i].bytes[0] = 2;
    }
    test_ok(hsmd_seal_records(client, records, HSMD_RECORD_BATCH, each), "seal");
    for (size_t i = 0; i < HSMD_RECORD_BATCH; i++) {
        uint8_t mac[16];
        assert_int_equal(each[i].ok, i % 2 == 0);
        if (!each[i].ok)
            continue;
        record_mac(&records[i], ACTIVE, RECORD_EPOCH, mac);
        assert_memory_equal(records[i].bytes + records[i].size - 16, mac, sizeof mac);
    }
    assert_int_equal(hsmd_seal_records(client, records, HSMD_RECORD_BATCH + 1, each).reason, MV_REQUEST_TOO_LARGE);
    assert_int_equal(hsmd_check_returns(client, records, 0, each).reason, MV_REQUEST_TOO_LARGE);
}

static void only_records_are_sealed(void **state)
{
    (void)state;
    static const struct {
        uint8_t at, value;
    } broken[] = {{0, 0}, {0, 2}, {1, 0}, {1, 6}, {1, 0x80}, {3, 0xA0}, {11, 0x0F}, {22, 0}, {22, 255}, {24, 9}};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct hsmd_record record = record_of(MV_KIND_PURCHASE, ACTIVE);
        record.bytes[broken[i].at] = broken[i].value;
        assert_reason_at(seal(&record), MV_RECORD_NOT_VALID, "form");
    }
    struct hsmd_record record = record_of(MV_KIND_PURCHASE, ACTIVE);
    record.size = 0;
    assert_reason_at(seal(&record), MV_RECORD_NOT_VALID, "form");
    record = record_of(MV_KIND_PURCHASE, ACTIVE);
    record.bytes[23] = 0x7F; /* its only tags rise, and this is nobody's */
    assert_reason_at(seal(&record), MV_RECORD_NOT_VALID, "form");
    record = record_of(MV_KIND_READ, ACTIVE);
    record.bytes[1] = MV_KIND_PURCHASE;
    assert_reason_at(seal(&record), MV_RECORD_NOT_VALID, "tags");
    record = record_of(MV_KIND_RETURN, ACTIVE);
    assert_reason_at(seal(&record), MV_RECORD_NOT_VALID, "kind: from the meter");
    record = record_of(MV_KIND_KEY_UPDATE, ACTIVE);
    assert_reason_at(seal(&record), MV_RECORD_NOT_VALID, "kind: brings keys");
    record.bytes[1] = MV_KIND_CONTROL;
    assert_reason_at(seal(&record), MV_RECORD_NOT_VALID, "kind: brings keys");
    record = record_of(MV_KIND_CONTROL, ACTIVE);
    record.bytes[25] = MV_COMMAND_RESET;
    assert_reason_at(seal(&record), MV_RECORD_NOT_VALID, "kind: brings keys");
}

static mv_status seal_under(uint8_t version)
{
    struct hsmd_record record = record_of(MV_KIND_PURCHASE, version);
    return seal(&record);
}

static mv_status check_under(uint8_t version)
{
    const struct hsmd_record record = record_return(version);
    return check(&record);
}

static void states_decide(void **state)
{
    (void)state;
    const enum mv_reason reason = MV_RECORD_KEY_NOT_ACTIVE;
    test_ok(seal_under(ACTIVE), "active");
    test_ok(seal_under(REPLACED), "replaced");
    assert_reason_at(seal_under(BELOW), reason, "minimum version");
    assert_reason_at(seal_under(EXPIRED), reason, "state");
    assert_reason_at(seal_under(COMPROMISED), reason, "state");
    assert_reason_at(seal_under(DESTROYED), reason, "state");
    assert_reason_at(seal_under(NOT_YET), reason, "active_from");
    test_ok(check_under(ACTIVE), "active");
    test_ok(check_under(REPLACED), "replaced");
    test_ok(check_under(EXPIRED), "expired");
    assert_reason_at(check_under(BELOW), reason, "minimum version");
    assert_reason_at(check_under(COMPROMISED), reason, "state");
    assert_reason_at(check_under(DESTROYED), reason, "state");
    assert_reason_at(check_under(NOT_YET), reason, "active_from");
    assert_reason_at(seal_under(NEWEST + 1), MV_RECORD_KEY_UNKNOWN, "record-mac");
    struct hsmd_record record = record_of(MV_KIND_PURCHASE, ACTIVE);
    memcpy(record.domain, OTHER_DOMAIN, sizeof record.domain);
    assert_reason_at(seal(&record), MV_RECORD_KEY_UNKNOWN, "record-mac");
}

static void returns_are_checked(void **state)
{
    (void)state;
    const struct hsmd_record good = record_return(ACTIVE);
    test_ok(check(&good), "good");
    struct hsmd_record record;
    /* a bit of the sequence number, of the body's value, of the MAC's first and last byte; another meter */
    const size_t flips[] = {17, 25, good.size - 16U, good.size - 1U, 11};
    for (size_t i = 0; i < sizeof flips / sizeof flips[0]; i++) {
        record = good;
        record.bytes[flips[i]] ^= 0x01;
        assert_reason_at(check(&record), MV_RECORD_NOT_VALID, "MAC");
    }
    /* of another version, epoch or direction */
    record = good;
    record.bytes[2] = NEWEST;
    assert_reason_at(check(&record), MV_RECORD_NOT_VALID, "MAC");
    record = record_of(MV_KIND_RETURN, ACTIVE);
    record_mac(&record, ACTIVE, RECORD_EPOCH + 1, record.bytes + record.size);
    record.size = (uint8_t)(record.size + 16);
    assert_reason_at(check(&record), MV_RECORD_NOT_VALID, "MAC");
    record = record_of(MV_KIND_RETURN, ACTIVE);
    assert_reason_at(check(&record), MV_RECORD_NOT_VALID, "form");
    record = record_of(MV_KIND_PURCHASE, ACTIVE);
    test_ok(seal(&record), "seal");
    assert_reason_at(check(&record), MV_RECORD_NOT_VALID, "kind: not from a meter");
}

/* A record to the meter, reflected as if it came from it, is under another key. */
static void directions_have_their_own_keys(void **state)
{
    (void)state;
    uint8_t master[16];
    uint8_t child[16];
    struct hsmd_record record = record_of(MV_KIND_RETURN, ACTIVE);
    record_world_value(HSM_USE_RECORD_MAC, DOMAIN, ACTIVE, master);
    oracle_child(master, 0x01, METER, DOMAIN, RECORD_EPOCH, child);
    oracle_cmac(child, record.bytes, record.size, record.bytes + record.size);
    record.size = (uint8_t)(record.size + 16);
    assert_reason_at(check(&record), MV_RECORD_NOT_VALID, "MAC");
}

/* A key that is generated while the process runs is there for the next record. */
static void new_keys_are_seen(void **state)
{
    (void)state;
    static const uint8_t domain[3] = {0xFE, 0xED, 0x01};
    struct hsmd_record record = record_of(MV_KIND_PURCHASE, 1);
    memcpy(record.domain, domain, sizeof record.domain);
    assert_reason_at(seal(&record), MV_RECORD_KEY_UNKNOWN, "record-mac");
    struct hsm *hsm = test_token_open(&token);
    test_ok(record_world_master(hsm, HSM_USE_RECORD_MAC, domain, 1), "import");
    hsm_close(hsm);
    test_ok(seal(&record), "seal");
    uint8_t mac[16];
    record_mac(&record, 1, RECORD_EPOCH, mac);
    assert_memory_equal(record.bytes + record.size - 16, mac, sizeof mac);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meters_take_what_is_sealed),
        cmocka_unit_test(keys_differ),
        cmocka_unit_test(a_bad_record_hurts_no_other),
        cmocka_unit_test(only_records_are_sealed),
        cmocka_unit_test(states_decide),
        cmocka_unit_test(returns_are_checked),
        cmocka_unit_test(directions_have_their_own_keys),
        cmocka_unit_test(new_keys_are_seen),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
