/* The key process when things go wrong: killed and hung workers, a module that lies or loses its session, a wrong PIN,
 * strangers and garbage on the socket, an old token directory. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../support/status.h"
#include "hsmd/channel.h"
#include "hsmd/proto.h"
#include "published.h"
#include "served.h"

enum { NOBODY = 65534 };

static int make_token(void **state)
{
    (void)state;
    test_token_new(&token, MV_SHIM_MODULE);
    assert_int_equal(setenv("MV_SHIM_DIR", token.directory, 1), 0);
    token.config.call_timeout_s = 1;
    test_token_write_config(&token);
    struct hsm *hsm = test_token_open_new(&token);
    published_import(hsm);
    hsm_close(hsm);
    return 0;
}

static int remove_token(void **state)
{
    (void)state;
    test_token_free(&token);
    return 0;
}

static int start(void **state)
{
    (void)state;
    process_start(&process, &token);
    test_ok(hsmd_client_new(token.config.socket, 5000, &client), "client");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hsmd_client_free(client);
    return process_stop(&process);
}

static mv_status prepare(uint32_t *slot)
{
    struct hsmd_prepared prepared;
    mv_status status = hsmd_prepare(client, &published[1].meter, 1, &prepared);
    if (!status.ok)
        return status;
    *slot = prepared.slot;
    return prepared.status;
}

static mv_status encrypt(uint32_t slot)
{
    struct hsmd_token made;
    const struct hsmd_block block = {.slot = slot, .clear = published[1].clear};
    mv_status status = hsmd_encrypt(client, &block, 1, &made);
    if (!status.ok || !made.status.ok)
        return status.ok ? made.status : status;
    assert_string_equal(made.digits, published[1].digits);
    return mv_ok();
}

static void token_can_be_made(void)
{
    uint32_t slot = 0;
    test_ok(prepare(&slot), "prepare");
    test_ok(encrypt(slot), "encrypt");
}

static void a_killed_worker_is_replaced(void **state)
{
    (void)state;
    pid_t worker = 0;
    for (int i = 0; i < 3; i++) {
        token_can_be_made();
        worker = process_worker(&process, worker);
        assert_int_equal(kill(worker, SIGKILL), 0);
        token_can_be_made(); /* on the next call */
    }
}

static void slots_end_with_their_worker(void **state)
{
    (void)state;
    uint32_t slot = 0;
    uint32_t fresh = 0;
    test_ok(prepare(&slot), "prepare");
    assert_int_equal(kill(process_worker(&process, 0), SIGKILL), 0);
    assert_reason(encrypt(slot), MV_KEY_SERVICE_UNAVAILABLE);
    test_ok(prepare(&fresh), "prepare");
    assert_int_not_equal(slot, fresh);
    assert_reason(encrypt(slot), MV_KEY_SERVICE_UNAVAILABLE);
    test_ok(encrypt(fresh), "encrypt");
}

static void a_hung_module_kills_its_worker_only(void **state)
{
    (void)state;
    uint32_t slot = 0;
    pid_t hung = process_worker(&process, 0);
    hsmd_client_free(client);
    test_ok(hsmd_client_new(token.config.socket, 500, &client), "client");
    fault_on("hang");
    assert_reason(prepare(&slot), MV_KEY_SERVICE_UNAVAILABLE); /* the client's deadline */
    (void)process_worker(&process, hung);                      /* the worker's */
    fault_off("hang");
    hsmd_client_free(client);
    test_ok(hsmd_client_new(token.config.socket, 15000, &client), "client");
    token_can_be_made();
}

static void a_lost_session_is_healed_in_the_call(void **state)
{
    (void)state;
    pid_t worker = process_worker(&process, 0);
    for (int i = 0; i < 3; i++) {
        fault_on("lose-session");
        token_can_be_made();
    }
    assert_int_equal(process_worker(&process, 0), worker);
}

static void a_failing_device_is_named_and_comes_back(void **state)
{
    (void)state;
    uint32_t slot = 0;
    fault_on("device-error");
    assert_reason(prepare(&slot), MV_MODULE_FAILED);
    assert_reason(hsmd_health(client), MV_MODULE_FAILED);
    fault_off("device-error");
    test_ok(hsmd_health(client), "health");
    token_can_be_made();
}

static void self_test_fails_closed(void **state)
{
    (void)state;
    static const struct {
        const char *fault, *mechanism;
    } wrong[] = {{"wrong-hmac", "CKM_SHA256_HMAC"},    {"wrong-cmac", "CKM_AES_CMAC"},
                 {"wrong-cbc", "CKM_AES_CBC"},         {"wrong-parts", "session keys of a card"},
                 {"wrong-ecb", "CKM_AES_ECB"},         {"wrong-wrap", "CKM_AES_KEY_WRAP"},
                 {"wrong-random", "C_GenerateRandom"}, {"wrong-des", "CKM_DES3_ECB_ENCRYPT_DATA"}};
    char text[1024];
    assert_int_equal(process_check(&token, text, sizeof text), 0);
    assert_non_null(strstr(text, "ok: token "));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        fault_on(wrong[i].fault);
        assert_int_equal(process_check(&token, text, sizeof text), 3);
        fault_off(wrong[i].fault);
        assert_non_null(strstr(text, "SELF_TEST_FAILED"));
        assert_non_null(strstr(text, wrong[i].mechanism));
    }
    fault_on("hang");
    assert_int_equal(process_check(&token, text, sizeof text), 3);
    fault_off("hang");
    assert_non_null(strstr(text, "the module hung"));
}

static void a_worker_that_cannot_start_is_tried_again(void **state)
{
    (void)state;
    fault_on("wrong-cmac");
    process_spawn(&process, &token);
    test_ok(hsmd_client_new(token.config.socket, 300, &client), "client");
    for (int i = 0; i < 5; i++)
        assert_reason(hsmd_health(client), MV_KEY_SERVICE_UNAVAILABLE);
    hsmd_client_free(client);
    fault_off("wrong-cmac");
    process_await(&token);
    assert_int_equal(process_stop(&process), 0);
}

static void a_module_without_data_objects_is_named(void **state)
{
    (void)state;
    struct hsm *hsm = test_token_open(&token);
    fault_on("no-data");
    struct hsm_officer officer = {.name = "x"};
    mv_status status = hsm_officer_add(hsm, &officer);
    fault_off("no-data");
    hsm_close(hsm);
    assert_reason(status, MV_MODULE_FAILED);
    assert_non_null(strstr(status.where, "CKO_DATA"));
}

static void write_pin(const char *pin)
{
    FILE *file = fopen(token.config.pin_file, "w");
    assert_non_null(file);
    assert_true(fputs(pin, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void a_refused_pin_is_not_tried_again(void **state)
{
    (void)state;
    char text[1024];
    write_pin("wrong-pin-0000");
    assert_int_equal(process_check(&token, text, sizeof text), 3);
    assert_non_null(strstr(text, "PIN_REFUSED"));
    assert_null(strstr(text, "wrong-pin-0000"));
    process_spawn(&process, &token);
    assert_int_equal(process_wait(&process), 3);
    write_pin(TEST_PIN);
    assert_int_equal(process_check(&token, text, sizeof text), 0);
}

static void a_pin_changed_meanwhile_ends_the_service(void **state)
{
    (void)state;
    uint32_t slot = 0;
    write_pin("wrong-pin-0000");
    token_can_be_made();
    fault_on("lose-session");
    assert_reason(prepare(&slot), MV_PIN_REFUSED);
    assert_int_equal(process_wait(&process), 3);
    write_pin(TEST_PIN);
    hsmd_client_free(client);
}

static void a_missing_pin_file_is_waited_for(void **state)
{
    (void)state;
    uint32_t slot = 0;
    assert_int_equal(unlink(token.config.pin_file), 0);
    fault_on("lose-session");
    assert_reason(prepare(&slot), MV_FILE_FAILED);
    assert_reason(hsmd_health(client), MV_FILE_FAILED);
    int fd = open(token.config.pin_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    write_pin(TEST_PIN);
    test_ok(hsmd_health(client), "health");
    token_can_be_made();
}

static void one_process_has_the_socket(void **state)
{
    (void)state;
    struct test_process second;
    process_spawn(&second, &token);
    assert_int_equal(process_wait(&second), 3);
    token_can_be_made();
}

static void workers_are_in_the_sandbox(void **state)
{
    (void)state;
    char path[64];
    char line[256];
    int filter = 0;
    int privileges = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)process_worker(&process, 0));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        filter |= strcmp(line, "Seccomp:\t2\n") == 0;
        privileges |= strcmp(line, "NoNewPrivs:\t1\n") == 0;
    }
    assert_int_equal(fclose(file), 0);
    assert_true(filter);
    assert_true(privileges);
}

static void strangers_are_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* only root can be somebody else */
    assert_int_equal(chmod(token.directory, 0711), 0);
    int ended = 0;
    pid_t pid = fork();
    if (pid == 0) {
        struct hsmd_client *stranger = NULL;
        if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0 || !hsmd_client_new(token.config.socket, 3000, &stranger).ok)
            _exit(2);
        mv_status status = hsmd_health(stranger);
        _exit(!status.ok && status.reason == MV_KEY_SERVICE_UNAVAILABLE && status.where != NULL &&
                      strstr(status.where, "client_users") != NULL
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(pid, &ended, 0), pid);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), 0);
    token_can_be_made();
}

static int connect_raw(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(token.config.socket);
    assert_true(length < sizeof address.sun_path);
    memcpy(address.sun_path, token.config.socket, length);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval wait = {.tv_sec = 10};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* xorshift: the same garbage every time */
static uint32_t garbage(void)
{
    static uint32_t state = 2463534242;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static void send_hello(int fd)
{
    uint8_t frame[32];
    uint8_t answer[8];
    struct mv_writer hello = hsmd_frame_begin(frame, sizeof frame, HSMD_OP_HELLO);
    mv_put_u32(&hello, HSMD_MAGIC);
    mv_put_u16(&hello, HSMD_VERSION);
    hsmd_frame_end(&hello);
    assert_int_equal(send(fd, frame, hello.used, MSG_NOSIGNAL), hello.used);
    assert_int_equal(recv(fd, answer, sizeof answer, MSG_WAITALL), 8);
}

/* Frames of a good length and any content, after a good hello. */
static void send_garbage(int fd)
{
    static uint8_t frame[HSMD_FRAME_HEAD + 9000];
    size_t size = garbage() % 4 == 0 ? garbage() % 9000 + 1 : garbage() % 48 + 1;
    struct mv_writer writer = mv_writer_on(frame, sizeof frame);
    mv_put_u32(&writer, (uint32_t)size);
    mv_put_u8(&writer, (uint8_t)(garbage() % 9));
    for (size_t i = 1; i < size; i++)
        mv_put_u8(&writer, (uint8_t)(garbage() % 3 == 0 ? garbage() : 0));
    assert_true(mv_writer_ok(&writer));
    (void)send(fd, frame, writer.used, MSG_NOSIGNAL);
}

static void garbage_ends_its_connection_only(void **state)
{
    (void)state;
    pid_t worker = process_worker(&process, 0);
    for (int i = 0; i < 400; i++) {
        int fd = connect_raw();
        if (i % 4 != 0)
            send_hello(fd);
        for (int k = 0; k < 4; k++)
            send_garbage(fd);
        assert_int_equal(close(fd), 0);
    }
    token_can_be_made();
    assert_int_equal(process_worker(&process, 0), worker);
}

static void is_cut_off(const uint8_t *data, size_t size, int greeted)
{
    uint8_t byte;
    int fd = connect_raw();
    if (greeted)
        send_hello(fd);
    assert_int_equal(send(fd, data, size, MSG_NOSIGNAL), size);
    ssize_t got = recv(fd, &byte, 1, 0);
    assert_true(got == 0 || (got < 0 && errno == ECONNRESET));
    assert_int_equal(close(fd), 0);
}

static void malformed_frames_are_cut_off(void **state)
{
    (void)state;
    static const uint8_t no_length[] = {0, 0, 0, 0};
    static const uint8_t too_long[] = {0, 1, 0, 1, HSMD_OP_HEALTH};
    static const uint8_t health[] = {0, 0, 0, 1, HSMD_OP_HEALTH};
    static const uint8_t trailing[] = {0, 0, 0, 2, HSMD_OP_HEALTH, 0};
    static const uint8_t unknown[] = {0, 0, 0, 1, 99};
    static const uint8_t no_items[] = {0, 0, 0, 3, HSMD_OP_PREPARE, 0, 0};
    static const uint8_t too_few[] = {0, 0, 0, 3, HSMD_OP_PREPARE, 0, 1};
    static const uint8_t too_many[] = {0, 0, 0, 3, HSMD_OP_ENCRYPT, 1, 1};
    static const uint8_t much_random[] = {0, 0, 0, 3, HSMD_OP_RANDOM, 16, 1};
    static const uint8_t many_records[] = {0, 0, 0, 3, HSMD_OP_CHECK_RETURNS, 0, 129};
    static const uint8_t short_record[] = {0, 0, 0, 7, HSMD_OP_SEAL_RECORDS, 0, 1, 0, 0, 1, 200};
    static const uint8_t second_hello[] = {0, 0, 0, 7, HSMD_OP_HELLO, 'M', 'V', 'H', 'K', 0, 1};
    static const uint8_t other_magic[] = {0, 0, 0, 7, HSMD_OP_HELLO, 'M', 'V', 'H', 'X', 0, 1};
    is_cut_off(no_length, sizeof no_length, 1);
    is_cut_off(too_long, sizeof too_long, 1);
    is_cut_off(health, sizeof health, 0);
    is_cut_off(trailing, sizeof trailing, 1);
    is_cut_off(unknown, sizeof unknown, 1);
    is_cut_off(no_items, sizeof no_items, 1);
    is_cut_off(too_few, sizeof too_few, 1);
    is_cut_off(too_many, sizeof too_many, 1);
    is_cut_off(much_random, sizeof much_random, 1);
    is_cut_off(many_records, sizeof many_records, 1);
    is_cut_off(short_record, sizeof short_record, 1);
    is_cut_off(second_hello, sizeof second_hello, 1);
    is_cut_off(other_magic, sizeof other_magic, 0);
}

static void another_version_is_told_so(void **state)
{
    (void)state;
    static const uint8_t hello[] = {0, 0, 0, 7, HSMD_OP_HELLO, 'M', 'V', 'H', 'K', 0, 9};
    uint8_t answer[64];
    int fd = connect_raw();
    assert_int_equal(send(fd, hello, sizeof hello, MSG_NOSIGNAL), sizeof hello);
    assert_true(recv(fd, answer, sizeof answer, 0) > 6);
    assert_int_equal(answer[4], HSMD_OP_HELLO | HSMD_REPLY);
    assert_int_equal(answer[5], 0);
    assert_int_equal(close(fd), 0);
}

static void slow_frames_are_put_together(void **state)
{
    (void)state;
    static const uint8_t random[] = {0, 0, 0, 3, HSMD_OP_RANDOM, 0, 16, 0, 0, 0, 1, HSMD_OP_HEALTH};
    uint8_t answer[22 + 6];
    int fd = connect_raw();
    send_hello(fd);
    for (size_t i = 0; i < sizeof random; i++)
        assert_int_equal(send(fd, random + i, 1, MSG_NOSIGNAL), 1);
    assert_int_equal(recv(fd, answer, sizeof answer, MSG_WAITALL), sizeof answer);
    assert_int_equal(answer[4], HSMD_OP_RANDOM | HSMD_REPLY);
    assert_int_equal(answer[26], HSMD_OP_HEALTH | HSMD_REPLY);
    assert_int_equal(answer[27], 1);
    assert_int_equal(close(fd), 0);
}

static void run_copy(const char *from, const char *to)
{
    int ended = 0;
    pid_t pid = fork();
    if (pid == 0) {
        (void)execl("/bin/cp", "cp", "-a", from, to, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &ended, 0), pid);
    assert_int_equal(ended, 0);
}

static uint64_t generation_of_token(void)
{
    struct hsmd_catalogue *catalogue = malloc(sizeof *catalogue);
    assert_non_null(catalogue);
    test_ok(hsmd_catalogue(client, catalogue), "catalogue");
    uint64_t generation = catalogue->generation;
    free(catalogue);
    return generation;
}

/* A restart hides from the process that there was a newer state; the generation, which the ledger remembers, shows it.
 */
static void an_old_token_directory_shows_its_age(void **state)
{
    (void)state;
    char tokens[256];
    char saved[256];
    char newer[256];
    served_path("tokens", tokens);
    served_path("saved", saved);
    served_path("newer", newer);
    run_copy(tokens, saved);
    struct hsm *hsm = test_token_open(&token);
    struct hsm_officer officer = {.name = "later"};
    test_ok(hsm_officer_add(hsm, &officer), "officer");
    hsm_close(hsm);
    assert_int_equal(start(state), 0);
    uint64_t current = generation_of_token();
    assert_int_equal(current, officer.generation);
    assert_int_equal(stop(state), 0);
    assert_int_equal(rename(tokens, newer), 0);
    assert_int_equal(rename(saved, tokens), 0);
    assert_int_equal(start(state), 0);
    assert_int_equal(generation_of_token(), current - 1);
    assert_int_equal(stop(state), 0);
}

/* SoftHSM rewrites the token's file at every login; a process that reads it meanwhile must not be led astray. */
static void many_start_at_once(void **state)
{
    (void)state;
    enum { PROCESSES = 6, STARTS = 4 };
    pid_t pids[PROCESSES];
    for (size_t i = 0; i < PROCESSES; i++) {
        pids[i] = fork();
        if (pids[i] != 0)
            continue;
        char text[1024];
        int failed = 0;
        for (int k = 0; k < STARTS; k++)
            failed |= process_check(&token, text, sizeof text);
        _exit(failed);
    }
    for (size_t i = 0; i < PROCESSES; i++) {
        int ended = -1;
        assert_int_equal(waitpid(pids[i], &ended, 0), pids[i]);
        assert_int_equal(ended, 0);
    }
}

static void two_workers_serve(void **state)
{
    (void)state;
    token.config.workers = 2;
    test_token_write_config(&token);
    assert_int_equal(start(state), 0);
    struct hsmd_client *clients[8];
    for (size_t i = 0; i < 8; i++) {
        test_ok(hsmd_client_new(token.config.socket, 5000, &clients[i]), "client");
        test_ok(hsmd_health(clients[i]), "health");
    }
    for (size_t i = 0; i < 8; i++)
        hsmd_client_free(clients[i]);
    token_can_be_made();
    assert_int_equal(stop(state), 0);
    token.config.workers = 1;
    test_token_write_config(&token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_killed_worker_is_replaced, start, stop),
        cmocka_unit_test_setup_teardown(slots_end_with_their_worker, start, stop),
        cmocka_unit_test_setup_teardown(a_hung_module_kills_its_worker_only, start, stop),
        cmocka_unit_test_setup_teardown(a_lost_session_is_healed_in_the_call, start, stop),
        cmocka_unit_test_setup_teardown(a_failing_device_is_named_and_comes_back, start, stop),
        cmocka_unit_test(self_test_fails_closed),
        cmocka_unit_test(a_worker_that_cannot_start_is_tried_again),
        cmocka_unit_test(a_module_without_data_objects_is_named),
        cmocka_unit_test(a_refused_pin_is_not_tried_again),
        cmocka_unit_test_setup(a_pin_changed_meanwhile_ends_the_service, start),
        cmocka_unit_test_setup_teardown(a_missing_pin_file_is_waited_for, start, stop),
        cmocka_unit_test_setup_teardown(one_process_has_the_socket, start, stop),
        cmocka_unit_test_setup_teardown(workers_are_in_the_sandbox, start, stop),
        cmocka_unit_test_setup_teardown(strangers_are_refused, start, stop),
        cmocka_unit_test_setup_teardown(garbage_ends_its_connection_only, start, stop),
        cmocka_unit_test_setup_teardown(malformed_frames_are_cut_off, start, stop),
        cmocka_unit_test_setup_teardown(another_version_is_told_so, start, stop),
        cmocka_unit_test_setup_teardown(slow_frames_are_put_together, start, stop),
        cmocka_unit_test(many_start_at_once),
        cmocka_unit_test(two_workers_serve),
        cmocka_unit_test(an_old_token_directory_shows_its_age),
    };
    return cmocka_run_group_tests(tests, make_token, remove_token);
}
