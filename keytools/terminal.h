/* The officer at the terminal. Talks to /dev/tty, so that redirected input or output neither feeds nor catches secrets.
 */
#ifndef KEYTOOLS_TERMINAL_H
#define KEYTOOLS_TERMINAL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* Also true where no terminal is, after terminal_assume. */
bool terminal_present(void);
/* For judging what is to happen at another place: there will be a terminal. */
void terminal_assume(void);
/* While `flag` is not 0, whoever is asked has cancelled (CANCELLED_BY_CALLER): a signal handler sets it. Without one
 * too SIGINT, SIGTERM, SIGHUP and SIGQUIT end a question, and act when the terminal is as it was. */
void terminal_cancel_on(const volatile sig_atomic_t *flag);
/* Reads a line without echo into secret memory, at most size-1 characters; terminated, without the newline.
 * FILE_FAILED without a terminal, CANCELLED_BY_CALLER after Ctrl-C or end of input, INVALID_FIELD when too long. */
MV_MUST_USE mv_status terminal_hidden(const char *prompt, char *secret, size_t size);
/* The same with echo, for what is no secret. */
MV_MUST_USE mv_status terminal_line(const char *prompt, char *text, size_t size);
/* Shows a line on a screen of its own, without a copy in any buffer, until Enter or Ctrl-C (CANCELLED_BY_CALLER), then
 * clears screen and scroll-back where the terminal can. Echo is off before it is shown. A signal that ends us clears
 * them too, one that stops us waits for Enter. FILE_FAILED without a terminal. */
MV_MUST_USE mv_status terminal_secret_screen(const char *line, const char *prompt);
/* Clears screen and scroll-back where the terminal can. */
void terminal_clear(void);
/* Shows a text, no secret; nothing happens without a terminal. */
void terminal_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
