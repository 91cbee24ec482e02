#include "world.h"

#include "fake_cards.h"
#include "fake_desk.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "metervault/sts.h"

static _Atomic int64_t real_us, boot_us;

void world_set_clock(int64_t real_s, int64_t boot_s)
{
    real_us = real_s * 1000000;
    boot_us = boot_s * 1000000;
}

void world_step(int64_t real_s, int64_t boot_s)
{
    real_us += real_s * 1000000;
    boot_us += boot_s * 1000000;
}

int64_t world_now_s(void)
{
    return real_us / 1000000;
}

static struct vend_time read_clock(void *self)
{
    (void)self;
    return (struct vend_time){.real_us = real_us, .boot_us = boot_us};
}

struct vend_caller world_caller(const char *principal)
{
    return (struct vend_caller){.principal = principal, .deadline_ns = INT64_MAX};
}

static void start(struct world *world)
{
    const struct vend_options options = {.ledger = world->ledger,
                                         .hsmd_socket = "unused",
                                         .hsmd_timeout_ms = 1000,
                                         .group_max = 64,
                                         .queue_max = 512,
                                         .readers = 4,
                                         .card_ceiling = world->card_ceiling,
                                         .card_key_ceiling = world->card_key_ceiling,
                                         .card_pboc_class = world->card_pboc_class,
                                         .clock = read_clock};
    assert_ok(vend_start(&options, &world->vend));
}

void world_restart(struct world *world)
{
    vend_stop(world->vend);
    world->vend = NULL;
    start(world);
}

static void principal(struct world *world, const char *name, const char *organisation, uint32_t roles)
{
    struct vend_caller officer = world_caller("officer1");
    struct vend_principal row;
    assert_ok(vend_create_principal(world->vend, &officer, name, organisation, roles, &row));
}

static void people(struct world *world)
{
    struct vend_caller officer = world_caller("officer1");
    struct vend_organisation row;
    assert_ok(vend_create_organisation(world->vend, &officer, "region", "root", &row));
    assert_ok(vend_create_organisation(world->vend, &officer, "shop", "region", &row));
    assert_ok(vend_create_organisation(world->vend, &officer, "other", "root", &row));
    assert_ok(vend_grant(world->vend, &officer, "region", SGC, true, &row));
    principal(world, "admin", "root", 1U << VEND_METER_ADMIN);
    principal(world, "regional", "region", 1U << VEND_VENDOR);
    principal(world, "seller", "shop", 1U << VEND_VENDOR);
    principal(world, "rival", "other", 1U << VEND_VENDOR);
    principal(world, "auditor", "root", 1U << VEND_AUDITOR);
}

struct vend_meter_key world_key(void)
{
    return (struct vend_meter_key){
        .sgc = SGC, .krn = 1, .ti = 1, .kt = 2, .ken = 255, .base_date = 2014, .ea = 7, .dkga = 4};
}

mv_status world_meter(struct world *world, unsigned serial, const char *organisation, enum vend_utility utility,
                      const struct vend_meter_key *key)
{
    char pan[19];
    struct vend_meter meter;
    struct vend_caller admin = world_caller("admin");
    struct vend_meter_request request = {
        .pan = world_pan(serial, pan), .organisation = organisation, .utility = utility, .key = *key};
    return vend_register_meter(world->vend, &admin, &request, &meter);
}

void world_open(struct world *world)
{
    world_set_clock(NOW_S, 1000);
    fake_keys_reset();
    fake_desk_reset();
    fake_cards_reset();
    fake_keys_officer("officer1");
    fake_keys_add(SGC, 1, 2, 4, 2014, 255);
    fake_keys_add(SGC, 2, 2, 2, 1993, 255);
    fake_keys_add(SGC, 3, 2, 4, 2035, 255);
    fake_keys_add(SGC, 4, 2, 4, 2014, 85);
    fake_keys_add(SGC, 5, 1, 4, 2014, 255);
    fake_keys_add(OTHER_SGC, 1, 2, 4, 2014, 255);
    (void)snprintf(world->folder, sizeof world->folder, "/tmp/vending-test.XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    (void)snprintf(world->ledger, sizeof world->ledger, "sqlite:%s/ledger.db", world->folder);
    start(world);
    people(world);
    struct vend_meter_key key = world_key();
    assert_ok(world_meter(world, 1, "shop", VEND_ELECTRICITY, &key));
    assert_ok(world_meter(world, 2, "other", VEND_ELECTRICITY, &key));
}

int world_setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    if (world == NULL)
        return -1;
    *state = world;
    world_open(world);
    return 0;
}

int world_teardown(void **state)
{
    struct world *world = *state;
    static const char *const files[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm"};
    vend_stop(world->vend);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[160];
        (void)snprintf(path, sizeof path, "%s/%s", world->folder, files[i]);
        (void)unlink(path);
    }
    (void)rmdir(world->folder);
    int left = fake_keys.slots_out;
    free(world);
    return left == 0 ? 0 : -1;
}

const char *world_pan(unsigned serial, char pan[19])
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "60072712%08u", serial);
    int drn = mv_luhn_digit(digits + 6, 10);
    (void)snprintf(digits + 16, sizeof digits - 16, "%d", drn);
    (void)snprintf(pan, 19, "%.17s%d", digits, mv_luhn_digit(digits, 17));
    return pan;
}

struct answer {
    pthread_mutex_t lock;
    pthread_cond_t came;
    bool done;
    mv_status status;
    struct vend_issued *sale;
};

static void take(void *self, mv_status status, const struct vend_issued *sale)
{
    struct answer *answer = self;
    pthread_mutex_lock(&answer->lock);
    answer->status = status;
    if (sale != NULL && answer->sale != NULL)
        *answer->sale = *sale;
    answer->done = true;
    pthread_cond_signal(&answer->came);
    pthread_mutex_unlock(&answer->lock);
}

mv_status world_order(struct world *world, const char *principal_name, const struct vend_order *order,
                      struct vend_issued *issued)
{
    struct vend_caller caller = world_caller(principal_name);
    struct answer answer = {.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER, .sale = issued};
    vend_issue(world->vend, &caller, order, NULL, take, &answer);
    pthread_mutex_lock(&answer.lock);
    while (!answer.done)
        pthread_cond_wait(&answer.came, &answer.lock);
    pthread_mutex_unlock(&answer.lock);
    return answer.status;
}

mv_status world_sell(struct world *world, const char *principal_name, const char *request_id, const char *pan,
                     int64_t wh, struct vend_issued *sale)
{
    const struct vend_order order = {.request_id = request_id,
                                     .terminal = "till",
                                     .pan = pan,
                                     .quantity = {VEND_UNIT_WH, wh},
                                     .carrier = VEND_KEYPAD};
    return world_order(world, principal_name, &order, sale);
}

const struct vend_token *world_own(const struct vend_issued *issued)
{
    assert_in_range(issued->token_count, 1, VEND_MAX_TOKENS);
    return &issued->tokens[issued->token_count - 1];
}

uint32_t world_token_tid(const char *digits, uint32_t *units)
{
    uint8_t token_class = 9;
    uint64_t cipher = 0;
    struct mv_sts_block block;
    struct mv_sts_credit credit;
    assert_int_equal(mv_sts_digits_to_block(digits, &token_class, &cipher), MV_DONE);
    assert_int_equal(mv_sts_block_unpack(token_class, cipher, &block), MV_DONE);
    assert_int_equal(mv_sts_credit_unpack(&block, &credit), MV_DONE);
    if (units != NULL)
        *units = mv_sts_amount_decode(credit.amount);
    return credit.tid;
}

struct count {
    const char *action;
    const char *outcome;
    const char *detail;
    size_t found, total;
    struct audit_verifier verifier;
};

static mv_status count_row(void *self, const struct audit_record *row)
{
    struct count *count = self;
    count->total++;
    if (count->detail != NULL)
        count->found += strncmp(row->detail, count->detail, strlen(count->detail)) == 0;
    bool action = count->action == NULL || strcmp(row->action, count->action) == 0;
    if (count->detail == NULL && action && (count->outcome == NULL || strcmp(row->outcome, count->outcome) == 0))
        count->found++;
    return audit_verify_next(&count->verifier, row);
}

static struct count walk(struct world *world, const char *action, const char *outcome, const char *detail)
{
    struct count count = {
        .action = action, .outcome = outcome, .detail = detail, .verifier = {.chain = 1, .next_sequence = 1}};
    struct store *store = NULL;
    assert_ok(store_open(world->ledger, STORE_READER, &store));
    assert_ok(store_audit(store, 1, 1, count_row, &count));
    store_close(store);
    return count;
}

size_t world_audit_count(struct world *world, const char *action, const char *outcome)
{
    return walk(world, action, outcome, NULL).found;
}

size_t world_audit_total(struct world *world)
{
    return walk(world, NULL, NULL, NULL).total;
}

bool world_audit_has(struct world *world, const char *detail)
{
    return walk(world, NULL, NULL, detail).found > 0;
}

void world_audit_verify(struct world *world)
{
    assert_true(walk(world, NULL, NULL, NULL).total > 0);
}

static int add_text(void *self, int columns, char **values, char **names)
{
    (void)names;
    FILE *out = self;
    for (int i = 0; i < columns; i++)
        (void)fprintf(out, "%s|", values[i] == NULL ? "" : values[i]);
    (void)fputc('\n', out);
    return 0;
}

char *world_dump(struct world *world)
{
    static const char *const tables[] = {
        "ledger",       "organisation",    "supply_group_grant", "principal", "meter",
        "terminal",     "meter_tid",       "last_sale",          "sale",      "audit",
        "account",      "account_version", "account_tally",      "bill",      "bill_line",
        "account_entry"};
    char *text = NULL;
    size_t size = 0;
    sqlite3 *db = NULL;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(sqlite3_open(world->ledger + strlen("sqlite:"), &db), SQLITE_OK);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char sql[64];
        (void)snprintf(sql, sizeof sql, "SELECT * FROM %s", tables[i]);
        (void)fprintf(out, "%s\n", tables[i]);
        assert_int_equal(sqlite3_exec(db, sql, add_text, out, NULL), SQLITE_OK);
    }
    (void)sqlite3_close(db);
    (void)fclose(out);
    return text;
}
