/* Lost cards replaced, accounts closed, keys moved, cards blocked; and each of these cut at every APDU. */
#include "cards_world.h"

#include <stdio.h>
#include <string.h>

static begin_t replace(const struct cards_world *cards, const char *id)
{
    begin_t begin = cards_begin(id, METERVAULT__V1__CARD_PURPOSE__REPLACE);
    begin.meter_pan = (char *)cards->meter.pan;
    return begin;
}

static uint8_t head_kind(const struct cards_world *cards)
{
    return cards->card.application.files[MV_CARD_FILE_HEAD].data[1];
}

static void a_lost_card_is_replaced(void **state)
{
    struct cards_world *cards = *state;
    begin_t begin = replace(cards, "new-card");
    cards_opened(cards); /* and lost before the meter read it */
    cards_fresh(cards, 2);
    assert_refused(MV_CARD_FACTORY_ROLE, cards_session(cards, "seller", &begin));
    cards_transport(cards);
    assert_ok(cards_session(cards, "seller", &begin));
    assert_true(cards->result.has_replaced);
    assert_int_equal(STORE_CARD_DENIED_FOR_GOOD, cards->result.replaced.row.denied);
    assert_int_equal(2, cards->result.card.row.version);
    assert_true(cards->result.merged);
    assert_ok(cards_session(cards, "seller", &begin));
    assert_true(cards->result.already);
    cards_visit(cards, &cards->meter);
    assert_int_equal(500, cards->meter.credit);
    assert_ok(cards_buy(cards, "one", 100, false));
    cards_visit(cards, &cards->meter);
    assert_int_equal(cards_sold(cards), cards->meter.credit);
}

static void the_old_card_is_found_again(void **state)
{
    struct cards_world *cards = *state;
    const struct vend_caller chief = world_caller("chief");
    struct vend_card_act act = {.caller = &chief, .call = VEND_UNBLOCK_CARD};
    begin_t begin = replace(cards, "new-card");
    struct vend_card card;
    cards_opened(cards);
    struct vcard old = cards->card;
    memset(&cards->card, 0, sizeof cards->card);
    cards_fresh(cards, 2);
    cards_transport(cards);
    assert_ok(cards_session(cards, "seller", &begin));
    vcard_free(&cards->card);
    cards->card = old;
    assert_refused(MV_CARD_DENIED, cards_buy(cards, "one", 100, true));
    memcpy(act.uid, old.uid, sizeof act.uid);
    assert_refused(MV_CARD_DENIED, vend_card_allow(cards->world->vend, &act, &card));
}

static void prepare_replacing(struct cards_world *cards, unsigned cut, begin_t *begin)
{
    static char id[32];
    (void)snprintf(id, sizeof id, "new-%u", cut);
    if (cut == 1)
        cards_opened(cards);
    cards_fresh(cards, (uint8_t)(cut + 1));
    cards_transport(cards);
    *begin = replace(cards, id);
}

static void check_replaced(struct cards_world *cards, unsigned cut)
{
    (void)cut;
    assert_int_equal(STORE_CARD_IN_USE, cards_on_file(cards).row.state);
    cards_visit(cards, &cards->meter);
    assert_int_equal(500, cards->meter.credit);
    assert_ok(cards_simple(cards, "seller", "read", METERVAULT__V1__CARD_PURPOSE__READ_BACK));
}

static void replacing_is_cut_everywhere(void **state)
{
    const struct cards_cut way = {.who = "seller", .prepare = prepare_replacing, .check = check_replaced};
    assert_true(cards_cut_everywhere(*state, &way) > 20);
}

/* ---- closing ---- */

static mv_status close_account(struct cards_world *cards, const char *id)
{
    return cards_simple(cards, "seller", id, METERVAULT__V1__CARD_PURPOSE__CLOSE_ACCOUNT);
}

static void an_account_is_closed_on_proof(void **state)
{
    struct cards_world *cards = *state;
    cards_opened(cards);
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "close"));
    cards_visit(cards, &cards->meter);
    assert_int_equal(500, cards->meter.credit);
    assert_ok(close_account(cards, "close"));
    assert_true(cards->result.returned.answers_last_read);
    assert_int_equal(STORE_CARD_TRANSPORT, cards->result.card.row.state);
    assert_int_equal(0, cards->result.card.row.kind);
    assert_refused(MV_CARD_KIND_WRONG, cards_buy(cards, "one", 100, false));
    assert_refused(MV_ACCOUNT_CLOSED, cards_start_account(cards, "again"));
}

/* The newest read request went to the meter another way: the return on the card proves nothing any more. */
static void an_older_return_is_no_proof(void **state)
{
    struct cards_world *cards = *state;
    struct vend_records asked;
    const struct vend_record_order read = records_order(MV_KIND_READ, "elsewhere", cards->meter.pan);
    cards_opened(cards);
    cards_visit(cards, &cards->meter);
    assert_ok(records_sign(cards->world, "seller", &read, &asked));
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "close"));
    cards_visit(cards, &cards->meter);
    assert_int_equal(500, cards->meter.credit);
    assert_ok(close_account(cards, "close"));
}

/* A return that is months old, handed in before or not: the meter may have used up since what it shows. */
static void a_return_from_before_is_no_proof(void **state)
{
    struct cards_world *cards = *state;
    cards_opened(cards);
    cards_visit(cards, &cards->meter);
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "close"));
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "close"));
    cards_visit(cards, &cards->meter);
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "another")); /* has asked nothing yet */
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "close"));   /* and is the newest question now */
    cards_visit(cards, &cards->meter);
    assert_ok(cards_simple(cards, "seller", "read", METERVAULT__V1__CARD_PURPOSE__READ_BACK));
    assert_ok(close_account(cards, "close"));
    assert_true(cards->result.has_return);
}

/* Sold by another carrier after the question: its answer says nothing of that. */
static void what_is_sold_meanwhile_keeps_it_open(void **state)
{
    struct cards_world *cards = *state;
    struct vend_records sold;
    cards_opened(cards);
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "close"));
    assert_ok(records_buy(cards->world, "port", cards->meter.pan, 100, &sold));
    cards_visit(cards, &cards->meter);
    assert_refused(MV_PREVIOUS_UNREAD, close_account(cards, "close"));
    cards->meter.taken = sold.first_sequence; /* that carrier came through */
    cards->meter.credit += 100;
    cards_visit(cards, &cards->meter);
    assert_ok(close_account(cards, "close"));
    assert_int_equal(cards_sold(cards), cards->meter.credit);
}

static void prepare_closing(struct cards_world *cards, unsigned cut, begin_t *begin)
{
    static char id[32];
    (void)snprintf(id, sizeof id, "open-%u", cut);
    cards_fresh(cards, (uint8_t)(cut + 1));
    cards_transport(cards);
    memset(&cards->meter, 0, sizeof cards->meter);
    cards_add_meter(cards, 100 + cut, 2, cards->meter.pan);
    assert_ok(cards_start_account(cards, id));
    cards_visit(cards, &cards->meter);
    (void)snprintf(id, sizeof id, "close-%u", cut);
    *begin = cards_begin(id, METERVAULT__V1__CARD_PURPOSE__CLOSE_ACCOUNT);
    assert_refused(MV_PREVIOUS_UNREAD, cards_session(cards, "seller", begin));
    cards_visit(cards, &cards->meter);
}

static void check_closed(struct cards_world *cards, unsigned cut)
{
    (void)cut;
    struct vend_card card = cards_on_file(cards);
    assert_int_equal(STORE_CARD_TRANSPORT, card.row.state);
    assert_string_equal("", card.pan);
    assert_true(cards->result.has_return);
    assert_string_equal(cards->meter.pan, cards->result.returned.pan);
    for (unsigned file = 0; file < VCARD_FILES; file++)
        assert_false(cards->card.application.files[file].exists);
}

static void closing_is_cut_everywhere(void **state)
{
    const struct cards_cut way = {.who = "seller", .after = true, .prepare = prepare_closing, .check = check_closed};
    assert_true(cards_cut_everywhere(*state, &way) > 25);
}

/* ---- new keys ---- */

static void masters_of_version_3(struct cards_world *cards)
{
    fake_cards_masters(RECORDS_DOMAIN, 3, 3);
    vend_refresh(cards->world->vend);
}

static void versions(const struct cards_world *cards, uint8_t issuer, uint8_t office, uint8_t meter, uint8_t own)
{
    const struct vcard_key *keys = cards->card.application.keys;
    assert_int_equal(issuer, keys[0].version);
    assert_int_equal(office, keys[1].version);
    assert_int_equal(meter, keys[2].version);
    assert_int_equal(own, cards->card.picc.version);
}

static void keys_are_moved(void **state)
{
    struct cards_world *cards = *state;
    const Metervault__V1__CardPurpose rekey = METERVAULT__V1__CARD_PURPOSE__REKEY;
    cards_opened(cards);
    masters_of_version_3(cards);
    assert_refused(MV_ROLE_MISSING, cards_simple(cards, "seller", "keys", rekey));
    assert_ok(cards_simple(cards, "engineer", "keys", rekey));
    versions(cards, 3, 3, 1, 3); /* the meter's own key is the one that it has */
    assert_int_equal(3, cards->result.card.row.keys.office);
    cards_visit(cards, &cards->meter);
    assert_ok(cards_buy(cards, "one", 100, false));
    cards_fresh(cards, 2);
    assert_refused(MV_CARD_UNKNOWN, cards_simple(cards, "engineer", "keys", rekey));
}

static void prepare_rekey(struct cards_world *cards, unsigned cut, begin_t *begin)
{
    if (cut == 1) {
        cards_opened(cards);
        masters_of_version_3(cards);
    }
    for (unsigned slot = 0; slot < MV_CARD_KEYS; slot++) { /* as it was before */
        struct hsmd_card_key_ref ref = {.use = slot == 0   ? HSMD_CARD_ISSUER
                                               : slot == 2 ? HSMD_CARD_METER
                                                           : HSMD_CARD_OFFICE,
                                        .slot = (uint8_t)slot,
                                        .version = slot == 2 ? 1 : 2};
        memcpy(ref.uid, cards->card.uid, sizeof ref.uid);
        memcpy(ref.pan, cards->meter.pan, sizeof ref.pan);
        fake_cards_key(&ref, cards->card.application.keys[slot].bytes);
        cards->card.application.keys[slot].version = ref.version;
    }
    *begin = cards_begin("keys", METERVAULT__V1__CARD_PURPOSE__REKEY);
}

static void check_rekeyed(struct cards_world *cards, unsigned cut)
{
    (void)cut;
    versions(cards, 3, 3, 1, 3);
}

static void moving_keys_is_cut_everywhere(void **state)
{
    struct cards_cut way = {.who = "engineer", .after = true, .prepare = prepare_rekey, .check = check_rekeyed};
    assert_true(cards_cut_everywhere(*state, &way) > 15);
}

/* ---- blocking ---- */

static begin_t block(void)
{
    begin_t begin = cards_begin("block", METERVAULT__V1__CARD_PURPOSE__BLOCK);
    begin.reason = (char *)"found in the street";
    return begin;
}

static void a_card_is_blocked(void **state)
{
    struct cards_world *cards = *state;
    begin_t begin = block();
    cards_opened(cards);
    assert_refused(MV_ROLE_MISSING, cards_session(cards, "seller", &begin));
    begin.reason = (char *)"";
    assert_refused(MV_INVALID_FIELD, cards_session(cards, "chief", &begin));
    begin = block();
    assert_ok(cards_session(cards, "chief", &begin));
    assert_int_equal(MV_CARD_BLOCKED, head_kind(cards));
    assert_string_equal("found in the street", cards->result.card.row.because);
    assert_refused(MV_CARD_DENIED, cards_buy(cards, "one", 100, true));
    assert_ok(cards_session(cards, "chief", &begin));
    cards_fresh(cards, 2);
    assert_refused(MV_CARD_UNKNOWN, cards_session(cards, "chief", &begin));
}

static void unblock(struct cards_world *cards)
{
    const struct vend_caller chief = world_caller("chief");
    struct vend_card_act act = {.caller = &chief, .call = VEND_UNBLOCK_CARD};
    struct vend_card card;
    memcpy(act.uid, cards->card.uid, sizeof act.uid);
    assert_ok(vend_card_allow(cards->world->vend, &act, &card));
}

/* What blocking wrote on it for meters goes with the denial. */
static void an_unblocked_card_sells_again(void **state)
{
    struct cards_world *cards = *state;
    const begin_t begin = block();
    cards_opened(cards);
    cards_visit(cards, &cards->meter);
    assert_ok(cards_session(cards, "chief", &begin));
    assert_int_equal(MV_CARD_BLOCKED, head_kind(cards));
    unblock(cards);
    assert_ok(cards_buy(cards, "one", 100, false));
    assert_int_equal(MV_CARD_USER, head_kind(cards));
    cards_visit(cards, &cards->meter);
    assert_int_equal(cards_sold(cards), cards->meter.credit);
}

static void an_unblocked_tool_card_goes_round_again(void **state)
{
    struct cards_world *cards = *state;
    const begin_t begin = block();
    begin_t load = cards_begin("round", METERVAULT__V1__CARD_PURPOSE__LOAD_ROUND);
    char *pans[] = {cards->meter.pan};
    load.kind = METERVAULT__V1__CARD_KIND__INSPECTION;
    load.meter_pans = pans;
    load.n_meter_pans = 1;
    cards_tool(cards, METERVAULT__V1__CARD_KIND__INSPECTION);
    assert_ok(cards_session(cards, "chief", &begin));
    assert_int_equal(MV_CARD_BLOCKED, head_kind(cards));
    assert_refused(MV_CARD_DENIED, cards_session(cards, "engineer", &load));
    unblock(cards);
    assert_ok(cards_session(cards, "engineer", &load));
    assert_int_equal(MV_CARD_INSPECTION, head_kind(cards));
}

/* The deny-list has it although the card left. */
static void blocking_is_cut(void **state)
{
    struct cards_world *cards = *state;
    const begin_t begin = block();
    cards_opened(cards);
    cards->cut = 6;
    assert_refused(MV_CARD_REMOVED, cards_session(cards, "chief", &begin));
    cards->cut = 0;
    assert_int_equal(MV_CARD_USER, head_kind(cards));
    assert_refused(MV_CARD_DENIED, cards_buy(cards, "one", 100, true));
}

/* ---- ceilings ---- */

static void set_ceilings(struct world *world, uint32_t card, uint32_t key)
{
    world->card_ceiling = card;
    world->card_key_ceiling = key;
    world_restart(world);
}

static void at_a_ceiling_nothing_is_authenticated(void **state)
{
    struct cards_world *cards = *state;
    cards_opened(cards);
    uint64_t uses = cards_on_file(cards).row.uses;
    assert_true(uses > 0);
    assert_ok(cards_simple(cards, "seller", "who", METERVAULT__V1__CARD_PURPOSE__IDENTIFY));
    assert_int_equal(uses + 1, cards_on_file(cards).row.uses);
    set_ceilings(cards->world, (uint32_t)uses + 2, 0);
    assert_ok(cards_simple(cards, "seller", "who", METERVAULT__V1__CARD_PURPOSE__IDENTIFY));
    assert_refused(MV_CARD_CEILING, cards_simple(cards, "seller", "who", METERVAULT__V1__CARD_PURPOSE__IDENTIFY));
    set_ceilings(cards->world, 0, 2);
    assert_refused(MV_CARD_CEILING, cards_simple(cards, "seller", "who", METERVAULT__V1__CARD_PURPOSE__IDENTIFY));
    set_ceilings(cards->world, 0, 0);
    assert_ok(cards_simple(cards, "seller", "who", METERVAULT__V1__CARD_PURPOSE__IDENTIFY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_lost_card_is_replaced, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(the_old_card_is_found_again, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(replacing_is_cut_everywhere, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(an_account_is_closed_on_proof, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(an_older_return_is_no_proof, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_return_from_before_is_no_proof, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(what_is_sold_meanwhile_keeps_it_open, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(closing_is_cut_everywhere, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(keys_are_moved, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(moving_keys_is_cut_everywhere, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_card_is_blocked, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(an_unblocked_card_sells_again, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(an_unblocked_tool_card_goes_round_again, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(blocking_is_cut, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(at_a_ceiling_nothing_is_authenticated, cards_setup, cards_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
