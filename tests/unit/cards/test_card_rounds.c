/* Tool cards: what they carry to many meters, and the returns back. */
#include "cards_world.h"

#include <stdio.h>
#include <string.h>

enum { METERS = MV_CARD_ENTRIES_MAX };

struct area {
    struct cards_meter meters[METERS];
    char *pans[METERS + 1];
};
static struct area area;

static void settle(struct cards_world *cards, size_t count)
{
    memset(&area, 0, sizeof area);
    for (size_t i = 0; i < count; i++) {
        cards_add_meter(cards, 1000 + (unsigned)i, 2, area.meters[i].pan);
        area.pans[i] = area.meters[i].pan;
    }
}

static begin_t load(const char *id, Metervault__V1__CardKind kind, size_t count)
{
    begin_t begin = cards_begin(id, METERVAULT__V1__CARD_PURPOSE__LOAD_ROUND);
    begin.kind = kind;
    begin.meter_pans = area.pans;
    begin.n_meter_pans = count;
    return begin;
}

static mv_status collect(struct cards_world *cards)
{
    return cards_simple(cards, "engineer", "collect", METERVAULT__V1__CARD_PURPOSE__COLLECT_ROUND);
}

static void a_hundred_meters(void **state)
{
    struct cards_world *cards = *state;
    const begin_t begin = load("round", METERVAULT__V1__CARD_KIND__INSPECTION, METERS);
    settle(cards, METERS);
    cards_tool(cards, METERVAULT__V1__CARD_KIND__INSPECTION);
    assert_ok(cards_session(cards, "engineer", &begin));
    assert_int_equal(METERS, cards->result.round_count);
    assert_int_equal(METERS, cards->result.card.row.round);
    assert_true(cards->apdus < vend_card_limits(cards->world->vend)->apdus);
    for (unsigned i = 0; i < METERS; i += 2)
        cards_visit(cards, &area.meters[i]);
    assert_ok(collect(cards));
    assert_int_equal(METERS, cards->result.round_count);
    for (unsigned i = 0; i < METERS; i++) {
        const struct cards_entry *entry = &cards->result.round[i];
        assert_string_equal(area.pans[i], entry->pan);
        assert_int_equal(i % 2 == 0, entry->is_returned);
        assert_true(!entry->is_returned || entry->returned.answers_last_read);
    }
    cards_visit(cards, &area.meters[1]);
    assert_ok(collect(cards));
    assert_true(cards->result.round[1].is_returned);
    assert_false(cards->result.round[0].is_returned);
}

static void returns_are_not_written_over(void **state)
{
    struct cards_world *cards = *state;
    begin_t begin = load("round", METERVAULT__V1__CARD_KIND__INSPECTION, 2);
    settle(cards, 2);
    cards_tool(cards, METERVAULT__V1__CARD_KIND__INSPECTION);
    assert_ok(cards_session(cards, "engineer", &begin));
    cards_visit(cards, &area.meters[1]);
    begin.request_id = (char *)"next";
    assert_refused(MV_ROUND_UNREAD, cards_session(cards, "engineer", &begin));
    begin.abandon_unread = true;
    assert_ok(cards_session(cards, "engineer", &begin));
    cards_visit(cards, &area.meters[1]);
    cards->card.application.files[MV_CARD_FILE_FROM_METER].data[MV_CARD_FROM_SLOT_BYTES + 40] ^= 1;
    assert_ok(collect(cards));
    assert_int_equal(MV_RECORD_NOT_VALID, cards->result.round[1].refused);
    assert_false(cards->result.round[1].is_returned);
    assert_ok(collect(cards)); /* it stays on the card */
    assert_int_equal(MV_RECORD_NOT_VALID, cards->result.round[1].refused);
}

static void what_does_not_fit(void **state)
{
    struct cards_world *cards = *state;
    begin_t begin = load("round", METERVAULT__V1__CARD_KIND__INSPECTION, 1);
    settle(cards, 2);
    cards_tool(cards, METERVAULT__V1__CARD_KIND__INSPECTION);
    begin.n_meter_pans = 0;
    assert_refused(MV_INVALID_FIELD, cards_session(cards, "engineer", &begin));
    begin.n_meter_pans = METERS + 1;
    assert_refused(MV_INVALID_FIELD, cards_session(cards, "engineer", &begin));
    area.pans[1] = area.pans[0];
    begin.n_meter_pans = 2;
    assert_refused(MV_INVALID_FIELD, cards_session(cards, "engineer", &begin));
    begin.n_meter_pans = 1;
    assert_refused(MV_ROLE_MISSING, cards_session(cards, "seller", &begin));
    begin.kind = METERVAULT__V1__CARD_KIND__RESET_CARD;
    assert_refused(MV_CARD_KIND_WRONG, cards_session(cards, "engineer", &begin));
    begin.kind = METERVAULT__V1__CARD_KIND__KEY_UPDATE_CARD;
    assert_refused(MV_INVALID_FIELD, cards_session(cards, "engineer", &begin));
    begin.kind = METERVAULT__V1__CARD_KIND__INSPECTION;
    assert_ok(cards_session(cards, "engineer", &begin));
}

static void meters_of_elsewhere(void **state)
{
    struct cards_world *cards = *state;
    const struct vend_caller admin = world_caller("admin");
    const uint8_t domain[3] = {0, 0, 9};
    struct vend_meter_key key = world_key();
    struct vend_meter meter;
    char pan[19];
    begin_t begin = load("round", METERVAULT__V1__CARD_KIND__INSPECTION, 1);
    settle(cards, 1);
    cards_tool(cards, METERVAULT__V1__CARD_KIND__INSPECTION);
    area.pans[0] = pan;
    world_pan(2, pan); /* of another organisation */
    assert_refused(MV_METER_UNKNOWN, cards_session(cards, "engineer", &begin));
    cards_add_meter(cards, 50, 1, pan); /* with an older key of the area */
    assert_refused(MV_CARD_KEYS_DIFFER, cards_session(cards, "engineer", &begin));
    fake_records_masters(domain);
    vend_refresh(cards->world->vend);
    world_pan(51, pan);
    assert_ok(world_meter(cards->world, 51, "shop", VEND_ELECTRICITY, &key));
    assert_ok(vend_provision_meter(cards->world->vend, &admin, pan, domain, &RECORDS_KEYS, &meter));
    assert_ok(vend_provision_cards(cards->world->vend, &admin, pan, 1, 2, &meter));
    assert_refused(MV_CARD_OTHER_METER, cards_session(cards, "engineer", &begin));
}

/* A tool card has the key of its whole domain: nobody gets one for meters that are not his. */
static void areas_of_elsewhere(void **state)
{
    struct cards_world *cards = *state;
    const struct vend_caller officer = world_caller("officer1");
    struct vend_principal row;
    begin_t begin = cards_begin("take-in", METERVAULT__V1__CARD_PURPOSE__PERSONALISE);
    begin.factory = true;
    assert_ok(vend_create_principal(cards->world->vend, &officer, "spy", "other",
                                    1U << VEND_CARD_FACTORY | 1U << VEND_ENGINEER, &row));
    assert_ok(cards_session(cards, "spy", &begin));
    begin = cards_begin("make", METERVAULT__V1__CARD_PURPOSE__PERSONALISE);
    begin.kind = METERVAULT__V1__CARD_KIND__INSPECTION;
    begin.domain = (char *)"A1B2C3"; /* of the shop's meters */
    assert_refused(MV_INVALID_FIELD, cards_session(cards, "spy", &begin));
    assert_int_equal(STORE_CARD_TRANSPORT, cards->result.card.row.state);
}

/* One card of each kind, and the records that it carries. */
static void every_kind(void **state)
{
    struct cards_world *cards = *state;
    static const struct {
        Metervault__V1__CardKind kind;
        unsigned records;
    } kinds[] = {{METERVAULT__V1__CARD_KIND__CLEAR_CARD, 2},
                 {METERVAULT__V1__CARD_KIND__RELAY_TEST, 3},
                 {METERVAULT__V1__CARD_KIND__PRESET, 2},
                 {METERVAULT__V1__CARD_KIND__KEY_UPDATE_CARD, 1}};
    Metervault__V1__Clear clear = METERVAULT__V1__CLEAR__INIT;
    Metervault__V1__KeyUpdateRecord update = METERVAULT__V1__KEY_UPDATE_RECORD__INIT;
    Metervault__V1__ParameterValue value = METERVAULT__V1__PARAMETER_VALUE__INIT;
    Metervault__V1__ParameterValue *values[] = {&value};
    Metervault__V1__ParameterRecord parameters = METERVAULT__V1__PARAMETER_RECORD__INIT;
    settle(cards, 1);
    clear.events = true;
    update.mac_version = 3;
    value.parameter = METERVAULT__V1__PARAMETER__ALARM_2;
    parameters.n_values = 1;
    parameters.values = values;
    for (uint8_t i = 0; i < 4; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "kind-%u", i);
        begin_t begin = load(id, kinds[i].kind, 1);
        begin.clear = kinds[i].kind == METERVAULT__V1__CARD_KIND__CLEAR_CARD ? &clear : NULL;
        begin.key_update = &update;
        begin.parameters = &parameters;
        cards_fresh(cards, (uint8_t)(10 + i));
        cards_tool(cards, kinds[i].kind);
        assert_ok(cards_session(cards, "engineer", &begin));
        const uint8_t *bytes = cards->card.application.files[MV_CARD_FILE_TO_METER].data;
        struct mv_card_entry entry;
        unsigned records = 0;
        assert_int_equal(MV_DONE, mv_card_entry_read(bytes + MV_CARD_COUNT_BYTES, &entry));
        for (uint32_t at = 0; at < entry.length; at += bytes[entry.offset + at] + 1U)
            records++;
        assert_int_equal(kinds[i].records, records);
    }
}

/* A meter keeps the key of its area that it was made with: a round of older ones needs a card of their version. */
static void meters_of_an_older_area_key(void **state)
{
    struct cards_world *cards = *state;
    begin_t make = cards_begin("make", METERVAULT__V1__CARD_PURPOSE__PERSONALISE);
    begin_t rekey = cards_begin("keys", METERVAULT__V1__CARD_PURPOSE__REKEY);
    begin_t round = load("round", METERVAULT__V1__CARD_KIND__INSPECTION, 1);
    memset(&area, 0, sizeof area);
    for (unsigned i = 0; i < 2; i++) {
        cards_add_meter(cards, 1000 + i, (uint8_t)(i + 1), area.meters[i].pan);
        area.pans[i] = area.meters[i].pan;
    }
    cards_transport(cards);
    make.kind = METERVAULT__V1__CARD_KIND__INSPECTION;
    make.domain = (char *)"A1B2C3";
    make.area_version = 256;
    assert_refused(MV_INVALID_FIELD, cards_session(cards, "engineer", &make));
    make.area_version = 3;
    assert_refused(MV_CARD_KEY_UNKNOWN, cards_session(cards, "engineer", &make));
    make.area_version = 1;
    assert_ok(cards_session(cards, "engineer", &make));
    assert_int_equal(1, cards->result.card.row.keys.area);
    assert_int_equal(2, cards->result.card.row.keys.issuer);
    assert_ok(cards_session(cards, "engineer", &round));
    cards_visit(cards, &area.meters[0]);
    assert_ok(collect(cards));
    assert_true(cards->result.round[0].is_returned);
    rekey.area_version = 1;
    assert_ok(cards_session(cards, "engineer", &rekey));
    round.request_id = "again";
    assert_ok(cards_session(cards, "engineer", &round));
    rekey.area_version = 0;
    assert_ok(cards_session(cards, "engineer", &rekey));
    assert_int_equal(2, cards->result.card.row.keys.area);
    assert_refused(MV_CARD_KEYS_DIFFER, cards_session(cards, "engineer", &round));
    round.meter_pans++;
    round.request_id = "newer";
    assert_ok(cards_session(cards, "engineer", &round));
}

static void prepare_loading(struct cards_world *cards, unsigned cut, begin_t *begin)
{
    if (cut == 1) {
        settle(cards, 3);
        cards_tool(cards, METERVAULT__V1__CARD_KIND__INSPECTION);
    }
    *begin = load("round", METERVAULT__V1__CARD_KIND__INSPECTION, 3);
}

static void check_loaded(struct cards_world *cards, unsigned cut)
{
    (void)cut;
    assert_int_equal(3, cards->card.application.files[MV_CARD_FILE_TO_METER].data[1]);
    assert_int_equal(3, cards->result.round_count);
}

static void loading_is_cut_everywhere(void **state)
{
    const struct cards_cut way = {.who = "engineer", .after = true, .prepare = prepare_loading, .check = check_loaded};
    assert_true(cards_cut_everywhere(*state, &way) > 15);
}

static void prepare_collecting(struct cards_world *cards, unsigned cut, begin_t *begin)
{
    static char id[16];
    begin_t round;
    prepare_loading(cards, cut, &round);
    (void)snprintf(id, sizeof id, "round-%u", cut);
    round.request_id = id;
    assert_ok(cards_session(cards, "engineer", &round));
    for (unsigned i = 0; i < 3; i++)
        cards_visit(cards, &area.meters[i]);
    *begin = cards_begin("collect", METERVAULT__V1__CARD_PURPOSE__COLLECT_ROUND);
}

static void check_collected(struct cards_world *cards, unsigned cut)
{
    const uint8_t *from = cards->card.application.files[MV_CARD_FILE_FROM_METER].data;
    (void)cut;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(0, from[i * MV_CARD_FROM_SLOT_BYTES]);
}

static void collecting_is_cut_everywhere(void **state)
{
    const struct cards_cut way = {.who = "engineer", .prepare = prepare_collecting, .check = check_collected};
    assert_true(cards_cut_everywhere(*state, &way) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_hundred_meters, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(returns_are_not_written_over, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(what_does_not_fit, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(meters_of_elsewhere, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(areas_of_elsewhere, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(meters_of_an_older_area_key, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(every_kind, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(loading_is_cut_everywhere, cards_setup, cards_teardown),
        cmocka_unit_test_setup_teardown(collecting_is_cut_everywhere, cards_setup, cards_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
