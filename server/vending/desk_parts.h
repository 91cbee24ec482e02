/* What the files of the desk share. */
#ifndef MV_VENDING_DESK_PARTS_H
#define MV_VENDING_DESK_PARTS_H

#include "hsmd/client.h"
#include "vending/desk.h"
#include "vending/key.h"

/* The meter as callers see it, with the key of a pending change. */
MV_MUST_USE mv_status vend_meter_fill(struct vend *vend, struct store *store, const struct store_meter *row,
                                      struct vend_meter *out);

/* The key process, by the connection that fetches the catalogue: the desk's calls are few. They wait for each other. */
MV_MUST_USE mv_status vend_desk_open(struct vend *vend, const char *pan, const struct store_key *key,
                                     const char *digits, struct hsmd_opened *opened);
MV_MUST_USE mv_status vend_desk_check(struct vend *vend, const struct hsmd_approval *approval,
                                      char officer[HSM_OFFICER_SIZE]);
MV_MUST_USE mv_status vend_desk_random(struct vend *vend, void *data, size_t size);

/* What an opened token says. */
void vend_foreign_fill(const struct hsmd_opened *opened, struct vend_foreign *out);

/* The stored proposal with names and approvals. */
MV_MUST_USE mv_status vend_proposal_fill(struct vend *vend, struct store *store, const struct store_proposal *row,
                                         struct vend_proposal *out);
/* The enrolled officer whose certificate it is; empty when it is enrolled no more. */
void vend_approval_signer(struct vend *vend, const struct store_approval *row, char officer[HSM_OFFICER_SIZE]);
/* PROPOSAL_UNKNOWN unless the proposer belongs to the caller's organisation or one below. */
MV_MUST_USE mv_status vend_proposal_visible(struct vend *vend, int64_t organisation, const struct store_proposal *row);

#endif
