/* The factory's file: every rule of its form, broken one at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "provision_file.h"
#include "words.h"

enum { LINES = 11 };

static const char *const good[LINES] = {
    "metervault-provision 1",
    "meter_pan 600727000000000009",
    "encryption_algorithm 7",
    "key_type 2",
    "supply_group_code 012345",
    "key_revision_number 1",
    "tariff_index 07",
    "key_expiry_number 255",
    "base_date 2014",
    "tid_fill 5aB6fF",
    "wrapped_key 000102030405060708090a0b0c0d0e0f1011121314151617",
};

/* Line `changed` replaced, NULL: left out. The text has no room behind it, so that the sanitizer sees a byte too far.
 */
static const char *parse(unsigned changed, const char *line, const char *end, struct provision_file *file)
{
    char text[1024];
    size_t used = 0;
    for (unsigned i = 0; i < LINES; i++) {
        const char *source = i == changed ? line : good[i];
        if (source != NULL)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", source, end);
    }
    char *exact = malloc(used);
    assert_non_null(exact);
    memcpy(exact, text, used);
    const char *fault = provision_file_parse(exact, used, file);
    free(exact);
    return fault;
}

static void check_good(const char *end)
{
    struct provision_file file;
    assert_null(parse(LINES, NULL, end, &file));
    assert_memory_equal(file.identity.pan, "600727000000000009", 18);
    assert_int_equal(file.identity.key.ea, 7);
    assert_int_equal(file.identity.key_type, 2);
    assert_int_equal(file.identity.supply_group, 12345);
    assert_int_equal(file.identity.key_revision, 1);
    assert_int_equal(file.identity.tariff_index, 7);
    assert_int_equal(file.identity.key_expiry, 255);
    assert_int_equal(file.base_date, 2014);
    assert_int_equal(file.tid_fill, 0x5AB6FF);
    for (unsigned i = 0; i < PROVISION_WRAPPED_SIZE; i++)
        assert_int_equal(file.wrapped_key[i], i);
}

static void good_files(void **state)
{
    (void)state;
    struct provision_file file;
    check_good("\n");
    check_good("\r\n");
    check_good("\n\n");
    assert_null(parse(2, "encryption_algorithm 11", "\n", &file));
    assert_int_equal(file.identity.key.ea, 11);
    assert_null(parse(2, "encryption_algorithm 07", "\n", &file));
}

static void each_line_is_needed_once(void **state)
{
    (void)state;
    struct provision_file file;
    for (unsigned i = 0; i < LINES; i++) {
        assert_non_null(parse(i, NULL, "\n", &file));
        assert_non_null(parse(i, good[(i + 1) % LINES], "\n", &file));
    }
}

static void bad_values(void **state)
{
    (void)state;
    static const struct {
        unsigned line;
        const char *text;
    } cases[] = {
        {0, "metervault-provision 2"}, /* has names that are not there */
        {0, "metervault-provision 3"},
        {0, " metervault-provision 1"},
        {0, "metervault-provision 1 "},
        {0, ""},
        {1, "meter_pan 600727000000000008"},
        {1, "meter_pan 60072700000000000"},
        {1, "meter_pan 6007270000000000090"},
        {1, "meter_pan  600727000000000009"},
        {1, "meter_pan"},
        {1, "Meter_pan 600727000000000009"},
        {2, "encryption_algorithm 9"},
        {2, "encryption_algorithm 12"},
        {2, "encryption_algorithm 263"},
        {2, "encryption_algorithm -7"},
        {2, "encryption_algorithm "},
        {3, "key_type 4"},
        {3, "key_type 2 "},
        {4, "supply_group_code 12345"},
        {4, "supply_group_code 1234567"},
        {4, "supply_group_code 12345a"},
        {5, "key_revision_number 0"},
        {5, "key_revision_number 10"},
        {6, "tariff_index 100"},
        {7, "key_expiry_number 256"},
        {7, "key_expiry_number 4294967295"},
        {8, "base_date 2015"},
        {8, "base_date 14"},
        {9, "tid_fill 5AB6F"},
        {9, "tid_fill 5AB6FFF"},
        {9, "tid_fill 5AB6FG"},
        {10, "wrapped_key 000102030405060708090a0b0c0d0e0f10111213141516"},
        {10, "wrapped_key 000102030405060708090a0b0c0d0e0f101112131415161718"},
        {10, "wrapped_key 000102030405060708090a0b0c0d0e0f1011121314151x17"},
        {10, "something else"},
        {10, "token_carrier 02"}, /* of the second version */
    };
    struct provision_file file;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (parse(cases[i].line, cases[i].text, "\n", &file) == NULL)
            fail_msg("taken: %s", cases[i].text);
    }
    assert_non_null(provision_file_parse("", 0, &file));
    char *long_text = calloc(1, PROVISION_MAX_SIZE + 1);
    assert_non_null(long_text);
    assert_non_null(provision_file_parse(long_text, PROVISION_MAX_SIZE + 1, &file));
    free(long_text);
}

/* ---- the second version ---- */

enum { LINES_2 = 25, RECORDS_AT = 15, CARDS_AT = 21 };

static const char *const good_2[LINES_2] = {
    "metervault-provision 2",
    "meter_pan 600727000000000009",
    "token_carrier 02",
    "encryption_algorithm 11",
    "decoder_key_generation 4",
    "key_type 2",
    "supply_group_code 012345",
    "key_revision_number 1",
    "tariff_index 07",
    "key_expiry_number 255",
    "base_date 2014",
    "tid_fill 5aB6fF",
    "wrapped_key 000102030405060708090a0b0c0d0e0f1011121314151617",
    "key_kcv 0A0b0C",
    "firmware 0.1.0",
    "record_domain A1B2C3",
    "record_epoch 65535",
    "record_mac_version 1",
    "record_enc_version 255",
    ("wrapped_record_keys "
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
     "3031323334353637"),
    "record_kcvs 010203040506070809",
    "card_key_version 255",
    "card_area_version 0",
    ("wrapped_card_keys "
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627"),
    "card_kcvs 010203040506",
};

/* Lines `from` to before `to` left out, line `changed` replaced. */
static const char *parse_2(unsigned from, unsigned to, unsigned changed, const char *line, struct provision_file *file)
{
    char text[2048];
    size_t used = 0;
    for (unsigned i = 0; i < LINES_2; i++)
        if (i < from || i >= to)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s\n", i == changed ? line : good_2[i]);
    return provision_file_parse(text, used, file);
}

static void second_version(void **state)
{
    (void)state;
    struct provision_file file;
    assert_null(parse_2(0, 0, LINES_2, NULL, &file));
    assert_int_equal(file.version, 2);
    assert_int_equal(file.token_carrier, 2);
    assert_int_equal(file.key_generation, 4);
    assert_string_equal(file.firmware, "0.1.0");
    assert_memory_equal(file.key_kcv, "\x0a\x0b\x0c", 3);
    assert_true(file.with_records);
    assert_memory_equal(file.records.domain, "\xa1\xb2\xc3", 3);
    assert_int_equal(file.records.epoch, 65535);
    assert_int_equal(file.records.mac_version, 1);
    assert_int_equal(file.records.enc_version, 255);
    for (unsigned i = 0; i < PROVISION_RECORDS_SIZE; i++)
        assert_int_equal(file.records.wrapped[i], i);
    assert_int_equal(file.records.kcvs[2][2], 9);
    assert_true(file.with_cards);
    assert_int_equal(file.cards.meter_version, 255);
    assert_int_equal(file.cards.area_version, 0);
    for (unsigned i = 0; i < PROVISION_CARDS_SIZE; i++)
        assert_int_equal(file.cards.wrapped[i], i);
    assert_int_equal(file.cards.kcvs[1][2], 6);
    /* cards as a whole, records with them, and firmware, may be absent; nothing else */
    assert_null(parse_2(CARDS_AT, LINES_2, LINES_2, NULL, &file));
    assert_true(file.with_records);
    assert_false(file.with_cards);
    assert_null(parse_2(RECORDS_AT, LINES_2, LINES_2, NULL, &file));
    assert_false(file.with_records);
    assert_non_null(parse_2(RECORDS_AT, CARDS_AT, LINES_2, NULL, &file));
    assert_null(parse_2(14, 15, LINES_2, NULL, &file));
    assert_string_equal(file.firmware, "");
    for (unsigned i = 0; i < LINES_2; i++)
        assert_int_equal(parse_2(i, i + 1, LINES_2, NULL, &file) == NULL, i == 14);
}

static void bad_values_of_the_second_version(void **state)
{
    (void)state;
    static const struct {
        unsigned line;
        const char *text;
    } cases[] = {
        {2, "token_carrier 0"},
        {2, "token_carrier 100"},
        {4, "decoder_key_generation 3"},
        {4, "decoder_key_generation 5"},
        {13, "key_kcv 0A0B"},
        {14, "firmware "},
        {14, "firmware 0.1 0"},
        {14, "firmware 012345678901234567890123456789012"},
        {15, "record_domain A1B2C"},
        {16, "record_epoch 65536"},
        {17, "record_mac_version 0"},
        {18, "record_enc_version 256"},
        {19, "wrapped_record_keys 00"},
        {20, "record_kcvs 0102030405060708"},
        {21, "card_key_version 0"},
        {21, "card_key_version 256"},
        {22, "card_area_version 256"},
        {22, "card_area_version"},
        {23, "wrapped_card_keys 00"},
        {24, "card_kcvs 0102030405"},
        {20, "record_domain A1B2C3"},
    };
    struct provision_file file;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (parse_2(0, 0, cases[i].line, cases[i].text, &file) == NULL)
            fail_msg("taken: %s", cases[i].text);
}

static void expect_quantity(enum mv_credit_register service, int64_t value, const char *expected)
{
    char text[WORDS_QUANTITY];
    words_quantity(service, value, text);
    assert_string_equal(text, expected);
}

static void quantities_are_exact(void **state)
{
    (void)state;
    expect_quantity(MV_REGISTER_ELECTRICITY, 0, "0");
    expect_quantity(MV_REGISTER_ELECTRICITY, 25600, "25.6");
    expect_quantity(MV_REGISTER_ELECTRICITY, 100, "0.1");
    expect_quantity(MV_REGISTER_ELECTRICITY, 1, "0.001");
    expect_quantity(MV_REGISTER_WATER, 1000000, "1000");
    expect_quantity(MV_REGISTER_GAS, 1820162400, "1820162.4");
    expect_quantity(MV_REGISTER_ELECTRICITY, INT64_MAX, "9223372036854775.807");
    expect_quantity(MV_REGISTER_TIME, 60, "60");
    expect_quantity(MV_REGISTER_TIME_CURRENCY, 150000, "1.5");
    expect_quantity(MV_REGISTER_WATER_CURRENCY, 1, "0.00001");
    expect_quantity(MV_REGISTER_ELECTRICITY_CURRENCY, INT64_MAX, "92233720368547.75807");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files),
        cmocka_unit_test(each_line_is_needed_once),
        cmocka_unit_test(bad_values),
        cmocka_unit_test(second_version),
        cmocka_unit_test(bad_values_of_the_second_version),
        cmocka_unit_test(quantities_are_exact),
    };
    return cmocka_run_group_tests_name("provision file", tests, NULL, NULL);
}
