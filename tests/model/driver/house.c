/* The key process on a throw-away SoftHSM token that holds the model's vending keys. */
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../unit/hsm/process.h"
#include "clock_file.h"
#include "driver.h"
#include "officers.h"

static struct test_token token;
static struct hsm *hsm; /* until the key process starts */
static struct test_process hsmd;
static bool hsmd_runs;

void house_open(void)
{
    if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK | X_OK) == 0 && setenv("TMPDIR", "/dev/shm", 1) != 0)
        give_up("environment", "TMPDIR");
    test_token_new(&token, NULL);
    clock_open(token.directory);
    hsm = test_token_open_new(&token);
}

static void stop_hsmd(void)
{
    if (hsmd_runs)
        (void)process_stop(&hsmd);
    hsmd_runs = false;
}

void house_close(void)
{
    stop_hsmd();
    officers_forget();
    test_token_free(&token);
}

const char *house_folder(void)
{
    return token.directory;
}

const char *house_socket(void)
{
    return token.config.socket;
}

/* key SGC KRN KT DKGA BASE KEN EA_MASK ACTIVE_FROM ISSUED_UNTIL HEX: before `hsmd start` */
static void add_key(struct words *words)
{
    struct hsm_key_request request = {.use = HSM_USE_VENDING, .accept_host_visible = true};
    struct hsm_vending_scope *scope = &request.scope;
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    uint8_t value[32];
    (void)snprintf(scope->sgc, sizeof scope->sgc, "%s", take_word(words));
    scope->krn = (uint8_t)take_number(words);
    scope->kt = (uint8_t)take_number(words);
    scope->dkga = (uint8_t)take_number(words);
    scope->base_date = (uint16_t)take_number(words);
    scope->ken = (uint8_t)take_number(words);
    scope->ea_mask = (uint16_t)take_number(words);
    request.active_from_unix_s = take_number(words);
    request.issued_until_unix_s = take_number(words);
    size_t size = test_hex(take_word(words), value, sizeof value);
    answer_status(hsm_key_import(hsm, &request, value, size, NULL, &keeper, &made));
}

/* amend SGC KRN KT STATE ISSUED_UNTIL SUCCESSOR; state 0 and successor -1: as they are */
static void amend_key(struct words *words)
{
    struct hsm_amendment amendment = {.what = 0};
    struct hsm_key_info amended;
    const char *sgc = take_word(words);
    uint8_t krn = (uint8_t)take_number(words);
    uint8_t kt = (uint8_t)take_number(words);
    int64_t state = take_number(words);
    amendment.issued_until_unix_s = take_number(words);
    int64_t successor = take_number(words);
    if (state != 0) {
        amendment.what |= HSM_AMEND_STATE;
        amendment.state = (enum hsm_key_state)state;
    }
    if (successor >= 0) {
        amendment.what |= HSM_AMEND_SUCCESSOR;
        amendment.successor_krn = (uint8_t)successor;
    }
    struct hsm *open = hsm == NULL ? test_token_open(&token) : hsm;
    mv_status status = hsm_key_amend(open, sgc, krn, kt, &amendment, &amended);
    if (hsm == NULL)
        hsm_close(open);
    answer_status(status);
}

/* officer NAME: before `hsmd start` */
static void add_officer(struct words *words)
{
    struct hsm_officer enrolled;
    officer_make(take_word(words), &enrolled);
    answer_status(hsm_officer_add(hsm, &enrolled));
}

static void beside_us(const char *name, char path[PATH_MAX])
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        give_up("readlink", "/proc/self/exe");
    self[length] = '\0';
    if (snprintf(path, PATH_MAX, "%s/%s", dirname(self), name) >= PATH_MAX)
        give_up("path too long", name);
}

static void set_variable(const char *name, const char *value)
{
    if (setenv(name, value, 1) != 0)
        give_up("environment", name);
}

/* The model's time reaches the key process, and only it, through its environment. A sanitizer's runtime wants to be
 * loaded first and is not when something is preloaded; it is content to be told. */
static void start_hsmd(void)
{
    char shim[PATH_MAX];
    char options[512];
    const char *given = getenv("ASAN_OPTIONS");
    (void)snprintf(options, sizeof options, "%s:verify_asan_link_order=0", given == NULL ? "" : given);
    beside_us("model-clock.so", shim);
    set_variable("ASAN_OPTIONS", options);
    set_variable(CLOCK_FILE_VARIABLE, clock_path());
    set_variable("LD_PRELOAD", shim);
    process_spawn(&hsmd, &token);
    hsmd_runs = true;
    (void)unsetenv("LD_PRELOAD");
    process_await(&token);
}

/* hsmd start|restart */
static void keys_command(struct words *words)
{
    const char *what = take_word(words);
    if (strcmp(what, "restart") != 0 && strcmp(what, "start") != 0)
        give_up("hsmd start or restart", what);
    stop_hsmd();
    if (hsm != NULL)
        hsm_close(hsm);
    hsm = NULL;
    start_hsmd();
    (void)puts("ok");
}

const struct command house_commands[] = {
    {"key", add_key}, {"amend", amend_key}, {"officer", add_officer}, {"hsmd", keys_command}, {NULL, NULL}};
