/* The one login session of a process, and its replacement when token or device lost it. */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "hsm/internal.h"

mv_status hsm_session_open(struct hsm *hsm)
{
    CK_FLAGS flags = CKF_SERIAL_SESSION | CKF_RW_SESSION;
    MV_TRY(hsm_check(hsm->p11->C_OpenSession(hsm->slot, flags, NULL, NULL, &hsm->session), "C_OpenSession"));
    hsm->session_open = true;
    return mv_ok();
}

static void close_session(struct hsm *hsm)
{
    if (hsm->session_open)
        (void)hsm->p11->C_CloseAllSessions(hsm->slot);
    hsm->session_open = false;
    hsm->session = CK_INVALID_HANDLE;
    hsm->head = 0;
}

static mv_status connect_token(struct hsm *hsm)
{
    MV_TRY(hsm_slot_find(hsm, hsm->config.token_label, hsm->config.token_serial));
    MV_TRY(hsm_slot_serial(hsm));
    return hsm_session_open(hsm);
}

mv_status hsm_open(const struct hsm_config *config, struct hsm **hsm)
{
    *hsm = NULL;
    struct hsm *made = calloc(1, sizeof *made);
    if (made == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, NULL);
    int lock = -1;
    mv_status status = hsm_lock(config, &lock);
    if (status.ok)
        status = hsm_module_load(config, made);
    if (status.ok)
        status = connect_token(made);
    hsm_unlock(lock);
    if (!status.ok) {
        hsm_close(made);
        return status;
    }
    *hsm = made;
    return mv_ok();
}

void hsm_close(struct hsm *hsm)
{
    if (hsm == NULL)
        return;
    if (hsm->session_open) {
        (void)hsm->p11->C_Logout(hsm->session);
        close_session(hsm);
    }
    hsm_module_unload(hsm);
    free(hsm);
}

const char *hsm_serial(const struct hsm *hsm)
{
    return hsm->serial;
}

static bool pin_refused(CK_RV rv)
{
    return rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_EXPIRED ||
           rv == CKR_PIN_LOCKED;
}

/* How near the token is to locking; modules tell no number. */
static const char *tries_left(struct hsm *hsm, enum hsm_login_as who)
{
    CK_TOKEN_INFO info;
    if (hsm->p11->C_GetTokenInfo(hsm->slot, &info) != CKR_OK)
        return "C_Login";
    bool user = who == HSM_AS_USER;
    if ((info.flags & (user ? CKF_USER_PIN_LOCKED : CKF_SO_PIN_LOCKED)) != 0)
        return "C_Login: the token is locked now";
    if ((info.flags & (user ? CKF_USER_PIN_FINAL_TRY : CKF_SO_PIN_FINAL_TRY)) != 0)
        return "C_Login: ONE try is left before the token locks";
    if ((info.flags & (user ? CKF_USER_PIN_COUNT_LOW : CKF_SO_PIN_COUNT_LOW)) != 0)
        return "C_Login: the token counts wrong PINs, few tries are left";
    return "C_Login: the token does not say how many tries are left";
}

mv_status hsm_login(struct hsm *hsm, enum hsm_login_as who, const char *pin)
{
    CK_USER_TYPE type = who == HSM_AS_SO ? CKU_SO : CKU_USER;
    int lock = -1;
    MV_TRY(hsm_lock(&hsm->config, &lock));
    /* PKCS#11 takes the PIN through a pointer to non-const, and does not write to it */
    CK_RV rv = hsm->p11->C_Login(hsm->session, type, (CK_UTF8CHAR *)(uintptr_t)pin, strlen(pin));
    hsm_unlock(lock);
    if (pin_refused(rv))
        return mv_fail_code(MV_PIN_REFUSED, tries_left(hsm, who), rv);
    return hsm_check(rv, "C_Login");
}

mv_status hsm_login_from_config(struct hsm *hsm)
{
    char *pin = mv_secret_alloc(HSM_PIN_SIZE);
    if (pin == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "secret memory");
    mv_status status = hsm_config_read_pin(&hsm->config, pin);
    if (status.ok)
        status = hsm_login(hsm, HSM_AS_USER, pin);
    mv_secret_free(pin, HSM_PIN_SIZE);
    return status;
}

bool hsm_broken(mv_status status)
{
    if (status.ok || status.reason != MV_MODULE_FAILED)
        return false;
    switch (status.detail) {
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_SESSION_CLOSED:
    case CKR_DEVICE_ERROR:
    case CKR_DEVICE_REMOVED:
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_USER_NOT_LOGGED_IN:
    case CKR_OPERATION_ACTIVE:   /* a failed call left it unfinished */
    case CKR_KEY_HANDLE_INVALID: /* session copies go with the session that made them */
    case CKR_OBJECT_HANDLE_INVALID:
        return true;
    default:
        return false;
    }
}

mv_status hsm_reopen(struct hsm *hsm)
{
    int lock = -1;
    close_session(hsm);
    MV_TRY(hsm_lock(&hsm->config, &lock));
    mv_status status = connect_token(hsm);
    hsm_unlock(lock);
    if (status.ok)
        status = hsm_login_from_config(hsm);
    /* a session without login would show a token without keys */
    if (!status.ok)
        close_session(hsm);
    return status;
}
