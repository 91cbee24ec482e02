/* The card's side: what a reader does wrongly, and the cipher's failures; padding and MAC by themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../../meter-core/src/card/messaging.h"
#include "card_support.h"
#include "vectors.h"

static struct card_fixture fixture;
static struct mv_card_side side;

static int setup(void **state)
{
    *state = &fixture;
    card_setup(&fixture);
    mv_card_soft_key(&fixture.soft, card_zero_key);
    memset(&side, 0, sizeof side);
    side.cipher = &fixture.cipher;
    return 0;
}

static int teardown(void **state)
{
    card_teardown(*state);
    return 0;
}

static void assert_forgotten(void)
{
    static const struct mv_card_side nothing;
    side.cipher = NULL;
    assert_memory_equal(&side, &nothing, sizeof side);
    side.cipher = &fixture.cipher;
}

/* Both sides with one cipher: the reader's passes are computed by it, too. */
static enum mv_card_error pass(struct card_fixture *f, bool first, uint8_t *size)
{
    static const uint8_t iv[16] = {0};
    uint8_t out[32];
    uint8_t both[32] = {7};
    enum mv_card_error error = mv_card_side_challenge(&side, 3, first, out);
    if (error != MV_CARD_NO_ERROR)
        return error;
    unsigned fails_at = f->fails_at;
    unsigned calls = f->calls;
    f->fails_at = 0; /* the reader's work does not fail */
    assert_true(f->cipher.cbc(f, MV_CARD_KEY_CARD, false, iv, out, 16));
    memcpy(both + 16, out + 1, 15);
    both[31] = out[0];
    assert_true(f->cipher.cbc(f, MV_CARD_KEY_CARD, true, iv, both, 32));
    f->fails_at = fails_at;
    f->calls = calls;
    return mv_card_side_answer(&side, both, out, size);
}

static void passes(void **state)
{
    struct card_fixture *f = *state;
    uint8_t out[32] = {0};
    uint8_t size = 0;
    assert_int_equal(pass(f, false, &size), MV_CARD_AUTHENTICATION); /* there is no transaction */
    assert_int_equal(pass(f, true, &size), MV_CARD_NO_ERROR);
    assert_int_equal(size, 32);
    assert_true(side.authenticated);
    assert_int_equal(side.key_no, 3);
    side.counter = 9;
    assert_int_equal(pass(f, false, &size), MV_CARD_NO_ERROR);
    assert_int_equal(size, 16);
    assert_int_equal(side.counter, 9);
    assert_int_equal(mv_card_side_answer(&side, out, out, &size), MV_CARD_ABORTED); /* without a challenge */
    assert_forgotten();
    assert_int_equal(mv_card_side_challenge(&side, 0, true, out), MV_CARD_NO_ERROR);
    assert_int_equal(mv_card_side_answer(&side, (const uint8_t[32]){0}, out, &size), MV_CARD_AUTHENTICATION);
    assert_forgotten();
}

static void failing_passes(void **state)
{
    struct card_fixture *f = *state;
    uint8_t size = 0;
    unsigned failed = 0;
    enum mv_card_error error = MV_CARD_CIPHER;
    for (; error != MV_CARD_NO_ERROR; failed++) {
        f->calls = 0;
        f->fails_at = failed + 1;
        error = pass(f, true, &size);
        assert_true(error == MV_CARD_NO_ERROR || error == MV_CARD_CIPHER);
        if (error != MV_CARD_NO_ERROR)
            assert_forgotten();
    }
    assert_int_equal(failed, 1 + 6); /* random, encryption; decryption, keys, TI, encryption */
    f->fails_at = 0;
}

/* ---- secure messaging ---- */

static void open_is_refused(void **state)
{
    struct card_fixture *f = *state;
    uint8_t bytes[64] = {0};
    uint8_t size_of_answer = 0;
    uint16_t size = 3;
    assert_int_equal(mv_card_side_open(&side, 0x8D, MV_CARD_MAC, 7, bytes, &size), MV_CARD_AUTHENTICATION);
    assert_int_equal(mv_card_side_open(&side, 0x8D, MV_CARD_PLAIN, 7, bytes, &size), MV_CARD_LENGTH);
    size = 7;
    assert_int_equal(mv_card_side_open(&side, 0x8D, MV_CARD_PLAIN, 7, bytes, &size), MV_CARD_NO_ERROR);
    static const struct {
        uint16_t size;
        unsigned fails_at;
        enum mv_card_error error;
    } cases[] = {{14, 0, MV_CARD_LENGTH}, {15, 1, MV_CARD_CIPHER}, {15, 0, MV_CARD_INTEGRITY}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(pass(f, true, &size_of_answer), MV_CARD_NO_ERROR);
        size = cases[i].size;
        f->calls = 0;
        f->fails_at = cases[i].fails_at;
        assert_int_equal(mv_card_side_open(&side, 0x8D, MV_CARD_MAC, 7, bytes, &size), cases[i].error);
        f->fails_at = 0;
        assert_forgotten();
    }
}

/* A command of the reader's, as long as `size`, MACed rightly; what is in it is no padded data. */
static uint16_t maced(struct card_fixture *f, uint8_t *bytes, uint16_t size)
{
    struct mv_card_session session;
    uint8_t buffer[96];
    memset(bytes, 0, size);
    const struct mv_card_command command = {
        .ins = 0x8D, .mode = MV_CARD_MAC, .header = bytes, .header_size = 7, .data = bytes, .data_size = size - 7};
    mv_card_start(&session, &f->cipher, buffer, sizeof buffer);
    session.authenticated = true;
    memcpy(session.ti, side.ti, sizeof session.ti);
    assert_int_equal(mv_card_command(&session, &command), MV_CARD_SEND);
    memcpy(bytes, session.apdu + 5, (size_t)size + MV_CARD_MAC_BYTES);
    return (uint16_t)(size + MV_CARD_MAC_BYTES);
}

static void wrong_data(void **state)
{
    struct card_fixture *f = *state;
    uint8_t bytes[64];
    uint8_t ignored = 0;
    static const struct {
        uint16_t data;
        unsigned fails_at; /* of the MAC, the IV, the decryption */
        enum mv_card_error error;
    } cases[] = {{0, 0, MV_CARD_NO_ERROR},
                 {5, 0, MV_CARD_LENGTH},
                 {16, 0, MV_CARD_INTEGRITY},
                 {16, 2, MV_CARD_CIPHER},
                 {16, 3, MV_CARD_CIPHER}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(pass(f, true, &ignored), MV_CARD_NO_ERROR);
        uint16_t size = maced(f, bytes, (uint16_t)(7 + cases[i].data));
        f->calls = 0;
        f->fails_at = cases[i].fails_at;
        assert_int_equal(mv_card_side_open(&side, 0x8D, MV_CARD_SECRET, 7, bytes, &size), cases[i].error);
        f->fails_at = 0;
        assert_true(cases[i].error != MV_CARD_NO_ERROR || size == 7);
    }
}

static void close_is_refused(void **state)
{
    struct card_fixture *f = *state;
    uint8_t bytes[64] = {0};
    uint8_t ignored = 0;
    uint16_t size = 5;
    assert_int_equal(mv_card_side_close(&side, MV_CARD_SECRET, bytes, &size), MV_CARD_NO_ERROR);
    assert_int_equal(size, 5); /* nobody is authenticated */
    assert_int_equal(pass(f, true, &ignored), MV_CARD_NO_ERROR);
    side.counter = UINT16_MAX;
    assert_int_equal(mv_card_side_close(&side, MV_CARD_SECRET, bytes, &size), MV_CARD_ABORTED);
    assert_forgotten();
    for (unsigned fails_at = 1; fails_at <= 4; fails_at++) { /* IV, encryption, MAC, nothing */
        assert_int_equal(pass(f, true, &ignored), MV_CARD_NO_ERROR);
        f->calls = 0;
        f->fails_at = fails_at;
        size = 5;
        assert_int_equal(mv_card_side_close(&side, MV_CARD_SECRET, bytes, &size),
                         fails_at < 4 ? MV_CARD_CIPHER : MV_CARD_NO_ERROR);
        f->fails_at = 0;
    }
    assert_int_equal(size, 16 + MV_CARD_MAC_BYTES);
    size = 0;
    assert_int_equal(mv_card_side_close(&side, MV_CARD_SECRET, bytes, &size), MV_CARD_NO_ERROR);
    assert_int_equal(size, MV_CARD_MAC_BYTES);
    size = 3;
    assert_int_equal(mv_card_side_close(&side, MV_CARD_PLAIN, bytes, &size), MV_CARD_NO_ERROR);
    assert_int_equal(size, 3);
    assert_int_equal(side.counter, 3);
}

/* AN12196 rev 2.0, table 17: some steps print the length 53 00 00 where the command that was sent has 80 00 00, and
 * only that one has the printed MAC. The MAC on the wire is every other byte of it, not its first half. */
static void published_command(void **state)
{
    static const char capdu[] =
        "02000000800000421c73a27d827658af481fdff20a5025b559d0e3aa21e58d347f343cffc768bfe596c706bc00f2176781d4b0242642a0"
        "ff5a42c461aaf894d9a1284b8c76bcfa658acd40555d362e08db15cf421b51283f9064bcbe20e96cae545b407c9d651a3315b27373772e"
        "5da2367d2064ae054af996c6f1f669170fa88ce8c4e3a4a7bbbef0fd971ff532c3a802af745660f2b4d1d9a8499661ebf3";
    struct card_fixture *f = *state;
    uint8_t enc[16];
    uint8_t mac[16];
    for (int wrong = 0; wrong < 3; wrong++) {
        uint8_t bytes[160];
        uint16_t size = (uint16_t)hex_bytes(capdu, bytes, sizeof bytes);
        hex_bytes("1309C877509E5A215007FF0ED19CA564", enc, 16);
        hex_bytes("4C6626F5E72EA694202139295C7A7FC7", mac, 16);
        mv_aes128_init(&f->soft.enc, enc);
        mv_aes128_init(&f->soft.mac, mac);
        hex_bytes("9D00C4DF", side.ti, sizeof side.ti);
        side.authenticated = true;
        side.counter = 0;
        if (wrong == 1)
            bytes[4] = 0x53;
        if (wrong == 2) /* the MAC's first half */
            hex_bytes("A8D185D964A8E049", bytes + size - 8, 8);
        assert_int_equal(mv_card_side_open(&side, 0x8D, MV_CARD_SECRET, 7, bytes, &size),
                         wrong == 0 ? MV_CARD_NO_ERROR : MV_CARD_INTEGRITY);
        assert_true(wrong != 0 || size == 7 + 128);
    }
}

/* ---- padding and MAC by themselves ---- */

static void padding(void **state)
{
    (void)state;
    uint8_t data[48];
    uint16_t size = 0;
    for (uint16_t length = 0; length < 32; length++) {
        memset(data, 0x80, sizeof data);
        size = mv_card_pad(data, length);
        assert_int_equal(size, length < 16 ? 16 : 32);
        assert_true(mv_card_unpad(data, &size));
        assert_int_equal(size, length);
    }
    memset(data, 0, sizeof data);
    data[0] = 0x80; /* in the block before the last: no padding reaches there */
    size = 32;
    assert_false(mv_card_unpad(data, &size));
    data[31] = 0x81;
    assert_false(mv_card_unpad(data, &size));
}

static void mac_of_parts(void **state)
{
    struct card_fixture *f = *state;
    enum { DATA = 48 };
    uint8_t data[DATA];
    uint8_t expected[16];
    uint8_t found[16];
    mv_aes128_init(&f->soft.mac, (const uint8_t[16]){1, 2, 3});
    for (unsigned i = 0; i < DATA; i++)
        data[i] = (uint8_t)i;
    for (unsigned size = 0; size <= DATA; size++) {
        mv_aes128_cmac(&f->soft.mac, data, size, expected);
        for (unsigned first = 0; first <= size; first++) {
            const struct mv_card_part parts[] = {
                {data, (uint16_t)first}, {data, 0}, {data + first, (uint16_t)(size - first)}};
            assert_true(f->cipher.mac(f, parts, 3, found));
            assert_memory_equal(found, expected, sizeof found);
        }
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(passes),           CASE(failing_passes),    CASE(open_is_refused), CASE(wrong_data),
        CASE(close_is_refused), CASE(published_command), CASE(padding),         CASE(mac_of_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
