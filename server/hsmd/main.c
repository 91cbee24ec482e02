/* metervault-hsmd: the key process. */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/secret.h"
#include "hsmd/service.h"
#include "hsmd/supervisor.h"

enum { DONE = 0, USAGE = 2, NOT_READY = 3 };

static const char HELP[] =
    "Usage: metervault-hsmd --config FILE [--check]\n"
    "\n"
    "The key process: the only one that holds the PIN and uses keys. It serves metervaultd on a UNIX socket.\n"
    "\n"
    "  --config FILE   settings (module, token, PIN file, socket)\n"
    "  --check         run the start sequence once, print the result, end\n"
    "  --version       print the version\n"
    "  --help          print this\n"
    "\n"
    "Examples:\n"
    "  metervault-hsmd --config /etc/metervault/hsmd.conf --check\n"
    "  SOFTHSM2_CONF=/etc/metervault/softhsm2.conf metervault-hsmd --config /etc/metervault/hsmd.conf\n"
    "\n"
    "Exit codes: 0 done, 2 usage, 3 not ready (the reason is printed).\n";

static int report(mv_status status)
{
    char text[512];
    (void)fprintf(stderr, "metervault-hsmd: %s\n", mv_status_text(status, text, sizeof text));
    return NOT_READY;
}

static void on_hang(int signal_number)
{
    static const char text[] = "metervault-hsmd: MODULE_FAILED: a call to the module hung\n";
    (void)signal_number;
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(NOT_READY);
}

static int check(const struct hsm_config *config)
{
    struct hsmd_service service = {.hsm = NULL};
    (void)signal(SIGALRM, on_hang);
    (void)alarm(HSMD_START_FACTOR * config->call_timeout_s);
    mv_status status = mv_secret_init();
    if (status.ok)
        status = hsmd_service_start(&service, config);
    if (status.ok)
        (void)printf("ok: token %s, catalogue generation %llu, %zu keys\n", hsm_serial(service.hsm),
                     (unsigned long long)service.keyring.catalogue->generation, service.keyring.catalogue->key_count);
    hsmd_service_stop(&service);
    return status.ok ? DONE : report(status);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"check", no_argument, NULL, 'k'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *path = NULL;
    bool only_check = false;
    for (int option = 0; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            path = optarg;
            break;
        case 'k':
            only_check = true;
            break;
        case 'v':
            (void)puts("metervault-hsmd " METERVAULT_VERSION);
            return DONE;
        case 'h':
            (void)fputs(HELP, stdout);
            return DONE;
        default:
            return USAGE;
        }
    }
    if (path == NULL || optind != argc) {
        (void)fputs(HELP, stderr);
        return USAGE;
    }
    struct hsm_config config;
    mv_status status = hsm_config_load(path, &config);
    if (!status.ok)
        return report(status);
    return only_check ? check(&config) : hsmd_supervisor_run(&config);
}
