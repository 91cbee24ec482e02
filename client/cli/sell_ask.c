/* What is bought, by questions at the counter. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "bill_print.h"
#include "key_options.h"
#include "metervault/sts.h"
#include "money.h"
#include "sell.h"

static bool refuse(const char *what, char why[QUESTION_WHY])
{
    (void)snprintf(why, QUESTION_WHY, "%s", what);
    return false;
}

static void lower(char *text)
{
    for (; *text != '\0'; text++)
        *text = (char)tolower((unsigned char)*text);
}

/* ---- who: looked up at once, so that a slip is seen before anything else is asked ---- */
struct who {
    struct cli *cli;
    struct mv_client *client;
    char *number; /* QUESTION_ANSWER: what was taken */
    bool meter;
    int code; /* not CLI_DONE: nobody can say, which was reported */
};

/* Meter numbers are often written in groups. */
static bool digits_only(const char *answer, char pan[QUESTION_ANSWER])
{
    size_t count = 0;
    for (; *answer != '\0'; answer++) {
        if (*answer == ' ')
            continue;
        if (*answer < '0' || *answer > '9')
            return false;
        pan[count++] = *answer;
    }
    pan[count] = '\0';
    return count > 0;
}

static bool look_up(struct who *who, char why[QUESTION_WHY])
{
    ProtobufCMessage *answer = NULL;
    struct mv_client_error error;
    Metervault__V1__GetAccountRequest request = METERVAULT__V1__GET_ACCOUNT_REQUEST__INIT;
    request.by_case = who->meter ? METERVAULT__V1__GET_ACCOUNT_REQUEST__BY_METER_PAN
                                 : METERVAULT__V1__GET_ACCOUNT_REQUEST__BY_ACCOUNT_NUMBER;
    if (who->meter)
        request.meter_pan = who->number;
    else
        request.account_number = who->number;
    if (!mv_client_call(who->client, &metervault__v1__account_service__descriptor, "GetAccount", &request.base, true,
                        &answer, &error)) {
        if (error.reason[0] == '\0') {
            who->code = cli_report(who->cli, &error);
            return true; /* no more questions */
        }
        (void)snprintf(why, QUESTION_WHY, "%.120s (%.60s)", error.message, error.reason);
        return false;
    }
    const Metervault__V1__Account *account = (const Metervault__V1__Account *)answer;
    (void)fprintf(stderr, "  %s  %s, meter %s\n", account->account_number,
                  account->customer != NULL ? account->customer->name : "-", account->meter_pan);
    protobuf_c_message_free_unpacked(answer, NULL);
    return true;
}

static bool takes_who(void *self, const char *answer, char why[QUESTION_WHY])
{
    struct who *who = self;
    if (answer[0] == '\0')
        return refuse("an account number, or the 18 digits of a meter; Ctrl-D ends this", why);
    who->meter = digits_only(answer, who->number) && meter_pan_valid(who->number);
    if (who->meter && mv_pan_check(who->number) != MV_DONE)
        return refuse("a digit of the meter number is wrong: its check digit does not fit; look at the meter again",
                      why);
    if (!who->meter)
        (void)snprintf(who->number, QUESTION_ANSWER, "%s", answer);
    return look_up(who, why);
}

static int ask_who(struct cli *cli, struct mv_client *client, struct sell *sell)
{
    struct who who = {.cli = cli, .client = client, .number = sell->answers.who};
    char answer[QUESTION_ANSWER];
    if (!question_ask("Account number or meter", answer, takes_who, &who))
        return CLI_REFUSED;
    *(who.meter ? &sell->meter : &sell->account) = sell->answers.who;
    return who.code;
}

/* ---- how much: money, or "25 kwh" ---- */
static bool take_units(struct sell *sell, const char *unit, char why[QUESTION_WHY])
{
    struct cli_option names[QUANTITY_UNITS];
    int64_t value = 0;
    quantity_options(&sell->quantity, names);
    for (size_t i = 0; i < QUANTITY_UNITS; i++) {
        if (strcmp(names[i].name, unit) != 0)
            continue;
        if (!quantity_parse(sell->answers.amount, quantity_unit_find(unit)->decimals, &value))
            return refuse("units are above 0, with decimals behind a point, as in 25.6 kwh", why);
        *names[i].text = sell->answers.amount;
        return true;
    }
    return refuse("units are kwh, wh, m3, litres, seconds or currency, as in 25 kwh", why);
}

static bool takes_amount(void *self, const char *answer, char why[QUESTION_WHY])
{
    struct sell *sell = self;
    char unit[QUESTION_ANSWER];
    int64_t value = 0;
    size_t length = strspn(answer, "0123456789.,");
    (void)snprintf(unit, sizeof unit, "%s", answer + length + strspn(answer + length, " "));
    (void)snprintf(sell->answers.amount, sizeof sell->answers.amount, "%.*s", (int)length, answer);
    lower(unit);
    if (length > 0 && unit[0] != '\0')
        return take_units(sell, unit, why);
    if (!money_read(answer, sell->minor_digits, &value, why))
        return false;
    sell->money = sell->answers.amount;
    return true;
}

/* ---- how it is paid ---- */
static bool takes_payment(void *self, const char *answer, char why[QUESTION_WHY])
{
    struct sell *sell = self;
    char *payment = sell->answers.payment;
    (void)snprintf(payment, QUESTION_ANSWER, "%s", answer[0] == '\0' ? "cash" : answer);
    lower(payment);
    if (bill_payment_find(payment) == METERVAULT__V1__PAYMENT__PAYMENT_UNSPECIFIED)
        return refuse("cash, bank, card, mobile, or balance (what the account holds)", why);
    sell->payment = payment;
    return true;
}

static bool takes_tendered(void *self, const char *answer, char why[QUESTION_WHY])
{
    struct sell *sell = self;
    int64_t money = 0;
    int64_t tendered = 0;
    char ignored[MONEY_WHY];
    if (answer[0] == '\0')
        return true;
    if (!money_read(answer, sell->minor_digits, &tendered, why))
        return false;
    if (sell->money != NULL && money_read(sell->money, sell->minor_digits, &money, ignored) && tendered < money)
        return refuse("that is less than the purchase", why);
    (void)snprintf(sell->answers.tendered, sizeof sell->answers.tendered, "%s", answer);
    sell->tendered = sell->answers.tendered;
    return true;
}

void sell_forget(struct sell *sell)
{
    memset(&sell->quantity, 0, sizeof sell->quantity);
    sell->money = sell->payment = sell->tendered = NULL;
}

static bool ask_rest(struct sell *sell, const char *currency)
{
    char question[QUESTION_ANSWER];
    char answer[QUESTION_ANSWER];
    (void)snprintf(question, sizeof question, "Amount in %.8s, or units as in 25 kwh", currency);
    if (!question_ask(question, answer, takes_amount, sell))
        return false;
    if (sell->payment == NULL &&
        !question_ask("Paid by cash, bank, card, mobile or balance [cash]", answer, takes_payment, sell))
        return false;
    return sell->tendered != NULL || strcmp(sell->payment, "cash") != 0 ||
           question_ask("Handed over [exactly that]", answer, takes_tendered, sell);
}

int sell_ask(struct cli *cli, struct mv_client *client, struct sell *sell, const char *currency)
{
    int code = sell->account == NULL && sell->meter == NULL ? ask_who(cli, client, sell) : CLI_DONE;
    if (code == CLI_DONE && !ask_rest(sell, currency))
        code = CLI_REFUSED;
    sell->ended = code != CLI_DONE;
    return code;
}
