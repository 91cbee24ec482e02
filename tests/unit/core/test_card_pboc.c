/* Profile 2: keys, MACs, commands, files; and a cipher that fails at each call. The values are published ones or those
 * of tests/vectors/cards.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "metervault/card_pboc.h"
#include "vectors.h"

struct des {
    struct mv_pboc_cipher cipher;
    uint8_t key[16];
    unsigned calls, fails_at;
};

static bool encrypt(void *context, enum mv_pboc_key which, uint8_t block[8])
{
    struct des *des = context;
    uint8_t key[16];
    int length = 0;
    memcpy(key, des->key, sizeof key);
    if (which == MV_PBOC_LEFT)
        memcpy(key + 8, key, 8);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    assert_int_equal(EVP_EncryptInit_ex(c, EVP_des_ede(), NULL, key, NULL), 1);
    assert_int_equal(EVP_CIPHER_CTX_set_padding(c, 0), 1);
    assert_int_equal(EVP_EncryptUpdate(c, block, &length, block, 8), 1);
    EVP_CIPHER_CTX_free(c);
    return ++des->calls != des->fails_at;
}

static struct des *with(struct des *des, const char *key)
{
    memset(des, 0, sizeof *des);
    hex_bytes(key, des->key, sizeof des->key);
    des->cipher = (struct mv_pboc_cipher){.context = des, .encrypt = encrypt};
    return des;
}

static void assert_bytes(const uint8_t *bytes, const char *hex)
{
    uint8_t expected[64];
    size_t size = hex_bytes(hex, expected, sizeof expected);
    assert_memory_equal(bytes, expected, size);
}

static void keys(void **state)
{
    (void)state;
    struct des des;
    uint8_t factor[8];
    uint8_t key[16];
    hex_bytes("0622800010000101", factor, 8);
    with(&des, "F0C34A8124CEE0A91A0B034AA97D6EAC");
    assert_true(mv_pboc_diversify(&des.cipher, factor, key));
    assert_bytes(key, "014D996FCC8F49157DC8B49E3BCDFD99");
    for (unsigned i = 1; i <= 2; i++) {
        des.calls = 0;
        des.fails_at = i;
        assert_false(mv_pboc_diversify(&des.cipher, factor, key));
    }
    with(&des, "11223344556677888877665544332211");
    assert_true(
        mv_pboc_session_key(&des.cipher, (const uint8_t[]){0x11, 0x22, 0x33, 0x44}, (const uint8_t[2]){0}, key));
    assert_bytes(key, "9B1D924E05595603");
}

/* Padding is added to whole blocks as well: 13 bytes, and 8. */
static void updates(void **state)
{
    (void)state;
    struct des des;
    uint8_t challenge[4];
    uint8_t data[252] = {0};
    uint8_t apdu[MV_PBOC_APDU_MAX];
    with(&des, "00E2B15307A7A33050BBBCA82E87FF07");
    hex_bytes("9A8B7C6D", challenge, 4);
    mv_pboc_wallet_write(10000, 1, data);
    assert_int_equal(mv_pboc_update(&des.cipher, challenge, 2, 0, data, 8, apdu), 17);
    assert_bytes(apdu, "04D682000C0000271000000001B60A3A88");
    assert_int_equal(mv_pboc_update(&des.cipher, challenge, 1, 15, (const uint8_t[]){0x11, 0x22, 0x33}, 3, apdu), 12);
    assert_bytes(apdu, "04D6810F07112233C79CFDF3");
    assert_int_equal(mv_pboc_update(&des.cipher, challenge, 1, 0, data, 251, apdu), MV_PBOC_APDU_MAX);
    assert_int_equal(mv_pboc_update(&des.cipher, challenge, 1, 0, data, 252, apdu), 0);
    for (unsigned i = 1; i <= 2; i++) { /* a block, the last one */
        des.calls = 0;
        des.fails_at = i;
        assert_int_equal(mv_pboc_update(&des.cipher, challenge, 1, 0, data, 8, apdu), 0);
    }
}

static void authentication(void **state)
{
    (void)state;
    struct des des;
    uint8_t challenge[8];
    uint8_t apdu[MV_PBOC_AUTH_APDU];
    with(&des, "00E2B15307A7A33050BBBCA82E87FF07");
    hex_bytes("A1B2C3D4E5F60718", challenge, 8);
    mv_pboc_internal_auth(challenge, apdu);
    assert_bytes(apdu, "0088000108A1B2C3D4E5F60718");
    assert_true(mv_pboc_external_auth(&des.cipher, challenge, apdu));
    assert_bytes(apdu, "0082000208276B8257E02E2D52");
    assert_true(mv_pboc_answers(&des.cipher, challenge, apdu + 5));
    apdu[12] ^= 1;
    assert_false(mv_pboc_answers(&des.cipher, challenge, apdu + 5));
    apdu[12] ^= 1;
    des.fails_at = des.calls + 1;
    assert_false(mv_pboc_answers(&des.cipher, challenge, apdu + 5));
    /* the answer to the one command does for the other with the same key only */
    struct des other;
    with(&other, "00112233445566778899AABBCCDDEEFF");
    assert_false(mv_pboc_answers(&other.cipher, challenge, apdu + 5));
}

static void frames(void **state)
{
    (void)state;
    uint8_t data[MV_PBOC_USER_DATA] = {0};
    uint8_t file[MV_PBOC_USER_DATA + MV_PBOC_FRAME];
    struct mv_pboc_user user;
    struct mv_pboc_user again;
    uint32_t amount = 0;
    uint32_t count = 0;
    memset(&user, 0x12, sizeof user);
    mv_pboc_user_write(&user, data);
    mv_pboc_user_read(data, &again);
    assert_memory_equal(&user, &again, sizeof user);
    assert_int_equal(mv_pboc_frame(MV_PBOC_COMMAND_USER, data, sizeof data, file), sizeof file);
    assert_int_equal(mv_pboc_unframe(file, sizeof file, MV_PBOC_COMMAND_USER, sizeof data), MV_DONE);
    assert_int_equal(mv_pboc_unframe(file, sizeof file, MV_PBOC_COMMAND_RETURN, sizeof data), MV_FORMAT_ERROR);
    assert_int_equal(mv_pboc_unframe(file, sizeof file - 1, MV_PBOC_COMMAND_USER, sizeof data), MV_FORMAT_ERROR);
    for (size_t i = 0; i < sizeof file; i++) {
        file[i] ^= 4;
        assert_int_equal(mv_pboc_unframe(file, sizeof file, MV_PBOC_COMMAND_USER, sizeof data), MV_FORMAT_ERROR);
        file[i] ^= 4;
    }
    mv_pboc_wallet_read((const uint8_t[]){0, 0, 0x27, 0x10, 0, 0, 0, 7}, &amount, &count);
    assert_int_equal(amount, 10000); /* binary, in hundredths; the alarms are digits */
    assert_int_equal(count, 7);
}

static void returns(void **state)
{
    (void)state;
    uint8_t data[MV_PBOC_RETURN_DATA];
    uint8_t again[MV_PBOC_RETURN_DATA];
    struct mv_pboc_return record;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i + 1);
    mv_pboc_return_read(data, &record);
    assert_int_equal(record.remaining, 0x14151617);
    assert_int_equal(record.purchases, 0x18191A1B);
    mv_pboc_return_write(&record, again);
    assert_memory_equal(data, again, sizeof data);
}

/* Which class says "with a MAC" is the card's choice, and in the MAC. */
static void classes(void **state)
{
    (void)state;
    struct des des;
    static const uint8_t data[8];
    static const uint8_t challenge[4] = {1, 2, 3, 4};
    uint8_t one[MV_PBOC_APDU_MAX];
    uint8_t other[MV_PBOC_APDU_MAX];
    with(&des, "00E2B15307A7A33050BBBCA82E87FF07");
    assert_int_equal(mv_pboc_update(&des.cipher, challenge, 2, 0, data, 8, one), 17);
    assert_int_equal(mv_pboc_update_as(&des.cipher, MV_PBOC_CLASS_04, challenge, 2, 0, data, 8, other), 17);
    assert_memory_equal(one, other, 17);
    assert_int_equal(mv_pboc_update_as(&des.cipher, MV_PBOC_CLASS_84, challenge, 2, 0, data, 8, other), 17);
    assert_int_equal(other[0], 0x84);
    assert_memory_equal(one + 1, other + 1, 12);
    assert_memory_not_equal(one + 13, other + 13, 4);
}

static void status_words(void **state)
{
    (void)state;
    static const struct {
        uint16_t status;
        enum mv_card_error error;
    } rows[] = {{0x9000, MV_CARD_NO_ERROR},       {0x63C2, MV_CARD_AUTHENTICATION}, {0x6300, MV_CARD_AUTHENTICATION},
                {0x6982, MV_CARD_AUTHENTICATION}, {0x6983, MV_CARD_AUTHENTICATION}, {0x6988, MV_CARD_INTEGRITY},
                {0x6700, MV_CARD_LENGTH},         {0x6A82, MV_CARD_NO_FILE},        {0x6B00, MV_CARD_BOUNDARY},
                {0x9403, MV_CARD_NO_SUCH_KEY},    {0x6D00, MV_CARD_FOREIGN},        {0x6E00, MV_CARD_FOREIGN},
                {0x6F00, MV_CARD_OTHER_STATUS},   {0x9001, MV_CARD_OTHER_STATUS},   {0x63D0, MV_CARD_OTHER_STATUS}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(mv_pboc_status(rows[i].status), rows[i].error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes), cmocka_unit_test(status_words),   cmocka_unit_test(keys),
        cmocka_unit_test(updates), cmocka_unit_test(authentication), cmocka_unit_test(frames),
        cmocka_unit_test(returns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
