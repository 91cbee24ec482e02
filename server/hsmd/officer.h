/* Officers' approvals, checked against the certificates that the catalogue enrols. */
#ifndef MV_HSMD_OFFICER_H
#define MV_HSMD_OFFICER_H

#include "base/approval.h"
#include "hsmd/service.h"

/* Bytes as they came over the wire. */
struct hsmd_signed {
    char text[MV_APPROVAL_TEXT];
    uint8_t certificate[HSMD_CERTIFICATE_MAX];
    size_t certificate_size;
    uint8_t signature[HSMD_SIGNATURE_MAX];
    size_t signature_size;
};

/* The next approval of a request; the reader fails when it is longer than the limits. */
void hsmd_signed_get(struct mv_reader *from, struct hsmd_signed *word);

/* APPROVAL_INVALID names what is wrong. `officer` points into the catalogue and is valid until it is read again. */
MV_MUST_USE mv_status hsmd_officer_check(const struct hsm_catalogue *catalogue, const struct hsmd_signed *word,
                                         int64_t now_unix_s, struct mv_approval *approval, const char **officer);

#endif
