/* Looking into tokens: what is told to whom, and that guessing does not pay. */
#include "desk_world.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "vending/lockout.h"

/* no token of any kind: a clear block with a wrong check sum */
#define WRONG "01234567890123456789"
/* sections of a set, whose digits the ledger only keeps */
#define SET_1 "11111111111111111111"
#define SET_2 "11111111111111111112"

static mv_status look(struct world *world, const char *who, const char *pan, const char *digits,
                      struct vend_verified *found)
{
    struct vend_caller caller = world_caller(who);
    return vend_verify(world->vend, &caller, pan, digits, found);
}

static void what_was_issued_is_told(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued first, second;
    struct vend_verified found;
    world_pan(1, pan);
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &first));
    assert_ok(world_sell(world, "seller", "r2", pan, 200, &second));
    const char *const who[] = {"seller", "regional", "chief", "engineer"};
    for (size_t i = 0; i < sizeof who / sizeof who[0]; i++) {
        assert_ok(look(world, who[i], pan, world_own(&first)->digits, &found));
        assert_true(found.issued_here);
        assert_int_equal(found.position, 0);
        assert_string_equal(found.issued.request_id, "r1");
        assert_string_equal(found.issued.principal, "seller");
        assert_string_equal(found.issued.pan, pan);
        assert_int_equal(found.issued.receipt, 1);
        assert_int_equal(found.issued.kind, VEND_ORDER_CREDIT);
        assert_int_equal(found.issued.requested, 100);
        assert_int_equal(found.issued.unit, VEND_UNIT_WH);
        assert_true(found.issued.replayed);
        assert_false(found.issued.has_key_change);
        assert_int_equal(found.issued.token_count, 1);
        assert_string_equal(found.issued.tokens[0].digits, world_own(&first)->digits);
        assert_int_equal(found.issued.tokens[0].token_class, 0);
        assert_int_equal(found.issued.tokens[0].tid, world_own(&first)->tid);
        assert_int_equal(found.issued.tokens[0].key.krn, 1);
        assert_memory_equal(found.issued.tokens[0].vending_kcv, world_own(&first)->vending_kcv, 3);
    }
    assert_ok(look(world, "seller", pan, world_own(&second)->digits, &found));
    assert_int_equal(found.issued.receipt, 2);
    assert_int_equal(world_audit_count(world, "TokenService.Verify", "ok"), 5);
    assert_true(world_audit_has(world, "issued=shop/till/1 token=0"));
    assert_int_equal(fake_desk.opened, 0);
}

static void the_digits_are_never_audited(void **state)
{
    struct world *world = *state;
    char pan[19], foreign[21];
    struct vend_issued sale;
    struct vend_verified found;
    world_pan(1, pan);
    desk_credit(0, 77, 5, foreign);
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &sale));
    assert_ok(look(world, "seller", pan, world_own(&sale)->digits, &found));
    assert_ok(look(world, "engineer", pan, foreign, &found));
    assert_refused(MV_TOKEN_NOT_ISSUED_HERE, look(world, "seller", pan, WRONG, &found));
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, WRONG, &found));
    char *all = world_dump(world);
    const char *audit = strstr(all, "\naudit\n");
    assert_non_null(audit);
    assert_null(strstr(audit, world_own(&sale)->digits));
    assert_null(strstr(audit, foreign));
    assert_null(strstr(audit, WRONG));
    free(all);
    world_audit_verify(world);
}

static void a_seller_learns_nothing_else(void **state)
{
    struct world *world = *state;
    char pan[19], second_pan[19], other_pan[19], wrong[21];
    struct vend_issued sale;
    struct vend_verified found;
    struct vend_meter_key key = world_key();
    world_pan(1, pan);
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &sale));
    for (size_t at = 0; at < 20; at++) {
        desk_mistype(world_own(&sale)->digits, at, wrong);
        assert_refused(MV_TOKEN_NOT_ISSUED_HERE, look(world, "seller", pan, wrong, &found));
        assert_false(found.issued_here);
        assert_int_equal(found.issued.receipt, 0);
    }
    /* a good token under the meter's key, but of nobody's */
    desk_credit(0, 77, 5, wrong);
    assert_refused(MV_TOKEN_NOT_ISSUED_HERE, look(world, "seller", pan, wrong, &found));
    /* of another meter, and of a meter that is not theirs or not there at all: as if it did not exist */
    assert_refused(MV_TOKEN_NOT_ISSUED_HERE,
                   look(world, "seller", world_pan(3, second_pan), world_own(&sale)->digits, &found));
    mv_status elsewhere = look(world, "seller", world_pan(2, other_pan), world_own(&sale)->digits, &found);
    mv_status nowhere = look(world, "seller", world_pan(999, other_pan), world_own(&sale)->digits, &found);
    assert_refused(MV_METER_UNKNOWN, elsewhere);
    assert_refused(MV_METER_UNKNOWN, nowhere);
    assert_ptr_equal(elsewhere.where, nowhere.where);
    assert_int_equal(fake_desk.opened, 0);
    struct store *store = desk_begin(world);
    struct store_verify count;
    assert_ok(store_verify_get(store, desk_meter(world, pan).id, &count));
    assert_int_equal(count.wrong, 0);
    desk_commit(store);
    assert_true(world_audit_count(world, "TokenService.Verify", "TOKEN_NOT_ISSUED_HERE") > 0);
    assert_int_equal(world_audit_count(world, "TokenService.Verify", "ORGANISATION_DENIED"), 1);
}

static void the_group_must_be_granted(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_issued sale;
    struct vend_verified found;
    struct vend_organisation row;
    struct vend_caller officer = world_caller("officer1");
    world_pan(1, pan);
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &sale));
    assert_ok(vend_grant(world->vend, &officer, "region", SGC, false, &row));
    assert_refused(MV_SUPPLY_GROUP_DENIED, look(world, "seller", pan, world_own(&sale)->digits, &found));
    assert_refused(MV_SUPPLY_GROUP_DENIED, look(world, "engineer", pan, world_own(&sale)->digits, &found));
    assert_refused(MV_SUPPLY_GROUP_DENIED, look(world, "engineer", pan, WRONG, &found));
    assert_int_equal(fake_desk.opened, 0);
}

static void the_form_is_checked(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_verified found;
    world_pan(1, pan);
    assert_refused(MV_INVALID_FIELD, look(world, "engineer", pan, "", &found));
    assert_refused(MV_INVALID_FIELD, look(world, "engineer", pan, "0123456789012345678", &found));
    assert_refused(MV_INVALID_FIELD, look(world, "engineer", pan, "012345678901234567890", &found));
    assert_refused(MV_INVALID_FIELD, look(world, "engineer", pan, "0123456789012345678x", &found));
    assert_refused(MV_INVALID_FIELD, look(world, "engineer", "12", WRONG, &found));
    pan[17] = pan[17] == '0' ? '1' : '0';
    assert_refused(MV_CHECK_DIGIT, look(world, "engineer", pan, WRONG, &found));
    assert_int_equal(fake_desk.opened, 0);
}

/* Digits that somebody types where the PAN goes. */
static void digits_are_never_the_object_of_a_record(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_verified found;
    struct vend_meter meter;
    struct vend_key_history history;
    struct vend_proposal proposal;
    struct vend_issued trial;
    struct vend_caller engineer = world_caller("engineer");
    struct vend_caller seller = world_caller("seller");
    struct vend_caller admin = world_caller("admin");
    const struct vend_key_proof proof = {.accepted_token = WRONG};
    const struct vend_key_target wanted = {.ti = 2};
    const struct vend_order order = {
        .terminal = "till", .pan = WRONG, .carrier = VEND_KEYPAD, .quantity = {VEND_UNIT_WH, 100}};
    const struct vend_meter_request request = {
        .pan = WRONG, .organisation = "shop", .utility = VEND_ELECTRICITY, .key = world_key()};
    assert_refused(MV_INVALID_FIELD, look(world, "engineer", WRONG, world_pan(1, pan), &found));
    assert_refused(MV_INVALID_FIELD, vend_confirm_key_change(world->vend, &engineer, WRONG, &proof, &meter));
    assert_refused(MV_INVALID_FIELD, vend_assign_key(world->vend, &engineer, WRONG, &wanted, &meter));
    assert_refused(MV_INVALID_FIELD, vend_meter_history(world->vend, &engineer, WRONG, &history));
    assert_refused(MV_INVALID_FIELD, vend_propose(world->vend, &engineer, SGC, OTHER_SGC, WRONG, 60, &proposal));
    assert_refused(MV_INVALID_FIELD, vend_get_meter(world->vend, &engineer, WRONG, &meter));
    assert_refused(MV_INVALID_FIELD, vend_trial(world->vend, &seller, &order, &trial));
    assert_refused(MV_INVALID_FIELD, vend_register_meter(world->vend, &admin, &request, &meter));
    char *dump = world_dump(world);
    assert_null(strstr(dump, WRONG));
    free(dump);
    assert_int_equal(world_audit_count(world, NULL, "INVALID_FIELD"), 8);
}

static void an_engineer_sees_what_a_foreign_token_carries(void **state)
{
    struct world *world = *state;
    char pan[19], digits[21];
    struct vend_verified found;
    world_pan(1, pan);
    desk_credit(0, 77, 5, digits);
    assert_ok(look(world, "engineer", pan, digits, &found));
    assert_false(found.issued_here);
    assert_int_equal(found.foreign.token_class, 0);
    assert_int_equal(found.foreign.tid, 77);
    assert_int_equal(found.foreign.quantity.unit, VEND_UNIT_WH);
    assert_int_equal(found.foreign.quantity.amount, 500);
    assert_true(world_audit_has(world, "foreign class=0 subclass=0 tid=77"));
    desk_credit(3, 78, 5, digits);
    assert_ok(look(world, "engineer", pan, digits, &found));
    assert_int_equal(found.foreign.quantity.unit, VEND_UNIT_SECOND);
    assert_int_equal(found.foreign.quantity.amount, 30);
    desk_credit(4, 79, 5, digits);
    assert_ok(look(world, "engineer", pan, digits, &found));
    assert_int_equal(found.foreign.quantity.unit, VEND_UNIT_CURRENCY_E5);
    assert_true(found.foreign.quantity.amount > 0);
    desk_management(0, 80, 100, digits);
    assert_ok(look(world, "engineer", pan, digits, &found));
    assert_int_equal(found.foreign.token_class, 2);
    assert_true(found.foreign.has_management);
    assert_int_equal(found.foreign.management.subclass, 0);
    assert_int_equal(found.foreign.management.value, 100);
    assert_int_equal(found.foreign.quantity.unit, 0);
}

static void a_foreign_token_under_the_coming_key(void **state)
{
    struct world *world = *state;
    char pan[19], digits[21];
    struct vend_verified found;
    struct store_key to = desk_key(5, 1);
    world_pan(1, pan);
    desk_credit(0, 77, 5, digits);
    fake_desk.opens_krn = 5;
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, digits, &found));
    assert_int_equal(fake_desk.opened, 1);
    (void)desk_change(world, pan, &to, SET_1);
    assert_ok(look(world, "engineer", pan, digits, &found));
    assert_int_equal(found.foreign.quantity.amount, 500);
    assert_int_equal(fake_desk.opened, 3);
}

/* Both keys that the meter may hold are looked with, so both groups must be the caller's. */
static void the_coming_group_must_be_granted_too(void **state)
{
    struct world *world = *state;
    char pan[19], digits[21];
    struct vend_verified found;
    struct vend_organisation row;
    struct vend_caller officer = world_caller("officer1");
    struct store_key to = desk_key(1, 1);
    world_pan(1, pan);
    desk_credit(0, 77, 5, digits);
    memcpy(to.sgc, OTHER_SGC, sizeof to.sgc);
    (void)desk_change(world, pan, &to, SET_1);
    assert_refused(MV_SUPPLY_GROUP_DENIED, look(world, "engineer", pan, digits, &found));
    assert_int_equal(fake_desk.opened, 0);
    assert_ok(vend_grant(world->vend, &officer, "region", OTHER_SGC, true, &row));
    assert_ok(look(world, "engineer", pan, digits, &found));
}

static void seconds_locked(mv_status status, uint32_t expected)
{
    assert_refused(MV_VERIFY_LOCKED, status);
    assert_int_equal(status.detail, expected);
    assert_string_equal(status.where, "retry_after_s");
}

static void wrong_ones_lock_the_meter_for_all(void **state)
{
    struct world *world = *state;
    char pan[19], second_pan[19], good[21];
    struct vend_issued sale;
    struct vend_verified found;
    struct vend_meter_key key = world_key();
    world_pan(1, pan);
    assert_ok(world_meter(world, 3, "shop", VEND_ELECTRICITY, &key));
    assert_ok(world_sell(world, "seller", "r1", pan, 100, &sale));
    desk_credit(0, 77, 5, good);
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, WRONG, &found));
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer2", pan, WRONG, &found));
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, WRONG, &found));
    assert_int_equal(fake_desk.opened, 3);
    /* nobody's look is made now, a good token's neither, and the key is not even asked for */
    seconds_locked(look(world, "engineer", pan, good, &found), 60);
    seconds_locked(look(world, "engineer2", pan, WRONG, &found), 60);
    world_restart(world);
    world_step(20, 20);
    seconds_locked(look(world, "engineer2", pan, WRONG, &found), 40);
    assert_int_equal(fake_desk.opened, 3);
    /* what was issued here needs no key, and another meter is another meter */
    assert_ok(look(world, "engineer", pan, world_own(&sale)->digits, &found));
    assert_refused(MV_TOKEN_NOT_ISSUED_HERE, look(world, "seller", pan, WRONG, &found));
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", world_pan(3, second_pan), WRONG, &found));
    assert_true(world_audit_count(world, "TokenService.Verify", "VERIFY_LOCKED") >= 2);
    world_step(40, 40);
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, WRONG, &found));
    seconds_locked(look(world, "engineer", pan, WRONG, &found), 120);
}

/* Nobody gets round the pauses by looking at one meter after the other. */
static void wrong_ones_lock_who_asks_too(void **state)
{
    struct world *world = *state;
    char pan[19], good[21];
    struct vend_verified found;
    struct vend_meter_key key = world_key();
    desk_credit(0, 77, 5, good);
    for (unsigned i = 0; i < 12; i++)
        assert_ok(world_meter(world, 30 + i, "shop", VEND_ELECTRICITY, &key));
    for (unsigned i = 0; i < 10; i++) {
        assert_ok(look(world, "engineer", world_pan(30 + i, pan), good, &found));
        assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, WRONG, &found));
    }
    const int opened = fake_desk.opened;
    seconds_locked(look(world, "engineer", world_pan(40, pan), good, &found), 60);
    world_restart(world);
    seconds_locked(look(world, "engineer", pan, WRONG, &found), 60);
    assert_int_equal(fake_desk.opened, opened);
    assert_ok(look(world, "engineer2", pan, good, &found)); /* neither the meter nor another engineer */
    world_step(60, 60);
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, WRONG, &found));
    seconds_locked(look(world, "engineer", world_pan(41, pan), WRONG, &found), 120);
}

static void two_keys_are_two_looks(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_verified found;
    struct store_key to = desk_key(5, 1);
    struct store_verify count;
    (void)desk_change(world, world_pan(1, pan), &to, SET_1);
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, WRONG, &found));
    assert_int_equal(fake_desk.opened, 2);
    struct store *store = desk_begin(world);
    assert_ok(store_verify_get(store, desk_meter(world, pan).id, &count));
    desk_commit(store);
    assert_int_equal(count.wrong, 2);
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, WRONG, &found));
    seconds_locked(look(world, "engineer2", pan, WRONG, &found), 120); /* the fourth */
}

static void a_good_one_neither_counts_nor_clears(void **state)
{
    struct world *world = *state;
    char pan[19], good[21];
    struct vend_verified found;
    world_pan(1, pan);
    desk_credit(0, 77, 5, good);
    for (int i = 0; i < 10; i++)
        assert_ok(look(world, "engineer", pan, good, &found));
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, WRONG, &found));
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, WRONG, &found));
    assert_ok(look(world, "engineer", pan, good, &found));
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, WRONG, &found));
    seconds_locked(look(world, "engineer", pan, good, &found), 60);
    /* a day of rest does */
    world_step(60 + 86400, 60 + 86400);
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, WRONG, &found));
    assert_refused(MV_TOKEN_NOT_VALID, look(world, "engineer", pan, WRONG, &found));
    assert_ok(look(world, "engineer", pan, good, &found));
}

static void the_pause_doubles_to_an_hour(void **state)
{
    (void)state;
    struct store_verify count = {0};
    int64_t now = NOW_S;
    static const uint32_t pauses[] = {0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600};
    for (size_t i = 0; i < sizeof pauses / sizeof pauses[0]; i++) {
        assert_ok(vend_lockout_charge(&count, VEND_LOCKOUT_METER, 1, now, &count));
        assert_int_equal(count.wrong, i + 1);
        assert_int_equal(count.locked_until_unix_s, now + pauses[i]);
        if (pauses[i] > 0)
            seconds_locked(vend_lockout_charge(&count, VEND_LOCKOUT_METER, 1, now + pauses[i] - 1, &count), 1);
        now += pauses[i];
    }
    assert_ok(vend_lockout_charge(&count, VEND_LOCKOUT_METER, 1, now + VEND_LOCKOUT_MEMORY_S - 1, &count));
    assert_int_equal(count.wrong, 12);
    assert_ok(vend_lockout_charge(&count, VEND_LOCKOUT_METER, 1,
                                  now + VEND_LOCKOUT_MEMORY_S + VEND_LOCKOUT_MEMORY_S + 3600, &count));
    assert_int_equal(count.wrong, 1);
    count = (struct store_verify){UINT32_MAX, now};
    assert_ok(vend_lockout_charge(&count, VEND_LOCKOUT_METER, 1, now, &count));
    assert_int_equal(count.wrong, UINT32_MAX);
    assert_int_equal(count.locked_until_unix_s, now + 3600);
    count = (struct store_verify){0};
    assert_ok(vend_lockout_charge(&count, VEND_LOCKOUT_PRINCIPAL, 9, now, &count));
    assert_int_equal(count.locked_until_unix_s, now);
    assert_ok(vend_lockout_charge(&count, VEND_LOCKOUT_PRINCIPAL, 2, now, &count));
    assert_int_equal(count.locked_until_unix_s, now + 120);
}

enum { GUESSERS = 8, GUESSES = 4 };
struct guesser {
    struct world *world;
    const char *name;
    char pan[19];
    pthread_t thread;
};

static void *guess(void *self)
{
    struct guesser *guesser = self;
    struct vend_verified found;
    for (int i = 0; i < GUESSES; i++) {
        mv_status status = look(guesser->world, guesser->name, guesser->pan, WRONG, &found);
        if (status.ok || (status.reason != MV_TOKEN_NOT_VALID && status.reason != MV_VERIFY_LOCKED))
            abort();
    }
    return NULL;
}

static void many_at_once_are_not_one_look(void **state)
{
    struct world *world = *state;
    struct guesser guessers[GUESSERS];
    for (size_t i = 0; i < GUESSERS; i++) {
        guessers[i] = (struct guesser){.world = world, .name = i % 2 == 0 ? "engineer" : "engineer2"};
        world_pan(1, guessers[i].pan);
        assert_int_equal(pthread_create(&guessers[i].thread, NULL, guess, &guessers[i]), 0);
    }
    for (size_t i = 0; i < GUESSERS; i++)
        (void)pthread_join(guessers[i].thread, NULL);
    assert_int_equal(fake_desk.opened, 3);
}

static void without_the_key_process_nothing_is_counted(void **state)
{
    struct world *world = *state;
    char pan[19], good[21];
    struct vend_verified found;
    world_pan(1, pan);
    desk_credit(0, 77, 5, good);
    fake_desk.failure = mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "fake");
    for (int i = 0; i < 5; i++)
        assert_refused(MV_KEY_SERVICE_UNAVAILABLE, look(world, "engineer", pan, WRONG, &found));
    assert_true(world_audit_has(world, "not looked into"));
    fake_desk.failure = mv_ok();
    assert_ok(look(world, "engineer", pan, good, &found));
}

/* A set and the token after it are one answer, found by any of its tokens. */
static void tokens_of_one_answer(void **state)
{
    struct world *world = *state;
    static const char *const own[] = {"22222222222222222222", "33333333333333333333"};
    char pan[19];
    struct vend_verified found;
    struct store_key to = desk_key(5, 7);
    world_pan(1, pan);
    int64_t change = desk_change(world, pan, &to, SET_1);
    (void)desk_order(world, pan, STORE_CREDIT, &to, change, own[0]);
    assert_ok(look(world, "seller", pan, SET_2, &found));
    assert_int_equal(found.position, 1);
    assert_int_equal(found.issued.token_count, 3);
    assert_true(found.issued.has_key_change);
    assert_false(found.issued.resent);
    assert_false(found.issued.confirmed);
    assert_int_equal(found.issued.from.krn, 1);
    assert_int_equal(found.issued.to.krn, 5);
    assert_true(found.issued.tokens[0].key_section);
    assert_int_equal(found.issued.tokens[0].subclass, 3);
    assert_int_equal(found.issued.tokens[1].subclass, 4);
    assert_int_equal(found.issued.tokens[0].key.krn, 1);
    assert_int_equal(found.issued.tokens[2].key.krn, 5);
    assert_string_equal(found.issued.tokens[0].digits, SET_1);
    assert_ok(look(world, "seller", pan, own[0], &found));
    assert_int_equal(found.position, 2);
    /* the same set again, after a test that says nothing about it: the newest answer is told */
    (void)desk_order(world, pan, STORE_TEST, &to, 0, "00000000000150997584");
    (void)desk_order(world, pan, STORE_CREDIT, &to, change, own[1]);
    assert_ok(look(world, "seller", pan, SET_1, &found));
    assert_true(found.issued.resent);
    assert_string_equal(found.issued.tokens[2].digits, own[1]);
    assert_ok(look(world, "seller", pan, own[0], &found));
    assert_false(found.issued.resent);
    desk_end(world, change, STORE_APPLIED);
    assert_ok(look(world, "seller", pan, own[0], &found));
    assert_true(found.issued.confirmed);
    assert_ok(look(world, "seller", pan, "00000000000150997584", &found));
    assert_int_equal(found.issued.kind, VEND_ORDER_TEST);
    assert_int_equal(found.issued.tokens[0].token_class, 1);
    assert_int_equal(found.issued.tokens[0].tid, 0);
}

/* A seller who sees one token of an engineer's order does not get the others with it. */
static void other_digits_are_withheld(void **state)
{
    struct world *world = *state;
    char pan[19];
    struct vend_verified found;
    struct store_key to = desk_key(5, 7);
    world_pan(1, pan);
    int64_t change = desk_change(world, pan, &to, SET_1);
    (void)desk_order(world, pan, STORE_KEY_CHANGE, &to, change, "");
    assert_ok(look(world, "seller", pan, SET_2, &found));
    assert_int_equal(found.issued.kind, VEND_ORDER_KEY_CHANGE);
    assert_int_equal(found.issued.token_count, 2);
    assert_string_equal(found.issued.tokens[0].digits, "");
    assert_string_equal(found.issued.tokens[1].digits, SET_2);
    assert_ok(look(world, "chief", pan, SET_2, &found));
    assert_string_equal(found.issued.tokens[0].digits, SET_1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_issued_is_told),
        TEST(the_digits_are_never_audited),
        TEST(a_seller_learns_nothing_else),
        TEST(the_group_must_be_granted),
        TEST(the_form_is_checked),
        TEST(digits_are_never_the_object_of_a_record),
        TEST(an_engineer_sees_what_a_foreign_token_carries),
        TEST(a_foreign_token_under_the_coming_key),
        TEST(the_coming_group_must_be_granted_too),
        TEST(wrong_ones_lock_the_meter_for_all),
        TEST(wrong_ones_lock_who_asks_too),
        TEST(two_keys_are_two_looks),
        TEST(a_good_one_neither_counts_nor_clears),
        cmocka_unit_test(the_pause_doubles_to_an_hour),
        TEST(many_at_once_are_not_one_look),
        TEST(without_the_key_process_nothing_is_counted),
        TEST(tokens_of_one_answer),
        TEST(other_digits_are_withheld),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
