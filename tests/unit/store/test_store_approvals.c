/* Proposals and approvals of moves to another supply group, and the count of wrong tokens. */
#include <stdio.h>
#include <string.h>

#include "support.h"

enum { MOST = 16 };
static const char PAN[] = "600727000000000009", OTHER[] = "600727000000000017";

struct proposals {
    size_t count;
    struct store_proposal rows[MOST];
};

static mv_status take_proposal(void *self, const struct store_proposal *row)
{
    struct proposals *proposals = self;
    if (proposals->count == MOST)
        return mv_fail(MV_CANCELLED_BY_CALLER, "test");
    proposals->rows[proposals->count++] = *row;
    return mv_ok();
}

struct approvals {
    size_t count;
    struct store_approval rows[MOST];
};

static mv_status take_approval(void *self, const struct store_approval *row)
{
    struct approvals *approvals = self;
    if (approvals->count == MOST)
        return mv_fail(MV_CANCELLED_BY_CALLER, "test");
    approvals->rows[approvals->count++] = *row;
    return mv_ok();
}

static int64_t officer(const struct ledger *ledger, const char *name)
{
    struct store_principal row = {.organisation = 1, .roles = 32, .enabled = true};
    (void)snprintf(row.name, sizeof row.name, "%s", name);
    assert_ok(store_principal_put(ledger->store, &row));
    return row.id;
}

static struct store_proposal sample_proposal(const struct ledger *ledger, const char *pan, int64_t expires_unix_s)
{
    struct store_proposal proposal = {.text = "line one\nline two\n",
                                      .from_sgc = "123456",
                                      .to_sgc = "654321",
                                      .expires_unix_s = expires_unix_s,
                                      .proposer = ledger->vendor,
                                      .proposed_at_unix_s = 1000};
    (void)snprintf(proposal.pan, sizeof proposal.pan, "%s", pan);
    return proposal;
}

static int64_t propose(const struct ledger *ledger, const char *pan, int64_t expires_unix_s)
{
    struct store_proposal proposal = sample_proposal(ledger, pan, expires_unix_s);
    assert_ok(store_proposal_insert(ledger->store, &proposal));
    return proposal.id;
}

static struct store_approval sample_approval(int64_t proposal, int64_t principal)
{
    struct store_approval approval = {.proposal = proposal,
                                      .principal = principal,
                                      .certificate_size = STORE_CERTIFICATE,
                                      .signature_size = 71,
                                      .approved_at_unix_s = 1500};
    memset(approval.certificate, 0x30, sizeof approval.certificate);
    memset(approval.signature, 0x31, 71);
    return approval;
}

static int64_t approve(const struct ledger *ledger, int64_t proposal, int64_t principal)
{
    struct store_approval approval = sample_approval(proposal, principal);
    assert_ok(store_approval_insert(ledger->store, &approval));
    return approval.id;
}

static void test_a_proposal_is_kept(void **state)
{
    struct ledger *ledger = *state;
    struct store_proposal got, proposal = sample_proposal(ledger, PAN, 2000);
    memset(proposal.text, 'x', MV_APPROVAL_TEXT - 1);
    assert_reason(store_proposal_insert(ledger->store, &proposal), MV_INTERNAL_ERROR); /* outside a transaction */
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_proposal_insert(ledger->store, &proposal));
    assert_ok(store_commit(ledger->store));
    assert_ok(store_proposal_get(ledger->store, proposal.id, &got));
    assert_int_equal(got.id, proposal.id);
    assert_string_equal(got.text, proposal.text);
    assert_string_equal(got.from_sgc, "123456");
    assert_string_equal(got.to_sgc, "654321");
    assert_string_equal(got.pan, PAN);
    assert_int_equal(got.expires_unix_s, 2000);
    assert_int_equal(got.proposer, ledger->vendor);
    assert_int_equal(got.proposed_at_unix_s, 1000);
    assert_reason(store_proposal_get(ledger->store, proposal.id + 1, &got), MV_PROPOSAL_UNKNOWN);
}

static void test_no_such_proposal(void **state)
{
    struct ledger *ledger = *state;
    struct store_proposal bad[6];
    for (size_t i = 0; i < 6; i++)
        bad[i] = sample_proposal(ledger, PAN, 2000);
    bad[0].text[0] = '\0';
    memcpy(bad[1].to_sgc, bad[1].from_sgc, 7);
    bad[2].from_sgc[5] = '\0';
    bad[3].to_sgc[0] = '\0';
    bad[4].pan[17] = '\0';
    bad[5].expires_unix_s = bad[5].proposed_at_unix_s;
    assert_ok(store_begin_write(ledger->store));
    for (size_t i = 0; i < 6; i++)
        assert_reason(store_proposal_insert(ledger->store, &bad[i]), MV_INVALID_FIELD);
    bad[0] = sample_proposal(ledger, PAN, 2000);
    bad[0].proposer = 99;
    assert_reason(store_proposal_insert(ledger->store, &bad[0]), MV_INTERNAL_ERROR);
    assert_ok(store_commit(ledger->store));
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM proposal"), 0);
}

static void test_proposals_are_listed(void **state)
{
    struct ledger *ledger = *state;
    struct proposals list = {0};
    int64_t ids[5];
    assert_ok(store_begin_write(ledger->store));
    for (size_t i = 0; i < 5; i++)
        ids[i] = propose(ledger, i % 2 == 0 ? "" : PAN, 2000);
    assert_ok(store_commit(ledger->store));
    assert_ok(store_proposals(ledger->store, 0, MOST, take_proposal, &list));
    assert_int_equal(list.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(list.rows[i].id, ids[4 - i]);
    list.count = 0;
    assert_ok(store_proposals(ledger->store, ids[3], 2, take_proposal, &list));
    assert_int_equal(list.count, 2);
    assert_int_equal(list.rows[0].id, ids[2]);
    list.count = MOST;
    assert_reason(store_proposals(ledger->store, 0, MOST, take_proposal, &list), MV_CANCELLED_BY_CALLER);
}

static void test_two_people(void **state)
{
    struct ledger *ledger = *state;
    struct approvals list = {0};
    assert_ok(store_begin_write(ledger->store));
    int64_t two = officer(ledger, "two"), three = officer(ledger, "three");
    int64_t proposal = propose(ledger, PAN, 2000), second = propose(ledger, PAN, 2000);
    struct store_approval approval = sample_approval(proposal, ledger->vendor);
    assert_reason(store_approval_insert(ledger->store, &approval), MV_SAME_OFFICER); /* the own proposal */
    approval.principal = two;
    assert_ok(store_approval_insert(ledger->store, &approval));
    int64_t first = approval.id;
    assert_reason(store_approval_insert(ledger->store, &approval), MV_SAME_OFFICER);
    (void)approve(ledger, proposal, three);
    (void)approve(ledger, second, two);
    approval = sample_approval(99, two);
    assert_reason(store_approval_insert(ledger->store, &approval), MV_PROPOSAL_UNKNOWN);
    approval = sample_approval(second, three);
    approval.certificate_size = 0;
    assert_reason(store_approval_insert(ledger->store, &approval), MV_INVALID_FIELD);
    approval.certificate_size = STORE_CERTIFICATE + 1;
    assert_reason(store_approval_insert(ledger->store, &approval), MV_INVALID_FIELD);
    approval = sample_approval(second, three);
    approval.signature_size = 0;
    assert_reason(store_approval_insert(ledger->store, &approval), MV_INVALID_FIELD);
    approval.signature_size = STORE_SIGNATURE + 1;
    assert_reason(store_approval_insert(ledger->store, &approval), MV_INVALID_FIELD);
    approval = sample_approval(second, 99);
    assert_reason(store_approval_insert(ledger->store, &approval), MV_INTERNAL_ERROR);
    assert_ok(store_commit(ledger->store));
    assert_ok(store_approvals(ledger->store, proposal, take_approval, &list));
    assert_int_equal(list.count, 2);
    assert_int_equal(list.rows[0].id, first);
    assert_int_equal(list.rows[0].proposal, proposal);
    assert_int_equal(list.rows[0].principal, two);
    assert_int_equal(list.rows[0].approved_at_unix_s, 1500);
    struct store_approval wanted = sample_approval(proposal, two);
    assert_int_equal(list.rows[0].certificate_size, wanted.certificate_size);
    assert_memory_equal(list.rows[0].certificate, wanted.certificate, wanted.certificate_size);
    assert_int_equal(list.rows[0].signature_size, wanted.signature_size);
    assert_memory_equal(list.rows[0].signature, wanted.signature, wanted.signature_size);
    assert_int_equal(list.rows[1].principal, three);
    list.count = MOST;
    assert_reason(store_approvals(ledger->store, proposal, take_approval, &list), MV_CANCELLED_BY_CALLER);
}

static bool is_good(void *self, const struct store_proposal *proposal, const struct store_approval *approval)
{
    const int64_t *passed_over = self;
    assert_int_equal(approval->proposal, proposal->id);
    return approval->id != *passed_over;
}

static mv_status find_covering(const struct ledger *ledger, const struct store_move *move, int64_t passed_over,
                               struct store_proposal *proposal, struct store_approval *approval)
{
    return store_approval_covering(ledger->store, move, is_good, &passed_over, proposal, approval);
}

/* The approval that covers a move of this meter, 0 when none does. */
static int64_t covering(const struct ledger *ledger, const char *pan, const char *from, const char *to, int64_t now)
{
    struct store_proposal proposal;
    struct store_approval approval;
    const struct store_move move = {pan, from, to, now};
    mv_status status = find_covering(ledger, &move, 0, &proposal, &approval);
    if (!status.ok) {
        assert_reason(status, MV_APPROVAL_MISSING);
        return 0;
    }
    assert_int_equal(approval.proposal, proposal.id);
    assert_string_equal(proposal.from_sgc, from);
    assert_int_equal(approval.signature_size, 71);
    return approval.id;
}

static void test_what_covers_a_move(void **state)
{
    struct ledger *ledger = *state;
    const char *from = "123456", *to = "654321";
    assert_ok(store_begin_write(ledger->store));
    int64_t two = officer(ledger, "two");
    (void)propose(ledger, "", 9000); /* nobody approved it */
    assert_int_equal(covering(ledger, PAN, from, to, 1), 0);
    int64_t one_meter = approve(ledger, propose(ledger, PAN, 2000), two);
    assert_int_equal(covering(ledger, PAN, from, to, 1999), one_meter);
    assert_int_equal(covering(ledger, PAN, from, to, 2000), 0);
    assert_int_equal(covering(ledger, OTHER, from, to, 1999), 0);
    assert_int_equal(covering(ledger, PAN, to, from, 1999), 0);
    assert_int_equal(covering(ledger, PAN, from, "111111", 1999), 0);
    assert_int_equal(covering(ledger, PAN, "111111", to, 1999), 0);
    int64_t all = approve(ledger, propose(ledger, "", 1800), two);
    assert_int_equal(covering(ledger, PAN, from, to, 1799), all); /* the newest */
    struct store_proposal proposal;
    struct store_approval approval;
    const struct store_move move = {PAN, from, to, 1799};
    assert_ok(find_covering(ledger, &move, all, &proposal, &approval));
    assert_int_equal(approval.id, one_meter); /* the newest that is good */
    assert_int_equal(covering(ledger, OTHER, from, to, 1799), all);
    assert_int_equal(covering(ledger, PAN, from, to, 1800), one_meter); /* of those that are left */
    assert_int_equal(covering(ledger, OTHER, from, to, 1800), 0);
    assert_ok(store_commit(ledger->store));
}

static void test_the_schema_keeps_them(void **state)
{
    struct ledger *ledger = *state;
    static const char *const edits[] = {
        "UPDATE proposal SET expires_unix_s = 9000",
        "DELETE FROM proposal",
        "INSERT OR REPLACE INTO proposal SELECT * FROM proposal",
        "UPDATE approval SET principal = 1",
        "DELETE FROM approval",
        "INSERT OR REPLACE INTO approval SELECT * FROM approval",
        "INSERT OR REPLACE INTO approval SELECT id + 1, proposal, principal, x'01', x'01', 1 FROM approval",
        "INSERT INTO approval SELECT 9, id, proposer, x'01', x'01', 1 FROM proposal",
        "INSERT INTO approval SELECT 9, id, 99, zeroblob(2049), x'01', 1 FROM proposal",
        "INSERT INTO approval SELECT 9, id, 99, x'01', zeroblob(161), 1 FROM proposal",
    };
    assert_ok(store_begin_write(ledger->store));
    (void)approve(ledger, propose(ledger, PAN, 2000), officer(ledger, "two"));
    assert_ok(store_commit(ledger->store));
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++)
        assert_int_equal(raw_try(ledger, edits[i]), SQLITE_CONSTRAINT);
}

static void test_wrong_tokens_are_counted(void **state)
{
    struct ledger *ledger = *state;
    struct store_verify got = {.wrong = 5}, put = {.wrong = UINT32_MAX, .locked_until_unix_s = 1800000000};
    assert_ok(store_verify_get(ledger->store, ledger->meter, &got));
    assert_int_equal(got.wrong, 0);
    assert_int_equal(got.locked_until_unix_s, 0);
    assert_reason(store_verify_put(ledger->store, ledger->meter, &put), MV_INTERNAL_ERROR);
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_verify_put(ledger->store, ledger->meter, &put));
    assert_ok(store_verify_get(ledger->store, ledger->meter, &got));
    assert_int_equal(got.wrong, UINT32_MAX);
    assert_int_equal(got.locked_until_unix_s, 1800000000);
    put = (struct store_verify){.wrong = 1};
    assert_ok(store_verify_put(ledger->store, ledger->meter, &put));
    assert_reason(store_verify_put(ledger->store, 99, &put), MV_METER_UNKNOWN);
    assert_reason(store_principal_verify_put(ledger->store, 99, &put), MV_PRINCIPAL_UNKNOWN);
    put.wrong = 7;
    assert_ok(store_principal_verify_put(ledger->store, ledger->vendor, &put));
    put.wrong = 8;
    assert_ok(store_principal_verify_put(ledger->store, ledger->vendor, &put));
    assert_ok(store_principal_verify_get(ledger->store, ledger->vendor, &got));
    assert_int_equal(got.wrong, 8);
    put.locked_until_unix_s = -1;
    assert_reason(store_verify_put(ledger->store, ledger->meter, &put), MV_INTERNAL_ERROR);
    assert_ok(store_commit(ledger->store));
    assert_ok(store_verify_get(ledger->store, ledger->meter, &got));
    assert_int_equal(got.wrong, 1);
    assert_int_equal(got.locked_until_unix_s, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_proposal_is_kept, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_no_such_proposal, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_proposals_are_listed, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_two_people, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_what_covers_a_move, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_the_schema_keeps_them, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_wrong_tokens_are_counted, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
