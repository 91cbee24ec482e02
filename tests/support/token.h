/* A throw-away SoftHSM token for a test program: its own directory, configuration file, PIN file and socket path. */
#ifndef MV_TESTS_TOKEN_H
#define MV_TESTS_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "hsm/hsm.h"

extern const char TEST_SO_PIN[];
extern const char TEST_PIN[];
extern const uint8_t TEST_BACKUP_KEK[HSM_BACKUP_KEK_BYTES];

struct test_token {
    char directory[128]; /* tokens/ lies below it */
    struct hsm_config config;
};

/* Makes directory, softhsm2.conf (SOFTHSM2_CONF is set), PIN file and hsmd.conf, and initialises the token; `module`
 * NULL is SoftHSM itself. Ends the program with a message when it cannot. */
void test_token_new(struct test_token *token, const char *module);
/* Removes the directory. */
void test_token_free(struct test_token *token);
/* Writes config to its path again, after a test changed it. */
void test_token_write_config(const struct test_token *token);

/* Opened and logged in; ends the program when it cannot. */
struct hsm *test_token_open(const struct test_token *token);
/* The same on a token with a fresh catalogue. */
struct hsm *test_token_open_new(const struct test_token *token);

/* Puts the last backup into *backup. */
struct hsm_keeper test_keeper(struct hsm_backup *backup);

/* Hex to bytes; returns their count, ends the program when it is no hex or too long. */
size_t test_hex(const char *hex, uint8_t *bytes, size_t size);
/* Imports a vending key that is active without end. */
mv_status test_token_vending(struct hsm *hsm, struct hsm_vending_scope scope, const char *key_hex);
mv_status test_token_factory(struct hsm *hsm, const char *name, const char *key_hex);
/* Fails the program with the status's text unless it is ok. */
void test_ok(mv_status status, const char *what);

#endif
