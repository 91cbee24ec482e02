#include "witness.h"

static witness_listener *listening;
static void *listener_context;

void witness_listen(witness_listener *listener, void *context)
{
    listening = listener;
    listener_context = context;
}

void witness_tell(const char *event, const char *what, const char *detail)
{
    if (listening != NULL)
        listening(listener_context, event, what, detail);
}
