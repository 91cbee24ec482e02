/* Rules, officers and spent nonces in a token's catalogue. */
#include "../../support/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../support/token.h"
#include "base/act.h"
#include "hsm/internal.h"
#include "hsm/quorum.h"

static struct test_token token;
static struct hsm *hsm;
static struct hsm_catalogue *catalogue;

static void read_catalogue(void)
{
    test_ok(hsm_catalogue_read(hsm, catalogue), "catalogue");
}

static struct hsm_officer person(const char *name, uint8_t certificate)
{
    struct hsm_officer officer = {.valid_until_unix_s = 2000000000};
    (void)snprintf(officer.name, sizeof officer.name, "%s", name);
    memset(officer.certificate_sha256, certificate, sizeof officer.certificate_sha256);
    return officer;
}

static struct hsm_rule rule(const char *act, uint8_t needed, const char *first, const char *second)
{
    struct hsm_rule made = {.needed = needed, .officer_count = (uint8_t)((first != NULL) + (second != NULL))};
    (void)snprintf(made.act, sizeof made.act, "%s", act);
    if (first != NULL)
        (void)snprintf(made.officers[0], sizeof made.officers[0], "%s", first);
    if (second != NULL)
        (void)snprintf(made.officers[1], sizeof made.officers[1], "%s", second);
    return made;
}

static mv_status set(struct hsm_rule one)
{
    return hsm_rules_set(hsm, &one, 1);
}

static void all_or_nobody_is_enrolled(void **state)
{
    (void)state;
    struct hsm_officer officers[] = {person("ann", 1), person("ben", 2), person("ann", 3)};
    const struct hsm_rule three = rule(HSM_EVERY_ACT, 3, NULL, NULL);
    const struct hsm_rule two = rule(HSM_EVERY_ACT, 2, NULL, NULL);
    assert_reason(hsm_officers_enrol(hsm, officers, 3, NULL), MV_KEY_EXISTS);
    officers[2] = person("cas", 2);
    assert_reason(hsm_officers_enrol(hsm, officers, 3, NULL), MV_KEY_EXISTS);
    assert_reason(hsm_officers_enrol(hsm, officers, 2, &three), MV_QUORUM_IMPOSSIBLE);
    read_catalogue();
    assert_int_equal(catalogue->officer_count, 0);
    assert_int_equal(catalogue->rule_count, 0);
    assert_int_equal(hsm_quorum_needed(catalogue, "generate"), 0);
    assert_int_equal(hsm_quorum_needed(catalogue, "destroy"), 2);
    test_ok(hsm_officers_enrol(hsm, officers, 2, &two), "enrol");
    read_catalogue();
    assert_int_equal(catalogue->officer_count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(catalogue->officers[i].generation, officers[i].generation);
    assert_int_equal(catalogue->officers[0].valid_until_unix_s, 2000000000);
    assert_int_equal(hsm_quorum_needed(catalogue, "generate"), 2);
    assert_int_equal(hsm_quorum_needed(catalogue, "init"), 0);
    assert_int_equal(hsm_quorum_needed(catalogue, "restore"), 0);
}

static void rules_are_of_acts(void **state)
{
    (void)state;
    struct hsm_officer cas = person("cas", 3);
    assert_reason(set(rule("explode", 1, NULL, NULL)), MV_INVALID_FIELD);
    assert_reason(set(rule("export", 3, NULL, NULL)), MV_QUORUM_IMPOSSIBLE);
    assert_reason(set(rule("export", 1, "cas", NULL)), MV_OFFICER_UNKNOWN);
    assert_reason(set(rule("export", 2, "ann", NULL)), MV_QUORUM_IMPOSSIBLE);
    test_ok(hsm_officer_add(hsm, &cas), "add");
    test_ok(set(rule("export", 3, NULL, NULL)), "export");
    test_ok(set(rule("rotate", 1, "ann", "ben")), "rotate");
    test_ok(set(rule("backup", 0, NULL, NULL)), "backup");
    read_catalogue();
    assert_int_equal(hsm_quorum_needed(catalogue, "export"), 3);
    assert_int_equal(hsm_quorum_needed(catalogue, "import"), 2);
    assert_int_equal(hsm_quorum_needed(catalogue, "rotate"), 1);
    assert_int_equal(hsm_quorum_needed(catalogue, "backup"), 0);
    static const char *const governing[] = {"policy", "officer-add", "officer-remove", "officer-replace"};
    for (size_t i = 0; i < sizeof governing / sizeof governing[0]; i++)
        assert_int_equal(hsm_quorum_needed(catalogue, governing[i]), 3);
    assert_true(hsm_quorum_counts(catalogue, "rotate", "ann"));
    assert_false(hsm_quorum_counts(catalogue, "rotate", "cas"));
    assert_true(hsm_quorum_counts(catalogue, "export", "cas"));
    /* who decides may not be fewer than the act in most need of them has */
    assert_reason(set(rule("policy", 1, "ann", "ben")), MV_QUORUM_IMPOSSIBLE);
    test_ok(set(rule("export", HSM_RULE_NONE, NULL, NULL)), "export as all");
    read_catalogue();
    assert_int_equal(hsm_quorum_needed(catalogue, "policy"), 2);
    for (size_t i = 0; mv_act_name(i) != NULL; i++)
        test_ok(set(rule(mv_act_name(i), 1, NULL, NULL)), mv_act_name(i));
    for (size_t i = 0; mv_act_name(i) != NULL; i++)
        test_ok(set(rule(mv_act_name(i), HSM_RULE_NONE, NULL, NULL)), mv_act_name(i));
    test_ok(set(rule("rotate", 2, "ann", "ben")), "rotate");
    read_catalogue();
    assert_int_equal(catalogue->rule_count, 2);
}

static void officers_go_but_not_below_the_quorum(void **state)
{
    (void)state;
    uint64_t generation = 0;
    struct hsm_officer dan = person("dan", 4);
    struct hsm_officer renewed = person("ann", 5);
    struct hsm_officer same = person("ann", 5);
    struct hsm_officer taken = person("ann", 3);
    assert_reason(hsm_officer_remove(hsm, "dan", &generation), MV_OFFICER_UNKNOWN);
    assert_reason(hsm_officer_remove(hsm, "ann", &generation), MV_QUORUM_IMPOSSIBLE); /* rotate is hers and ben's */
    assert_reason(hsm_officer_replace(hsm, "dan", &dan), MV_OFFICER_UNKNOWN);
    assert_reason(hsm_officer_replace(hsm, "ann", &taken), MV_KEY_EXISTS);
    test_ok(hsm_officer_replace(hsm, "ann", &renewed), "new certificate");
    assert_reason(hsm_officer_replace(hsm, "ann", &same), MV_KEY_EXISTS);
    test_ok(hsm_officer_replace(hsm, "ben", &dan), "successor");
    read_catalogue();
    assert_int_equal(catalogue->officer_count, 3);
    assert_int_equal(catalogue->former_count, 1);
    assert_true(hsm_quorum_counts(catalogue, "rotate", "dan"));
    assert_false(hsm_quorum_counts(catalogue, "rotate", "ben"));
    test_ok(hsm_officer_remove(hsm, "cas", &generation), "remove");
    read_catalogue();
    assert_int_equal(catalogue->generation, generation);
    assert_reason(hsm_officer_remove(hsm, "dan", &generation), MV_QUORUM_IMPOSSIBLE);
    assert_int_equal(catalogue->officer_count, 2);
    /* a former officer comes back under the same name */
    struct hsm_officer cas = person("cas", 3);
    test_ok(hsm_officer_add(hsm, &cas), "again");
    read_catalogue();
    assert_int_equal(catalogue->officer_count, 3);
    assert_int_equal(catalogue->former_count, 1);
}

static mv_status approve(void *context, const struct hsm_catalogue *judged, struct hsm_verdict *verdict)
{
    assert_ptr_equal(judged, catalogue);
    *verdict = *(const struct hsm_verdict *)context;
    return mv_ok();
}

static mv_status refuse(void *context, const struct hsm_catalogue *judged, struct hsm_verdict *verdict)
{
    (void)context;
    (void)judged;
    verdict->spends = true;
    return mv_fail(MV_QUORUM_MISSING, NULL);
}

/* Somebody waits at a confirmation while another process changes who decides. */
static void an_act_writes_under_the_rules_it_was_judged_by(void **state)
{
    (void)state;
    const struct hsm_verdict verdict = {.spends = false};
    const struct hsm_judge judge = {approve, (void *)(uintptr_t)&verdict};
    const struct hsm_judge refusal = {refuse, NULL};
    struct hsm_officer eve = person("eve", 6);
    read_catalogue();
    uint64_t before = catalogue->generation;
    assert_reason(hsm_act_judge(hsm, catalogue, &refusal, 1), MV_QUORUM_MISSING);
    read_catalogue();
    assert_int_equal(catalogue->generation, before);
    test_ok(hsm_act_judge(hsm, catalogue, &judge, 1), "judged");
    /* what it does itself does not stop it */
    test_ok(set(rule("export", 2, NULL, NULL)), "first step");
    test_ok(set(rule("export", 1, NULL, NULL)), "second step");
    hsm->judged = false;
    test_ok(hsm_act_judge(hsm, catalogue, &judge, 1), "judged");
    uint8_t judged_by[32];
    memcpy(judged_by, hsm->judged_by, sizeof judged_by);
    hsm->judged = false;
    test_ok(hsm_officer_add(hsm, &eve), "by another process");
    hsm->judged = true;
    memcpy(hsm->judged_by, judged_by, sizeof judged_by);
    assert_reason(set(rule("export", 0, NULL, NULL)), MV_QUORUM_MISSING);
    assert_reason(test_token_factory(hsm, "late", "000102030405060708090a0b0c0d0e0f"), MV_QUORUM_MISSING);
    CK_OBJECT_HANDLE key = 0;
    assert_reason(hsm_find_key(hsm, "factory/late", &key), MV_KEY_UNKNOWN);
    test_ok(hsm_act_judge(hsm, catalogue, &judge, 1), "judged anew");
    test_ok(set(rule("export", HSM_RULE_NONE, NULL, NULL)), "export");
    hsm->judged = false;
    test_ok(hsm_officer_remove(hsm, "eve", &before), "remove");
}

/* From two officers on nobody makes a second officer alone, by whom `destroy` would then be approved. */
static void two_decide_as_soon_as_there_are_two(void **state)
{
    (void)state;
    static const char *const governing[] = {"policy", "officer-add", "officer-remove", "officer-replace"};
    struct hsm_catalogue *few = calloc(1, sizeof *few);
    assert_non_null(few);
    for (size_t officers = 0; officers < 4; officers++) {
        few->officer_count = officers;
        for (size_t i = 0; i < sizeof governing / sizeof governing[0]; i++)
            assert_int_equal(hsm_quorum_needed(few, governing[i]), officers > 1 ? 2 : 0);
        assert_int_equal(hsm_quorum_needed(few, "generate"), 0);
    }
    few->rules[few->rule_count++] = rule("officer-replace", 1, NULL, NULL);
    assert_int_equal(hsm_quorum_needed(few, "officer-replace"), 2);
    few->rules[few->rule_count++] = rule("export", 3, NULL, NULL);
    for (size_t i = 0; i < sizeof governing / sizeof governing[0]; i++)
        assert_int_equal(hsm_quorum_needed(few, governing[i]), 3);
    free(few);
}

static void one_key_is_one_officer(void **state)
{
    (void)state;
    uint64_t generation = 0;
    struct hsm_officer gus = person("gus", 20);
    struct hsm_officer hal = person("hal", 21);
    struct hsm_officer renewed = person("gus", 22);
    memset(gus.key_sha256, 7, sizeof gus.key_sha256);
    memset(hal.key_sha256, 7, sizeof hal.key_sha256);
    memset(renewed.key_sha256, 7, sizeof renewed.key_sha256);
    test_ok(hsm_officer_add(hsm, &gus), "gus");
    assert_reason(hsm_officer_add(hsm, &hal), MV_KEY_EXISTS);
    assert_reason(hsm_officer_replace(hsm, "ann", &hal), MV_KEY_EXISTS);
    test_ok(hsm_officer_replace(hsm, "gus", &renewed), "the own key in a new certificate");
    read_catalogue();
    const struct hsm_officer *found = NULL;
    for (size_t i = 0; i < catalogue->officer_count; i++)
        if (strcmp(catalogue->officers[i].name, "gus") == 0)
            found = &catalogue->officers[i];
    assert_non_null(found);
    assert_memory_equal(found->key_sha256, renewed.key_sha256, sizeof found->key_sha256);
    test_ok(hsm_officer_remove(hsm, "gus", &generation), "remove");
}

static mv_status spend(int number, int64_t expires, int64_t now)
{
    uint8_t nonce[HSM_NONCE_BYTES] = {(uint8_t)(number >> 8), (uint8_t)number};
    struct hsm_verdict verdict = {.spends = true, .expires_unix_s = expires};
    memcpy(verdict.nonce, nonce, sizeof nonce);
    const struct hsm_judge judge = {approve, &verdict};
    return hsm_act_judge(hsm, catalogue, &judge, now);
}

static void a_nonce_is_spent_once(void **state)
{
    (void)state;
    test_ok(spend(1, 1000, 10), "first");
    /* what the act then works with is the catalogue after it */
    assert_int_equal(catalogue->spent_count, 1);
    assert_int_equal(catalogue->spent[0].count, 1);
    uint64_t after = catalogue->generation;
    read_catalogue();
    assert_int_equal(catalogue->generation, after);
    assert_reason(spend(1, 1000, 10), MV_APPROVAL_USED);
    assert_reason(spend(1, 1000, 999), MV_APPROVAL_USED);
    /* until none is left, and again when they have expired */
    for (int i = 2; i <= HSM_SPENT_PAGES * HSM_SPENT_NONCES; i++)
        test_ok(spend(i, i <= 30 ? 1000 : 2000, 20), "another");
    assert_reason(spend(9999, 2000, 999), MV_INVALID_FIELD);
    for (int i = 1; i <= HSM_SPENT_PAGES * HSM_SPENT_NONCES; i += 10)
        assert_reason(spend(i, 2000, 999), MV_APPROVAL_USED);
    test_ok(spend(9999, 2000, 1000), "after the first have expired");
    assert_reason(spend(9999, 2000, 1000), MV_APPROVAL_USED);
    assert_reason(spend(31, 2000, 1999), MV_APPROVAL_USED);
    read_catalogue();
    assert_int_equal(catalogue->spent_count, HSM_SPENT_PAGES);
}

/* Lines of officers that were written before the certificate's end was kept. */
static void an_officer_of_the_older_form_is_read(void **state)
{
    (void)state;
    enum { KEY = 32, END = 8, MAGIC_LAST = 3 };
    uint8_t data[HSM_ENTRY_SIZE];
    size_t size = 0;
    CK_OBJECT_HANDLE mac_key = 0;
    struct hsm_entry entry = {.kind = HSM_ENTRY_OFFICER, .generation = 77};
    struct hsm_entry read;
    entry.of.officer = person("old", 9);
    test_ok(hsm_find_key(hsm, HSM_CATALOGUE_MAC_LABEL, &mac_key), "catalogue-mac");
    test_ok(hsm_entry_encode(hsm, mac_key, &entry, data, &size), "encode");
    test_ok(hsm_entry_decode(hsm, mac_key, data, size, &read), "decode");
    assert_int_equal(read.of.officer.valid_until_unix_s, 2000000000);
    memset(entry.of.officer.key_sha256, 5, KEY);
    test_ok(hsm_entry_encode(hsm, mac_key, &entry, data, &size), "encode");
    test_ok(hsm_entry_decode(hsm, mac_key, data, size, &read), "decode");
    assert_memory_equal(read.of.officer.key_sha256, entry.of.officer.key_sha256, KEY);
    size -= KEY;
    data[MAGIC_LAST] = '4';
    test_ok(hsm_cmac(hsm, mac_key, data, size - HSM_ENTRY_MAC, data + size - HSM_ENTRY_MAC), "MAC");
    test_ok(hsm_entry_decode(hsm, mac_key, data, size, &read), "the form before");
    assert_int_equal(read.of.officer.valid_until_unix_s, 2000000000);
    for (size_t i = 0; i < KEY; i++)
        assert_int_equal(read.of.officer.key_sha256[i], 0);
    size -= END;
    data[MAGIC_LAST] = '3';
    test_ok(hsm_cmac(hsm, mac_key, data, size - HSM_ENTRY_MAC, data + size - HSM_ENTRY_MAC), "MAC");
    test_ok(hsm_entry_decode(hsm, mac_key, data, size, &read), "the older form");
    assert_string_equal(read.of.officer.name, "old");
    assert_int_equal(read.of.officer.valid_until_unix_s, 0);
    data[MAGIC_LAST] = '4';
    test_ok(hsm_cmac(hsm, mac_key, data, size - HSM_ENTRY_MAC, data + size - HSM_ENTRY_MAC), "MAC");
    assert_reason(hsm_entry_decode(hsm, mac_key, data, size, &read), MV_CATALOGUE_CORRUPT);
}

static int set_up(void **state)
{
    (void)state;
    test_token_new(&token, NULL);
    hsm = test_token_open_new(&token);
    catalogue = calloc(1, sizeof *catalogue);
    return catalogue == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(catalogue);
    hsm_close(hsm);
    test_token_free(&token);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_or_nobody_is_enrolled),
        cmocka_unit_test(rules_are_of_acts),
        cmocka_unit_test(officers_go_but_not_below_the_quorum),
        cmocka_unit_test(an_act_writes_under_the_rules_it_was_judged_by),
        cmocka_unit_test(two_decide_as_soon_as_there_are_two),
        cmocka_unit_test(one_key_is_one_officer),
        cmocka_unit_test(a_nonce_is_spent_once),
        cmocka_unit_test(an_officer_of_the_older_form_is_read),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
