#include "ops/harden.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

mv_status ops_harden(void)
{
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0)
        return mv_fail_code(MV_INTERNAL_ERROR, "core limit", (unsigned)errno);
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return mv_fail_code(MV_INTERNAL_ERROR, "prctl", (unsigned)errno);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return mv_fail_code(MV_INTERNAL_ERROR, "SIGPIPE", (unsigned)errno);
    return mv_ok();
}
