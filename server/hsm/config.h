/* Configuration of the key process and of `metervault-keys` (one libconfuse file, hsmd.conf). It names where secrets
 * are and holds none. */
#ifndef MV_HSM_CONFIG_H
#define MV_HSM_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum {
    HSM_PATH_SIZE = 256,
    HSM_TOKEN_LABEL_SIZE = 33, /* with terminator */
    HSM_SERIAL_SIZE = 17,      /* with terminator */
    HSM_PIN_SIZE = 256,        /* with terminator */
    HSM_CLIENT_USERS = 8,
    HSM_USER_SIZE = 33,
};

struct hsm_config {
    char path[HSM_PATH_SIZE];               /* of this file; empty when built in memory */
    char module[HSM_PATH_SIZE];             /* PKCS#11 library */
    char module_init[2 * HSM_PATH_SIZE];    /* init string (NSS softokn); empty: none */
    char token_label[HSM_TOKEN_LABEL_SIZE]; /* required */
    char token_serial[HSM_SERIAL_SIZE];     /* empty: exactly one token must have the label */
    char pin_file[HSM_PATH_SIZE];           /* empty: $CREDENTIALS_DIRECTORY/pin */
    char socket[HSM_PATH_SIZE];
    char backup_dir[HSM_PATH_SIZE];                     /* wrapped backup blobs */
    unsigned workers;                                   /* 1..16, default 1 */
    unsigned call_timeout_s;                            /* 1..60, default 5: a module call past it kills the worker */
    char client_users[HSM_CLIENT_USERS][HSM_USER_SIZE]; /* may connect besides the own user and root */
    size_t client_user_count;
    bool factory_cards; /* default false: cards with their maker's keys, which everybody knows, are refused */
};

/* Defaults, then the file. CONFIG_INVALID names the setting; FILE_FAILED when it cannot be read. */
MV_MUST_USE mv_status hsm_config_load(const char *path, struct hsm_config *config);
/* Defaults only: for programs that build a configuration in memory. */
void hsm_config_defaults(struct hsm_config *config);
/* Writes `token_serial` into the file (replaced atomically) and into `config`. */
MV_MUST_USE mv_status hsm_config_set_serial(struct hsm_config *config, const char *serial);

/* The user PIN from pin_file or the systemd credential; `pin` is secret memory of HSM_PIN_SIZE bytes. */
MV_MUST_USE mv_status hsm_config_read_pin(const struct hsm_config *config, char *pin);

#endif
