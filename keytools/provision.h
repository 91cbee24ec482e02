/* The file that makes a meter: its keys wrapped under a factory key, and what they belong to. Its form is described
 * beside its reader, meter-core/sim/provision_file.h. */
#ifndef KEYTOOLS_PROVISION_H
#define KEYTOOLS_PROVISION_H

#include "meter_data.h"
#include "session.h"

/* What proves the injected keys: AES-CMAC of a zero block, 3 bytes. */
struct provision_kcvs {
    uint8_t decoder_key[HSM_KCV_BYTES]; /* of the 16 bytes that are wrapped */
    uint8_t records[HSM_RECORD_KEYS][HSM_KCV_BYTES];
    uint8_t cards[HSM_CARD_KEYS][HSM_KCV_BYTES]; /* of the area's: zeros when there is none */
};

/* Wraps and writes the new file `path`; what is refused leaves no file. */
MV_MUST_USE mv_status provision_write(struct session *session, const struct meter_data *data, const char *factory_label,
                                      const char *path, struct provision_kcvs *kcvs);

#endif
