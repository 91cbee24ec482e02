/* What becomes of cards: taken in from their maker, personalised, and known for what they are. */
#include "cards_world.h"
#include "vending/internal.h"

#include <string.h>

static begin_t take_in(void)
{
    begin_t begin = cards_begin("take-in", METERVAULT__V1__CARD_PURPOSE__PERSONALISE);
    begin.factory = true;
    return begin;
}

static begin_t make_user(const struct cards_world *cards)
{
    begin_t begin = cards_begin("make", METERVAULT__V1__CARD_PURPOSE__PERSONALISE);
    begin.kind = METERVAULT__V1__CARD_KIND__USER;
    begin.meter_pan = (char *)cards->meter.pan;
    return begin;
}

static begin_t make_tool(void)
{
    begin_t begin = cards_begin("make", METERVAULT__V1__CARD_PURPOSE__PERSONALISE);
    begin.kind = METERVAULT__V1__CARD_KIND__INSPECTION;
    begin.domain = (char *)"A1B2C3";
    return begin;
}

static void has_key(const struct cards_world *cards, uint8_t slot, enum hsmd_card_key use, uint8_t version)
{
    struct hsmd_card_key_ref ref = {.use = use, .slot = slot, .version = version};
    const struct vcard_key *found = slot == HSMD_CARD_PICC ? &cards->card.picc : &cards->card.application.keys[slot];
    uint8_t key[16];
    memcpy(ref.uid, cards->card.uid, sizeof ref.uid);
    memcpy(ref.pan, cards->meter.pan, sizeof ref.pan);
    memcpy(ref.domain, RECORDS_DOMAIN, sizeof ref.domain);
    fake_cards_key(&ref, key);
    assert_memory_equal(key, found->bytes, sizeof key);
    assert_int_equal(version, found->version);
}

static void in_transport(const struct cards_world *cards)
{
    for (unsigned slot = 0; slot < MV_CARD_KEYS; slot++)
        has_key(cards, (uint8_t)slot, HSMD_CARD_TRANSPORT, 2);
    for (unsigned file = 0; file < VCARD_FILES; file++)
        assert_false(cards->card.application.files[file].exists);
    has_key(cards, HSMD_CARD_PICC, HSMD_CARD_ISSUER, 2);
}

static void a_card_from_its_maker(void **state)
{
    struct cards_world *cards = *state;
    begin_t begin = take_in();
    assert_refused(MV_CARD_FACTORY_ROLE, cards_session(cards, "seller", &begin));
    assert_refused(MV_CARD_FACTORY_ROLE, cards_session(cards, "chief", &begin));
    assert_int_equal(0, cards->apdus);
    begin = make_user(cards);
    assert_refused(MV_CARD_FACTORY_ROLE, cards_session(cards, "seller", &begin));
    assert_refused(MV_CARD_UNKNOWN, cards_buy(cards, "buy", 100, false));
    begin = take_in();
    assert_ok(cards_session(cards, "factory", &begin));
    assert_true(cards->result.genuine);
    assert_int_equal(STORE_CARD_TRANSPORT, cards->result.card.row.state);
    in_transport(cards);
    assert_ok(cards_session(cards, "factory", &begin));
    in_transport(cards);
}

static void prepare_fresh(struct cards_world *cards, unsigned cut, begin_t *begin)
{
    cards_fresh(cards, (uint8_t)(cut + 1));
    *begin = take_in();
}

static void check_transport(struct cards_world *cards, unsigned cut)
{
    (void)cut;
    in_transport(cards);
}

static void taking_in_is_cut_everywhere(void **state)
{
    struct cards_world *cards = *state;
    const struct cards_cut way = {.who = "factory", .prepare = prepare_fresh, .check = check_transport};
    assert_true(cards_cut_everywhere(cards, &way) > 20);
}

static void user_keys(const struct cards_world *cards)
{
    has_key(cards, 0, HSMD_CARD_ISSUER, 2);
    has_key(cards, 1, HSMD_CARD_OFFICE, 2);
    has_key(cards, 2, HSMD_CARD_METER, 1);
    has_key(cards, 3, HSMD_CARD_OFFICE, 2);
}

static void a_user_card(void **state)
{
    struct cards_world *cards = *state;
    struct mv_card_head head;
    cards_user(cards);
    user_keys(cards);
    const struct vcard_file *files = cards->card.application.files;
    assert_int_equal(MV_DONE, mv_card_head_read(files[MV_CARD_FILE_HEAD].data, &head));
    assert_int_equal(MV_CARD_USER, head.kind);
    assert_int_equal(1, head.version);
    assert_memory_equal(cards->meter.pan, head.pan, sizeof head.pan);
    assert_true(files[MV_CARD_FILE_TO_METER].backup);
    struct vend_card card = cards_on_file(cards);
    assert_int_equal(STORE_CARD_IN_USE, card.row.state);
    assert_string_equal(cards->meter.pan, card.pan);
    assert_string_equal("shop", card.organisation);
    const begin_t begin = make_user(cards);
    assert_refused(MV_CARD_NOT_FRESH, cards_session(cards, "seller", &begin));
    const begin_t again = take_in();
    assert_refused(MV_CARD_NOT_FRESH, cards_session(cards, "factory", &again));
    const begin_t tool = make_tool();
    assert_refused(MV_ROLE_MISSING, cards_session(cards, "seller", &tool));
    assert_refused(MV_CARD_NOT_FRESH, cards_session(cards, "engineer", &tool));
}

static void a_tool_card(void **state)
{
    struct cards_world *cards = *state;
    begin_t begin = make_tool();
    cards_transport(cards);
    begin.domain = (char *)"000001";
    assert_refused(MV_CARD_KEY_UNKNOWN, cards_session(cards, "engineer", &begin));
    begin.kind = METERVAULT__V1__CARD_KIND__CARD_KIND_UNSPECIFIED;
    assert_refused(MV_INVALID_FIELD, cards_session(cards, "engineer", &begin));
    begin = make_tool();
    assert_ok(cards_session(cards, "engineer", &begin));
    has_key(cards, 0, HSMD_CARD_ISSUER, 2);
    has_key(cards, 1, HSMD_CARD_OFFICE, 2);
    has_key(cards, 2, HSMD_CARD_OFFICE, 2);
    has_key(cards, 3, HSMD_CARD_AREA, 2);
    assert_refused(MV_CARD_KIND_WRONG, cards_buy(cards, "buy", 100, false));
    assert_refused(MV_CARD_KIND_WRONG, cards_simple(cards, "seller", "read", METERVAULT__V1__CARD_PURPOSE__READ_BACK));
}

static void taking_in_loses_every_answer(void **state)
{
    struct cards_world *cards = *state;
    const struct cards_cut way = {.who = "factory", .after = true, .prepare = prepare_fresh, .check = check_transport};
    assert_true(cards_cut_everywhere(cards, &way) > 20);
}

/* All of its keys are changed and the ledger does not know; then the transport keys of that time go out of use. What
 * the card has is looked for among them first, and they are none of its keys any more. */
static void put_right_after_its_transport_key_is_gone(void **state)
{
    struct cards_world *cards = *state;
    begin_t begin = make_tool();
    cards_transport(cards);
    assert_ok(cards_session(cards, "engineer", &begin));
    unsigned all = cards->apdus;
    cards_fresh(cards, 2);
    cards_transport(cards);
    cards->cut = all;
    assert_refused(MV_CARD_REMOVED, cards_session(cards, "engineer", &begin));
    cards->cut = 0;
    has_key(cards, 0, HSMD_CARD_ISSUER, 2);
    fake_cards_masters(RECORDS_DOMAIN, 3, 3);
    vend_refresh(cards->world->vend);
    fake_keys_lock();
    fake_cards.retired = HSMD_CARD_TRANSPORT;
    fake_cards.retired_version = 2;
    fake_keys_unlock();
    assert_ok(cards_session(cards, "engineer", &begin));
    has_key(cards, 0, HSMD_CARD_ISSUER, 3);
    has_key(cards, 3, HSMD_CARD_AREA, 3);
}

static void invented_cards_use_nothing_up(void **state)
{
    struct cards_world *cards = *state;
    enum { CEILING = 4, TRIES = 2 * CEILING };
    const begin_t begin = take_in();
    cards->world->vend->card_key_ceiling = CEILING;
    for (unsigned i = 0; i < TRIES; i++) {
        cards_fresh(cards, (uint8_t)(i + 2));
        cards->card.wrong_cryptogram = true;
        assert_refused(MV_CARD_NOT_GENUINE, cards_session(cards, "factory", &begin));
    }
    cards->card.wrong_cryptogram = false;
    assert_ok(cards_session(cards, "factory", &begin));
    mv_status status = mv_ok(); /* those that are genuine come to the ceiling */
    for (unsigned i = 0; i < TRIES && status.ok; i++) {
        cards_fresh(cards, (uint8_t)(i + 50));
        status = cards_session(cards, "factory", &begin);
    }
    assert_refused(MV_CARD_CEILING, status);
}

static void prepare_user(struct cards_world *cards, unsigned cut, begin_t *begin)
{
    cards_fresh(cards, (uint8_t)(cut + 1));
    cards_transport(cards);
    cards_add_meter(cards, 100 + cut, 2, cards->meter.pan);
    *begin = make_user(cards);
}

static void check_user(struct cards_world *cards, unsigned cut)
{
    (void)cut;
    user_keys(cards);
    assert_int_equal(STORE_CARD_IN_USE, cards_on_file(cards).row.state);
}

static void prepare_tool(struct cards_world *cards, unsigned cut, begin_t *begin)
{
    cards_fresh(cards, (uint8_t)(cut + 1));
    cards_transport(cards);
    *begin = make_tool();
}

static void check_tool(struct cards_world *cards, unsigned cut)
{
    (void)cut;
    has_key(cards, 0, HSMD_CARD_ISSUER, 2);
    has_key(cards, 3, HSMD_CARD_AREA, 2);
    assert_int_equal(STORE_CARD_IN_USE, cards_on_file(cards).row.state);
}

static void personalising_is_cut_everywhere(void **state)
{
    struct cards_world *cards = *state;
    const struct cards_cut user = {.who = "seller", .prepare = prepare_user, .check = check_user};
    assert_true(cards_cut_everywhere(cards, &user) > 15);
}

static void personalising_tools_is_cut_everywhere(void **state)
{
    struct cards_world *cards = *state;
    const struct cards_cut tool = {.who = "engineer", .after = true, .prepare = prepare_tool, .check = check_tool};
    assert_true(cards_cut_everywhere(cards, &tool) > 15);
}

/* A personalisation that broke off ties a card to nothing. */
static void another_target_after_a_cut(void **state)
{
    struct cards_world *cards = *state;
    const begin_t user = make_user(cards);
    const begin_t tool = make_tool();
    cards_transport(cards);
    cards->cut = 15;
    assert_refused(MV_CARD_REMOVED, cards_session(cards, "seller", &user));
    assert_int_equal(STORE_CARD_UNDER_WAY, cards_on_file(cards).row.state);
    cards->cut = 0;
    assert_refused(MV_CARD_KIND_WRONG, cards_buy(cards, "buy", 100, false));
    assert_refused(MV_CARD_KIND_WRONG,
                   cards_simple(cards, "seller", "close", METERVAULT__V1__CARD_PURPOSE__CLOSE_ACCOUNT));
    assert_ok(cards_session(cards, "engineer", &tool));
    assert_int_equal(MV_CARD_INSPECTION, cards_on_file(cards).row.kind);
}

static void what_a_card_is(void **state)
{
    struct cards_world *cards = *state;
    const Metervault__V1__CardPurpose identify = METERVAULT__V1__CARD_PURPOSE__IDENTIFY;
    assert_ok(cards_simple(cards, "seller", "who", identify));
    assert_false(cards->result.genuine);
    cards_transport(cards);
    assert_ok(cards_simple(cards, "factory", "who", identify));
    assert_true(cards->result.genuine);
    cards_fresh(cards, 2);
    cards_user(cards);
    assert_ok(cards_simple(cards, "seller", "who", identify));
    assert_true(cards->result.genuine);
    assert_int_equal(MV_CARD_USER, cards->result.card.row.kind);
    cards->card.wrong_cryptogram = true;
    assert_refused(MV_CARD_NOT_GENUINE, cards_simple(cards, "seller", "who", identify));
    cards->card.wrong_cryptogram = false;
    assert_refused(MV_CARD_UNKNOWN, cards_simple(cards, "rival", "who", METERVAULT__V1__CARD_PURPOSE__READ_BACK));
    assert_refused(MV_ROLE_MISSING, cards_simple(cards, "auditor", "who", identify));
    assert_refused(MV_INVALID_FIELD, cards_simple(cards, "seller", "", identify));
    assert_refused(MV_INVALID_FIELD,
                   cards_simple(cards, "seller", "a request id of more than 40 characters!", identify));
}

/* Somebody's own card with the chip number of ours. */
static void a_card_that_says_it_is_ours(void **state)
{
    struct cards_world *cards = *state;
    cards_user(cards);
    for (unsigned slot = 0; slot < MV_CARD_KEYS; slot++)
        cards->card.application.keys[slot].bytes[5] ^= 1;
    assert_refused(MV_CARD_NOT_GENUINE, cards_buy(cards, "buy", 100, false));
}

/* Heads are written in clear: a terminal may have changed one on its way to the card. */
static void a_head_is_put_right(void **state)
{
    enum { SAYS = 16 }; /* the rest is empty */
    struct cards_world *cards = *state;
    const struct vcard_file *file = &cards->card.application.files[MV_CARD_FILE_HEAD];
    uint8_t right[MV_CARD_HEAD_BYTES];
    cards_user(cards);
    memcpy(right, file->data, sizeof right);
    for (size_t at = 0; at < SAYS; at++) {
        file->data[at] ^= 1;
        assert_ok(cards_simple(cards, "seller", "who", METERVAULT__V1__CARD_PURPOSE__IDENTIFY));
        assert_memory_equal(right, file->data, sizeof right);
    }
}

/* A card in transport state that does not have its key takes nobody's place. */
static void a_false_card_is_not_bound(void **state)
{
    struct cards_world *cards = *state;
    begin_t begin = cards_begin("new", METERVAULT__V1__CARD_PURPOSE__REPLACE);
    begin.meter_pan = cards->meter.pan;
    cards_opened(cards);
    cards_fresh(cards, 2);
    cards_transport(cards);
    cards->card.application.keys[0].bytes[0] ^= 1;
    assert_refused(MV_CARD_NOT_GENUINE, cards_session(cards, "seller", &begin));
    cards_fresh(cards, 1);
    assert_int_equal(STORE_CARD_ALLOWED, cards_on_file(cards).row.denied);
}

static void meters_without_card_keys(void **state)
{
    struct cards_world *cards = *state;
    const struct vend_caller admin = world_caller("admin");
    struct vend_meter_key key = world_key();
    struct vend_meter meter;
    char pan[19];
    begin_t begin = make_user(cards);
    cards_transport(cards);
    world_pan(7, pan);
    begin.meter_pan = pan;
    assert_refused(MV_METER_UNKNOWN, cards_session(cards, "seller", &begin));
    assert_ok(world_meter(cards->world, 7, "shop", VEND_ELECTRICITY, &key));
    assert_refused(MV_RECORDS_NOT_PROVISIONED, cards_session(cards, "seller", &begin));
    assert_refused(MV_RECORDS_NOT_PROVISIONED, vend_provision_cards(cards->world->vend, &admin, pan, 1, 0, &meter));
    assert_ok(vend_provision_meter(cards->world->vend, &admin, pan, RECORDS_DOMAIN, &RECORDS_KEYS, &meter));
    assert_refused(MV_CARD_KEYS_DIFFER, cards_session(cards, "seller", &begin));
    assert_refused(MV_INVALID_FIELD, vend_provision_cards(cards->world->vend, &admin, pan, 0, 0, &meter));
    assert_ok(vend_provision_cards(cards->world->vend, &admin, pan, 2, 0, &meter));
    assert_ok(cards_session(cards, "seller", &begin));
    assert_refused(MV_CARD_EXISTS, vend_provision_cards(cards->world->vend, &admin, pan, 1, 0, &meter));
    assert_ok(vend_provision_cards(cards->world->vend, &admin, pan, 2, 0, &meter));
    world_pan(2, pan); /* of another organisation */
    cards_fresh(cards, 2);
    cards_transport(cards);
    assert_refused(MV_METER_UNKNOWN, cards_session(cards, "seller", &begin));
}

static void hold_it_too(struct cards_world *cards)
{
    struct vend_card_place place = {.taken = false};
    assert_ok(vend_card_enter(cards->world->vend, &place));
    mv_status status = vend_card_hold(cards->world->vend, &place, cards->card.uid);
    cards->held += !status.ok;
    vend_card_leave(cards->world->vend, &place);
}

/* Made ready by another ledger under the same masters: unknown here, and held from its proof on. */
static void one_that_only_its_keys_make_known(void **state)
{
    struct cards_world *cards = *state;
    const begin_t begin = make_user(cards);
    cards_transport(cards);
    struct vcard_application application = cards->card.application;
    cards_fresh(cards, 2);
    cards->card.application = application;
    for (unsigned slot = 0; slot < MV_CARD_KEYS; slot++) {
        struct vcard_key *key = &cards->card.application.keys[slot];
        struct hsmd_card_key_ref ref = {.use = HSMD_CARD_TRANSPORT, .slot = (uint8_t)slot, .version = key->version};
        memcpy(ref.uid, cards->card.uid, sizeof ref.uid);
        fake_cards_key(&ref, key->bytes);
    }
    cards->during = hold_it_too;
    assert_ok(cards_session(cards, "seller", &begin));
    cards->during = NULL;
    assert_true(cards->held > 8);
    assert_true(cards->held < cards->apdus);
    assert_int_equal(STORE_CARD_IN_USE, cards_on_file(cards).row.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_card_from_its_maker, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(taking_in_is_cut_everywhere, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(taking_in_loses_every_answer, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_user_card, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_tool_card, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(invented_cards_use_nothing_up, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(put_right_after_its_transport_key_is_gone, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(personalising_is_cut_everywhere, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(personalising_tools_is_cut_everywhere, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(another_target_after_a_cut, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(what_a_card_is, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_card_that_says_it_is_ours, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_head_is_put_right, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(a_false_card_is_not_bound, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(one_that_only_its_keys_make_known, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(meters_without_card_keys, cards_setup, cards_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
