/* The key block protection key that two parties share for one exchange: its custodians bring its components. */
#ifndef KEYTOOLS_KBPK_ENTRY_H
#define KEYTOOLS_KBPK_ENTRY_H

#include "component.h"
#include "options.h"

struct kbpk_options {
    struct option_list files;
    const char *custodians, *bytes, *kcv;
};

/* Rows of an option table whose targets lie in `options`. */
#define KBPK_OPTIONS(options)                                                                                          \
    {"kbpk-component-file", OPTION_LIST, "FILE", "a component of the block's protection key, mode 0600; all of them",  \
     &(options).files},                                                                                                \
        {"kbpk-custodians", OPTION_TEXT, "N", "how many type their components (2 if absent)", &(options).custodians},  \
        {"kbpk-bytes", OPTION_TEXT, "N", "its length, 16 or 32 (32 if absent)", &(options).bytes},                     \
    {                                                                                                                  \
        "kbpk-kcv", OPTION_TEXT, "HEX", "its KCV; asked for if absent", &(options).kcv                                 \
    }

bool kbpk_options_given(const struct kbpk_options *options);
/* TOOL_DONE, or TOOL_USAGE after saying what is wrong. */
int kbpk_options_check(const struct kbpk_options *options);
size_t kbpk_size(const struct kbpk_options *options);
/* kbpk_size bytes into secret memory of COMPONENT_MAX_KEY; the KCV is compared. KCV_MISMATCH. */
MV_MUST_USE mv_status kbpk_collect(const struct kbpk_options *options, uint8_t *kbpk);

#endif
