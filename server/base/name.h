/* Names that people and programs give: of principals, organisations, tills, requests. */
#ifndef MV_BASE_NAME_H
#define MV_BASE_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* 1..longest of [A-Za-z0-9._-]. */
bool mv_name_ok(const char *text, size_t size, size_t longest);

#endif
