/* `import --tr31`: a key that another system sends in a key block. */
#ifndef KEYTOOLS_IMPORT_BLOCK_H
#define KEYTOOLS_IMPORT_BLOCK_H

#include "kbpk_entry.h"
#include "session.h"

struct block_options {
    const char *file;  /* of the block, public; NULL: no block is imported */
    const char *usage; /* another usage that is accepted */
    struct kbpk_options kbpk;
};

/* Rows of an option table whose targets lie in `options`. */
#define BLOCK_OPTIONS(options)                                                                                         \
    {"tr31", OPTION_TEXT, "FILE", "the key is in this TR-31 block of version D", &(options).file},                     \
        {"accept-usage", OPTION_TEXT, "XX", "take a block of this usage too, such as P0", &(options).usage},           \
        KBPK_OPTIONS((options).kbpk)

/* TOOL_DONE, or TOOL_USAGE after saying what is wrong. */
int block_options_check(const struct block_options *options);
/* Says what the host will see, asks for the protection key, opens the block and imports. `expected_kcv` NULL: the KCV
 * is confirmed at the terminal. */
MV_MUST_USE mv_status block_import(const struct block_options *options, struct session *session,
                                   const struct hsm_key_request *request, const uint8_t *expected_kcv,
                                   struct hsm_key_info *info);

#endif
