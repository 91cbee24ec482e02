/* An image with a card slot: of it the folder `card` counts, the rest is the payment meter's own (size_engine.c). */
#include <stddef.h>

#include "../../../meter-core/port/board.h"
#include "../../../meter-core/port/nor/nor_ram.h"
#include "metervault/card_terminal.h"

static struct mv_prepay meter;
static struct mv_card_terminal terminal;
static uint8_t answer[MV_CARD_RAPDU_MAX];

static bool board_random(void *context, uint8_t *data, uint16_t size)
{
    (void)context;
    data[0] = (uint8_t)size;
    return true;
}

int main(void)
{
    static const struct mv_prepay_port port;
    static const struct mv_card_keys keys;
    static const struct mv_meter_port nv;
    mv_board_start();
    if (mv_prepay_open(&meter, &nv, &port, &mv_sta_public) != MV_DONE ||
        mv_prepay_provision_cards(&meter, &keys) != MV_DONE ||
        mv_card_terminal_begin(&terminal, &meter, board_random, NULL) != MV_CARD_SEND)
        return (int)mv_card_terminal_gone(&terminal);
    return (int)mv_card_terminal_step(&terminal, answer, sizeof answer);
}
