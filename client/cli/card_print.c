/* Cards and what a session came to, for a person. */
#include <inttypes.h>
#include <stdio.h>

#include "bill_print.h"
#include "card_desk.h"
#include "meter_print.h"
#include "quantity.h"
#include "record.h"
#include "sale_print.h"

void card_print(const Metervault__V1__Card *card)
{
    char when[SALE_TIME_TEXT];
    (void)printf("Card      %s\nKind      %s, %s%s%s\n", card->uid,
                 enum_name(&metervault__v1__card_kind__descriptor, (int)card->kind),
                 enum_name(&metervault__v1__card_state__descriptor, (int)card->state), card->denied ? ", DENIED: " : "",
                 card->denied_because);
    if (*card->meter_pan != '\0')
        (void)printf("Meter     %s, card version %u\n", card->meter_pan, card->card_version);
    if (*card->domain != '\0')
        (void)printf("Domain    %s, round of %u meters\n", card->domain, card->round);
    if (card->keys != NULL)
        (void)printf("Keys      issuer %u, office %u, meter %u, area %u, transport %u\n", card->keys->issuer,
                     card->keys->office, card->keys->meter, card->keys->area, card->keys->transport);
    sale_time_text(card->last_used_unix_s, when);
    (void)printf("Used      %" PRIu64 " times, last %s\n", card->uses, when);
}

static void print_purchase(const Metervault__V1__CardBegin *begin, const Metervault__V1__CardResult *result)
{
    const Metervault__V1__IssuedRecord *record = result->purchase;
    char when[SALE_TIME_TEXT];
    char amount[QUANTITY_TEXT];
    sale_time_text(record->issued_at_unix_s, when);
    if (begin->purchase != NULL && begin->purchase->quantity != NULL) {
        quantity_text(begin->purchase->quantity, amount);
        (void)printf("Credit    %s\n", amount);
    }
    if (result->sold != NULL) {
        const Metervault__V1__ReceiptNumber *receipt = result->sold->issued->receipt;
        (void)printf("Account   %s  %s\nReceipt   %s/%s/%" PRIu64 "\n", result->sold->account_number,
                     result->sold->customer_name, receipt->organisation, receipt->terminal_id, receipt->number);
        bill_print(result->sold->bill);
        bill_print_payment(result->sold);
    }
    (void)printf("Purchase  number %u%s%s\nSigned    %s by %s\nRequest   %s\n", record->sequence,
                 result->merged ? ", with what the meter had not taken" : "",
                 result->already_written ? " (was on the card, or taken, before)" : "", when, record->principal,
                 begin->request_id);
}

static void print_round(const Metervault__V1__CardResult *result)
{
    for (size_t i = 0; i < result->n_round; i++) {
        const Metervault__V1__RoundEntry *entry = result->round[i];
        if (entry->loaded != NULL)
            (void)printf("Meter     %s  record %u\n", entry->meter_pan, entry->loaded->sequence);
        else if (entry->returned != NULL)
            (void)printf("Meter     %s  remaining %" PRId64 ", purchase %u\n", entry->meter_pan,
                         entry->returned->remaining, entry->returned->purchase_sequence);
        else
            (void)printf("Meter     %s  %s\n", entry->meter_pan,
                         *entry->refused != '\0' ? entry->refused : "not visited yet");
    }
}

void card_print_result(const Metervault__V1__CardBegin *begin, const Metervault__V1__CardResult *result)
{
    if (!result->genuine)
        (void)puts("This card has not proven to be one of ours.");
    if (result->card != NULL)
        card_print(result->card);
    if (result->replaced != NULL)
        (void)printf("Replaces  %s, which is denied from now on\n", result->replaced->uid);
    if (result->purchase != NULL)
        print_purchase(begin, result);
    if (result->previous_taken)
        (void)puts("The meter has taken the purchase before this one.");
    print_round(result);
    if (*result->return_refused != '\0')
        (void)printf("What is on the card as the meter's return is none: %s\n", result->return_refused);
    if (result->settings_left)
        (void)puts("Settings that the meter may not have taken did not fit: bring them another way (record list).");
    if (result->returned != NULL) {
        (void)puts("The meter wrote:");
        record_print_return(result->returned);
    }
}
