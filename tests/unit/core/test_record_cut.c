/* Power is cut at every byte that a record writes, with the journal at two places of its sector: after the restart the
 * record was taken whole or not at all, and handing it in again ends at the same state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/record_sets.h"
#include "record_support.h"

#ifndef CUT_STEP
#define CUT_STEP 1
#endif

/* All that records move, but for the log and the account of refusals. */
struct moved {
    struct mv_record_state records;
    struct mv_meter_state meter;
    struct mv_account account;
    struct mv_parameters parameters;
    struct mv_tariff tariff, next_tariff;
    struct mv_calendar calendar;
    struct mv_parts parts;
    bool commanded_open, bypass, retired;
};

static void moved_of(const struct mv_prepay *p, struct moved *moved)
{
    memset(moved, 0, sizeof *moved);
    memcpy(&moved->records, &p->records, sizeof p->records);
    moved->records.refusals = moved->records.refused_result = 0;
    moved->records.refused_kind = 0;
    moved->records.refused_sequence = 0;
    memcpy(&moved->meter, &p->meter.state, sizeof p->meter.state);
    memcpy(&moved->account, &p->account, sizeof p->account);
    memcpy(&moved->parameters, &p->parameters, sizeof p->parameters);
    memcpy(&moved->tariff, &p->tariff, sizeof p->tariff);
    memcpy(&moved->next_tariff, &p->next_tariff, sizeof p->next_tariff);
    memcpy(&moved->calendar, &p->calendar, sizeof p->calendar);
    memcpy(&moved->parts, &p->parts, sizeof p->parts);
    moved->commanded_open = p->supply.commanded_open;
    moved->bypass = p->supply.bypass;
    moved->retired = p->supply.retired;
}

/* Of two that moved_of filled: what lies between members is zero or was copied with them. */
static bool same(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct moved)) == 0;
}

/* ---- the records ---- */
static void purchase(struct record_fixture *f)
{
    record_purchase_begin(f, &(struct record_purchase){.sequence = 2, .amount = 700, .debt = 90, .card = RECORD_CARD});
}

static void parameters(struct record_fixture *f)
{
    record_begin(f, MV_KIND_PARAMETERS, 5);
    mv_record_put_number(&f->record, MV_TAG_WARNING_CUT, 7, 2);
    mv_record_put_number(&f->record, MV_TAG_UNBALANCE_LIMIT, 77, 4);
}

static void tariff(struct record_fixture *f)
{
    struct mv_tariff single = {.kind = MV_TARIFF_SINGLE, .rates = 1, .price = {9}, .valid_from = RECORD_NOW + 9999};
    uint8_t bytes[MV_SET_MAX];
    uint32_t size = 0;
    assert_int_equal(mv_tariff_write(&single, bytes, &size), MV_DONE);
    struct record_part whole = {
        .set_id = 3, .what = MV_SET_TARIFF, .number = 1, .total = 1, .bytes = bytes, .size = size};
    record_begin(f, MV_KIND_PARAMETERS, 5);
    record_put_part(f, &whole);
}

static void part(struct record_fixture *f)
{
    static const uint8_t bytes[MV_SET_BYTES_MAX] = {1};
    static const struct record_part half = {
        .set_id = 3, .what = MV_SET_CALENDAR, .number = 1, .total = 2, .bytes = bytes, .size = sizeof bytes};
    record_begin(f, MV_KIND_PARAMETERS, 5);
    record_put_part(f, &half);
}

static void reset(struct record_fixture *f)
{
    struct mv_record_keys keys = record_new_keys(f, 50);
    record_begin(f, MV_KIND_CONTROL, 5);
    mv_record_put_number(&f->record, MV_TAG_COMMAND, MV_COMMAND_RESET, 1);
    mv_record_put_number(&f->record, MV_TAG_NEW_EPOCH, RECORD_EPOCH + 1, 2);
    mv_record_put_number(&f->record, MV_TAG_CLEAR, MV_CLEAR_CREDIT, 1);
    record_put_keys(f, &keys);
}

static void open_relay(struct record_fixture *f)
{
    record_begin(f, MV_KIND_CONTROL, 5);
    mv_record_put_number(&f->record, MV_TAG_COMMAND, MV_COMMAND_OPEN, 1);
}

static void retire(struct record_fixture *f)
{
    record_begin(f, MV_KIND_CONTROL, 5);
    mv_record_put_number(&f->record, MV_TAG_COMMAND, MV_COMMAND_RETIRE, 1);
}

static void read_request(struct record_fixture *f)
{
    mv_record_put(record_begin(f, MV_KIND_READ, 10000), MV_TAG_NONCE, "12345678", 8);
}

static void key_update(struct record_fixture *f)
{
    struct mv_record_keys keys = record_new_keys(f, 50);
    record_begin(f, MV_KIND_KEY_UPDATE, 5);
    record_put_keys(f, &keys);
}

static void (*const scripts[])(struct record_fixture *) = {purchase,   parameters, tariff,       part,      reset,
                                                           open_relay, retire,     read_request, key_update};

/* ---- cutting ---- */
static struct record_fixture f;
static unsigned cases;

static void start_from(const struct flash *base)
{
    f.flash = *base;
    f.now = RECORD_NOW;
    assert_int_equal(record_reopen(&f), MV_DONE);
}

/* After the reset and the retirement the old record is of another epoch, or there is no key left. */
static bool harmless(enum mv_result result)
{
    return result == MV_ACCEPT || result == MV_RECORD_AGAIN || result == MV_RECORD_MAC_ERROR ||
           result == MV_NOT_PROVISIONED;
}

static void cut_everywhere(const struct flash *base)
{
    static struct moved before;
    static struct moved after;
    static struct moved now;
    start_from(base);
    moved_of(&f.p, &before);
    uint32_t spent = f.flash.spent;
    assert_int_equal(record_give(&f), MV_ACCEPT);
    spent = f.flash.spent - spent;
    assert_int_equal(record_reopen(&f), MV_DONE);
    moved_of(&f.p, &after);
    assert_memory_not_equal(&before, &after, sizeof before);
    assert_true(spent > 0);
    for (uint32_t energy = 0; energy < spent; energy += CUT_STEP, cases++) {
        start_from(base);
        f.flash.energy = energy;
        f.flash.last_byte = (uint8_t)(energy * 37);
        enum mv_result result = record_give(&f);
        assert_int_equal(record_reopen(&f), MV_DONE);
        moved_of(&f.p, &now);
        assert_true(result == MV_STORAGE_ERROR || (result == MV_ACCEPT && same(&now, &after))); /* old copies go */
        assert_true(same(&now, &before) || same(&now, &after));
        assert_true(harmless(record_give(&f)));
        assert_int_equal(record_reopen(&f), MV_DONE);
        moved_of(&f.p, &now);
        assert_memory_equal(&now, &after, sizeof now);
    }
}

/* The state from which one more record moves the journal to its other sector. */
static void before_the_turn(struct flash *base)
{
    uint32_t sector = f.p.meter.journal.sector;
    for (uint32_t sequence = 1; f.p.meter.journal.sector == sector; sequence++) {
        *base = f.flash;
        assert_int_equal(record_read(&f, sequence, 1, 0, 0), MV_ACCEPT);
    }
}

static void whole_or_not_at_all(void **state)
{
    (void)state;
    static struct flash fresh;
    static struct flash full;
    record_provision(&f);
    record_open_account(&f, 50000);
    fresh = f.flash;
    before_the_turn(&full);
    for (unsigned i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        scripts[i](&f);
        record_seal(&f);
        cut_everywhere(&fresh);
        cut_everywhere(&full);
    }
    printf("%u cuts\n", cases);
}

/* The sequence number of a return is never used twice, wherever the power goes. */
static void returns_rise(void **state)
{
    (void)state;
    static struct flash base;
    record_provision(&f);
    assert_int_equal(record_read(&f, 1, 1, 0, 0), MV_ACCEPT);
    base = f.flash;
    struct mv_record_head head;
    uint32_t spent = f.flash.spent;
    record_return(&f, &head);
    assert_int_equal(head.sequence, 1);
    spent = f.flash.spent - spent;
    for (uint32_t energy = 0; energy < spent; energy += CUT_STEP) {
        start_from(&base);
        f.flash.energy = energy;
        assert_int_equal(mv_prepay_return(&f.p, f.returned, &f.returned_size), MV_STORAGE_ERROR);
        assert_int_equal(f.returned_size, 0);
        assert_int_equal(record_reopen(&f), MV_DONE);
        record_return(&f, &head);
        assert_true(head.sequence == 1 || head.sequence == 2);
        struct mv_tlv echo;
        assert_int_equal(record_returned(&f, MV_TAG_ECHO, &echo), head.sequence == 1);
        record_return(&f, &head);
        assert_true(head.sequence >= 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_or_not_at_all),
        cmocka_unit_test(returns_rise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
