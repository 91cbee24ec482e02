/* The second person of a move to another supply group. The signature is checked in the key process, which knows the
 * enrolled certificates: nobody else's word counts, the server's neither. */
#include <inttypes.h>
#include <string.h>

#include "base/digest.h"
#include "vending/desk_parts.h"
#include "vending/internal.h"

void vend_approval_signer(struct vend *vend, const struct store_approval *row, char officer[HSM_OFFICER_SIZE])
{
    struct vend_catalogue *catalogue = &vend->catalogue;
    uint8_t hash[32];
    officer[0] = '\0';
    if (!mv_sha256(row->certificate, row->certificate_size, hash).ok)
        return;
    pthread_mutex_lock(&catalogue->lock);
    const struct hsmd_catalogue *current = catalogue->current;
    for (size_t i = 0; i < current->officer_count; i++)
        if (memcmp(current->officers[i].certificate_sha256, hash, sizeof hash) == 0)
            vend_copy(officer, HSM_OFFICER_SIZE, current->officers[i].name);
    pthread_mutex_unlock(&catalogue->lock);
}

struct walk {
    struct vend *vend;
    struct vend_proposal *proposal;
};

static mv_status add(void *self, const struct store_approval *row)
{
    struct walk *walk = self;
    if (walk->proposal->approval_count == VEND_MAX_APPROVALS)
        return mv_ok();
    struct vend_approval *approval = &walk->proposal->approvals[walk->proposal->approval_count++];
    approval->approved_at_unix_s = row->approved_at_unix_s;
    vend_principal_name(&walk->vend->directory, row->principal, approval->principal);
    vend_approval_signer(walk->vend, row, approval->officer);
    return mv_ok();
}

mv_status vend_proposal_fill(struct vend *vend, struct store *store, const struct store_proposal *row,
                             struct vend_proposal *out)
{
    struct walk walk = {vend, out};
    *out = (struct vend_proposal){.row = *row};
    vend_principal_name(&vend->directory, row->proposer, out->proposer);
    return store_approvals(store, row->id, add, &walk);
}

mv_status vend_proposal_visible(struct vend *vend, int64_t organisation, const struct store_proposal *row)
{
    struct store_principal proposer;
    struct vend_identity identity = {.organisation = organisation};
    if (!vend_principal_by_id(&vend->directory, row->proposer, &proposer).ok ||
        !vend_may_touch(&vend->directory, &identity, VEND_LIST_PROPOSALS, proposer.organisation, "").ok)
        return mv_fail(MV_PROPOSAL_UNKNOWN, NULL);
    return mv_ok();
}

struct approving {
    const char *principal;
    uint64_t id;
    const struct vend_signature *signature;
    char officer[HSM_OFFICER_SIZE]; /* who signed, as the key process found */
    struct vend_proposal *out;
};

static mv_status check_form(const struct vend_signature *signature)
{
    if (signature->certificate_size < 1 || signature->certificate_size > STORE_CERTIFICATE)
        return mv_fail(MV_INVALID_FIELD, "certificate");
    if (signature->signature_size < 1 || signature->signature_size > STORE_SIGNATURE)
        return mv_fail(MV_INVALID_FIELD, "signature");
    return mv_ok();
}

/* The proposal, if the caller may approve it now. */
static mv_status check(struct vend *vend, struct store *store, const struct approving *approving, int64_t now_s,
                       struct vend_identity *identity, struct store_proposal *row)
{
    MV_TRY(vend_may_call(&vend->directory, approving->principal, VEND_APPROVE, identity));
    MV_TRY(check_form(approving->signature));
    if (approving->id == 0 || approving->id > INT64_MAX)
        return mv_fail(MV_PROPOSAL_UNKNOWN, NULL);
    MV_TRY(store_proposal_get(store, (int64_t)approving->id, row));
    MV_TRY(vend_proposal_visible(vend, identity->organisation, row));
    if (now_s >= row->expires_unix_s)
        return mv_fail(MV_PROPOSAL_UNKNOWN, NULL);
    return row->proposer == identity->id ? mv_fail(MV_SAME_OFFICER, NULL) : mv_ok();
}

static mv_status read_proposal(struct vend *vend, const struct approving *approving, struct store_proposal *row)
{
    struct store *store = NULL;
    struct vend_now now;
    struct vend_identity identity;
    /* an unconfirmed clock stops issuing, not approving: the key process looks at its own */
    mv_status trusted = vend_clock_now(&vend->clock, &now);
    (void)trusted;
    MV_TRY(vend_reader_take(&vend->readers, &store));
    mv_status status = check(vend, store, approving, now.real_us / 1000000, &identity, row);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return status;
}

/* Before the writer is asked, which must not wait for the key process. What is signed never changes. */
static mv_status check_signature(struct vend *vend, struct approving *approving)
{
    struct store_proposal row;
    const struct vend_signature *signature = approving->signature;
    MV_TRY(read_proposal(vend, approving, &row));
    const struct hsmd_approval approval = {.text = row.text,
                                           .certificate = signature->certificate,
                                           .certificate_size = signature->certificate_size,
                                           .signature = signature->signature,
                                           .signature_size = signature->signature_size};
    return vend_desk_check(vend, &approval, approving->officer);
}

/* Two people: neither who sends nor who signed may be somebody who proposed or approved before. */
static mv_status check_people(const struct approving *approving, const struct vend_proposal *proposal)
{
    if (strcmp(approving->officer, proposal->proposer) == 0)
        return mv_fail(MV_SAME_OFFICER, "certificate");
    for (size_t i = 0; i < proposal->approval_count; i++)
        if (strcmp(approving->officer, proposal->approvals[i].officer) == 0)
            return mv_fail(MV_SAME_OFFICER, "certificate");
    return proposal->approval_count < VEND_MAX_APPROVALS ? mv_ok() : mv_fail(MV_REQUEST_TOO_LARGE, "approvals");
}

static mv_status insert(struct store *store, const struct approving *approving, const struct vend_identity *identity,
                        int64_t now_s)
{
    const struct vend_signature *signature = approving->signature;
    struct store_approval row = {.proposal = (int64_t)approving->id,
                                 .principal = identity->id,
                                 .certificate_size = signature->certificate_size,
                                 .signature_size = signature->signature_size,
                                 .approved_at_unix_s = now_s};
    memcpy(row.certificate, signature->certificate, signature->certificate_size);
    memcpy(row.signature, signature->signature, signature->signature_size);
    return store_approval_insert(store, &row);
}

static mv_status approve(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct approving *approving = change->arg;
    struct vend_identity identity;
    struct store_proposal row;
    int64_t now_s = change->now_us / 1000000;
    MV_TRY(check(vend, store, approving, now_s, &identity, &row));
    MV_TRY(vend_proposal_fill(vend, store, &row, approving->out));
    MV_TRY(check_people(approving, approving->out));
    MV_TRY(insert(store, approving, &identity, now_s));
    MV_TRY(vend_proposal_fill(vend, store, &row, approving->out));
    vend_note_detail(&change->record, "proposal=%" PRIu64 " officer=%s", approving->id, approving->officer);
    change->changed = true;
    return mv_ok();
}

mv_status vend_approve(struct vend *vend, const struct vend_caller *caller, uint64_t id,
                       const struct vend_signature *signature, struct vend_proposal *proposal)
{
    struct approving approving = {.principal = caller->principal, .id = id, .signature = signature, .out = proposal};
    mv_status status = check_signature(vend, &approving);
    if (!status.ok)
        return vend_answer(vend, caller, VEND_APPROVE, NULL, status);
    return vend_change_call(vend, caller, VEND_APPROVE, NULL, approve, &approving);
}
