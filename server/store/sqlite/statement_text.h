#ifndef MV_STORE_SQLITE_STATEMENT_TEXT_H
#define MV_STORE_SQLITE_STATEMENT_TEXT_H

#include "store/sqlite/statement.h"

struct sql_text {
    const char *where; /* for messages */
    const char *text;
};
extern const struct sql_text sqlite_texts[SQL_COUNT];

#endif
