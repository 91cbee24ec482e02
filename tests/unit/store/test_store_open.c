/* Opening: what is made, what is refused, and that a refused file is left as it was. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

enum { NEWEST = 15 }; /* schema */

static void set_version(const struct ledger *ledger, int version)
{
    char sql[64];
    (void)snprintf(sql, sizeof sql, "PRAGMA user_version = %d", version);
    raw_do(ledger, sql);
}

static mv_status open_as(const struct ledger *ledger, enum store_mode mode)
{
    struct store *store = NULL;
    mv_status status = store_open(ledger->url, mode, &store);
    assert_true(status.ok == (store != NULL));
    store_close(store);
    return status;
}

static mode_t mode_of(const struct ledger *ledger, const char *suffix)
{
    char path[160];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s%s", ledger->path, suffix);
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

static off_t size_of(const struct ledger *ledger, const char *suffix)
{
    char path[160];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s%s", ledger->path, suffix);
    assert_int_equal(stat(path, &info), 0);
    return info.st_size;
}

static mv_status count_organisation(void *self, const struct store_organisation *row)
{
    size_t *count = self;
    assert_int_equal(row->id, 1);
    assert_int_equal(row->parent, 0);
    assert_string_equal(row->name, "root");
    ++*count;
    return mv_ok();
}

static void test_a_new_ledger(void **state)
{
    struct ledger *ledger = *state;
    size_t organisations = 0;
    struct store_ledger_state remembered;
    mode_t mask = umask(0);
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    (void)umask(mask);
    assert_int_equal(mode_of(ledger, ""), 0600);
    assert_int_equal(mode_of(ledger, "-wal"), 0600);
    assert_int_equal(mode_of(ledger, "-shm"), 0600);
    assert_ok(store_organisations(ledger->store, count_organisation, &organisations));
    assert_int_equal(organisations, 1);
    assert_ok(store_state_get(ledger->store, &remembered));
    assert_int_equal(remembered.last_time_unix_s, 0);
    assert_int_equal(remembered.catalogue_generation, 0);
    assert_false(remembered.clock_unconfirmed);
    assert_int_equal(raw_number(ledger, "SELECT user_version FROM pragma_user_version"), NEWEST);
    assert_int_equal(raw_number(ledger, "SELECT application_id FROM pragma_application_id"), 0x4D564C47);
    assert_int_equal(raw_number(ledger, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    assert_int_equal(
        raw_number(ledger,
                   "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 "
                   "AND name NOT LIKE 'sqlite%'"),
        0);
}

/* The log has its working size from the start, and keeps it. */
static void test_the_log_is_laid_out_at_once(void **state)
{
    struct ledger *ledger = *state;
    off_t size = size_of(ledger, "-wal");
    assert_true(size >= (off_t)4000 * 4120);
    assert_ok(store_begin_write(ledger->store));
    for (uint64_t tid = 1; tid < 500; tid++)
        assert_ok(sell(ledger, "till", tid));
    assert_ok(store_commit(ledger->store));
    assert_int_equal(size_of(ledger, "-wal"), size);
    struct store *second = NULL; /* finds the log in use and leaves what is in it */
    assert_ok(store_open(ledger->url, STORE_WRITER, &second));
    store_close(second);
    assert_int_equal(size_of(ledger, "-wal"), size);
    assert_invariants(ledger);
}

/* All of them come upon an empty directory at once; one makes the ledger and the others find it. */
static void test_several_processes_make_one_ledger(void **state)
{
    enum { PROCESSES = 6 };
    struct ledger *ledger = *state;
    pid_t children[PROCESSES];
    int go[2], result;
    char byte;
    assert_int_equal(pipe(go), 0);
    (void)fflush(NULL);
    for (size_t i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            (void)close(go[1]);
            if (read(go[0], &byte, 1) != 0)
                _exit(255);
            mv_status status = store_open(ledger->url, STORE_WRITER, &ledger->store);
            store_close(ledger->store);
            _exit(status.ok ? 0 : (int)status.reason);
        }
    }
    (void)close(go[0]);
    (void)close(go[1]);
    for (size_t i = 0; i < PROCESSES; i++) {
        assert_int_equal(waitpid(children[i], &result, 0), children[i]);
        assert_int_equal(result, 0);
    }
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM organisation"), 1);
}

static void test_an_empty_file_becomes_a_ledger(void **state)
{
    struct ledger *ledger = *state;
    int fd = open(ledger->path, O_CREAT | O_WRONLY, 0600);
    assert_int_equal(close(fd), 0);
    assert_reason(open_as(ledger, STORE_READER), MV_LEDGER_UNAVAILABLE);
    assert_ok(open_as(ledger, STORE_WRITER));
    assert_ok(open_as(ledger, STORE_READER));
}

static void test_opening_again_changes_nothing(void **state)
{
    struct ledger *ledger = *state;
    assert_ok(open_as(ledger, STORE_WRITER));
    int64_t before = raw_number(ledger, "SELECT schema_version FROM pragma_schema_version");
    assert_ok(open_as(ledger, STORE_WRITER));
    assert_ok(open_as(ledger, STORE_READER));
    assert_int_equal(raw_number(ledger, "SELECT schema_version FROM pragma_schema_version"), before);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM organisation"), 1);
}

static void test_a_failed_migration_leaves_nothing(void **state)
{
    struct ledger *ledger = *state;
    assert_ok(open_as(ledger, STORE_WRITER));
    raw_do(ledger, "PRAGMA user_version = 0; PRAGMA application_id = 0");
    assert_reason(open_as(ledger, STORE_WRITER), MV_LEDGER_CORRUPT); /* tables, but nobody's */
    assert_int_equal(raw_number(ledger, "SELECT user_version FROM pragma_user_version"), 0);
    assert_int_equal(unlink(ledger->path), 0);

    sqlite3 *db = raw_open(ledger);
    assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode = WAL; BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_reason(open_as(ledger, STORE_WRITER), MV_LEDGER_LOCKED);
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
    assert_int_equal(raw_number(ledger, "SELECT count(*) FROM sqlite_schema"), 0);
    assert_int_equal(unlink(ledger->path), 0);

    /* the same before there is a log */
    db = raw_open(ledger);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    time_t start = time(NULL);
    assert_reason(open_as(ledger, STORE_WRITER), MV_LEDGER_LOCKED);
    assert_in_range(time(NULL) - start, 1, 8);
    (void)sqlite3_close(db);
    assert_ok(open_as(ledger, STORE_WRITER));
}

static void test_a_newer_ledger_is_refused(void **state)
{
    struct ledger *ledger = *state;
    assert_ok(open_as(ledger, STORE_WRITER));
    set_version(ledger, NEWEST + 1);
    mv_status status = open_as(ledger, STORE_WRITER);
    assert_reason(status, MV_LEDGER_NEWER);
    assert_int_equal(status.detail, NEWEST + 1);
    assert_reason(open_as(ledger, STORE_READER), MV_LEDGER_NEWER);
    assert_int_equal(raw_number(ledger, "SELECT user_version FROM pragma_user_version"), NEWEST + 1);
    set_version(ledger, NEWEST);
    assert_ok(open_as(ledger, STORE_WRITER));
}

static void test_another_database_is_refused(void **state)
{
    struct ledger *ledger = *state;
    raw_do(ledger, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
    assert_reason(open_as(ledger, STORE_WRITER), MV_LEDGER_CORRUPT);
    assert_reason(open_as(ledger, STORE_READER), MV_LEDGER_CORRUPT);
    raw_do(ledger, "PRAGMA user_version = 1");
    assert_reason(open_as(ledger, STORE_WRITER), MV_LEDGER_CORRUPT);
    raw_do(ledger, "DROP TABLE theirs; PRAGMA user_version = 0; PRAGMA application_id = 17");
    assert_reason(open_as(ledger, STORE_WRITER), MV_LEDGER_CORRUPT);
    assert_int_equal(raw_number(ledger, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 0); /* left alone */
}

static void test_what_is_no_database_is_refused(void **state)
{
    struct ledger *ledger = *state;
    static const char text[] = "This is not a database, but it is longer than one hundred bytes, so that it cannot be "
                               "taken for a header that was cut off.";
    int fd = open(ledger->path, O_CREAT | O_WRONLY, 0600);
    assert_int_equal(write(fd, text, sizeof text), sizeof text);
    assert_int_equal(close(fd), 0);
    assert_reason(open_as(ledger, STORE_WRITER), MV_LEDGER_CORRUPT);
    assert_reason(open_as(ledger, STORE_READER), MV_LEDGER_CORRUPT);
    char back[sizeof text];
    fd = open(ledger->path, O_RDONLY);
    assert_int_equal(read(fd, back, sizeof back), sizeof text);
    assert_int_equal(close(fd), 0);
    assert_memory_equal(back, text, sizeof text);
}

static void test_a_damaged_page_is_named(void **state)
{
    struct ledger *ledger = *state;
    uint8_t garbage[4096];
    struct store_meter meter;
    memset(garbage, 0xA5, sizeof garbage);
    assert_ok(open_as(ledger, STORE_WRITER));
    int64_t page = raw_number(ledger, "SELECT rootpage FROM sqlite_schema WHERE name = 'meter'");
    int fd = open(ledger->path, O_WRONLY);
    assert_int_equal(pwrite(fd, garbage, sizeof garbage, (page - 1) * 4096), sizeof garbage);
    assert_int_equal(close(fd), 0);
    assert_ok(store_open(ledger->url, STORE_WRITER, &ledger->store));
    assert_reason(store_meter_by_id(ledger->store, 1, &meter), MV_LEDGER_CORRUPT);
}

static mv_status count_principal(void *self, const struct store_principal *row)
{
    size_t *count = self;
    assert_non_null(row);
    ++*count;
    return mv_ok();
}

static void test_a_row_that_does_not_fit_is_named(void **state)
{
    struct ledger *ledger = *state;
    struct store_meter meter;
    raw_do(ledger, "DROP TRIGGER meter_key_on_file; DROP TRIGGER meter_key_version_rises");
    raw_do(ledger, "UPDATE meter SET krn = 256");
    assert_reason(store_meter_by_id(ledger->store, ledger->meter, &meter), MV_LEDGER_CORRUPT);
    raw_do(ledger, "UPDATE meter SET krn = -1");
    assert_reason(store_meter_by_id(ledger->store, ledger->meter, &meter), MV_LEDGER_CORRUPT);
    raw_do(ledger, "UPDATE meter SET krn = 1");
    assert_ok(store_meter_by_id(ledger->store, ledger->meter, &meter));
    raw_do(ledger, "UPDATE principal SET name = printf('%.65c', 'x')");
    size_t count = 0;
    assert_reason(store_principals(ledger->store, count_principal, &count), MV_LEDGER_CORRUPT);
    assert_int_equal(count, 0);
}

static void test_addresses(void **state)
{
    (void)state;
    struct store *store = (struct store *)&store;
    assert_reason(store_open("postgres:/x", STORE_WRITER, &store), MV_CONFIG_INVALID);
    assert_null(store);
    assert_reason(store_open("", STORE_WRITER, &store), MV_CONFIG_INVALID);
    assert_reason(store_open("sqlite:", STORE_WRITER, &store), MV_CONFIG_INVALID);
    assert_reason(store_open("sqlite:relative.db", STORE_WRITER, &store), MV_CONFIG_INVALID);
    assert_reason(store_open("sqlite::memory:", STORE_WRITER, &store), MV_CONFIG_INVALID);
    store_close(NULL);
}

static void test_missing_files_and_directories(void **state)
{
    struct ledger *ledger = *state;
    struct store *store;
    char url[192];
    assert_reason(open_as(ledger, STORE_READER), MV_LEDGER_UNAVAILABLE);
    assert_int_equal(access(ledger->path, F_OK), -1); /* a reader makes none */
    (void)snprintf(url, sizeof url, "sqlite:%s/none/ledger.db", ledger->directory);
    assert_reason(store_open(url, STORE_WRITER, &store), MV_LEDGER_UNAVAILABLE);
    (void)snprintf(url, sizeof url, "sqlite:%s", ledger->directory);
    assert_reason(store_open(url, STORE_WRITER, &store), MV_LEDGER_UNAVAILABLE);
}

/* Runs in a process without root's rights, because root may write everywhere. */
static int reason_as_nobody(const char *url, enum store_mode mode)
{
    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct store *store = NULL;
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(254);
        mv_status status = store_open(url, mode, &store);
        store_close(store);
        _exit(status.ok ? 0 : (int)status.reason);
    }
    int result;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result));
    return WEXITSTATUS(result);
}

static void test_a_directory_without_write_permission(void **state)
{
    struct ledger *ledger = *state;
    assert_int_equal(chmod(ledger->directory, 0555), 0);
    assert_int_equal(reason_as_nobody(ledger->url, STORE_WRITER), MV_LEDGER_UNAVAILABLE);
    assert_int_equal(access(ledger->path, F_OK), -1);
    assert_int_equal(chmod(ledger->directory, 0755), 0);
    assert_ok(open_as(ledger, STORE_WRITER));
    /* a file of somebody else, closed to others */
    if (geteuid() == 0)
        assert_int_equal(reason_as_nobody(ledger->url, STORE_READER), MV_LEDGER_UNAVAILABLE);
    /* a file that may be read, but no log can be laid beside it */
    assert_int_equal(chmod(ledger->path, 0444), 0);
    assert_int_equal(chmod(ledger->directory, 0555), 0);
    assert_int_equal(reason_as_nobody(ledger->url, STORE_WRITER), MV_LEDGER_UNAVAILABLE);
    assert_int_equal(chmod(ledger->directory, 0755), 0);
}

static void test_readers_do_not_write(void **state)
{
    struct ledger *ledger = *state;
    struct store *reader = NULL;
    struct store_ledger_state remembered = {.last_time_unix_s = 1};
    struct audit_record record = sample_record("x");
    assert_ok(store_open(ledger->url, STORE_READER, &reader));
    assert_reason(store_begin_write(reader), MV_INTERNAL_ERROR);
    assert_reason(store_state_put(reader, &remembered), MV_INTERNAL_ERROR);
    assert_ok(store_begin_read(reader));
    assert_reason(store_state_put(reader, &remembered), MV_INTERNAL_ERROR);
    assert_reason(store_audit_append(reader, &record), MV_INTERNAL_ERROR);
    store_close(reader); /* with the transaction open */
    assert_ok(store_state_get(ledger->store, &remembered));
    assert_int_equal(remembered.last_time_unix_s, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_new_ledger, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_the_log_is_laid_out_at_once, ledger_new, ledger_remove),
        cmocka_unit_test_setup_teardown(test_several_processes_make_one_ledger, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_an_empty_file_becomes_a_ledger, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_opening_again_changes_nothing, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_failed_migration_leaves_nothing, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_newer_ledger_is_refused, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_another_database_is_refused, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_what_is_no_database_is_refused, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_damaged_page_is_named, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_row_that_does_not_fit_is_named, ledger_new, ledger_remove),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test_setup_teardown(test_missing_files_and_directories, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_a_directory_without_write_permission, ledger_directory, ledger_remove),
        cmocka_unit_test_setup_teardown(test_readers_do_not_write, ledger_new, ledger_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
