#include "slot_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/screen.h"

static bool board_random(void *context, uint8_t *data, uint16_t size)
{
    const struct slot_fixture *f = context;
    static uint8_t next;
    for (uint16_t i = 0; i < size; i++)
        data[i] = next++;
    return !f->no_random;
}

void slot_provision(struct slot_fixture *f)
{
    static const uint8_t uid[MV_CARD_UID] = {0, 0, 0, 0, 0, 0, RECORD_CARD};
    memset(f, 0, sizeof *f);
    record_provision(&f->r);
    f->keys = (struct mv_card_keys){.meter_version = SLOT_METER_VERSION, .area_version = SLOT_AREA_VERSION};
    memset(f->keys.meter, 0x2A, sizeof f->keys.meter);
    memset(f->keys.area, 0x3B, sizeof f->keys.area);
    assert_int_equal(mv_prepay_provision_cards(&f->r.p, &f->keys), MV_DONE);
    vcard_init(&f->card, NULL, uid);
    f->cut_before = f->cut_after = f->answer_at = SLOT_NEVER;
}

int slot_setup(void **state)
{
    static struct slot_fixture fixture;
    slot_provision(&fixture);
    *state = &fixture;
    return 0;
}

int slot_teardown(void **state)
{
    struct slot_fixture *f = *state;
    vcard_free(&f->card);
    return 0;
}

/* ---- the office ---- */

static void make_file(struct slot_fixture *f, enum mv_card_kind kind, enum mv_card_file number)
{
    uint8_t header[MV_CARD_CREATE_BYTES];
    struct vcard_file *file = &f->card.application.files[number];
    mv_card_create_header(kind, number, header);
    *file = (struct vcard_file){.exists = true,
                                .backup = kind == MV_CARD_USER,
                                .mode = header[1],
                                .rights = (uint16_t)(header[2] | header[3] << 8),
                                .size = (uint32_t)header[4] | (uint32_t)header[5] << 8 | (uint32_t)header[6] << 16};
    file->data = calloc(1, file->size);
    assert_non_null(file->data);
}

void slot_make(struct slot_fixture *f, enum mv_card_kind kind)
{
    struct vcard_application *application = &f->card.application;
    struct mv_card_head head = {.kind = (uint8_t)kind, .version = 1};
    uint8_t uid[MV_CARD_UID];
    memcpy(uid, f->card.uid, sizeof uid);
    vcard_free(&f->card);
    vcard_init(&f->card, NULL, uid);
    application->exists = true;
    memcpy(application->aid, MV_CARD_AID, sizeof application->aid);
    memset(application->keys[MV_CARD_SLOT_OFFICE].bytes, 0x11, VCARD_KEY);
    memcpy(application->keys[MV_CARD_SLOT_METER].bytes, f->keys.meter, VCARD_KEY);
    memcpy(application->keys[MV_CARD_SLOT_AREA].bytes, f->keys.area, VCARD_KEY);
    for (enum mv_card_file file = MV_CARD_FILE_HEAD; file <= MV_CARD_FILE_FROM_METER; file++)
        make_file(f, kind, file);
    memset(head.pan, '0', sizeof head.pan);
    if (kind == MV_CARD_USER)
        memcpy(head.pan, f->r.identity.pan, sizeof head.pan);
    memcpy(head.domain, f->r.keys.domain, sizeof head.domain);
    assert_int_equal(mv_card_head_write(&head, slot_file(f, MV_CARD_FILE_HEAD)), MV_DONE);
    slot_begin(f);
}

void slot_is(struct slot_fixture *f, uint8_t serial)
{
    f->card.uid[MV_CARD_UID - 1] = serial;
}

uint8_t *slot_file(struct slot_fixture *f, enum mv_card_file file)
{
    return f->card.application.files[file].data;
}

void slot_begin(struct slot_fixture *f)
{
    f->bundle_size = 0;
}

void slot_put(struct slot_fixture *f)
{
    record_seal(&f->r);
    f->bundle[f->bundle_size] = f->r.record.size;
    memcpy(f->bundle + f->bundle_size + 1, f->r.record.bytes, f->r.record.size);
    f->bundle_size = (uint16_t)(f->bundle_size + 1 + f->r.record.size);
}

static void put_entry(uint8_t *to, uint16_t number, const struct mv_card_entry *entry)
{
    uint8_t *at = to + MV_CARD_COUNT_BYTES + (size_t)number * MV_CARD_ENTRY_BYTES;
    assert_int_equal(mv_card_entry_write(entry, at), MV_DONE);
}

/* The other meters' bundles are not ours to read: they are nowhere. */
void slot_write_many(struct slot_fixture *f, uint16_t count, uint16_t entry)
{
    uint8_t *to = slot_file(f, MV_CARD_FILE_TO_METER);
    uint16_t at = (uint16_t)(MV_CARD_COUNT_BYTES + count * MV_CARD_ENTRY_BYTES);
    struct mv_card_entry ours = {.offset = at, .length = f->bundle_size};
    to[0] = (uint8_t)(count >> 8);
    to[1] = (uint8_t)count;
    for (uint16_t i = 0; i < count; i++) {
        struct mv_card_entry other = {.offset = at, .length = 1};
        char pan[sizeof other.pan + 1];
        (void)snprintf(pan, sizeof pan, "6007270000%08u", 5000U + i);
        memcpy(other.pan, pan, sizeof other.pan);
        put_entry(to, i, &other);
    }
    memcpy(ours.pan, f->r.identity.pan, sizeof ours.pan);
    put_entry(to, entry, &ours);
    memcpy(to + at, f->bundle, f->bundle_size);
    slot_file(f, MV_CARD_FILE_FROM_METER)[(size_t)entry * MV_CARD_FROM_SLOT_BYTES] = 0;
    f->entry = entry;
}

void slot_write(struct slot_fixture *f)
{
    slot_write_many(f, 1, 0);
}

void slot_put_read(struct slot_fixture *f, uint32_t sequence)
{
    uint8_t nonce[8];
    memset(nonce, (int)sequence, sizeof nonce);
    mv_record_put(record_begin(&f->r, MV_KIND_READ, sequence), MV_TAG_NONCE, nonce, sizeof nonce);
    slot_put(f);
}

void slot_put_command(struct slot_fixture *f, uint32_t sequence, uint8_t command, uint8_t tag, uint64_t value,
                      uint8_t length)
{
    struct mv_record_writer *to = record_begin(&f->r, MV_KIND_CONTROL, sequence);
    mv_record_put_number(to, MV_TAG_COMMAND, command, 1);
    if (tag != 0)
        mv_record_put_number(to, tag, value, length);
    slot_put(f);
}

void slot_write_purchase(struct slot_fixture *f, const struct record_purchase *purchase)
{
    slot_begin(f);
    record_purchase_begin(&f->r, purchase);
    slot_put(f);
    slot_put_read(f, purchase->sequence);
    slot_write(f);
}

/* ---- at the meter ---- */

/* False: the card is gone. */
static bool transmit(struct slot_fixture *f, uint8_t answer[VCARD_RAPDU], uint16_t *size)
{
    int number = (int)f->apdus++;
    if (number == f->cut_before)
        return false;
    *size = vcard_apdu(&f->card, f->terminal.session.apdu, f->terminal.session.apdu_size, answer);
    if (number == f->answer_at) {
        memcpy(answer, f->answer, f->answer_size);
        *size = f->answer_size;
    }
    return number != f->cut_after;
}

enum mv_result slot_insert(struct slot_fixture *f)
{
    uint8_t answer[VCARD_RAPDU];
    uint16_t size = 0;
    f->apdus = 0;
    vcard_reset(&f->card);
    enum mv_card_next next = mv_card_terminal_begin(&f->terminal, &f->r.p, board_random, f);
    while (next == MV_CARD_SEND) {
        if (transmit(f, answer, &size))
            next = mv_card_terminal_step(&f->terminal, answer, size);
        else
            next = mv_card_terminal_gone(&f->terminal);
    }
    assert_int_equal(next, f->terminal.outcome.result == MV_ACCEPT ? MV_CARD_DONE : MV_CARD_OVER);
    vcard_reset(&f->card);
    return f->terminal.outcome.result;
}

void slot_expect(struct slot_fixture *f, enum mv_result result, const char *shown)
{
    struct mv_screen screen;
    assert_int_equal(slot_insert(f), result);
    mv_prepay_screen(&f->r.p, &screen);
    assert_string_equal(screen.text, shown);
}

int64_t slot_credit(const struct slot_fixture *f)
{
    return f->r.p.meter.state.credit[MV_REGISTER_ELECTRICITY];
}

/* ---- the return ---- */

bool slot_has_return(struct slot_fixture *f, struct mv_record_head *head)
{
    const uint8_t *slot = slot_file(f, MV_CARD_FILE_FROM_METER) + (size_t)f->entry * MV_CARD_FROM_SLOT_BYTES;
    const uint8_t *body = NULL;
    uint8_t size = 0;
    f->r.returned_size = slot[0];
    if (slot[0] == 0)
        return false;
    memcpy(f->r.returned, slot + 1, slot[0]);
    for (unsigned i = 1U + slot[0]; i < MV_CARD_FROM_SLOT_BYTES; i++)
        assert_int_equal(slot[i], 0);
    assert_int_equal(mv_record_parse(f->r.returned, f->r.returned_size, head, &body, &size), MV_DONE);
    assert_int_equal(head->kind, MV_KIND_RETURN);
    assert_true(mv_record_mac_is(f->r.returned, f->r.returned_size, f->r.p.records.keys.mac_out));
    assert_memory_equal(head->pan, f->r.identity.pan, sizeof head->pan);
    return true;
}
