/* Meters: engines of meter-core on memory that can lose power. */
#include <stdlib.h>
#include <string.h>

#include "../../support/flash_model.h"
#include "../../support/token.h"
#include "driver.h"
#include "meter_print.h"
#include "metervault/meter.h"

enum { METERS = 64 };

struct board {
    struct flash flash;
    struct mv_meter meter;
};
static struct board *boards[METERS];

static struct board *take_board(struct words *words)
{
    int64_t number = take_number(words);
    if (number < 0 || number >= METERS || boards[number] == NULL)
        give_up("no such meter", words->word[words->next - 1]);
    boards[number]->flash.now = (uint32_t)clock_boot_s();
    return boards[number];
}

static void open_meter(struct board *board, enum mv_result expected)
{
    struct mv_meter_port port = flash_port(&board->flash);
    enum mv_result result = mv_meter_open(&board->meter, &port, &mv_sta_public);
    if (result != expected)
        give_up("mv_meter_open", result_name(result));
}

void meters_close(void)
{
    for (size_t i = 0; i < METERS; i++) {
        if (boards[i] != NULL)
            mv_meter_close(&boards[i]->meter);
        free(boards[i]);
        boards[i] = NULL;
    }
}

/* make N PAN EA KEY KT KRN TI KEN SGC MEASURES TID_FILL */
static void make(struct words *words)
{
    int64_t number = take_number(words);
    if (number < 0 || number >= METERS || boards[number] != NULL)
        give_up("meter number", words->word[1]);
    struct board *board = boards[number] = calloc(1, sizeof *board);
    if (board == NULL)
        give_up("memory", "meter");
    struct mv_meter_identity identity = {.pan = {0}};
    const char *pan = take_word(words);
    memcpy(identity.pan, pan, strnlen(pan, sizeof identity.pan));
    identity.key.ea = (uint8_t)take_number(words);
    (void)test_hex(take_word(words), identity.key.bytes, sizeof identity.key.bytes);
    identity.key_type = (uint8_t)take_number(words);
    identity.key_revision = (uint8_t)take_number(words);
    identity.tariff_index = (uint8_t)take_number(words);
    identity.key_expiry = (uint8_t)take_number(words);
    identity.supply_group = (uint32_t)take_number(words);
    identity.measures = (uint8_t)take_number(words);
    flash_init(&board->flash);
    board->flash.now = (uint32_t)clock_boot_s();
    open_meter(board, MV_NOT_PROVISIONED);
    enum mv_result result = mv_meter_provision(&board->meter, &identity, (uint32_t)take_number(words));
    print_meter(result, NULL, &board->meter);
}

static void enter(struct board *board, const char *digits)
{
    struct mv_meter_answer answer;
    enum mv_result result = mv_meter_enter(&board->meter, digits, &answer);
    if (board->flash.energy != UINT32_MAX) {
        flash_power_on(&board->flash);
        open_meter(board, MV_DONE);
    }
    print_meter(result, &answer, &board->meter);
}

/* enter N DIGITS */
static void enter_command(struct words *words)
{
    struct board *board = take_board(words);
    enter(board, take_word(words));
}

/* cut N ENERGY DIGITS: the power goes after so many bytes of the memory were changed, and comes back */
static void cut_command(struct words *words)
{
    struct board *board = take_board(words);
    board->flash.energy = (uint32_t)take_number(words);
    enter(board, take_word(words));
}

/* reboot N */
static void reboot(struct words *words)
{
    struct board *board = take_board(words);
    mv_meter_close(&board->meter);
    open_meter(board, MV_DONE);
    print_meter(MV_DONE, NULL, &board->meter);
}

/* tick N */
static void tick(struct words *words)
{
    struct board *board = take_board(words);
    enum mv_result result = mv_meter_tick(&board->meter);
    print_meter(result, NULL, &board->meter);
}

/* tamper N */
static void tamper(struct words *words)
{
    struct board *board = take_board(words);
    enum mv_result result = mv_meter_tamper(&board->meter);
    print_meter(result, NULL, &board->meter);
}

const struct command meter_commands[] = {{"make", make},     {"enter", enter_command}, {"cut", cut_command},
                                         {"reboot", reboot}, {"tick", tick},           {"tamper", tamper},
                                         {NULL, NULL}};
