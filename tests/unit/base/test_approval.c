/* The text that an officer signs: one form, and nothing near it is read. */
#include <stdio.h>
#include <string.h>

#include "../../support/status.h"
#include "base/approval.h"

static const char WHOLE[] = "metervault-approval 1\n"
                            "action supply-group-change\n"
                            "from 123456\n"
                            "to 654321\n"
                            "meter 600727000000000009\n"
                            "expires 1893456000\n"
                            "nonce 000102030405060708090a0b0c0d0eff\n";

static struct mv_approval sample(void)
{
    struct mv_approval approval = {.from_sgc = "123456", .to_sgc = "654321", .pan = "600727000000000009"};
    approval.expires_unix_s = 1893456000;
    for (size_t i = 0; i < MV_APPROVAL_NONCE; i++)
        approval.nonce[i] = (uint8_t)i;
    approval.nonce[MV_APPROVAL_NONCE - 1] = 0xFF;
    return approval;
}

static void is_refused(const char *text)
{
    struct mv_approval approval;
    mv_status status = mv_approval_read(text, &approval);
    if (status.ok || status.reason != MV_APPROVAL_INVALID)
        fail_msg("was read: %s", text);
    assert_int_equal(approval.expires_unix_s, 0);
}

static void written_and_read(void **state)
{
    (void)state;
    char text[MV_APPROVAL_TEXT];
    struct mv_approval approval = sample();
    struct mv_approval again;
    assert_true(mv_approval_write(&approval, text).ok);
    assert_string_equal(text, WHOLE);
    assert_true(mv_approval_read(text, &again).ok);
    assert_memory_equal(&again, &approval, sizeof again);
    approval.pan[0] = '\0';
    assert_true(mv_approval_write(&approval, text).ok);
    assert_non_null(strstr(text, "\nmeter *\n"));
    assert_true(mv_approval_read(text, &again).ok);
    assert_string_equal(again.pan, "");
}

static void is_named(const struct mv_approval *approval, const char *where)
{
    char text[MV_APPROVAL_TEXT];
    mv_status status = mv_approval_write(approval, text);
    assert_false(status.ok);
    assert_int_equal(status.reason, MV_INVALID_FIELD);
    assert_string_equal(status.where, where);
}

static void fields_are_named(void **state)
{
    (void)state;
    struct mv_approval approval = sample();
    memcpy(approval.from_sgc, "12345x", 7);
    is_named(&approval, "from");
    approval = sample();
    memcpy(approval.to_sgc, "12345", 6);
    is_named(&approval, "to");
    approval = sample();
    memcpy(approval.to_sgc, approval.from_sgc, sizeof approval.to_sgc);
    is_named(&approval, "to");
    approval = sample();
    memcpy(approval.pan, "60072700000000000", 18);
    is_named(&approval, "meter");
    approval = sample();
    approval.expires_unix_s = 0;
    is_named(&approval, "expires");
}

/* Every text that differs from a good one in a single character is another word or none at all. */
static void no_character_is_idle(void **state)
{
    (void)state;
    struct mv_approval whole;
    assert_true(mv_approval_read(WHOLE, &whole).ok);
    for (size_t i = 0; i < sizeof WHOLE - 1; i++) {
        char text[sizeof WHOLE];
        struct mv_approval other;
        memcpy(text, WHOLE, sizeof text);
        text[i] = (char)(text[i] ^ 1);
        if (mv_approval_read(text, &other).ok)
            assert_memory_not_equal(&other, &whole, sizeof whole);
        text[i] = '\0';
        is_refused(text);
    }
}

static void near_misses(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"approval 1", "approval 2"},
        {"supply-group-change", "supply-group"},
        {"expires 1893456000", "expires 01893456000"},
        {"expires 1893456000", "expires +1893456000"},
        {"expires 1893456000", "expires -1893456000"},
        {"expires 1893456000", "expires 9999999999999999999"},
        {"expires 1893456000", "expires 99999999999999999999"},
        {"expires 1893456000", "expires "},
        {"0eff", "0eFF"},
        {"0eff", "0ef"},
        {"0eff", "0eff0"},
        {"0eff\n", "0eff\n\n"},
        {"0eff\n", "0eff"},
        {"from 123456", "from  123456"},
        {"from 123456\n", "from 123456\r\n"},
        {"meter 600727000000000009", "meter "},
        {"meter 600727000000000009", "meter **"},
        {"to 654321", "to 123456"},
        {"from 123456\nto 654321", "to 654321\nfrom 123456"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char text[MV_APPROVAL_TEXT + 64];
        const char *at = strstr(WHOLE, changes[i][0]);
        assert_non_null(at);
        (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - WHOLE), WHOLE, changes[i][1],
                       at + strlen(changes[i][0]));
        is_refused(text);
    }
    is_refused("");
}

static void covers_what_it_says(void **state)
{
    (void)state;
    struct mv_approval approval = sample();
    const int64_t last = approval.expires_unix_s - 1;
    assert_true(mv_approval_covers(&approval, "600727000000000009", "123456", "654321", last));
    assert_false(mv_approval_covers(&approval, "600727000000000009", "123456", "654321", last + 1));
    assert_false(mv_approval_covers(&approval, "600727000000000017", "123456", "654321", last));
    assert_false(mv_approval_covers(&approval, "600727000000000009", "123457", "654321", last));
    assert_false(mv_approval_covers(&approval, "600727000000000009", "654321", "123456", last));
    approval.pan[0] = '\0';
    assert_true(mv_approval_covers(&approval, "600727000000000017", "123456", "654321", last));
    assert_false(mv_approval_covers(&approval, "600727000000000017", "123456", "654322", last));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_and_read),     cmocka_unit_test(fields_are_named),
        cmocka_unit_test(no_character_is_idle), cmocka_unit_test(near_misses),
        cmocka_unit_test(covers_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
