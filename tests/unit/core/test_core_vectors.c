/* Every published value of the kinds crc, drn, ea07, ea11, credit and dkga, as far as the codec alone reaches: credit
 * tokens with the decoder keys that the vectors give, decoder key generation up to its messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/sts.h"
#include "vectors.h"

static int load(void **state)
{
    *state = vectors_load();
    return 0;
}

static int unload(void **state)
{
    json_decref(*state);
    return 0;
}

/* Runs `check` on every vector of the kind; `at_least` guards against a test that checks nothing. */
static void for_each(void **state, const char *kind, unsigned at_least, void (*check)(const json_t *vector))
{
    unsigned count = 0;
    size_t i;
    json_t *vector;
    json_array_foreach(*state, i, vector)
    {
        if (strcmp(vector_text(vector, NULL, "kind"), kind) != 0)
            continue;
        print_message("%s\n", vector_text(vector, NULL, "id"));
        check(vector);
        count++;
    }
    assert_true(count >= at_least);
}

static void check_crc(const json_t *vector)
{
    uint8_t data[32];
    size_t length = 0;
    const char *ascii = vector_text(vector, "inputs", "data_ascii");
    if (ascii != NULL) {
        length = strlen(ascii);
        memcpy(data, ascii, length);
    } else {
        length = hex_bytes(vector_text(vector, "inputs", "data_hex"), data, sizeof data);
        length += hex_bytes(vector_text(vector, "inputs", "append_hex"), data + length, sizeof data - length);
    }
    assert_int_equal(mv_sts_crc(data, (unsigned)length), vector_hex(vector, "expected", "crc_hex"));
}

static void check_drn(const json_t *vector)
{
    const char *digits = vector_text(vector, "inputs", "digits");
    const char *drn = vector_text(vector, "inputs", "drn");
    const char *pan = vector_text(vector, "inputs", "meter_pan");
    const char *serial = vector_text(vector, "inputs", "serial");
    if (digits != NULL) {
        assert_int_equal(mv_luhn_digit(digits, (unsigned)strlen(digits)),
                         vector_number(vector, "expected", "check_digit", -2));
    } else if (drn != NULL) {
        assert_int_equal(mv_drn_check(drn, (unsigned)strlen(drn)), MV_CHECK_DIGIT_ERROR);
        assert_int_equal(mv_luhn_digit(drn, (unsigned)strlen(drn) - 1),
                         vector_number(vector, "expected", "expected_check_digit", -2));
    } else if (pan != NULL) {
        assert_int_equal(strlen(pan), 18);
        assert_int_equal(mv_pan_check(pan), MV_DONE);
        assert_int_equal(mv_pan_iin_length(pan), strlen(vector_text(vector, "expected", "iin")));
    } else {
        char text[16];
        int length = snprintf(text, sizeof text, "%s%s", vector_text(vector, "inputs", "mfr_code"), serial);
        assert_int_equal(mv_luhn_digit(text, (unsigned)length), vector_number(vector, "expected", "check_digit", -2));
        drn = vector_text(vector, "expected", "drn");
        assert_int_equal(mv_drn_check(drn, (unsigned)strlen(drn)), MV_DONE);
    }
}

static struct mv_decoder_key decoder_key(const char *hex)
{
    struct mv_decoder_key key = {.ea = MV_EA_STA};
    if (hex_bytes(hex, key.bytes, sizeof key.bytes) == 16)
        key.ea = MV_EA_MISTY1;
    return key;
}

static void check_misty1(const json_t *vector)
{
    struct mv_decoder_key key = decoder_key(vector_text(vector, "inputs", "key_hex"));
    uint64_t clear = vector_hex(vector, "inputs", "plaintext_hex");
    uint64_t cipher = vector_hex(vector, "expected", "ciphertext_hex");
    assert_int_equal(key.ea, MV_EA_MISTY1);
    assert_int_equal(mv_sts_encrypt(&key, &mv_sta_public, clear), cipher);
    assert_int_equal(mv_sts_decrypt(&key, &mv_sta_public, cipher), clear);
}

static uint32_t tid_of(const json_t *vector)
{
    const char *issue_time = vector_text(vector, "inputs", "issue_time");
    uint64_t minutes = 0;
    uint32_t tid = 0;
    if (issue_time == NULL)
        return (uint32_t)vector_number(vector, "inputs", "tid", -1);
    assert_int_equal(mv_sts_minutes(utc_seconds(issue_time), &minutes), MV_DONE);
    assert_int_equal(mv_sts_tid((uint16_t)vector_number(vector, "inputs", "base_date", 0), minutes, &tid), MV_DONE);
    return tid;
}

/* Where the vector gives the TID that was used (it differs for reserved and shared minutes), that one counts. */
static uint32_t used_tid(const json_t *vector)
{
    return (uint32_t)vector_number(vector, "intermediate", "tid", tid_of(vector));
}

static void fill_currency(const json_t *vector, struct mv_sts_credit *credit)
{
    credit->currency =
        (struct mv_sts_currency){.negative = (uint8_t)vector_number(vector, "intermediate", "sign", -1),
                                 .exponent = (uint8_t)vector_number(vector, "intermediate", "exponent", -1),
                                 .mantissa = (uint16_t)vector_number(vector, "intermediate", "mantissa", -1)};
}

static void check_token(const json_t *vector, const struct mv_decoder_key *key, const struct mv_sts_credit *credit)
{
    struct mv_sts_block block;
    char digits[21];
    assert_int_equal(mv_sts_credit_pack(credit, &block), MV_DONE);
    uint64_t clear = mv_sts_block_pack(&block);
    if (vector_text(vector, "intermediate", "clear_block_hex") != NULL)
        assert_int_equal(clear, vector_hex(vector, "intermediate", "clear_block_hex"));
    uint64_t cipher = mv_sts_encrypt(key, &mv_sta_public, clear);
    if (vector_text(vector, "intermediate", "cipher_block_hex") != NULL)
        assert_int_equal(cipher, vector_hex(vector, "intermediate", "cipher_block_hex"));
    mv_sts_digits_from_block(0, cipher, digits);
    assert_string_equal(digits, vector_text(vector, "expected", "token"));

    uint8_t token_class = 9;
    struct mv_sts_credit back;
    assert_int_equal(mv_sts_digits_to_block(digits, &token_class, &cipher), MV_DONE);
    assert_int_equal(token_class, 0);
    assert_int_equal(mv_sts_block_unpack(0, mv_sts_decrypt(key, &mv_sta_public, cipher), &block), MV_DONE);
    assert_int_equal(mv_sts_credit_unpack(&block, &back), MV_DONE);
    assert_memory_equal(&back, credit, sizeof back);
}

/* Tokens whose decoder key is given. */
static void check_keyed_credit(const json_t *vector, const char *key_hex)
{
    struct mv_decoder_key key = decoder_key(key_hex);
    struct mv_sts_credit credit;
    memset(&credit, 0, sizeof credit);
    credit.subclass = (uint8_t)vector_number(vector, "inputs", "subclass", -1);
    credit.tid = used_tid(vector);
    if (credit.subclass >= 4) {
        fill_currency(vector, &credit);
    } else {
        int64_t units = vector_number(vector, "inputs", "transfer_units_0_1", -1);
        credit.random = (uint8_t)vector_number(vector, "inputs", "rnd", -1);
        assert_int_equal(mv_sts_amount_encode((uint32_t)units, &credit.amount), MV_DONE);
    }
    check_token(vector, &key, &credit);
}

static void check_expired(const json_t *vector)
{
    assert_string_equal(vector_text(vector, "expected", "error"), "KeyExpired");
    assert_int_equal(tid_of(vector), vector_number(vector, "intermediate", "tid", -1));
    assert_true(mv_sts_key_expired(tid_of(vector), (uint8_t)vector_number(vector, "inputs", "ken", -1)));
}

static void check_tid_only(const json_t *vector)
{
    uint32_t tid = tid_of(vector);
    assert_int_equal(tid, vector_number(vector, "expected", "tid", -1));
    assert_int_equal(tid, vector_hex(vector, "expected", "tid_hex"));
    int64_t ken = vector_number(vector, "expected", "ken_of_token", -1);
    if (ken < 0)
        return;
    assert_false(mv_sts_key_expired(tid, (uint8_t)ken));
    assert_true(mv_sts_key_expired(tid, (uint8_t)(ken - 1)));
    struct mv_sts_credit credit = {.random = (uint8_t)vector_number(vector, "inputs", "rnd", -1),
                                   .tid = tid,
                                   .amount = (uint16_t)vector_hex(vector, "inputs", "amount_field_hex")};
    struct mv_sts_block block;
    assert_int_equal(mv_sts_credit_pack(&credit, &block), MV_DONE);
    assert_int_equal(mv_sts_block_pack(&block) & 0xFFFF, vector_hex(vector, "expected", "crc_hex"));
}

/* Only the two forms of a 66-bit token: 17 hex digits and 20 decimal ones. */
static void check_forms(const json_t *vector, const char *hex)
{
    uint8_t token_class = 9;
    uint64_t cipher = 0;
    char digits[21];
    const char *token = vector_text(vector, "expected", "token");
    assert_int_equal(strlen(hex), 17);
    assert_int_equal(mv_sts_digits_to_block(token, &token_class, &cipher), MV_DONE);
    uint64_t low = strtoull(hex + 1, NULL, 16);
    uint64_t high = (uint64_t)(hex[0] - '0');
    assert_int_equal(token_class, low >> 27 & 3);
    assert_int_equal(cipher, (low & ~(UINT64_C(3) << 27)) | high << 27);
    mv_sts_digits_from_block(token_class, cipher, digits);
    assert_string_equal(digits, token);
}

static void check_credit(const json_t *vector)
{
    const char *token_hex = vector_text(vector, "inputs", "token_hex");
    const char *key_hex = vector_text(vector, "intermediate", "decoder_key_hex");
    if (key_hex == NULL)
        key_hex = vector_text(vector, "inputs", "decoder_key_hex");
    if (key_hex != NULL)
        check_keyed_credit(vector, key_hex);
    else if (vector_text(vector, "expected", "error") != NULL)
        check_expired(vector);
    else if (token_hex != NULL)
        check_forms(vector, token_hex);
    else
        check_tid_only(vector);
}

static uint64_t rotate_right_12(uint64_t value)
{
    return value >> 12 | value << 52;
}

static void check_sta(const json_t *vector)
{
    const char *tables = vector_text(vector, "inputs", "tables");
    if (tables == NULL) { /* the alignment of the key, which the cipher itself does not show */
        uint64_t key = vector_hex(vector, "inputs", "decoder_key_hex");
        assert_int_equal(~key, vector_hex(vector, "expected", "complemented_hex"));
        assert_int_equal(rotate_right_12(~key), vector_hex(vector, "expected", "aligned_hex"));
        return;
    }
    if (strcmp(tables, "sample") != 0) {
        check_keyed_credit(vector, vector_text(vector, "inputs", "decoder_key_hex"));
        return;
    }
    struct mv_decoder_key key = decoder_key(vector_text(vector, "inputs", "key_hex"));
    uint64_t clear = vector_hex(vector, "inputs", "clear_block_hex");
    uint64_t cipher = vector_hex(vector, "intermediate", "cipher_block_hex");
    assert_int_equal(mv_sts_encrypt(&key, &mv_sta_sample, clear), cipher);
    assert_int_equal(mv_sts_decrypt(&key, &mv_sta_sample, cipher), clear);

    uint8_t token_class = 9;
    uint64_t back = 0;
    char digits[21];
    mv_sts_digits_from_block(0, cipher, digits);
    assert_string_equal(digits, "51043465443420856213"); /* 2C45ED1618406DF95 in decimal */
    assert_string_equal(vector_text(vector, "expected", "token66_hex"), "2C45ED1618406DF95");
    assert_int_equal(mv_sts_digits_to_block(digits, &token_class, &back), MV_DONE);
    assert_int_equal(back, cipher);
}

static void fill_dkga(const json_t *vector, struct mv_dkga_input *input)
{
    const char *pan = vector_text(vector, "inputs", "meter_pan");
    memset(input, 0, sizeof *input);
    snprintf(input->pan, sizeof input->pan, "%s", pan == NULL ? "" : pan);
    const char *sgc = vector_text(vector, "inputs", "sgc");
    snprintf(input->sgc, sizeof input->sgc, "%s", sgc == NULL ? "" : sgc);
    const char *ti = vector_text(vector, "inputs", "ti");
    input->ti = ti == NULL ? 0 : (uint8_t)strtoul(ti, NULL, 10);
    input->krn = (uint8_t)vector_number(vector, "inputs", "krn", 0);
    input->kt = (uint8_t)vector_number(vector, "inputs", "kt", -1);
    input->ea = (uint8_t)vector_number(vector, "inputs", "ea", 0);
    input->base_date = (uint16_t)vector_number(vector, "inputs", "base_date", 0);
}

static void check_dkga02_parts(const json_t *vector, const struct mv_dkga_input *input)
{
    const char *iin = vector_text(vector, "inputs", "iin");
    uint64_t block = 0;
    if (iin != NULL) {
        const char *iain = vector_text(vector, "inputs", "iain_drn");
        assert_int_equal(mv_dkga02_pan_block(iin, iain, input->kt, &block), MV_DONE);
        assert_int_equal(block, vector_hex(vector, "expected", "pan_block_hex"));
    } else {
        assert_int_equal(mv_dkga02_control_block(input->sgc, input->ti, input->krn, input->kt, &block), MV_DONE);
        assert_int_equal(block, vector_hex(vector, "expected", "control_block_hex"));
    }
}

static void check_dkga(const json_t *vector)
{
    struct mv_dkga_input input;
    fill_dkga(vector, &input);
    uint64_t pan_block = 0;
    uint64_t control_block = 0;
    int64_t dkga = vector_number(vector, "inputs", "dkga", 0);
    if (dkga == 0) {
        check_dkga02_parts(vector, &input);
    } else if (dkga == 2) {
        assert_int_equal(mv_dkga02_blocks(&input, &pan_block, &control_block), MV_DONE);
        if (vector_text(vector, "intermediate", "pan_block_hex") == NULL)
            return;
        assert_int_equal(pan_block, vector_hex(vector, "intermediate", "pan_block_hex"));
        assert_int_equal(control_block, vector_hex(vector, "intermediate", "control_block_hex"));
    } else {
        uint8_t message[MV_DKGA04_MESSAGE];
        uint8_t expected[MV_DKGA04_MESSAGE];
        assert_int_equal(mv_dkga04_message(&input, message), MV_DONE);
        assert_int_equal(hex_bytes(vector_text(vector, "intermediate", "kdf_input_hex"), expected, sizeof expected),
                         MV_DKGA04_MESSAGE);
        assert_memory_equal(message, expected, sizeof message);
    }
}

static void crc(void **state)
{
    for_each(state, "crc", 4, check_crc);
}

static void drn(void **state)
{
    for_each(state, "drn", 10, check_drn);
}

static void ea07(void **state)
{
    for_each(state, "ea07", 4, check_sta);
}

static void ea11(void **state)
{
    for_each(state, "ea11", 2, check_misty1);
}

static void credit(void **state)
{
    for_each(state, "credit", 174, check_credit);
}

static void dkga(void **state)
{
    for_each(state, "dkga", 14, check_dkga);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc),  cmocka_unit_test(drn),    cmocka_unit_test(ea07),
        cmocka_unit_test(ea11), cmocka_unit_test(credit), cmocka_unit_test(dkga),
    };
    return cmocka_run_group_tests_name("core vectors", tests, load, unload);
}
