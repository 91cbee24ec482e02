/* Key changes by a real key process on a real token: published sets, and every rule that a broken server would like to
 * break. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../support/status.h"
#include "metervault/sts_key_change.h"
#include "officer_key.h"
#include "published.h"
#include "served.h"

static struct officer_key ann;
static struct officer_key ben;
static const char KEY_160[] = "ABABABABABABABAB949494949494949401234567";
static const char PAN[] = "600727000000000009";
static const char OTHER_PAN[] = "000001000000000082";

static void import(struct hsm *hsm, const char *sgc, uint8_t krn, uint8_t kt, uint16_t base_date, uint8_t ken)
{
    struct hsm_vending_scope scope = {.krn = krn, .kt = kt, .dkga = 4, .base_date = base_date, .ken = ken};
    scope.ea_mask = 0x880;
    memcpy(scope.sgc, sgc, sizeof scope.sgc);
    test_ok(test_token_vending(hsm, scope, KEY_160), "import");
}

static void import_dkga02(struct hsm *hsm)
{
    const struct hsm_vending_scope scope = {
        .sgc = "123456", .krn = 3, .kt = 2, .dkga = 2, .base_date = 2014, .ken = 255, .ea_mask = 0x80};
    test_ok(test_token_vending(hsm, scope, "9494949494949494"), "import");
}

static void set_state(struct hsm *hsm, uint8_t krn, enum hsm_key_state state, int64_t issued_until)
{
    struct hsm_key_info amended;
    const struct hsm_amendment amendment = {
        .what = HSM_AMEND_STATE, .state = state, .issued_until_unix_s = issued_until};
    test_ok(hsm_key_amend(hsm, "300000", krn, 2, &amendment, &amended), "state");
    assert_int_equal(amended.state, state);
}

/* Supply group 300000: one revision for each state. */
enum { ACTIVE = 1, REPLACED, REPLACED_LONG_AGO, EXPIRED, COMPROMISED, NOT_YET, OTHER };

static void import_states(struct hsm *hsm)
{
    for (int krn = ACTIVE; krn <= OTHER; krn++)
        if (krn != NOT_YET)
            import(hsm, "300000", (uint8_t)krn, 2, 2014, 255);
    set_state(hsm, REPLACED, HSM_ISSUED_UNTIL, (int64_t)time(NULL) + 3600);
    set_state(hsm, REPLACED_LONG_AGO, HSM_ISSUED_UNTIL, 1000000000);
    set_state(hsm, EXPIRED, HSM_EXPIRED, 0);
    set_state(hsm, COMPROMISED, HSM_COMPROMISED, 0);
    struct hsm_key_request request = {
        .use = HSM_USE_VENDING, .active_from_unix_s = INT64_MAX - 1, .issued_until_unix_s = INT64_MAX};
    request.scope = (struct hsm_vending_scope){
        .sgc = "300000", .krn = NOT_YET, .kt = 2, .dkga = 4, .base_date = 2014, .ken = 255, .ea_mask = 0x80};
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    test_ok(hsm_key_generate(hsm, &request, &keeper, &made), "not yet active");
}

static void enrol_officers(struct hsm *hsm)
{
    officer_key_new(&ann, "P-256", -10, 3600);
    officer_key_new(&ben, "P-384", -10, 3600);
    officer_key_enrol(hsm, &ann, "ann");
    officer_key_enrol(hsm, &ben, "ben");
}

static void fill(struct hsm *hsm)
{
    published_import(hsm);
    import(hsm, "123456", 4, 2, 2014, 255);
    import_dkga02(hsm);
    import(hsm, "201460", 7, 2, 2014, 255);
    import(hsm, "201461", 8, 2, 2014, 255);
    import(hsm, "201457", 8, 1, 2014, 255);
    import(hsm, "201457", 8, 3, 2014, 255);
    import(hsm, "201457", 9, 2, 2014, 100);
    import_states(hsm);
    enrol_officers(hsm);
}

static int set_up(void **state)
{
    (void)state;
    return served_set_up(NULL, fill);
}

static int tear_down(void **state)
{
    (void)state;
    int code = served_tear_down();
    officer_key_free(&ann);
    officer_key_free(&ben);
    return code;
}

static struct hsmd_meter meter_of(const char *sgc, uint8_t krn, uint8_t ti)
{
    struct hsmd_meter meter = {.krn = krn, .ti = ti, .kt = 2, .ken = 255, .ea = 7, .dkga = 4, .base_date = 2014};
    memcpy(meter.pan, PAN, sizeof meter.pan);
    memcpy(meter.sgc, sgc, sizeof meter.sgc);
    return meter;
}

/* Legal: another tariff index. */
static struct hsmd_key_change sample(void)
{
    return (struct hsmd_key_change){.from = meter_of("201457", 1, 1), .to = meter_of("201457", 1, 2)};
}

static struct hsmd_key_change_set change_with(const struct signed_approval *approval, struct hsmd_key_change change)
{
    struct hsmd_key_change_set set;
    test_ok(hsmd_key_change(client, approval == NULL ? NULL : &approval->approval, approval != NULL, &change, 1, &set),
            "key change");
    return set;
}

static mv_status refusal(struct hsmd_key_change change)
{
    return change_with(NULL, change).status;
}

static void has_tokens(const struct hsmd_key_change_set *set, const char *const *digits, size_t count)
{
    test_ok(set->status, "set");
    assert_int_equal(set->count, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(set->tokens[i].digits, digits[i]);
}

static void published_sets(void **state)
{
    (void)state;
    static const char *const two[] = {"06510894141453018386", "22979178279997208272"};
    static const char *const three[] = {"52506022850399603630", "22979178279997208272", "39620459059615037790"};
    struct hsmd_key_change change = sample();
    struct hsmd_key_change_set set = change_with(NULL, change); /* c07-ctsa05-s1 */
    has_tokens(&set, two, 2);
    assert_int_equal(set.slot, HSMD_SLOT_NONE);
    change.with_sgc = true;
    set = change_with(NULL, change); /* c07-ctsa05-s4 */
    has_tokens(&set, three, 3);
}

static void published_sets_to_another_group(void **state)
{
    (void)state;
    static const char *const rollover[] = {"65413070543688156280", "27469374567476953413"};
    static const char *const expired[] = {"24562245023203555040", "41556682077428280522"};
    struct signed_approval approval;
    struct hsmd_key_change change = {.from = meter_of("201457", 1, 1), .to = meter_of("203557", 6, 2)};
    change.to.base_date = 2035;
    officer_sign(&ann, PAN, "201457", "203557", (int64_t)time(NULL) + 60, &approval);
    struct hsmd_key_change_set set = change_with(&approval, change); /* c07-ctsa05-s2: RO = 1 */
    has_tokens(&set, rollover, 2);
    change = (struct hsmd_key_change){.from = meter_of("201460", 7, 1), .to = meter_of("201461", 8, 1)};
    memcpy(change.from.pan, "600727111111111153", sizeof change.from.pan);
    memcpy(change.to.pan, change.from.pan, sizeof change.to.pan);
    change.from.ken = 85; /* expired in September 2024 */
    officer_sign(&ben, "", "201460", "201461", (int64_t)time(NULL) + 60, &approval);
    set = change_with(&approval, change); /* c07-ctsa16-s4 */
    has_tokens(&set, expired, 2);
}

static void derive(const struct hsmd_meter *meter, struct mv_decoder_key *key)
{
    struct hsm *hsm = test_token_open(&token);
    static struct hsm_catalogue catalogue;
    struct hsm_handle handle;
    struct mv_dkga_input input = {
        .krn = meter->krn, .ti = meter->ti, .kt = meter->kt, .ea = meter->ea, .base_date = meter->base_date};
    memcpy(input.pan, meter->pan, sizeof input.pan);
    memcpy(input.sgc, meter->sgc, sizeof input.sgc);
    test_ok(hsm_catalogue_read(hsm, &catalogue), "catalogue");
    const struct hsm_key_entry *entry = hsm_catalogue_vending(&catalogue, meter->sgc, meter->krn, meter->kt);
    assert_non_null(entry);
    test_ok(hsm_handle_open(hsm, &entry->info, &handle), "handle");
    test_ok(hsm_derive_dkga04(hsm, handle, &input, key), "derive");
    hsm_close(hsm);
}

/* What a meter that holds `held` gets out of a set. */
static struct mv_sts_key_change take_in(const struct hsmd_key_change_set *set, const struct mv_decoder_key *held)
{
    struct mv_sts_key_sections sections = {.present = 0};
    struct mv_sts_key_change got;
    for (size_t i = 0; i < set->count; i++) {
        uint8_t token_class = 0;
        uint64_t cipher = 0;
        unsigned section = 0;
        struct mv_sts_block block;
        assert_false(mv_sts_key_sections_join(&sections, held->ea, &got));
        assert_int_equal(mv_sts_digits_to_block(set->tokens[i].digits, &token_class, &cipher), MV_DONE);
        assert_int_equal(token_class, 2);
        uint64_t clear = mv_sts_decrypt(held, &mv_sta_public, cipher);
        assert_int_equal(mv_sts_block_unpack(token_class, clear, &block), MV_DONE);
        assert_int_equal(mv_sts_key_section_put(&sections, held->ea, &block, &section), MV_DONE);
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(set->tokens[k].tag, set->tokens[i].tag, HSMD_TOKEN_TAG);
    }
    assert_true(mv_sts_key_sections_join(&sections, held->ea, &got));
    return got;
}

/* What the meter will hold is what the next token is made with. */
static void four_sections_carry_the_new_key(void **state)
{
    (void)state;
    struct hsmd_key_change change = {.from = meter_of("300000", ACTIVE, 1), .to = meter_of("300000", OTHER, 42)};
    change.from.ea = change.to.ea = 11;
    change.to.ken = 200;
    change.want_slot = true;
    struct hsmd_key_change_set set = change_with(NULL, change);
    test_ok(set.status, "set");
    assert_int_equal(set.count, 4);
    struct mv_decoder_key from;
    struct mv_decoder_key to;
    derive(&change.from, &from);
    derive(&change.to, &to);
    struct mv_sts_key_change got = take_in(&set, &from);
    assert_memory_equal(got.key.bytes, to.bytes, sizeof to.bytes);
    assert_int_equal(got.krn, OTHER);
    assert_int_equal(got.ti, 42);
    assert_int_equal(got.ken, 200);
    assert_int_equal(got.sgc, 300000);
    assert_false(got.rollover);
    struct hsmd_token made;
    struct mv_sts_block limit = {.token_class = 2, .subclass = 0, .content = 0x5000001000A};
    const struct hsmd_block block = {.slot = set.slot, .token_class = 2, .clear = mv_sts_block_pack(&limit)};
    test_ok(hsmd_encrypt(client, &block, 1, &made), "encrypt");
    test_ok(made.status, "under the new key");
    char digits[21];
    mv_sts_digits_from_block(2, mv_sts_encrypt(&to, &mv_sta_public, block.clear), digits);
    assert_string_equal(made.digits, digits);
}

/* Out of DKGA 2 and of a base date that is over, for two meters in one batch: the opened vending key serves both. */
static void from_dkga02(void **state)
{
    (void)state;
    const struct mv_decoder_key held = {.ea = 7, .bytes = {0xE6, 0x53, 0x34, 0x1F, 0x9D, 0x5B, 0xF3, 0x6F}};
    struct mv_decoder_key to;
    struct hsmd_key_change changes[2];
    struct hsmd_key_change_set sets[2];
    for (size_t i = 0; i < 2; i++) {
        changes[i] = (struct hsmd_key_change){.from = published[0].meter, .to = meter_of("123456", 4, 1)};
        changes[i].with_sgc = true;
    }
    memcpy(changes[0].from.pan, OTHER_PAN, sizeof changes[0].from.pan);
    memcpy(changes[0].to.pan, OTHER_PAN, sizeof changes[0].to.pan);
    test_ok(hsmd_key_change(client, NULL, 0, changes, 2, sets), "batch");
    test_ok(sets[0].status, "first");
    test_ok(sets[1].status, "second");
    assert_string_not_equal(sets[0].tokens[0].digits, sets[1].tokens[0].digits);
    assert_memory_not_equal(sets[1].from_kcv, sets[1].to_kcv, HSM_KCV_BYTES);
    struct mv_sts_key_change got = take_in(&sets[1], &held);
    derive(&changes[1].to, &to);
    assert_memory_equal(got.key.bytes, to.bytes, 8);
    assert_true(got.rollover);
    assert_true(got.with_sgc);
    assert_int_equal(got.sgc, 123456);
}

static void slots_of_key_changes_are_bounded(void **state)
{
    (void)state;
    static struct hsmd_key_change changes[HSMD_BATCH];
    static struct hsmd_key_change_set sets[HSMD_BATCH];
    for (size_t i = 0; i < HSMD_BATCH; i++) {
        changes[i] = sample();
        changes[i].want_slot = true;
    }
    for (int round = 0; round < 3; round++) {
        test_ok(hsmd_key_change(client, NULL, 0, changes, HSMD_BATCH, sets), "batch");
        for (size_t i = 0; i < HSMD_BATCH; i++) {
            if (round < 2)
                test_ok(sets[i].status, "slot");
            else
                assert_reason(sets[i].status, MV_SERVER_BUSY);
        }
    }
    changes[0].want_slot = false;
    test_ok(change_with(NULL, changes[0]).status, "without a slot");
    hsmd_client_free(client);
    test_ok(hsmd_client_new(token.config.socket, 5000, &client), "client");
    test_ok(change_with(NULL, changes[1]).status, "after reconnect");
}

static void the_slot_keeps_the_new_expiry(void **state)
{
    (void)state;
    struct hsmd_key_change change = sample();
    change.to.ken = 200;
    change.want_slot = true;
    struct hsmd_key_change_set set = change_with(NULL, change);
    test_ok(set.status, "set");
    struct hsmd_token made;
    struct mv_sts_block limit = {.token_class = 2, .subclass = 0, .content = (uint64_t)0xC90000 << 16};
    const struct hsmd_block block = {.slot = set.slot, .token_class = 2, .clear = mv_sts_block_pack(&limit)};
    test_ok(hsmd_encrypt(client, &block, 1, &made), "encrypt");
    assert_reason(made.status, MV_KEY_EXPIRED);
}

static void what_a_change_may_not_do(void **state)
{
    (void)state;
    struct hsmd_key_change change = sample();
    change.from.kt = 0;
    assert_reason_at(refusal(change), MV_KEY_CHANGE_NOT_ALLOWED, "from.kt");
    const uint8_t bad_kt[] = {0, 3, 4, 255};
    for (size_t i = 0; i < sizeof bad_kt; i++) {
        change = sample();
        change.to.krn = 8;
        change.to.kt = bad_kt[i];
        assert_reason_at(refusal(change), MV_KEY_CHANGE_NOT_ALLOWED, "to.kt");
    }
    change = sample();
    memcpy(change.to.pan, OTHER_PAN, sizeof change.to.pan);
    assert_reason_at(refusal(change), MV_KEY_CHANGE_NOT_ALLOWED, "to.pan");
    change = sample();
    change.to.ea = 11;
    assert_reason_at(refusal(change), MV_KEY_CHANGE_NOT_ALLOWED, "to.ea");
    change = (struct hsmd_key_change){.from = meter_of("123457", 5, 1), .to = meter_of("123457", 4, 1)};
    change.from.base_date = 2035;
    assert_reason_at(refusal(change), MV_KEY_CHANGE_NOT_ALLOWED, "to.base_date");
    change = sample();
    change.to.ti = 100;
    assert_reason(refusal(change), MV_INVALID_FIELD);
}

/* Out of DKGA 2, but not back, even when both vending keys would serve the meter. */
static void no_change_to_an_older_derivation(void **state)
{
    (void)state;
    struct hsmd_key_change change = {.from = meter_of("123456", 4, 1), .to = meter_of("123456", 3, 1)};
    change.to.dkga = 2;
    assert_reason_at(refusal(change), MV_KEY_CHANGE_NOT_ALLOWED, "to.dkga");
    struct hsmd_key_change out = {.from = change.to, .to = change.from};
    test_ok(refusal(out), "out of DKGA 2");
}

/* An approval names groups and meters: it is no word about the kind of key. */
static void no_other_key_type_with_another_group(void **state)
{
    (void)state;
    struct signed_approval approval;
    struct hsmd_key_change change = {.from = meter_of("201460", 7, 1), .to = meter_of("201457", 8, 1)};
    officer_sign(&ann, PAN, "201460", "201457", (int64_t)time(NULL) + 60, &approval);
    change.to.kt = 1;
    assert_reason_at(change_with(&approval, change).status, MV_KEY_CHANGE_NOT_ALLOWED,
                     "to.kt: with another supply group");
    change.to = meter_of("201457", 1, 1);
    test_ok(change_with(&approval, change).status, "the same key type");
}

static void what_a_change_may_do(void **state)
{
    (void)state;
    struct hsmd_key_change change = sample();
    change.to = change.from; /* the same key: only the expiry */
    change.from.ken = 200;
    change.to.ken = 201;
    test_ok(refusal(change), "a higher KEN");
    change.to.ken = 199;
    test_ok(refusal(change), "a lower KEN");
    change.to = change.from;
    test_ok(refusal(change), "the same KEN");
    change = sample();
    change.to.ken = 201; /* another tariff index is another key */
    test_ok(refusal(change), "a lower KEN under another key");
    change = sample();
    change.to.krn = 8;
    change.to.kt = 1;
    test_ok(refusal(change), "to a default key");
    struct hsmd_key_change back = {.from = change.to, .to = change.from};
    test_ok(refusal(back), "from a default key");
    back.from.kt = 3;
    test_ok(refusal(back), "from a common key");
    change = (struct hsmd_key_change){.from = meter_of("123457", 4, 1), .to = meter_of("123457", 5, 1)};
    change.to.base_date = 2035;
    test_ok(refusal(change), "to a later base date");
}

/* The vending keys of both ends are known, and the meter's data must fit them. */
static void both_keys_must_fit(void **state)
{
    (void)state;
    struct hsmd_key_change change = sample();
    change.to.krn = 5;
    assert_reason(refusal(change), MV_VENDING_KEY_UNKNOWN);
    change = sample();
    change.from.krn = 5;
    assert_reason(refusal(change), MV_VENDING_KEY_UNKNOWN);
    change = sample();
    change.from.base_date = 1993;
    assert_reason_at(refusal(change), MV_VENDING_KEY_MISMATCH, "base_date");
    change = sample();
    change.to.base_date = 2035;
    assert_reason_at(refusal(change), MV_VENDING_KEY_MISMATCH, "base_date");
    change = sample();
    change.from.dkga = change.to.dkga = 2;
    assert_reason_at(refusal(change), MV_VENDING_KEY_MISMATCH, "dkga");
    change = sample();
    memcpy(change.from.pan, "600727000000000008", sizeof change.from.pan);
    memcpy(change.to.pan, change.from.pan, sizeof change.to.pan);
    assert_reason(refusal(change), MV_CHECK_DIGIT);
}

static void no_change_to_an_expired_key(void **state)
{
    (void)state;
    struct hsmd_key_change change = sample();
    change.to.ken = 85; /* 2014: until September 2024 */
    assert_reason_at(refusal(change), MV_KEY_CHANGE_NOT_ALLOWED, "to.ken: expired");
    change.from.ken = 85;
    change.to.ken = 255;
    test_ok(refusal(change), "from an expired key");
    /* token identifiers of 1993 ran out in November 2024, whatever the KEN */
    change = (struct hsmd_key_change){.from = meter_of("123457", 1, 1), .to = meter_of("123457", 1, 2)};
    change.from.base_date = change.to.base_date = 1993;
    assert_reason_at(refusal(change), MV_KEY_CHANGE_NOT_ALLOWED, "to.ken: expired");
    change.to = meter_of("123457", 4, 2);
    test_ok(refusal(change), "the rollover out of it");
    /* the vending key's own expiry is the limit */
    change = sample();
    change.to.krn = 9;
    change.to.ken = 101;
    assert_reason_at(refusal(change), MV_KEY_CHANGE_NOT_ALLOWED, "to.ken: beyond the vending key's");
    change.to.ken = 100;
    uint64_t now = 0;
    uint64_t base = 0;
    assert_int_equal(mv_sts_minutes((int64_t)time(NULL), &now), MV_DONE);
    assert_int_equal(mv_sts_base_minutes(2014, &base), MV_DONE);
    if ((now - base) >> 16 <= 100)
        test_ok(refusal(change), "within the limit");
    else
        assert_reason(refusal(change), MV_KEY_CHANGE_NOT_ALLOWED);
}

static void states_of_both_ends(void **state)
{
    (void)state;
    static const struct {
        uint8_t krn;
        bool leave, enter, stay, issue;
    } expected[] = {
        {ACTIVE, true, true, true, true},
        {REPLACED, true, false, true, true},
        {REPLACED_LONG_AGO, true, false, false, false},
        {EXPIRED, true, false, false, false},
        {COMPROMISED, true, false, false, false},
        {NOT_YET, false, false, false, false},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        uint8_t krn = expected[i].krn;
        const struct hsmd_meter held = meter_of("300000", krn, 1);
        const struct hsmd_meter other = meter_of("300000", OTHER, 1);
        const struct hsmd_meter index = meter_of("300000", krn, 2);
        const bool allowed[] = {expected[i].leave, expected[i].enter, expected[i].stay};
        const struct hsmd_key_change changes[] = {
            {.from = held, .to = other}, {.from = other, .to = held}, {.from = held, .to = index}};
        for (size_t k = 0; k < 3; k++) {
            mv_status status = refusal(changes[k]);
            if (allowed[k])
                test_ok(status, "allowed");
            else
                assert_reason(status, MV_VENDING_KEY_NOT_ACTIVE);
        }
        struct hsmd_prepared prepared;
        test_ok(hsmd_prepare(client, &held, 1, &prepared), "prepare");
        if (expected[i].issue)
            test_ok(prepared.status, "issue");
        else
            assert_reason(prepared.status, MV_VENDING_KEY_NOT_ACTIVE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_sets),
        cmocka_unit_test(published_sets_to_another_group),
        cmocka_unit_test(four_sections_carry_the_new_key),
        cmocka_unit_test(from_dkga02),
        cmocka_unit_test(slots_of_key_changes_are_bounded),
        cmocka_unit_test(the_slot_keeps_the_new_expiry),
        cmocka_unit_test(what_a_change_may_not_do),
        cmocka_unit_test(what_a_change_may_do),
        cmocka_unit_test(no_change_to_an_older_derivation),
        cmocka_unit_test(no_other_key_type_with_another_group),
        cmocka_unit_test(both_keys_must_fit),
        cmocka_unit_test(no_change_to_an_expired_key),
        cmocka_unit_test(states_of_both_ends),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
