/* Card sessions: everything that a broken server, terminal or card would like, and does not get. */
#include <stdlib.h>
#include <string.h>

#include "../../support/status.h"
#include "card_world.h"
#include "hsmd/card_sessions.h"
#include "served.h"

static struct hsmd_card_key_ref issuer, office, meter;

static int set_up(void **state)
{
    (void)state;
    issuer = card_ref(HSMD_CARD_ISSUER, 0, ACTIVE);
    office = card_ref(HSMD_CARD_OFFICE, 1, ACTIVE);
    meter = card_ref(HSMD_CARD_METER, 2, ACTIVE);
    return served_set_up(NULL, card_world_import);
}

static int tear_down(void **state)
{
    (void)state;
    vcard_free(&card);
    return served_tear_down();
}

/* A user's card with keys in slots 0 to 2. */
static int new_card(void **state)
{
    (void)state;
    card_fresh();
    card_holds(&office);
    card_holds(&meter);
    return 0;
}

static void is_lost(uint32_t session)
{
    struct hsmd_card_answer answer;
    const struct mv_card_command command = {.ins = MV_CARD_INS_CARD_UID, .mode = MV_CARD_SECRET};
    assert_reason(hsmd_card_command(client, session, &command, &answer), MV_CARD_SESSION_LOST);
    assert_reason(hsmd_card_step(client, session, command.data, 0, &answer), MV_CARD_SESSION_LOST);
    assert_reason(hsmd_card_open(client, &office, session == 0 ? 1 : session, &answer), MV_CARD_SESSION_LOST);
    assert_reason(hsmd_card_change_key(client, session, 1, &office, &office, &answer), MV_CARD_SESSION_LOST);
}

static void refuses(const struct hsmd_card_answer *answer, enum mv_card_error error)
{
    assert_int_equal(answer->next, HSMD_CARD_REFUSED);
    assert_int_equal(answer->card_error, error);
    assert_int_equal(answer->session, HSMD_CARD_NO_SESSION);
    assert_int_equal(answer->apdu_size, 0);
    assert_int_equal(answer->data_size, 0);
}

/* ---- the card ---- */

static void a_card_without_the_key_is_false(void **state)
{
    (void)state;
    struct hsmd_card_answer answer;
    card.wrong_cryptogram = true;
    assert_ok(hsmd_card_open(client, &office, HSMD_CARD_NO_SESSION, &answer));
    uint32_t session = answer.session;
    assert_ok(card_relay(&answer));
    refuses(&answer, MV_CARD_FALSE);
    is_lost(session);
}

static void a_card_with_another_key_refuses_us(void **state)
{
    (void)state;
    struct hsmd_card_answer answer;
    struct hsmd_card_key_ref other = office;
    other.uid[0] ^= 1;
    assert_ok(card_open(&other, HSMD_CARD_NO_SESSION, &answer));
    refuses(&answer, MV_CARD_AUTHENTICATION);
    other = card_ref(HSMD_CARD_OFFICE, 1, NEWEST);
    assert_ok(card_open(&other, HSMD_CARD_NO_SESSION, &answer));
    refuses(&answer, MV_CARD_AUTHENTICATION);
}

/* One bit of the answer, of its MAC, or its status. */
static void a_changed_answer_ends_the_session(void **state)
{
    (void)state;
    static const uint8_t anywhere[] = {0, 15, 16, 23};
    const struct mv_card_command command = {.ins = MV_CARD_INS_CARD_UID, .mode = MV_CARD_SECRET};
    for (size_t i = 0; i < sizeof anywhere; i++) {
        struct hsmd_card_answer answer;
        uint8_t rapdu[VCARD_RAPDU];
        (void)new_card(NULL);
        uint32_t session = card_session(&office);
        assert_ok(hsmd_card_command(client, session, &command, &answer));
        uint16_t size = vcard_apdu(&card, answer.apdu, answer.apdu_size, rapdu);
        assert_int_equal(size, 16 + 8 + 2);
        rapdu[anywhere[i]] ^= 1;
        assert_ok(hsmd_card_step(client, session, rapdu, size, &answer));
        refuses(&answer, MV_CARD_MAC_WRONG);
        is_lost(session);
    }
}

/* An answer that was right once, to the same command. */
static void an_old_answer_is_no_answer(void **state)
{
    (void)state;
    const struct mv_card_command command = {.ins = MV_CARD_INS_CARD_UID, .mode = MV_CARD_SECRET};
    struct hsmd_card_answer answer;
    uint8_t rapdu[VCARD_RAPDU];
    uint32_t session = card_session(&office);
    assert_ok(hsmd_card_command(client, session, &command, &answer));
    uint16_t size = vcard_apdu(&card, answer.apdu, answer.apdu_size, rapdu);
    assert_ok(hsmd_card_step(client, session, rapdu, size, &answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    assert_ok(hsmd_card_command(client, session, &command, &answer));
    assert_ok(hsmd_card_step(client, session, rapdu, size, &answer));
    refuses(&answer, MV_CARD_MAC_WRONG);
}

/* A terminal needs no key to make up the answer to a plain command. */
static void an_endless_answer_ends_its_own_session(void **state)
{
    (void)state;
    enum { FRAMES = 9, LAST = 40, MOST = HSMD_CARD_RAPDU - 2 };
    const struct mv_card_command plain = {.ins = MV_CARD_INS_FILE_IDS, .mode = MV_CARD_PLAIN};
    struct hsmd_card_answer answer;
    struct hsmd_card_answer other;
    assert_ok(hsmd_card_open(client, &office, HSMD_CARD_NO_SESSION, &other)); /* somebody else's */
    uint32_t session = card_session(&office);
    assert_ok(hsmd_card_command(client, session, &plain, &answer));
    for (unsigned i = 0; i < FRAMES; i++) {
        uint8_t rapdu[HSMD_CARD_RAPDU];
        bool last = i + 1 == FRAMES;
        size_t size = last ? LAST : MOST;
        memset(rapdu, 0x55, size);
        rapdu[size] = 0x91;
        rapdu[size + 1] = last ? 0x00 : 0xAF;
        assert_int_equal(answer.next, HSMD_CARD_SEND);
        assert_ok(hsmd_card_step(client, session, rapdu, size + 2, &answer));
    }
    refuses(&answer, MV_CARD_TOO_LONG);
    is_lost(session);
    card_select(true);
    assert_ok(card_relay(&other));
    card_is_proven(other.session);
    hsmd_card_close(client, other.session);
}

static void no_answer_and_a_foreign_one(void **state)
{
    (void)state;
    static const uint8_t foreign[] = {0x6A, 0x82};
    uint8_t long_one[HSMD_CARD_RAPDU + 1] = {0};
    struct hsmd_card_answer answer;
    assert_ok(hsmd_card_open(client, &office, HSMD_CARD_NO_SESSION, &answer));
    assert_reason(hsmd_card_step(client, answer.session, long_one, sizeof long_one, &answer), MV_INVALID_FIELD);
    assert_ok(hsmd_card_step(client, answer.session, foreign, sizeof foreign, &answer));
    refuses(&answer, MV_CARD_FOREIGN);
    assert_ok(hsmd_card_open(client, &office, HSMD_CARD_NO_SESSION, &answer));
    assert_ok(hsmd_card_step(client, answer.session, foreign, 0, &answer));
    refuses(&answer, MV_CARD_FORMAT);
}

/* ---- the server ---- */

static void only_listed_commands_run(void **state)
{
    (void)state;
    static const uint8_t listed[] = {0x8D, 0xAD, 0xC7, 0xA7, 0x51, 0xF5, 0xCB, 0xCD, 0xDF, 0xCA, 0x6E, 0x6F};
    struct hsmd_card_answer answer;
    uint32_t session = card_session(&office);
    for (unsigned ins = 0; ins < 256; ins++) {
        const struct mv_card_command command = {.ins = (uint8_t)ins, .mode = MV_CARD_MAC};
        if (memchr(listed, (int)ins, sizeof listed) == NULL)
            assert_reason_at(hsmd_card_command(client, session, &command, &answer), MV_INVALID_FIELD,
                             "card command: ins");
    }
    /* the session lives on, and so it would with each of these */
    card_is_proven(session);
    hsmd_card_close(client, session);
    for (size_t i = 0; i < sizeof listed; i++) {
        (void)new_card(NULL);
        session = card_session(&office);
        assert_ok(card_run(session, listed[i], MV_CARD_MAC, NULL, 0, NULL, 0, &answer));
        hsmd_card_close(client, answer.session);
    }
}

static void commands_have_their_form(void **state)
{
    (void)state;
    static const uint8_t data[MV_CARD_DATA_MAX + 1];
    struct mv_card_command command = {.ins = MV_CARD_INS_WRITE, .mode = 2};
    struct hsmd_card_answer answer;
    uint32_t session = card_session(&office);
    assert_reason_at(hsmd_card_command(client, session, &command, &answer), MV_INVALID_FIELD, "card command: mode");
    command = (struct mv_card_command){.ins = MV_CARD_INS_WRITE, .header = data, .header_size = MV_CARD_HEADER_MAX + 1};
    assert_reason(hsmd_card_command(client, session, &command, &answer), MV_INVALID_FIELD);
    command = (struct mv_card_command){.ins = MV_CARD_INS_WRITE, .data = data, .data_size = sizeof data};
    assert_reason(hsmd_card_command(client, session, &command, &answer), MV_INVALID_FIELD);
    card_is_proven(session);
    hsmd_card_close(client, session);
}

static void one_thing_at_a_time(void **state)
{
    (void)state;
    const struct mv_card_command command = {.ins = MV_CARD_INS_CARD_UID, .mode = MV_CARD_SECRET};
    struct hsmd_card_answer answer;
    struct hsmd_card_answer other;
    uint32_t session = card_session(&office);
    assert_reason(hsmd_card_step(client, session, office.uid, 2, &answer), MV_INVALID_FIELD);
    assert_ok(hsmd_card_command(client, session, &command, &answer));
    assert_reason(hsmd_card_command(client, session, &command, &other), MV_INVALID_FIELD);
    assert_reason(hsmd_card_open(client, &meter, session, &other), MV_INVALID_FIELD);
    assert_reason(hsmd_card_change_key(client, session, 1, &office, &office, &other), MV_INVALID_FIELD);
    assert_ok(card_relay(&answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    /* not yet authenticated: no command, no second authentication */
    assert_ok(hsmd_card_open(client, &office, HSMD_CARD_NO_SESSION, &answer));
    assert_reason(hsmd_card_command(client, answer.session, &command, &other), MV_INVALID_FIELD);
    assert_reason(hsmd_card_open(client, &meter, answer.session, &other), MV_INVALID_FIELD);
    hsmd_card_close(client, answer.session);
    is_lost(answer.session);
    hsmd_card_close(client, session);
}

static void slots_belong_to_uses(void **state)
{
    (void)state;
    static const struct {
        enum hsmd_card_key use;
        uint8_t slot;
    } wrong[] = {
        {HSMD_CARD_ISSUER, 1},    {HSMD_CARD_ISSUER, 3},     {HSMD_CARD_OFFICE, 0},      {HSMD_CARD_OFFICE, 4},
        {HSMD_CARD_OFFICE, 0xFF}, {HSMD_CARD_METER, 1},      {HSMD_CARD_METER, 3},       {HSMD_CARD_METER, 0xFF},
        {HSMD_CARD_AREA, 2},      {HSMD_CARD_AREA, 0},       {HSMD_CARD_TRANSPORT, 4},   {HSMD_CARD_TRANSPORT, 0xFF},
        {HSMD_CARD_FACTORY, 4},   {HSMD_CARD_FACTORY, 0xFE}, {(enum hsmd_card_key)0, 0}, {(enum hsmd_card_key)7, 0}};
    struct hsmd_card_answer answer;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct hsmd_card_key_ref ref =
            card_ref(wrong[i].use, wrong[i].slot, wrong[i].use == HSMD_CARD_FACTORY ? 0 : ACTIVE);
        assert_reason(hsmd_card_open(client, &ref, HSMD_CARD_NO_SESSION, &answer), MV_INVALID_FIELD);
    }
    struct hsmd_card_key_ref ref = card_ref(HSMD_CARD_FACTORY, 0, 1);
    assert_reason(hsmd_card_open(client, &ref, HSMD_CARD_NO_SESSION, &answer), MV_INVALID_FIELD);
    ref = card_ref(HSMD_CARD_ISSUER, 0, 0);
    assert_reason(hsmd_card_open(client, &ref, HSMD_CARD_NO_SESSION, &answer), MV_INVALID_FIELD);
    ref = meter;
    ref.pan[3] = 'x';
    assert_reason(hsmd_card_open(client, &ref, HSMD_CARD_NO_SESSION, &answer), MV_INVALID_FIELD);
    ref.pan[0] = '\0';
    assert_reason(hsmd_card_open(client, &ref, HSMD_CARD_NO_SESSION, &answer), MV_INVALID_FIELD);
}

/* ---- masters ---- */

static void unknown_masters_are_named(void **state)
{
    (void)state;
    struct hsmd_card_answer answer;
    struct hsmd_card_key_ref ref = card_ref(HSMD_CARD_TRANSPORT, 0, 77);
    assert_reason_at(hsmd_card_open(client, &ref, HSMD_CARD_NO_SESSION, &answer), MV_CARD_KEY_UNKNOWN,
                     "card-transport");
    ref = card_ref(HSMD_CARD_AREA, 3, ACTIVE);
    ref.domain[0] ^= 1;
    assert_reason_at(hsmd_card_open(client, &ref, HSMD_CARD_NO_SESSION, &answer), MV_CARD_KEY_UNKNOWN, "card-area");
}

static void states_say_what_a_key_may(void **state)
{
    (void)state;
    static const struct {
        uint8_t version;
        bool opens, writes, entered;
    } rows[] = {{BELOW, true, false, false},      {ACTIVE, true, true, true},        {REPLACED, true, true, false},
                {EXPIRED, true, false, false},    {COMPROMISED, true, false, false}, {NOT_YET, false, false, false},
                {DESTROYED, false, false, false}, {NEWEST, true, true, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct hsmd_card_key_ref ref = card_ref(HSMD_CARD_METER, 2, rows[i].version);
        const struct mv_card_command write = {.ins = MV_CARD_INS_COMMIT, .mode = MV_CARD_MAC};
        struct hsmd_card_answer answer;
        card_holds(&ref);
        if (!rows[i].opens) {
            assert_reason(hsmd_card_open(client, &ref, HSMD_CARD_NO_SESSION, &answer), MV_CARD_KEY_NOT_ACTIVE);
        } else {
            uint32_t session = card_session(&ref);
            card_is_proven(session);
            if (rows[i].writes)
                assert_ok(hsmd_card_command(client, session, &write, &answer));
            else
                assert_reason_at(hsmd_card_command(client, session, &write, &answer), MV_CARD_KEY_NOT_ACTIVE,
                                 "only to be left");
            hsmd_card_close(client, session);
        }
        uint32_t session = card_session(&issuer);
        mv_status entered = hsmd_card_change_key(client, session, 0, &meter, &ref, &answer);
        if (rows[i].entered)
            assert_ok(entered);
        else
            assert_reason(entered, MV_CARD_KEY_NOT_ACTIVE);
        hsmd_card_close(client, session);
    }
}

/* ---- change of keys ---- */

static void keys_change_only_as_they_stand(void **state)
{
    (void)state;
    const struct hsmd_card_key_ref factory = card_ref(HSMD_CARD_FACTORY, 2, 0);
    const struct hsmd_card_key_ref picc = card_ref(HSMD_CARD_ISSUER, HSMD_CARD_PICC, NEWEST);
    struct hsmd_card_answer answer;
    uint32_t session = card_session(&issuer);
    /* another slot than the session's, old and new of two slots, the card's own from an application, the factory's */
    assert_reason(hsmd_card_change_key(client, session, 1, &meter, &meter, &answer), MV_INVALID_FIELD);
    assert_reason(hsmd_card_change_key(client, session, 0, &office, &meter, &answer), MV_INVALID_FIELD);
    assert_reason(hsmd_card_change_key(client, session, 0, &picc, &picc, &answer), MV_INVALID_FIELD);
    assert_reason(hsmd_card_change_key(client, session, 0, &meter, &factory, &answer), MV_INVALID_FIELD);
    card_is_proven(session);
    /* an old key that the card does not have: the card finds its check sum wrong */
    const struct hsmd_card_key_ref old_key = card_ref(HSMD_CARD_METER, 2, EXPIRED);
    assert_ok(card_change(session, 0, &old_key, &meter, &answer));
    refuses(&answer, MV_CARD_INTEGRITY);
    is_lost(session);
}

/* Whoever plays a card from the factory hears what is put onto it. */
static void only_transport_keys_replace_the_factorys(void **state)
{
    (void)state;
    static const enum hsmd_card_key refused[] = {HSMD_CARD_ISSUER, HSMD_CARD_OFFICE, HSMD_CARD_METER, HSMD_CARD_AREA};
    static const uint8_t slots[] = {0, 1, 2, 3};
    const struct hsmd_card_key_ref zeros = card_ref(HSMD_CARD_FACTORY, 0, 0);
    const struct hsmd_card_key_ref transport = card_ref(HSMD_CARD_TRANSPORT, 0, ACTIVE);
    const struct hsmd_card_key_ref under[] = {zeros, transport};
    struct hsmd_card_answer answer;
    for (size_t i = 0; i < 2; i++) {
        card_holds(&under[i]);
        card_select(true);
        uint32_t session = card_session(&under[i]);
        for (size_t j = 0; j < sizeof slots; j++) {
            const struct hsmd_card_key_ref old_key = card_ref(HSMD_CARD_FACTORY, slots[j], 0);
            const struct hsmd_card_key_ref fresh = card_ref(refused[j], slots[j], ACTIVE);
            assert_reason_at(hsmd_card_change_key(client, session, 0, &old_key, &fresh, &answer), MV_INVALID_FIELD,
                             "card key: only transport keys replace the factory's");
        }
        /* nor an old key that is called transport while the session is the factory's */
        const struct hsmd_card_key_ref old_key = card_ref(HSMD_CARD_TRANSPORT, 2, ACTIVE);
        if (i == 0)
            assert_reason(hsmd_card_change_key(client, session, 0, &old_key, &meter, &answer), MV_INVALID_FIELD);
        card_is_proven(session);
        hsmd_card_close(client, session);
    }
}

static void without_the_switch_there_is_no_factory(void **state)
{
    (void)state;
    const struct hsmd_card_key_ref picc = card_ref(HSMD_CARD_FACTORY, HSMD_CARD_PICC, 0);
    const struct hsmd_card_key_ref factory = card_ref(HSMD_CARD_FACTORY, 2, 0);
    struct hsmd_card_answer answer;
    assert_int_equal(process_stop(&process), 0);
    token.config.factory_cards = false;
    test_token_write_config(&token);
    process_start(&process, &token);
    assert_reason_at(hsmd_card_open(client, &picc, HSMD_CARD_NO_SESSION, &answer), MV_CARD_KEY_NOT_ACTIVE,
                     "factory_cards is off");
    assert_reason(hsmd_card_open(client, &factory, HSMD_CARD_NO_SESSION, &answer), MV_CARD_KEY_NOT_ACTIVE);
    uint32_t session = card_session(&issuer);
    const struct hsmd_card_key_ref transport = card_ref(HSMD_CARD_TRANSPORT, 2, ACTIVE);
    assert_reason(hsmd_card_change_key(client, session, 0, &factory, &transport, &answer), MV_CARD_KEY_NOT_ACTIVE);
    hsmd_card_close(client, session);
    assert_int_equal(process_stop(&process), 0);
    token.config.factory_cards = true;
    test_token_write_config(&token);
    process_start(&process, &token);
    assert_ok(hsmd_card_open(client, &picc, HSMD_CARD_NO_SESSION, &answer));
    hsmd_card_close(client, answer.session);
}

/* ---- sessions ---- */

static void of_one_connection(void **state)
{
    (void)state;
    struct hsmd_client *other = NULL;
    struct hsmd_card_answer answer;
    const struct mv_card_command command = {.ins = MV_CARD_INS_CARD_UID, .mode = MV_CARD_SECRET};
    uint32_t session = card_session(&office);
    assert_ok(hsmd_client_new(token.config.socket, 5000, &other));
    assert_ok(hsmd_health(other));
    assert_reason(hsmd_card_command(other, session, &command, &answer), MV_CARD_SESSION_LOST);
    hsmd_card_close(other, session);
    card_is_proven(session);
    hsmd_client_free(other);
    hsmd_card_close(client, session);
    is_lost(session);
    is_lost(HSMD_CARD_NO_SESSION);
}

static void a_connection_has_its_share(void **state)
{
    (void)state;
    uint32_t sessions[HSMD_CARDS_PER_OWNER];
    struct hsmd_client *other = NULL;
    struct hsmd_card_answer answer;
    for (unsigned i = 0; i < HSMD_CARDS_PER_OWNER; i++) {
        assert_ok(hsmd_card_open(client, &office, HSMD_CARD_NO_SESSION, &answer));
        sessions[i] = answer.session;
    }
    assert_reason(hsmd_card_open(client, &office, HSMD_CARD_NO_SESSION, &answer), MV_SERVER_BUSY);
    assert_ok(hsmd_client_new(token.config.socket, 5000, &other));
    assert_ok(hsmd_card_open(other, &office, HSMD_CARD_NO_SESSION, &answer));
    hsmd_client_free(other);
    for (unsigned i = 0; i < HSMD_CARDS_PER_OWNER; i++)
        hsmd_card_close(client, sessions[i]);
    assert_ok(hsmd_card_open(client, &office, HSMD_CARD_NO_SESSION, &answer));
    hsmd_card_close(client, answer.session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_card_without_the_key_is_false, new_card),
        cmocka_unit_test_setup(a_card_with_another_key_refuses_us, new_card),
        cmocka_unit_test(a_changed_answer_ends_the_session),
        cmocka_unit_test_setup(an_old_answer_is_no_answer, new_card),
        cmocka_unit_test_setup(an_endless_answer_ends_its_own_session, new_card),
        cmocka_unit_test_setup(no_answer_and_a_foreign_one, new_card),
        cmocka_unit_test_setup(only_listed_commands_run, new_card),
        cmocka_unit_test_setup(commands_have_their_form, new_card),
        cmocka_unit_test_setup(one_thing_at_a_time, new_card),
        cmocka_unit_test(slots_belong_to_uses),
        cmocka_unit_test(unknown_masters_are_named),
        cmocka_unit_test_setup(states_say_what_a_key_may, new_card),
        cmocka_unit_test_setup(keys_change_only_as_they_stand, new_card),
        cmocka_unit_test_setup(only_transport_keys_replace_the_factorys, new_card),
        cmocka_unit_test_setup(without_the_switch_there_is_no_factory, new_card),
        cmocka_unit_test_setup(of_one_connection, new_card),
        cmocka_unit_test_setup(a_connection_has_its_share, new_card),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
