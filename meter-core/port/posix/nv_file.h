/* A meter's non-volatile memory in a file: behaves like NOR flash, every change is on disk when the call returns. And
 * its clock: the seconds since the file was opened. */
#ifndef MV_PORT_NV_FILE_H
#define MV_PORT_NV_FILE_H

#include "metervault/meter.h"

enum { MV_NV_FILE_SECTORS = 2, MV_NV_FILE_SECTOR_SIZE = 16384 };
/* Of files from before the journal: they open, and the meter answers OTHER_FORMAT. */
enum { MV_NV_FILE_SECTOR_SIZE_OLD = 4096 };

struct mv_nv_file {
    int descriptor;
    uint32_t sector_size;
    int64_t opened_s;
    uint32_t skipped_s; /* time that passed at once; add to it to let more pass */
    bool held;          /* no other time passes */
};

/* Opens the file for this process alone, waiting while another has it; `create` makes an erased one (mode 0600) where
 * there is none. 0, else the errno; EINVAL for a file that is no memory of this size. */
MV_CORE_MUST_USE int mv_nv_file_open(struct mv_nv_file *file, const char *path, bool create);
void mv_nv_file_close(struct mv_nv_file *file);
/* From now on time passes by `skipped_s` alone. */
void mv_nv_file_hold(struct mv_nv_file *file);
/* Valid as long as `file` is open. */
struct mv_meter_port mv_nv_file_port(struct mv_nv_file *file);

#endif
