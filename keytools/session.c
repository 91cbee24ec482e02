#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/secret.h"
#include "remark.h"
#include "terminal.h"
#include "witness.h"

static mv_status type_pin(const char *prompt, bool twice, char *pin)
{
    if (!terminal_present())
        return remark(mv_fail(MV_FILE_FAILED, "terminal: none to ask on"),
                      "without a terminal give --so-pin-file; the user PIN comes from pin_file of the configuration");
    MV_TRY(terminal_hidden(prompt, pin, HSM_PIN_SIZE));
    if (pin[0] == '\0')
        return mv_fail(MV_INVALID_FIELD, "PIN: empty");
    if (!twice)
        return mv_ok();
    char *again = mv_secret_alloc(HSM_PIN_SIZE);
    if (again == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "PIN");
    mv_status status = terminal_hidden("Once more: ", again, HSM_PIN_SIZE);
    if (status.ok && strcmp(pin, again) != 0)
        status = mv_fail(MV_INVALID_FIELD, "PIN: typed differently the second time");
    mv_secret_free(again, HSM_PIN_SIZE);
    return status;
}

mv_status session_ask_pin(const char *file, const char *prompt, bool twice, char *pin)
{
    mv_status status =
        file != NULL ? remark_file(mv_secret_read_file(file, pin, HSM_PIN_SIZE), file) : type_pin(prompt, twice, pin);
    if (!status.ok)
        mv_secret_wipe(pin, HSM_PIN_SIZE);
    return status;
}

/* Whether hsmd's own place for the PIN holds one: an officer's machine often has none. */
bool session_pin_is_stored(const struct hsm_config *config)
{
    if (config->pin_file[0] != '\0')
        return access(config->pin_file, F_OK) == 0;
    return getenv("CREDENTIALS_DIRECTORY") != NULL;
}

mv_status session_user_pin(const struct hsm_config *config, const char *choose, char *pin)
{
    if (session_pin_is_stored(config))
        return remark_file(hsm_config_read_pin(config, pin),
                           config->pin_file[0] != '\0' ? config->pin_file : "pin of the systemd credentials");
    if (!terminal_present())
        return mv_fail(MV_CONFIG_INVALID, "pin_file: no such file, and no terminal to ask on");
    return session_ask_pin(NULL, choose != NULL ? choose : "PIN of the token: ", choose != NULL, pin);
}

static mv_status login(struct session *session)
{
    MV_TRY(hsm_open(&session->config, &session->hsm));
    char *pin = mv_secret_alloc(HSM_PIN_SIZE);
    if (pin == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "PIN");
    mv_status status = session_user_pin(&session->config, NULL, pin);
    if (status.ok)
        status = hsm_login(session->hsm, HSM_AS_USER, pin);
    mv_secret_free(pin, HSM_PIN_SIZE);
    MV_TRY(status);
    return hsm_self_test(session->hsm);
}

static struct session *lent;

void session_lend(struct session *own)
{
    lent = own;
}

static mv_status open_token(const char *config_path, struct session *session)
{
    if (lent != NULL) {
        session->config = lent->config;
        session->hsm = lent->hsm;
        return mv_ok();
    }
    MV_TRY(remark_file(hsm_config_load(config_path, &session->config), config_path));
    return login(session);
}

mv_status session_open(const char *config_path, struct session *session)
{
    memset(session, 0, sizeof *session);
    session->catalogue = calloc(1, sizeof *session->catalogue);
    if (session->catalogue == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "catalogue");
    MV_TRY(open_token(config_path, session));
    MV_TRY(hsm_catalogue_read(session->hsm, session->catalogue));
    return seen_check(&session->config, hsm_serial(session->hsm), session->catalogue, &session->seen);
}

mv_status session_note(struct session *session)
{
    session->acts = true;
    return seen_note(&session->config, hsm_serial(session->hsm), session->catalogue, (int64_t)time(NULL),
                     &session->seen);
}

/* After an act: what it wrote was seen too. Where that cannot be written down, the next act does it. */
static void note_result(struct session *session)
{
    if (!session->acts || session->hsm == NULL)
        return;
    mv_status status = hsm_catalogue_read(session->hsm, session->catalogue);
    if (status.ok && session->catalogue->generation > session->seen.generation)
        status = session_note(session);
    (void)status;
}

mv_status session_clear_leftovers(struct session *session)
{
    size_t count = 0;
    char first[HSM_LABEL_SIZE] = "";
    mv_status status = hsm_leftovers_destroy(session->hsm, session->catalogue, &count, first);
    if (count > 0) {
        (void)fprintf(stderr, "metervault-keys: %s was left by a creation that was cut short, %zu in all: destroyed\n",
                      first, count);
        witness_tell("leftover", first, "of a creation that was cut short: destroyed");
    }
    return status;
}

void session_close(struct session *session)
{
    note_result(session);
    if (lent == NULL || session->hsm != lent->hsm)
        hsm_close(session->hsm);
    free(session->catalogue);
    memset(session, 0, sizeof *session);
}
