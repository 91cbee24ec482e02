/* An image with the whole payment meter: supply, tariffs, records, keypad and display. Everything that is linked from
 * meter-core counts. */
#include <stddef.h>

#include "../../../meter-core/port/board.h"
#include "../../../meter-core/port/nor/nor_ram.h"
#include "metervault/codes.h"
#include "metervault/prepay_record.h"
#include "metervault/screen.h"

static struct mv_prepay meter;
static struct mv_meter_answer answer;
static struct mv_record_answer record_answer;
static struct mv_screen screen;
static uint8_t record[MV_RECORD_MAX];

static uint32_t seconds(void *context)
{
    (void)context;
    return mv_board_seconds();
}

static bool clock_read(void *context, uint32_t *unix_s)
{
    (void)context;
    *unix_s = mv_board_seconds();
    return true;
}

static bool clock_set(void *context, uint32_t unix_s)
{
    (void)context;
    return unix_s != 0;
}

static bool switch_set(void *context, bool closed)
{
    (void)context;
    return closed;
}

static enum mv_switch_state switch_read(void *context)
{
    (void)context;
    return (enum mv_switch_state)0;
}

static void indicate(void *context, uint8_t lamps)
{
    (void)context;
    (void)lamps;
}

static enum mv_result start(void)
{
    static const struct mv_prepay_port port = {.clock_read = clock_read,
                                               .clock_set = clock_set,
                                               .switch_set = switch_set,
                                               .switch_read = switch_read,
                                               .indicate = indicate};
    static const struct mv_meter_identity identity = {.key = {.ea = MV_EA_STA}};
    static const struct mv_record_keys keys = {.mac_version = 1};
    struct mv_meter_port meter_port = mv_nor_port(&mv_nor_ram, seconds);
    enum mv_result result = mv_prepay_open(&meter, &meter_port, &port, &mv_sta_public);
    return result == MV_NOT_PROVISIONED ? mv_prepay_provision(&meter, &identity, 0, NULL, &keys, 1) : result;
}

static enum mv_result use(void)
{
    uint32_t size = 0;
    uint32_t power[MV_PHASES] = {0};
    enum mv_result result = mv_prepay_enter(&meter, "00000000000000000000", &answer);
    mv_prepay_pulses(&meter, 0, 1);
    mv_prepay_power(&meter, power, 1);
    if (result == MV_DONE)
        result = mv_prepay_record(&meter, record, sizeof record, &record_answer);
    if (result == MV_DONE)
        result = mv_prepay_return(&meter, record, &size);
    if (result == MV_DONE)
        result = mv_prepay_key(&meter, MV_KEY_ENTER);
    if (result == MV_DONE)
        result = mv_prepay_tick(&meter);
    if (result == MV_DONE)
        result = mv_prepay_tamper(&meter);
    if (result == MV_DONE)
        result = mv_prepay_bypass(&meter, true);
    mv_prepay_screen(&meter, &screen);
    return result == MV_DONE ? mv_prepay_power_fails(&meter) : result;
}

int main(void)
{
    mv_board_start();
    enum mv_result result = start();
    return result == MV_DONE ? (int)use() : mv_code_of(result).group;
}
