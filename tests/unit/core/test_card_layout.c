/* What lies on a card, and what its keys are diversified with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/an10922.h"
#include "metervault/card_layout.h"

static const char pan[18] = "600727000000000009";

static void diversifiers(void **state)
{
    (void)state;
    static const uint8_t uid[MV_CARD_UID] = {1, 2, 3, 4, 5, 6, 7};
    static const uint8_t domain[3] = {8, 9, 10};
    uint8_t m[MV_CARD_DIVERSIFIER_MAX] = {0};
    assert_int_equal(mv_card_diversifier_uid(MV_CARD_FOR_TRANSPORT, uid, m), 8);
    assert_memory_equal(m, "\5\1\2\3\4\5\6\7", 8);
    assert_int_equal(mv_card_diversifier_area(domain, m), 4);
    assert_memory_equal(m, "\4\10\11\12", 4);
    assert_int_equal(mv_card_diversifier_meter(pan, m), 10);
    assert_memory_equal(m, "\2\x60\x07\x27\0\0\0\0\0\x09", 10);
    assert_int_equal(mv_card_diversifier_meter("60072700000000000x", m), 0);
}

/* A short input is padded to two blocks: what plain CMAC yields here is known, and wrong. */
static void not_plain_cmac(void **state)
{
    (void)state;
    static const uint8_t master[16] = {0xF3, 0xF9, 0x37, 0x76, 0x98, 0x70, 0x7B, 0x68,
                                       0x8E, 0xAF, 0x84, 0xAB, 0xE3, 0x9E, 0x37, 0x91};
    static const uint8_t m[7] = {0x04, 0xDE, 0xAD, 0xBE, 0xEF, 0xFE, 0xED};
    static const uint8_t wrong[16] = {0x72, 0x1E, 0x2C, 0x01, 0xE8, 0x1A, 0xF8, 0x5D,
                                      0x81, 0x56, 0x33, 0x96, 0x9C, 0xEA, 0x26, 0x07};
    uint8_t key[16];
    assert_int_equal(mv_an10922_aes128(master, m, sizeof m, key), MV_DONE);
    assert_memory_not_equal(key, wrong, sizeof key);
}

static void head(void **state)
{
    (void)state;
    static const uint8_t expected[MV_CARD_HEAD_BYTES] = {1, 1, 0x60, 0x07, 0x27, 0, 0, 0, 0, 0, 0x09, 1, 2, 3, 4, 5};
    struct mv_card_head wrote = {.kind = MV_CARD_USER, .domain = {1, 2, 3}, .version = 0x0405};
    struct mv_card_head got;
    uint8_t bytes[MV_CARD_HEAD_BYTES];
    memcpy(wrote.pan, pan, sizeof wrote.pan);
    assert_int_equal(mv_card_head_write(&wrote, bytes), MV_DONE);
    assert_memory_equal(bytes, expected, sizeof bytes);
    assert_int_equal(mv_card_head_read(bytes, &got), MV_DONE);
    assert_int_equal(got.kind, MV_CARD_USER);
    assert_int_equal(got.version, 0x0405);
    assert_memory_equal(got.pan, pan, sizeof got.pan);
    assert_memory_equal(got.domain, wrote.domain, 3);
    for (unsigned kind = 0; kind < 256; kind++) {
        bool known = (kind >= MV_CARD_USER && kind <= MV_CARD_KEY_UPDATE) || kind == MV_CARD_BLOCKED;
        bytes[1] = (uint8_t)kind;
        assert_int_equal(mv_card_head_read(bytes, &got), known ? MV_DONE : MV_FORMAT_ERROR);
    }
    bytes[0] = 2;
    assert_int_equal(mv_card_head_read(bytes, &got), MV_FORMAT_ERROR);
    bytes[0] = 1;
    bytes[5] = 0x0A;
    assert_int_equal(mv_card_head_read(bytes, &got), MV_FORMAT_ERROR);
    wrote.pan[17] = ' ';
    assert_int_equal(mv_card_head_write(&wrote, bytes), MV_FORMAT_ERROR);
}

static void entry(void **state)
{
    (void)state;
    struct mv_card_entry wrote = {.offset = 0x0102, .length = 0x0304};
    struct mv_card_entry got;
    uint8_t bytes[MV_CARD_ENTRY_BYTES];
    memcpy(wrote.pan, pan, sizeof wrote.pan);
    assert_int_equal(mv_card_entry_write(&wrote, bytes), MV_DONE);
    assert_memory_equal(bytes, "\x60\x07\x27\0\0\0\0\0\x09\1\2\3\4", sizeof bytes);
    assert_int_equal(mv_card_entry_read(bytes, &got), MV_DONE);
    assert_memory_equal(&got, &wrote, sizeof got);
    bytes[0] = 0xFF;
    assert_int_equal(mv_card_entry_read(bytes, &got), MV_FORMAT_ERROR);
    wrote.pan[0] = 'x';
    assert_int_equal(mv_card_entry_write(&wrote, bytes), MV_FORMAT_ERROR);
}

static void files(void **state)
{
    (void)state;
    static const struct {
        enum mv_card_kind kind;
        enum mv_card_file file;
        uint8_t header[MV_CARD_CREATE_BYTES];
    } cases[] = {
        {MV_CARD_USER, MV_CARD_FILE_HEAD, {0, 0, 0x1F, 0xEF, 32, 0, 0}},
        {MV_CARD_USER, MV_CARD_FILE_TO_METER, {1, 3, 0x1F, 0x2F, 0, 8, 0}},
        {MV_CARD_USER, MV_CARD_FILE_FROM_METER, {2, 3, 0x1F, 0x22, 0, 1, 0}},
        {MV_CARD_RESET, MV_CARD_FILE_HEAD, {0, 0, 0x1F, 0xEF, 32, 0, 0}},
        {MV_CARD_RESET, MV_CARD_FILE_TO_METER, {1, 3, 0x1F, 0x3F, 0, 32, 0}},
        {MV_CARD_RESET, MV_CARD_FILE_FROM_METER, {2, 3, 0x1F, 0x33, 0, 100, 0}},
    };
    uint8_t header[MV_CARD_FILE_HEADER];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mv_card_create_header(cases[i].kind, cases[i].file, header);
        assert_memory_equal(header, cases[i].header, sizeof header);
    }
    mv_card_file_header(MV_CARD_FILE_FROM_METER, 0x010203, 0x040506, header);
    assert_memory_equal(header, "\2\3\2\1\6\5\4", sizeof header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(diversifiers), cmocka_unit_test(not_plain_cmac), cmocka_unit_test(head),
        cmocka_unit_test(entry),        cmocka_unit_test(files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
