/* Card sessions by a real key process on a real token, with an emulated card: every use's key is the one that the rules
 * say, a card is personalised and read, and keys change. */
#include <stdlib.h>
#include <string.h>

#include "../../support/status.h"
#include "card_world.h"
#include "served.h"

static int set_up(void **state)
{
    (void)state;
    return served_set_up(NULL, card_world_import);
}

static int tear_down(void **state)
{
    (void)state;
    vcard_free(&card);
    return served_tear_down();
}

static const struct {
    enum hsmd_card_key use;
    uint8_t slot;
} uses[] = {{HSMD_CARD_ISSUER, 0},    {HSMD_CARD_ISSUER, HSMD_CARD_PICC},
            {HSMD_CARD_OFFICE, 1},    {HSMD_CARD_OFFICE, 2},
            {HSMD_CARD_OFFICE, 3},    {HSMD_CARD_METER, 2},
            {HSMD_CARD_AREA, 3},      {HSMD_CARD_TRANSPORT, 0},
            {HSMD_CARD_TRANSPORT, 1}, {HSMD_CARD_TRANSPORT, 2},
            {HSMD_CARD_TRANSPORT, 3}, {HSMD_CARD_FACTORY, 0},
            {HSMD_CARD_FACTORY, 3},   {HSMD_CARD_FACTORY, HSMD_CARD_PICC}};
enum { USES = sizeof uses / sizeof uses[0] };

static struct hsmd_card_key_ref ref_of(size_t i, unsigned version)
{
    return card_ref(uses[i].use, uses[i].slot, uses[i].use == HSMD_CARD_FACTORY ? 0 : (uint8_t)version);
}

/* The card's keys are an oracle's, so that what authenticates is what the rules say. */
static void each_key_authenticates(void **state)
{
    (void)state;
    for (size_t i = 0; i < USES; i++) {
        for (unsigned version = ACTIVE; version <= NEWEST; version += NEWEST - ACTIVE) {
            const struct hsmd_card_key_ref ref = ref_of(i, version);
            card_fresh();
            card_holds(&ref);
            card_select(ref.slot != HSMD_CARD_PICC);
            uint32_t session = card_session(&ref);
            card_is_proven(session);
            hsmd_card_close(client, session);
        }
    }
}

/* Uses, slots, versions, cards, meters and domains have keys of their own; only transport and factory are the same in
 * all slots. */
static void keys_differ(void **state)
{
    (void)state;
    uint8_t keys[2 * USES + 3][16];
    size_t count = 0;
    for (size_t i = 0; i < USES; i++) {
        bool same_in_all_slots =
            (uses[i].use == HSMD_CARD_TRANSPORT || uses[i].use == HSMD_CARD_FACTORY) && uses[i].slot != 0;
        for (unsigned version = ACTIVE; !same_in_all_slots && version <= NEWEST; version += NEWEST - ACTIVE) {
            const struct hsmd_card_key_ref ref = ref_of(i, version);
            if (uses[i].use != HSMD_CARD_FACTORY || version == ACTIVE)
                card_key(&ref, keys[count++]);
        }
    }
    struct hsmd_card_key_ref other = card_ref(HSMD_CARD_OFFICE, 1, ACTIVE);
    other.uid[6] ^= 1;
    card_key(&other, keys[count++]);
    other = card_ref(HSMD_CARD_METER, 2, ACTIVE);
    other.pan[17] = '8';
    card_key(&other, keys[count++]);
    other = card_ref(HSMD_CARD_AREA, 3, ACTIVE);
    other.domain[2] ^= 1;
    card_key(&other, keys[count++]);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(keys[i], keys[j], 16);
}

static void change(uint32_t *session, uint8_t in_use, const struct hsmd_card_key_ref *old_key,
                   const struct hsmd_card_key_ref *new_key)
{
    struct hsmd_card_answer answer;
    assert_ok(card_change(*session, in_use, old_key, new_key, &answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    *session = answer.session;
}

static void has_key(const struct hsmd_card_key_ref *ref)
{
    const struct vcard_key *found = ref->slot == HSMD_CARD_PICC ? &card.picc : &card.application.keys[ref->slot];
    uint8_t key[16];
    card_key(ref, key);
    assert_memory_equal(found->bytes, key, sizeof key);
    assert_int_equal(found->version, ref->version);
}

/* Every slot from one use to another; slot 0, whose key is in use, comes last and ends the session. */
static void change_all(const struct hsmd_card_key_ref from[4], const struct hsmd_card_key_ref to[4])
{
    uint32_t session = card_session(&from[0]);
    for (unsigned slot = 1; slot < 4; slot++) {
        change(&session, 0, &from[slot], &to[slot]);
        assert_int_not_equal(session, HSMD_CARD_NO_SESSION);
        card_is_proven(session);
    }
    change(&session, 0, &from[0], &to[0]);
    assert_int_equal(session, HSMD_CARD_NO_SESSION);
    for (unsigned slot = 0; slot < 4; slot++)
        has_key(&to[slot]);
}

/* What a factory's terminal does, and then any other. */
static void a_card_from_the_factory_becomes_a_users(void **state)
{
    (void)state;
    struct hsmd_card_key_ref zeros[4];
    struct hsmd_card_key_ref transport[4];
    const struct hsmd_card_key_ref user[4] = {
        card_ref(HSMD_CARD_ISSUER, 0, ACTIVE), card_ref(HSMD_CARD_OFFICE, 1, NEWEST),
        card_ref(HSMD_CARD_METER, 2, ACTIVE), card_ref(HSMD_CARD_OFFICE, 3, ACTIVE)};
    const struct hsmd_card_key_ref picc_zeros = card_ref(HSMD_CARD_FACTORY, HSMD_CARD_PICC, 0);
    const struct hsmd_card_key_ref picc = card_ref(HSMD_CARD_ISSUER, HSMD_CARD_PICC, ACTIVE);
    static const uint8_t application[] = {0x56, 0x4D, 0xF0, MV_CARD_KEY_SETTINGS, MV_CARD_KEY_TYPE};
    struct hsmd_card_answer answer;
    for (uint8_t slot = 0; slot < 4; slot++) {
        zeros[slot] = card_ref(HSMD_CARD_FACTORY, slot, 0);
        transport[slot] = card_ref(HSMD_CARD_TRANSPORT, slot, NEWEST);
    }
    vcard_free(&card);
    vcard_init(&card, NULL, CARD_UID);
    card_select(false);
    uint32_t session = card_session(&picc_zeros);
    assert_ok(card_run(session, MV_CARD_INS_CREATE_APPLICATION, MV_CARD_MAC, application, sizeof application, NULL, 0,
                       &answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    change(&session, HSMD_CARD_PICC, &picc_zeros, &picc);
    assert_int_equal(session, HSMD_CARD_NO_SESSION);
    has_key(&picc);
    card_select(true);
    change_all(zeros, transport);
    change_all(transport, user);
    card_files();
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    const struct hsmd_card_key_ref office = card_ref(HSMD_CARD_OFFICE, 1, ACTIVE);
    const struct hsmd_card_key_ref meter = card_ref(HSMD_CARD_METER, 2, ACTIVE);
    uint8_t content[MV_CARD_USER_TO_BYTES];
    uint8_t header[MV_CARD_FILE_HEADER];
    struct hsmd_card_answer answer;
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i * 7 + i / 256);
    card_fresh();
    card_holds(&office);
    card_holds(&meter);
    card_files();
    uint32_t session = card_session(&office);
    mv_card_file_header(MV_CARD_FILE_TO_METER, 0, sizeof content, header);
    assert_ok(
        card_run(session, MV_CARD_INS_WRITE, MV_CARD_SECRET, header, sizeof header, content, sizeof content, &answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    assert_ok(card_run(session, MV_CARD_INS_COMMIT, MV_CARD_MAC, NULL, 0, NULL, 0, &answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    /* the meter's key within the same transaction */
    assert_ok(card_open(&meter, session, &answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    assert_int_equal(answer.session, session);
    mv_card_file_header(MV_CARD_FILE_TO_METER, 5, sizeof content - 5, header);
    assert_ok(card_run(session, MV_CARD_INS_READ, MV_CARD_SECRET, header, sizeof header, NULL, 0, &answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    assert_int_equal(answer.data_size, sizeof content - 5);
    assert_memory_equal(answer.data, content + 5, sizeof content - 5);
    hsmd_card_close(client, session);
}

/* Several cards at once, each its session and keys. */
static void sessions_do_not_mix(void **state)
{
    (void)state;
    enum { SESSIONS = 32 };
    static struct vcard cards[SESSIONS];
    struct hsmd_card_answer answers[SESSIONS];
    for (unsigned i = 0; i < SESSIONS; i++) {
        struct hsmd_card_key_ref ref = card_ref(HSMD_CARD_OFFICE, 1, ACTIVE);
        ref.uid[5] = (uint8_t)i;
        vcard_init(&cards[i], NULL, ref.uid);
        cards[i].application.exists = cards[i].selected = true;
        card_key(&ref, cards[i].application.keys[1].bytes);
        assert_ok(hsmd_card_open(client, &ref, HSMD_CARD_NO_SESSION, &answers[i]));
    }
    for (unsigned step = 0; step < 2; step++) {
        for (unsigned i = 0; i < SESSIONS; i++) {
            uint8_t rapdu[VCARD_RAPDU];
            uint16_t size = vcard_apdu(&cards[i], answers[i].apdu, answers[i].apdu_size, rapdu);
            assert_ok(hsmd_card_step(client, answers[i].session, rapdu, size, &answers[i]));
        }
    }
    for (unsigned i = 0; i < SESSIONS; i++) {
        assert_int_equal(answers[i].next, HSMD_CARD_DONE);
        hsmd_card_close(client, answers[i].session);
        vcard_free(&cards[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_authenticates),
        cmocka_unit_test(keys_differ),
        cmocka_unit_test(a_card_from_the_factory_becomes_a_users),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(sessions_do_not_mix),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
