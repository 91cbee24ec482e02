/* Many client processes that sell at once and never give up: each stores its request id in the journal before it sends,
 * repeats a sale of unknown outcome with the same id, and writes every acknowledged answer to the journal with one
 * write(2).
 *
 *   storm register CLIENT FIRST COUNT ORGANISATION SGC      opens meters (serial numbers FIRST..FIRST+COUNT-1)
 *   storm sell     CLIENT FIRST COUNT JOURNAL CLIENTS       sells until SIGTERM; then finishes what is begun
 *   storm replay   CLIENT JOURNAL                           asks again for every acknowledged sale; same digits or exit
 * 1
 *
 * CLIENT is SERVER CA CERTIFICATE KEY. Journal lines: "start ID PAN WH TERMINAL",
 * "ack ID PAN WH TERMINAL RECEIPT DIGITS", "refused ID REASON". */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "metervault.h"
#include "metervault/v1/meter_service.pb-c.h"
#include "sale.h"

enum {
    PAN_SIZE = 19,
    IIN_DIGITS = 6,
    DRN_DIGITS = 11,
    LINE = 256,
    MAX_CLIENTS = 256,
    TILLS = 5
}; /* receipts of 50 clients come from few tills */
enum { GRPC_DEADLINE = 4, GRPC_UNAVAILABLE = 14 };

static volatile sig_atomic_t stopping;

static void on_term(int number)
{
    (void)number;
    stopping = 1;
}

static void nap_ms(unsigned ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000L};
    (void)nanosleep(&time, NULL);
}

static int luhn(const char *digits)
{
    int sum = 0;
    bool twice = true;
    for (size_t i = strlen(digits); i-- > 0; twice = !twice) {
        int digit = digits[i] - '0';
        if (twice)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return (10 - sum % 10) % 10;
}

static void make_pan(unsigned serial, char pan[PAN_SIZE])
{
    int length = snprintf(pan, PAN_SIZE, "60072712%08u", serial % 100000000U);
    for (; length < PAN_SIZE - 1; length++) { /* first the check digit of the DRN, then that of the PAN */
        const char *digits = length == IIN_DIGITS + DRN_DIGITS - 1 ? pan + IIN_DIGITS : pan;
        pan[length] = (char)('0' + luhn(digits));
        pan[length + 1] = '\0';
    }
}

static unsigned number(const char *text)
{
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value > 99999999UL) {
        (void)fprintf(stderr, "storm: not a number: %s\n", text);
        exit(2);
    }
    return (unsigned)value;
}

static struct mv_client *open_client(char **client)
{
    const struct mv_client_options options = {.server = client[0],
                                              .ca_file = client[1],
                                              .certificate_file = client[2],
                                              .key_file = client[3],
                                              .deadline_ms = 4000,
                                              .tries = 3};
    struct mv_client_error error;
    struct mv_client *opened = mv_client_open(&options, &error);
    if (opened == NULL) {
        (void)fprintf(stderr, "storm: %s\n", error.message);
        exit(3);
    }
    return opened;
}

/* ---- register ---- */
static int register_meters(char **client, char **arguments)
{
    struct mv_client *connection = open_client(client);
    unsigned first = number(arguments[0]);
    unsigned count = number(arguments[1]);
    for (unsigned i = 0; i < count; i++) {
        char pan[PAN_SIZE];
        make_pan(first + i, pan);
        Metervault__V1__MeterKey key = METERVAULT__V1__METER_KEY__INIT;
        key.supply_group_code = arguments[3];
        key.key_revision_number = 1;
        key.tariff_index = 1;
        key.key_type = 2;
        key.key_expiry_number = 255;
        key.base_date = 2014;
        key.encryption_algorithm = i % 2 == 0 ? 7 : 11;
        key.key_generation_algorithm = 4;
        Metervault__V1__RegisterMeterRequest request = METERVAULT__V1__REGISTER_METER_REQUEST__INIT;
        request.meter_pan = pan;
        request.organisation = arguments[2];
        request.utility = METERVAULT__V1__UTILITY__ELECTRICITY;
        request.key = &key;
        ProtobufCMessage *answer = NULL;
        struct mv_client_error error;
        if (!mv_client_call(connection, &metervault__v1__meter_service__descriptor, "RegisterMeter", &request.base,
                            true, &answer, &error)) {
            (void)fprintf(stderr, "storm: %s %s\n", error.reason, error.message);
            return 1;
        }
        protobuf_c_message_free_unpacked(answer, NULL);
    }
    mv_client_close(connection);
    return 0;
}

/* ---- sell ---- */
struct seller {
    char **client;
    unsigned index;
    unsigned first;
    unsigned count;
    int journal;
};

static void write_line(int journal, const char *line, int length)
{
    if (length <= 0 || length >= LINE || write(journal, line, (size_t)length) != length) {
        perror("storm: journal");
        _exit(3);
    }
}

static void journal_answer(int journal, const struct mv_sale *sale, const Metervault__V1__IssuedTokens *answer)
{
    char line[LINE];
    if (answer->n_tokens != 1 || answer->receipt == NULL) {
        (void)fprintf(stderr, "storm: an answer without token or receipt\n");
        _exit(1);
    }
    write_line(journal, line,
               snprintf(line, sizeof line, "ack %s %s %" PRId64 " %s %" PRIu64 " %s\n", sale->request_id,
                        sale->meter_pan, sale->amount, sale->terminal, answer->receipt->number,
                        answer->tokens[0]->digits));
}

/* The server said no and will not say otherwise to the same request id. What it cannot do just now is no such answer.
 */
static bool settled(enum mv_sale_outcome outcome, const struct mv_client_error *error)
{
    return outcome == MV_SALE_REFUSED && error->grpc_status != GRPC_UNAVAILABLE && error->grpc_status != GRPC_DEADLINE;
}

/* One sale to its end, whatever the server does meanwhile. */
static void sell_one(struct mv_client *client, const struct seller *seller, const struct mv_sale *sale)
{
    char line[LINE];
    write_line(seller->journal, line,
               snprintf(line, sizeof line, "start %s %s %" PRId64 " %s\n", sale->request_id, sale->meter_pan,
                        sale->amount, sale->terminal));
    for (;;) {
        Metervault__V1__IssuedTokens *answer = NULL;
        struct mv_client_error error;
        enum mv_sale_outcome outcome = mv_client_sell(client, sale, &answer, &error);
        if (outcome == MV_SALE_DONE) {
            journal_answer(seller->journal, sale, answer);
            mv_sale_free(answer);
            return;
        }
        if (settled(outcome, &error)) {
            write_line(seller->journal, line,
                       snprintf(line, sizeof line, "refused %s %s\n", sale->request_id, error.reason));
            return;
        }
        nap_ms(50);
    }
}

static void sell(const struct seller *seller)
{
    struct mv_client *client = open_client(seller->client);
    unsigned seed = seller->index + 1;
    while (stopping == 0) {
        char id[MV_REQUEST_ID_SIZE];
        char pan[PAN_SIZE];
        char till[16];
        if (!mv_client_request_id(id))
            _exit(3);
        make_pan(seller->first + (unsigned)rand_r(&seed) % seller->count, pan);
        (void)snprintf(till, sizeof till, "storm%u", seller->index % TILLS);
        const struct mv_sale sale = {.request_id = id,
                                     .terminal = till,
                                     .meter_pan = pan,
                                     .unit = MV_SALE_WH,
                                     .amount = 100 * (1 + (int64_t)(rand_r(&seed) % 500))};
        sell_one(client, seller, &sale);
        nap_ms((unsigned)rand_r(&seed) % 200);
    }
    mv_client_close(client);
}

static int open_journal(const char *path)
{
    int journal = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal < 0) {
        perror(path);
        exit(3);
    }
    return journal;
}

/* A process of its own, so that it has a connection of its own; ends with its parent. */
static pid_t start_seller(const struct seller *seller)
{
    pid_t parent = getpid();
    pid_t child = fork();
    if (child != 0)
        return child;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
        sell(seller);
    _exit(0);
}

/* True when all ended well. */
static bool wait_for_sellers(const pid_t *sellers, unsigned count)
{
    bool good = true;
    bool told = false;
    for (unsigned left = count; left > 0;) {
        int ended = 0;
        if (wait(&ended) > 0) {
            left--;
            good = good && WIFEXITED(ended) && WEXITSTATUS(ended) == 0;
        }
        for (unsigned i = 0; stopping != 0 && !told && i < count; i++)
            (void)kill(sellers[i], SIGTERM);
        told = stopping != 0;
    }
    return good;
}

static int sell_until_stopped(char **client, char **arguments)
{
    pid_t sellers[MAX_CLIENTS];
    unsigned count = number(arguments[3]);
    struct seller seller = {.client = client,
                            .first = number(arguments[0]),
                            .count = number(arguments[1]),
                            .journal = open_journal(arguments[2])};
    const struct sigaction action = {.sa_handler = on_term}; /* interrupts wait() */
    if (count == 0 || count > MAX_CLIENTS || seller.count == 0 || sigaction(SIGTERM, &action, NULL) != 0)
        return 2;
    for (; seller.index < count; seller.index++) {
        sellers[seller.index] = start_seller(&seller);
        if (sellers[seller.index] < 0)
            return 3;
    }
    return wait_for_sellers(sellers, count) ? 0 : 1;
}

/* ---- replay ---- */
/* An "ack" line of the journal asked for again; `number` and `digits` are what was answered then. */
static bool same_again(struct mv_client *client, const struct mv_sale *sale, const char *receipt, const char *digits)
{
    Metervault__V1__IssuedTokens *answer = NULL;
    struct mv_client_error error;
    if (mv_client_recover(client, sale, &answer, &error) != MV_SALE_DONE) {
        (void)fprintf(stderr, "storm: %s was acknowledged and is now: %s %s\n", sale->request_id, error.reason,
                      error.message);
        return false;
    }
    char again[24];
    (void)snprintf(again, sizeof again, "%" PRIu64, answer->receipt->number);
    bool same = answer->n_tokens == 1 && strcmp(answer->tokens[0]->digits, digits) == 0 && strcmp(again, receipt) == 0;
    if (!same)
        (void)fprintf(stderr, "storm: %s has another answer now\n", sale->request_id);
    mv_sale_free(answer);
    return same;
}

enum { KIND, ID, PAN, WH, TERMINAL, RECEIPT, DIGITS, FIELDS };

/* Splits in place; false unless it is an "ack" line. */
static bool ack_fields(char *line, char *fields[FIELDS])
{
    char *rest = NULL;
    for (int i = 0; i < FIELDS; i++) {
        fields[i] = strtok_r(i == 0 ? line : NULL, " \n", &rest);
        if (fields[i] == NULL)
            return false;
    }
    return strcmp(fields[KIND], "ack") == 0;
}

static int replay(char **client, char **arguments)
{
    struct mv_client *connection = open_client(client);
    FILE *journal = fopen(arguments[0], "re");
    char line[LINE];
    char *fields[FIELDS];
    unsigned asked = 0;
    bool good = true;
    if (journal == NULL) {
        perror(arguments[0]);
        return 3;
    }
    while (good && fgets(line, sizeof line, journal) != NULL) {
        if (!ack_fields(line, fields))
            continue;
        const struct mv_sale sale = {.request_id = fields[ID],
                                     .terminal = fields[TERMINAL],
                                     .meter_pan = fields[PAN],
                                     .unit = MV_SALE_WH,
                                     .amount = (int64_t)number(fields[WH])};
        good = same_again(connection, &sale, fields[RECEIPT], fields[DIGITS]);
        asked++;
    }
    (void)fclose(journal);
    mv_client_close(connection);
    (void)printf("%u answers asked for again\n", asked);
    return good && asked > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 10 && strcmp(argv[1], "register") == 0)
        return register_meters(argv + 2, argv + 6);
    if (argc == 10 && strcmp(argv[1], "sell") == 0)
        return sell_until_stopped(argv + 2, argv + 6);
    if (argc == 7 && strcmp(argv[1], "replay") == 0)
        return replay(argv + 2, argv + 6);
    (void)fprintf(stderr, "usage: see the head of tests/faults/storm.c\n");
    return 2;
}
