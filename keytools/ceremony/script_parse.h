/* What the files that read a script share. */
#ifndef KEYTOOLS_CEREMONY_SCRIPT_PARSE_H
#define KEYTOOLS_CEREMONY_SCRIPT_PARSE_H

#include "ceremony/script.h"

struct script_reader {
    struct script *script;
    struct script_fault *fault;
    unsigned line;
    enum { IN_NOTHING, IN_CEREMONY, IN_ROLE, IN_STEP } section;
};

/* `key = value` of the section that is open. The value is the reader's to cut into words. */
bool script_set_role(struct script_reader *reader, struct script_role *role, const char *key, char *value);
bool script_set_step(struct script_reader *reader, struct script_step *step, const char *key, char *value);

#endif
