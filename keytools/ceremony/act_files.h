/* Which options of an act name files, and how many people it needs: the part of an act that a script is judged by
 * besides its command's own rules. */
#ifndef KEYTOOLS_CEREMONY_ACT_FILES_H
#define KEYTOOLS_CEREMONY_ACT_FILES_H

#include "ceremony/script.h"

enum act_file { ACT_NO_FILE, ACT_READS_FILE, ACT_WRITES_FILE };

/* What the word at `index` of the act is; *path is the file's name, in this word or the next. */
enum act_file act_file(const struct script_step *step, size_t index, const char **path);
/* The value of an option of the act, "--name value" or "--name=value"; NULL when it is not there. `from` is where to
 * look first and is moved behind it. */
const char *act_option(const struct script_step *step, const char *name, size_t *from);
bool act_flag(const struct script_step *step, const char *name);
bool act_is(const struct script_step *step, const char *name);

/* People and, among them, officers that the act needs present. */
unsigned act_people(const struct script_step *step);
unsigned act_officers(const struct script_step *step);
/* The memory of the host sees a key in clear: TR-31 blocks, DKGA 2. */
bool act_host_visible(const struct script_step *step);
/* The act makes the token, so that none may be open. */
bool act_makes_token(const struct script_step *step);

#endif
