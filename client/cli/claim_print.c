#include "claim_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "sale_print.h"

static const char *state_of(const Metervault__V1__Claim *claim)
{
    enum { NEEDED = 2 };
    if (claim->act_number != 0)
        return "paid to the balance";
    if (claim->units_issued)
        return "units issued";
    return claim->proven || claim->approvals >= NEEDED ? "good" : "waits for officers";
}

void claim_print(const ProtobufCMessage *answer)
{
    const Metervault__V1__Claim *claim = (const Metervault__V1__Claim *)answer;
    static const char *const kinds[] = {"?", "money of a reversed sale", "money for credit in a meter",
                                        "units in a meter"};
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    char when[SALE_TIME_TEXT];
    sale_time_text(claim->at_unix_s, when);
    (void)printf("Claim     %" PRId64 "  %s\n", claim->claim_id,
                 kinds[claim->kind >= 0 && (unsigned)claim->kind < KINDS ? claim->kind : 0]);
    (void)printf("Account   %s  meter %s\n", claim->account_number, claim->meter_pan);
    (void)printf("Amount    %" PRId64 "%s\n", claim->amount,
                 claim->kind == METERVAULT__V1__CLAIM_KIND__CLAIM_UNITS ? "" : " in the currency's smallest unit");
    (void)printf("Reason    %s\n", claim->reason);
    (void)printf("By        %s, %s\n", claim->principal, when);
    if (claim->proven)
        (void)printf("State     %s, by the meter's return\n", state_of(claim));
    else
        (void)printf("State     %s, approvals %" PRIu32 " of 2\n", state_of(claim), claim->approvals);
}
