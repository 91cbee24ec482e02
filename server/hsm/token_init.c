/* A fresh token: label, security officer's PIN, user PIN. */
#include <stdlib.h>
#include <string.h>

#include "hsm/internal.h"

static mv_status refused(CK_RV rv, const char *call)
{
    if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_INVALID)
        return mv_fail_code(MV_PIN_REFUSED, call, rv);
    return hsm_check(rv, call);
}

static mv_status init_token(struct hsm *hsm, const char *so_pin)
{
    CK_UTF8CHAR label[32];
    memset(label, ' ', sizeof label);
    memcpy(label, hsm->config.token_label, strlen(hsm->config.token_label));
    CK_RV rv = hsm->p11->C_InitToken(hsm->slot, (CK_UTF8CHAR *)(uintptr_t)so_pin, strlen(so_pin), label);
    return refused(rv, "C_InitToken");
}

static mv_status init_user(struct hsm *hsm, const char *so_pin, const char *user_pin)
{
    MV_TRY(hsm_session_open(hsm));
    MV_TRY(hsm_login(hsm, HSM_AS_SO, so_pin));
    CK_RV rv = hsm->p11->C_InitPIN(hsm->session, (CK_UTF8CHAR *)(uintptr_t)user_pin, strlen(user_pin));
    return refused(rv, "C_InitPIN");
}

/* Under the lock: while another process logs in, a token of this label could look absent. */
static mv_status make_token(const struct hsm_config *config, const char *so_pin, struct hsm *hsm)
{
    unsigned found = 0;
    MV_TRY(hsm_module_load(config, hsm));
    MV_TRY(hsm_slot_count(hsm, hsm->config.token_label, "", &found));
    if (found > 0)
        return mv_fail(MV_TOKEN_IN_USE, "token_label");
    MV_TRY(hsm_slot_find_free(hsm));
    MV_TRY(init_token(hsm, so_pin));
    /* SoftHSM gives the initialised token another slot */
    MV_TRY(hsm_slot_find(hsm, hsm->config.token_label, ""));
    return hsm_slot_serial(hsm);
}

mv_status hsm_token_init(const struct hsm_config *config, const char *so_pin, const char *user_pin, char *serial)
{
    struct hsm *hsm = calloc(1, sizeof *hsm);
    if (hsm == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    int lock = -1;
    mv_status status = hsm_lock(config, &lock);
    if (status.ok)
        status = make_token(config, so_pin, hsm);
    hsm_unlock(lock);
    if (status.ok)
        status = init_user(hsm, so_pin, user_pin);
    if (status.ok)
        memcpy(serial, hsm->serial, HSM_SERIAL_SIZE);
    hsm_close(hsm);
    return status;
}
