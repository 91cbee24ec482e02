/* Roles as people write them: "vendor,meter-admin". */
#ifndef METERVAULT_CLI_ROLES_H
#define METERVAULT_CLI_ROLES_H

#include <stdbool.h>
#include <stddef.h>

#include "metervault/v1/operator_service.pb-c.h"

enum { ROLES_MAX = 8, ROLE_TEXT = 24 };
/* False when one is unknown, twice, or there are none. */
bool roles_parse(const char *text, Metervault__V1__Role roles[ROLES_MAX], size_t *count);
/* "meter-admin" */
void role_text(Metervault__V1__Role role, char text[ROLE_TEXT]);

#endif
