/* A card of profile 2 at the meter: what each rule says on the display, who proves what to whom, and the card pulled
 * out at every command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "metervault/card_pboc_terminal.h"
#include "metervault/screen.h"
#include "record_support.h"
#include "vcard.h"

enum { NEVER = -1, OPENING = 500, MORE = 125, UNIT = 10 /* Wh of a hundredth */, FIRST = 7, SECOND = 8, COMMANDS = 11 };

struct fixture {
    struct record_fixture r;
    struct vcard card;
    struct mv_pboc_terminal terminal;
    struct mv_pboc_board board;
    uint8_t masters[VCARD_PBOC_KEYS][16];
    unsigned blocks, fails_at; /* encryptions; the one that fails, from 1 */
    unsigned randoms, deny_random;
    int apdus, cut_before, cut_after, answer_at;
    uint8_t answer[VCARD_RAPDU];
    uint16_t answer_size;
};

/* ---- the board ---- */

static bool board_random(void *context, uint8_t *data, uint16_t size)
{
    struct fixture *f = context;
    static uint8_t next;
    for (uint16_t i = 0; i < size; i++)
        data[i] = next++;
    return ++f->randoms != f->deny_random;
}

static bool board_encrypt(void *context, enum mv_pboc_use use, const uint8_t serial[MV_PBOC_SERIAL],
                          enum mv_pboc_key which, uint8_t block[MV_PBOC_BLOCK])
{
    struct fixture *f = context;
    uint8_t key[16];
    const struct mv_pboc_cipher master = vcard_pboc_cipher(f->masters[use]);
    assert_true(mv_pboc_diversify(&master, serial, key));
    const struct mv_pboc_cipher cipher = vcard_pboc_cipher(key);
    return cipher.encrypt(cipher.context, which, block) && ++f->blocks != f->fails_at;
}

static void card_is(struct fixture *f, uint8_t last)
{
    const uint8_t serial[MV_PBOC_SERIAL] = {0, 0x86, 0, 0, 0, 0, 0, last};
    vcard_init_pboc(&f->card, NULL, serial, f->masters);
}

static int set_up(void **state)
{
    static struct fixture f;
    memset(&f, 0, sizeof f);
    record_provision(&f.r);
    for (unsigned i = 0; i < VCARD_PBOC_KEYS; i++)
        for (unsigned byte = 0; byte < 16; byte++)
            f.masters[i][byte] = (uint8_t)(i * 40 + byte * 3 + 1);
    f.board = (struct mv_pboc_board){&f, board_random, board_encrypt, MV_PBOC_CLASS_04};
    f.cut_before = f.cut_after = f.answer_at = NEVER;
    card_is(&f, FIRST);
    *state = &f;
    return 0;
}

/* ---- the office ---- */

static void put_user(struct fixture *f, const struct mv_pboc_user *user)
{
    uint8_t data[MV_PBOC_USER_DATA];
    mv_pboc_user_write(user, data);
    (void)mv_pboc_frame(MV_PBOC_COMMAND_USER, data, sizeof data, f->card.pboc.user);
}

static struct mv_pboc_user user_of(const struct fixture *f, enum mv_purchase_kind kind)
{
    struct mv_pboc_user user = {.client_no = {0, 0, 0, 0, 0, RECORD_CLIENT}, .kind = (uint8_t)kind};
    for (unsigned i = 0; i < 6; i++)
        user.meter_no[i] = (uint8_t)((f->r.identity.pan[6 + 2 * i] - '0') << 4 | (f->r.identity.pan[7 + 2 * i] - '0'));
    return user;
}

static void sell(struct fixture *f, enum mv_purchase_kind kind, uint32_t count, uint32_t amount)
{
    const struct mv_pboc_user user = user_of(f, kind);
    put_user(f, &user);
    mv_pboc_wallet_write(amount, count, f->card.pboc.wallet);
    memset(f->card.pboc.returned, 0, sizeof f->card.pboc.returned);
}

/* ---- at the meter ---- */

static bool transmit(struct fixture *f, uint8_t answer[VCARD_RAPDU], uint16_t *size)
{
    int number = f->apdus++;
    if (number == f->cut_before)
        return false;
    *size = vcard_apdu(&f->card, f->terminal.apdu, f->terminal.apdu_size, answer);
    if (number == f->answer_at) {
        memcpy(answer, f->answer, f->answer_size);
        *size = f->answer_size;
    }
    return number != f->cut_after;
}

static enum mv_result insert(struct fixture *f)
{
    uint8_t answer[VCARD_RAPDU];
    uint16_t size = 0;
    f->apdus = 0;
    f->blocks = f->randoms = 0;
    vcard_reset(&f->card);
    enum mv_card_next next = mv_pboc_terminal_begin(&f->terminal, &f->r.p, &f->board);
    while (next == MV_CARD_SEND) {
        if (transmit(f, answer, &size))
            next = mv_pboc_terminal_step(&f->terminal, answer, size);
        else
            next = mv_pboc_terminal_gone(&f->terminal);
    }
    assert_int_equal(next, f->terminal.outcome.result == MV_ACCEPT ? MV_CARD_DONE : MV_CARD_OVER);
    assert_int_equal(f->terminal.apdu_size, 0);
    return f->terminal.outcome.result;
}

static void expect(struct fixture *f, enum mv_result result, const char *shown)
{
    struct mv_screen screen;
    assert_int_equal(insert(f), result);
    mv_prepay_screen(&f->r.p, &screen);
    assert_string_equal(screen.text, shown);
}

static int64_t credit(const struct fixture *f)
{
    return f->r.p.meter.state.credit[MV_REGISTER_ELECTRICITY];
}

static void open_account(struct fixture *f)
{
    sell(f, MV_PURCHASE_OPEN, 1, OPENING);
    assert_int_equal(insert(f), MV_ACCEPT);
    assert_true(credit(f) == (int64_t)OPENING * UNIT);
}

static struct mv_pboc_return returned(const struct fixture *f)
{
    struct mv_pboc_return record;
    assert_int_equal(
        mv_pboc_unframe(f->card.pboc.returned, MV_PBOC_RETURN_BYTES, MV_PBOC_COMMAND_RETURN, MV_PBOC_RETURN_DATA),
        MV_DONE);
    mv_pboc_return_read(f->card.pboc.returned + 4, &record);
    return record;
}

/* ---- the rules ---- */

static void counts_once_and_writes_back(void **state)
{
    struct fixture *f = *state;
    sell(f, MV_PURCHASE_OPEN, 1, OPENING);
    expect(f, MV_ACCEPT, "OK +5.000");
    assert_int_equal(f->apdus, COMMANDS);
    assert_int_equal(f->terminal.outcome.taken, 1);
    assert_true(f->terminal.outcome.credited == (int64_t)OPENING * UNIT);
    assert_true(f->terminal.outcome.returned);
    struct mv_pboc_return record = returned(f);
    assert_int_equal(record.purchases, 1);
    assert_int_equal(record.remaining, OPENING);
    assert_int_equal(record.over_zero, 0);
    const struct mv_pboc_user user = user_of(f, MV_PURCHASE_OPEN);
    assert_memory_equal(record.meter_no, user.meter_no, 6);
    assert_memory_equal(record.client_no, user.client_no, 6);
    expect(f, MV_RECORD_AGAIN, "Err-34 32");
    sell(f, MV_PURCHASE_NORMAL, 2, MORE);
    expect(f, MV_ACCEPT, "OK +1.250");
    assert_true(credit(f) == (int64_t)(OPENING + MORE) * UNIT);
    assert_int_equal(returned(f).purchases, 2);
    assert_int_equal(record_reopen(&f->r), MV_DONE);
    expect(f, MV_RECORD_AGAIN, "Err-34 32");
    assert_true(credit(f) == (int64_t)(OPENING + MORE) * UNIT);
}

static void without_its_return_it_is_written_again(void **state)
{
    struct fixture *f = *state;
    open_account(f);
    memset(f->card.pboc.returned, 0, sizeof f->card.pboc.returned);
    assert_int_equal(insert(f), MV_ACCEPT);
    assert_int_equal(f->terminal.outcome.taken, 0);
    assert_int_equal(returned(f).purchases, 1);
    assert_true(credit(f) == (int64_t)OPENING * UNIT);
}

static void the_next_one_and_no_other(void **state)
{
    struct fixture *f = *state;
    sell(f, MV_PURCHASE_NORMAL, 1, MORE);
    expect(f, MV_RECORD_NOT_OPEN, "Err-34 15");
    sell(f, MV_PURCHASE_REPLACEMENT, 1, MORE);
    expect(f, MV_RECORD_NOT_OPEN_REPLACEMENT, "Err-34 16");
    sell(f, MV_PURCHASE_OPEN, 2, MORE);
    expect(f, MV_RECORD_COUNT, "Err-34 17");
    sell(f, MV_PURCHASE_OPEN, 0, MORE);
    expect(f, MV_SLOT_EMPTY, "Err-34 40");
    open_account(f);
    sell(f, MV_PURCHASE_NORMAL, 2, MORE);
    assert_int_equal(insert(f), MV_ACCEPT);
    sell(f, MV_PURCHASE_NORMAL, 4, MORE);
    expect(f, MV_RECORD_COUNT, "Err-34 17");
    sell(f, MV_PURCHASE_NORMAL, 1, MORE);
    expect(f, MV_RECORD_OLD, "Err-34 33");
    sell(f, MV_PURCHASE_NORMAL, 3, MORE);
    memset(f->card.pboc.returned, 1, sizeof f->card.pboc.returned);
    expect(f, MV_SLOT_NOT_CLEARED, "Err-34 18");
    f->r.p.records.account_open = false;
    sell(f, MV_PURCHASE_OPEN, 2, MORE);
    assert_int_equal(insert(f), MV_RECORD_OLD);
    assert_true(credit(f) == (int64_t)(OPENING + MORE) * UNIT);
}

static void whose_card_it_is(void **state)
{
    struct fixture *f = *state;
    open_account(f);
    struct vcard lost = f->card;
    struct mv_pboc_user user = user_of(f, MV_PURCHASE_NORMAL);
    sell(f, MV_PURCHASE_NORMAL, 2, MORE);
    user.meter_no[5] ^= 1;
    put_user(f, &user);
    expect(f, MV_RECORD_METER, "Err-33 11");
    user = user_of(f, MV_PURCHASE_NORMAL);
    user.client_no[5] ^= 1;
    put_user(f, &user);
    expect(f, MV_RECORD_CLIENT, "Err-33 12");
    user = user_of(f, MV_PURCHASE_NORMAL);
    user.kind = 4;
    put_user(f, &user);
    expect(f, MV_RECORD_KIND, "Err-32 08");
    user.kind = 0;
    put_user(f, &user);
    expect(f, MV_RECORD_KIND, "Err-32 08");
    f->card.pboc.user[20] ^= 1;
    expect(f, MV_RECORD_FILE, "Err-34 14");
    card_is(f, SECOND);
    sell(f, MV_PURCHASE_NORMAL, 2, MORE);
    expect(f, MV_RECORD_CARD, "Err-33 13");
    sell(f, MV_PURCHASE_REPLACEMENT, 1, OPENING); /* repeats what was counted, and is the card from now on */
    assert_int_equal(insert(f), MV_ACCEPT);
    assert_true(credit(f) == (int64_t)OPENING * UNIT);
    f->card = lost;
    sell(f, MV_PURCHASE_NORMAL, 2, MORE);
    expect(f, MV_RECORD_CARD, "Err-33 13");
    card_is(f, SECOND);
    sell(f, MV_PURCHASE_NORMAL, 2, MORE);
    assert_int_equal(insert(f), MV_ACCEPT);
    card_is(f, FIRST);
    sell(f, MV_PURCHASE_REPLACEMENT, 3, MORE); /* or brings what was not */
    assert_int_equal(insert(f), MV_ACCEPT);
    assert_true(credit(f) == (int64_t)(OPENING + 2L * MORE) * UNIT);
    memset(f->r.p.records.card, 0, sizeof f->r.p.records.card);
    card_is(f, SECOND);
    sell(f, MV_PURCHASE_NORMAL, 4, MORE);
    assert_int_equal(insert(f), MV_ACCEPT);
}

static void over_the_limit(void **state)
{
    struct fixture *f = *state;
    open_account(f);
    f->r.p.parameters.hoard_limit = (int64_t)OPENING * UNIT + 1;
    sell(f, MV_PURCHASE_NORMAL, 2, MORE);
    expect(f, MV_RECORD_HOARD, "Err-36 21");
    assert_true(credit(f) == (int64_t)OPENING * UNIT);
    f->r.p.parameters.hoard_limit = 0;
    expect(f, MV_ACCEPT, "OK +1.250");
}

static void units_of_the_register(void **state)
{
    struct fixture *f = *state;
    f->r.p.parameters.credit_register = MV_REGISTER_ELECTRICITY_CURRENCY;
    sell(f, MV_PURCHASE_OPEN, 1, OPENING);
    assert_int_equal(insert(f), MV_ACCEPT);
    assert_true(f->r.p.meter.state.credit[MV_REGISTER_ELECTRICITY_CURRENCY] == (int64_t)OPENING * 1000);
    assert_int_equal(returned(f).remaining, OPENING);
    f->r.p.meter.state.credit[MV_REGISTER_ELECTRICITY_CURRENCY] = -7000;
    memset(f->card.pboc.returned, 0, sizeof f->card.pboc.returned);
    assert_int_equal(insert(f), MV_ACCEPT);
    assert_int_equal(returned(f).remaining, 0);
    assert_int_equal(returned(f).over_zero, 7);
    f->r.p.meter.state.credit[MV_REGISTER_ELECTRICITY_CURRENCY] = INT64_MAX / 2;
    memset(f->card.pboc.returned, 0, sizeof f->card.pboc.returned);
    assert_int_equal(insert(f), MV_ACCEPT);
    assert_true(returned(f).remaining == UINT32_MAX);
    f->r.p.meter.state.credit[MV_REGISTER_ELECTRICITY_CURRENCY] = INT64_MIN / 2;
    memset(f->card.pboc.returned, 0, sizeof f->card.pboc.returned);
    assert_int_equal(insert(f), MV_ACCEPT);
    assert_true(returned(f).over_zero == UINT32_MAX);
    f->r.p.parameters.credit_register = MV_REGISTER_TIME;
    memset(f->card.pboc.returned, 0, sizeof f->card.pboc.returned);
    f->r.p.meter.state.credit[MV_REGISTER_TIME] = 3600;
    assert_int_equal(insert(f), MV_ACCEPT);
    assert_int_equal(returned(f).remaining, 100);
    sell(f, MV_PURCHASE_NORMAL, 2, MORE);
    assert_int_not_equal(insert(f), MV_ACCEPT); /* this meter does not have that register */
}

/* ---- who proves what ---- */

static void a_card_without_the_keys(void **state)
{
    struct fixture *f = *state;
    sell(f, MV_PURCHASE_OPEN, 1, OPENING);
    f->card.wrong_cryptogram = true;
    expect(f, MV_RECORD_KEY_VERSION, "Err-32 05");
    f->card.wrong_cryptogram = false;
    f->card.pboc.keys[VCARD_PBOC_EXTERNAL][3] ^= 2;
    expect(f, MV_SLOT_REFUSED, "Err-32 06");
    f->card.pboc.keys[VCARD_PBOC_EXTERNAL][3] ^= 2;
    f->card.pboc.keys[VCARD_PBOC_FILE_MAC][3] ^= 2;
    expect(f, MV_RECORD_MAC_ERROR, "Err-32 10");
    assert_true(credit(f) == 0);
    f->card.pboc.keys[VCARD_PBOC_FILE_MAC][3] ^= 2;
    expect(f, MV_ACCEPT, "OK +5.000");
}

/* A recorded card answers what it once was asked: the meter asks something else. And whoever changes the amount on its
 * way has no MAC for it. */
static void recorded_and_altered_answers(void **state)
{
    struct fixture *f = *state;
    static const int proof = 5;
    static const int wallet = 8;
    open_account(f);
    memset(f->answer, 0xAB, sizeof f->answer);
    for (int at = proof; at <= wallet; at += wallet - proof) {
        f->answer_size = at == proof ? 10 : 14;
        f->answer[f->answer_size - 2] = 0x90;
        f->answer[f->answer_size - 1] = 0;
        f->answer_at = at;
        sell(f, MV_PURCHASE_NORMAL, 2, MORE);
        assert_int_equal(insert(f), at == proof ? MV_RECORD_KEY_VERSION : MV_RECORD_MAC_ERROR);
    }
    assert_true(credit(f) == (int64_t)OPENING * UNIT);
}

static void answers_that_are_none(void **state)
{
    static const struct {
        uint8_t status[2];
        enum mv_result result;
    } rows[] = {{{0x6A, 0x82}, MV_SLOT_UNISSUED}, {{0x6B, 0x00}, MV_SLOT_UNISSUED}, {{0x94, 0x03}, MV_SLOT_UNISSUED},
                {{0x6E, 0x00}, MV_RECORD_KIND},   {{0x69, 0x82}, MV_SLOT_REFUSED},  {{0x69, 0x88}, MV_RECORD_MAC_ERROR},
                {{0x6F, 0x00}, MV_SLOT_CONTACT}};
    struct fixture *f = *state;
    sell(f, MV_PURCHASE_OPEN, 1, OPENING);
    for (f->answer_at = 0; f->answer_at < COMMANDS - 1; f->answer_at++) {
        for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            memcpy(f->answer, rows[i].status, 2);
            f->answer_size = 2;
            if (f->answer_at == COMMANDS - 2 && credit(f) != 0)
                sell(f, MV_PURCHASE_OPEN, 1, OPENING);
            assert_int_equal(insert(f), rows[i].result);
        }
        f->answer_size = 1;
        assert_int_equal(insert(f), MV_SLOT_CONTACT);
        memset(f->answer, 0x90, sizeof f->answer);
        f->answer_size = 60;
        f->answer[59] = 0;
        assert_int_equal(insert(f), MV_SLOT_CONTACT);
    }
    f->answer_at = NEVER;
    assert_int_equal(insert(f), MV_ACCEPT);
    assert_true(credit(f) == (int64_t)OPENING * UNIT);
}

/* The board's security module fails at each of its blocks and random numbers. */
static void a_module_that_fails(void **state)
{
    struct fixture *f = *state;
    sell(f, MV_PURCHASE_OPEN, 1, OPENING);
    for (f->deny_random = 1; f->deny_random <= 2; f->deny_random++)
        assert_int_equal(insert(f), MV_SLOT_CIPHER);
    f->deny_random = 0;
    for (f->fails_at = 1;; f->fails_at++) {
        enum mv_result result = insert(f);
        if (result == MV_ACCEPT)
            break;
        assert_int_equal(result, f->fails_at == 1 ? MV_RECORD_KEY_VERSION : MV_SLOT_CIPHER);
        assert_true(f->fails_at < 40);
    }
    assert_true(f->fails_at > 8);
    assert_true(credit(f) == (int64_t)OPENING * UNIT);
}

static void not_every_meter_takes_it(void **state)
{
    struct fixture *f = *state;
    uint8_t answer[2] = {0x90, 0};
    sell(f, MV_PURCHASE_OPEN, 1, OPENING);
    f->r.p.records.provisioned = false;
    assert_int_equal(insert(f), MV_NOT_PROVISIONED);
    assert_int_equal(mv_pboc_terminal_step(&f->terminal, answer, 2), MV_CARD_OVER);
    assert_int_equal(mv_pboc_terminal_gone(&f->terminal), MV_CARD_OVER);
    f->r.p.records.provisioned = true;
    f->cut_before = 0;
    expect(f, MV_SLOT_RESET, "Err-32 04");
}

/* ---- it is pulled out ---- */

static void pulled_out_anywhere(void **state)
{
    for (int cut = 0; cut < COMMANDS; cut++) {
        for (int after = 0; after < 2; after++) {
            struct fixture *f = *state;
            (void)set_up(state);
            open_account(f);
            sell(f, MV_PURCHASE_NORMAL, 2, MORE);
            *(after ? &f->cut_after : &f->cut_before) = cut;
            enum mv_result result = insert(f);
            assert_int_equal(result, cut == 0 ? MV_SLOT_RESET : MV_SLOT_REMOVED);
            f->cut_before = f->cut_after = NEVER;
            result = insert(f);
            assert_int_equal(result, after && cut == COMMANDS - 1 ? MV_RECORD_AGAIN : MV_ACCEPT);
            assert_true(credit(f) == (int64_t)(OPENING + MORE) * UNIT);
            assert_int_equal(returned(f).purchases, 2);
        }
    }
}

/* The memory fails while a card is adopted: said so, and put right by putting it in again. */
static void the_memory_fails(void **state)
{
    struct fixture *f = *state;
    open_account(f);
    card_is(f, SECOND);
    sell(f, MV_PURCHASE_REPLACEMENT, 1, OPENING);
    f->r.flash.energy = 0;
    assert_int_equal(insert(f), MV_STORAGE_ERROR);
    f->r.flash.fail_reads = true;
    assert_int_equal(insert(f), MV_STORAGE_ERROR);
    f->r.flash.fail_reads = false;
    f->r.flash.energy = UINT32_MAX;
    assert_int_equal(insert(f), MV_ACCEPT);
    assert_memory_equal(f->r.p.records.card, f->card.pboc.serial, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(counts_once_and_writes_back, set_up),
        cmocka_unit_test_setup(without_its_return_it_is_written_again, set_up),
        cmocka_unit_test_setup(the_next_one_and_no_other, set_up),
        cmocka_unit_test_setup(whose_card_it_is, set_up),
        cmocka_unit_test_setup(over_the_limit, set_up),
        cmocka_unit_test_setup(units_of_the_register, set_up),
        cmocka_unit_test_setup(a_card_without_the_keys, set_up),
        cmocka_unit_test_setup(recorded_and_altered_answers, set_up),
        cmocka_unit_test_setup(answers_that_are_none, set_up),
        cmocka_unit_test_setup(a_module_that_fails, set_up),
        cmocka_unit_test_setup(not_every_meter_takes_it, set_up),
        cmocka_unit_test_setup(pulled_out_anywhere, set_up),
        cmocka_unit_test_setup(the_memory_fails, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
