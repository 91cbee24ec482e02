/* Native records: signed once, in order, under the meter's keys; what comes back is proven and newer. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "desk_world.h"
#include "fake_records.h"
#include "metervault/aes.h"
#include "vending/records.h"

static const uint8_t domain[3] = {0xA1, 0xB2, 0xC3};
static const struct store_record_keys first_keys = {.mac_version = 1, .enc_version = 2, .epoch = 7};

static uint32_t taken;        /* the purchase that returns show as the last one */
static uint8_t shown_enc = 2; /* version of the wrapping key that they show */

struct content {
    uint8_t value; /* of tag 40 */
    bool renews;
};

static void body(const void *self, const struct vend_record_facts *facts, struct mv_record_writer *to)
{
    static const uint8_t room[MV_RECORD_KEYS_WRAPPED] = {0};
    const struct content *content = self;
    if (facts->amount > 0)
        mv_record_put_number(to, MV_TAG_AMOUNT, (uint64_t)facts->amount, 8);
    if (facts->parts > 1)
        mv_record_put_number(to, MV_TAG_SET_PART, facts->part + 1U, 1);
    mv_record_put_number(to, MV_TAG_COMMAND, content->value, 1);
    mv_record_put(to, MV_TAG_NONCE, facts->nonce, sizeof facts->nonce);
    if (content->renews)
        mv_record_put(to, MV_TAG_KEYS, room, sizeof room);
}

static const struct content plain = {.value = 3};
static const struct content renewal = {.value = 1, .renews = true};

static struct vend_record_order order_of(enum mv_record_kind kind, const char *id, const char *pan)
{
    return (struct vend_record_order){
        .request_id = id, .pan = pan, .kind = kind, .parts = 1, .body = body, .self = &plain};
}

static mv_status buy(struct world *world, const char *who, const char *id, const char *pan, int64_t wh,
                     struct vend_records *out)
{
    struct vend_caller caller = world_caller(who);
    struct vend_record_order order = order_of(MV_KIND_PURCHASE, id, pan);
    order.quantity = (struct vend_quantity){VEND_UNIT_WH, wh};
    order.purchase = MV_PURCHASE_NORMAL;
    return vend_issue_record(world->vend, &caller, &order, out);
}

static mv_status sign(struct world *world, const char *who, const struct vend_record_order *order,
                      struct vend_records *out)
{
    struct vend_caller caller = world_caller(who);
    return vend_issue_record(world->vend, &caller, order, out);
}

static mv_status renew(struct world *world, const char *id, const char *pan, bool next_epoch, struct vend_records *out)
{
    struct vend_record_order order = order_of(next_epoch ? MV_KIND_CONTROL : MV_KIND_KEY_UPDATE, id, pan);
    order.self = &renewal;
    order.renews = true;
    order.next_epoch = next_epoch;
    order.mac_version = 3;
    return sign(world, "engineer", &order, out);
}

static mv_status open_account(struct world *world, const char *id, const char *pan, struct vend_records *out)
{
    struct vend_caller caller = world_caller("seller");
    struct vend_record_order order = order_of(MV_KIND_PURCHASE, id, pan);
    order.quantity = (struct vend_quantity){VEND_UNIT_WH, 500};
    order.purchase = MV_PURCHASE_OPEN;
    order.has_client = true;
    memcpy(order.client, "client", sizeof order.client);
    return vend_issue_record(world->vend, &caller, &order, out);
}

static struct vend_meter provisioned(struct world *world, char pan[19])
{
    struct vend_caller admin = world_caller("admin");
    struct vend_meter meter;
    fake_records_reset();
    fake_records_masters(domain);
    vend_refresh(world->vend);
    taken = 0;
    world_pan(1, pan);
    assert_ok(vend_provision_meter(world->vend, &admin, pan, domain, &first_keys, &meter));
    return meter;
}

/* With an open account: purchase number 1. */
static void ready(struct world *world, char pan[19])
{
    struct vend_records records;
    (void)provisioned(world, pan);
    assert_ok(open_account(world, "open", pan, &records));
    assert_int_equal(1, records.first_sequence);
}

static void has_mac(const struct vend_signed_record *record, uint8_t version, const char *pan, uint16_t epoch)
{
    struct mv_aes128 aes;
    uint8_t key[16];
    uint8_t mac[16];
    fake_records_key(MV_DIRECTION_IN, version, pan, domain, epoch, key);
    mv_aes128_init(&aes, key);
    mv_aes128_cmac(&aes, record->bytes, (uint32_t)record->size - 16U, mac);
    assert_memory_equal(mac, record->bytes + record->size - 16, 16);
}

static struct mv_record_head head_of(const struct vend_signed_record *record)
{
    struct mv_record_head head;
    const uint8_t *ignored;
    uint8_t size;
    assert_int_equal(MV_DONE, mv_record_parse(record->bytes, record->size, &head, &ignored, &size));
    return head;
}

/* ---- signing ---- */

static void purchases_follow_one_another(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    ready(world, pan);
    for (uint32_t i = 1; i <= 3; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "buy%u", i);
        assert_ok(buy(world, "seller", id, pan, (int64_t)i * 100, &records));
        struct mv_record_head head = head_of(&records.parts[0]);
        assert_int_equal(i + 1, head.sequence);
        assert_int_equal(7, head.epoch);
        assert_int_equal(1, head.key_version);
        assert_int_equal(MV_KIND_PURCHASE, head.kind);
        assert_memory_equal(pan, head.pan, 18);
        assert_int_equal((NOW_S - 1388534400) / 60, head.issued_min);
        assert_int_equal(100 * i, records.amount);
        assert_false(records.replayed);
        has_mac(&records.parts[0], 1, pan, 7);
    }
    world_audit_verify(world);
    assert_int_equal(4, world_audit_count(world, "TokenService.IssueRecord", "ok"));
}

static void an_id_is_one_record(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records first, again, other;
    ready(world, pan);
    assert_ok(buy(world, "seller", "one", pan, 100, &first));
    assert_ok(buy(world, "seller", "one", pan, 100, &again));
    assert_true(again.replayed);
    assert_int_equal(first.parts[0].size, again.parts[0].size);
    assert_memory_equal(first.parts[0].bytes, again.parts[0].bytes, first.parts[0].size);
    assert_string_equal(pan, again.pan);
    assert_string_equal("seller", again.principal);
    assert_refused(MV_REQUEST_ID_REUSED, buy(world, "seller", "one", pan, 200, &other));
    struct vend_record_order read = order_of(MV_KIND_READ, "one", pan);
    assert_refused(MV_REQUEST_ID_REUSED, sign(world, "seller", &read, &other));
    world_restart(world);
    assert_ok(buy(world, "seller", "one", pan, 100, &again));
    assert_memory_equal(first.parts[0].bytes, again.parts[0].bytes, first.parts[0].size);
    assert_int_equal(2, fake_records.sealed);
}

static void an_id_is_a_record_or_a_token(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    struct vend_issued sale;
    ready(world, pan);
    assert_ok(buy(world, "seller", "record", pan, 100, &records));
    assert_refused(MV_REQUEST_ID_REUSED, world_sell(world, "seller", "record", pan, 100, &sale));
    assert_ok(world_sell(world, "seller", "token", pan, 100, &sale));
    assert_refused(MV_REQUEST_ID_REUSED, buy(world, "seller", "token", pan, 100, &records));
    assert_ok(world_sell(world, "seller", "token2", pan, 100, &sale));
}

static void kinds_need_their_roles(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    ready(world, pan);
    assert_refused(MV_ROLE_MISSING, buy(world, "engineer", "a", pan, 100, &records));
    struct vend_record_order control = order_of(MV_KIND_CONTROL, "b", pan);
    assert_refused(MV_ROLE_MISSING, sign(world, "seller", &control, &records));
    assert_ok(sign(world, "engineer", &control, &records));
    struct vend_record_order read = order_of(MV_KIND_READ, "c", pan);
    assert_ok(sign(world, "seller", &read, &records));
    assert_refused(MV_METER_UNKNOWN, sign(world, "technician", &control, &records));
}

static void what_a_meter_does_not_take_is_refused(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    struct vend_caller admin = world_caller("admin");
    struct vend_caller seller = world_caller("seller");
    struct vend_meter meter;
    assert_refused(MV_RECORDS_NOT_PROVISIONED, buy(world, "seller", "a", world_pan(1, pan), 100, &records));
    ready(world, pan);
    assert_refused(MV_INVALID_FIELD, buy(world, "seller", "a", pan, 0, &records));
    assert_refused(MV_INVALID_FIELD, buy(world, "seller", "no blanks", pan, 1, &records));
    struct vend_record_order water = order_of(MV_KIND_PURCHASE, "a", pan);
    water.quantity = (struct vend_quantity){VEND_UNIT_LITRE, 100};
    assert_refused(MV_WRONG_UTILITY, vend_issue_record(world->vend, &seller, &water, &records));
    assert_ok(vend_set_meter_state(world->vend, &admin, pan, VEND_METER_SUSPENDED, &meter));
    assert_refused(MV_METER_NOT_ACTIVE, buy(world, "seller", "a", pan, 100, &records));
    struct vend_record_order control = order_of(MV_KIND_CONTROL, "b", pan);
    assert_ok(sign(world, "engineer", &control, &records));
    assert_ok(vend_set_meter_state(world->vend, &admin, pan, VEND_METER_RETIRED, &meter));
    control.request_id = "c";
    assert_refused(MV_METER_NOT_ACTIVE, sign(world, "engineer", &control, &records));
}

static void what_is_not_sealed_is_not_kept(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    ready(world, pan);
    fake_keys_lock();
    fake_records.failure = mv_fail(MV_KEY_SERVICE_UNAVAILABLE, NULL);
    fake_keys_unlock();
    assert_refused(MV_KEY_SERVICE_UNAVAILABLE, buy(world, "seller", "a", pan, 100, &records));
    fake_records_reset();
    /* the line is known to be down until the catalogue was fetched again */
    vend_refresh(world->vend);
    assert_ok(buy(world, "seller", "a", pan, 100, &records));
    assert_int_equal(2, records.first_sequence);
    assert_false(records.replayed);
}

static void parts_have_numbers_of_their_own(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records, again;
    (void)provisioned(world, pan);
    struct vend_record_order set = order_of(MV_KIND_PARAMETERS, "set", pan);
    set.parts = 4;
    assert_ok(sign(world, "engineer", &set, &records));
    assert_int_equal(4, records.count);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(i + 1, head_of(&records.parts[i]).sequence);
        has_mac(&records.parts[i], 1, pan, 7);
    }
    assert_ok(sign(world, "engineer", &set, &again));
    assert_int_equal(4, again.count);
    assert_memory_equal(records.parts, again.parts, sizeof records.parts);
    set.request_id = "next";
    assert_ok(sign(world, "engineer", &set, &records));
    assert_int_equal(5, records.first_sequence);
    set.parts = VEND_RECORD_PARTS + 1;
    assert_refused(MV_INVALID_FIELD, sign(world, "engineer", &set, &records));
}

struct buyer {
    struct world *world;
    const char *pan;
    unsigned first;
    uint32_t sequences[8];
};

static void *buy_eight(void *self)
{
    struct buyer *buyer = self;
    for (unsigned i = 0; i < 8; i++) {
        char id[16];
        struct vend_records records;
        mv_status status;
        (void)snprintf(id, sizeof id, "many%u", buyer->first + i);
        do
            status = buy(buyer->world, "seller", id, buyer->pan, 100, &records);
        while (!status.ok && status.reason == MV_METER_CHANGED);
        buyer->sequences[i] = status.ok ? records.first_sequence : 0;
    }
    return NULL;
}

static void many_at_once_leave_no_gap_and_no_double(void **state)
{
    struct world *world = *state;
    char pan[19];
    bool seen[34] = {false};
    pthread_t threads[4];
    struct buyer buyers[4];
    ready(world, pan);
    for (unsigned i = 0; i < 4; i++) {
        buyers[i] = (struct buyer){.world = world, .pan = pan, .first = i * 8};
        assert_int_equal(0, pthread_create(&threads[i], NULL, buy_eight, &buyers[i]));
    }
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(0, pthread_join(threads[i], NULL));
    for (unsigned i = 0; i < 32; i++) {
        uint32_t sequence = buyers[i / 8].sequences[i % 8];
        assert_in_range(sequence, 2, 33);
        assert_false(seen[sequence]);
        seen[sequence] = true;
    }
}

/* ---- the account ---- */

static void an_account_is_opened_once(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    struct vend_caller seller = world_caller("seller");
    (void)provisioned(world, pan);
    assert_refused(MV_ACCOUNT_NOT_OPEN, buy(world, "seller", "early", pan, 100, &records));
    struct vend_record_order order = order_of(MV_KIND_PURCHASE, "open", pan);
    order.quantity = (struct vend_quantity){VEND_UNIT_WH, 500};
    order.purchase = MV_PURCHASE_OPEN;
    assert_refused(MV_INVALID_FIELD, vend_issue_record(world->vend, &seller, &order, &records));
    assert_ok(open_account(world, "open", pan, &records));
    assert_int_equal(1, records.first_sequence);
    struct vend_record_order stranger = order;
    stranger.request_id = "stranger";
    stranger.has_client = true;
    memcpy(stranger.client, "others", sizeof stranger.client);
    assert_refused(MV_ACCOUNT_OPEN, vend_issue_record(world->vend, &seller, &stranger, &records));
    assert_ok(buy(world, "seller", "buy", pan, 100, &records));
    order.request_id = "other";
    order.purchase = MV_PURCHASE_NORMAL;
    order.has_client = true;
    memcpy(order.client, "others", sizeof order.client);
    assert_refused(MV_INVALID_FIELD, vend_issue_record(world->vend, &seller, &order, &records));
    memcpy(order.client, "client", sizeof order.client);
    assert_ok(vend_issue_record(world->vend, &seller, &order, &records));
}

/* ---- what comes back ---- */

static size_t write_return(const char *pan, uint8_t version, uint16_t epoch, uint32_t sequence, const uint8_t *echo,
                           uint8_t bytes[MV_RECORD_MAX])
{
    struct mv_record_writer writer;
    struct mv_record_head head = {
        .kind = MV_KIND_RETURN, .key_version = version, .epoch = epoch, .sequence = sequence, .issued_min = 1};
    uint8_t key[16];
    memcpy(head.pan, pan, sizeof head.pan);
    mv_record_begin(&writer, &head);
    if (echo != NULL)
        mv_record_put(&writer, MV_TAG_ECHO, echo, 8);
    mv_record_put_number(&writer, MV_TAG_REMAINING, 12345, 8);
    mv_record_put_number(&writer, MV_TAG_PURCHASE_SEQUENCE, taken, 4);
    const uint8_t versions[] = {version, shown_enc};
    mv_record_put(&writer, MV_TAG_VERSIONS, versions, sizeof versions);
    assert_int_equal(MV_DONE, mv_record_end(&writer));
    fake_records_key(MV_DIRECTION_OUT, version, pan, domain, epoch, key);
    mv_record_seal(&writer, key);
    memcpy(bytes, writer.bytes, writer.size);
    return writer.size;
}

static mv_status hand_in(struct world *world, const uint8_t *bytes, size_t size, struct vend_return *out)
{
    struct vend_caller caller = world_caller("seller");
    return vend_accept_return(world->vend, &caller, bytes, size, out);
}

static void a_return_is_newer_than_the_last(void **state)
{
    struct world *world = *state;
    char pan[19];
    uint8_t bytes[MV_RECORD_MAX];
    struct vend_return out;
    (void)provisioned(world, pan);
    size_t size = write_return(pan, 1, 7, 5, NULL, bytes);
    assert_ok(hand_in(world, bytes, size, &out));
    assert_false(out.replayed);
    assert_false(out.answers_last_read);
    assert_string_equal(pan, out.pan);
    assert_ok(hand_in(world, bytes, size, &out));
    assert_true(out.replayed);
    size = write_return(pan, 1, 7, 5, (const uint8_t *)"12345678", bytes);
    assert_refused(MV_RETURN_NOT_NEWER, hand_in(world, bytes, size, &out));
    size = write_return(pan, 1, 7, 4, NULL, bytes);
    assert_refused(MV_RETURN_NOT_NEWER, hand_in(world, bytes, size, &out));
    size = write_return(pan, 1, 7, 6, NULL, bytes);
    assert_ok(hand_in(world, bytes, size, &out));
}

static struct vend_record_facts facts_seen;

static void note_facts(const void *self, const struct vend_record_facts *facts, struct mv_record_writer *to)
{
    facts_seen = *facts;
    body(self, facts, to);
}

static void what_no_return_shows_is_brought_again(void **state)
{
    struct world *world = *state;
    char pan[19];
    uint8_t bytes[MV_RECORD_MAX];
    struct vend_records records;
    struct vend_return out;
    struct vend_caller seller = world_caller("seller");
    ready(world, pan);
    for (unsigned i = 1; i <= 7; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "buy%u", i);
        assert_ok(buy(world, "seller", id, pan, (int64_t)i * 100, &records));
    }
    struct vend_record_order order = order_of(MV_KIND_PURCHASE, "all", pan);
    order.quantity = (struct vend_quantity){VEND_UNIT_WH, 900};
    order.purchase = MV_PURCHASE_NORMAL;
    order.body = note_facts;
    assert_ok(vend_issue_record(world->vend, &seller, &order, &records));
    assert_int_equal(8, facts_seen.unread_count);
    assert_int_equal(700, facts_seen.unread[0].amount);
    assert_int_equal(500, facts_seen.unread[7].amount);
    assert_memory_equal("client", facts_seen.client, 6);
    order.request_id = "more";
    assert_ok(vend_issue_record(world->vend, &seller, &order, &records));
    assert_int_equal(8, facts_seen.unread_count);
    assert_int_equal(900, facts_seen.unread[0].amount);
    assert_int_equal(100, facts_seen.unread[7].amount);
    order.request_id = "lent";
    order.arrears = 77;
    assert_refused(MV_ROLE_MISSING, vend_issue_record(world->vend, &seller, &order, &records));
    assert_ok(sign(world, "chief", &order, &records));
    order.arrears = 0;
    order.request_id = "after the loan";
    assert_refused(MV_INVALID_FIELD, vend_issue_record(world->vend, &seller, &order, &records));
    order.request_id = "after-the-loan";
    assert_ok(vend_issue_record(world->vend, &seller, &order, &records));
    assert_int_equal(77, facts_seen.unread[0].arrears);
    assert_int_equal(0, facts_seen.unread[1].arrears);
    order.request_id = "last";
    taken = 11;
    size_t size = write_return(pan, 1, 7, 1, NULL, bytes);
    taken = 0;
    assert_ok(hand_in(world, bytes, size, &out));
    assert_false(out.ledger_behind);
    assert_ok(vend_issue_record(world->vend, &seller, &order, &records));
    assert_int_equal(1, facts_seen.unread_count);
}

static void a_return_is_the_meters(void **state)
{
    struct world *world = *state;
    char pan[19];
    char other[19];
    uint8_t bytes[MV_RECORD_MAX];
    struct vend_return out;
    (void)provisioned(world, pan);
    size_t size = write_return(pan, 1, 7, 5, NULL, bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= 1;
        assert_false(hand_in(world, bytes, size, &out).ok);
        bytes[i] ^= 1;
    }
    assert_refused(MV_RECORD_NOT_VALID, hand_in(world, bytes, size - 1, &out));
    assert_refused(MV_RECORD_NOT_VALID, hand_in(world, bytes, 0, &out));
    size = write_return(pan, 1, 8, 5, NULL, bytes);
    assert_refused(MV_RECORD_KEYS_DIFFER, hand_in(world, bytes, size, &out));
    size = write_return(pan, 2, 7, 5, NULL, bytes);
    assert_refused(MV_RECORD_KEYS_DIFFER, hand_in(world, bytes, size, &out));
    size = write_return(world_pan(77, other), 1, 7, 5, NULL, bytes);
    assert_refused(MV_METER_UNKNOWN, hand_in(world, bytes, size, &out));
    struct vend_caller stranger = world_caller("technician");
    size = write_return(pan, 1, 7, 5, NULL, bytes);
    assert_refused(MV_METER_UNKNOWN, vend_accept_return(world->vend, &stranger, bytes, size, &out));
}

static void only_the_newest_question_is_answered(void **state)
{
    struct world *world = *state;
    char pan[19];
    uint8_t bytes[MV_RECORD_MAX];
    uint8_t nonces[2][8];
    struct vend_records records;
    struct vend_return out;
    (void)provisioned(world, pan);
    struct vend_record_order set_time = order_of(MV_KIND_CONTROL, "time", pan);
    set_time.names_last_read = true;
    assert_refused(MV_RECORD_UNKNOWN, sign(world, "engineer", &set_time, &records));
    for (unsigned i = 0; i < 2; i++) {
        struct vend_record_order read = order_of(MV_KIND_READ, i == 0 ? "r1" : "r2", pan);
        assert_ok(sign(world, "seller", &read, &records));
        memcpy(nonces[i], records.parts[0].bytes + MV_RECORD_HEAD + 3 + 2, 8);
    }
    assert_memory_not_equal(nonces[0], nonces[1], 8);
    assert_ok(sign(world, "engineer", &set_time, &records));
    assert_memory_equal(nonces[1], records.parts[0].bytes + MV_RECORD_HEAD + 3 + 2, 8);
    size_t size = write_return(pan, 1, 7, 1, nonces[0], bytes);
    assert_ok(hand_in(world, bytes, size, &out));
    assert_false(out.answers_last_read);
    size = write_return(pan, 1, 7, 2, nonces[1], bytes);
    assert_ok(hand_in(world, bytes, size, &out));
    assert_true(out.answers_last_read);
}

static void a_reset_counts_once_its_return_shows_it(void **state)
{
    struct world *world = *state;
    char pan[19];
    uint8_t bytes[MV_RECORD_MAX];
    struct vend_records records;
    struct vend_return out;
    struct vend_meter meter;
    struct vend_caller admin = world_caller("admin");
    ready(world, pan);
    assert_ok(buy(world, "seller", "before", pan, 100, &records));
    assert_refused(MV_PURCHASES_UNREAD, renew(world, "reset", pan, true, &records));
    taken = 2;
    size_t size = write_return(pan, 1, 7, 8, NULL, bytes);
    assert_ok(hand_in(world, bytes, size, &out));
    assert_ok(renew(world, "reset", pan, true, &records));
    assert_int_equal(7, records.epoch);
    assert_refused(MV_RECORD_KEYS_PENDING, renew(world, "again", pan, true, &records));
    assert_refused(MV_RECORD_KEYS_PENDING, renew(world, "update", pan, false, &records));
    assert_ok(vend_get_meter(world->vend, &admin, pan, &meter));
    assert_int_equal(7, meter.records.keys.epoch);
    assert_int_equal(8, meter.records.next.epoch);
    assert_int_equal(3, meter.records.next.mac_version);
    assert_refused(MV_RECORD_KEYS_PENDING, buy(world, "seller", "meanwhile", pan, 100, &records));
    size = write_return(pan, 1, 7, 9, NULL, bytes);
    assert_ok(hand_in(world, bytes, size, &out));
    assert_false(out.confirms_keys);
    taken = 0;
    size = write_return(pan, 3, 8, 1, NULL, bytes);
    assert_ok(hand_in(world, bytes, size, &out));
    assert_true(out.confirms_keys);
    assert_refused(MV_ACCOUNT_NOT_OPEN, buy(world, "seller", "after", pan, 100, &records));
    assert_ok(open_account(world, "after", pan, &records));
    assert_int_equal(8, records.epoch);
    assert_int_equal(1, records.first_sequence);
    has_mac(&records.parts[0], 3, pan, 8);
    size = write_return(pan, 1, 7, 10, NULL, bytes);
    assert_refused(MV_RECORD_KEYS_DIFFER, hand_in(world, bytes, size, &out));
    assert_ok(renew(world, "update2", pan, false, &records));
}

static void a_key_update_is_shown_by_both_versions(void **state)
{
    struct world *world = *state;
    char pan[19];
    uint8_t before[MV_RECORD_MAX];
    uint8_t bytes[MV_RECORD_MAX];
    struct vend_records records;
    struct vend_return out;
    ready(world, pan);
    size_t old = write_return(pan, 1, 7, 1, NULL, before);
    struct vend_record_order update = order_of(MV_KIND_KEY_UPDATE, "enc", pan);
    update.self = &renewal;
    update.renews = true;
    update.enc_version = 3;
    assert_ok(sign(world, "engineer", &update, &records));
    assert_ok(hand_in(world, before, old, &out));
    assert_false(out.confirms_keys);
    assert_ok(buy(world, "seller", "old-keys", pan, 100, &records));
    shown_enc = 3;
    size_t size = write_return(pan, 1, 7, 2, NULL, bytes);
    shown_enc = 2;
    assert_ok(hand_in(world, bytes, size, &out));
    assert_true(out.confirms_keys);
    assert_ok(buy(world, "seller", "after", pan, 100, &records));
    assert_int_equal(3, records.first_sequence);
}

static void an_engineer_may_say_it_and_a_return_puts_it_right(void **state)
{
    struct world *world = *state;
    char pan[19];
    uint8_t bytes[MV_RECORD_MAX];
    struct vend_records records;
    struct vend_return out;
    struct vend_meter meter;
    struct vend_caller engineer = world_caller("engineer");
    struct vend_caller seller = world_caller("seller");
    ready(world, pan);
    assert_refused(MV_NO_KEY_CHANGE_PENDING, vend_confirm_record_keys(world->vend, &engineer, pan, true, &meter));
    assert_ok(renew(world, "update", pan, false, &records));
    assert_refused(MV_ROLE_MISSING, vend_confirm_record_keys(world->vend, &seller, pan, true, &meter));
    assert_ok(vend_confirm_record_keys(world->vend, &engineer, pan, false, &meter));
    assert_int_equal(1, meter.records.keys.mac_version);
    assert_int_equal(0, meter.records.next.mac_version);
    assert_ok(renew(world, "again", pan, false, &records));
    assert_ok(vend_confirm_record_keys(world->vend, &engineer, pan, true, &meter));
    assert_int_equal(3, meter.records.keys.mac_version);
    assert_ok(buy(world, "seller", "new", pan, 100, &records));
    has_mac(&records.parts[0], 3, pan, 7);
    /* it has the old ones after all */
    size_t size = write_return(pan, 1, 7, 1, NULL, bytes);
    assert_ok(hand_in(world, bytes, size, &out));
    assert_true(out.confirms_keys);
    assert_ok(buy(world, "seller", "old", pan, 100, &records));
    has_mac(&records.parts[0], 1, pan, 7);
    size = write_return(pan, 3, 7, 2, NULL, bytes);
    assert_refused(MV_RECORD_KEYS_DIFFER, hand_in(world, bytes, size, &out));
}

static void a_lost_opening_is_signed_again(void **state)
{
    struct world *world = *state;
    char pan[19];
    uint8_t bytes[MV_RECORD_MAX];
    struct vend_records records;
    struct vend_return out;
    ready(world, pan);
    assert_ok(open_account(world, "open2", pan, &records));
    assert_int_equal(2, records.first_sequence);
    taken = 2;
    size_t size = write_return(pan, 1, 7, 1, NULL, bytes);
    taken = 0;
    assert_ok(hand_in(world, bytes, size, &out));
    assert_refused(MV_ACCOUNT_OPEN, open_account(world, "open3", pan, &records));
}

static void an_older_ledger_signs_no_number_again(void **state)
{
    struct world *world = *state;
    char pan[19];
    uint8_t bytes[MV_RECORD_MAX];
    struct vend_records records;
    struct vend_return out;
    ready(world, pan);
    taken = 9;
    size_t size = write_return(pan, 1, 7, 1, NULL, bytes);
    taken = 0;
    assert_ok(hand_in(world, bytes, size, &out));
    assert_true(out.ledger_behind);
    assert_ok(buy(world, "seller", "next", pan, 100, &records));
    assert_int_equal(10, records.first_sequence);
    assert_ok(buy(world, "seller", "next2", pan, 100, &records));
    assert_int_equal(11, records.first_sequence);
}

static void what_one_purchase_may_carry(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    ready(world, pan);
    assert_refused(MV_AMOUNT_TOO_LARGE, buy(world, "seller", "much", pan, INT64_C(2000000000), &records));
    assert_refused(MV_INVALID_FIELD, buy(world, "seller", "none", pan, 0, &records));
    struct vend_record_order card = order_of(MV_KIND_PURCHASE, "card", pan);
    card.quantity = (struct vend_quantity){VEND_UNIT_WH, 0};
    card.purchase = MV_PURCHASE_REPLACEMENT;
    assert_ok(sign(world, "seller", &card, &records));
}

static void a_meter_that_forgets_its_keys_is_sold_nothing(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_records records;
    struct vend_issued sale;
    ready(world, pan);
    struct vend_record_order retire = order_of(MV_KIND_CONTROL, "retire", pan);
    retire.retires = true;
    assert_ok(sign(world, "engineer", &retire, &records));
    assert_refused(MV_METER_NOT_ACTIVE, buy(world, "seller", "more", pan, 100, &records));
    assert_refused(MV_METER_NOT_ACTIVE, world_sell(world, "seller", "token", pan, 100, &sale));
}

/* ---- a meter's life ---- */

static void a_meter_is_provisioned_once(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_meter meter = provisioned(world, pan);
    struct vend_caller admin = world_caller("admin");
    struct store_record_keys other = first_keys;
    assert_true(meter.takes_records);
    assert_memory_equal(domain, meter.records.domain, 3);
    assert_ok(vend_provision_meter(world->vend, &admin, pan, domain, &first_keys, &meter));
    other.enc_version = 9;
    assert_refused(MV_RECORD_KEY_UNKNOWN, vend_provision_meter(world->vend, &admin, pan, domain, &other, &meter));
    other = first_keys;
    other.epoch = 3;
    assert_ok(vend_provision_meter(world->vend, &admin, pan, domain, &other, &meter));
    assert_int_equal(3, meter.records.keys.epoch);
    assert_ok(vend_provision_meter(world->vend, &admin, pan, domain, &first_keys, &meter));
    struct vend_records records;
    assert_ok(open_account(world, "open", pan, &records));
    assert_refused(MV_RECORDS_PROVISIONED, vend_provision_meter(world->vend, &admin, pan, domain, &other, &meter));
    other.mac_version = 0;
    assert_refused(MV_INVALID_FIELD, vend_provision_meter(world->vend, &admin, pan, domain, &other, &meter));
    assert_int_equal(3, world_audit_count(world, "MeterService.ProvisionMeter", "ok"));
}

static void a_life_goes_one_way(void **state)
{
    static const bool allowed[6][6] = {
        [VEND_METER_MADE] = {[VEND_METER_PROVISIONED] = true, [VEND_METER_ACTIVE] = true, [VEND_METER_RETIRED] = true},
        [VEND_METER_PROVISIONED] = {[VEND_METER_ACTIVE] = true, [VEND_METER_RETIRED] = true},
        [VEND_METER_ACTIVE] = {[VEND_METER_SUSPENDED] = true, [VEND_METER_RETIRED] = true},
        [VEND_METER_SUSPENDED] = {[VEND_METER_ACTIVE] = true, [VEND_METER_RETIRED] = true},
    };
    static const enum vend_meter_state ways[6][4] = {
        [VEND_METER_ACTIVE] = {VEND_METER_ACTIVE},
        [VEND_METER_SUSPENDED] = {VEND_METER_ACTIVE, VEND_METER_SUSPENDED},
        [VEND_METER_RETIRED] = {VEND_METER_RETIRED},
        [VEND_METER_PROVISIONED] = {VEND_METER_PROVISIONED},
    };
    struct world *world = *state;
    struct vend_caller admin = world_caller("admin");
    unsigned serial = 500;
    for (unsigned from = 1; from <= 5; from++)
        for (unsigned to = 1; to <= 5; to++) {
            char pan[19];
            struct vend_meter meter;
            struct vend_meter_request request = {.pan = world_pan(serial++, pan),
                                                 .organisation = "shop",
                                                 .utility = VEND_ELECTRICITY,
                                                 .made = true,
                                                 .key = world_key()};
            assert_ok(vend_register_meter(world->vend, &admin, &request, &meter));
            for (unsigned i = 0; ways[from][i] != 0; i++)
                assert_ok(vend_set_meter_state(world->vend, &admin, pan, ways[from][i], &meter));
            mv_status status = vend_set_meter_state(world->vend, &admin, pan, (enum vend_meter_state)to, &meter);
            if (from == to || allowed[from][to])
                assert_ok(status);
            else
                assert_refused(MV_METER_STATE_NOT_ALLOWED, status);
        }
}

static void who_may_take_which_step(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_meter meter;
    struct vend_caller chief = world_caller("chief");
    struct vend_caller seller = world_caller("seller");
    struct vend_issued sale;
    world_pan(1, pan);
    assert_ok(world_sell(world, "seller", "before", pan, 100, &sale));
    assert_ok(vend_set_meter_state(world->vend, &chief, pan, VEND_METER_SUSPENDED, &meter));
    assert_refused(MV_METER_NOT_ACTIVE, world_sell(world, "seller", "meanwhile", pan, 100, &sale));
    assert_ok(vend_set_meter_state(world->vend, &chief, pan, VEND_METER_ACTIVE, &meter));
    assert_ok(world_sell(world, "seller", "after", pan, 100, &sale));
    assert_refused(MV_ROLE_MISSING, vend_set_meter_state(world->vend, &chief, pan, VEND_METER_RETIRED, &meter));
    assert_refused(MV_ROLE_MISSING, vend_set_meter_state(world->vend, &seller, pan, VEND_METER_SUSPENDED, &meter));
    assert_refused(MV_INVALID_FIELD, vend_set_meter_state(world->vend, &chief, pan, (enum vend_meter_state)6, &meter));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, desk_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(purchases_follow_one_another),
        CASE(an_id_is_one_record),
        CASE(an_id_is_a_record_or_a_token),
        CASE(kinds_need_their_roles),
        CASE(what_a_meter_does_not_take_is_refused),
        CASE(what_is_not_sealed_is_not_kept),
        CASE(parts_have_numbers_of_their_own),
        CASE(many_at_once_leave_no_gap_and_no_double),
        CASE(an_account_is_opened_once),
        CASE(what_no_return_shows_is_brought_again),
        CASE(a_return_is_newer_than_the_last),
        CASE(a_return_is_the_meters),
        CASE(only_the_newest_question_is_answered),
        CASE(a_reset_counts_once_its_return_shows_it),
        CASE(a_key_update_is_shown_by_both_versions),
        CASE(an_engineer_may_say_it_and_a_return_puts_it_right),
        CASE(a_lost_opening_is_signed_again),
        CASE(an_older_ledger_signs_no_number_again),
        CASE(what_one_purchase_may_carry),
        CASE(a_meter_that_forgets_its_keys_is_sold_nothing),
        CASE(a_meter_is_provisioned_once),
        CASE(a_life_goes_one_way),
        CASE(who_may_take_which_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
