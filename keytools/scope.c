#include "scope.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hex.h"
#include "moment.h"
#include "words.h"

/* Absent means `absent`; a negative `absent` makes the option required. */
static bool number(const char *option, const char *text, long low, long high, long absent, long *value)
{
    *value = absent;
    if (text == NULL && absent >= 0)
        return true;
    if (options_number(text, low, high, value))
        return true;
    (void)options_complain(option, text == NULL ? "is required" : "is not a number of its range");
    return false;
}

static bool supply_group(const char *text, char sgc[7])
{
    if (text == NULL || strlen(text) != 6 || strspn(text, "0123456789") != 6) {
        (void)options_complain("sgc", "needs 6 digits");
        return false;
    }
    memcpy(sgc, text, 7);
    return true;
}

static bool algorithms(const char *text, uint8_t dkga, uint16_t *mask)
{
    static const struct {
        const char *text;
        uint16_t mask;
    } known[] = {{"7", 0x80}, {"07", 0x80}, {"11", 0x800}, {"7,11", 0x880}, {"11,7", 0x880}};
    *mask = text == NULL ? 0x80 : 0;
    for (size_t i = 0; text != NULL && i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].text, text) == 0)
            *mask = known[i].mask;
    if (*mask == 0 || (dkga == 2 && *mask != 0x80)) {
        (void)options_complain("ea", "is 7, 11 or 7,11; DKGA 2 serves 7 only");
        return false;
    }
    return true;
}

static bool moment(const char *option, const char *text, int64_t absent, int64_t *unix_s)
{
    *unix_s = absent;
    if (text != NULL && !moment_parse(text, unix_s)) {
        (void)options_complain(option, "is not YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ");
        return false;
    }
    return true;
}

static bool vending_scope(const struct scope_options *options, struct hsm_vending_scope *scope)
{
    long krn = 0;
    long kt = 0;
    long dkga = 0;
    long base = 0;
    long ken = 0;
    if (!supply_group(options->sgc, scope->sgc) || !number("krn", options->krn, 1, 9, -1, &krn) ||
        !number("kt", options->kt, 1, 3, 2, &kt) || !number("dkga", options->dkga, 2, 4, 4, &dkga) ||
        !number("base-date", options->base_date, 1993, 2035, 2014, &base) ||
        !number("ken", options->ken, 0, 255, 255, &ken))
        return false;
    if (dkga == 3)
        return options_complain("dkga", "is 2 or 4") == TOOL_DONE;
    if (base != 1993 && base != 2014 && base != 2035)
        return options_complain("base-date", "is 1993, 2014 or 2035") == TOOL_DONE;
    scope->krn = (uint8_t)krn;
    scope->kt = (uint8_t)kt;
    scope->dkga = (uint8_t)dkga;
    scope->base_date = (uint16_t)base;
    scope->ken = (uint8_t)ken;
    return algorithms(options->ea, scope->dkga, &scope->ea_mask);
}

static bool has_vending_option(const struct scope_options *options)
{
    return options->sgc != NULL || options->krn != NULL || options->kt != NULL || options->dkga != NULL ||
           options->base_date != NULL || options->ken != NULL || options->ea != NULL;
}

static bool read_domain(const char *text, uint8_t domain[HSM_DOMAIN_BYTES])
{
    if (text != NULL && strlen(text) == (size_t)2 * HSM_DOMAIN_BYTES && hex_decode(text, domain, HSM_DOMAIN_BYTES))
        return true;
    return options_complain("domain", "needs 6 hex digits") == TOOL_DONE;
}

static int family(const struct scope_options *options, struct hsm_key_request *request)
{
    long version = 0;
    if (has_vending_option(options) || options->name != NULL)
        return options_complain("use", "a record or card key has a version, no name, supply group or algorithm");
    if (!hsm_use_has_domain(request->use) && options->domain != NULL)
        return options_complain("domain", "is for record keys and card-area");
    if (hsm_use_has_domain(request->use) && !read_domain(options->domain, request->domain))
        return TOOL_USAGE;
    if (!number("version", options->version, 1, UINT8_MAX, 1, &version))
        return TOOL_USAGE;
    request->version = (uint8_t)version;
    return TOOL_DONE;
}

static int factory_name(const struct scope_options *options, struct hsm_key_request *request)
{
    if (has_vending_option(options))
        return options_complain("use", "a factory key has a name, no supply group, key type or algorithm");
    if (options->name == NULL)
        return options_complain("name", "is required for a factory key");
    int length = snprintf(request->name, sizeof request->name, "%s", options->name);
    bool fits = length > 0 && (size_t)length < sizeof request->name;
    if (!fits || strspn(options->name, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != (size_t)length)
        return options_complain("name", "is 1 to 55 of a-z 0-9 . - _");
    return TOOL_DONE;
}

static int read_replaces(const struct scope_options *options, const struct hsm_key_request *request, uint8_t *replaces)
{
    long krn = 0;
    if (options->replaces == NULL)
        return TOOL_DONE;
    if (request->use != HSM_USE_VENDING)
        return options_complain("replaces", "is for vending keys");
    if (!options_number(options->replaces, 1, 9, &krn) || krn == request->scope.krn)
        return options_complain("replaces", "is another key revision number, 1 to 9");
    *replaces = (uint8_t)krn;
    return TOOL_DONE;
}

static bool read_times(const struct scope_options *options, struct hsm_key_request *request)
{
    if (!moment("active-from", options->active_from, (int64_t)time(NULL), &request->active_from_unix_s) ||
        !moment("issued-until", options->issued_until, INT64_MAX, &request->issued_until_unix_s))
        return false;
    return request->issued_until_unix_s > request->active_from_unix_s ||
           options_complain("issued-until", "lies before the activation") == TOOL_DONE;
}

static bool read_use(const char *text, enum hsm_key_use *use)
{
    static const enum hsm_key_use uses[] = {
        HSM_USE_VENDING,        HSM_USE_FACTORY_KEK,        HSM_USE_RECORD_MAC,         HSM_USE_RECORD_ENC,
        HSM_USE_CARD_ISSUER,    HSM_USE_CARD_OFFICE,        HSM_USE_CARD_METER,         HSM_USE_CARD_AREA,
        HSM_USE_CARD_TRANSPORT, HSM_USE_CARD_PBOC_INTERNAL, HSM_USE_CARD_PBOC_EXTERNAL, HSM_USE_CARD_PBOC_MAC};
    for (size_t i = 0; text != NULL && i < sizeof uses / sizeof uses[0]; i++) {
        *use = uses[i];
        if (strcmp(text, words_use(uses[i])) == 0)
            return true;
    }
    return options_complain("use", "is " SCOPE_USES) == TOOL_DONE;
}

static int read_request(const struct scope_options *options, struct hsm_key_request *request)
{
    memset(request, 0, sizeof *request);
    request->accept_host_visible = options->accept_host_visible;
    if (!read_times(options, request) || !read_use(options->use, &request->use))
        return TOOL_USAGE;
    if (hsm_use_is_master(request->use))
        return family(options, request);
    if (options->domain != NULL || options->version != NULL)
        return options_complain(options->domain != NULL ? "domain" : "version", "is for record and card keys");
    if (request->use == HSM_USE_FACTORY_KEK)
        return factory_name(options, request);
    if (options->name != NULL)
        return options_complain("name", "is for factory keys; a vending key is named by its scope");
    return vending_scope(options, &request->scope) ? TOOL_DONE : TOOL_USAGE;
}

int scope_request(const struct scope_options *options, struct hsm_key_request *request, uint8_t *replaces)
{
    *replaces = 0;
    int code = read_request(options, request);
    return code == TOOL_DONE ? read_replaces(options, request, replaces) : code;
}

int scope_name(const struct scope_name_options *options, struct scope_name *name)
{
    long krn = 0;
    long kt = 0;
    if (!supply_group(options->sgc, name->sgc) || !number("krn", options->krn, 1, 9, -1, &krn) ||
        !number("kt", options->kt, 1, 3, 2, &kt))
        return TOOL_USAGE;
    name->krn = (uint8_t)krn;
    name->kt = (uint8_t)kt;
    return TOOL_DONE;
}
