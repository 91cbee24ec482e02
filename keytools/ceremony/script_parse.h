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

/* 1 to 32 of a-z 0-9 and hyphen. */
bool script_is_name(const char *text);
/* `key = value` of the section that is open. The value is the reader's to cut into words. */
bool script_set_role(struct script_reader *reader, struct script_role *role, const char *key, char *value);
bool script_set_step(struct script_reader *reader, struct script_step *step, const char *key, char *value);
/* The next word of *text, which is cut there; words in double quotes may hold blanks. NULL at the end, or with *open
 * set when a quote is not closed. */
char *script_word(char **text, bool *open);

#endif
