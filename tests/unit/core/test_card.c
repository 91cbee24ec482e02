/* A card session against the emulated card: authentication, all modes, frames both ways, keys, files, and each answer
 * that must end it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "card_support.h"

static struct card_fixture fixture;

static int setup(void **state)
{
    *state = &fixture;
    card_setup(&fixture);
    card_personalise(&fixture);
    fixture.apdus = fixture.calls = 0;
    return 0;
}

static int teardown(void **state)
{
    card_teardown(*state);
    return 0;
}

static enum mv_card_next enter(struct card_fixture *f, uint8_t slot, bool first)
{
    uint8_t key[16];
    card_slot_key(slot, key);
    return card_authenticate(f, slot, key, first);
}

/* ---- what works ---- */

static void purchase_and_return(void **state)
{
    struct card_fixture *f = *state;
    uint8_t content[600];
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i * 3);
    assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE, true), MV_CARD_DONE);
    assert_int_equal(card_write(f, MV_CARD_SECRET, MV_CARD_FILE_TO_METER, 0, content, sizeof content), MV_CARD_DONE);
    assert_int_equal(card_write(f, MV_CARD_PLAIN, MV_CARD_FILE_HEAD, 0, "head", 4), MV_CARD_DONE);
    assert_int_equal(card_command(f, MV_CARD_INS_COMMIT, MV_CARD_MAC, NULL, 0, NULL, 0), MV_CARD_DONE);
    assert_int_equal(f->session.size, 0);
    assert_int_equal(enter(f, MV_CARD_SLOT_METER, true), MV_CARD_DONE);
    assert_int_equal(card_read(f, MV_CARD_SECRET, MV_CARD_FILE_TO_METER, 0, sizeof content), MV_CARD_DONE);
    assert_int_equal(f->session.size, sizeof content);
    assert_memory_equal(f->session.data, content, sizeof content);
    assert_int_equal(card_write(f, MV_CARD_SECRET, MV_CARD_FILE_FROM_METER, 0, content, 16), MV_CARD_DONE);
    assert_int_equal(card_command(f, MV_CARD_INS_COMMIT, MV_CARD_MAC, NULL, 0, NULL, 0), MV_CARD_DONE);
    assert_int_equal(card_read(f, MV_CARD_SECRET, MV_CARD_FILE_FROM_METER, 0, 17), MV_CARD_DONE);
    assert_memory_equal(f->session.data, content, 16);
    assert_int_equal(f->session.data[16], 0);
}

/* NonFirst keeps the transaction and its counter; an unauthenticated reader gets HEAD and the version. */
static void several_keys(void **state)
{
    struct card_fixture *f = *state;
    uint8_t ti[4];
    assert_int_equal(card_read(f, MV_CARD_PLAIN, MV_CARD_FILE_HEAD, 0, 0), MV_CARD_DONE);
    assert_int_equal(f->session.size, MV_CARD_HEAD_BYTES);
    assert_int_equal(card_command(f, MV_CARD_INS_VERSION, MV_CARD_PLAIN, NULL, 0, NULL, 0), MV_CARD_DONE);
    assert_int_equal(f->session.size, 28);
    assert_memory_equal(f->session.data + 14, card_uid, MV_CARD_UID);
    assert_int_equal(enter(f, MV_CARD_SLOT_ISSUER, true), MV_CARD_DONE);
    memcpy(ti, f->session.ti, sizeof ti);
    assert_int_equal(card_command(f, MV_CARD_INS_FILE_IDS, MV_CARD_MAC, NULL, 0, NULL, 0), MV_CARD_DONE);
    assert_int_equal(f->session.counter, 1);
    assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE, false), MV_CARD_DONE);
    assert_memory_equal(f->session.ti, ti, sizeof ti);
    assert_int_equal(f->session.counter, 1);
    assert_int_equal(card_command(f, MV_CARD_INS_CARD_UID, MV_CARD_SECRET, NULL, 0, NULL, 0), MV_CARD_DONE);
    assert_int_equal(f->session.size, MV_CARD_UID);
    assert_memory_equal(f->session.data, card_uid, MV_CARD_UID);
    assert_int_equal(f->session.counter, 2);
    /* plain commands are counted as well: the card's MAC of the next one says so */
    assert_int_equal(card_write(f, MV_CARD_PLAIN, MV_CARD_FILE_HEAD, 0, "x", 1), MV_CARD_DONE);
    assert_int_equal(card_command(f, MV_CARD_INS_ABORT, MV_CARD_MAC, NULL, 0, NULL, 0), MV_CARD_DONE);
    assert_int_equal(f->session.counter, 4);
}

/* The card proves what a size of data becomes: padding is added even to whole blocks, frames are 240 bytes. */
static void every_length(void **state)
{
    struct card_fixture *f = *state;
    uint8_t content[MV_CARD_USER_TO_BYTES];
    static const uint16_t sizes[] = {1, 15, 16, 17, 208, 209, 224, 225, 240, 464, 465, 480, 481, 1024, 2031, 2048};
    memset(content, 0x80, sizeof content);
    assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE, true), MV_CARD_DONE);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        content[sizes[i] - 1] = 0;
        assert_int_equal(card_write(f, MV_CARD_SECRET, MV_CARD_FILE_TO_METER, 0, content, sizes[i]), MV_CARD_DONE);
        assert_int_equal(card_command(f, MV_CARD_INS_COMMIT, MV_CARD_MAC, NULL, 0, NULL, 0), MV_CARD_DONE);
        assert_int_equal(card_read(f, MV_CARD_SECRET, MV_CARD_FILE_TO_METER, 0, sizes[i]), MV_CARD_DONE);
        assert_int_equal(f->session.size, sizes[i]);
        assert_memory_equal(f->session.data, content, sizes[i]);
    }
}

static void key_change(void **state)
{
    struct card_fixture *f = *state;
    uint8_t plain[MV_CARD_KEY_DATA_MAX];
    uint8_t old[16];
    static const uint8_t fresh[16] = {9, 8, 7};
    static const uint8_t zeros[sizeof plain] = {0};
    card_slot_key(2, old);
    assert_int_equal(enter(f, 0, true), MV_CARD_DONE);
    uint8_t size = mv_card_key_data(fresh, old, 5, plain);
    assert_int_equal(size, sizeof plain);
    assert_int_equal(card_run(f, mv_card_change_key(&f->session, 2, plain, size)), MV_CARD_DONE);
    assert_memory_equal(plain, zeros, sizeof plain); /* wiped */
    assert_true(f->session.authenticated);
    assert_memory_equal(f->card.application.keys[2].bytes, fresh, 16);
    assert_int_equal(f->card.application.keys[2].version, 5);
    assert_int_equal(card_command(f, MV_CARD_INS_KEY_VERSION, MV_CARD_MAC, "\2", 1, NULL, 0), MV_CARD_DONE);
    assert_int_equal(f->session.data[0], 5);
    size = mv_card_key_data(fresh, NULL, 6, plain);
    assert_int_equal(card_run(f, mv_card_change_key(&f->session, 0, plain, size)), MV_CARD_DONE);
    assert_false(f->session.authenticated);
    assert_int_equal(card_authenticate(f, 0, fresh, true), MV_CARD_DONE);
    assert_int_equal(card_authenticate(f, 2, fresh, false), MV_CARD_DONE);
}

/* What is not committed is lost with the power; what is, and every key, outlives the program. */
static void power_and_file(void **state)
{
    struct card_fixture *f = *state;
    static struct vcard copy;
    char path[] = "/tmp/test-card-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    f->card.path = path;
    assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE, true), MV_CARD_DONE);
    assert_int_equal(card_write(f, MV_CARD_SECRET, MV_CARD_FILE_TO_METER, 0, "first", 5), MV_CARD_DONE);
    assert_int_equal(card_command(f, MV_CARD_INS_COMMIT, MV_CARD_MAC, NULL, 0, NULL, 0), MV_CARD_DONE);
    assert_int_equal(card_write(f, MV_CARD_SECRET, MV_CARD_FILE_TO_METER, 0, "other", 5), MV_CARD_DONE);
    vcard_reset(&f->card);
    assert_int_equal(card_select(f), MV_CARD_DONE);
    assert_int_equal(enter(f, MV_CARD_SLOT_METER, true), MV_CARD_DONE);
    assert_int_equal(card_read(f, MV_CARD_SECRET, MV_CARD_FILE_TO_METER, 0, 5), MV_CARD_DONE);
    assert_memory_equal(f->session.data, "first", 5);
    assert_true(vcard_load(&copy, path));
    assert_memory_equal(copy.application.files[MV_CARD_FILE_TO_METER].data, "first", 5);
    assert_memory_equal(copy.application.keys, f->card.application.keys, sizeof copy.application.keys);
    assert_memory_equal(copy.uid, card_uid, sizeof copy.uid);
    vcard_free(&copy);
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(purchase_and_return, setup, teardown),
        cmocka_unit_test_setup_teardown(several_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(every_length, setup, teardown),
        cmocka_unit_test_setup_teardown(key_change, setup, teardown),
        cmocka_unit_test_setup_teardown(power_and_file, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
