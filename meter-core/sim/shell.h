/* Commands to the simulated meter, one a line: `help` lists them. */
#ifndef MV_SIM_SHELL_H
#define MV_SIM_SHELL_H

#include <stdio.h>

#include "panel.h"

/* Exit codes of every metervault program. */
enum exit_code { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_NOT_READY = 3 };

enum { SHELL_WAIT_MAX_S = 366 * 86400 };

struct shell {
    struct mv_prepay *p;
    struct board *board;
    bool json;
    bool quit;          /* the user asked to leave */
    bool cut;           /* by loss of power */
    struct panel panel; /* of the commands press and panel, once one was given */
};

enum exit_code shell_show(struct shell *shell);
/* Of a result; prints it when it is a refusal. */
enum exit_code shell_exit(const struct shell *shell, enum mv_result result);
/* The time passes at once, while the meter has power. */
enum exit_code shell_wait(struct shell *shell, uint32_t seconds);
/* Decimal digits up to SHELL_WAIT_MAX_S. */
bool shell_seconds(const char *text, uint32_t *seconds);
/* One line of a script or from the keyboard; empty lines and those that start with # do nothing. */
enum exit_code shell_line(struct shell *shell, const char *line);
/* Every line of the input; the worst code of all. A prompt appears when `interactive`. */
enum exit_code shell_run(struct shell *shell, FILE *input, bool interactive);

#endif
