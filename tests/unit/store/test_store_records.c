/* What the ledger itself refuses of native records, their returns and a meter's life; what it keeps comes back. */
#include <stdio.h>
#include <string.h>

#include "store/records.h"
#include "support.h"

/* The same request again, under another number. */
static const char renumbered[] =
    "INSERT OR REPLACE INTO record SELECT id + 1, meter, epoch, kind, sequence + 1, principal, request_id, part, "
    "parts, digest, 99999, arrears, nonce, bytes, issued_at_unix_s FROM record";

enum { METER = 1, PRINCIPAL = 1, EPOCH = 3 };

static struct store_record_meter keys_of(int64_t meter)
{
    return (struct store_record_meter){
        .meter = meter, .domain = {1, 2, 3}, .keys = {.mac_version = 1, .enc_version = 2, .epoch = EPOCH}};
}

static struct store_record record_of(uint8_t kind, uint32_t sequence, const char *id)
{
    struct store_record record = {.meter = METER,
                                  .epoch = EPOCH,
                                  .kind = kind,
                                  .sequence = sequence,
                                  .principal = PRINCIPAL,
                                  .part = 1,
                                  .parts = 1,
                                  .amount = kind == 1 ? 100 : 0,
                                  .size = 40,
                                  .issued_at_unix_s = 7};
    memset(record.bytes, (int)sequence, sizeof record.bytes);
    memset(record.nonce, 9, sizeof record.nonce);
    (void)snprintf(record.request_id, sizeof record.request_id, "%s", id);
    return record;
}

/* A meter that takes records, within a write transaction. */
static void begin(struct ledger *ledger)
{
    struct store_record_meter row = keys_of(METER);
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_record_meter_insert(ledger->store, &row));
}

static mv_status put(struct ledger *ledger, struct store_record record)
{
    return store_record_insert(ledger->store, &record);
}

static mv_status keep_record(void *self, const struct store_record *row)
{
    *(struct store_record *)self = *row;
    return mv_ok();
}

static void what_is_put_comes_back(void **state)
{
    struct ledger *ledger = *state;
    struct store_record read = record_of(4, 1, "read");
    struct store_record found;
    struct store_record_meter keys;
    uint32_t last;
    bool exists;
    assert_reason(store_record_meter_get(ledger->store, METER, &keys), MV_RECORDS_NOT_PROVISIONED);
    begin(ledger);
    assert_ok(store_record_insert(ledger->store, &read));
    assert_ok(store_records_by_request(ledger->store, PRINCIPAL, "read", keep_record, &found));
    assert_memory_equal(&found, &read, offsetof(struct store_record, bytes));
    assert_memory_equal(found.bytes, read.bytes, read.size);
    assert_ok(store_record_last_read(ledger->store, METER, EPOCH, &found));
    assert_int_equal(found.id, read.id);
    assert_ok(store_record_get(ledger->store, METER, EPOCH, 4, 1, &found));
    assert_reason(store_record_get(ledger->store, METER, EPOCH, 4, 2, &found), MV_RECORD_UNKNOWN);
    assert_ok(store_record_last(ledger->store, METER, EPOCH, 4, &last));
    assert_int_equal(last, 1);
    assert_ok(store_record_last(ledger->store, METER, EPOCH + 1, 4, &last));
    assert_int_equal(last, 0);
    assert_ok(store_record_request_exists(ledger->store, PRINCIPAL, "read", &exists));
    assert_true(exists);
    assert_ok(store_record_request_exists(ledger->store, PRINCIPAL + 1, "read", &exists));
    assert_false(exists);
    assert_ok(store_commit(ledger->store));
}

static void numbers_have_no_gap_and_no_double(void **state)
{
    struct ledger *ledger = *state;
    begin(ledger);
    assert_false(put(ledger, record_of(1, 2, "a")).ok);
    assert_ok(put(ledger, record_of(1, 1, "a")));
    assert_false(put(ledger, record_of(1, 1, "b")).ok);
    assert_false(put(ledger, record_of(1, 3, "b")).ok);
    assert_ok(put(ledger, record_of(2, 1, "b")));
    assert_false(put(ledger, record_of(1, 2, "a")).ok);
    struct store_record other = record_of(1, 2, "c");
    other.epoch++;
    assert_false(put(ledger, other).ok);
    other = record_of(2, 2, "c");
    other.arrears = 1;
    assert_false(put(ledger, other).ok);
    other = record_of(2, 2, "c");
    other.amount = 1;
    assert_false(put(ledger, other).ok);
    other = record_of(2, 2, "c");
    other.size = 38;
    assert_false(put(ledger, other).ok);
    assert_ok(put(ledger, record_of(1, 2, "c")));
    assert_ok(store_commit(ledger->store));
}

static void a_floor_is_passed_over(void **state)
{
    struct ledger *ledger = *state;
    uint32_t last;
    bool any;
    struct store_record read = record_of(4, 1, "read");
    begin(ledger);
    assert_ok(store_record_any(ledger->store, METER, &any));
    assert_false(any);
    assert_ok(put(ledger, record_of(1, 1, "a")));
    assert_ok(store_record_insert(ledger->store, &read));
    assert_ok(put(ledger, record_of(1, 2, "b")));
    assert_ok(store_record_floor(ledger->store, METER, EPOCH, 1, 7));
    assert_false(store_record_floor(ledger->store, METER, EPOCH, 1, 7).ok);
    assert_ok(store_record_last(ledger->store, METER, EPOCH, 1, &last));
    assert_int_equal(last, 7);
    assert_false(put(ledger, record_of(1, 3, "c")).ok);
    assert_ok(put(ledger, record_of(1, 8, "c")));
    assert_ok(store_record_before(ledger->store, &read, 1, &last));
    assert_int_equal(last, 1);
    assert_ok(store_record_any(ledger->store, METER, &any));
    assert_true(any);
    assert_ok(store_commit(ledger->store));
}

static void history_is_never_edited(void **state)
{
    struct ledger *ledger = *state;
    static const char *const edits[] = {
        "UPDATE record SET amount = 1",
        "DELETE FROM record",
        "INSERT OR REPLACE INTO record SELECT * FROM record",
        renumbered,
        "UPDATE record_floor SET sequence = sequence - 1",
        "DELETE FROM record_floor",
        "UPDATE record_return SET sequence = 9",
        "DELETE FROM record_return",
        "INSERT OR REPLACE INTO record_return SELECT * FROM record_return",
        "DELETE FROM record_meter",
        "INSERT OR REPLACE INTO record_meter SELECT * FROM record_meter",
        "UPDATE record_meter SET epoch = epoch - 1",
        "UPDATE record_meter SET domain = x'000000'",
        "UPDATE record_meter SET next_mac_version = 1",
        "UPDATE record_meter SET next_mac_version = 1, next_enc_version = 1, next_epoch = 1",
        "UPDATE record_meter SET next_epoch = 9",
        "UPDATE record_meter SET other_epoch = 9",
        "UPDATE record_meter SET other_mac_version = 9",
        "UPDATE record_meter SET mac_version = 0",
    };
    struct store_return back = {.meter = METER, .epoch = EPOCH, .sequence = 5, .size = 40, .principal = PRINCIPAL};
    begin(ledger);
    assert_ok(put(ledger, record_of(1, 1, "a")));
    assert_ok(store_return_insert(ledger->store, &back));
    assert_ok(store_record_floor(ledger->store, METER, EPOCH, 2, 7));
    assert_ok(store_commit(ledger->store));
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++)
        if (raw_try(ledger, edits[i]) != SQLITE_CONSTRAINT)
            fail_msg("%s", edits[i]);
}

static void returns_rise(void **state)
{
    struct ledger *ledger = *state;
    struct store_return back = {.meter = METER, .epoch = EPOCH, .sequence = 5, .size = 40, .principal = PRINCIPAL};
    struct store_return found;
    struct store_record read = record_of(4, 1, "read");
    begin(ledger);
    assert_reason(store_return_last(ledger->store, METER, EPOCH, &found), MV_RECORD_UNKNOWN);
    back.answers = 99;
    assert_false(store_return_insert(ledger->store, &back).ok);
    assert_ok(store_record_insert(ledger->store, &read));
    back.answers = read.id;
    assert_ok(store_return_insert(ledger->store, &back));
    assert_false(store_return_insert(ledger->store, &back).ok);
    back.sequence = 4;
    assert_false(store_return_insert(ledger->store, &back).ok);
    back.sequence = 6;
    back.epoch++;
    assert_false(store_return_insert(ledger->store, &back).ok);
    assert_ok(store_return_last(ledger->store, METER, EPOCH, &found));
    assert_int_equal(found.sequence, 5);
    assert_int_equal(found.answers, read.id);
    assert_ok(store_commit(ledger->store));
}

static void keys_and_account_are_kept(void **state)
{
    struct ledger *ledger = *state;
    struct store_record_meter row;
    struct store_record_meter stranger = keys_of(METER + 1);
    begin(ledger);
    assert_ok(store_record_meter_get(ledger->store, METER, &row));
    assert_false(row.account_open);
    assert_int_equal(row.next.mac_version, 0);
    row.account_open = true;
    memcpy(row.client, "client", sizeof row.client);
    row.next = (struct store_record_keys){.mac_version = 3, .enc_version = 4, .epoch = EPOCH + 1};
    assert_ok(store_record_meter_update(ledger->store, &row));
    struct store_record_meter found;
    assert_ok(store_record_meter_get(ledger->store, METER, &found));
    assert_true(found.account_open);
    assert_memory_equal(found.client, "client", sizeof found.client);
    assert_int_equal(found.next.epoch, EPOCH + 1);
    assert_reason(store_record_meter_update(ledger->store, &stranger), MV_RECORDS_NOT_PROVISIONED);
    assert_ok(store_commit(ledger->store));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_put_comes_back, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(numbers_have_no_gap_and_no_double, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(a_floor_is_passed_over, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(history_is_never_edited, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(returns_rise, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(keys_and_account_are_kept, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
