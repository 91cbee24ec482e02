/* backup-kek as its officers hold it: n of n components, or k of n shares. Whoever brings it together can open every
 * backup, so each command that asks for it is an act of several people. */
#ifndef KEYTOOLS_KEK_ENTRY_H
#define KEYTOOLS_KEK_ENTRY_H

#include "hsm/hsm.h"
#include "options.h"

struct kek_options {
    struct option_list component_files, share_files;
    const char *custodians;
    bool components; /* typed: components, not shares */
};

/* Rows of an option table whose targets lie in `options`. */
#define KEK_OPTIONS(options)                                                                                           \
    {"share-file", OPTION_LIST, "FILE", "a share of the backup key, mode 0600; give it k times",                       \
     &(options).share_files},                                                                                          \
        {"component-file", OPTION_LIST, "FILE", "a component of the backup key, mode 0600; all of them",               \
         &(options).component_files},                                                                                  \
        {"components", OPTION_FLAG, NULL, "components are typed, not shares", &(options).components},                  \
    {                                                                                                                  \
        "custodians", OPTION_TEXT, "N", "how many type their components (2 if absent)", &(options).custodians          \
    }

/* TOOL_DONE, or TOOL_USAGE after saying what is wrong. */
int kek_options_check(const struct kek_options *options);
/* HSM_BACKUP_KEK_BYTES into secret memory; not proven yet. */
MV_MUST_USE mv_status kek_collect(const struct kek_options *options, uint8_t *kek);
/* KCV_MISMATCH unless it is the backup-kek of this catalogue. */
MV_MUST_USE mv_status kek_prove(const uint8_t *kek, const struct hsm_catalogue *catalogue);
/* Opens a wrapped backup in this process's secret memory: `plain` has room for size - 8 bytes. BACKUP_REFUSED. */
MV_MUST_USE mv_status kek_open(const uint8_t *kek, const uint8_t *wrapped, size_t size, uint8_t *plain);

#endif
