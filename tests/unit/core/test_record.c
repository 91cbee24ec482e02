/* The codec of native records: writing, reading, every malformed form, the registry of tags, MAC and diversification.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/an10922.h"
#include "metervault/record.h"
#include "vectors.h"

static const struct mv_record_head sample_head = {
    .kind = MV_KIND_PURCHASE,
    .key_version = 7,
    .pan = {'6', '0', '0', '7', '2', '7', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '9'},
    .epoch = 0x0102,
    .sequence = 0x03040506,
    .issued_min = 0x0708090A};
static const uint8_t mac_key[16] = {1, 2, 3};

static struct mv_record_writer sample(void)
{
    struct mv_record_writer to;
    mv_record_begin(&to, &sample_head);
    mv_record_put_number(&to, MV_TAG_PURCHASE_KIND, 2, 1);
    mv_record_put_number(&to, MV_TAG_AMOUNT, 0x1122334455667788, 8);
    mv_record_put(&to, 0x80, "abc", 3);
    assert_int_equal(mv_record_end(&to), MV_DONE);
    return to;
}

static void bytes_are_those_of_the_format(void **state)
{
    (void)state;
    static const char expected[] = "01"
                                   "01"
                                   "07"
                                   "600727000000000009"
                                   "0102"
                                   "03040506"
                                   "0708090A"
                                   "12"
                                   "010102"
                                   "03081122334455667788"
                                   "8003616263";
    uint8_t bytes[sizeof expected / 2];
    struct mv_record_writer to = sample();
    hex_bytes(expected, bytes, sizeof bytes);
    assert_int_equal(to.size, sizeof bytes);
    assert_memory_equal(to.bytes, bytes, sizeof bytes);
    mv_record_seal(&to, mac_key);
    assert_int_equal(to.size, sizeof bytes + MV_RECORD_MAC);
}

static void reads_what_was_written(void **state)
{
    (void)state;
    struct mv_record_writer to = sample();
    struct mv_record_head head;
    struct mv_tlv tlv;
    const uint8_t *body = NULL;
    uint8_t size = 0;
    uint8_t at = 0;
    assert_int_equal(mv_record_parse_unsealed(to.bytes, to.size, &head, &body, &size), MV_DONE);
    assert_int_equal(mv_record_parse(to.bytes, to.size, &head, &body, &size), MV_FORMAT_ERROR);
    mv_record_seal(&to, mac_key);
    memset(&head, 0xFF, sizeof head);
    assert_int_equal(mv_record_parse(to.bytes, to.size, &head, &body, &size), MV_DONE);
    assert_int_equal(head.kind, sample_head.kind);
    assert_int_equal(head.key_version, sample_head.key_version);
    assert_memory_equal(head.pan, sample_head.pan, sizeof head.pan);
    assert_int_equal(head.epoch, sample_head.epoch);
    assert_int_equal(head.sequence, sample_head.sequence);
    assert_int_equal(head.issued_min, sample_head.issued_min);
    assert_ptr_equal(body, to.bytes + MV_RECORD_HEAD);
    assert_true(mv_tlv_next(body, size, &at, &tlv));
    assert_int_equal(tlv.tag, MV_TAG_PURCHASE_KIND);
    assert_int_equal(mv_tlv_number(&tlv), 2);
    assert_true(mv_tlv_next(body, size, &at, &tlv));
    assert_true(mv_tlv_next(body, size, &at, &tlv));
    assert_int_equal(tlv.tag, 0x80);
    assert_false(mv_tlv_next(body, size, &at, &tlv));
    assert_true(mv_tlv_find(body, size, MV_TAG_AMOUNT, &tlv));
    assert_true(mv_tlv_number(&tlv) == 0x1122334455667788);
    assert_false(mv_tlv_find(body, size, MV_TAG_CLIENT, &tlv));
}

static void a_body_that_was_not_parsed_ends_within_its_size(void **state)
{
    (void)state;
    const uint8_t body[] = {1, 1, 7, 2, 2, 8};
    struct mv_tlv tlv;
    uint8_t at = 0;
    assert_true(mv_tlv_next(body, sizeof body, &at, &tlv));
    assert_false(mv_tlv_next(body, sizeof body, &at, &tlv)); /* one byte of two */
    assert_false(mv_tlv_next(body, 4, &at, &tlv));           /* a tag without a length */
    assert_int_equal(at, 3);
    assert_false(mv_tlv_find(body, sizeof body, 2, &tlv));
}

static void empty_and_full_bodies(void **state)
{
    (void)state;
    uint8_t value[MV_RECORD_BODY_MAX] = {0};
    struct mv_record_writer to;
    struct mv_record_head head;
    const uint8_t *body = NULL;
    uint8_t size = 0xFF;
    mv_record_begin(&to, &sample_head);
    assert_int_equal(mv_record_end(&to), MV_DONE);
    mv_record_seal(&to, mac_key);
    assert_int_equal(mv_record_parse(to.bytes, to.size, &head, &body, &size), MV_DONE);
    assert_int_equal(size, 0);
    mv_record_begin(&to, &sample_head);
    mv_record_put(&to, 1, value, MV_RECORD_BODY_MAX - 2);
    assert_int_equal(mv_record_end(&to), MV_DONE);
    mv_record_seal(&to, mac_key);
    assert_int_equal(to.size, MV_RECORD_MAX);
    assert_int_equal(mv_record_parse(to.bytes, to.size, &head, &body, &size), MV_DONE);
    uint8_t longer[MV_RECORD_MAX + 1] = {0};
    memcpy(longer, to.bytes, to.size);
    longer[22]++; /* the body's length, and that of its one value */
    longer[24]++;
    assert_int_equal(mv_record_parse(longer, sizeof longer, &head, &body, &size), MV_FORMAT_ERROR);
    assert_int_equal(size, MV_RECORD_BODY_MAX);
}

static void the_writer_fails_once_and_for_all(void **state)
{
    (void)state;
    uint8_t value[MV_RECORD_BODY_MAX] = {0};
    struct mv_record_head no_pan = sample_head;
    struct mv_record_writer to;
    mv_record_begin(&to, &sample_head);
    mv_record_put(&to, 1, value, MV_RECORD_BODY_MAX - 1);
    assert_int_equal(mv_record_end(&to), MV_RANGE_ERROR);
    mv_record_put(&to, 2, value, 1);
    assert_int_equal(mv_record_end(&to), MV_RANGE_ERROR);
    assert_int_equal(to.size, MV_RECORD_HEAD);
    mv_record_begin(&to, &sample_head);
    mv_record_put(&to, 2, value, 1);
    mv_record_put(&to, 2, value, 1);
    assert_int_equal(mv_record_end(&to), MV_RANGE_ERROR);
    mv_record_begin(&to, &sample_head);
    mv_record_put(&to, 0, value, 1);
    assert_int_equal(mv_record_end(&to), MV_RANGE_ERROR);
    mv_record_begin(&to, &sample_head);
    mv_record_put_number(&to, 1, 0, 9);
    assert_int_equal(mv_record_end(&to), MV_RANGE_ERROR);
    for (unsigned i = 0; i < 18; i++) {
        no_pan = sample_head;
        no_pan.pan[i] = i % 2 == 0 ? '/' : ':';
        mv_record_begin(&to, &no_pan);
        assert_int_equal(mv_record_end(&to), MV_RANGE_ERROR);
    }
}

static enum mv_result parse_changed(unsigned at, uint8_t value)
{
    struct mv_record_writer to = sample();
    struct mv_record_head head;
    const uint8_t *body = NULL;
    uint8_t size = 0;
    mv_record_seal(&to, mac_key);
    to.bytes[at] = value;
    return mv_record_parse(to.bytes, to.size, &head, &body, &size);
}

static void malformed_heads(void **state)
{
    (void)state;
    static const uint8_t kinds[] = {0, 6, 0x80, 0x82, 0xFF};
    for (unsigned value = 0; value < 256; value++) {
        assert_int_equal(parse_changed(0, (uint8_t)value), value == MV_RECORD_FORMAT ? MV_DONE : MV_FORMAT_ERROR);
        assert_int_equal(parse_changed(22, (uint8_t)value), value == 0x12 ? MV_DONE : MV_FORMAT_ERROR);
        bool digits = value >> 4 <= 9 && (value & 0xF) <= 9;
        for (unsigned at = 3; at < 12; at++)
            assert_int_equal(parse_changed(at, (uint8_t)value), digits ? MV_DONE : MV_FORMAT_ERROR);
    }
    for (unsigned i = 0; i < sizeof kinds; i++)
        assert_int_equal(parse_changed(1, kinds[i]), MV_FORMAT_ERROR);
    for (unsigned kind = MV_KIND_PURCHASE; kind <= MV_KIND_KEY_UPDATE; kind++)
        assert_int_equal(parse_changed(1, (uint8_t)kind), MV_DONE);
    assert_int_equal(parse_changed(1, MV_KIND_RETURN), MV_DONE);
}

static void every_other_size(void **state)
{
    (void)state;
    struct mv_record_writer to = sample();
    struct mv_record_head head;
    const uint8_t *body = NULL;
    uint8_t size = 0;
    uint8_t bytes[MV_RECORD_MAX + 16] = {0};
    mv_record_seal(&to, mac_key);
    memcpy(bytes, to.bytes, to.size);
    for (uint32_t length = 0; length <= sizeof bytes; length++) {
        bool whole = length == to.size;
        assert_int_equal(mv_record_parse(bytes, length, &head, &body, &size), whole ? MV_DONE : MV_FORMAT_ERROR);
        whole = length == to.size - (uint32_t)MV_RECORD_MAC;
        assert_int_equal(mv_record_parse_unsealed(bytes, length, &head, &body, &size),
                         whole ? MV_DONE : MV_FORMAT_ERROR);
    }
}

/* The body alone, behind a good head. */
static enum mv_result parse_body(const char *hex)
{
    struct mv_record_writer to;
    struct mv_record_head head;
    const uint8_t *body = NULL;
    uint8_t size = (uint8_t)(strlen(hex) / 2);
    uint8_t read = 0;
    mv_record_begin(&to, &sample_head);
    hex_bytes(hex, to.bytes + MV_RECORD_HEAD, size);
    to.bytes[22] = size;
    return mv_record_parse_unsealed(to.bytes, (uint32_t)MV_RECORD_HEAD + size, &head, &body, &read);
}

static void malformed_bodies(void **state)
{
    (void)state;
    static const char *const good[] = {"0100", "01000200", "FF0100", "01020304FF00"};
    static const char *const bad[] = {
        "01",       /* no length */
        "0101",     /* no value */
        "01020A",   /* too short a value */
        "010001",   /* a tag and no more */
        "0000",     /* no tag */
        "01000100", /* twice */
        "02000100", /* falling */
        "01FF00",   /* far too long */
        "0100FFFF",
    };
    for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(parse_body(good[i]), MV_DONE);
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(parse_body(bad[i]), MV_FORMAT_ERROR);
}

/* ---- registry ---- */

static enum mv_result check_one(uint8_t kind, uint8_t tag, uint8_t length)
{
    uint8_t body[2 + 255] = {tag, length};
    if (length > MV_RECORD_BODY_MAX - 2)
        length = MV_RECORD_BODY_MAX - 2;
    body[1] = length;
    return mv_record_check_tags(kind, body, (uint8_t)(2 + length));
}

/* Tags that a kind has with a length, of all that there could be. */
static unsigned accepted(uint8_t kind)
{
    unsigned count = 0;
    for (unsigned tag = 1; tag < MV_TAG_MAY_SKIP; tag++)
        for (unsigned length = 0; length <= MV_RECORD_BODY_MAX - 2; length++)
            count += check_one(kind, (uint8_t)tag, (uint8_t)length) == MV_DONE ? 1 : 0;
    return count;
}

static void known_tags_have_their_length(void **state)
{
    (void)state;
    assert_int_equal(accepted(MV_KIND_PURCHASE), 6 + MV_UNREAD_MAX);
    assert_int_equal(accepted(MV_KIND_PARAMETERS), 25 + 4 + MV_SET_BYTES_MAX);
    assert_int_equal(accepted(MV_KIND_CONTROL), 8);
    assert_int_equal(accepted(MV_KIND_READ), 3);
    assert_int_equal(accepted(MV_KIND_KEY_UPDATE), 3);
    assert_int_equal(accepted(MV_KIND_RETURN), 19 + 9);
    assert_int_equal(check_one(MV_KIND_PURCHASE, MV_TAG_AMOUNT, 8), MV_DONE);
    assert_int_equal(check_one(MV_KIND_PURCHASE, MV_TAG_AMOUNT, 7), MV_RANGE_ERROR);
    assert_int_equal(check_one(MV_KIND_PARAMETERS, MV_TAG_AMOUNT, 8), MV_RANGE_ERROR);
    assert_int_equal(check_one(MV_KIND_PURCHASE, MV_TAG_UNREAD, 8), MV_RANGE_ERROR);
    assert_int_equal(check_one(MV_KIND_PURCHASE, MV_TAG_UNREAD, 0), MV_RANGE_ERROR);
    assert_int_equal(check_one(MV_KIND_RETURN, MV_TAG_EVENTS, 0), MV_DONE);
    assert_int_equal(check_one(MV_KIND_KEY_UPDATE, MV_TAG_KEYS, MV_RECORD_KEYS_WRAPPED), MV_DONE);
}

static void unknown_tags_that_may_be_skipped(void **state)
{
    (void)state;
    for (unsigned tag = MV_TAG_MAY_SKIP; tag < 256; tag++)
        assert_int_equal(check_one(MV_KIND_READ, (uint8_t)tag, 5), MV_DONE);
    assert_int_equal(mv_record_check_tags(MV_KIND_READ, (const uint8_t *)"\x51\x01\x00\x80\x00", 5), MV_DONE);
    assert_int_equal(mv_record_check_tags(MV_KIND_READ, (const uint8_t *)"\x51\x01\x00\x70\x00", 5), MV_RANGE_ERROR);
    assert_int_equal(mv_record_check_tags(MV_KIND_READ, NULL, 0), MV_DONE);
}

/* ---- MAC and keys ---- */

static void every_bit_counts(void **state)
{
    (void)state;
    struct mv_record_writer to = sample();
    uint8_t other_key[16];
    mv_record_seal(&to, mac_key);
    assert_true(mv_record_mac_is(to.bytes, to.size, mac_key));
    for (unsigned bit = 0; bit < 8U * to.size; bit++) {
        to.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_false(mv_record_mac_is(to.bytes, to.size, mac_key));
        to.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    for (unsigned bit = 0; bit < 128; bit++) {
        memcpy(other_key, mac_key, sizeof other_key);
        other_key[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_false(mv_record_mac_is(to.bytes, to.size, other_key));
    }
}

static void diversifier_is_that_of_the_format(void **state)
{
    (void)state;
    static const uint8_t domain[3] = {0xAB, 0xCD, 0xEF};
    uint8_t expected[MV_RECORD_DIVERSIFIER];
    uint8_t diversifier[MV_RECORD_DIVERSIFIER];
    struct mv_record_head head = sample_head;
    hex_bytes("81600727000000000009ABCDEF1234", expected, sizeof expected);
    assert_int_equal(mv_record_diversifier(MV_DIRECTION_OUT, head.pan, domain, 0x1234, diversifier), MV_DONE);
    assert_memory_equal(diversifier, expected, sizeof expected);
    head.pan[17] = 'A';
    assert_int_equal(mv_record_diversifier(MV_DIRECTION_IN, head.pan, domain, 1, diversifier), MV_FORMAT_ERROR);
}

/* The first as NXP's AN10922 prints it; the others by a program of its own over OpenSSL, all forms of padding. */
static void an10922_values(void **state)
{
    (void)state;
    static const struct {
        const char *input, *child;
    } cases[] = {
        {"04782E21801D803042F54E585020416275", "A8DD63A3B89D54B37CA802473FDA9175"},
        {"", "CE3CA6B56735300128316E1B2C043268"},
        {"000102030405060708090A0B0C0D0E", "5A3C7F6F0687F24F82DEE7EDA0970D08"},
        {"000102030405060708090A0B0C0D0E0F", "FEED9FBD36CDB16819A72D30BCF9240B"},
        {"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D", "7BCC3D0A4226870218312A7952012EA6"},
        {"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E", "21C28CD89BB3147F66C7DBD4851CAB20"},
    };
    uint8_t master[16];
    hex_bytes("00112233445566778899AABBCCDDEEFF", master, sizeof master);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t input[MV_AN10922_INPUT_MAX];
        uint8_t expected[16];
        uint8_t child[16];
        uint32_t length = (uint32_t)strlen(cases[i].input) / 2;
        hex_bytes(cases[i].input, input, length);
        hex_bytes(cases[i].child, expected, sizeof expected);
        assert_int_equal(mv_an10922_aes128(master, input, length, child), MV_DONE);
        assert_memory_equal(child, expected, sizeof expected);
    }
}

/* What a plain CMAC gives for a short input; and an input that does not fit. */
static void an10922_refuses_and_pads(void **state)
{
    (void)state;
    uint8_t master[16];
    uint8_t input[MV_AN10922_INPUT_MAX + 1] = {0};
    uint8_t wrong[16];
    uint8_t child[16];
    hex_bytes("F3F9377698707B688EAF84ABE39E3791", master, sizeof master);
    hex_bytes("04DEADBEEFFEED", input, 7);
    hex_bytes("721E2C01E81AF85D815633969CEA2607", wrong, sizeof wrong);
    assert_int_equal(mv_an10922_aes128(master, input, 7, child), MV_DONE);
    assert_memory_not_equal(child, wrong, sizeof wrong);
    assert_int_equal(mv_an10922_aes128(master, input, sizeof input, child), MV_RANGE_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_those_of_the_format),
        cmocka_unit_test(reads_what_was_written),
        cmocka_unit_test(a_body_that_was_not_parsed_ends_within_its_size),
        cmocka_unit_test(empty_and_full_bodies),
        cmocka_unit_test(the_writer_fails_once_and_for_all),
        cmocka_unit_test(malformed_heads),
        cmocka_unit_test(every_other_size),
        cmocka_unit_test(malformed_bodies),
        cmocka_unit_test(known_tags_have_their_length),
        cmocka_unit_test(unknown_tags_that_may_be_skipped),
        cmocka_unit_test(every_bit_counts),
        cmocka_unit_test(diversifier_is_that_of_the_format),
        cmocka_unit_test(an10922_values),
        cmocka_unit_test(an10922_refuses_and_pads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
