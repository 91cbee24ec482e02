#include "roles.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void role_text(Metervault__V1__Role role, char text[ROLE_TEXT])
{
    const ProtobufCEnumValue *known =
        protobuf_c_enum_descriptor_get_value(&metervault__v1__role__descriptor, (int)role);
    (void)snprintf(text, ROLE_TEXT, "%s", known != NULL ? known->name : "?");
    for (char *at = text; *at != '\0'; at++)
        if (*at == '_')
            *at = '-';
        else
            *at = (char)tolower((unsigned char)*at);
}

static Metervault__V1__Role find(const char *name, size_t length)
{
    for (int role = METERVAULT__V1__ROLE__VENDOR; role <= METERVAULT__V1__ROLE__MANAGER; role++) {
        char text[ROLE_TEXT];
        role_text((Metervault__V1__Role)role, text);
        if (strlen(text) == length && strncmp(text, name, length) == 0)
            return (Metervault__V1__Role)role;
    }
    return METERVAULT__V1__ROLE__ROLE_UNSPECIFIED;
}

bool roles_parse(const char *text, Metervault__V1__Role roles[ROLES_MAX], size_t *count)
{
    *count = 0;
    for (const char *at = text;;) {
        size_t length = strcspn(at, ",");
        Metervault__V1__Role role = find(at, length);
        if (role == METERVAULT__V1__ROLE__ROLE_UNSPECIFIED || *count == ROLES_MAX)
            return false;
        for (size_t i = 0; i < *count; i++)
            if (roles[i] == role)
                return false;
        roles[(*count)++] = role;
        if (at[length] == '\0')
            return true;
        at += length + 1;
    }
}
