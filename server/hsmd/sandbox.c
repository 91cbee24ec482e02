#include "hsmd/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

/* io_uring is here because it opens sockets without the socket call. */
static const int forbidden[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(keyctl),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(listen),
    SCMP_SYS(bind),
};

/* A process in a namespace of its own would be privileged there. clone3 hides its flags from filters; the C library
 * takes clone when clone3 is unknown. */
static int refuse_namespaces(scmp_filter_ctx filter, uint32_t refuse)
{
    static const uint64_t kinds[] = {CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNS,    CLONE_NEWNET,
                                     CLONE_NEWUTS,  CLONE_NEWIPC, CLONE_NEWCGROUP};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        int failed =
            seccomp_rule_add(filter, refuse, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, kinds[i], kinds[i]));
        if (failed != 0)
            return failed;
    }
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

static int add_rules(scmp_filter_ctx filter)
{
    const uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        int failed = seccomp_rule_add(filter, refuse, forbidden[i], 0);
        if (failed != 0)
            return failed;
    }
    int failed = seccomp_rule_add(filter, refuse, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX));
    return failed != 0 ? failed : refuse_namespaces(filter, refuse);
}

mv_status hsmd_sandbox_enter(void)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return mv_fail_code(MV_INTERNAL_ERROR, "PR_SET_NO_NEW_PRIVS", (unsigned)errno);
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "seccomp");
    int failed = add_rules(filter);
    if (failed == 0)
        failed = seccomp_load(filter);
    seccomp_release(filter);
    return failed == 0 ? mv_ok() : mv_fail_code(MV_INTERNAL_ERROR, "seccomp", (unsigned)-failed);
}

static bool may_lock_all(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capget, &header, sets) == 0 && (sets[0].effective & 1U << CAP_IPC_LOCK) != 0;
}

/* Room for module, keys and connections. Below it, locking future memory would make later allocations fail. */
static const rlim_t ENOUGH_LOCKED = 64UL * 1024 * 1024;

void hsmd_sandbox_lock_memory(void)
{
    struct rlimit limit = {0, 0};
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_MEMLOCK, &limit);
    }
    bool room = limit.rlim_cur >= ENOUGH_LOCKED || may_lock_all();
    if (!room || mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        mv_log(MV_LOG_WARNING, "the module's memory may be swapped: give this process LimitMEMLOCK of 64 MiB");
}
