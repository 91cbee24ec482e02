/* Handing in what a meter wrote back. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "meter_print.h"
#include "metervault/codes.h"
#include "record.h"
#include "sale_print.h"

enum { RECORD_MAX = 255 };

/* As the meter's own table of codes says it: what the display showed, and words. */
static void print_refusal(const Metervault__V1__MeterReturn *back)
{
    const Metervault__V1__RefusedRecord *refused = back->last_refusal;
    enum mv_result result = (enum mv_result)refused->result;
    struct mv_code code = mv_code_of(result);
    (void)printf("Refused    %u records, the last of kind %u, number %u: %s (Err-%u-%02u), %s\n", back->refusals,
                 refused->kind, refused->sequence, mv_code_name(result), code.group, code.detail,
                 mv_code_words(result));
}

static void print_tables(const Metervault__V1__MeterReturn *back)
{
    char when[SALE_TIME_TEXT];
    for (size_t i = 0; i < back->n_events; i++) {
        const Metervault__V1__MeterEvent *event = back->events[i];
        sale_time_text(event->time_unix_s, when);
        (void)printf("Event      %s  %u (%u)\n", event->time_unix_s == 0 ? "-" : when, event->code, event->detail);
    }
    for (size_t i = 0; i < back->n_total_by_rate; i++)
        (void)printf("Rate %zu     %" PRId64 "\n", i, back->total_by_rate[i]);
    for (size_t i = 0; i < back->n_import_by_phase; i++)
        (void)printf("Phase %zu    %" PRId64 "\n", i + 1, back->import_by_phase[i]);
    if (back->frozen != NULL) {
        sale_time_text(back->frozen->ended_unix_s, when);
        (void)printf("Month -%u   ended %s, used %" PRId64 ", remaining %" PRId64 "\n", back->frozen->which, when,
                     back->frozen->month, back->frozen->remaining);
    }
    if (back->last_refusal != NULL)
        print_refusal(back);
}

void record_print_return(const Metervault__V1__MeterReturn *back)
{
    char when[SALE_TIME_TEXT];
    sale_time_text(back->time_unix_s, when);
    (void)printf("Meter      %s\nClock      %s\nReturn     epoch %u, number %u, key version %u%s\n", back->meter_pan,
                 back->time_unix_s == 0 ? "not set" : when, back->installation_epoch, back->sequence, back->key_version,
                 back->replayed ? " (received before)" : "");
    (void)printf("Counts     %s\nRemaining  %" PRId64 "\nTotal      %" PRId64 ", this month %" PRId64 "\n",
                 enum_name(&metervault__v1__amount_register__descriptor, (int)back->register_), back->remaining,
                 back->total, back->month);
    (void)printf("Purchases  %u, last record %u, by records %" PRId64 "\n", back->purchases, back->purchase_sequence,
                 back->total_purchased);
    if (back->arrears != 0)
        (void)printf("Arrears    %" PRId64 "\n", back->arrears);
    (void)printf("Status     %08X\nKeys       MAC version %u, wrapping version %u\n", back->status, back->mac_version,
                 back->enc_version);
    (void)printf("Taken      parameters %u, control %u, read %u, key-update %u\n", back->parameter_sequence,
                 back->control_sequence, back->read_request_sequence, back->key_update_sequence);
    (void)printf("Sets       tariff %u, next tariff %u, calendar %u\n", back->tariff_set, back->next_tariff_set,
                 back->calendar_set);
    print_tables(back);
    if (back->answers_last_read)
        (void)printf(
            "It answers the newest read request, and tells which purchases up to number %u were taken by then.\n",
            back->judges_purchases_to);
    for (size_t i = 0; i < back->n_voids; i++)
        (void)printf(back->voids[i]->taken ? "Purchase %u had been taken before it was voided.\n"
                                           : "Purchase %u is void, and never taken.\n",
                     back->voids[i]->sequence);
    if (back->ledger_behind)
        (void)puts("The meter took records that the ledger does not know: was an older ledger restored?");
    if (back->confirms_keys)
        (void)puts("It shows that the meter took its new keys.");
}

static void print_answer(const ProtobufCMessage *answer)
{
    record_print_return((const Metervault__V1__MeterReturn *)answer);
}

int record_return(struct cli *cli, int argc, char **argv)
{
    uint8_t bytes[RECORD_MAX];
    size_t size = 0;
    int first;
    int code;
    if (!cli_parse(cli, NULL, 0, argc, argv, &first, &code))
        return code;
    if (argc - first != 1 || !mv_hex_read(argv[first], bytes, sizeof bytes, &size))
        return cli_usage(cli, "return needs what the meter wrote, 39 to 255 bytes as hex digits");
    Metervault__V1__AcceptReturnRequest request = METERVAULT__V1__ACCEPT_RETURN_REQUEST__INIT;
    request.record = (ProtobufCBinaryData){size, bytes};
    ProtobufCMessage *answer =
        cli_ask(cli, &metervault__v1__token_service__descriptor, "AcceptReturn", &request.base, &code);
    return cli_show(cli, answer, print_answer, code);
}
