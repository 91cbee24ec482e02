/* What happened to a meter's cards stands in the history of its account. */
#include <stdio.h>
#include <string.h>

#include "cards_world.h"
#include "vending/accounts.h"

static struct vend_timeline timeline;

static int setup(void **state)
{
    if (cards_setup(state) != 0)
        return -1;
    struct cards_world *cards = *state;
    struct vend_account account;
    struct vend_caller chief = world_caller("chief");
    const struct vend_account_request request = {
        .number = "A-1", .pan = cards->meter.pan, .customer = {"Mei Lin", "", "", ""}, .tariff_class = ""};
    assert_ok(vend_open_account(cards->world->vend, &chief, &request, &account));
    return 0;
}

/* What happened to cards, oldest first: "51 52 53 ". */
static const char *history(struct cards_world *cards, uint32_t page)
{
    static char text[256];
    struct vend_caller chief = world_caller("chief");
    char next[VEND_TIMELINE_TOKEN] = "";
    text[0] = '\0';
    do {
        assert_ok(vend_get_timeline(cards->world->vend, &chief, "A-1", page, next, &timeline));
        for (size_t i = 0; i < timeline.count; i++) {
            char all[sizeof text];
            if (timeline.events[i].kind < STORE_EVENT_CARD)
                continue;
            (void)snprintf(all, sizeof all, "%u %s", timeline.events[i].kind, text);
            (void)snprintf(text, sizeof text, "%s", all);
        }
        (void)snprintf(next, sizeof next, "%s", timeline.next);
    } while (next[0] != '\0');
    return text;
}

static const char *newest(struct cards_world *cards)
{
    (void)history(cards, 100);
    return timeline.events[0].text;
}

static void from_the_first_card_to_the_next(void **state)
{
    struct cards_world *cards = *state;
    assert_string_equal(history(cards, 100), "");
    cards_user(cards);
    assert_string_equal(history(cards, 100), "51 ");
    world_step(60, 60);
    assert_ok(cards_start_account(cards, "open"));
    assert_string_equal(history(cards, 100), "51 52 ");
    assert_non_null(strstr(newest(cards), "purchase=1"));
    world_step(60, 60);
    assert_ok(cards_start_account(cards, "open")); /* again: nothing new */
    cards_visit(cards, &cards->meter);
    assert_ok(cards_buy(cards, "one", 100, false));
    assert_string_equal(history(cards, 100), "51 52 53 ");
    world_step(60, 60);
    cards_fresh(cards, 2);
    cards_transport(cards);
    begin_t begin = cards_begin("new-card", METERVAULT__V1__CARD_PURPOSE__REPLACE);
    begin.meter_pan = cards->meter.pan;
    assert_ok(cards_session(cards, "seller", &begin));
    assert_string_equal(history(cards, 100), "51 52 53 54 51 53 ");
    /* page by page it is the same */
    assert_string_equal(history(cards, 1), "51 52 53 54 51 53 ");
    assert_string_equal(history(cards, 4), "51 52 53 54 51 53 ");
}

static void denied_and_allowed_again(void **state)
{
    struct cards_world *cards = *state;
    const struct vend_caller chief = world_caller("chief");
    struct vend_card_act act = {.caller = &chief, .call = VEND_BLOCK_CARD};
    struct vend_card card;
    cards_user(cards);
    memcpy(act.uid, cards->card.uid, sizeof act.uid);
    world_step(60, 60);
    assert_ok(vend_card_deny(cards->world->vend, &act, "stolen", &card));
    assert_ok(vend_card_deny(cards->world->vend, &act, "stolen", &card));
    assert_non_null(strstr(newest(cards), "reason=stolen"));
    assert_string_equal(timeline.events[0].principal, "chief");
    act.call = VEND_UNBLOCK_CARD;
    world_step(60, 60);
    assert_ok(vend_card_allow(cards->world->vend, &act, &card));
    assert_ok(vend_card_allow(cards->world->vend, &act, &card));
    assert_string_equal(history(cards, 100), "51 55 56 ");
}

static void closed_with_the_card(void **state)
{
    struct cards_world *cards = *state;
    begin_t begin = cards_begin("end", METERVAULT__V1__CARD_PURPOSE__CLOSE_ACCOUNT);
    cards_opened(cards);
    world_step(60, 60);
    assert_refused(MV_PREVIOUS_UNREAD, cards_session(cards, "seller", &begin));
    cards_visit(cards, &cards->meter);
    assert_ok(cards_session(cards, "seller", &begin));
    assert_non_null(strstr(history(cards, 100), "51 52 "));
    assert_string_equal(history(cards, 100) + strlen(history(cards, 100)) - 3, "57 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(from_the_first_card_to_the_next, setup, cards_teardown),
        cmocka_unit_test_setup_teardown(denied_and_allowed_again, setup, cards_teardown),
        cmocka_unit_test_setup_teardown(closed_with_the_card, setup, cards_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
