/* mv_meter_enter: any 20 characters to a meter with anything in its memory. */
#include "arbitrary.h"

void prove_token(void)
{
    static struct mv_meter meter;
    static struct mv_meter_answer answer;
    struct mv_meter_port port = arbitrary_board();
    char digits[21];
    ARBITRARY(digits);
    (void)mv_meter_open(&meter, &port, &mv_sta_public);
    meter.sections_since = arbitrary_u32();
    (void)mv_meter_enter(&meter, digits, &answer);
    (void)mv_meter_tick(&meter);
    (void)mv_meter_tamper(&meter);
    (void)mv_meter_lockout_left(&meter);
}
