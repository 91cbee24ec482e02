/* What a meter keeps of records, in the journal: every field comes back, and what no encoder wrote is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "card_keys.h"
#include "keep_support.h"
#include "record_state.h"

enum { OBJECTS = 3 };
static const struct mv_nv_object *const kept[OBJECTS] = {&mv_object_records, &mv_object_parts, &mv_object_card_keys};
static const struct keep_objects objects = {kept, OBJECTS};

static void every_field_comes_back(void **state)
{
    (void)state;
    static struct mv_prepay p;
    static struct mv_prepay again;
    struct mv_record_state *records = &p.records;
    memset(&records->keys, 0x5A, sizeof records->keys);
    records->provisioned = records->nonce_open = records->account_open = true;
    records->epoch = 0x1234;
    for (unsigned kind = 1; kind < MV_RECORD_KINDS; kind++)
        records->sequence[kind] = 0x01020304 * kind;
    records->return_sequence = records->return_reserved = 0xFFEEDDCC;
    memset(records->nonce, 0x6B, sizeof records->nonce);
    memset(records->client, 0x7C, sizeof records->client);
    memset(records->card, 0x8D, sizeof records->card);
    records->want = 1;
    records->from = 31;
    records->total_purchased = INT64_MAX;
    records->refusals = 0xFEDC;
    records->refused_kind = 5;
    records->refused_sequence = 0xABCDEF01;
    records->refused_result = 137;
    p.parts = (struct mv_parts){.set_id = 0xA1B2C3D4, .what = 2, .total = 4, .present = 0xA, .length = {1, 2, 3, 128}};
    memset(p.parts.bytes, 0x9E, sizeof p.parts.bytes);
    p.card_keys.meter_version = 0xC1;
    p.card_keys.area_version = 0xD2;
    memset(p.card_keys.meter, 0xE3, sizeof p.card_keys.meter);
    memset(p.card_keys.area, 0xF4, sizeof p.card_keys.area);
    keep_write(objects, &p);
    assert_int_equal(keep_read(objects, &again), MV_DONE);
    assert_memory_equal(&again.records, &p.records, sizeof p.records);
    assert_memory_equal(&again.parts, &p.parts, sizeof p.parts);
    assert_memory_equal(&again.card_keys, &p.card_keys, sizeof p.card_keys);
}

/* ---- bytes that no encoder wrote ---- */
static uint8_t raw[OBJECTS][MV_NV_OBJECT_MAX];

static void encode_records(const void *state, struct mv_nv_sink *to)
{
    (void)state;
    mv_nv_put_bytes(to, raw[0], mv_object_records.size);
}

static void encode_parts(const void *state, struct mv_nv_sink *to)
{
    (void)state;
    mv_nv_put_bytes(to, raw[1], mv_object_parts.size);
}

static void encode_card_keys(const void *state, struct mv_nv_sink *to)
{
    (void)state;
    mv_nv_put_bytes(to, raw[2], mv_object_card_keys.size);
}

static enum mv_result read_raw(void)
{
    static struct mv_prepay p;
    struct mv_nv_object records = mv_object_records;
    struct mv_nv_object parts = mv_object_parts;
    struct mv_nv_object card_keys = mv_object_card_keys;
    const struct mv_nv_object *const strange[OBJECTS] = {&records, &parts, &card_keys};
    records.encode = encode_records;
    parts.encode = encode_parts;
    card_keys.encode = encode_card_keys;
    keep_write((struct keep_objects){strange, OBJECTS}, &p);
    return keep_read(objects, &p);
}

static void what_no_encoder_wrote(void **state)
{
    (void)state;
    static const struct {
        uint8_t object;
        uint16_t at;
        uint8_t value, with; /* at the byte before it */
        bool good;
    } cases[] = {
        {0, 53, 1, 0, true},     {0, 53, 2, 0, false},  /* provisioned */
        {0, 88, 1, 0, true},     {0, 88, 2, 0, false},  /* session */
        {0, 89, 4, 0, true},     {0, 89, 5, 0, false},  /* wanted */
        {0, 90, 31, 3, true},    {0, 90, 32, 3, false}, /* from: events */
        {0, 90, 11, 4, true},    {0, 90, 12, 4, false}, /* a month */
        {0, 91, 1, 0, true},     {0, 91, 2, 0, false},  /* account */
        {0, 106, 0x7F, 0, true}, {0, 106, 0x80, 0, false}, {1, 5, 4, 0, true},    {1, 5, 5, 0, false}, /* total */
        {1, 6, 0xF, 4, true},    {1, 6, 0x10, 4, false},                                               /* present */
        {1, 6, 1, 0, false},     {1, 7, 128, 0, true},     {1, 7, 129, 0, false}, {1, 10, 129, 0, false},
        {2, 1, 1, 1, true},      {2, 1, 1, 0, false}, /* a key of the area, none of the meter */
    };
    memset(raw, 0, sizeof raw);
    assert_int_equal(read_raw(), MV_DONE);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(raw, 0, sizeof raw);
        raw[cases[i].object][cases[i].at] = cases[i].value;
        raw[cases[i].object][cases[i].at - 1] = cases[i].with;
        assert_int_equal(read_raw(), cases[i].good ? MV_DONE : MV_STORAGE_ERROR);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_comes_back),
        cmocka_unit_test(what_no_encoder_wrote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
