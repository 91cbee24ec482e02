/* A whole firmware, for qemu: a meter with a sample key takes tokens of 20 digits and prints what became of each. On a
 * board they come from its keypad and the results go to its display, the identity comes from the factory, and the flash
 * is real. */
#include <stdio.h>

#include "../board.h"
#include "../nor/nor_ram.h"

enum { FIRST_ENTRY = 2 };

static struct mv_meter meter;
static struct mv_meter_answer answer;

static uint32_t seconds(void *context)
{
    (void)context;
    return mv_board_seconds();
}

static enum mv_result make_sample_meter(void)
{
    static const struct mv_meter_identity sample = {
        .pan = {'6', '0', '0', '7', '2', '7', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '9'},
        .key = {.ea = MV_EA_STA, .bytes = {0xE6, 0x53, 0x34, 0x1F, 0x9D, 0x5B, 0xF3, 0x6F}},
        .key_type = 2,
        .key_revision = 1,
        .tariff_index = 1,
        .key_expiry = 255,
        .supply_group = 123456,
        .measures = 1U << MV_REGISTER_ELECTRICITY};
    return mv_meter_provision(&meter, &sample, 0);
}

static enum mv_result start_meter(void)
{
    struct mv_meter_port port = mv_nor_port(&mv_nor_ram, seconds);
    enum mv_result result = mv_meter_open(&meter, &port, &mv_sta_public);
    return result == MV_NOT_PROVISIONED ? make_sample_meter() : result;
}

static void show(enum mv_result result)
{
    if (result == MV_ACCEPT && answer.kind == MV_ANSWER_CREDIT)
        printf("accepted, %ld Wh, %ld Wh in all\n", (long)answer.credited, (long)answer.balance);
    else
        printf("result %d\n", (int)result);
}

/* The arguments are the entries; picolibc and qemu put a name each before them. */
int main(int argc, char **argv)
{
    mv_board_start();
    enum mv_result result = start_meter();
    if (result != MV_DONE) {
        printf("no meter: %d\n", (int)result);
        return 1;
    }
    for (int i = FIRST_ENTRY; i < argc; i++)
        show(mv_meter_enter(&meter, argv[i], &answer));
    return 0;
}
