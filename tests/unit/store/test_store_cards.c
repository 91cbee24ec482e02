/* What the ledger itself refuses of cards; what it keeps comes back. */
#include <stdio.h>
#include <string.h>

#include "store/cards.h"
#include "support.h"

enum { METER = 1 };

static struct store_card card_of(uint8_t serial, int64_t meter)
{
    struct store_card card = {.uid = {4, 0, 0, 0, 0, 0, serial},
                              .kind = meter != 0 ? 1 : 3,
                              .state = STORE_CARD_IN_USE,
                              .organisation = 1,
                              .meter = meter,
                              .domain = {1, 2, 3},
                              .version = 7,
                              .keys = {.issuer = 1, .office = 2, .meter = 3, .area = 4, .transport = 5},
                              .uses = 9,
                              .round = 11,
                              .since_unix_s = 12,
                              .used_unix_s = 13};
    return card;
}

static void same_card(const struct store_card *a, const struct store_card *b)
{
    assert_int_equal(a->id, b->id);
    assert_memory_equal(a->uid, b->uid, sizeof a->uid);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->organisation, b->organisation);
    assert_int_equal(a->meter, b->meter);
    assert_memory_equal(a->domain, b->domain, sizeof a->domain);
    assert_int_equal(a->version, b->version);
    assert_int_equal(a->denied, b->denied);
    assert_string_equal(a->because, b->because);
    assert_memory_equal(&a->keys, &b->keys, sizeof a->keys);
    assert_int_equal(a->uses, b->uses);
    assert_int_equal(a->round, b->round);
    assert_int_equal(a->since_unix_s, b->since_unix_s);
    assert_int_equal(a->used_unix_s, b->used_unix_s);
}

static mv_status insert(struct ledger *ledger, struct store_card card)
{
    return store_card_insert(ledger->store, &card);
}

static void cards_come_back(void **state)
{
    struct ledger *ledger = *state;
    struct store_card card = card_of(1, METER);
    struct store_card found;
    assert_ok(store_begin_write(ledger->store));
    assert_reason(store_card_by_uid(ledger->store, card.uid, &found), MV_CARD_UNKNOWN);
    assert_ok(store_card_insert(ledger->store, &card));
    assert_ok(store_card_by_uid(ledger->store, card.uid, &found));
    same_card(&card, &found);
    assert_ok(store_card_of_meter(ledger->store, METER, &found));
    same_card(&card, &found);
    card.denied = STORE_CARD_DENIED;
    (void)snprintf(card.because, sizeof card.because, "stolen");
    card.uses++;
    assert_ok(store_card_update(ledger->store, &card));
    assert_ok(store_card_by_uid(ledger->store, card.uid, &found));
    same_card(&card, &found);
    card.id = 99;
    assert_reason(store_card_update(ledger->store, &card), MV_CARD_UNKNOWN);
    assert_ok(store_commit(ledger->store));
}

static void a_meter_has_one_card(void **state)
{
    struct ledger *ledger = *state;
    struct store_card first = card_of(1, METER);
    struct store_card found;
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_card_insert(ledger->store, &first));
    assert_reason(insert(ledger, card_of(2, METER)), MV_CARD_EXISTS);
    assert_reason(insert(ledger, card_of(1, 0)), MV_CARD_EXISTS);
    first.denied = STORE_CARD_DENIED;
    assert_ok(store_card_update(ledger->store, &first));
    assert_reason(insert(ledger, card_of(2, METER)), MV_CARD_EXISTS);
    first.denied = STORE_CARD_DENIED_FOR_GOOD;
    assert_ok(store_card_update(ledger->store, &first));
    assert_reason(store_card_of_meter(ledger->store, METER, &found), MV_CARD_UNKNOWN);
    assert_ok(insert(ledger, card_of(2, METER)));
    assert_ok(store_commit(ledger->store));
}

static void what_the_schema_refuses(void **state)
{
    struct ledger *ledger = *state;
    static const char *const refused[] = {
        "UPDATE card SET uid = x'04000000000009'",
        "UPDATE card SET uses = uses - 1",
        "DELETE FROM card",
        "UPDATE card SET meter = NULL",
        "UPDATE card SET kind = 0",
        "UPDATE card_meter SET last_version = 3",
        "DELETE FROM card_meter",
        "UPDATE card_content SET confirmed_unix_s = 6",
        "UPDATE card_content SET hash = zeroblob(32)",
        "DELETE FROM card_content",
        "UPDATE card_key_use SET uses = 1",
        "DELETE FROM card_key_use",
        "UPDATE card SET denied = 2; UPDATE card SET denied = 0",
    };
    struct store_card card = card_of(1, METER);
    const struct store_card_meter keys = {.meter = METER, .key_version = 1, .area_version = 2, .last_version = 4};
    struct store_card_content content = {.hash = {1}, .purchase = 1, .principal = ledger->vendor};
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_card_insert(ledger->store, &card));
    assert_ok(store_card_meter_put(ledger->store, &keys));
    content.card = card.id;
    assert_ok(store_card_content_note(ledger->store, &content));
    assert_ok(store_card_content_find(ledger->store, card.id, content.hash, &content));
    assert_ok(store_card_content_confirm(ledger->store, content.id, 5));
    assert_ok(store_card_key_used(ledger->store, "card-office/1"));
    assert_ok(store_commit(ledger->store));
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_int_not_equal(SQLITE_OK, raw_try(ledger, refused[i]));
}

static void contents_in_order(void **state)
{
    struct ledger *ledger = *state;
    struct store_card card = card_of(1, METER);
    struct store_card_content content = {.principal = ledger->vendor};
    struct store_card_content found;
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_card_insert(ledger->store, &card));
    assert_reason(store_card_content_last(ledger->store, card.id, &found), MV_RECORD_UNKNOWN);
    content.card = card.id;
    for (uint8_t i = 1; i <= 3; i++) {
        content.hash[0] = i == 3 ? 1 : i; /* the first one comes again */
        content.purchase = i;
        assert_ok(store_card_content_note(ledger->store, &content));
    }
    content.hash[0] = 1;
    assert_ok(store_card_content_find(ledger->store, card.id, content.hash, &found));
    assert_int_equal(3, found.purchase);
    assert_false(found.confirmed);
    assert_ok(store_card_content_confirm(ledger->store, found.id, 5));
    assert_ok(store_card_content_last(ledger->store, card.id, &found));
    assert_int_equal(3, found.purchase);
    assert_true(found.confirmed);
    content.hash[0] = 9;
    assert_reason(store_card_content_find(ledger->store, card.id, content.hash, &found), MV_RECORD_UNKNOWN);
    assert_ok(store_commit(ledger->store));
}

static void uses_and_keys(void **state)
{
    struct ledger *ledger = *state;
    struct store_card_meter keys = {.meter = METER, .key_version = 1, .area_version = 2, .last_version = 3};
    struct store_card_meter found;
    uint64_t uses;
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_card_key_uses(ledger->store, "card-office/1", &uses));
    assert_int_equal(0, uses);
    assert_ok(store_card_key_used(ledger->store, "card-office/1"));
    assert_ok(store_card_key_used(ledger->store, "card-office/1"));
    assert_ok(store_card_key_uses(ledger->store, "card-office/1", &uses));
    assert_int_equal(2, uses);
    assert_reason(store_card_meter_get(ledger->store, METER, &found), MV_CARD_KEYS_DIFFER);
    assert_ok(store_card_meter_put(ledger->store, &keys));
    keys.last_version = 4;
    assert_ok(store_card_meter_put(ledger->store, &keys));
    assert_ok(store_card_meter_get(ledger->store, METER, &found));
    assert_int_equal(4, found.last_version);
    assert_int_equal(2, found.area_version);
    assert_ok(store_commit(ledger->store));
}

static mv_status count(void *self, const struct store_card *card)
{
    unsigned *cards = self;
    (void)card;
    (*cards)++;
    return mv_ok();
}

static unsigned listed(struct ledger *ledger, uint8_t after, int64_t organisation, int64_t meter, bool denied,
                       size_t limit)
{
    const uint8_t uid[STORE_UID] = {4, 0, 0, 0, 0, 0, after};
    unsigned cards = 0;
    assert_ok(store_cards_after(ledger->store, uid, &organisation, 1, meter, denied, limit, count, &cards));
    return cards;
}

static void lists(void **state)
{
    struct ledger *ledger = *state;
    assert_ok(store_begin_write(ledger->store));
    assert_ok(insert(ledger, card_of(1, METER)));
    for (uint8_t i = 2; i < 5; i++) {
        struct store_card card = card_of(i, 0);
        card.denied = i == 3 ? STORE_CARD_DENIED : STORE_CARD_ALLOWED;
        assert_ok(store_card_insert(ledger->store, &card));
    }
    assert_int_equal(4, listed(ledger, 0, 1, 0, false, 10));
    assert_int_equal(2, listed(ledger, 2, 1, 0, false, 10));
    assert_int_equal(3, listed(ledger, 0, 1, 0, false, 3));
    assert_int_equal(1, listed(ledger, 0, 1, METER, false, 10));
    assert_int_equal(1, listed(ledger, 0, 1, 0, true, 10));
    assert_int_equal(0, listed(ledger, 0, 2, 0, false, 10));
    assert_ok(store_commit(ledger->store));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cards_come_back, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(a_meter_has_one_card, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(what_the_schema_refuses, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(contents_in_order, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(uses_and_keys, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(lists, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
