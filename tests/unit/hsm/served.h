/* The fixture of most tests of the key process: a token with keys, its metervault-hsmd, and a client. */
#ifndef MV_TESTS_SERVED_H
#define MV_TESTS_SERVED_H

#include "hsmd/client.h"
#include "process.h"

extern struct test_token token;
extern struct test_process process;
extern struct hsmd_client *client;

typedef void served_fill_fn(struct hsm *hsm);
/* `fill` puts the keys into a token with a fresh catalogue. `module`: as for test_token_new(); one with faults on
 * demand finds them in the token's directory. Both return what a cmocka fixture does. */
int served_set_up(const char *module, served_fill_fn *fill);
int served_tear_down(void);

/* The path of something in the token's directory. */
void served_path(const char *name, char path[256]);

/* Of the module, by the names in shim.c. */
void fault_on(const char *name);
void fault_off(const char *name);

#endif
