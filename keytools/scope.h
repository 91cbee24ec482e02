/* The options that say what a new key is for, shared by `generate` and `import`. */
#ifndef KEYTOOLS_SCOPE_H
#define KEYTOOLS_SCOPE_H

#include "hsm/hsm.h"
#include "hsm/masters.h"
#include "options.h"

struct scope_options {
    const char *use, *name, *sgc, *krn, *kt, *dkga, *base_date, *ken, *ea, *active_from, *issued_until, *replaces,
        *domain, *version;
    bool accept_host_visible;
};

#define SCOPE_USES                                                                                                     \
    "vending, factory-kek, record-mac, record-enc, card-issuer, card-office, card-meter, card-area, card-transport, "  \
    "card-pboc-internal, card-pboc-external or card-pboc-mac"

/* Rows of an option table whose targets lie in `options`. */
#define SCOPE_OPTIONS(options)                                                                                         \
    {"use", OPTION_TEXT, "USE", SCOPE_USES, &(options).use},                                                           \
        {"name", OPTION_TEXT, "NAME", "of a factory key: its label is factory/NAME", &(options).name},                 \
        {"domain", OPTION_TEXT, "HEX", "of a record key or card-area: 6 hex digits", &(options).domain},               \
        {"version", OPTION_TEXT, "N", "of a record or card key, 1 (the default) to 255", &(options).version},          \
        {"sgc", OPTION_TEXT, "SGC", "supply group code, 6 digits", &(options).sgc},                                    \
        {"krn", OPTION_TEXT, "N", "key revision number, 1 to 9", &(options).krn},                                      \
        {"kt", OPTION_TEXT, "N", "key type: 1 default, 2 unique (the default here), 3 common", &(options).kt},         \
        {"dkga", OPTION_TEXT, "N", "decoder key generation: 4 (the default) or 2", &(options).dkga},                   \
        {"base-date", OPTION_TEXT, "YEAR", "1993, 2014 (the default) or 2035", &(options).base_date},                  \
        {"ken", OPTION_TEXT, "N", "key expiry number, 0 to 255 (the default: never)", &(options).ken},                 \
        {"ea", OPTION_TEXT, "LIST", "encryption algorithms: 7 (the default), 11 or 7,11", &(options).ea},              \
        {"active-from", OPTION_TEXT, "TIME", "YYYY-MM-DD or YYYY-MM-DDTHH:MMZ, UTC; now if absent",                    \
         &(options).active_from},                                                                                      \
        {"issued-until", OPTION_TEXT, "TIME", "no token is issued after it; no end if absent",                         \
         &(options).issued_until},                                                                                     \
        {"replaces", OPTION_TEXT, "N", "revision whose meters move to this key; ea, base date and ken as it has them", \
         &(options).replaces},                                                                                         \
    {                                                                                                                  \
        "accept-host-visible", OPTION_FLAG, NULL, "DKGA 2, key blocks: the key is visible to the host",                \
            &(options).accept_host_visible                                                                             \
    }

/* Fills the request, and the revision that the key replaces (0: none); TOOL_DONE, or TOOL_USAGE after saying what is
 * wrong. */
int scope_request(const struct scope_options *options, struct hsm_key_request *request, uint8_t *replaces);

/* ---- which vending key: `show`, `state`, `replace` ---- */
struct scope_name_options {
    const char *sgc, *krn, *kt;
};
struct scope_name {
    char sgc[7];
    uint8_t krn, kt;
};
#define SCOPE_NAME_OPTIONS(options)                                                                                    \
    {"sgc", OPTION_TEXT, "SGC", "supply group code, 6 digits", &(options).sgc},                                        \
        {"krn", OPTION_TEXT, "N", "key revision number, 1 to 9", &(options).krn},                                      \
    {                                                                                                                  \
        "kt", OPTION_TEXT, "N", "key type: 1 default, 2 unique (the default here), 3 common", &(options).kt            \
    }
/* TOOL_DONE, or TOOL_USAGE after saying what is wrong. */
int scope_name(const struct scope_name_options *options, struct scope_name *name);

#endif
