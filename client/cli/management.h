/* Management tokens as people name them: an action, and its value as text. */
#ifndef METERVAULT_CLI_MANAGEMENT_H
#define METERVAULT_CLI_MANAGEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "metervault/v1/token_service.pb-c.h"

struct management_action {
    const char *name;   /* "max-power", also a part of `metervault engineer` */
    const char *option; /* that takes the value there; NULL: the action has none */
    const char *value;  /* what the value is, for a message */
    bool final;         /* what the meter does with it cannot be taken back by another token */
    Metervault__V1__Management__ActionCase action;
};
/* NULL when there is none of this name. */
const struct management_action *management_find(const char *name);

/* Fills *management, and *extended when it points to it. `value` may be NULL where the action has none. False when the
 * value is not of its form. */
bool management_parse(const struct management_action *action, const char *value, Metervault__V1__Management *management,
                      Metervault__V1__ExtendedToken *extended);

enum { MANAGEMENT_TEXT = 80 };
/* "max-power 5000 W", "clear-credit all", "extended 5/120". */
void management_text(const Metervault__V1__Management *management, char text[MANAGEMENT_TEXT]);
/* "test 3", "control bits 1fff", "extended read 5"; with the maker when it is for one. */
void test_text(const Metervault__V1__MeterTest *test, char text[MANAGEMENT_TEXT]);

#endif
