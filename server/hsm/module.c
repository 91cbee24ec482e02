/* Loading and leaving a PKCS#11 library. */
#include <dlfcn.h>

#include "base/log.h"
#include "hsm/internal.h"

mv_status hsm_check(CK_RV rv, const char *call)
{
    return rv == CKR_OK ? mv_ok() : mv_fail_code(MV_MODULE_FAILED, call, rv);
}

/* NSS softokn reads its init string from the place where PKCS#11 says "reserved", and expects one more pointer after
 * it. */
struct initialize_args {
    CK_C_INITIALIZE_ARGS standard;
    void *after;
};

static mv_status initialize(const struct hsm_config *config, struct hsm *hsm)
{
    struct initialize_args arguments = {.standard = {.flags = CKF_OS_LOCKING_OK}};
    if (config->module_init[0] != '\0')
        arguments.standard.pReserved = hsm->config.module_init;
    CK_RV rv = hsm->p11->C_Initialize(&arguments);
    return rv == CKR_OK ? mv_ok() : mv_fail_code(MV_MODULE_NOT_LOADED, "C_Initialize", rv);
}

mv_status hsm_module_load(const struct hsm_config *config, struct hsm *hsm)
{
    hsm->config = *config;
    hsm->library = dlopen(config->module, RTLD_NOW | RTLD_LOCAL);
    if (hsm->library == NULL) {
        const char *cause = dlerror();
        mv_log(MV_LOG_ERROR, "%s", cause != NULL ? cause : "dlopen failed");
        return mv_fail(MV_MODULE_NOT_LOADED, "dlopen");
    }
    CK_C_GetFunctionList get = NULL;
    *(void **)&get = dlsym(hsm->library, "C_GetFunctionList");
    if (get == NULL || get(&hsm->p11) != CKR_OK || hsm->p11 == NULL) {
        hsm->p11 = NULL;
        hsm_module_unload(hsm);
        return mv_fail(MV_MODULE_NOT_LOADED, "C_GetFunctionList");
    }
    mv_status status = initialize(config, hsm);
    if (!status.ok) {
        hsm->p11 = NULL;
        hsm_module_unload(hsm);
    }
    return status;
}

void hsm_module_unload(struct hsm *hsm)
{
    if (hsm->p11 != NULL)
        (void)hsm->p11->C_Finalize(NULL);
    hsm->p11 = NULL;
    if (hsm->library != NULL)
        (void)dlclose(hsm->library);
    hsm->library = NULL;
}
