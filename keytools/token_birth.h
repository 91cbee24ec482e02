/* The first use of a token: PINs, internal keys with their backups, first officer. Shared by `metervault-keys init` and
 * mv-conformance. */
#ifndef KEYTOOLS_TOKEN_BIRTH_H
#define KEYTOOLS_TOKEN_BIRTH_H

#include <stdbool.h>

#include "base/status.h"
#include "component.h"
#include "hsm/hsm.h"

/* Initialises a free token of config->token_label and opens it, logged in and self-tested. config->token_serial is
 * filled in, in memory only. A token of that label with the same PIN but without a catalogue, or with one that has no
 * officers, is taken as it is: an earlier init was cut short. TOKEN_IN_USE otherwise. Close *hsm in any case. */
MV_MUST_USE mv_status token_birth_open(struct hsm_config *config, const char *so_pin, const char *user_pin,
                                       struct hsm **hsm);
/* Whether an earlier init got as far as the catalogue: backup-kek is with its holders then. TOKEN_IN_USE when it has
 * officers too. */
MV_MUST_USE mv_status token_birth_begun(struct hsm *hsm, bool *begun);
/* Who is enrolled at birth, and how many of them every act needs from then on. */
struct birth_officers {
    struct hsm_officer *officers;
    size_t count;    /* at least one */
    unsigned quorum; /* at most `count`; 0: no quorum policy */
};

/* Where an earlier init was cut short after the catalogue, that is taken up: KCV_MISMATCH when backup-kek is another
 * one. Makes the internal keys with backup-kek combined of `components` (HSM_BACKUP_KEK_BYTES long), writes their
 * backups into config->backup_dir and enrols the officers. */
MV_MUST_USE mv_status token_birth_finish(struct hsm *hsm, const struct hsm_config *config,
                                         const struct components *components, const struct birth_officers *officers);

/* The same with backup-kek itself: HSM_BACKUP_KEK_BYTES of secret memory, whose holders have it by then. */
MV_MUST_USE mv_status token_birth_finish_kek(struct hsm *hsm, const struct hsm_config *config, const uint8_t *kek,
                                             const struct birth_officers *officers);

#endif
