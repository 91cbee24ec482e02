/* Chooses the engine. There is one so far: the functions of store.h are implemented in sqlite/. */
#include "store/store.h"

#include <string.h>

#include "store/sqlite/engine.h"

static const char SQLITE_SCHEME[] = "sqlite:";

mv_status store_open(const char *url, enum store_mode mode, struct store **store)
{
    *store = NULL;
    size_t scheme = sizeof SQLITE_SCHEME - 1;
    if (strncmp(url, SQLITE_SCHEME, scheme) != 0)
        return mv_fail(MV_CONFIG_INVALID, "ledger: must begin with sqlite:");
    if (url[scheme] != '/')
        return mv_fail(MV_CONFIG_INVALID, "ledger: the path must be absolute");
    return sqlite_ledger_open(url + scheme, mode, store);
}
