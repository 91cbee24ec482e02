/* Sales of which this till never printed the answer. */
#ifndef METERVAULT_CLI_VEND_RESUME_H
#define METERVAULT_CLI_VEND_RESUME_H

#include "cli.h"

/* Asks the server for each and prints it; sells nothing. Returns the exit code: CLI_REFUSED when one was never issued.
 */
int vend_resume(struct cli *cli, const char *state_dir);

/* One line on stderr when there are any. */
void vend_hint(const char *state_dir);

#endif
