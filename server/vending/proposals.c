/* Moves of meters to another supply group, as proposed, and the list of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vending/desk_parts.h"
#include "vending/internal.h"
#include "vending/tree.h"

enum { CHUNK = 256 };

struct proposing {
    const char *principal;
    const char *pan;
    struct mv_approval approval;
    uint32_t valid_s;
    struct store_proposal row;
};

/* The group is granted to the caller's organisation; an officer may grant there what the own organisation has. */
static mv_status check_group(struct vend *vend, const struct vend_identity *identity, const char *sgc)
{
    if ((identity->roles & vend_role_bit(VEND_OFFICER)) != 0 && vend_may_grant(&vend->directory, identity, sgc).ok)
        return mv_ok();
    pthread_rwlock_rdlock(&vend->directory.lock);
    bool granted = vend_tree_granted(vend->directory.tree, identity->organisation, sgc);
    pthread_rwlock_unlock(&vend->directory.lock);
    return granted ? mv_ok() : mv_fail(MV_SUPPLY_GROUP_DENIED, NULL);
}

static mv_status check_form(const struct proposing *proposing, const char *from_sgc, const char *to_sgc)
{
    if (!vend_form_sgc(from_sgc).ok)
        return mv_fail(MV_INVALID_FIELD, "from_supply_group_code");
    if (!vend_form_sgc(to_sgc).ok || strcmp(from_sgc, to_sgc) == 0)
        return mv_fail(MV_INVALID_FIELD, "to_supply_group_code");
    if (proposing->valid_s > VEND_MAX_VALID_S)
        return mv_fail(MV_INVALID_FIELD, "valid_s");
    return proposing->pan[0] == '\0' ? mv_ok() : vend_form_pan(proposing->pan);
}

static mv_status check_rights(struct vend *vend, struct store *store, const struct proposing *proposing,
                              const struct vend_identity *identity)
{
    struct store_meter meter;
    MV_TRY(check_group(vend, identity, proposing->approval.from_sgc));
    MV_TRY(check_group(vend, identity, proposing->approval.to_sgc));
    if (proposing->pan[0] == '\0')
        return mv_ok();
    MV_TRY(store_meter_by_pan(store, proposing->pan, &meter));
    return vend_may_touch(&vend->directory, identity, VEND_PROPOSE, meter.organisation, meter.sgc);
}

static mv_status propose(struct vend *vend, struct store *store, struct vend_change *change)
{
    struct proposing *proposing = change->arg;
    struct mv_approval *approval = &proposing->approval;
    struct store_proposal *row = &proposing->row;
    struct vend_identity identity;
    MV_TRY(vend_may_call(&vend->directory, proposing->principal, VEND_PROPOSE, &identity));
    MV_TRY(check_rights(vend, store, proposing, &identity));
    row->proposed_at_unix_s = change->now_us / 1000000;
    approval->expires_unix_s = row->proposed_at_unix_s + proposing->valid_s;
    MV_TRY(mv_approval_write(approval, row->text));
    vend_copy(row->from_sgc, sizeof row->from_sgc, approval->from_sgc);
    vend_copy(row->to_sgc, sizeof row->to_sgc, approval->to_sgc);
    vend_copy(row->pan, sizeof row->pan, approval->pan);
    row->expires_unix_s = approval->expires_unix_s;
    row->proposer = identity.id;
    MV_TRY(store_proposal_insert(store, row));
    vend_note_detail(&change->record, "proposal=%" PRId64 " from=%s to=%s meter=%s expires=%" PRId64, row->id,
                     row->from_sgc, row->to_sgc, row->pan[0] == '\0' ? "*" : row->pan, row->expires_unix_s);
    change->changed = true;
    return mv_ok();
}

/* What needs no ledger, and the random number, before the writer is asked. */
static mv_status begin(struct vend *vend, const struct vend_caller *caller, const char *from_sgc, const char *to_sgc,
                       struct proposing *proposing)
{
    struct vend_identity identity;
    struct mv_approval *approval = &proposing->approval;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_PROPOSE, &identity));
    MV_TRY(check_form(proposing, from_sgc, to_sgc));
    vend_copy(approval->from_sgc, sizeof approval->from_sgc, from_sgc);
    vend_copy(approval->to_sgc, sizeof approval->to_sgc, to_sgc);
    vend_copy(approval->pan, sizeof approval->pan, proposing->pan);
    if (proposing->valid_s == 0)
        proposing->valid_s = VEND_DEFAULT_VALID_S;
    return vend_desk_random(vend, approval->nonce, sizeof approval->nonce);
}

mv_status vend_propose(struct vend *vend, const struct vend_caller *caller, const char *from_sgc, const char *to_sgc,
                       const char *pan, uint32_t valid_s, struct vend_proposal *proposal)
{
    struct proposing proposing = {.principal = caller->principal, .pan = pan, .valid_s = valid_s};
    mv_status status = begin(vend, caller, from_sgc, to_sgc, &proposing);
    if (!status.ok)
        return vend_answer(vend, caller, VEND_PROPOSE, vend_form_object(pan), status);
    MV_TRY(vend_told(VEND_PROPOSE,
                     vend_change_call(vend, caller, VEND_PROPOSE, vend_form_object(pan), propose, &proposing)));
    *proposal = (struct vend_proposal){.row = proposing.row};
    vend_copy(proposal->proposer, sizeof proposal->proposer, caller->principal);
    return mv_ok();
}

/* ---- the list ---- */
struct walk {
    struct vend *vend;
    int64_t organisation;
    struct vend_proposal_list *list;
    size_t size;
    size_t seen; /* of a chunk */
    int64_t last;
    bool more;
};

static mv_status add(void *self, const struct store_proposal *row)
{
    struct walk *walk = self;
    struct vend_proposal_list *list = walk->list;
    walk->seen++;
    walk->last = row->id;
    if (walk->more || !vend_proposal_visible(walk->vend, walk->organisation, row).ok)
        return mv_ok();
    walk->more = list->count == walk->size;
    if (!walk->more)
        list->proposals[list->count++].row = *row;
    return mv_ok();
}

static mv_status read_page(struct walk *walk, struct store *store, int64_t before)
{
    struct vend_proposal_list *list = walk->list;
    MV_TRY(store_begin_read(store));
    walk->last = before;
    do {
        walk->seen = 0;
        MV_TRY(store_proposals(store, walk->last, CHUNK, add, walk));
    } while (walk->seen == CHUNK && !walk->more);
    for (size_t i = 0; i < list->count; i++) {
        struct store_proposal row = list->proposals[i].row;
        MV_TRY(vend_proposal_fill(walk->vend, store, &row, &list->proposals[i]));
    }
    if (walk->more)
        (void)snprintf(list->next, sizeof list->next, "%" PRId64, list->proposals[list->count - 1].row.id);
    return mv_ok();
}

/* A page token is the id after which the list goes on. */
static mv_status read_token(const char *text, int64_t *before)
{
    *before = 0;
    size_t length = strnlen(text, VEND_PROPOSAL_TOKEN);
    if (length >= VEND_PROPOSAL_TOKEN - 1 || strspn(text, "0123456789") != length)
        return mv_fail(MV_PAGE_TOKEN_INVALID, "page_token");
    if (length > 0)
        *before = strtoll(text, NULL, 10);
    return length > 0 && *before == 0 ? mv_fail(MV_PAGE_TOKEN_INVALID, "page_token") : mv_ok();
}

static mv_status list_proposals(struct vend *vend, const struct vend_caller *caller, uint32_t page_size,
                                const char *page_token, struct vend_proposal_list *list)
{
    struct vend_identity identity;
    struct store *store = NULL;
    int64_t before = 0;
    MV_TRY(vend_may_call(&vend->directory, caller->principal, VEND_LIST_PROPOSALS, &identity));
    MV_TRY(vend_form_page(&page_size));
    MV_TRY(read_token(page_token, &before));
    list->proposals = calloc(page_size, sizeof *list->proposals);
    if (list->proposals == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "proposals");
    MV_TRY(vend_reader_take(&vend->readers, &store));
    struct walk walk = {.vend = vend, .organisation = identity.organisation, .list = list, .size = page_size};
    mv_status status = read_page(&walk, store, before);
    vend_reader_give(&vend->readers, store, !status.ok && !vend_noted(status));
    return status;
}

mv_status vend_proposals(struct vend *vend, const struct vend_caller *caller, uint32_t page_size,
                         const char *page_token, struct vend_proposal_list *list)
{
    *list = (struct vend_proposal_list){.count = 0};
    mv_status status = list_proposals(vend, caller, page_size, page_token, list);
    if (!status.ok)
        vend_proposals_free(list);
    return vend_answer(vend, caller, VEND_LIST_PROPOSALS, NULL, status);
}

void vend_proposals_free(struct vend_proposal_list *list)
{
    free(list->proposals);
    *list = (struct vend_proposal_list){.count = 0};
}
