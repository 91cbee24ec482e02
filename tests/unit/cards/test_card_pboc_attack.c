/* Cards of profile 2 under attack: pulled out of every session, kept as copies, denied or held in the middle of one. */
#include <stdio.h>
#include <string.h>

#include "cards_world.h"
#include "metervault/card_pboc.h"

enum { WH = 100, NEWEST = CARDS_PBOC_NEWEST };

static void new_meter(struct cards_world *cards, unsigned cut)
{
    memset(&cards->meter, 0, sizeof cards->meter);
    cards_add_meter(cards, 100 + cut, 2, cards->meter.pan);
}

/* ---- it leaves ---- */

/* The sale of an opening is the caller's: made once, whatever happened, and then the card's. */
static void opening_is_cut(struct cards_world *cards, bool after)
{
    mv_status status = mv_fail(MV_CARD_REMOVED, NULL);
    unsigned cut = 0;
    while (!status.ok) {
        char id[32];
        (void)snprintf(id, sizeof id, "open-%u", ++cut);
        cards_fresh_pboc(cards, (uint8_t)cut, NEWEST);
        new_meter(cards, cut);
        cards->cut = cut;
        cards->cut_after = after;
        status = cards_start_account(cards, id);
        cards->cut = 0;
        cards_visit_pboc(cards, &cards->meter);
        assert_ok(cards_start_account(cards, id));
        cards_visit_pboc(cards, &cards->meter);
        assert_int_equal(500, cards->meter.credit);
        assert_ok(cards_start_account(cards, id));
        assert_true(cards->result.already);
    }
    assert_true(cut > 15);
}

static void opening_is_cut_before(void **state)
{
    opening_is_cut(*state, false);
}

static void opening_is_cut_behind(void **state)
{
    opening_is_cut(*state, true);
}

static void replacing_is_cut(struct cards_world *cards, bool after)
{
    mv_status status = mv_fail(MV_CARD_REMOVED, NULL);
    unsigned cut = 0;
    while (!status.ok) {
        char id[32];
        (void)snprintf(id, sizeof id, "open-%u", ++cut);
        cards_fresh_pboc(cards, (uint8_t)(2 * cut), NEWEST);
        new_meter(cards, cut);
        assert_ok(cards_start_account(cards, id)); /* and lost */
        cards_fresh_pboc(cards, (uint8_t)(2 * cut + 1), NEWEST);
        (void)snprintf(id, sizeof id, "new-%u", cut);
        cards->cut = cut;
        cards->cut_after = after;
        status = cards_replace_pboc(cards, id, 0);
        cards->cut = 0;
        cards_visit_pboc(cards, &cards->meter);
        assert_ok(cards_replace_pboc(cards, id, 0));
        cards_visit_pboc(cards, &cards->meter);
        assert_int_equal(500, cards->meter.credit);
        (void)snprintf(id, sizeof id, "buy-%u", cut);
        assert_ok(cards_buy(cards, id, WH, false));
        cards_visit_pboc(cards, &cards->meter);
        assert_int_equal(500 + WH, cards->meter.credit);
    }
    assert_true(cut > 15);
}

static void replacing_is_cut_before(void **state)
{
    replacing_is_cut(*state, false);
}

static void replacing_is_cut_behind(void **state)
{
    replacing_is_cut(*state, true);
}

/* ---- copies ---- */

/* Kept at each of its moments, and put back at each later one: the ledger knows the last, and the meter its count. */
static void a_copy_of_any_moment(void **state)
{
    enum { MOMENTS = 6 };
    struct cards_world *cards = *state;
    struct vcard kept[MOMENTS];
    size_t count = 0;
    assert_ok(cards_start_account(cards, "open"));
    kept[count++] = cards->card;
    cards_agree_pboc(cards);
    kept[count++] = cards->card;
    for (unsigned i = 0; i < 2; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "buy-%u", i);
        assert_ok(cards_buy(cards, id, WH, false));
        kept[count++] = cards->card;
        cards_agree_pboc(cards);
        kept[count++] = cards->card;
    }
    for (size_t i = 0; i < count; i++) {
        const bool newest = i >= count - 2; /* the meter's return was taken off it at most */
        cards->card = kept[i];
        int64_t before = cards_sold(cards);
        mv_status status = cards_buy(cards, "copied", WH, false);
        if (newest)
            break;
        assert_refused(MV_CARD_NOT_GENUINE, status);
        assert_int_equal(before, cards_sold(cards));
        cards_visit_pboc(cards, &cards->meter);
        assert_int_equal(before, cards->meter.credit);
    }
    cards->card = kept[count - 2];
    assert_refused(MV_PREVIOUS_UNREAD, cards_buy(cards, "copied", WH, false));
    cards_agree_pboc(cards);
    assert_ok(cards_buy(cards, "copied", WH, false));
    cards_agree_pboc(cards);
}

/* ---- meanwhile ---- */

static void deny_at(struct cards_world *cards)
{
    const struct vend_caller chief = world_caller("chief");
    struct vend_card_act act = {.caller = &chief, .call = VEND_BLOCK_CARD};
    struct vend_card card;
    if (cards->apdus != cards->moment)
        return;
    memcpy(act.uid, cards->card.uid, sizeof act.uid);
    assert_ok(vend_card_deny(cards->world->vend, &act, "found in the street", &card));
}

static void allow(struct cards_world *cards)
{
    const struct vend_caller chief = world_caller("chief");
    struct vend_card_act act = {.caller = &chief, .call = VEND_UNBLOCK_CARD};
    struct vend_card card;
    memcpy(act.uid, cards->card.uid, sizeof act.uid);
    assert_ok(vend_card_allow(cards->world->vend, &act, &card));
}

/* Somebody else denies it: nothing more is written, and what was sold is on it once it is allowed again. */
static void denied_in_the_middle(void **state)
{
    struct cards_world *cards = *state;
    assert_ok(cards_start_account(cards, "open"));
    cards_agree_pboc(cards);
    assert_ok(cards_buy(cards, "probe", WH, false));
    const unsigned last = cards->apdus;
    cards_agree_pboc(cards);
    cards->during = deny_at;
    for (unsigned i = 1; i <= last; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "denied-%u", i);
        int64_t before = cards_sold(cards);
        cards->moment = i;
        assert_refused(MV_CARD_DENIED, cards_buy(cards, id, WH, false));
        assert_true(cards_sold(cards) == before || i > 9); /* nine until the last thing is read */
        cards->moment = 0;
        assert_refused(MV_CARD_DENIED, cards_buy(cards, id, WH, false));
        allow(cards);
        cards_visit_pboc(cards, &cards->meter);
        assert_ok(cards_buy(cards, id, WH, false));
        cards_agree_pboc(cards);
    }
    cards->during = NULL;
}

static void hold_it_too(struct cards_world *cards)
{
    struct vend_card_place place = {.taken = false};
    if (cards->apdus < cards->moment)
        return;
    assert_ok(vend_card_enter(cards->world->vend, &place));
    assert_refused(MV_CARD_IN_SESSION, vend_card_hold(cards->world->vend, &place, cards->card.uid));
    vend_card_leave(cards->world->vend, &place);
}

/* The same number at two desks: one of them waits. */
static void at_two_desks(void **state)
{
    enum { PROVEN = 7 /* a card of nobody's is held then */, NAMED = 4 };
    struct cards_world *cards = *state;
    cards->during = hold_it_too;
    cards->moment = PROVEN;
    assert_ok(cards_start_account(cards, "open"));
    assert_true(cards->apdus > PROVEN);
    cards_visit_pboc(cards, &cards->meter);
    cards->moment = NAMED;
    assert_ok(cards_buy(cards, "one", WH, false));
    cards->during = NULL;
    cards_agree_pboc(cards);
}

/* ---- bounds ---- */

static void at_a_ceiling_it_is_asked_nothing(void **state)
{
    struct cards_world *cards = *state;
    assert_ok(cards_start_account(cards, "open"));
    cards_agree_pboc(cards);
    assert_ok(cards_simple(cards, "seller", "who", METERVAULT__V1__CARD_PURPOSE__IDENTIFY));
    cards->world->card_ceiling = (uint32_t)cards_on_file(cards).row.uses;
    world_restart(cards->world);
    vend_refresh(cards->world->vend);
    assert_refused(MV_CARD_CEILING, cards_buy(cards, "one", WH, false));
    assert_int_equal(3, cards->apdus); /* who it is, and no more */
    assert_int_equal(500, cards_sold(cards));
    cards_fresh_pboc(cards, 2, NEWEST);
    assert_ok(cards_replace_pboc(cards, "new", 0));
}

/* A card of the other profile has this number already. */
static void a_number_of_the_other_profile(void **state)
{
    struct cards_world *cards = *state;
    struct vcard pboc = cards->card;
    memset(&cards->card, 0, sizeof cards->card);
    vcard_init(&cards->card, NULL, pboc.uid);
    cards_transport(cards);
    vcard_free(&cards->card);
    cards->card = pboc;
    assert_refused(MV_CARD_KIND_WRONG, cards_start_account(cards, "open"));
    assert_int_equal(0, cards_sold(cards));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(opening_is_cut_before, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(opening_is_cut_behind, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(replacing_is_cut_before, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(replacing_is_cut_behind, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(a_copy_of_any_moment, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(denied_in_the_middle, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(at_two_desks, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(at_a_ceiling_it_is_asked_nothing, cards_setup_pboc, cards_teardown),
        cmocka_unit_test_setup_teardown(a_number_of_the_other_profile, cards_setup_pboc, cards_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
