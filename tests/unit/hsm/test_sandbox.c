/* Each forbidden call is made, and must be refused by the filter and by nothing else: it works before the filter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "hsmd/sandbox.h"

enum { REFUSED = 0, ALLOWED = 1, NO_FILTER = 2 };

static int run_program(void)
{
    (void)execl("/bin/false", "false", (char *)NULL);
    return errno == EPERM ? REFUSED : ALLOWED;
}

static int run_program_at(void)
{
    char *const arguments[] = {NULL};
    int fd = open("/bin/false", O_PATH | O_CLOEXEC);
    (void)syscall(SYS_execveat, fd, "", arguments, arguments, AT_EMPTY_PATH);
    return errno == EPERM ? REFUSED : ALLOWED;
}

static int trace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1 && errno == EPERM ? REFUSED : ALLOWED;
}

static int open_socket(int family, int type)
{
    int fd = socket(family, type, 0);
    return fd < 0 && errno == EPERM ? REFUSED : ALLOWED;
}

static int inet_stream(void)
{
    return open_socket(AF_INET, SOCK_STREAM);
}

static int inet6_datagram(void)
{
    return open_socket(AF_INET6, SOCK_DGRAM);
}

static int netlink(void)
{
    return open_socket(AF_NETLINK, SOCK_RAW);
}

static int read_process(void)
{
    long got = syscall(SYS_process_vm_readv, getpid(), NULL, 0UL, NULL, 0UL, 0UL);
    return got == -1 && errno == EPERM ? REFUSED : ALLOWED;
}

static int other_namespace(void)
{
    return syscall(SYS_unshare, 0) == -1 && errno == EPERM ? REFUSED : ALLOWED;
}

/* Without a stack of its own the child is a copy, as after fork. */
static int cloned(unsigned long flags)
{
    long pid = syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        (void)waitpid((pid_t)pid, NULL, 0);
    return pid < 0 && errno == EPERM ? REFUSED : ALLOWED;
}

/* The kernel takes no new user namespace together with CLONE_FS and says so before it looks at rights: without the
 * filter the answer is EINVAL, also where (in a chroot) namespaces are forbidden anyway. */
static int child_in_user_namespace(void)
{
    return cloned(CLONE_NEWUSER | CLONE_FS);
}

static int child_in_network_namespace(void)
{
    return cloned(CLONE_NEWUSER | CLONE_NEWNET | CLONE_FS);
}

static int hidden_flags(void)
{
    return syscall(SYS_clone3, NULL, 0UL) == -1 && errno == ENOSYS ? REFUSED : ALLOWED;
}

static int plain_child(void)
{
    return cloned(0);
}

static void *nothing(void *argument)
{
    return argument;
}

static int thread(void)
{
    pthread_t made;
    if (pthread_create(&made, NULL, nothing, NULL) != 0)
        return REFUSED;
    (void)pthread_join(made, NULL);
    return ALLOWED;
}

static int unix_socket(void)
{
    return open_socket(AF_UNIX, SOCK_STREAM);
}

static int result_of(int (*call)(void), int filtered)
{
    int ended = 0;
    pid_t pid = fork();
    if (pid == 0) {
        if (filtered && !hsmd_sandbox_enter().ok)
            _exit(NO_FILTER);
        _exit(call());
    }
    assert_int_equal(waitpid(pid, &ended, 0), pid);
    assert_true(WIFEXITED(ended));
    return WEXITSTATUS(ended);
}

static void forbidden_calls_are_refused(void **state)
{
    (void)state;
    int (*const calls[])(void) = {run_program,
                                  run_program_at,
                                  trace,
                                  inet_stream,
                                  inet6_datagram,
                                  netlink,
                                  read_process,
                                  other_namespace,
                                  child_in_user_namespace,
                                  child_in_network_namespace,
                                  hidden_flags};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        assert_int_equal(result_of(calls[i], 1), REFUSED);

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        assert_int_equal(result_of(calls[i], 0), ALLOWED);
    int (*const needed[])(void) = {unix_socket, plain_child, thread};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        assert_int_equal(result_of(needed[i], 1), ALLOWED);
}

static void the_filter_stays_for_children(void **state)
{
    (void)state;
    int ended = 0;
    pid_t pid = fork();
    if (pid == 0) {
        if (!hsmd_sandbox_enter().ok)
            _exit(NO_FILTER);
        _exit(result_of(inet_stream, 0));
    }
    assert_int_equal(waitpid(pid, &ended, 0), pid);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forbidden_calls_are_refused),
        cmocka_unit_test(the_filter_stays_for_children),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
