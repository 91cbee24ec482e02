#include "served.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../support/status.h"

struct test_token token;
struct test_process process;
struct hsmd_client *client;

int served_set_up(const char *module, served_fill_fn *fill)
{
    test_token_new(&token, module);
    if (setenv("MV_SHIM_DIR", token.directory, 1) != 0)
        return -1;
    struct hsm *hsm = test_token_open_new(&token);
    fill(hsm);
    hsm_close(hsm);
    process_start(&process, &token);
    test_ok(hsmd_client_new(token.config.socket, 5000, &client), "client");
    return 0;
}

int served_tear_down(void)
{
    hsmd_client_free(client);
    int code = process_stop(&process);
    test_token_free(&token);
    return code;
}

void served_path(const char *name, char path[256])
{
    (void)snprintf(path, 256, "%s/%s", token.directory, name);
}

void fault_on(const char *name)
{
    char path[256];
    served_path(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

void fault_off(const char *name)
{
    char path[256];
    served_path(name, path);
    assert_int_equal(unlink(path), 0);
}
