/* An init that is cut short anywhere is taken up by the next one, and leaves no token that seems whole. */
#include "../../support/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../support/token.h"
#include "hsm/quorum.h"
#include "hsm/sign.h"
#include "token_birth.h"

static struct test_token token;
static struct hsm *hsm;
static struct hsm_catalogue *catalogue;

static void open_again(void)
{
    hsm_close(hsm);
    hsm = NULL;
    assert_ok(token_birth_open(&token.config, TEST_SO_PIN, TEST_PIN, &hsm));
}

static mv_status finish(const uint8_t *kek)
{
    struct hsm_officer people[] = {{.name = "ann", .certificate_sha256 = {1}, .key_sha256 = {1}},
                                   {.name = "ben", .certificate_sha256 = {2}, .key_sha256 = {2}}};
    const struct birth_officers officers = {.officers = people, .count = 2, .quorum = 2};
    return token_birth_finish_kek(hsm, &token.config, kek, &officers);
}

static void an_init_is_taken_up(void **state)
{
    (void)state;
    struct hsm_backup backup;
    struct hsm_key_info made;
    bool begun = true;
    const struct hsm_keeper keeper = test_keeper(&backup);
    const uint8_t other[HSM_BACKUP_KEK_BYTES] = {9};
    open_again();
    assert_ok(token_birth_begun(hsm, &begun));
    assert_false(begun);
    /* cut short after the catalogue */
    assert_ok(hsm_catalogue_create(hsm, TEST_BACKUP_KEK, &keeper));
    open_again();
    assert_ok(token_birth_begun(hsm, &begun));
    assert_true(begun);
    /* the holders of another backup key cannot finish it */
    assert_reason(finish(other), MV_KCV_MISMATCH);
    assert_ok(hsm_catalogue_read(hsm, catalogue));
    assert_int_equal(catalogue->officer_count, 0);
    /* cut short after the signing key */
    assert_ok(hsm_sign_make(hsm, &made));
    open_again();
    test_ok(finish(TEST_BACKUP_KEK), "finish");
    assert_ok(hsm_catalogue_read(hsm, catalogue));
    assert_int_equal(catalogue->officer_count, 2);
    assert_int_equal(hsm_quorum_needed(catalogue, "generate"), 2);
    assert_string_equal(hsm_sign_newest(hsm, catalogue)->info.label, "audit-sign/1");
    /* now it is whole */
    assert_reason(token_birth_begun(hsm, &begun), MV_TOKEN_IN_USE);
    hsm_close(hsm);
    hsm = NULL;
    assert_reason(token_birth_open(&token.config, TEST_SO_PIN, TEST_PIN, &hsm), MV_TOKEN_IN_USE);
}

static int set_up(void **state)
{
    (void)state;
    test_token_new(&token, NULL);
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
        cmocka_unit_test(an_init_is_taken_up),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
