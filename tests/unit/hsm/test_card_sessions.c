/* The table of card sessions: bounds, owners and times, without a token. */
#include <stdlib.h>

#include "../../support/status.h"
#include "hsmd/card_sessions.h"

enum { OWNER = 7, OTHER = 8, TOKEN_SESSION = 3 };

static struct hsmd_cards *cards;

static int set_up(void **state)
{
    (void)state;
    cards = calloc(1, sizeof *cards);
    return cards == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    hsmd_cards_end_all(cards, NULL, TOKEN_SESSION);
    for (size_t i = 0; i < HSMD_CARDS; i++)
        assert_null(cards->places[i]);
    free(cards);
    return 0;
}

static struct hsmd_card_place *add(uint32_t owner, int64_t now_ms)
{
    struct hsmd_card_place *place = NULL;
    assert_ok(hsmd_cards_add(cards, owner, now_ms, &place));
    place->token_session = TOKEN_SESSION;
    return place;
}

static mv_status get(uint32_t owner, uint32_t id, int64_t now_ms)
{
    struct hsmd_card_place *place = NULL;
    return hsmd_cards_get(cards, NULL, owner, id, now_ms, TOKEN_SESSION, &place);
}

static void of_its_owner_alone(void **state)
{
    (void)state;
    uint32_t id = add(OWNER, 0)->id;
    assert_true(id != HSMD_CARD_NO_SESSION && id < HSMD_SLOT_NONE);
    assert_reason(get(OTHER, id, 0), MV_CARD_SESSION_LOST);
    assert_reason(get(OWNER, id + 1, 0), MV_CARD_SESSION_LOST);
    assert_reason(get(OWNER, id + HSMD_CARDS, 0), MV_CARD_SESSION_LOST);
    assert_reason(get(OWNER, HSMD_CARD_NO_SESSION, 0), MV_CARD_SESSION_LOST);
    assert_ok(get(OWNER, id, 0));
    hsmd_cards_end_owner(cards, NULL, OTHER, TOKEN_SESSION);
    assert_ok(get(OWNER, id, 0));
    hsmd_cards_end_owner(cards, NULL, OWNER, TOKEN_SESSION);
    assert_reason(get(OWNER, id, 0), MV_CARD_SESSION_LOST);
}

static void idle_for_a_minute(void **state)
{
    (void)state;
    uint32_t id = add(OWNER, 0)->id;
    assert_ok(get(OWNER, id, HSMD_CARD_IDLE_MS - 1));
    assert_ok(get(OWNER, id, 2 * HSMD_CARD_IDLE_MS - 2));
    assert_reason(get(OWNER, id, 3 * HSMD_CARD_IDLE_MS - 2), MV_CARD_SESSION_LOST);
    uint32_t other = add(OWNER, 0)->id;
    hsmd_cards_expire(cards, NULL, HSMD_CARD_IDLE_MS - 1, TOKEN_SESSION);
    assert_ok(get(OWNER, other, 0));
    hsmd_cards_expire(cards, NULL, HSMD_CARD_IDLE_MS, TOKEN_SESSION);
    assert_reason(get(OWNER, other, 0), MV_CARD_SESSION_LOST);
}

static void five_minutes_in_all(void **state)
{
    (void)state;
    uint32_t id = add(OWNER, 0)->id;
    for (int64_t now_ms = 0; now_ms < HSMD_CARD_LIFE_MS; now_ms += HSMD_CARD_IDLE_MS / 2)
        assert_ok(get(OWNER, id, now_ms));
    assert_ok(get(OWNER, id, HSMD_CARD_LIFE_MS - 1));
    assert_reason(get(OWNER, id, HSMD_CARD_LIFE_MS), MV_CARD_SESSION_LOST);
}

static void so_many_steps(void **state)
{
    (void)state;
    uint32_t id = add(OWNER, 0)->id;
    for (unsigned i = 0; i < HSMD_CARD_STEPS; i++)
        assert_ok(get(OWNER, id, 0));
    assert_reason(get(OWNER, id, 0), MV_CARD_SESSION_LOST);
}

static void not_of_a_former_session_of_the_token(void **state)
{
    (void)state;
    struct hsmd_card_place *place = add(OWNER, 0);
    uint32_t id = place->id;
    place->keys = (struct hsm_card_keys){{99}, {98}}; /* objects that went with it: not to be destroyed */
    assert_reason(hsmd_cards_get(cards, NULL, OWNER, id, 0, TOKEN_SESSION + 1, &place), MV_CARD_SESSION_LOST);
    assert_reason(get(OWNER, id, 0), MV_CARD_SESSION_LOST);
}

static void each_owner_has_a_share(void **state)
{
    (void)state;
    struct hsmd_card_place *place = NULL;
    for (uint32_t owner = 1; owner <= HSMD_CARDS / HSMD_CARDS_PER_OWNER; owner++) {
        for (unsigned i = 0; i < HSMD_CARDS_PER_OWNER; i++)
            (void)add(owner, 0);
        assert_reason(hsmd_cards_add(cards, owner, 0, &place), MV_SERVER_BUSY);
    }
    assert_reason(hsmd_cards_add(cards, 1000, 0, &place), MV_SERVER_BUSY);
    hsmd_cards_end_owner(cards, NULL, 5, TOKEN_SESSION);
    assert_ok(hsmd_cards_add(cards, 1000, 0, &place));
    place->token_session = TOKEN_SESSION;
}

/* An id comes again only after all turns, and none is 0 or that of no slot. */
static void ids_do_not_come_again(void **state)
{
    (void)state;
    uint32_t last = 0;
    for (unsigned i = 0; i < 9000; i++) {
        struct hsmd_card_place *place = add(OWNER, 0);
        assert_true(place->id != last && place->id != 0 && place->id < HSMD_SLOT_NONE);
        last = place->id;
        hsmd_cards_end(cards, NULL, place, TOKEN_SESSION);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(of_its_owner_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(idle_for_a_minute, set_up, tear_down),
        cmocka_unit_test_setup_teardown(five_minutes_in_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(so_many_steps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(not_of_a_former_session_of_the_token, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_owner_has_a_share, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ids_do_not_come_again, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
