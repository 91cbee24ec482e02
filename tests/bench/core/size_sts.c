/* An image that takes STS tokens and nothing else: everything that is linked from meter-core counts. */
#include "../../../meter-core/port/board.h"
#include "../../../meter-core/port/nor/nor_ram.h"
#include "metervault/meter.h"

static struct mv_meter meter;
static struct mv_meter_answer answer;
static char digits[21];

static uint32_t seconds(void *context)
{
    (void)context;
    return 0;
}

int main(void)
{
    struct mv_meter_identity identity = {.key = {.ea = MV_EA_STA}};
    struct mv_meter_port port = mv_nor_port(&mv_nor_ram, seconds);
    enum mv_result result = mv_meter_open(&meter, &port, &mv_sta_public);
    if (result == MV_NOT_PROVISIONED)
        result = mv_meter_provision(&meter, &identity, 0);
    if (result == MV_DONE)
        result = mv_meter_enter(&meter, digits, &answer);
    if (result == MV_DONE)
        result = mv_meter_tick(&meter);
    if (result == MV_DONE)
        result = mv_meter_tamper(&meter);
    return (int)result;
}
