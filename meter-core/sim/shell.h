/* The meter's keypad and display: commands `enter DIGITS`, `show`, `help`, `quit`. */
#ifndef MV_SIM_SHELL_H
#define MV_SIM_SHELL_H

#include <stdio.h>

#include "metervault/meter.h"

/* Exit codes of every metervault program. */
enum exit_code { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_NOT_READY = 3 };

struct shell {
    struct mv_meter *meter;
    bool json;
    bool quit; /* the user asked to leave */
};

enum exit_code shell_show(struct shell *shell);
/* One line of a script or from the keyboard; empty lines and those that start with # do nothing. */
enum exit_code shell_line(struct shell *shell, const char *line);
/* Every line of the input; the worst code of all. A prompt appears when `interactive`. */
enum exit_code shell_run(struct shell *shell, FILE *input, bool interactive);

#endif
