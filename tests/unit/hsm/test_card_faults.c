/* Card sessions while worker or token fail: the session is lost and says so, and the next one is as before. */
#include <signal.h>
#include <string.h>

#include "../../support/status.h"
#include "card_world.h"
#include "served.h"

static int set_up(void **state)
{
    (void)state;
    return served_set_up(MV_SHIM_MODULE, card_world_import);
}

static int tear_down(void **state)
{
    (void)state;
    vcard_free(&card);
    return served_tear_down();
}

static struct hsmd_card_key_ref office_card(void)
{
    const struct hsmd_card_key_ref office = card_ref(HSMD_CARD_OFFICE, 1, ACTIVE);
    card_fresh();
    card_holds(&office);
    return office;
}

static void a_killed_worker_takes_its_sessions(void **state)
{
    (void)state;
    const struct hsmd_card_key_ref office = office_card();
    const struct mv_card_command command = {.ins = MV_CARD_INS_CARD_UID, .mode = MV_CARD_SECRET};
    for (unsigned under_way = 0; under_way < 3; under_way++) {
        struct hsmd_card_answer answer;
        uint32_t session = 0;
        pid_t worker = process_worker(&process, 0);
        if (under_way == 0) {
            assert_ok(hsmd_card_open(client, &office, HSMD_CARD_NO_SESSION, &answer));
            session = answer.session;
        } else {
            session = card_session(&office);
        }
        if (under_way == 2)
            assert_ok(hsmd_card_command(client, session, &command, &answer));
        assert_int_equal(kill(worker, SIGKILL), 0);
        (void)process_worker(&process, worker);
        process_await(&token);
        if (under_way == 1)
            assert_reason(hsmd_card_command(client, session, &command, &answer), MV_CARD_SESSION_LOST);
        else
            assert_reason(hsmd_card_step(client, session, office.uid, 2, &answer), MV_CARD_SESSION_LOST);
        assert_reason(hsmd_card_open(client, &office, session, &answer), MV_CARD_SESSION_LOST);
        card_select(true);
        session = card_session(&office);
        card_is_proven(session);
        hsmd_card_close(client, session);
    }
}

/* In the middle of a command's MAC, and of an answer's. */
static void a_lost_session_of_the_token_takes_them_too(void **state)
{
    (void)state;
    const struct hsmd_card_key_ref office = office_card();
    const struct hsmd_card_key_ref factory = card_ref(HSMD_CARD_FACTORY, 3, 0);
    const struct mv_card_command command = {.ins = MV_CARD_INS_CARD_UID, .mode = MV_CARD_SECRET};
    pid_t worker = process_worker(&process, 0);
    for (int i = 0; i < 4; i++) {
        struct hsmd_card_answer answer;
        card_select(true);
        uint32_t other = card_session(&factory);
        card_select(true);
        uint32_t session = card_session(&office);
        if (i % 2 == 0) {
            fault_on("lose-session");
            assert_reason(hsmd_card_command(client, session, &command, &answer), MV_CARD_SESSION_LOST);
        } else {
            assert_ok(hsmd_card_command(client, session, &command, &answer));
            fault_on("lose-session");
            assert_reason(card_relay(&answer), MV_CARD_SESSION_LOST);
        }
        assert_reason(hsmd_card_command(client, session, &command, &answer), MV_CARD_SESSION_LOST);
        assert_reason(hsmd_card_command(client, other, &command, &answer), MV_CARD_SESSION_LOST);
    }
    assert_int_equal(process_worker(&process, 0), worker);
    card_select(true);
    uint32_t session = card_session(&factory);
    card_is_proven(session);
    hsmd_card_close(client, session);
}

static void a_failing_device_is_named(void **state)
{
    (void)state;
    const struct hsmd_card_key_ref office = office_card();
    const struct mv_card_command command = {.ins = MV_CARD_INS_CARD_UID, .mode = MV_CARD_SECRET};
    struct hsmd_card_answer answer;
    uint32_t session = card_session(&office);
    fault_on("device-error");
    assert_reason(hsmd_card_command(client, session, &command, &answer), MV_MODULE_FAILED);
    fault_off("device-error");
    assert_ok(hsmd_health(client));
    assert_reason(hsmd_card_command(client, session, &command, &answer), MV_CARD_SESSION_LOST);
    card_select(true);
    session = card_session(&office);
    card_is_proven(session);
    hsmd_card_close(client, session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_worker_takes_its_sessions),
        cmocka_unit_test(a_lost_session_of_the_token_takes_them_too),
        cmocka_unit_test(a_failing_device_is_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
