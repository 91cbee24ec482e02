/* mv_prepay_record: any bytes to a meter with anything in its memory; and the return after it. */
#include "arbitrary.h"

static struct mv_prepay p;
static uint8_t bytes[MV_RECORD_MAX];

static void open_one(void)
{
    struct mv_meter_port board = arbitrary_board();
    struct mv_prepay_port house = arbitrary_house();
    (void)mv_prepay_open(&p, &board, &house, &mv_sta_public);
    ARBITRARY(bytes);
}

void prove_record(void)
{
    static struct mv_record_answer answer;
    open_one();
    (void)mv_prepay_record(&p, bytes, Frama_C_unsigned_int_interval(0, MV_RECORD_MAX), &answer);
}

void prove_return(void)
{
    uint32_t size = 0;
    open_one();
    (void)mv_prepay_return(&p, bytes, &size);
}
