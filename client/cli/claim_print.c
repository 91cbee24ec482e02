#include "claim_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "metervault/v1/account_money_service.pb-c.h"
#include "sale_print.h"
#include "tariff.h"
#include "tariff_file.h"

static const char *state_of(const Metervault__V1__Claim *claim)
{
    enum { NEEDED = 2 };
    if (claim->act_number != 0)
        return "paid to the balance";
    if (claim->units_issued)
        return "units issued";
    return claim->proven || claim->approvals >= NEEDED ? "good" : "waits for officers";
}

/* `office` NULL: it has no currency. Of what the meter of the account measures: which unit that is stands in no claim.
 */
static void print_amount(const Metervault__V1__Claim *claim, const Metervault__V1__Office *office)
{
    char money[TARIFF_DECIMAL];
    if (claim->kind == METERVAULT__V1__CLAIM_KIND__CLAIM_UNITS)
        (void)printf("Amount    %" PRId64 " (Wh, l, s)\n", claim->amount);
    else if (office == NULL)
        (void)printf("Amount    %" PRId64 " of the smallest unit\n", claim->amount);
    else
        (void)printf("Amount    %s %s\n",
                     tariff_decimal_text(claim->amount, office->minor_digits, office->minor_digits, money),
                     office->currency);
}

static void print(const Metervault__V1__Claim *claim, const Metervault__V1__Office *office)
{
    static const char *const kinds[] = {"?", "money of a reversed sale", "money for credit in a meter",
                                        "units in a meter"};
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    char when[SALE_TIME_TEXT];
    sale_time_text(claim->at_unix_s, when);
    (void)printf("Claim     %" PRId64 "  %s\n", claim->claim_id,
                 kinds[claim->kind >= 0 && (unsigned)claim->kind < KINDS ? claim->kind : 0]);
    (void)printf("Account   %s  meter %s\n", claim->account_number, claim->meter_pan);
    print_amount(claim, office);
    (void)printf("Reason    %s\n", claim->reason);
    (void)printf("By        %s, %s\n", claim->principal, when);
    if (claim->proven)
        (void)printf("State     %s, by the meter's return\n", state_of(claim));
    else
        (void)printf("State     %s, approvals %" PRIu32 " of 2\n", state_of(claim), claim->approvals);
}

int claim_show(struct cli *cli, ProtobufCMessage *answer, int code)
{
    if (answer == NULL || cli->json)
        return cli_show(cli, answer, NULL, code);
    struct mv_client *client = cli_connect(cli, &code);
    Metervault__V1__Office *office = client != NULL ? tariff_ask_office_if_any(cli, client, &code) : NULL;
    mv_client_close(client);
    const Metervault__V1__ListClaimsResponse *list = (const Metervault__V1__ListClaimsResponse *)answer;
    if (answer->descriptor == &metervault__v1__claim__descriptor)
        print((const Metervault__V1__Claim *)answer, office);
    else
        for (size_t i = 0; i < list->n_claims; i++)
            print(list->claims[i], office);
    if (office != NULL)
        protobuf_c_message_free_unpacked(&office->base, NULL);
    protobuf_c_message_free_unpacked(answer, NULL);
    return code == CLI_DONE ? cli_flush() : code;
}
