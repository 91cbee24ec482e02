/* Native records and returns read back: the bytes that were signed, page by page, for who may. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_world.h"
#include "store/records.h"
#include "vending/internal.h"
#include "vending/record_list.h"

enum { EPOCH = 7, PURCHASES = 5 };
static struct vend_record_list records;
static struct vend_return_list returns;

static void put_record(struct store *store, int64_t meter, int64_t principal, uint8_t kind, uint32_t sequence)
{
    struct store_record row = {.meter = meter,
                               .epoch = EPOCH,
                               .kind = kind,
                               .sequence = sequence,
                               .principal = principal,
                               .part = 1,
                               .parts = 1,
                               .amount = kind == MV_KIND_PURCHASE ? 100 * (int64_t)sequence : 0,
                               .size = 40,
                               .issued_at_unix_s = 1000 + sequence};
    memset(row.bytes, (int)(16U * kind + sequence), sizeof row.bytes);
    (void)snprintf(row.request_id, sizeof row.request_id, "id-%u-%u", kind, sequence);
    assert_ok(store_record_insert(store, &row));
}

static void put_return(struct store *store, int64_t meter, int64_t principal, const char *pan, uint32_t sequence)
{
    struct store_return row = {.meter = meter, .epoch = EPOCH, .sequence = sequence, .principal = principal};
    struct mv_record_writer writer;
    struct mv_record_head head = {.kind = MV_KIND_RETURN, .key_version = 1, .epoch = EPOCH, .sequence = sequence};
    const uint8_t key[16] = {0};
    struct store_record question;
    memcpy(head.pan, pan, sizeof head.pan);
    mv_record_begin(&writer, &head);
    mv_record_put_number(&writer, MV_TAG_REMAINING, sequence, 8);
    assert_int_equal(MV_DONE, mv_record_end(&writer));
    mv_record_seal(&writer, key);
    memcpy(row.bytes, writer.bytes, writer.size);
    row.size = writer.size;
    assert_ok(store_record_last_read(store, meter, EPOCH, &question));
    row.answers = sequence == 2 ? question.id : 0;
    row.received_at_unix_s = 2000 + sequence;
    assert_ok(store_return_insert(store, &row));
}

static int64_t principal_of(struct world *world, const char *name)
{
    struct store_principal row;
    assert_ok(vend_principal_by_name(&world->vend->directory, name, &row));
    return row.id;
}

/* A meter with five purchases, a parameter record, a read request and three returns. */
static void fill(struct world *world, char pan[19])
{
    struct vend_caller officer = world_caller("officer1");
    struct vend_principal row;
    world_pan(1, pan);
    int64_t seller = principal_of(world, "seller");
    int64_t engineer = principal_of(world, "engineer");
    assert_ok(vend_create_principal(world->vend, &officer, "inspector", "region", 1U << VEND_AUDITOR, &row));
    struct store_record_meter keys = {.meter = desk_meter(world, pan).id,
                                      .domain = {1, 2, 3},
                                      .keys = {.mac_version = 1, .enc_version = 1, .epoch = EPOCH}};
    struct store *store = desk_begin(world);
    assert_ok(store_record_meter_insert(store, &keys));
    put_record(store, keys.meter, engineer, MV_KIND_PARAMETERS, 1);
    for (uint32_t i = 1; i <= PURCHASES; i++)
        put_record(store, keys.meter, seller, MV_KIND_PURCHASE, i);
    put_record(store, keys.meter, seller, MV_KIND_READ, 1);
    for (uint32_t i = 1; i <= 3; i++)
        put_return(store, keys.meter, seller, pan, i);
    desk_commit(store);
}

static struct vend_record_query query_of(const char *pan, unsigned kind)
{
    return (struct vend_record_query){.pan = pan, .kind = kind, .epoch = VEND_PRESENT_EPOCH, .page_token = ""};
}

static mv_status list(struct world *world, const char *who, const struct vend_record_query *query)
{
    struct vend_caller caller = world_caller(who);
    return vend_list_records(world->vend, &caller, query, &records);
}

static mv_status list_returns(struct world *world, const char *who, const char *pan, uint32_t page, const char *token)
{
    struct vend_caller caller = world_caller(who);
    return vend_list_returns(world->vend, &caller, pan, page, token, &returns);
}

static void is_row(size_t at, uint8_t kind, uint32_t sequence)
{
    const struct store_record *row = &records.records[at].row;
    uint8_t bytes[40];
    memset(bytes, (int)(16U * kind + sequence), sizeof bytes);
    assert_int_equal(kind, row->kind);
    assert_int_equal(sequence, row->sequence);
    assert_int_equal(sizeof bytes, row->size);
    assert_memory_equal(bytes, row->bytes, sizeof bytes);
}

static void what_was_signed_comes_back(void **state)
{
    struct world *world = *state;
    char pan[19];
    fill(world, pan);
    struct vend_record_query query = query_of(pan, MV_KIND_PURCHASE);
    assert_ok(list(world, "seller", &query));
    assert_int_equal(PURCHASES, records.count);
    assert_string_equal("", records.next);
    for (uint32_t i = 0; i < PURCHASES; i++)
        is_row(i, MV_KIND_PURCHASE, i + 1);
    assert_int_equal(300, records.records[2].row.amount);
    assert_string_equal("seller", records.records[2].principal);
    assert_string_equal("id-1-3", records.records[2].row.request_id);
    query.from_sequence = 4;
    assert_ok(list(world, "seller", &query));
    assert_int_equal(2, records.count);
    is_row(0, MV_KIND_PURCHASE, 4);
    query.from_sequence = 6;
    assert_ok(list(world, "seller", &query));
    assert_int_equal(0, records.count);
    query = query_of(pan, MV_KIND_PURCHASE);
    query.epoch = EPOCH - 1;
    assert_ok(list(world, "seller", &query));
    assert_int_equal(0, records.count);
}

/* All pages of what the caller sees, in pages of one size: how many rows, each of them the expected next one. */
static void pages_are_whole(struct world *world, const char *who, const char *pan, uint32_t page, const uint8_t *kinds,
                            size_t count)
{
    char token[VEND_RECORD_TOKEN] = "";
    struct vend_record_query query = query_of(pan, 0);
    uint32_t sequence = 0;
    size_t seen = 0;
    query.page_size = page;
    query.page_token = token;
    do {
        assert_ok(list(world, who, &query));
        assert_in_range(records.count, 1, page);
        assert_in_range(seen + records.count, 1, count);
        for (size_t i = 0; i < records.count && seen < count; i++, seen++) {
            sequence = seen > 0 && kinds[seen] == kinds[seen - 1] ? sequence + 1 : 1;
            is_row(i, kinds[seen], sequence);
        }
        memcpy(token, records.next, sizeof token);
    } while (token[0] != '\0');
    assert_int_equal(count, seen);
}

static void pages_follow_one_another(void **state)
{
    struct world *world = *state;
    static const uint8_t all[] = {1, 1, 1, 1, 1, 2, 4};
    static const uint8_t sellers[] = {1, 1, 1, 1, 1, 4};
    static const uint8_t engineers[] = {2, 4};
    char pan[19];
    fill(world, pan);
    for (uint32_t page = 1; page <= 8; page++) {
        pages_are_whole(world, "inspector", pan, page, all, sizeof all);
        pages_are_whole(world, "chief", pan, page, all, sizeof all);
        pages_are_whole(world, "seller", pan, page, sellers, sizeof sellers);
        pages_are_whole(world, "engineer", pan, page, engineers, sizeof engineers);
    }
}

static void who_may_not_sign_does_not_read(void **state)
{
    struct world *world = *state;
    char pan[19];
    fill(world, pan);
    struct vend_record_query query = query_of(pan, MV_KIND_PURCHASE);
    assert_refused(MV_ROLE_MISSING, list(world, "engineer", &query));
    assert_refused(MV_ROLE_MISSING, list(world, "admin", &query));
    assert_refused(MV_METER_UNKNOWN, list(world, "rival", &query));
    assert_refused(MV_ROLE_MISSING, list_returns(world, "admin", pan, 0, ""));
    assert_refused(MV_METER_UNKNOWN, list_returns(world, "rival", pan, 0, ""));
    query.kind = MV_KIND_PARAMETERS;
    assert_refused(MV_ROLE_MISSING, list(world, "seller", &query));
    assert_refused(MV_METER_UNKNOWN, list(world, "technician", &query));
    assert_ok(list(world, "inspector", &query));
    assert_ok(list_returns(world, "inspector", pan, 0, ""));
    struct vend_record_query bare = query_of(world_pan(2, pan), 0);
    assert_refused(MV_METER_UNKNOWN, list(world, "seller", &bare));
    assert_int_equal(3, world_audit_count(world, "TokenService.ListRecords", "ORGANISATION_DENIED"));
}

static void what_is_not_well_said_is_refused(void **state)
{
    static const char *const tokens[] = {
        "x",     "7",     "7.1",       "7.1.",           "7.1.2.", "7.1.2x", "-7.1.2",
        "7.6.1", "7.0.1", "65536.1.1", "7.1.4294967296", " 7.1.1", "7..1",   "7.1.99999999999999999999",
        ".",     "7.2.1"};
    static const char *const return_tokens[] = {"7", "7.", "7.1.1", "65536.1", "7.x", "+7.1"};
    struct world *world = *state;
    char pan[19];
    fill(world, pan);
    struct vend_record_query query = query_of(pan, 6);
    assert_refused(MV_INVALID_FIELD, list(world, "seller", &query));
    query = query_of(pan, 0);
    query.from_sequence = 1;
    assert_refused(MV_INVALID_FIELD, list(world, "seller", &query));
    query = query_of(pan, 0);
    query.epoch = UINT16_MAX + 1;
    assert_refused(MV_INVALID_FIELD, list(world, "seller", &query));
    query = query_of(pan, 0);
    query.page_size = VEND_MAX_PAGE + 1;
    assert_refused(MV_INVALID_FIELD, list(world, "seller", &query));
    assert_refused(MV_INVALID_FIELD, list_returns(world, "seller", pan, VEND_MAX_PAGE + 1, ""));
    query = query_of("123", 0);
    assert_refused(MV_INVALID_FIELD, list(world, "seller", &query));
    query = query_of(pan, MV_KIND_PURCHASE);
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        query.page_token = tokens[i];
        assert_refused(MV_PAGE_TOKEN_INVALID, list(world, "seller", &query));
    }
    for (size_t i = 0; i < sizeof return_tokens / sizeof return_tokens[0]; i++)
        assert_refused(MV_PAGE_TOKEN_INVALID, list_returns(world, "seller", pan, 0, return_tokens[i]));
}

static void a_meter_without_keys_has_none(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_record_query query = query_of(world_pan(1, pan), 0);
    assert_refused(MV_RECORDS_NOT_PROVISIONED, list(world, "seller", &query));
    assert_refused(MV_RECORDS_NOT_PROVISIONED, list_returns(world, "seller", pan, 0, ""));
}

static void returns_come_newest_first(void **state)
{
    struct world *world = *state;
    char pan[19];
    char token[VEND_RECORD_TOKEN];
    fill(world, pan);
    assert_ok(list_returns(world, "seller", pan, 0, ""));
    assert_int_equal(3, returns.count);
    assert_string_equal("", returns.next);
    for (uint32_t i = 0; i < 3; i++) {
        const struct vend_stored_return *stored = &returns.returns[i];
        struct mv_tlv tlv;
        assert_int_equal(3 - i, stored->content.head.sequence);
        assert_int_equal(2003 - i, stored->received_at_unix_s);
        assert_string_equal(pan, stored->content.pan);
        assert_string_equal("seller", stored->principal);
        assert_int_equal(i == 1 ? 1 : 0, stored->question);
        assert_true(mv_tlv_find(stored->content.bytes + MV_RECORD_HEAD, stored->content.bytes[MV_RECORD_HEAD - 1],
                                MV_TAG_REMAINING, &tlv));
        assert_int_equal(3 - i, mv_tlv_number(&tlv));
        assert_int_equal(MV_RECORD_HEAD + 10 + MV_RECORD_MAC, stored->size);
    }
    assert_ok(list_returns(world, "seller", pan, 2, ""));
    assert_int_equal(2, returns.count);
    memcpy(token, returns.next, sizeof token);
    assert_ok(list_returns(world, "seller", pan, 2, token));
    assert_int_equal(1, returns.count);
    assert_int_equal(1, returns.returns[0].content.head.sequence);
    assert_string_equal("", returns.next);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, desk_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_was_signed_comes_back),     CASE(pages_follow_one_another),
        CASE(who_may_not_sign_does_not_read), CASE(what_is_not_well_said_is_refused),
        CASE(a_meter_without_keys_has_none),  CASE(returns_come_newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
