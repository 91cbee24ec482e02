#include "record_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/key_wrap.h"

/* ---- the board ---- */

static bool clock_read(void *context, uint32_t *unix_s)
{
    const struct record_fixture *f = context;
    *unix_s = f->now;
    return f->clock;
}

static bool clock_set(void *context, uint32_t unix_s)
{
    struct record_fixture *f = context;
    if (f->deny_clock)
        return false;
    f->now = unix_s;
    f->clock = true;
    return true;
}

static bool switch_set(void *context, bool closed)
{
    struct record_fixture *f = context;
    f->closed = closed;
    return true;
}

static enum mv_switch_state switch_read(void *context)
{
    const struct record_fixture *f = context;
    return f->closed ? MV_SWITCH_CLOSED : MV_SWITCH_OPEN;
}

static void indicate(void *context, uint8_t lamps)
{
    struct record_fixture *f = context;
    f->lamps = lamps;
}

static enum mv_result open_meter(struct record_fixture *f)
{
    struct mv_meter_port port = flash_port(&f->flash);
    struct mv_prepay_port board = {.context = f,
                                   .clock_read = clock_read,
                                   .clock_set = clock_set,
                                   .switch_set = switch_set,
                                   .switch_read = switch_read,
                                   .indicate = indicate};
    return mv_prepay_open(&f->p, &port, &board, &mv_sta_public);
}

enum mv_result record_reopen(struct record_fixture *f)
{
    flash_power_on(&f->flash);
    return open_meter(f);
}

void record_provision_as(struct record_fixture *f, uint32_t sectors, uint32_t sector_size)
{
    memset(f, 0, sizeof *f);
    flash_init_as(&f->flash, sectors, sector_size);
    f->now = RECORD_NOW;
    f->clock = true;
    f->epoch = RECORD_EPOCH;
    f->identity = (struct mv_meter_identity){.key = {.ea = MV_EA_STA, .bytes = {1, 2, 3, 4, 5, 6, 7, 8}},
                                             .key_type = 2,
                                             .key_revision = 1,
                                             .tariff_index = 1,
                                             .key_expiry = 0xFF,
                                             .supply_group = 123456,
                                             .measures = 1U << MV_REGISTER_ELECTRICITY | 1U << MV_REGISTER_WATER |
                                                         1U << MV_REGISTER_ELECTRICITY_CURRENCY};
    memcpy(f->identity.pan, "600727000000000009", sizeof f->identity.pan);
    f->keys = record_new_keys(f, 1);
    f->keys.mac_version = 4;
    f->keys.enc_version = 5;
    assert_int_equal(open_meter(f), MV_NOT_PROVISIONED);
    assert_int_equal(mv_prepay_provision(&f->p, &f->identity, RECORD_TID, NULL, &f->keys, RECORD_EPOCH), MV_DONE);
}

void record_provision(struct record_fixture *f)
{
    record_provision_as(f, 2, FLASH_BYTES / 2);
}

int record_setup(void **state)
{
    static struct record_fixture fixture;
    record_provision(&fixture);
    *state = &fixture;
    return 0;
}

/* ---- records ---- */

struct mv_record_writer *record_begin(struct record_fixture *f, uint8_t kind, uint32_t sequence)
{
    struct mv_record_head head = {
        .kind = kind, .key_version = f->keys.mac_version, .epoch = f->epoch, .sequence = sequence, .issued_min = 1};
    memcpy(head.pan, f->identity.pan, sizeof head.pan);
    mv_record_begin(&f->record, &head);
    return &f->record;
}

void record_seal(struct record_fixture *f)
{
    assert_int_equal(mv_record_end(&f->record), MV_DONE);
    mv_record_seal(&f->record, f->keys.mac_in);
}

enum mv_result record_give(struct record_fixture *f)
{
    return mv_prepay_record(&f->p, f->record.bytes, f->record.size, &f->answer);
}

enum mv_result record_hand(struct record_fixture *f)
{
    record_seal(f);
    return record_give(f);
}

enum { ITEM = 16 };

static void put_number(uint8_t at[ITEM / 2], uint64_t value)
{
    for (unsigned byte = 0; byte < ITEM / 2; byte++)
        at[byte] = (uint8_t)(value >> (8 * (ITEM / 2 - 1 - byte)));
}

void record_purchase_begin(struct record_fixture *f, const struct record_purchase *purchase)
{
    uint8_t unread[ITEM * MV_UNREAD_MAX];
    struct mv_record_writer *to = record_begin(f, MV_KIND_PURCHASE, purchase->sequence);
    mv_record_put_number(to, MV_TAG_PURCHASE_KIND, purchase->kind == 0 ? MV_PURCHASE_NORMAL : purchase->kind, 1);
    mv_record_put_number(to, MV_TAG_REGISTER, purchase->credit_register, 1);
    mv_record_put_number(to, MV_TAG_AMOUNT, purchase->amount, 8);
    mv_record_put_number(to, MV_TAG_CLIENT, purchase->client == 0 ? RECORD_CLIENT : purchase->client, 6);
    if (purchase->card != 0)
        mv_record_put_number(to, MV_TAG_CARD, purchase->card, 8);
    for (unsigned i = 0; i < purchase->unread_count; i++) {
        put_number(unread + ITEM * (size_t)i, purchase->unread[i]);
        put_number(unread + ITEM * (size_t)i + ITEM / 2,
                   purchase->unread_debts == NULL ? 0 : purchase->unread_debts[i]);
    }
    if (purchase->unread_count > 0)
        mv_record_put(to, MV_TAG_UNREAD, unread, (uint8_t)(ITEM * purchase->unread_count));
    if (purchase->debt != 0)
        mv_record_put_number(to, MV_TAG_ARREARS_ADDED, purchase->debt, 8);
}

enum mv_result record_purchase(struct record_fixture *f, const struct record_purchase *purchase)
{
    record_purchase_begin(f, purchase);
    return record_hand(f);
}

void record_open_account(struct record_fixture *f, uint64_t amount)
{
    struct record_purchase opening = {.kind = MV_PURCHASE_OPEN, .sequence = 1, .amount = amount, .card = RECORD_CARD};
    assert_int_equal(record_purchase(f, &opening), MV_ACCEPT);
}

enum mv_result record_command(struct record_fixture *f, uint32_t sequence, uint8_t command, uint8_t tag, uint64_t value,
                              uint8_t length)
{
    struct mv_record_writer *to = record_begin(f, MV_KIND_CONTROL, sequence);
    mv_record_put_number(to, MV_TAG_COMMAND, command, 1);
    if (tag != 0)
        mv_record_put_number(to, tag, value, length);
    return record_hand(f);
}

enum mv_result record_read(struct record_fixture *f, uint32_t sequence, uint8_t nonce, uint8_t want, uint8_t from)
{
    uint8_t bytes[8];
    struct mv_record_writer *to = record_begin(f, MV_KIND_READ, sequence);
    memset(bytes, nonce, sizeof bytes);
    mv_record_put(to, MV_TAG_NONCE, bytes, sizeof bytes);
    mv_record_put_number(to, MV_TAG_WANT, want, 1);
    mv_record_put_number(to, MV_TAG_FROM, from, 1);
    return record_hand(f);
}

/* ---- keys ---- */

struct mv_record_keys record_new_keys(const struct record_fixture *f, uint8_t seed)
{
    struct mv_record_keys keys = f->keys;
    memset(keys.mac_in, seed, sizeof keys.mac_in);
    memset(keys.mac_out, seed + 0x20, sizeof keys.mac_out);
    memset(keys.enc, seed + 0x40, sizeof keys.enc);
    return keys;
}

void record_put_keys(struct record_fixture *f, const struct mv_record_keys *keys)
{
    uint8_t plain[MV_RECORD_KEYS_PLAIN];
    uint8_t wrapped[MV_RECORD_KEYS_WRAPPED];
    memcpy(plain, keys->mac_in, 16);
    memcpy(plain + 16, keys->mac_out, 16);
    memcpy(plain + 32, keys->enc, 16);
    key_wrap(f->keys.enc, plain, wrapped);
    mv_record_put_number(&f->record, MV_TAG_MAC_VERSION, keys->mac_version, 1);
    mv_record_put_number(&f->record, MV_TAG_ENC_VERSION, keys->enc_version, 1);
    mv_record_put(&f->record, MV_TAG_KEYS, wrapped, sizeof wrapped);
}

void record_put_part(struct record_fixture *f, const struct record_part *part)
{
    mv_record_put_number(&f->record, MV_TAG_SET_ID, part->set_id, 4);
    mv_record_put_number(&f->record, MV_TAG_SET_WHAT, part->what, 1);
    mv_record_put_number(&f->record, MV_TAG_SET_PART, part->number, 1);
    mv_record_put_number(&f->record, MV_TAG_SET_PARTS, part->total, 1);
    mv_record_put(&f->record, MV_TAG_SET_BYTES, part->bytes, (uint8_t)part->size);
}

/* ---- returns ---- */

void record_return(struct record_fixture *f, struct mv_record_head *head)
{
    const uint8_t *body = NULL;
    uint8_t size = 0;
    assert_int_equal(mv_prepay_return(&f->p, f->returned, &f->returned_size), MV_DONE);
    assert_int_equal(mv_record_parse(f->returned, f->returned_size, head, &body, &size), MV_DONE);
    assert_int_equal(mv_record_check_tags(MV_KIND_RETURN, body, size), MV_DONE);
    assert_true(mv_record_mac_is(f->returned, f->returned_size, f->keys.mac_out));
    assert_int_equal(head->kind, MV_KIND_RETURN);
    assert_int_equal(head->key_version, f->keys.mac_version);
    assert_int_equal(head->epoch, f->epoch);
    assert_memory_equal(head->pan, f->identity.pan, sizeof head->pan);
}

bool record_returned(struct record_fixture *f, uint8_t tag, struct mv_tlv *tlv)
{
    return mv_tlv_find(f->returned + MV_RECORD_HEAD,
                       (uint8_t)(f->returned_size - (uint32_t)MV_RECORD_HEAD - MV_RECORD_MAC), tag, tlv);
}

uint64_t record_returned_number(struct record_fixture *f, uint8_t tag)
{
    struct mv_tlv tlv;
    assert_true(record_returned(f, tag, &tlv));
    return mv_tlv_number(&tlv);
}
