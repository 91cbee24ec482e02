/* A key enters the token: import from components, or generation, each with its backup on the disk. Shared by
 * metervault-keys and mv-conformance. */
#ifndef KEYTOOLS_KEY_ENTRY_H
#define KEYTOOLS_KEY_ENTRY_H

#include "base/status.h"
#include "component.h"
#include "hsm/hsm.h"

/* Bytes of a key of this use and, for vending keys, DKGA; 0 when there is none. */
size_t key_entry_size(enum hsm_key_use use, uint8_t dkga);

/* The KCV of the combined key, for the custodians to compare. */
MV_MUST_USE mv_status key_entry_kcv(const struct hsm_key_request *request, const struct components *components,
                                    enum hsm_kcv_method *method, uint8_t kcv[HSM_KCV_BYTES]);
/* The KCV of one custodian's component. */
MV_MUST_USE mv_status key_entry_component_kcv(const struct hsm_key_request *request,
                                              const struct components *components, size_t index,
                                              enum hsm_kcv_method *method, uint8_t kcv[HSM_KCV_BYTES]);

/* Combines, imports, writes the backup into `backup_dir`. `expected_kcv` may be NULL. `info` is what was made. */
MV_MUST_USE mv_status key_entry_import(struct hsm *hsm, const char *backup_dir, const struct hsm_key_request *request,
                                       const struct components *components, const uint8_t *expected_kcv,
                                       struct hsm_key_info *info);
/* A random key that nobody outside the token learns. */
MV_MUST_USE mv_status key_entry_generate(struct hsm *hsm, const char *backup_dir, const struct hsm_key_request *request,
                                         struct hsm_key_info *info);

/* `count` components from the token's generator into an empty set. */
MV_MUST_USE mv_status key_entry_random_components(struct hsm *hsm, struct components *components, size_t count);

#endif
