/* Disks that fill up, locks that others hold, processes that die: a named error, nothing half done, and on it goes. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

enum { GROUP = 40, KILLS = 50 };

static int64_t sales_in(const struct ledger *ledger)
{
    return raw_number(ledger, "SELECT count(*) FROM sale");
}

/* Commits groups until one fails; returns how it failed. `next_tid` is kept for the next call. */
static mv_status sell_until_refused(const struct ledger *ledger, uint64_t *next_tid)
{
    for (;;) {
        mv_status status = store_begin_write(ledger->store);
        uint64_t tid = *next_tid;
        for (size_t i = 0; status.ok && i < GROUP; i++)
            status = sell(ledger, "till", tid++);
        if (!status.ok) {
            store_rollback(ledger->store);
            return status;
        }
        status = store_commit(ledger->store);
        if (!status.ok)
            return status; /* a failed commit leaves no transaction open */
        *next_tid = tid;
        assert_true(tid < 1000000); /* the disk does fill up */
    }
}

static void assert_sells(const struct ledger *ledger, uint64_t *next_tid)
{
    assert_ok(store_begin_write(ledger->store));
    assert_ok(sell(ledger, "till", (*next_tid)++));
    assert_ok(store_commit(ledger->store));
}

static void set_file_limit(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_a_file_that_may_not_grow(void **state)
{
    struct ledger *ledger = *state;
    uint64_t tid = 1;
    (void)signal(SIGXFSZ, SIG_IGN);
    store_close(ledger->store);
    set_file_limit(1 << 20); /* too small for the log's full size too */
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    assert_reason(sell_until_refused(ledger, &tid), MV_LEDGER_FULL);
    assert_true(tid > GROUP);
    assert_int_equal(sales_in(ledger), tid - 1);
    assert_reason(sell_until_refused(ledger, &tid), MV_LEDGER_FULL);
    struct store_sale sale;
    assert_ok(store_sale_last(ledger->store, ledger->vendor, "till", &sale)); /* reading goes on */
    assert_int_equal(sale.tid, tid - 1);
    set_file_limit(RLIM_INFINITY);
    assert_sells(ledger, &tid);
    assert_int_equal(sales_in(ledger), tid - 1);
    assert_invariants(ledger);
}

/* A file system of its own, seen by this process only; false when that is not allowed here. */
static bool mount_disk(const char *directory, const char *size)
{
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return false;
    assert_int_equal(mount("tmpfs", directory, "tmpfs", 0, size), 0);
    return true;
}

static void resize_disk(const char *directory, const char *size)
{
    assert_int_equal(mount("tmpfs", directory, "tmpfs", MS_REMOUNT, size), 0);
}

static void populate(struct ledger *ledger)
{
    struct store_principal vendor = {.organisation = 1, .name = "vendor", .roles = 2, .enabled = true};
    struct store_meter meter = sample_meter("600727000000000009");
    assert_ok(store_begin_write(ledger->store));
    assert_ok(store_principal_put(ledger->store, &vendor));
    assert_ok(store_meter_insert(ledger->store, &meter));
    assert_ok(store_commit(ledger->store));
    ledger->vendor = vendor.id;
    ledger->meter = meter.id;
}

static void test_a_full_disk(void **state)
{
    struct ledger *ledger = *state;
    uint64_t tid = 1;
    if (!mount_disk(ledger->directory, "size=64k"))
        skip();
    /* no room for the schema: no ledger, and none that is half made */
    assert_reason(store_open(ledger->url, STORE_WRITER, &ledger->store), MV_LEDGER_FULL);
    resize_disk(ledger->directory, "size=28m");
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    populate(ledger);
    assert_reason(sell_until_refused(ledger, &tid), MV_LEDGER_FULL);
    assert_true(tid > GROUP);
    for (int i = 0; i < 3; i++)
        assert_reason(sell_until_refused(ledger, &tid), MV_LEDGER_FULL);
    assert_int_equal(sales_in(ledger), tid - 1);
    resize_disk(ledger->directory, "size=200m");
    assert_sells(ledger, &tid);
    assert_int_equal(sales_in(ledger), tid - 1);
    assert_invariants(ledger);
    store_close(ledger->store);
    ledger->store = NULL;
    assert_int_equal(umount(ledger->directory), 0);
}

/* A process that holds the write lock until it is killed. Begun before this process opens the ledger, because SQLite's
 * state must not pass through a fork. */
static pid_t hold_lock(const struct ledger *ledger, int ready[2])
{
    assert_int_equal(pipe(ready), 0);
    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    sqlite3 *db = NULL;
    char go;
    if (read(ready[0], &go, 1) != 1 || sqlite3_open(ledger->path, &db) != SQLITE_OK ||
        sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) != SQLITE_OK)
        _exit(1);
    (void)kill(getppid(), SIGUSR1);
    for (;;)
        (void)pause();
}

static double now_s(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void test_a_lock_of_another_process(void **state)
{
    struct ledger *ledger = *state;
    int ready[2];
    sigset_t usr1;
    (void)sigemptyset(&usr1);
    (void)sigaddset(&usr1, SIGUSR1);
    assert_int_equal(sigprocmask(SIG_BLOCK, &usr1, NULL), 0);
    pid_t holder = hold_lock(ledger, ready);
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    populate(ledger);
    assert_int_equal(write(ready[1], "g", 1), 1);
    const struct timespec patience = {.tv_sec = 10};
    assert_int_equal(sigtimedwait(&usr1, NULL, &patience), SIGUSR1);

    double start = now_s();
    struct store *second = NULL;
    struct store_meter meter;
    assert_reason(store_begin_write(ledger->store), MV_LEDGER_LOCKED);
    double waited = now_s() - start;
    assert_true(waited > 1.5 && waited < 8); /* bounded, and it did wait */
    assert_reason(store_open(ledger->url, STORE_WRITER, &second), MV_LEDGER_LOCKED);
    assert_ok(store_meter_by_id(ledger->store, ledger->meter, &meter)); /* reading goes on */
    assert_int_equal(kill(holder, SIGKILL), 0);
    assert_int_equal(waitpid(holder, NULL, 0), holder);
    uint64_t tid = 1;
    assert_sells(ledger, &tid);
    assert_invariants(ledger);
    (void)close(ready[0]);
    (void)close(ready[1]);
}

/* SQLite gives a transaction up by itself after some errors; what then follows must not be committed piece by piece. */
static void test_a_transaction_given_up(void **state)
{
    struct ledger *ledger = *state;
    uint64_t tid = 1;
    (void)signal(SIGXFSZ, SIG_IGN);
    store_close(ledger->store);
    set_file_limit(1 << 20);
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    /* one transaction larger than the page cache must write to the log before its end */
    mv_status status = store_begin_write(ledger->store);
    assert_ok(status);
    while (status.ok && tid < 500000)
        status = sell(ledger, "till", tid++);
    assert_reason(status, MV_LEDGER_FULL);
    assert_false(sell(ledger, "till", tid).ok);
    set_file_limit(RLIM_INFINITY);
    mv_status after = sell(ledger, "till", tid + 1);
    assert_reason(after, MV_LEDGER_UNAVAILABLE);
    assert_reason(store_commit(ledger->store), MV_LEDGER_UNAVAILABLE);
    assert_int_equal(sales_in(ledger), 0);
    tid = 1;
    assert_sells(ledger, &tid);
    assert_invariants(ledger);
}

/* Commits groups of random size for ever, and says the last committed tid after each. */
static void sell_for_ever(struct ledger *ledger, uint64_t tid, unsigned seed, int said)
{
    if (!store_open(ledger->url, STORE_WRITER, &ledger->store).ok)
        _exit(1);
    for (;;) {
        if (!store_begin_write(ledger->store).ok)
            _exit(2);
        seed = seed * 1103515245U + 12345U;
        for (unsigned left = 1 + (seed >> 16) % 60; left > 0; left--)
            if (!sell(ledger, (left & 1) != 0 ? "odd" : "even", ++tid).ok)
                _exit(3);
        if ((seed >> 8) % 5 == 0) {
            store_rollback(ledger->store);
            continue; /* tids may leave gaps, receipts not */
        }
        if (!store_commit(ledger->store).ok || write(said, &tid, sizeof tid) != sizeof tid)
            _exit(4);
    }
}

/* Returns the highest tid that was said to be committed. */
static uint64_t sell_until_killed(struct ledger *ledger, uint64_t tid, unsigned seed)
{
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        sell_for_ever(ledger, tid, seed, pipes[1]);
    assert_int_equal(close(pipes[1]), 0);
    uint64_t said = tid, next;
    assert_int_equal(read(pipes[0], &next, sizeof next), sizeof next);
    const struct timespec pause_for = {.tv_nsec = (long)(seed % 20) * 500000};
    (void)nanosleep(&pause_for, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    int result;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFSIGNALED(result)); /* it did not fail by itself */
    do
        said = next;
    while (read(pipes[0], &next, sizeof next) == sizeof next);
    assert_int_equal(close(pipes[0]), 0);
    return said;
}

static void test_killed_writers(void **state)
{
    struct ledger *ledger = *state;
    uint64_t tid = 0;
    store_close(ledger->store);
    ledger->store = NULL;
    for (unsigned i = 0; i < KILLS; i++) {
        uint64_t said = sell_until_killed(ledger, tid, i * 7919 + 1);
        assert_true(said > tid);
        tid = (uint64_t)raw_number(ledger, "SELECT max(tid) FROM sale");
        assert_true(tid >= said); /* what was committed is there; a commit that could not say so may be */
        assert_ok(verify_chain(ledger, NULL));
    }
    assert_invariants(ledger);
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    tid++;
    assert_sells(ledger, &tid);
    assert_invariants(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_file_that_may_not_grow, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_full_disk, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_lock_of_another_process, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_transaction_given_up, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_killed_writers, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
