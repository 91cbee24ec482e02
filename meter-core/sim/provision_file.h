/* The file that `metervault-keys export-meter` writes for the factory: text, one `name value` pair a line, first
 * `metervault-provision 1`, every name once. */
#ifndef MV_SIM_PROVISION_FILE_H
#define MV_SIM_PROVISION_FILE_H

#include <stddef.h>

#include "metervault/meter.h"

enum { PROVISION_WRAPPED_SIZE = 24, PROVISION_MAX_SIZE = 4096 };

struct provision_file {
    struct mv_meter_identity identity; /* without key bytes and without `measures` */
    uint16_t base_date;                /* 1993, 2014, 2035; the meter itself never needs it */
    uint32_t tid_fill;
    uint8_t wrapped_key[PROVISION_WRAPPED_SIZE];
};

/* NULL, or what is wrong. `text` needs no terminator. */
MV_CORE_MUST_USE const char *provision_file_parse(const char *text, size_t length, struct provision_file *file);

#endif
