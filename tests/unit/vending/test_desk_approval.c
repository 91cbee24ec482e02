/* Moves to another supply group take two people: one proposes, an officer who is another approves by signature. */
#include "desk_world.h"

#include <stdio.h>
#include <string.h>

#include "base/approval.h"

static mv_status propose(struct world *world, const char *who, const char *pan, struct vend_proposal *proposal)
{
    struct vend_caller caller = world_caller(who);
    return vend_propose(world->vend, &caller, SGC, OTHER_SGC, pan, 3600, proposal);
}

static mv_status approve(struct world *world, const char *who, const struct vend_proposal *proposal, const char *signer,
                         struct vend_proposal *after)
{
    char certificate[80];
    struct vend_caller caller = world_caller(who);
    struct vend_signature signature = {.certificate = (const uint8_t *)certificate,
                                       .signature = (const uint8_t *)fake_desk_signature(proposal->row.text),
                                       .signature_size = 32};
    signature.certificate_size = fake_desk_certificate(signer, certificate);
    return vend_approve(world->vend, &caller, (uint64_t)proposal->row.id, &signature, after);
}

static int setup(void **state)
{
    struct vend_organisation organisation;
    struct vend_principal principal;
    if (desk_setup(state) != 0)
        return -1;
    struct world *world = *state;
    struct vend_caller officer = world_caller("officer1");
    assert_ok(vend_grant(world->vend, &officer, "region", OTHER_SGC, true, &organisation));
    assert_ok(vend_create_principal(world->vend, &officer, "officer3", "root", 1U << VEND_OFFICER, &principal));
    return 0;
}

static bool is_good(void *self, const struct store_proposal *proposal, const struct store_approval *approval)
{
    (void)self;
    return approval->proposal == proposal->id;
}

static void proposed_and_approved(void **state)
{
    struct world *world = *state;
    struct vend_proposal proposal, after;
    struct mv_approval text;
    char pan[19];
    world_pan(1, pan);
    assert_ok(propose(world, "engineer", pan, &proposal));
    assert_true(proposal.row.id > 0);
    assert_string_equal(proposal.proposer, "engineer");
    assert_int_equal(proposal.row.expires_unix_s, NOW_S + 3600);
    assert_int_equal(proposal.approval_count, 0);
    assert_ok(mv_approval_read(proposal.row.text, &text));
    assert_string_equal(text.from_sgc, SGC);
    assert_string_equal(text.to_sgc, OTHER_SGC);
    assert_string_equal(text.pan, pan);
    assert_int_equal(text.expires_unix_s, NOW_S + 3600);
    assert_ok(approve(world, "officer2", &proposal, "officer2", &after));
    assert_int_equal(after.approval_count, 1);
    assert_string_equal(after.approvals[0].principal, "officer2");
    assert_string_equal(after.approvals[0].officer, "officer2");
    assert_int_equal(after.approvals[0].approved_at_unix_s, NOW_S);
    assert_true(world_audit_has(world, "proposal=1 from=123456 to=654321 meter=600727"));
    assert_true(world_audit_has(world, "proposal=1 officer=officer2"));
    /* and it covers what it says */
    struct store *store = NULL;
    struct store_proposal row;
    struct store_approval approval;
    assert_ok(store_open(world->ledger, STORE_READER, &store));
    const struct store_move there = {pan, SGC, OTHER_SGC, NOW_S};
    const struct store_move back = {pan, OTHER_SGC, SGC, NOW_S};
    assert_ok(store_approval_covering(store, &there, is_good, NULL, &row, &approval));
    assert_refused(MV_APPROVAL_MISSING, store_approval_covering(store, &back, is_good, NULL, &row, &approval));
    store_close(store);
}

static void two_people(void **state)
{
    struct world *world = *state;
    struct vend_proposal proposal, after;
    assert_ok(propose(world, "officer2", "", &proposal));
    /* the proposer, as sender or as signer, or by another's hand */
    assert_refused(MV_SAME_OFFICER, approve(world, "officer2", &proposal, "officer2", &after));
    assert_refused(MV_SAME_OFFICER, approve(world, "officer2", &proposal, "officer1", &after));
    assert_refused(MV_SAME_OFFICER, approve(world, "officer1", &proposal, "officer2", &after));
    assert_refused(MV_ROLE_MISSING, approve(world, "engineer", &proposal, "officer1", &after));
    assert_ok(approve(world, "officer1", &proposal, "officer1", &after));
    /* twice: the same sender, the same signer */
    assert_refused(MV_SAME_OFFICER, approve(world, "officer1", &proposal, "officer1", &after));
    assert_refused(MV_SAME_OFFICER, approve(world, "officer3", &proposal, "officer1", &after));
    assert_int_equal(world_audit_count(world, "ApprovalService.Approve", "ok"), 1);
}

static void a_signature_fits_one_proposal(void **state)
{
    struct world *world = *state;
    struct vend_proposal proposal, after;
    struct vend_caller officer = world_caller("officer2");
    char certificate[80];
    uint8_t large[STORE_CERTIFICATE + 1] = {0};
    assert_ok(propose(world, "engineer", "", &proposal));
    struct vend_signature signature = {.certificate = (const uint8_t *)certificate,
                                       .certificate_size = fake_desk_certificate("officer2", certificate),
                                       .signature = large,
                                       .signature_size = 32};
    uint64_t id = (uint64_t)proposal.row.id;
    assert_refused(MV_APPROVAL_INVALID, vend_approve(world->vend, &officer, id, &signature, &after));
    assert_refused(MV_APPROVAL_INVALID, approve(world, "officer2", &proposal, "stranger", &after));
    int checked = fake_desk.checked;
    signature.signature_size = 0;
    assert_refused(MV_INVALID_FIELD, vend_approve(world->vend, &officer, id, &signature, &after));
    signature.signature_size = STORE_SIGNATURE + 1;
    assert_refused(MV_INVALID_FIELD, vend_approve(world->vend, &officer, id, &signature, &after));
    signature.signature_size = 32;
    signature.certificate_size = 0;
    assert_refused(MV_INVALID_FIELD, vend_approve(world->vend, &officer, id, &signature, &after));
    signature.certificate = large;
    signature.certificate_size = sizeof large;
    assert_refused(MV_INVALID_FIELD, vend_approve(world->vend, &officer, id, &signature, &after));
    assert_int_equal(fake_desk.checked, checked);
    fake_desk.failure = mv_fail(MV_KEY_SERVICE_UNAVAILABLE, "fake");
    assert_refused(MV_KEY_SERVICE_UNAVAILABLE, approve(world, "officer2", &proposal, "officer2", &after));
    fake_desk.failure = mv_ok();
    assert_ok(approve(world, "officer2", &proposal, "officer2", &after));
}

static void it_expires(void **state)
{
    struct world *world = *state;
    struct vend_proposal proposal, after;
    assert_ok(propose(world, "engineer", "", &proposal));
    world_step(3600, 3600);
    assert_refused(MV_PROPOSAL_UNKNOWN, approve(world, "officer2", &proposal, "officer2", &after));
    proposal.row.id = 999;
    assert_refused(MV_PROPOSAL_UNKNOWN, approve(world, "officer2", &proposal, "officer2", &after));
    proposal.row.id = 0;
    assert_refused(MV_PROPOSAL_UNKNOWN, approve(world, "officer2", &proposal, "officer2", &after));
    proposal.row.id = -1;
    assert_refused(MV_PROPOSAL_UNKNOWN, approve(world, "officer2", &proposal, "officer2", &after));
}

static void both_groups_must_be_granted(void **state)
{
    struct world *world = *state;
    struct vend_proposal proposal;
    struct vend_organisation row;
    struct vend_caller officer = world_caller("officer1");
    char other_pan[19];
    assert_refused(MV_SUPPLY_GROUP_DENIED, propose(world, "technician", "", &proposal));
    assert_refused(MV_METER_UNKNOWN, propose(world, "engineer", world_pan(2, other_pan), &proposal));
    assert_refused(MV_METER_UNKNOWN, propose(world, "engineer", world_pan(99, other_pan), &proposal));
    assert_refused(MV_ROLE_MISSING, propose(world, "seller", "", &proposal));
    assert_ok(vend_grant(world->vend, &officer, "region", OTHER_SGC, false, &row));
    assert_refused(MV_SUPPLY_GROUP_DENIED, propose(world, "engineer", "", &proposal));
    assert_ok(vend_grant(world->vend, &officer, "region", OTHER_SGC, true, &row));
    assert_ok(vend_grant(world->vend, &officer, "region", SGC, false, &row));
    assert_refused(MV_SUPPLY_GROUP_DENIED, propose(world, "chief", "", &proposal));
    /* who could grant both anyway */
    assert_ok(propose(world, "officer1", "", &proposal));
}

static void the_form_is_checked(void **state)
{
    struct world *world = *state;
    struct vend_proposal proposal;
    struct vend_caller engineer = world_caller("engineer");
    struct vend *vend = world->vend;
    assert_refused(MV_INVALID_FIELD, vend_propose(vend, &engineer, "", OTHER_SGC, "", 0, &proposal));
    assert_refused(MV_INVALID_FIELD, vend_propose(vend, &engineer, SGC, "65432", "", 0, &proposal));
    assert_refused(MV_INVALID_FIELD, vend_propose(vend, &engineer, SGC, SGC, "", 0, &proposal));
    assert_refused(MV_INVALID_FIELD, vend_propose(vend, &engineer, SGC, OTHER_SGC, "12", 0, &proposal));
    assert_refused(MV_INVALID_FIELD,
                   vend_propose(vend, &engineer, SGC, OTHER_SGC, "", VEND_MAX_VALID_S + 1, &proposal));
    assert_ok(vend_propose(vend, &engineer, SGC, OTHER_SGC, "", 0, &proposal));
    assert_int_equal(proposal.row.expires_unix_s, NOW_S + VEND_DEFAULT_VALID_S);
    assert_ok(vend_propose(vend, &engineer, SGC, OTHER_SGC, "", VEND_MAX_VALID_S, &proposal));
    assert_int_equal(proposal.row.expires_unix_s, NOW_S + VEND_MAX_VALID_S);
}

static void listed_newest_first(void **state)
{
    struct world *world = *state;
    enum { MANY = 7 };
    struct vend_proposal proposal, after;
    struct vend_proposal_list list;
    struct vend_caller chief = world_caller("chief");
    struct vend_caller technician = world_caller("technician");
    struct vend_caller seller = world_caller("seller");
    for (int i = 0; i < MANY; i++) {
        assert_ok(propose(world, "engineer", "", &proposal));
        world_step(1, 1);
    }
    assert_ok(approve(world, "officer2", &proposal, "officer2", &after));
    assert_ok(propose(world, "officer1", "", &proposal)); /* of the root: not the region's to see */
    assert_ok(vend_proposals(world->vend, &chief, 3, "", &list));
    assert_int_equal(list.count, 3);
    assert_int_equal(list.proposals[0].row.id, MANY);
    assert_int_equal(list.proposals[0].approval_count, 1);
    assert_string_equal(list.proposals[0].approvals[0].officer, "officer2");
    assert_string_equal(list.proposals[0].proposer, "engineer");
    assert_int_equal(list.proposals[2].row.id, MANY - 2);
    char next[VEND_PROPOSAL_TOKEN + 1];
    memcpy(next, list.next, sizeof next);
    vend_proposals_free(&list);
    assert_ok(vend_proposals(world->vend, &chief, 4, next, &list));
    assert_int_equal(list.count, 4);
    assert_int_equal(list.proposals[0].row.id, MANY - 3);
    assert_int_equal(list.proposals[3].row.id, 1);
    assert_string_equal(list.next, "");
    vend_proposals_free(&list);
    assert_ok(vend_proposals(world->vend, &technician, 0, "", &list));
    assert_int_equal(list.count, 0);
    vend_proposals_free(&list);
    assert_refused(MV_ROLE_MISSING, vend_proposals(world->vend, &seller, 0, "", &list));
    assert_refused(MV_INVALID_FIELD, vend_proposals(world->vend, &chief, 1001, "", &list));
    assert_refused(MV_PAGE_TOKEN_INVALID, vend_proposals(world->vend, &chief, 0, "x", &list));
    assert_refused(MV_PAGE_TOKEN_INVALID, vend_proposals(world->vend, &chief, 0, "0", &list));
    assert_refused(MV_PAGE_TOKEN_INVALID, vend_proposals(world->vend, &chief, 0, "99999999999999999999", &list));
}

static void officers_see_what_is_proposed_below_them(void **state)
{
    struct world *world = *state;
    struct vend_proposal proposal, after;
    struct vend_principal row;
    struct vend_caller officer = world_caller("officer1");
    assert_ok(vend_create_principal(world->vend, &officer, "elsewhere", "other", 1U << VEND_OFFICER, &row));
    assert_ok(propose(world, "engineer", "", &proposal));
    assert_refused(MV_PROPOSAL_UNKNOWN, approve(world, "elsewhere", &proposal, "officer2", &after));
}

/* The list says who signed as long as the certificate is enrolled. */
static void a_certificate_that_is_gone(void **state)
{
    struct world *world = *state;
    struct vend_proposal proposal, after;
    struct vend_proposal_list list;
    struct vend_caller chief = world_caller("chief");
    assert_ok(propose(world, "engineer", "", &proposal));
    assert_ok(approve(world, "officer2", &proposal, "officer2", &after));
    fake_keys_lock();
    fake_keys.catalogue.officer_count = 1;
    fake_keys.catalogue.generation++;
    fake_keys_unlock();
    vend_refresh(world->vend);
    assert_ok(vend_proposals(world->vend, &chief, 0, "", &list));
    assert_string_equal(list.proposals[0].approvals[0].principal, "officer2");
    assert_string_equal(list.proposals[0].approvals[0].officer, "");
    vend_proposals_free(&list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(proposed_and_approved),         TEST(two_people),
        TEST(a_signature_fits_one_proposal), TEST(it_expires),
        TEST(both_groups_must_be_granted),   TEST(the_form_is_checked),
        TEST(listed_newest_first),           TEST(officers_see_what_is_proposed_below_them),
        TEST(a_certificate_that_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
