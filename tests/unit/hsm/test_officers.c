/* Approvals of officers, by a real key process: whose word counts, for which meters, and until when. */
#include <string.h>
#include <time.h>

#include "../../support/status.h"
#include "officer_key.h"
#include "served.h"

static struct officer_key ann;
static struct officer_key ben;
static struct officer_key stranger;
static struct officer_key retired;
static struct officer_key future;
static struct officer_key heavy;
static struct officer_key small;
static const char KEY_160[] = "ABABABABABABABAB949494949494949401234567";
static const char PAN[] = "600727000000000009";
static const char OTHER_PAN[] = "000001000000000082";

static void import(struct hsm *hsm, const char *sgc, uint8_t krn)
{
    struct hsm_vending_scope scope = {.krn = krn, .kt = 2, .dkga = 4, .base_date = 2014, .ken = 255, .ea_mask = 0x80};
    memcpy(scope.sgc, sgc, sizeof scope.sgc);
    test_ok(test_token_vending(hsm, scope, KEY_160), "import");
}

static void make_officers(struct hsm *hsm)
{
    officer_key_new(&ann, "P-256", -10, 3600);
    officer_key_new(&ben, "P-384", -10, 3600);
    officer_key_new(&stranger, "P-256", -10, 3600);
    officer_key_new(&retired, "P-256", -3600, -10);
    officer_key_new(&future, "P-256", 600, 3600);
    officer_key_new(&heavy, "RSA", -10, 3600);
    officer_key_new(&small, "prime192v1", -10, 3600);
    officer_key_enrol(hsm, &ann, "ann");
    officer_key_enrol(hsm, &ben, "ben");
    officer_key_enrol(hsm, &retired, "retired");
    officer_key_enrol(hsm, &future, "future");
    officer_key_enrol(hsm, &heavy, "heavy");
    officer_key_enrol(hsm, &small, "small");
}

static void fill(struct hsm *hsm)
{
    import(hsm, "201457", 1);
    import(hsm, "201461", 8);
    make_officers(hsm);
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
    struct officer_key *const officers[] = {&ann, &ben, &stranger, &retired, &future, &heavy, &small};
    for (size_t i = 0; i < sizeof officers / sizeof officers[0]; i++)
        officer_key_free(officers[i]);
    return code;
}

static struct hsmd_meter meter_of(const char *sgc, uint8_t krn, uint8_t ti)
{
    struct hsmd_meter meter = {.krn = krn, .ti = ti, .kt = 2, .ken = 255, .ea = 7, .dkga = 4, .base_date = 2014};
    memcpy(meter.pan, PAN, sizeof meter.pan);
    memcpy(meter.sgc, sgc, sizeof meter.sgc);
    return meter;
}

/* Needs no approval. */
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

static struct hsmd_key_change to_other_group(void)
{
    return (struct hsmd_key_change){.from = meter_of("201457", 1, 1), .to = meter_of("201461", 8, 1)};
}

static void another_group_needs_an_approval(void **state)
{
    (void)state;
    const int64_t soon = (int64_t)time(NULL) + 60;
    struct signed_approval approval;
    assert_reason(refusal(to_other_group()), MV_APPROVAL_MISSING);
    officer_sign(&ann, PAN, "201457", "201461", soon, &approval);
    test_ok(change_with(&approval, to_other_group()).status, "approved");
    officer_sign(&ben, "", "201457", "201461", soon, &approval);
    test_ok(change_with(&approval, to_other_group()).status, "approved for all");
    officer_sign(&ann, OTHER_PAN, "201457", "201461", soon, &approval);
    assert_reason(change_with(&approval, to_other_group()).status, MV_APPROVAL_MISSING);
    officer_sign(&ann, PAN, "201461", "201457", soon, &approval);
    assert_reason(change_with(&approval, to_other_group()).status, MV_APPROVAL_MISSING);
    officer_sign(&ann, PAN, "201457", "201460", soon, &approval);
    assert_reason(change_with(&approval, to_other_group()).status, MV_APPROVAL_MISSING);
}

static void one_of_several_approvals_is_enough(void **state)
{
    (void)state;
    const int64_t soon = (int64_t)time(NULL) + 60;
    struct signed_approval made[HSMD_APPROVALS];
    struct hsmd_approval approvals[HSMD_APPROVALS];
    for (size_t i = 0; i < HSMD_APPROVALS; i++) {
        officer_sign(&ben, i + 1 == HSMD_APPROVALS ? PAN : OTHER_PAN, "201457", "201461", soon, &made[i]);
        approvals[i] = made[i].approval;
    }
    static struct hsmd_key_change changes[HSMD_BATCH];
    static struct hsmd_key_change_set sets[HSMD_BATCH];
    for (size_t i = 0; i < HSMD_BATCH; i++) {
        changes[i] = i % 2 == 0 ? to_other_group() : sample();
        changes[i].to.krn = i % 4 == 1 ? 5 : changes[i].to.krn;
    }
    test_ok(hsmd_key_change(client, approvals, HSMD_APPROVALS, changes, HSMD_BATCH, sets), "batch");
    for (size_t i = 0; i < HSMD_BATCH; i++) {
        if (i % 4 == 1)
            assert_reason(sets[i].status, MV_VENDING_KEY_UNKNOWN);
        else
            test_ok(sets[i].status, "item");
    }
    assert_reason(hsmd_key_change(client, approvals, HSMD_APPROVALS + 1, changes, 1, sets), MV_REQUEST_TOO_LARGE);
    assert_reason(hsmd_key_change(client, NULL, 0, changes, HSMD_BATCH + 1, sets), MV_REQUEST_TOO_LARGE);
    assert_reason(hsmd_key_change(client, NULL, 0, changes, 0, sets), MV_REQUEST_TOO_LARGE);
}

/* Alone, and as one of a key change that would not need it. */
static void is_invalid(const struct signed_approval *approval)
{
    char officer[HSM_OFFICER_SIZE];
    struct hsmd_key_change change = sample();
    struct hsmd_key_change_set set;
    assert_reason(hsmd_check_approval(client, &approval->approval, officer), MV_APPROVAL_INVALID);
    assert_reason(hsmd_key_change(client, &approval->approval, 1, &change, 1, &set), MV_APPROVAL_INVALID);
}

static void approvals_that_are_none(void **state)
{
    (void)state;
    const int64_t now = (int64_t)time(NULL);
    struct signed_approval approval;
    struct officer_key *const wrong[] = {&stranger, &retired, &future, &heavy, &small};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        officer_sign(wrong[i], PAN, "201457", "201461", now + 60, &approval);
        is_invalid(&approval);
    }
    officer_sign(&ann, PAN, "201457", "201461", now - 1, &approval);
    is_invalid(&approval);
    officer_sign(&ann, PAN, "201457", "201461", now + MV_APPROVAL_LONGEST_S + 60, &approval);
    is_invalid(&approval);
    officer_sign(&ann, PAN, "201457", "201461", INT64_MAX, &approval);
    is_invalid(&approval);
    officer_sign(&ann, PAN, "201457", "201461", now + MV_APPROVAL_LONGEST_S, &approval);
    test_ok(change_with(&approval, to_other_group()).status, "the longest");
    officer_sign(&ann, PAN, "201457", "201461", now + 60, &approval);
    approval.text[strlen(approval.text) - 2] ^= 1; /* another nonce than was signed */
    is_invalid(&approval);
    officer_sign(&ann, PAN, "201457", "201461", now + 60, &approval);
    approval.approval.certificate = ben.certificate;
    approval.approval.certificate_size = ben.certificate_size;
    is_invalid(&approval);
    officer_sign(&ann, PAN, "201457", "201461", now + 60, &approval);
    approval.approval.certificate_size--;
    is_invalid(&approval);
    officer_sign(&ann, PAN, "201457", "201461", now + 60, &approval);
    approval.approval.signature_size = 0;
    is_invalid(&approval);
    officer_sign(&ann, PAN, "201457", "201461", now + 60, &approval);
    (void)memmove(approval.text + 1, approval.text, strlen(approval.text) + 1);
    approval.text[0] = ' ';
    officer_sign_text(&ann, &approval); /* well signed, but no approval */
    is_invalid(&approval);
}

static void approvals_beyond_the_limits(void **state)
{
    (void)state;
    static uint8_t big[8192];
    static char text[MV_APPROVAL_TEXT + 1];
    struct signed_approval approval;
    officer_sign(&ann, PAN, "201457", "201461", (int64_t)time(NULL) + 60, &approval);
    approval.approval.certificate = big;
    approval.approval.certificate_size = sizeof big;
    is_invalid(&approval);
    officer_sign(&ann, PAN, "201457", "201461", (int64_t)time(NULL) + 60, &approval);
    approval.approval.signature = big;
    approval.approval.signature_size = sizeof big;
    is_invalid(&approval);
    officer_sign(&ann, PAN, "201457", "201461", (int64_t)time(NULL) + 60, &approval);
    memset(text, 'x', sizeof text - 1);
    approval.approval.text = text;
    is_invalid(&approval);
}

static void the_officer_is_named(void **state)
{
    (void)state;
    char officer[HSM_OFFICER_SIZE];
    struct signed_approval approval;
    officer_sign(&ann, "", "201457", "201461", (int64_t)time(NULL) + 60, &approval);
    test_ok(hsmd_check_approval(client, &approval.approval, officer), "check");
    assert_string_equal(officer, "ann");
    officer_sign(&ben, PAN, "201457", "201461", (int64_t)time(NULL) + 60, &approval);
    test_ok(hsmd_check_approval(client, &approval.approval, officer), "check");
    assert_string_equal(officer, "ben");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_group_needs_an_approval),
        cmocka_unit_test(one_of_several_approvals_is_enough),
        cmocka_unit_test(approvals_that_are_none),
        cmocka_unit_test(approvals_beyond_the_limits),
        cmocka_unit_test(the_officer_is_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
