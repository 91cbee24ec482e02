/* TR-31 blocks of version D: the published one, our own both ways, and everything that must be refused. */
#include "../../support/status.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "hex.h"
#include "tr31.h"
#include "tr31_cipher.h"

static const char published[] = "D0112P0AE00E0000B82679114F470F540165EDFBF7E250FCEA43F810D215F8D207E2E417C07156A27E8E31"
                                "DA05F7425509593D03A457DC34";
static uint8_t kbpk[32];
static struct tr31_key opened;

static mv_status fill(void *context, void *bytes, size_t size)
{
    uint8_t *next = context;
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)bytes)[i] = (*next)++;
    return mv_ok();
}

static uint8_t counter = 0x70;
static const struct tr31_random random_bytes = {fill, &counter};

static void expect_refused(const char *text, const char *why)
{
    mv_status status = tr31_open(text, kbpk, sizeof kbpk, &opened);
    assert_false(status.ok);
    assert_int_equal(status.reason, MV_KEY_BLOCK_REFUSED);
    if (strstr(status.where, why) == NULL)
        fail_msg("'%s' instead of '%s' for %s", status.where, why, text);
    for (size_t i = 0; i < sizeof opened; i++) /* nothing is left */
        assert_int_equal(((const uint8_t *)&opened)[i], 0);
}

static void test_published(void **state)
{
    (void)state;
    uint8_t key[16];
    uint8_t kcv[TR31_KCV];
    assert_true(hex_decode("3F419E1CB7079442AA37474C2EFBF8B8", key, sizeof key));
    assert_ok(tr31_open(published, kbpk, sizeof kbpk, &opened));
    assert_int_equal(opened.size, 16);
    assert_memory_equal(opened.bytes, key, 16);
    assert_string_equal(opened.attributes.usage, "P0");
    assert_int_equal(opened.attributes.algorithm, 'A');
    assert_int_equal(opened.attributes.mode, 'E');
    assert_string_equal(opened.attributes.version, "00");
    assert_int_equal(opened.attributes.exportability, 'E');
    assert_ok(tr31_aes_kcv(TR31_KCV_CMAC, key, sizeof key, kcv));
    assert_memory_equal(kcv, "\x08\x79\x3E", 3);
}

/* Each character of the block in turn, replaced by every other printable one that keeps its form. */
static void test_every_change(void **state)
{
    (void)state;
    char text[TR31_TEXT];
    for (size_t place = 0; place < strlen(published); place++)
        for (int c = ' '; c <= '~'; c++) {
            (void)snprintf(text, sizeof text, "%s", published);
            text[place] = (char)c;
            if (c == published[place])
                continue;
            mv_status status = tr31_open(text, kbpk, sizeof kbpk, &opened);
            assert_int_equal(status.reason, MV_KEY_BLOCK_REFUSED);
        }
    for (size_t length = 0; length < strlen(published); length++) {
        (void)snprintf(text, sizeof text, "%.*s", (int)length, published);
        assert_int_equal(tr31_open(text, kbpk, sizeof kbpk, &opened).reason, MV_KEY_BLOCK_REFUSED);
    }
}

static void test_form(void **state)
{
    (void)state;
    char text[2 * TR31_TEXT];
    expect_refused("", "version D");
    expect_refused("B0112P0AE00E0000", "version D");
    expect_refused("D0112P0AE00E0000", "length");
    expect_refused("D0016P0AE00E0000", "length of the payload");
    expect_refused("D0016P0AE00X0000", "exportability");
    expect_refused("D0016P0AE00E9900", "optional blocks");
    expect_refused("D0016P0AE00E0001", "reserved");
    expect_refused("D0016p0AE00E0000", "attributes");
    expect_refused("D0032P0AE00E0100PB11xxxxxxxxxxxx", "optional block");
    expect_refused("D0032P0AE00E0100PB03xxxxxxxxxxxx", "optional block");
    expect_refused("D0032P0AE00E0100PB00xxxxxxxxxxxx", "optional block");
    expect_refused("D0032P0AE00E0200PB10xxxxxxxxxxxx", "optional block");
    expect_refused("D0032P0AE00E0100PB0Fxxxxxxxxxxxx", "length of the optional");
    expect_refused("D0032P0AE00E0100KC10020000000000", "KCV");
    expect_refused("D0032P0AE00E0100KC1001000000000G", "KCV");
    expect_refused("D0048P0AE00E0200KC100100000000000KC1", "length");
    expect_refused("D0048P0AE00E0200KC100000000000000KC10000000000", "length");
    expect_refused("D0032P0HE00E0200HM0620PB0A000000", "another hash");
    expect_refused("D0016P0AE00E00\xC3\xA9", "ASCII");
    memset(text, 'A', sizeof text);
    text[sizeof text - 1] = '\0';
    expect_refused(text, "1024");
    (void)snprintf(text, sizeof text, "%s", published);
    text[40] = 'G';
    expect_refused(text, "not hex");
}

static void test_other_kbpk(void **state)
{
    (void)state;
    kbpk[31] ^= 1;
    expect_refused(published, "MAC");
    kbpk[31] ^= 1;
    assert_reason(tr31_open(published, kbpk, 16, &opened), MV_KEY_BLOCK_REFUSED);
    assert_reason(tr31_open(published, kbpk, 15, &opened), MV_INVALID_FIELD);
    assert_reason(tr31_open(published, kbpk, 0, &opened), MV_INVALID_FIELD);
}

static void make(struct tr31_key *key, const char *usage, char algorithm, char mode, char exportability, size_t size)
{
    memset(key, 0, sizeof *key);
    key->attributes = (struct tr31_attributes){"", algorithm, mode, "00", exportability};
    memcpy(key->attributes.usage, usage, 3);
    key->size = size;
    for (size_t i = 0; i < size; i++)
        key->bytes[i] = (uint8_t)(i * 11 + size);
}

static void test_round_trip(void **state)
{
    (void)state;
    char text[TR31_TEXT];
    struct tr31_key key;
    static const size_t kbpks[] = {16, 24, 32};
    for (size_t k = 0; k < 3; k++)
        for (size_t size = 1; size <= TR31_KEY_MAX; size++) {
            make(&key, "K0", size % 8 == 0 ? 'A' : 'H', 'B', 'E', size);
            assert_ok(tr31_seal(&key, kbpk, kbpks[k], &random_bytes, text));
            assert_int_equal(strlen(text) % 16, 0);
            assert_ok(tr31_open(text, kbpk, kbpks[k], &opened));
            assert_true(opened.received);
            assert_int_equal(opened.size, size);
            assert_memory_equal(opened.bytes, key.bytes, size);
            assert_memory_equal(&opened.attributes, &key.attributes, sizeof key.attributes);
        }
    make(&key, "K0", 'A', 'B', 'E', 0);
    assert_reason(tr31_seal(&key, kbpk, 32, &random_bytes, text), MV_INVALID_FIELD);
    make(&key, "K0", 'A', 'B', 'E', TR31_KEY_MAX);
    key.size++;
    assert_reason(tr31_seal(&key, kbpk, 32, &random_bytes, text), MV_INVALID_FIELD);
    make(&key, "k0", 'A', 'B', 'E', 16);
    assert_reason(tr31_seal(&key, kbpk, 32, &random_bytes, text), MV_INVALID_FIELD);
    assert_string_equal(text, "");
    make(&key, "K0", 'A', 'B', 'E', 16);
    assert_reason(tr31_seal(&key, kbpk, 20, &random_bytes, text), MV_INVALID_FIELD);
}

/* KCVs: of the KBPK, so that the wrong one is named, and of an AES key. */
static void test_kcvs(void **state)
{
    (void)state;
    char text[TR31_TEXT];
    struct tr31_key key;
    struct tr31_block block;
    uint8_t kcv[TR31_KCV];
    make(&key, "K0", 'A', 'B', 'E', 16);
    assert_ok(tr31_seal(&key, kbpk, 32, &random_bytes, text));
    assert_ok(tr31_parse(text, &block));
    assert_ok(tr31_aes_kcv(TR31_KCV_CMAC, key.bytes, 16, kcv));
    assert_int_equal(block.kc.size, TR31_KCV);
    assert_memory_equal(block.kc.bytes, kcv, TR31_KCV);
    kbpk[0] ^= 1;
    expect_refused(text, "another protection key (KP)");
    kbpk[0] ^= 1;
    text[22] ^= 1; /* the stated KCV of the KBPK */
    expect_refused(text, "another protection key (KP)");
    make(&key, "B3", 'H', 'X', 'E', 20);
    assert_ok(tr31_seal(&key, kbpk, 32, &random_bytes, text));
    assert_ok(tr31_parse(text, &block));
    assert_int_equal(block.kc.size, 0);
}

static void test_not_exportable(void **state)
{
    (void)state;
    char text[TR31_TEXT];
    struct tr31_key key;
    make(&key, "K0", 'A', 'B', 'N', 16);
    assert_ok(tr31_seal(&key, kbpk, 32, &random_bytes, text)); /* its owner sends it out so */
    assert_ok(tr31_open(text, kbpk, 32, &opened));
    assert_reason(tr31_seal(&opened, kbpk, 32, &random_bytes, text), MV_KEY_BLOCK_REFUSED);
    assert_string_equal(text, "");
    make(&key, "K0", 'A', 'B', 'S', 16);
    assert_ok(tr31_seal(&key, kbpk, 32, &random_bytes, text));
    assert_ok(tr31_open(text, kbpk, 32, &opened));
    assert_ok(tr31_seal(&opened, kbpk, 32, &random_bytes, text));
}

/* A block whose MAC is right and whose inner length is not: only who has the KBPK can make one. */
static void test_inner_length(void **state)
{
    (void)state;
    static const uint16_t bits[] = {0, 1, 7, 113, 127, 8 * 31, 0x7FF8, 0xFFFF};
    static const char header[16] = "D0112P0AE00E0000"; /* without a terminator */
    struct tr31_keys keys;
    uint8_t data[16 + 32];
    uint8_t mac[16];
    char text[TR31_TEXT];
    assert_ok(tr31_keys_derive(kbpk, sizeof kbpk, &keys));
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        memset(data, 0x5A, sizeof data);
        memcpy(data, header, sizeof header);
        data[16] = (uint8_t)(bits[i] >> 8);
        data[17] = (uint8_t)bits[i];
        assert_ok(tr31_cmac(keys.mac, 32, data, sizeof data, mac));
        assert_ok(tr31_cbc(true, keys.encryption, 32, mac, data + 16, 32));
        (void)snprintf(text, sizeof text, "%.16s", header);
        hex_encode(data + 16, 32, text + 16);
        hex_encode(mac, 16, text + 80);
        expect_refused(text, "length of the key");
    }
}

static int begin(void **state)
{
    (void)state;
    if (!hex_decode("88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6", kbpk, sizeof kbpk))
        return -1;
    return mv_secret_init().ok ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),      cmocka_unit_test(test_every_change), cmocka_unit_test(test_form),
        cmocka_unit_test(test_other_kbpk),     cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_kcvs),
        cmocka_unit_test(test_not_exportable), cmocka_unit_test(test_inner_length),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
