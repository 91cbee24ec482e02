#include "records_world.h"

#include <string.h>

#include "metervault/aes.h"

const uint8_t RECORDS_DOMAIN[3] = {0xA1, 0xB2, 0xC3};
const struct store_record_keys RECORDS_KEYS = {.mac_version = 1, .enc_version = 2, .epoch = 7};

struct content {
    uint8_t command;
    bool renews;
};

static const struct content plain = {.command = 3};
static const struct content renewal = {.command = 1, .renews = true};

struct vend_meter records_provisioned(struct world *world, char pan[19])
{
    struct vend_caller admin = world_caller("admin");
    struct vend_meter meter;
    fake_records_reset();
    fake_records_masters(RECORDS_DOMAIN);
    vend_refresh(world->vend);
    world_pan(1, pan);
    assert_ok(vend_provision_meter(world->vend, &admin, pan, RECORDS_DOMAIN, &RECORDS_KEYS, &meter));
    return meter;
}

void records_ready(struct world *world, char pan[19])
{
    struct vend_records records;
    (void)records_provisioned(world, pan);
    assert_ok(records_open_account(world, "open", pan, &records));
    assert_int_equal(1, records.first_sequence);
}

void records_body(const void *self, const struct vend_record_facts *facts, struct mv_record_writer *to)
{
    static const uint8_t room[MV_RECORD_KEYS_WRAPPED] = {0};
    const struct content *content = self;
    if (facts->amount > 0)
        mv_record_put_number(to, MV_TAG_AMOUNT, (uint64_t)facts->amount, 8);
    if (facts->parts > 1)
        mv_record_put_number(to, MV_TAG_SET_PART, facts->part + 1U, 1);
    mv_record_put_number(to, MV_TAG_COMMAND, content->command, 1);
    mv_record_put(to, MV_TAG_NONCE, facts->nonce, sizeof facts->nonce);
    if (content->renews)
        mv_record_put(to, MV_TAG_KEYS, room, sizeof room);
}

struct vend_record_order records_order(enum mv_record_kind kind, const char *id, const char *pan)
{
    return (struct vend_record_order){
        .request_id = id, .pan = pan, .kind = kind, .parts = 1, .body = records_body, .self = &plain};
}

struct vend_record_order records_purchase(const char *id, const char *pan, int64_t wh)
{
    struct vend_record_order order = records_order(MV_KIND_PURCHASE, id, pan);
    order.quantity = (struct vend_quantity){VEND_UNIT_WH, wh};
    order.purchase = MV_PURCHASE_NORMAL;
    return order;
}

struct vend_record_order records_renewal(const char *id, const char *pan, bool next_epoch)
{
    struct vend_record_order order = records_order(next_epoch ? MV_KIND_CONTROL : MV_KIND_KEY_UPDATE, id, pan);
    order.self = &renewal;
    order.renews = true;
    order.next_epoch = next_epoch;
    order.mac_version = 3;
    return order;
}

mv_status records_sign(struct world *world, const char *who, const struct vend_record_order *order,
                       struct vend_records *out)
{
    struct vend_caller caller = world_caller(who);
    return vend_issue_record(world->vend, &caller, order, out);
}

mv_status records_buy(struct world *world, const char *id, const char *pan, int64_t wh, struct vend_records *out)
{
    const struct vend_record_order order = records_purchase(id, pan, wh);
    return records_sign(world, "seller", &order, out);
}

mv_status records_open_account(struct world *world, const char *id, const char *pan, struct vend_records *out)
{
    struct vend_record_order order = records_purchase(id, pan, 500);
    order.purchase = MV_PURCHASE_OPEN;
    order.has_client = true;
    memcpy(order.client, "client", sizeof order.client);
    return records_sign(world, "seller", &order, out);
}

mv_status records_renew(struct world *world, const char *id, const char *pan, bool next_epoch, struct vend_records *out)
{
    const struct vend_record_order order = records_renewal(id, pan, next_epoch);
    return records_sign(world, "engineer", &order, out);
}

void records_has_mac(const struct vend_signed_record *record, uint8_t version, const char *pan, uint16_t epoch)
{
    struct mv_aes128 aes;
    uint8_t key[16];
    uint8_t mac[16];
    fake_records_key(MV_DIRECTION_IN, version, pan, RECORDS_DOMAIN, epoch, key);
    mv_aes128_init(&aes, key);
    mv_aes128_cmac(&aes, record->bytes, (uint32_t)record->size - 16U, mac);
    assert_memory_equal(mac, record->bytes + record->size - 16, 16);
}

struct mv_record_head records_head(const struct vend_signed_record *record)
{
    struct mv_record_head head;
    const uint8_t *ignored;
    uint8_t size;
    assert_int_equal(MV_DONE, mv_record_parse(record->bytes, record->size, &head, &ignored, &size));
    return head;
}

struct records_shown records_shown(uint8_t mac_version, uint16_t epoch, uint32_t sequence)
{
    return (struct records_shown){.mac_version = mac_version,
                                  .enc_version = RECORDS_KEYS.enc_version,
                                  .epoch = epoch,
                                  .sequence = sequence,
                                  .remaining = 12345};
}

void records_ask(struct world *world, const char *id, const char *pan, uint8_t nonce[STORE_NONCE])
{
    enum { COMMAND = 3, TAG = 2 }; /* records_body */
    struct vend_records records;
    const struct vend_record_order read = records_order(MV_KIND_READ, id, pan);
    assert_ok(records_sign(world, "seller", &read, &records));
    memcpy(nonce, records.parts[0].bytes + MV_RECORD_HEAD + COMMAND + TAG, STORE_NONCE);
}

size_t records_return(const char *pan, struct records_shown shown, uint8_t bytes[MV_RECORD_MAX])
{
    struct mv_record_writer writer;
    struct mv_record_head head = {.kind = MV_KIND_RETURN,
                                  .key_version = shown.mac_version,
                                  .epoch = shown.epoch,
                                  .sequence = shown.sequence,
                                  .issued_min = 1};
    const uint8_t versions[] = {shown.mac_version, shown.enc_version};
    uint8_t key[16];
    memcpy(head.pan, pan, sizeof head.pan);
    mv_record_begin(&writer, &head);
    if (shown.echo != NULL)
        mv_record_put(&writer, MV_TAG_ECHO, shown.echo, 8);
    mv_record_put_number(&writer, MV_TAG_RETURN_REGISTER, shown.counts, 1);
    mv_record_put_number(&writer, MV_TAG_REMAINING, (uint64_t)shown.remaining, 8);
    mv_record_put_number(&writer, MV_TAG_TOTAL_PURCHASED, (uint64_t)shown.total, 8);
    mv_record_put_number(&writer, MV_TAG_PURCHASE_SEQUENCE, shown.taken, 4);
    mv_record_put_number(&writer, MV_TAG_ARREARS, (uint64_t)shown.arrears, 8);
    mv_record_put(&writer, MV_TAG_VERSIONS, versions, sizeof versions);
    assert_int_equal(MV_DONE, mv_record_end(&writer));
    fake_records_key(MV_DIRECTION_OUT, shown.mac_version, pan, RECORDS_DOMAIN, shown.epoch, key);
    mv_record_seal(&writer, key);
    memcpy(bytes, writer.bytes, writer.size);
    return writer.size;
}

mv_status records_hand_in(struct world *world, const uint8_t *bytes, size_t size, struct vend_return *out)
{
    struct vend_caller caller = world_caller("seller");
    return vend_accept_return(world->vend, &caller, bytes, size, out);
}

mv_status records_bring(struct world *world, const char *pan, struct records_shown shown, struct vend_return *out)
{
    uint8_t bytes[MV_RECORD_MAX];
    size_t size = records_return(pan, shown, bytes);
    return records_hand_in(world, bytes, size, out);
}
