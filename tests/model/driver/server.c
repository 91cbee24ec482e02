/* The domain: start and restart, people, meters, the clock. */
#include <string.h>

#include "clock.h"
#include "driver.h"

static struct vend *running;

struct vend *server(void)
{
    if (running == NULL)
        give_up("the server is not started", "");
    return running;
}

static void start(void)
{
    char ledger[160];
    (void)snprintf(ledger, sizeof ledger, "sqlite:%s/ledger.db", house_folder());
    const struct vend_options options = {.ledger = ledger,
                                         .hsmd_socket = house_socket(),
                                         .hsmd_timeout_ms = 10000,
                                         .group_max = 64,
                                         .queue_max = 512,
                                         .readers = 1,
                                         .clock = clock_read};
    must(vend_start(&options, &running), "vend_start");
    vend_refresh(running);
}

void server_stop(void)
{
    if (running != NULL)
        vend_stop(running);
    running = NULL;
}

/* server start|restart|refresh */
static void server_command(struct words *words)
{
    const char *what = take_word(words);
    if (strcmp(what, "refresh") == 0) {
        vend_refresh(server());
    } else {
        server_stop();
        start();
    }
    (void)puts("ok");
}

/* clock REAL BOOT, in seconds */
static void clock_command(struct words *words)
{
    int64_t real_s = take_number(words);
    clock_set(real_s, take_number(words));
    (void)puts("ok");
}

static struct vend_caller take_caller(struct words *words)
{
    return (struct vend_caller){.principal = take_optional(words), .deadline_ns = INT64_MAX};
}

/* confirm-clock WHO SECONDS */
static void confirm_clock(struct words *words)
{
    int64_t server_s = 0;
    struct vend_caller caller = take_caller(words);
    answer_status(vend_confirm_clock(server(), &caller, take_number(words), &server_s));
}

/* organisation WHO NAME PARENT */
static void organisation(struct words *words)
{
    static struct vend_organisation row;
    struct vend_caller caller = take_caller(words);
    const char *name = take_word(words);
    answer_status(vend_create_organisation(server(), &caller, name, take_word(words), &row));
}

/* grant WHO ORGANISATION SGC 0|1 */
static void grant(struct words *words)
{
    static struct vend_organisation row;
    struct vend_caller caller = take_caller(words);
    const char *name = take_word(words);
    const char *sgc = take_word(words);
    answer_status(vend_grant(server(), &caller, name, sgc, take_number(words) != 0, &row));
}

/* principal WHO NAME ORGANISATION ROLES */
static void principal(struct words *words)
{
    struct vend_principal row;
    struct vend_caller caller = take_caller(words);
    const char *name = take_word(words);
    const char *home = take_word(words);
    answer_status(vend_create_principal(server(), &caller, name, home, (uint32_t)take_number(words), &row));
}

/* register WHO PAN ORGANISATION UTILITY CURRENCY SGC KRN TI KT KEN BASE EA DKGA */
static void register_meter(struct words *words)
{
    struct vend_meter meter;
    struct vend_caller caller = take_caller(words);
    struct vend_meter_request request = {.pan = take_word(words)};
    request.organisation = take_word(words);
    request.utility = (enum vend_utility)take_number(words);
    request.currency = take_number(words) != 0;
    request.key.sgc = take_word(words);
    request.key.krn = (uint32_t)take_number(words);
    request.key.ti = (uint32_t)take_number(words);
    request.key.kt = (uint32_t)take_number(words);
    request.key.ken = (uint32_t)take_number(words);
    request.key.base_date = (uint32_t)take_number(words);
    request.key.ea = (uint32_t)take_number(words);
    request.key.dkga = (uint32_t)take_number(words);
    answer_status(vend_register_meter(server(), &caller, &request, &meter));
}

const struct command server_commands[] = {
    {"server", server_command},
    {"clock", clock_command},
    {"confirm-clock", confirm_clock},
    {"organisation", organisation},
    {"grant", grant},
    {"principal", principal},
    {"register", register_meter},
    {NULL, NULL},
};
