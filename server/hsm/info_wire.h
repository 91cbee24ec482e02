/* The one binary form of a catalogue line, shared by token entries and the key process's answers. */
#ifndef MV_HSM_INFO_WIRE_H
#define MV_HSM_INFO_WIRE_H

#include "base/wire.h"
#include "hsm/catalogue.h"

/* Everything but the generation. */
void hsm_info_put(struct mv_writer *to, const struct hsm_key_info *info);
void hsm_info_get(struct mv_reader *from, struct hsm_key_info *info);
/* Older forms, which tokens may still hold: the first ended before the successor, the second before the flags, the
 * third before the minimum version. */
void hsm_info_get_first(struct mv_reader *from, struct hsm_key_info *info);
void hsm_info_get_second(struct mv_reader *from, struct hsm_key_info *info);
void hsm_info_get_third(struct mv_reader *from, struct hsm_key_info *info);

#endif
