/* Sessions with cards of profile 2 by a real key process on a real token: who proves what to whom in which order, and
 * what is written. */
#include <stdlib.h>
#include <string.h>

#include "../../support/status.h"
#include "pboc_world.h"
#include "served.h"

enum { BLOCK = MV_PBOC_BLOCK };

static int set_up(void **state)
{
    (void)state;
    return served_set_up(NULL, pboc_world_import);
}

static int tear_down(void **state)
{
    (void)state;
    return served_tear_down();
}

static void refused(const struct hsmd_card_answer *answer, enum mv_card_error error)
{
    assert_int_equal(answer->next, HSMD_CARD_REFUSED);
    assert_int_equal(answer->card_error, error);
    assert_int_equal(answer->session, HSMD_CARD_NO_SESSION);
}

static void parameters(uint8_t kind, uint8_t file[MV_PBOC_USER_BYTES])
{
    const struct mv_pboc_user user = {.meter_no = {1, 2, 3, 4, 5, 6}, .kind = kind};
    uint8_t data[MV_PBOC_USER_DATA];
    mv_pboc_user_write(&user, data);
    assert_int_equal(MV_PBOC_USER_BYTES, mv_pboc_frame(MV_PBOC_COMMAND_USER, data, sizeof data, file));
}

/* ---- */

static void both_prove_themselves_and_files_are_written(void **state)
{
    static const uint8_t nothing[MV_PBOC_RETURN_BYTES];
    uint8_t file[MV_PBOC_USER_BYTES];
    uint8_t wallet[MV_PBOC_WALLET];
    struct hsmd_card_answer answer;
    (void)state;
    uint32_t session = pboc_session(ACTIVE);
    assert_true(pboc_card.pboc.admitted);
    parameters(2, file);
    mv_pboc_wallet_write(10000, 7, wallet);
    memset(pboc_card.pboc.returned, 0x68, sizeof pboc_card.pboc.returned);
    assert_ok(hsmd_pboc_update(client, session, 0x04, 1, file, sizeof file, &answer));
    assert_ok(pboc_relay(&answer));
    assert_ok(hsmd_pboc_update(client, session, 0x04, 2, wallet, sizeof wallet, &answer));
    assert_ok(pboc_relay(&answer));
    assert_ok(hsmd_pboc_update(client, session, 0x04, 5, nothing, sizeof nothing, &answer));
    assert_ok(pboc_relay(&answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    assert_memory_equal(pboc_card.pboc.user, file, sizeof file);
    assert_memory_equal(pboc_card.pboc.wallet, "\x00\x00\x27\x10\x00\x00\x00\x07", 8);
    assert_memory_equal(pboc_card.pboc.returned, nothing, sizeof nothing);
    hsmd_card_close(client, session);
}

/* Which class says "MAC" is the card's choice. */
static void the_class_is_a_parameter(void **state)
{
    static const uint8_t wallet[MV_PBOC_WALLET] = {1};
    struct hsmd_card_answer answer;
    (void)state;
    pboc_card.pboc.class = MV_PBOC_CLASS_84;
    uint32_t session = pboc_session(ACTIVE);
    assert_ok(hsmd_pboc_update(client, session, 0x84, 2, wallet, sizeof wallet, &answer));
    assert_ok(pboc_relay(&answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    assert_memory_equal(pboc_card.pboc.wallet, wallet, sizeof wallet);
    assert_ok(hsmd_pboc_update(client, session, 0x04, 2, wallet, sizeof wallet, &answer));
    assert_ok(pboc_relay(&answer));
    refused(&answer, MV_CARD_FOREIGN);
}

/* The challenge is the token's and always another, so that what a card once said is of no use. */
static void a_recorded_card_is_no_card(void **state)
{
    struct hsmd_card_answer first;
    struct hsmd_card_answer second;
    const struct hsmd_pboc_ref ref = pboc_ref(ACTIVE, ACTIVE, ACTIVE);
    uint8_t recorded[VCARD_RAPDU];
    (void)state;
    assert_ok(hsmd_pboc_open(client, &ref, &first));
    uint16_t size = vcard_apdu(&pboc_card, first.apdu, first.apdu_size, recorded);
    assert_ok(hsmd_pboc_open(client, &ref, &second));
    assert_int_equal(second.apdu_size, MV_PBOC_AUTH_APDU);
    assert_memory_equal(second.apdu, "\x00\x88\x00\x01\x08", 5);
    assert_memory_not_equal(first.apdu + 5, second.apdu + 5, BLOCK);
    assert_ok(hsmd_card_step(client, second.session, recorded, size, &second));
    refused(&second, MV_CARD_FALSE);
    assert_ok(hsmd_card_step(client, first.session, recorded, size, &first));
    assert_int_equal(first.next, HSMD_CARD_SEND);
    hsmd_card_close(client, first.session);
}

/* Nothing is encrypted for a card that has not proven itself, whatever bit of its answer is wrong. */
static void no_proof_no_cryptogram(void **state)
{
    const struct hsmd_pboc_ref ref = pboc_ref(ACTIVE, ACTIVE, ACTIVE);
    struct hsmd_card_answer answer;
    uint8_t rapdu[VCARD_RAPDU];
    (void)state;
    for (unsigned bit = 0; bit < 8 * BLOCK; bit++) {
        assert_ok(hsmd_pboc_open(client, &ref, &answer));
        uint16_t size = vcard_apdu(&pboc_card, answer.apdu, answer.apdu_size, rapdu);
        rapdu[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_ok(hsmd_card_step(client, answer.session, rapdu, size, &answer));
        refused(&answer, MV_CARD_FALSE);
        assert_int_equal(answer.apdu_size, 0);
    }
    static const struct {
        uint8_t bytes[12];
        uint16_t size;
        enum mv_card_error error;
    } others[] = {{{0x69, 0x82}, 2, MV_CARD_AUTHENTICATION},
                  {{0x90, 0x00}, 2, MV_CARD_FORMAT},
                  {{0}, 0, MV_CARD_FORMAT},
                  {{[7] = 0x90}, 9, MV_CARD_FORMAT},
                  {{0x6E, 0x00}, 2, MV_CARD_FOREIGN},
                  {{[8] = 0x6F}, 10, MV_CARD_OTHER_STATUS}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_ok(hsmd_pboc_open(client, &ref, &answer));
        assert_ok(hsmd_card_step(client, answer.session, others[i].bytes, others[i].size, &answer));
        if (i == 3)
            assert_int_equal(answer.next, HSMD_CARD_REFUSED);
        else
            refused(&answer, others[i].error);
    }
}

/* The cryptogram is made once, of what the card said right after its proof. */
static void in_this_order_only(void **state)
{
    static const uint8_t wallet[MV_PBOC_WALLET];
    const struct hsmd_pboc_ref ref = pboc_ref(ACTIVE, ACTIVE, ACTIVE);
    struct hsmd_card_answer answer;
    struct hsmd_card_answer other;
    uint8_t rapdu[VCARD_RAPDU];
    (void)state;
    assert_ok(hsmd_pboc_open(client, &ref, &answer));
    assert_reason(hsmd_pboc_update(client, answer.session, 4, 2, wallet, sizeof wallet, &other), MV_INVALID_FIELD);
    assert_ok(pboc_step(&answer));
    assert_memory_equal(answer.apdu, "\x00\x84\x00\x00\x08", 5);
    assert_reason(hsmd_pboc_update(client, answer.session, 4, 2, wallet, sizeof wallet, &other), MV_INVALID_FIELD);
    uint16_t size = vcard_apdu(&pboc_card, answer.apdu, answer.apdu_size, rapdu);
    assert_ok(hsmd_card_step(client, answer.session, rapdu, size, &answer));
    assert_memory_equal(answer.apdu, "\x00\x82\x00\x02\x08", 5);
    assert_ok(hsmd_card_step(client, answer.session, rapdu, size, &other));
    refused(&other, MV_CARD_FORMAT); /* a second challenge is no answer to a cryptogram */
    assert_reason(hsmd_card_step(client, answer.session, rapdu, size, &other), MV_CARD_SESSION_LOST);
    uint32_t session = pboc_session(ACTIVE);
    assert_reason(hsmd_card_step(client, session, rapdu, size, &other), MV_INVALID_FIELD);
    hsmd_card_close(client, session);
}

/* What the card answers must not be what it wants to hear. */
static void three_keys_are_three(void **state)
{
    const struct hsmd_pboc_ref one = pboc_ref(ACTIVE, PBOC_TWIN, ACTIVE);
    const struct hsmd_pboc_ref two = pboc_ref(ACTIVE, ACTIVE, PBOC_TWIN);
    struct hsmd_card_answer answer;
    uint8_t reflected[MV_PBOC_AUTH_APDU] = {0, 0x88, 0, 1, BLOCK};
    uint8_t rapdu[VCARD_RAPDU];
    (void)state;
    assert_reason(hsmd_pboc_open(client, &one, &answer), MV_CARD_KEY_NOT_ACTIVE);
    assert_reason(hsmd_pboc_open(client, &two, &answer), MV_CARD_KEY_NOT_ACTIVE);
    const uint8_t ask[] = {0, 0x84, 0, 0, BLOCK};
    assert_int_equal(BLOCK + 2, vcard_apdu(&pboc_card, ask, sizeof ask, rapdu));
    memcpy(reflected + 5, rapdu, BLOCK);
    assert_int_equal(BLOCK + 2, vcard_apdu(&pboc_card, reflected, sizeof reflected, rapdu));
    reflected[1] = 0x82;
    reflected[3] = 2;
    memcpy(reflected + 5, rapdu, BLOCK);
    assert_int_equal(2, vcard_apdu(&pboc_card, reflected, sizeof reflected, rapdu));
    assert_memory_equal(rapdu, "\x63\xC2", 2);
    assert_false(pboc_card.pboc.admitted);
}

static void the_files_of_the_profile_and_no_others(void **state)
{
    uint8_t file[MV_PBOC_RETURN_BYTES] = {0};
    struct hsmd_card_answer answer;
    (void)state;
    uint32_t session = pboc_session(ACTIVE);
    const struct hsmd_card_answer before = {.session = session};
    static const struct {
        uint8_t class, file, size;
    } wrong[] = {{4, 3, 8},  {4, 0, 8},  {4, 0x19, 8}, {4, 2, 7}, {4, 2, 9},
                 {4, 5, 48}, {4, 1, 45}, {0, 2, 8},    {5, 2, 8}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_reason(hsmd_pboc_update(client, session, wrong[i].class, wrong[i].file, file, wrong[i].size, &answer),
                      MV_INVALID_FIELD);
    assert_reason(hsmd_pboc_update(client, session, 4, 2, file, 50, &answer), MV_INVALID_FIELD);
    file[30] = 1; /* nobody but a meter writes a return */
    assert_reason(hsmd_pboc_update(client, session, 4, 5, file, sizeof file, &answer), MV_INVALID_FIELD);
    parameters(1, file);
    file[1] = 3; /* a bench's command byte for the same file */
    file[43]++;
    file[43]++;
    assert_reason(hsmd_pboc_update(client, session, 4, 1, file, MV_PBOC_USER_BYTES, &answer), MV_INVALID_FIELD);
    parameters(1, file);
    assert_ok(hsmd_pboc_update(client, before.session, 4, 1, file, MV_PBOC_USER_BYTES, &answer));
    assert_ok(pboc_relay(&answer));
    assert_int_equal(answer.next, HSMD_CARD_DONE);
    hsmd_card_close(client, session);
}

/* One bit of what the terminal carries, and the card takes nothing. */
static void a_changed_write_is_refused(void **state)
{
    static const uint8_t wallet[MV_PBOC_WALLET] = {0, 0, 0, 9};
    struct hsmd_card_answer answer;
    uint8_t rapdu[VCARD_RAPDU];
    (void)state;
    for (unsigned byte = 5; byte < 17; byte++) {
        uint32_t session = pboc_session(ACTIVE);
        assert_ok(hsmd_pboc_update(client, session, 4, 2, wallet, sizeof wallet, &answer));
        assert_ok(pboc_step(&answer));
        assert_int_equal(answer.apdu_size, 17);
        answer.apdu[byte] ^= 1;
        uint16_t size = vcard_apdu(&pboc_card, answer.apdu, answer.apdu_size, rapdu);
        assert_memory_equal(rapdu, "\x69\x88", 2);
        assert_ok(hsmd_card_step(client, session, rapdu, size, &answer));
        refused(&answer, MV_CARD_INTEGRITY);
        assert_int_equal(pboc_card.pboc.wallet[3], 0);
    }
}

static void states_of_the_keys_count(void **state)
{
    static const uint8_t wallet[MV_PBOC_WALLET];
    static const struct {
        uint8_t version;
        enum mv_reason opens, writes;
    } rows[] = {{ACTIVE, MV_REASON_UNSPECIFIED, MV_REASON_UNSPECIFIED},
                {NEWEST, MV_REASON_UNSPECIFIED, MV_REASON_UNSPECIFIED},
                {EXPIRED, MV_REASON_UNSPECIFIED, MV_CARD_KEY_NOT_ACTIVE},
                {COMPROMISED, MV_REASON_UNSPECIFIED, MV_CARD_KEY_NOT_ACTIVE},
                {BELOW, MV_REASON_UNSPECIFIED, MV_CARD_KEY_NOT_ACTIVE},
                {NOT_YET, MV_CARD_KEY_NOT_ACTIVE, MV_REASON_UNSPECIFIED},
                {50, MV_CARD_KEY_UNKNOWN, MV_REASON_UNSPECIFIED},
                {0, MV_INVALID_FIELD, MV_REASON_UNSPECIFIED}};
    struct hsmd_card_answer answer;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct hsmd_pboc_ref ref = pboc_ref(ACTIVE, ACTIVE, rows[i].version);
        if (rows[i].opens != MV_REASON_UNSPECIFIED) {
            assert_reason(hsmd_pboc_open(client, &ref, &answer), rows[i].opens);
            continue;
        }
        uint32_t session = pboc_session(rows[i].version);
        if (rows[i].writes != MV_REASON_UNSPECIFIED)
            assert_reason(hsmd_pboc_update(client, session, 4, 2, wallet, sizeof wallet, &answer), rows[i].writes);
        else
            assert_ok(hsmd_pboc_update(client, session, 4, 2, wallet, sizeof wallet, &answer));
        hsmd_card_close(client, session);
    }
}

/* What one profile's session may do, the other's may not. */
static void profiles_do_not_mix(void **state)
{
    static const uint8_t wallet[MV_PBOC_WALLET];
    const struct mv_card_command command = {.ins = MV_CARD_INS_CARD_UID, .mode = MV_CARD_SECRET};
    const struct hsmd_card_key_ref office = {.use = HSMD_CARD_OFFICE, .slot = 1, .version = ACTIVE};
    struct hsmd_card_answer answer;
    (void)state;
    uint32_t session = pboc_session(ACTIVE);
    assert_reason(hsmd_card_command(client, session, &command, &answer), MV_INVALID_FIELD);
    assert_reason(hsmd_card_open(client, &office, session, &answer), MV_INVALID_FIELD);
    assert_reason(hsmd_card_change_key(client, session, 1, &office, &office, &answer), MV_INVALID_FIELD);
    hsmd_card_close(client, session);
    assert_reason(hsmd_pboc_update(client, session, 4, 2, wallet, sizeof wallet, &answer), MV_CARD_SESSION_LOST);
    assert_ok(hsmd_card_open(client, &office, HSMD_CARD_NO_SESSION, &answer));
    uint32_t of_profile_1 = answer.session;
    assert_reason(hsmd_pboc_update(client, of_profile_1, 4, 2, wallet, sizeof wallet, &answer), MV_INVALID_FIELD);
    hsmd_card_close(client, of_profile_1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(both_prove_themselves_and_files_are_written, pboc_new_card),
        cmocka_unit_test_setup(the_class_is_a_parameter, pboc_new_card),
        cmocka_unit_test_setup(a_recorded_card_is_no_card, pboc_new_card),
        cmocka_unit_test_setup(no_proof_no_cryptogram, pboc_new_card),
        cmocka_unit_test_setup(in_this_order_only, pboc_new_card),
        cmocka_unit_test_setup(three_keys_are_three, pboc_new_card),
        cmocka_unit_test_setup(the_files_of_the_profile_and_no_others, pboc_new_card),
        cmocka_unit_test_setup(a_changed_write_is_refused, pboc_new_card),
        cmocka_unit_test_setup(states_of_the_keys_count, pboc_new_card),
        cmocka_unit_test_setup(profiles_do_not_mix, pboc_new_card),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
