/* Whatever a card answers wrongly ends the session: nothing is authenticated and nothing was read. Whatever is asked
 * out of order, too, and every failure of the cipher. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

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

static enum mv_card_next enter(struct card_fixture *f, uint8_t slot)
{
    uint8_t key[16];
    card_slot_key(slot, key);
    return card_authenticate(f, slot, key, true);
}

static void assert_over(const struct card_fixture *f, enum mv_card_next next, enum mv_card_error error)
{
    assert_int_equal(next, MV_CARD_OVER);
    assert_int_equal(f->session.error, error);
    assert_false(f->session.authenticated);
    for (size_t i = 0; i < sizeof f->buffer; i++)
        assert_int_equal(f->buffer[i], 0);
}

/* ---- a card that answers wrongly ---- */

/* Everything that a meter does with a card. */
static enum mv_card_next visit(struct card_fixture *f)
{
    uint8_t content[100] = {1, 2, 3};
    enum mv_card_next next = enter(f, MV_CARD_SLOT_METER);
    if (next == MV_CARD_DONE)
        next = card_read(f, MV_CARD_SECRET, MV_CARD_FILE_TO_METER, 0, 240);
    if (next == MV_CARD_DONE)
        next = card_write(f, MV_CARD_SECRET, MV_CARD_FILE_FROM_METER, 0, content, sizeof content);
    if (next == MV_CARD_DONE)
        next = card_command(f, MV_CARD_INS_COMMIT, MV_CARD_MAC, NULL, 0, NULL, 0);
    return next;
}

/* Every bit of every answer: the MAC, the padding, the status, both halves of the third pass. */
static void every_bit(void **state)
{
    struct card_fixture *f = *state;
    uint16_t sizes[CARD_SIZES];
    unsigned spoilt = 0;
    assert_int_equal(visit(f), MV_CARD_DONE);
    unsigned all = f->apdus;
    assert_in_range(all, 6, CARD_SIZES);
    memcpy(sizes, f->sizes, sizeof sizes);
    for (unsigned apdu = 1; apdu <= all; apdu++) {
        for (int bit = 0; bit < sizes[apdu - 1] * 8; bit++) {
            assert_int_equal(card_select(f), MV_CARD_DONE);
            f->apdus = 0;
            f->spoil_at = apdu;
            f->spoil_bit = bit;
            assert_int_equal(visit(f), MV_CARD_OVER);
            assert_false(f->session.authenticated);
            f->spoil_at = 0;
            spoilt++;
        }
    }
    assert_true(spoilt > 1000);
}

static void false_card(void **state)
{
    struct card_fixture *f = *state;
    f->card.wrong_cryptogram = true;
    assert_over(f, enter(f, MV_CARD_SLOT_METER), MV_CARD_FALSE);
    f->card.wrong_cryptogram = false;
    assert_int_equal(card_select(f), MV_CARD_DONE);
    assert_over(f, card_authenticate(f, MV_CARD_SLOT_METER, card_zero_key, true), MV_CARD_AUTHENTICATION);
}

/* The key of another slot is another key: swapped or ignored ones do not pass. */
static void swapped_keys(void **state)
{
    struct card_fixture *f = *state;
    uint8_t key[16];
    for (unsigned slot = 0; slot < MV_CARD_KEYS; slot++) {
        for (unsigned other = 0; other < MV_CARD_KEYS; other++) {
            card_slot_key(other, key);
            enum mv_card_next next = card_authenticate(f, (uint8_t)slot, key, true);
            assert_int_equal(next, slot == other ? MV_CARD_DONE : MV_CARD_OVER);
        }
    }
    assert_over(f, card_authenticate(f, MV_CARD_KEYS, key, true), MV_CARD_NO_SUCH_KEY);
}

/* ChangeKey with another old key than the card's: its checksum tells. */
static void wrong_old_key(void **state)
{
    struct card_fixture *f = *state;
    static const uint8_t fresh[16] = {1};
    uint8_t plain[MV_CARD_KEY_DATA_MAX];
    assert_int_equal(enter(f, 0), MV_CARD_DONE);
    uint8_t size = mv_card_key_data(fresh, card_zero_key, 1, plain);
    assert_over(f, card_run(f, mv_card_change_key(&f->session, 2, plain, size)), MV_CARD_INTEGRITY);
    assert_int_equal(enter(f, 2), MV_CARD_DONE);
}

/* Rights: a key opens its own files only; without one, HEAD and lists. */
static void rights(void **state)
{
    struct card_fixture *f = *state;
    assert_over(f, card_read(f, MV_CARD_PLAIN, MV_CARD_FILE_TO_METER, 0, 1), MV_CARD_AUTHENTICATION);
    assert_int_equal(enter(f, MV_CARD_SLOT_METER), MV_CARD_DONE);
    assert_over(f, card_write(f, MV_CARD_SECRET, MV_CARD_FILE_TO_METER, 0, "x", 1), MV_CARD_PERMISSION);
    assert_int_equal(enter(f, MV_CARD_SLOT_AREA), MV_CARD_DONE);
    assert_over(f, card_read(f, MV_CARD_SECRET, MV_CARD_FILE_FROM_METER, 0, 1), MV_CARD_PERMISSION);
    assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE), MV_CARD_DONE);
    assert_over(f, card_command(f, MV_CARD_INS_DELETE_FILE, MV_CARD_MAC, "\1", 1, NULL, 0), MV_CARD_PERMISSION);
    assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE), MV_CARD_DONE);
    assert_over(f, card_read(f, MV_CARD_SECRET, MV_CARD_FILE_FROM_METER, 250, 7), MV_CARD_BOUNDARY);
    assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE), MV_CARD_DONE);
    assert_over(f, card_command(f, MV_CARD_INS_COMMIT, MV_CARD_MAC, NULL, 0, NULL, 0), MV_CARD_NO_CHANGES);
    assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE), MV_CARD_DONE);
    /* the mode is the card's to say: a plain command finds no MAC */
    assert_over(f, card_read(f, MV_CARD_PLAIN, MV_CARD_FILE_TO_METER, 0, 1), MV_CARD_LENGTH);
}

/* ---- answers of a wrong form ---- */

/* Hands in `size` bytes as the answer to what is under way. */
static enum mv_card_next answer(struct card_fixture *f, const char *bytes, uint16_t size)
{
    return mv_card_step(&f->session, (const uint8_t *)bytes, size);
}

static void begin_read(struct card_fixture *f, bool authenticated)
{
    static const struct mv_card_command version = {.ins = MV_CARD_INS_VERSION};
    static const struct mv_card_command uid = {.ins = MV_CARD_INS_CARD_UID, .mode = MV_CARD_SECRET};
    if (authenticated)
        assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE), MV_CARD_DONE);
    assert_int_equal(mv_card_command(&f->session, authenticated ? &uid : &version), MV_CARD_SEND);
}

static void wrong_forms(void **state)
{
    struct card_fixture *f = *state;
    char much[259];
    memset(much, 0x91, sizeof much);
    begin_read(f, false);
    assert_over(f, answer(f, "", 0), MV_CARD_FORMAT);
    begin_read(f, false);
    assert_over(f, answer(f, "\x91", 1), MV_CARD_FORMAT);
    begin_read(f, false);
    assert_over(f, answer(f, much, sizeof much), MV_CARD_FORMAT);
    begin_read(f, false);
    assert_over(f, answer(f, "\x90\x00", 2), MV_CARD_FOREIGN);
    begin_read(f, false);
    assert_over(f, answer(f, "\x6E\x00", 2), MV_CARD_FOREIGN);
    begin_read(f, false);
    assert_over(f, answer(f, "\x91\xAF", 2), MV_CARD_FORMAT); /* it would go on for ever */
    begin_read(f, true);
    assert_over(f, answer(f, "1234567\x91\x00", 9), MV_CARD_FORMAT); /* no room for a MAC */
    begin_read(f, true);
    assert_over(f, answer(f, "12345678\x91\x00", 10), MV_CARD_MAC_WRONG);
    begin_read(f, true);
    assert_over(f, answer(f, "\x91\x00", 2), MV_CARD_FORMAT);
}

static void wrong_passes(void **state)
{
    struct card_fixture *f = *state;
    char bytes[40];
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes + 16, "\x91\x00", 2);
    assert_int_equal(mv_card_authenticate(&f->session, 1, true), MV_CARD_SEND);
    assert_over(f, answer(f, bytes, 18), MV_CARD_FORMAT);
    assert_int_equal(mv_card_authenticate(&f->session, 1, true), MV_CARD_SEND);
    assert_over(f, answer(f, "123456789012345\x91\xAF", 17), MV_CARD_FORMAT);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mv_card_authenticate(&f->session, 1, true), MV_CARD_SEND);
        memcpy(bytes + 16, "\x91\xAF", 2);
        assert_int_equal(answer(f, bytes, 18), MV_CARD_SEND);
        memcpy(bytes + 32, i == 0 ? "\x91\xAF" : "\x91\x91", 2);
        bytes[34] = '\0';
        assert_over(f, i == 0 ? answer(f, bytes, 34) : answer(f, "\x91\x00", 2), MV_CARD_FORMAT);
    }
}

/* While frames of a command are left, a card has nothing to say but that it waits for more. */
static void wrong_frames(void **state)
{
    struct card_fixture *f = *state;
    uint8_t header[MV_CARD_FILE_HEADER];
    static const uint8_t data[300];
    static const struct {
        const char *bytes;
        uint16_t size;
    } answers[] = {{"\x91\x00", 2}, {"1\x91\xAF", 3}};
    mv_card_file_header(MV_CARD_FILE_TO_METER, 0, sizeof data, header);
    const struct mv_card_command command = {.ins = MV_CARD_INS_WRITE,
                                            .mode = MV_CARD_SECRET,
                                            .header = header,
                                            .header_size = sizeof header,
                                            .data = data,
                                            .data_size = sizeof data};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE), MV_CARD_DONE);
        assert_int_equal(mv_card_command(&f->session, &command), MV_CARD_SEND);
        assert_over(f, answer(f, answers[i].bytes, answers[i].size), MV_CARD_FORMAT);
    }
}

/* Under the right MAC, what is no whole block, and what has no padding: a card with the key that errs. */
static void wrong_cryptograms(void **state)
{
    struct card_fixture *f = *state;
    for (uint16_t data = 15; data <= 16; data++) {
        uint8_t bytes[64] = {0};
        uint16_t size = data;
        begin_read(f, true);
        assert_int_equal(mv_card_side_close(&f->card.side, MV_CARD_MAC, bytes, &size), MV_CARD_NO_ERROR);
        bytes[size] = 0x91;
        bytes[size + 1] = 0x00;
        assert_over(f, answer(f, (const char *)bytes, (uint16_t)(size + 2)), MV_CARD_FORMAT);
    }
}

/* After the change of the own key the answer is bare. */
static void wrong_bare_answer(void **state)
{
    struct card_fixture *f = *state;
    uint8_t plain[MV_CARD_KEY_DATA_MAX];
    assert_int_equal(enter(f, 0), MV_CARD_DONE);
    uint8_t size = mv_card_key_data(card_zero_key, NULL, 1, plain);
    assert_int_equal(mv_card_change_key(&f->session, 0, plain, size), MV_CARD_SEND);
    assert_over(f, answer(f, "1\x91\x00", 3), MV_CARD_FORMAT);
}

static void every_status(void **state)
{
    struct card_fixture *f = *state;
    static const uint16_t known[] = {0x0C, 0x0E, 0x1C, 0x1E, 0x40, 0x7E, 0x9D, 0x9E,
                                     0xA0, 0xAE, 0xBE, 0xCA, 0xDE, 0xEE, 0xF0};
    size_t at = 0;
    for (unsigned status = 0; status < 256; status++) {
        const char bytes[] = {(char)0x91, (char)status};
        if (status == 0x00 || status == 0xAF)
            continue;
        begin_read(f, false);
        bool is_known = at < sizeof known / sizeof known[0] && known[at] == status;
        assert_over(f, answer(f, bytes, 2), is_known ? (enum mv_card_error)status : MV_CARD_OTHER_STATUS);
        assert_string_not_equal(mv_card_error_text(f->session.error), "unknown");
        at += is_known ? 1 : 0;
    }
    assert_int_equal(at, sizeof known / sizeof known[0]);
    assert_string_equal(mv_card_error_text(MV_CARD_NO_ERROR), "no error");
    assert_string_equal(mv_card_error_text((enum mv_card_error)0x33), "unknown");
    for (int error = MV_CARD_OTHER_STATUS; error <= MV_CARD_STATE; error++)
        assert_string_not_equal(mv_card_error_text((enum mv_card_error)error), "unknown");
}

/* ---- asked out of order, or too much ---- */

static void out_of_order(void **state)
{
    struct card_fixture *f = *state;
    static const uint8_t own[] = {MV_CARD_INS_FIRST, MV_CARD_INS_NON_FIRST, MV_CARD_INS_MORE, MV_CARD_INS_CHANGE_KEY};
    for (size_t i = 0; i < sizeof own; i++)
        assert_over(f, card_command(f, own[i], MV_CARD_PLAIN, NULL, 0, NULL, 0), MV_CARD_STATE);
    assert_over(f, answer(f, "\x91\x00", 2), MV_CARD_STATE);
    assert_over(f, mv_card_authenticate(&f->session, 1, false), MV_CARD_STATE);
    assert_over(f, card_command(f, MV_CARD_INS_COMMIT, MV_CARD_MAC, NULL, 0, NULL, 0), MV_CARD_STATE);
    begin_read(f, false);
    assert_over(f, mv_card_authenticate(&f->session, 1, true), MV_CARD_STATE);
    begin_read(f, false);
    assert_over(f, card_command(f, MV_CARD_INS_VERSION, MV_CARD_PLAIN, NULL, 0, NULL, 0), MV_CARD_STATE);
    assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE), MV_CARD_DONE);
    f->session.counter = UINT16_MAX;
    assert_over(f, card_command(f, MV_CARD_INS_FILE_IDS, MV_CARD_MAC, NULL, 0, NULL, 0), MV_CARD_STATE);
    /* SELECT ends an authentication on both sides */
    assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE), MV_CARD_DONE);
    assert_int_equal(card_select(f), MV_CARD_DONE);
    assert_false(f->session.authenticated);
    assert_false(f->card.side.authenticated);
}

static void too_long(void **state)
{
    struct card_fixture *f = *state;
    static const uint8_t data[MV_CARD_DATA_MAX + 1];
    uint8_t small[24];
    assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE), MV_CARD_DONE);
    assert_over(f, card_command(f, MV_CARD_INS_WRITE, MV_CARD_SECRET, data, MV_CARD_HEADER_MAX + 1, NULL, 0),
                MV_CARD_TOO_LONG);
    assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE), MV_CARD_DONE);
    assert_over(f, card_command(f, MV_CARD_INS_WRITE, MV_CARD_SECRET, data, MV_CARD_HEADER_MAX, data, sizeof data),
                MV_CARD_TOO_LONG);
    vcard_reset(&f->card);
    mv_card_start(&f->session, &f->cipher, small, sizeof small);
    assert_int_equal(card_command(f, MV_CARD_INS_VERSION, MV_CARD_PLAIN, NULL, 0, NULL, 0), MV_CARD_OVER);
    assert_int_equal(f->session.error, MV_CARD_TOO_LONG);
    assert_int_equal(f->apdus, 2 + 2 + 3); /* two authentications, and all 28 bytes of the version */
    mv_card_start(&f->session, &f->cipher, f->buffer, sizeof f->buffer);
}

/* Frames that a terminal makes up, `size` bytes in all, as the answer to what is under way. */
static enum mv_card_next make_up(struct card_fixture *f, uint16_t size)
{
    enum { MOST = 256 };
    enum mv_card_next next = MV_CARD_SEND;
    for (uint16_t left = size; left > 0 && next == MV_CARD_SEND;) {
        char bytes[MOST + 2];
        uint16_t part = left < MOST ? left : MOST;
        left = (uint16_t)(left - part);
        memset(bytes, 0x55, part);
        bytes[part] = (char)0x91;
        bytes[part + 1] = left > 0 ? (char)0xAF : 0;
        next = answer(f, bytes, (uint16_t)(part + 2));
    }
    return next;
}

/* The buffer is larger than what a command may fetch; a plain answer is not let into the difference. */
static void answers_too_long(void **state)
{
    struct card_fixture *f = *state;
    begin_read(f, false);
    assert_int_equal(make_up(f, MV_CARD_DATA_MAX), MV_CARD_DONE);
    assert_int_equal(f->session.size, MV_CARD_DATA_MAX);
    begin_read(f, false);
    assert_over(f, make_up(f, MV_CARD_DATA_MAX + 1), MV_CARD_TOO_LONG);
    begin_read(f, false);
    assert_over(f, make_up(f, CARD_BUFFER), MV_CARD_TOO_LONG);
    begin_read(f, false);
    assert_over(f, make_up(f, CARD_BUFFER + 1), MV_CARD_TOO_LONG);
}

static void confirmed_with_data(void **state)
{
    struct card_fixture *f = *state;
    static const uint8_t orders[] = {MV_CARD_INS_WRITE,
                                     MV_CARD_INS_COMMIT,
                                     MV_CARD_INS_ABORT,
                                     MV_CARD_INS_SELECT,
                                     MV_CARD_INS_CREATE_APPLICATION,
                                     MV_CARD_INS_FORMAT,
                                     MV_CARD_INS_CREATE_BACKUP_FILE,
                                     MV_CARD_INS_CREATE_STANDARD_FILE,
                                     MV_CARD_INS_DELETE_FILE};
    for (size_t i = 0; i < sizeof orders; i++) {
        const struct mv_card_command command = {.ins = orders[i], .mode = MV_CARD_PLAIN};
        assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE), MV_CARD_DONE);
        assert_int_equal(mv_card_command(&f->session, &command), MV_CARD_SEND);
        assert_over(f, make_up(f, 1), MV_CARD_FORMAT);
        assert_int_equal(mv_card_command(&f->session, &command), MV_CARD_SEND);
        assert_int_equal(answer(f, "\x91\x00", 2), MV_CARD_DONE);
    }
}

/* ---- the cipher ---- */

static void failing_cipher(void **state)
{
    struct card_fixture *f = *state;
    unsigned failed = 0;
    for (enum mv_card_next next = MV_CARD_OVER; next != MV_CARD_DONE; failed++) {
        assert_int_equal(card_select(f), MV_CARD_DONE);
        f->calls = 0;
        f->fails_at = failed + 1;
        next = visit(f);
        if (next != MV_CARD_DONE)
            assert_over(f, next, MV_CARD_CIPHER);
    }
    assert_int_equal(failed, f->calls + 1);
    assert_int_equal(f->calls, 5 + 4 + 4 + 2); /* authentication, READ, WRITE, COMMIT */
    f->fails_at = 0;
}

static void wiped_at_the_end(void **state)
{
    struct card_fixture *f = *state;
    static const struct mv_card_session nothing;
    assert_int_equal(enter(f, MV_CARD_SLOT_OFFICE), MV_CARD_DONE);
    for (size_t i = 0; i < sizeof f->session.rnd_a; i++)
        assert_int_equal(f->session.rnd_a[i] | f->session.rnd_b[i], 0);
    assert_int_equal(card_read(f, MV_CARD_SECRET, MV_CARD_FILE_TO_METER, 0, 100), MV_CARD_DONE);
    mv_card_end(&f->session);
    assert_memory_equal(&f->session, &nothing, sizeof nothing);
    for (size_t i = 0; i < sizeof f->buffer; i++)
        assert_int_equal(f->buffer[i], 0);
    mv_card_start(&f->session, &f->cipher, f->buffer, sizeof f->buffer);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_bit),        CASE(false_card),        CASE(swapped_keys),        CASE(wrong_old_key),
        CASE(rights),           CASE(wrong_forms),       CASE(wrong_passes),        CASE(wrong_frames),
        CASE(every_status),     CASE(wrong_cryptograms), CASE(wrong_bare_answer),   CASE(out_of_order),
        CASE(too_long),         CASE(answers_too_long),  CASE(confirmed_with_data), CASE(failing_cipher),
        CASE(wiped_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
