/* `metervault batch` and `metervault rollover` against a server that issues under request ids: one row for each, in
 * order, whatever is killed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_server.h"
#include "metervault/v1/meter_service.pb-c.h"
#include "metervault/v1/token_service.pb-c.h"
#include "run_cli.h"

enum { TEXT = 1 << 20, PATH = 128, KILLED = 137 };

static struct fake_ledger ledger;
static const struct fake_batch honest = {.ledger = &ledger};

static int fresh(void **state)
{
    (void)state;
    char command[PATH];
    fake_ledger_clear(&ledger);
    (void)snprintf(command, sizeof command, "rm -f %s/out* %s/in* %s/j*", run_folder, run_folder, run_folder);
    return system(command); /* NOLINT(cert-env33-c,concurrency-mt-unsafe) */
}

static const struct fake_step always = {.method = "IssueBatch", .act = FAKE_BATCH, .batch = &honest, .repeat = true};

static const char *path_of(const char *name)
{
    static char paths[4][PATH];
    static unsigned used;
    char *path = paths[used++ % 4];
    (void)snprintf(path, PATH, "%s/%s", run_folder, name);
    return path;
}

static void write_text(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Freed by the caller. */
static char *read_text(const char *name)
{
    FILE *file = fopen(path_of(name), "r");
    char *text = malloc(TEXT);
    assert_non_null(text);
    assert_non_null(file);
    size_t size = fread(text, 1, TEXT - 1, file);
    text[size] = '\0';
    assert_int_equal(fclose(file), 0);
    return text;
}

static bool there(const char *name)
{
    return access(path_of(name), F_OK) == 0;
}

static struct run batch(const struct fake_server *server, const char *prefix, const char *in, const char *out,
                        const char *more)
{
    return run_with(prefix, "batch %s --out %s --terminal till1 --insecure-loopback --server %s %s", path_of(in),
                    path_of(out), fake_address(server), more);
}

static const char head[] = "row,meter,request_id,outcome,receipt,token1,token2,token3,token4,token5,token6,token7,"
                           "token8,reason,message\r\n";

static void every_row_gets_its_row(void **state)
{
    (void)state;
    ledger.refuse_pan = "600727000000000017";
    struct fake_server *server = fake_start(&always, 1);
    write_text("in.csv", "request_id,meter,kind,amount,unit,action,value\n"
                         "id-1,600727000000000009,credit,25.6,kwh,,\n"
                         "=1+1,600727000000000009,,1,kwh,,\n"
                         "id-3,600727000000000017,,1,kwh,,\r\n"
                         "id-4,\"=cmd|' /C calc'!A0\",,1,kwh,,\n"
                         "\n"
                         "id-5,600727000000000009,management,,,max-power,5000\n"
                         "id-6,600727000000000009,,1,kwh,,,\n");
    struct run result = batch(server, "", "in.csv", "out.csv", "");
    assert_int_equal(result.code, 1);
    assert_non_null(strstr(result.output, "6 rows"));
    assert_non_null(strstr(result.output, "2  issued\n"));
    assert_non_null(strstr(result.output, "3  refused INVALID_FIELD\n"));
    assert_non_null(strstr(result.output, "1  refused METER_UNKNOWN\n"));
    char *out = read_text("out.csv");
    char expected[2048];
    (void)snprintf(expected, sizeof expected,
                   "%s"
                   "1,600727000000000009,id-1,issued,shop1/till1/1,\"0000 0000 0000 0000 0000\",,,,,,,,,\r\n"
                   "2,600727000000000009,\"'=1+1\",refused,,,,,,,,,,INVALID_FIELD,"
                   "\"request_id has 1 to 64 letters, digits, '.', '_', '-'\"\r\n"
                   "3,600727000000000017,id-3,refused,,,,,,,,,,METER_UNKNOWN,\"Not this one, says the server.\"\r\n"
                   "4,\"'=cmd|' /C calc'!A0\",id-4,refused,,,,,,,,,,INVALID_FIELD,\"meter is a PAN of 18 digits\"\r\n"
                   "5,600727000000000009,id-5,issued,shop1/till1/2,\"0000 0000 0000 0000 0001\",,,,,,,,,\r\n"
                   "6,600727000000000009,id-6,refused,,,,,,,,,,INVALID_FIELD,"
                   "\"the row has another number of fields than the first one\"\r\n",
                   head);
    assert_string_equal(out, expected);
    assert_false(there("out.csv.journal"));
    free(out);
    /* complete: it is not written over */
    assert_int_equal(batch(server, "", "in.csv", "out.csv", "").code, 2);
    fake_stop(server);
}

static void many_rows(const char *name, unsigned count)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    (void)fputs("meter,amount,unit\n", file);
    for (unsigned i = 0; i < count; i++)
        (void)fprintf(file, "%s,%u,wh\n", i % 10 == 3 ? "not a meter" : "600727000000000009", 100 + i);
    assert_int_equal(fclose(file), 0);
}

static void a_file_of_bad_rows_needs_no_answers(void **state)
{
    (void)state;
    enum { ROWS = 3000 };
    struct fake_server *server = fake_start(&always, 1);
    FILE *file = fopen(path_of("in.csv"), "w");
    assert_non_null(file);
    (void)fputs("meter,amount,unit\n600727000000000009,1,kwh\n", file);
    for (unsigned i = 0; i < ROWS; i++)
        (void)fputs("bad,1,kwh\n", file);
    (void)fputs("600727000000000009,1,kwh\n", file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(batch(server, "", "in.csv", "out.csv", "").code, 1);
    assert_int_equal(fake_ledger_orders(&ledger), 2);
    char *out = read_text("out.csv");
    assert_non_null(strstr(out, "\r\n3002,600727000000000009,b-"));
    free(out);
    fake_stop(server);
}

/* Killed again and again, with a torn row at the end at times: the same bytes as in one go. */
static void kills_leave_no_trace(void **state)
{
    (void)state;
    enum { ROWS = 3000, KILLS = 15 };
    many_rows("in.csv", ROWS);
    struct fake_server *server = fake_start(&always, 1);
    assert_int_equal(batch(server, "", "in.csv", "out.csv", "").code, 1);
    unsigned orders = fake_ledger_orders(&ledger);
    assert_int_equal(orders, ROWS - ROWS / 10);
    fake_ledger_clear(&ledger);
    unsigned kills = 0;
    int code = KILLED;
    for (unsigned i = 0; code == KILLED && i < 200; i++) {
        char prefix[64];
        (void)snprintf(prefix, sizeof prefix, "timeout -s KILL 0.%03u", kills < KILLS ? 30 + i * 7 % 90 : 999);
        code = batch(server, prefix, "in.csv", "out2.csv", kills < KILLS ? "--rate 1200" : "").code;
        kills += code == KILLED;
        if (code == KILLED && i % 2 == 0 && there("out2.csv") && fake_ledger_orders(&ledger) > 0) {
            FILE *file = fopen(path_of("out2.csv"), "a");
            assert_non_null(file);
            (void)fputs("99,6007", file);
            assert_int_equal(fclose(file), 0);
        }
    }
    assert_int_equal(code, 1);
    assert_in_range(kills, KILLS, 200);
    assert_int_equal(fake_ledger_orders(&ledger), orders);
    char *whole = read_text("out.csv");
    char *broken = read_text("out2.csv");
    assert_string_equal(broken, whole);
    assert_false(there("out2.csv.journal"));
    free(whole);
    free(broken);
    fake_stop(server);
}

static void an_unfinished_batch_takes_only_its_own_files(void **state)
{
    (void)state;
    struct fake_server *server = fake_start(&always, 1);
    many_rows("in.csv", 3000);
    /* so long that it has begun, also where everything is slow */
    for (unsigned seconds = 1; !there("out.csv") && seconds < 16; seconds *= 2) {
        char prefix[64];
        (void)snprintf(prefix, sizeof prefix, "timeout -s KILL %u", seconds);
        assert_int_equal(batch(server, prefix, "in.csv", "out.csv", "--rate 100").code, KILLED);
    }
    assert_true(there("out.csv.journal"));
    many_rows("in2.csv", 20);
    assert_int_equal(batch(server, "", "in2.csv", "out.csv", "").code, 2);
    assert_int_equal(batch(server, "", "in.csv", "out.csv", "--run again").code, 2);
    assert_int_equal(batch(server, "", "in.csv", "out.csv", "--terminal till2").code, 2);
    write_text("out.csv", "something else\n");
    struct run other = batch(server, "", "in.csv", "out.csv", "");
    assert_int_equal(other.code, 2);
    assert_non_null(strstr(other.output, "nothing was changed"));
    char *kept = read_text("out.csv");
    assert_string_equal(kept, "something else\n");
    free(kept);
    fake_stop(server);
}

static void the_same_file_once_more_is_told(void **state)
{
    (void)state;
    struct fake_server *server = fake_start(&always, 1);
    write_text("in.csv", "meter,amount,unit\n600727000000000009,1,kwh\n600727000000000009,1,kwh\n");
    assert_int_equal(batch(server, "", "in.csv", "out.csv", "").code, 0);
    assert_int_equal(fake_ledger_orders(&ledger), 2);
    struct run again = batch(server, "", "in.csv", "out2.csv", "");
    assert_int_equal(again.code, 0);
    assert_int_equal(fake_ledger_orders(&ledger), 2);
    assert_non_null(strstr(again.output, "2 rows were issued by an earlier batch"));
    struct run named = batch(server, "", "in.csv", "out3.csv", "--run july --json");
    assert_int_equal(named.code, 0);
    assert_int_equal(fake_ledger_orders(&ledger), 4);
    assert_non_null(strstr(named.output, "\"replayed\": 0"));
    fake_stop(server);
}

static void wrong_inputs_and_outputs_exit_2(void **state)
{
    (void)state;
    struct fake_server *server = fake_start(&always, 1);
    write_text("in.csv", "meter;amount;unit\n");
    struct run semicolons = batch(server, "", "in.csv", "out.csv", "");
    assert_int_equal(semicolons.code, 2);
    assert_non_null(strstr(semicolons.output, "meter;amount;unit"));
    write_text("in.csv", "");
    assert_int_equal(batch(server, "", "in.csv", "out.csv", "").code, 2);
    write_text("in.csv", "meter,amount,unit\n");
    assert_int_equal(run("batch %s --out /dev/null/x --terminal t --insecure-loopback --server %s", path_of("in.csv"),
                         fake_address(server))
                         .code,
                     2);
    assert_int_equal(batch(server, "", "in.csv", "out.csv", "").code, 0); /* no rows is fine */
    assert_int_equal(batch(server, "", "in.csv", "in.csv", "").code, 2);
    fake_stop(server);
}

static void an_unreachable_server_can_be_waited_for(void **state)
{
    (void)state;
    write_text("in.csv", "meter,amount,unit\n600727000000000009,1,kwh\n");
    struct run away =
        run("batch %s --out %s --terminal till1 --insecure-loopback --server 127.0.0.1:1 --deadline-ms 200",
            path_of("in.csv"), path_of("out.csv"));
    assert_int_equal(away.code, 3);
    assert_non_null(strstr(away.output, "Start it again with the same files"));
    assert_true(there("out.csv.journal"));
}

/* ---- rollover ---- */
enum { METERS = 6 };
static Metervault__V1__Meter meters[METERS];
static Metervault__V1__Meter *meter_list[METERS];
static Metervault__V1__MeterKey old_key, new_key, other_key;
static Metervault__V1__ListMetersResponse page;
static char pans[METERS][19];

/* Of six meters the third is there already, the fourth has an older pending set, the fifth is refused. */
static void make_meters(void)
{
    metervault__v1__meter_key__init(&old_key);
    old_key.supply_group_code = "123457";
    old_key.key_revision_number = 1;
    new_key = old_key;
    new_key.key_revision_number = 2;
    other_key = old_key;
    other_key.key_revision_number = 3;
    metervault__v1__list_meters_response__init(&page);
    for (unsigned i = 0; i < METERS; i++) {
        metervault__v1__meter__init(&meters[i]);
        (void)snprintf(pans[i], sizeof pans[i], "60072700000000%04u", i);
        meters[i].meter_pan = pans[i];
        meters[i].key = i == 2 ? &new_key : &old_key;
        meters[i].pending_key = i == 3 ? &other_key : NULL;
        meter_list[i] = &meters[i];
    }
    ledger.refuse_pan = pans[4];
    page.meters = meter_list;
    page.n_meters = METERS;
}

static struct run rollover(const struct fake_server *server, const char *more)
{
    return run("rollover --sgc 123457 --to 123457/2 --journal %s --terminal till1 --insecure-loopback --server %s %s",
               path_of("j.csv"), fake_address(server), more);
}

static void a_rollover_reports_every_meter(void **state)
{
    (void)state;
    make_meters();
    const struct fake_step script[] = {{.method = "IssueBatch", .act = FAKE_BATCH, .batch = &honest},
                                       {.method = "ListMeters", .act = FAKE_REPLY, .messages = {&page.base}}};
    struct fake_server *server = fake_start(script, 2);
    char more[PATH + 32];
    struct run unasked = rollover(server, "");
    assert_int_equal(unasked.code, 2); /* nobody there to ask */
    assert_false(there("j.csv"));
    (void)snprintf(more, sizeof more, "--yes --report %s", path_of("out.csv"));
    struct run result = rollover(server, more);
    assert_int_equal(result.code, 1);
    assert_non_null(strstr(result.output, "3  done\n"));
    assert_non_null(strstr(result.output, "1  already-there KEY_UNCHANGED\n"));
    assert_non_null(strstr(result.output, "1  pending-before KEY_CHANGE_PENDING\n"));
    assert_non_null(strstr(result.output, "1  refused METER_UNKNOWN\n"));
    assert_int_equal(fake_ledger_orders(&ledger), 3);
    char *report = read_text("out.csv");
    assert_int_equal(strncmp(report, head, sizeof head - 1), 0);
    assert_non_null(strstr(report, "3,600727000000000002,"));
    assert_non_null(strstr(report, "6,600727000000000005,"));
    assert_non_null(strstr(report, "done,shop1/till1/3,\"0000 0000 0000 0000 0002\""));
    free(report);
    fake_stop(server);
}

/* The journal ends after the second meter; the server has carried out the sixth meter's order as well, and the fourth
 * has a set that is not ours. */
static void resume_after_kill(Metervault__V1__MeterKey *answered)
{
    make_meters();
    const struct fake_step first[] = {{.method = "IssueBatch", .act = FAKE_BATCH, .batch = &honest},
                                      {.method = "ListMeters", .act = FAKE_REPLY, .messages = {&page.base}}};
    struct fake_server *server = fake_start(first, 2);
    char address[32];
    (void)snprintf(address, sizeof address, "%s", fake_address(server));
    assert_int_equal(rollover(server, "--yes").code, 1);
    fake_stop(server);
    char *journal = read_text("j.csv");
    char *whole = strdup(journal);
    char id[80];
    char *third = strstr(journal, "\r\n3,");
    assert_non_null(third);
    third[2] = '\0';
    char *address_at = strstr(journal, address); /* the next server has another one */
    assert_non_null(address_at);
    const char *id_at = strstr(whole, pans[5]) + 19; /* behind the sixth meter */
    (void)snprintf(id, sizeof id, "%.53s", id_at);
    meters[5].pending_key = &new_key;

    uint8_t details[256];
    size_t size = fake_details("TOKEN_UNKNOWN", NULL, NULL, details, sizeof details);
    Metervault__V1__IssuedTokens ours = METERVAULT__V1__ISSUED_TOKENS__INIT;
    Metervault__V1__KeyChange change = METERVAULT__V1__KEY_CHANGE__INIT;
    Metervault__V1__Token token = METERVAULT__V1__TOKEN__INIT;
    Metervault__V1__Token *tokens[] = {&token};
    token.digits = "12345678901234567890";
    change.to = answered;
    ours.request_id = id;
    ours.meter_pan = pans[5];
    ours.kind = METERVAULT__V1__ORDER_KIND__KEY_CHANGE;
    ours.key_change = &change;
    ours.tokens = tokens;
    ours.n_tokens = 1;
    const struct fake_step second[] = {
        {.method = "IssueBatch", .act = FAKE_BATCH, .batch = &honest},
        {.method = "ListMeters", .act = FAKE_REPLY, .messages = {&page.base}},
        {.method = "GetToken", .act = FAKE_FAIL, .status = 5, .details = details, .details_size = size},
        {.method = "GetToken", .act = FAKE_REPLY, .messages = {&ours.base}}};
    server = fake_start(second, 4);
    assert_int_equal(strlen(fake_address(server)), strlen(address));
    memcpy(address_at, fake_address(server), strlen(address));
    write_text("j.csv", journal);
    struct run result = rollover(server, "");
    assert_int_equal(result.code, 1);
    assert_int_equal(fake_ledger_orders(&ledger), 3); /* as many as before */
    char *after = read_text("j.csv");
    assert_string_equal(strstr(after, "\r\n"), strstr(whole, "\r\n"));
    free(after);
    free(whole);
    free(journal);
    fake_stop(server);
}

static void a_killed_rollover_knows_its_own_sets(void **state)
{
    (void)state;
    resume_after_kill(&new_key);
}

/* Asking for the set beforehand only tells whose it is; what is written is what the batch is answered. */
static void a_stored_answer_of_no_use_does_not_end_the_walk(void **state)
{
    (void)state;
    resume_after_kill(&other_key);
}

static void a_journal_of_another_rollover_is_refused(void **state)
{
    (void)state;
    make_meters();
    struct fake_server *server = fake_start(NULL, 0);
    write_text("j.csv", "metervault-rollover 1,0123456789abcdef0123456789abcdef,other settings\r\n");
    assert_int_equal(rollover(server, "--yes").code, 2);
    write_text("j.csv", "meter,amount\r\n");
    assert_int_equal(rollover(server, "--yes").code, 2);
    fake_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_row_gets_its_row, fresh),
        cmocka_unit_test_setup(a_file_of_bad_rows_needs_no_answers, fresh),
        cmocka_unit_test_setup(kills_leave_no_trace, fresh),
        cmocka_unit_test_setup(an_unfinished_batch_takes_only_its_own_files, fresh),
        cmocka_unit_test_setup(the_same_file_once_more_is_told, fresh),
        cmocka_unit_test_setup(wrong_inputs_and_outputs_exit_2, fresh),
        cmocka_unit_test_setup(an_unreachable_server_can_be_waited_for, fresh),
        cmocka_unit_test_setup(a_rollover_reports_every_meter, fresh),
        cmocka_unit_test_setup(a_killed_rollover_knows_its_own_sets, fresh),
        cmocka_unit_test_setup(a_stored_answer_of_no_use_does_not_end_the_walk, fresh),
        cmocka_unit_test_setup(a_journal_of_another_rollover_is_refused, fresh),
    };
    return cmocka_run_group_tests(tests, run_home_make, run_home_remove);
}
