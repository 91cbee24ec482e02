/* Families of versions, minimum versions, the end of keys and of officers; and that a running key process obeys within
 * a second or so. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../support/status.h"
#include "base/digest.h"
#include "hsm/image.h"
#include "hsm/internal.h"
#include "hsm/life.h"
#include "hsm/quorum.h"
#include "hsm/sign.h"
#include "officer_key.h"
#include "process.h"
#include "record_world.h"

static struct test_token token;
static struct test_process process;
static struct hsm *hsm;
static struct hsmd_client *client;
static struct hsm_catalogue catalogue;
static struct officer_key ann;
static struct officer_key ben;
static const char KEY_160[] = "ABABABABABABABAB949494949494949401234567";
static const char VENDING[] = "vending/300000/1/2";

enum { OBEYED_MS = 2500, LOOK_EVERY_US = 50000 };

static void import(uint8_t krn, uint8_t dkga, const char *key)
{
    struct hsm_vending_scope scope = {
        .krn = krn, .kt = 2, .dkga = dkga, .base_date = 2014, .ken = 255, .ea_mask = 0x80};
    memcpy(scope.sgc, "300000", sizeof scope.sgc);
    test_ok(test_token_vending(hsm, scope, key), "import");
}

static void make_version(uint8_t version)
{
    test_ok(record_world_master(hsm, HSM_USE_RECORD_MAC, DOMAIN, version), "record-mac");
}

static const struct hsm_key_info *look(const char *label)
{
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    const struct hsm_key_entry *entry = hsm_catalogue_by_label(&catalogue, label);
    assert_non_null(entry);
    return &entry->info;
}

static mv_status destroy(const char *label, bool no_meter_needs_it)
{
    struct hsm_key_info destroyed;
    return hsm_key_destroy(hsm, label, no_meter_needs_it, &destroyed);
}

static size_t strangers(void)
{
    size_t count = 0;
    char first[HSM_LABEL_SIZE];
    test_ok(hsm_catalogue_read(hsm, &catalogue), "read");
    test_ok(hsm_strangers(hsm, &catalogue, &count, first), "strangers");
    return count;
}

static int set_up(void **state)
{
    (void)state;
    test_token_new(&token, NULL);
    hsm = test_token_open_new(&token);
    import(1, 4, KEY_160);
    import(2, 4, KEY_160);
    import(3, 2, "0123456789ABCDEF");
    make_version(1);
    test_ok(test_token_factory(hsm, "acme", "000102030405060708090A0B0C0D0E0F"), "factory");
    officer_key_new(&ann, "P-256", -10, 3600);
    officer_key_new(&ben, "P-256", -10, 3600);
    officer_key_enrol(hsm, &ann, "ann");
    officer_key_enrol(hsm, &ben, "ben");
    process_start(&process, &token);
    test_ok(hsmd_client_new(token.config.socket, 5000, &client), "client");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hsmd_client_free(client);
    int code = process_stop(&process);
    hsm_close(hsm);
    test_token_free(&token);
    officer_key_free(&ann);
    officer_key_free(&ben);
    return code;
}

/* ---- what the key process says ---- */

static mv_status seal(uint8_t version)
{
    struct hsmd_record record = record_of(MV_KIND_PURCHASE, version);
    mv_status each = mv_ok();
    test_ok(hsmd_seal_records(client, &record, 1, &each), "seal");
    return each;
}

static mv_status check(uint8_t version)
{
    const struct hsmd_record record = record_return(version);
    mv_status each = mv_ok();
    test_ok(hsmd_check_returns(client, &record, 1, &each), "check");
    return each;
}

static mv_status prepare(uint8_t krn)
{
    struct hsmd_meter meter = {.krn = krn, .ti = 1, .kt = 2, .ken = 255, .ea = 7, .dkga = 4, .base_date = 2014};
    struct hsmd_prepared prepared;
    memcpy(meter.pan, METER, sizeof meter.pan);
    memcpy(meter.sgc, "300000", sizeof meter.sgc);
    test_ok(hsmd_prepare(client, &meter, 1, &prepared), "prepare");
    return prepared.status;
}

static mv_status approved_by(const struct officer_key *officer)
{
    char name[HSM_OFFICER_SIZE];
    struct signed_approval approval;
    officer_sign(officer, "", "300000", "300001", (int64_t)time(NULL) + 60, &approval);
    return hsmd_check_approval(client, &approval.approval, name);
}

#define EVENTUALLY(expression, expected)                                                                               \
    do {                                                                                                               \
        int left = OBEYED_MS * 1000 / LOOK_EVERY_US;                                                                   \
        mv_status status = (expression);                                                                               \
        for (; status.ok != (expected) && left > 0; left--) {                                                          \
            (void)usleep(LOOK_EVERY_US);                                                                               \
            status = (expression);                                                                                     \
        }                                                                                                              \
        assert_int_equal(status.ok, expected);                                                                         \
    } while (0)

/* ---- versions ---- */

static void a_new_version_signs_and_the_old_one_verifies(void **state)
{
    (void)state;
    test_ok(seal(1), "version 1");
    assert_reason(seal(2), MV_RECORD_KEY_UNKNOWN);
    make_version(2);
    EVENTUALLY(seal(2), true);
    test_ok(check(1), "a return under version 1");
    test_ok(check(2), "a return under version 2");
}

static void a_minimum_version_only_rises(void **state)
{
    (void)state;
    struct hsm_key_info info;
    const char *const first = "record-mac/A1B2C3/1";
    assert_reason(hsm_minimum_raise(hsm, "record-mac/A1B2C3/9", 2, &info), MV_KEY_UNKNOWN);
    assert_reason_at(hsm_minimum_raise(hsm, VENDING, 2, &info), MV_INVALID_FIELD,
                     "minimum version: this key has no versions");
    assert_reason_at(hsm_minimum_raise(hsm, first, 3, &info), MV_INVALID_FIELD,
                     "minimum version: no version from there on is active");
    test_ok(hsm_minimum_raise(hsm, first, 2, &info), "raise");
    assert_int_equal(info.version, 2);
    assert_reason_at(hsm_minimum_raise(hsm, first, 1, &info), MV_INVALID_FIELD, "minimum version: only rises");
    EVENTUALLY(check(1), false);
    assert_reason_at(check(1), MV_RECORD_KEY_NOT_ACTIVE, "minimum version");
    assert_reason_at(seal(1), MV_RECORD_KEY_NOT_ACTIVE, "minimum version");
    test_ok(check(2), "version 2");
    /* the next version does not bring the old ones back */
    make_version(3);
    EVENTUALLY(seal(3), true);
    assert_reason_at(check(1), MV_RECORD_KEY_NOT_ACTIVE, "minimum version");
    assert_int_equal(hsm_family_minimum(&catalogue, look("record-mac/A1B2C3/3")), 2);
    assert_string_equal(hsm_family_newest(&catalogue, look(first))->label, "record-mac/A1B2C3/3");
    assert_int_equal(hsm_family_minimum(&catalogue, look(VENDING)), 0);
}

static void a_version_is_retired(void **state)
{
    (void)state;
    struct hsm_key_info info;
    struct hsm_amendment amendment = {.what = HSM_AMEND_STATE, .state = HSM_EXPIRED};
    test_ok(hsm_key_amend_label(hsm, "record-mac/A1B2C3/2", &amendment, &info), "retire");
    EVENTUALLY(seal(2), false);
    test_ok(check(2), "what the meter said before");
    amendment.state = HSM_COMPROMISED;
    test_ok(hsm_key_amend_label(hsm, "record-mac/A1B2C3/2", &amendment, &info), "compromised");
    EVENTUALLY(check(2), false);
    assert_reason_at(check(2), MV_RECORD_KEY_NOT_ACTIVE, "state");
    assert_reason(hsm_key_amend_label(hsm, "catalogue-mac", &amendment, &info), MV_INVALID_FIELD);
    assert_reason(hsm_key_amend_label(hsm, "nothing", &amendment, &info), MV_KEY_UNKNOWN);
    amendment = (struct hsm_amendment){.what = HSM_AMEND_SUCCESSOR, .successor_krn = 2};
    assert_reason(hsm_key_amend_label(hsm, "factory/acme", &amendment, &info), MV_INVALID_FIELD);
}

static void signing_keys_have_versions_too(void **state)
{
    (void)state;
    uint8_t digest[HSM_SIGN_DIGEST] = {1};
    uint8_t signature[HSM_SIGNATURE_MOST];
    uint8_t der[HSM_SIGN_PUBLIC];
    size_t size = 0;
    uint32_t version = 0;
    struct hsm_key_info info;
    test_ok(hsm_sign_make(hsm, &info), "first");
    test_ok(hsm_sign_make(hsm, &info), "second");
    (void)look("audit-sign/2");
    test_ok(hsm_sign(hsm, &catalogue, digest, signature, &size, &version), "sign");
    assert_int_equal(version, 2);
    test_ok(hsm_sign_public(&catalogue, 1, der), "the first still verifies");
    test_ok(hsm_minimum_raise(hsm, "audit-sign/1", 2, &info), "raise");
    (void)look("audit-sign/2");
    assert_reason_at(hsm_sign_public(&catalogue, 1, der), MV_KEY_VERSION_REFUSED, "audit-sign: minimum version");
    test_ok(hsm_sign_public(&catalogue, 2, der), "the second");
    const struct hsm_amendment amendment = {.what = HSM_AMEND_STATE, .state = HSM_COMPROMISED};
    test_ok(hsm_key_amend_label(hsm, "audit-sign/2", &amendment, &info), "compromised");
    (void)look("audit-sign/2");
    assert_reason_at(hsm_sign_public(&catalogue, 2, der), MV_KEY_VERSION_REFUSED, "audit-sign: compromised");
    assert_reason_at(hsm_sign(hsm, &catalogue, digest, signature, &size, &version), MV_KEY_UNKNOWN, "audit-sign");
    test_ok(destroy("audit-sign/1", false), "destroy");
    assert_int_equal(look("audit-sign/1")->state, HSM_DESTROYED);
    assert_int_equal(strangers(), 0);
    test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
}

/* ---- the end ---- */

static void not_every_key_may_die(void **state)
{
    (void)state;
    struct hsm_key_info info;
    static const char *const internal[] = {"catalogue-mac", "backup-kek", "audit-token-hash", "dkga02-kek"};
    for (size_t i = 0; i < sizeof internal / sizeof internal[0]; i++)
        assert_reason_at(destroy(internal[i], true), MV_INVALID_FIELD, "label: this key holds the token together");
    assert_reason(destroy("factory/none", true), MV_KEY_UNKNOWN);
    assert_reason(destroy(VENDING, false), MV_METERS_MAY_NEED_KEY);
    assert_reason(destroy("record-mac/A1B2C3/1", false), MV_METERS_MAY_NEED_KEY);
    const struct hsm_amendment amendment = {.what = HSM_AMEND_SUCCESSOR, .successor_krn = 1};
    test_ok(hsm_key_amend_label(hsm, "vending/300000/2/2", &amendment, &info), "successor");
    assert_reason_at(destroy(VENDING, true), MV_INVALID_FIELD, "label: another key's meters move to this one");
    test_ok(hsm_keys_verify(hsm, &catalogue), "all are there");
    test_ok(prepare(1), "and in use");
}

static void a_destroyed_key_is_gone_and_its_line_stays(void **state)
{
    (void)state;
    CK_OBJECT_HANDLE object = 0;
    struct hsm_key_info info;
    const struct hsm_amendment alone = {.what = HSM_AMEND_SUCCESSOR, .successor_krn = 0};
    test_ok(hsm_key_amend_label(hsm, "vending/300000/2/2", &alone, &info), "no successor");
    test_ok(destroy(VENDING, true), "vending");
    EVENTUALLY(prepare(1), false);
    assert_reason_at(prepare(1), MV_VENDING_KEY_NOT_ACTIVE, "state");
    test_ok(prepare(2), "the others");
    assert_reason(hsm_find_key(hsm, VENDING, &object), MV_KEY_UNKNOWN);
    test_ok(destroy("vending/300000/3/2", true), "DKGA02");
    assert_int_equal(look("vending/300000/3/2")->state, HSM_DESTROYED);
    const uint8_t nothing[HSM_SEALED_BYTES] = {0};
    assert_memory_equal(hsm_catalogue_by_label(&catalogue, "vending/300000/3/2")->sealed, nothing, sizeof nothing);
    test_ok(destroy("record-mac/A1B2C3/1", true), "record-mac");
    test_ok(destroy("factory/acme", false), "no meter is under a factory key");
    assert_int_equal(strangers(), 0);
    test_ok(hsm_keys_verify(hsm, &catalogue), "verify");
    assert_false(hsm_image_needs(look(VENDING)));
    /* for ever: neither state nor name come back */
    const struct hsm_amendment back = {
        .what = HSM_AMEND_STATE, .state = HSM_ACTIVE, .issued_until_unix_s = INT64_MAX, .revive = true};
    assert_reason(hsm_key_amend_label(hsm, VENDING, &back, &info), MV_VENDING_KEY_NOT_ACTIVE);
    assert_reason(test_token_factory(hsm, "acme", "000102030405060708090A0B0C0D0E0F"), MV_KEY_EXISTS);
    test_ok(destroy(VENDING, false), "twice is nothing new");
}

/* The line is written first; who ends after it leaves an object that nobody may use and that is found. */
static void a_destruction_that_was_cut_short_is_taken_up(void **state)
{
    (void)state;
    CK_OBJECT_HANDLE object = 0;
    const char *const label = "vending/300000/2/2";
    struct hsm_entry entry = {.kind = HSM_ENTRY_KEY};
    entry.of.key.info = *look(label);
    entry.of.key.info.state = HSM_DESTROYED;
    test_ok(hsm_catalogue_append(hsm, &entry), "the line");
    EVENTUALLY(prepare(2), false);
    assert_int_equal(strangers(), 1);
    test_ok(destroy(label, false), "taken up");
    assert_int_equal(strangers(), 0);
    assert_reason(hsm_find_key(hsm, label, &object), MV_KEY_UNKNOWN);
}

static void an_officer_who_left_approves_nothing(void **state)
{
    (void)state;
    uint64_t generation = 0;
    struct officer_key renewed;
    struct hsm_officer officer = {.name = "ann"};
    test_ok(approved_by(&ann), "ann");
    test_ok(approved_by(&ben), "ben");
    test_ok(hsm_officer_remove(hsm, "ben", &generation), "remove");
    EVENTUALLY(approved_by(&ben), false);
    assert_reason_at(approved_by(&ben), MV_APPROVAL_INVALID, "the certificate is not an enrolled officer's");
    test_ok(approved_by(&ann), "ann stays");
    officer_key_new(&renewed, "P-384", -10, 3600);
    test_ok(mv_sha256(renewed.certificate, renewed.certificate_size, officer.certificate_sha256), "digest");
    test_ok(hsm_officer_replace(hsm, "ann", &officer), "replace");
    EVENTUALLY(approved_by(&ann), false);
    test_ok(approved_by(&renewed), "the new certificate");
    officer_key_free(&renewed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_version_signs_and_the_old_one_verifies),
        cmocka_unit_test(a_minimum_version_only_rises),
        cmocka_unit_test(a_version_is_retired),
        cmocka_unit_test(signing_keys_have_versions_too),
        cmocka_unit_test(not_every_key_may_die),
        cmocka_unit_test(a_destroyed_key_is_gone_and_its_line_stays),
        cmocka_unit_test(a_destruction_that_was_cut_short_is_taken_up),
        cmocka_unit_test(an_officer_who_left_approves_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
