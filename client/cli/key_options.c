#include "key_options.h"

#include <string.h>

enum { SGC_DIGITS = 6, PAN_DIGITS = 18, KRN_MOST = 9, TI_MOST = 99, KT_MOST = 2 };

void key_options(struct key_options *options, struct cli_option *to)
{
    to[0] = (struct cli_option){.name = "sgc", .text = &options->sgc};
    to[1] = (struct cli_option){.name = "krn", .text = &options->krn};
    to[2] = (struct cli_option){.name = "ti", .text = &options->ti};
    to[3] = (struct cli_option){.name = "kt", .text = &options->kt};
}

static bool said(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static bool number(const char *text, uint64_t least, uint64_t most, uint32_t *value)
{
    uint64_t wide = 0;
    if (!said(text))
        return true;
    if (!cli_number(text, least, most, &wide))
        return false;
    *value = (uint32_t)wide;
    return true;
}

const char *key_named_read(const struct key_options *options, struct key_named *key)
{
    *key = (struct key_named){.sgc = said(options->sgc) ? options->sgc : "", .has_ti = said(options->ti)};
    if (key->sgc[0] != '\0' && (strlen(key->sgc) != SGC_DIGITS || strspn(key->sgc, "0123456789") != SGC_DIGITS))
        return "sgc";
    if (!number(options->krn, 1, KRN_MOST, &key->krn))
        return "krn";
    if (!number(options->ti, 0, TI_MOST, &key->ti))
        return "ti";
    return number(options->kt, 1, KT_MOST, &key->kt) ? NULL : "kt";
}

int key_from_options(const struct cli *cli, const struct key_options *options, struct key_named *key)
{
    const char *wrong = key_named_read(options, key);
    if (wrong == NULL)
        return CLI_DONE;
    return cli_usage(cli, "--%s: sgc has 6 digits, krn is 1 to 9, ti 0 to 99, kt 1 or 2", wrong);
}

bool meter_pan_valid(const char *text)
{
    return strlen(text) == PAN_DIGITS && strspn(text, "0123456789") == PAN_DIGITS;
}
