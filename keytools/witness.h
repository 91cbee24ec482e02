/* What an act of a ceremony has to tell its transcript while it runs: an entry that was wrong, a set of shares that was
 * handed out. Outside a ceremony nobody listens. Never a secret, nor what was typed. */
#ifndef KEYTOOLS_WITNESS_H
#define KEYTOOLS_WITNESS_H

#include <stddef.h>

/* Texts are the listener's during the call; `detail` may be NULL. */
typedef void witness_listener(void *context, const char *event, const char *what, const char *detail);

/* NULL: nobody listens. The tool has one thread. */
void witness_listen(witness_listener *listener, void *context);
void witness_tell(const char *event, const char *what, const char *detail);

#endif
