/* Sessions with cards of profile 2 while worker or token fail, wherever they are: the session is lost and says so, the
 * card has what it had, and the next session is as before. */
#include <signal.h>
#include <string.h>

#include "../../support/status.h"
#include "pboc_world.h"
#include "served.h"

enum { OPENING = 3 /* steps of a proof both ways */, WRITING = 2 };

static int set_up(void **state)
{
    (void)state;
    return served_set_up(MV_SHIM_MODULE, pboc_world_import);
}

static int tear_down(void **state)
{
    (void)state;
    return served_tear_down();
}

static const uint8_t wallet[MV_PBOC_WALLET] = {0, 0, 0, 1, 0, 0, 0, 1};

/* Goes so many steps into the opening of a session, or, behind it, into a write. */
static void go(unsigned steps, struct hsmd_card_answer *answer)
{
    const struct hsmd_pboc_ref ref = pboc_ref(ACTIVE, ACTIVE, ACTIVE);
    pboc_select();
    assert_ok(hsmd_pboc_open(client, &ref, answer));
    for (unsigned i = 0; i < steps && i < OPENING; i++)
        assert_ok(pboc_step(answer));
    if (steps < OPENING)
        return;
    assert_ok(hsmd_pboc_update(client, answer->session, 4, MV_PBOC_FILE_WALLET, wallet, sizeof wallet, answer));
    for (unsigned i = OPENING; i < steps; i++)
        assert_ok(pboc_step(answer));
}

static void as_before(void)
{
    pboc_select();
    hsmd_card_close(client, pboc_session(ACTIVE));
}

static void a_killed_worker_takes_its_sessions(void **state)
{
    (void)state;
    for (unsigned steps = 0; steps < OPENING + WRITING; steps += 2) {
        struct hsmd_card_answer answer;
        pid_t worker = process_worker(&process, 0);
        go(steps, &answer);
        assert_int_equal(kill(worker, SIGKILL), 0);
        (void)process_worker(&process, worker);
        process_await(&token);
        assert_reason(pboc_step(&answer), MV_CARD_SESSION_LOST);
        as_before();
    }
}

/* Where the token is asked for something: proof, cryptogram, MAC; and at the beginning. */
static void a_lost_session_of_the_token_takes_them_too(void **state)
{
    static const unsigned places[] = {0, 1, OPENING};
    const struct hsmd_pboc_ref ref = pboc_ref(ACTIVE, ACTIVE, ACTIVE);
    struct hsmd_card_answer answer;
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        go(places[i], &answer);
        fault_on("des-lose-session");
        assert_reason(pboc_step(&answer), MV_CARD_SESSION_LOST);
        assert_reason(pboc_step(&answer), MV_CARD_SESSION_LOST);
        assert_int_equal(pboc_card.pboc.wallet[3], 0);
        as_before();
    }
    fault_on("des-lose-session");
    assert_reason(hsmd_pboc_open(client, &ref, &answer), MV_CARD_SESSION_LOST);
    as_before();
}

static void a_failing_device_is_named(void **state)
{
    static const unsigned places[] = {0, 1, OPENING};
    const struct hsmd_pboc_ref ref = pboc_ref(ACTIVE, ACTIVE, ACTIVE);
    struct hsmd_card_answer answer;
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        go(places[i], &answer);
        fault_on("des-device-error");
        assert_reason(pboc_step(&answer), MV_MODULE_FAILED);
        fault_off("des-device-error");
        assert_ok(hsmd_health(client));
        assert_reason(pboc_step(&answer), MV_CARD_SESSION_LOST);
        as_before();
    }
    fault_on("des-device-error");
    assert_reason(hsmd_pboc_open(client, &ref, &answer), MV_MODULE_FAILED);
    fault_off("des-device-error");
    assert_ok(hsmd_health(client));
    as_before();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_killed_worker_takes_its_sessions, pboc_new_card),
        cmocka_unit_test_setup(a_lost_session_of_the_token_takes_them_too, pboc_new_card),
        cmocka_unit_test_setup(a_failing_device_is_named, pboc_new_card),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
