/* A key as people name it: supply group, revision, tariff index and key type, each of which may be left out. */
#ifndef METERVAULT_CLI_KEY_OPTIONS_H
#define METERVAULT_CLI_KEY_OPTIONS_H

#include "cli.h"

struct key_options {
    const char *sgc, *krn, *ti, *kt;
};
enum { KEY_OPTIONS = 4 };
void key_options(struct key_options *options, struct cli_option *to);

struct key_named {
    const char *sgc; /* "" when not said */
    uint32_t krn;    /* 0 when not said */
    bool has_ti;
    uint32_t ti;
    uint32_t kt; /* 0 when not said */
};
/* The field that is not of its form, NULL when all are well. Empty texts count as not said. */
const char *key_named_read(const struct key_options *options, struct key_named *key);
/* CLI_DONE, or CLI_USAGE after it said what is wrong. */
int key_from_options(const struct cli *cli, const struct key_options *options, struct key_named *key);

/* 18 digits. */
bool meter_pan_valid(const char *text);

#endif
