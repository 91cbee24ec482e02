#include "answer.h"

#include <inttypes.h>
#include <stdio.h>

#include "metervault/codes.h"
#include "words.h"

static void print_credit(const struct mv_prepay *p, const struct mv_meter_answer *answer, bool json)
{
    char credited[WORDS_QUANTITY];
    char balance[WORDS_QUANTITY];
    const char *unit = words_unit(answer->credit_register);
    words_quantity(answer->credit_register, answer->credited, credited);
    words_quantity(answer->credit_register, answer->balance - p->account.taken[answer->credit_register], balance);
    if (json)
        printf("{\"result\": \"ACCEPT\", \"service\": \"%s\", \"credited\": \"%s\", \"balance\": \"%s\", "
               "\"unit\": \"%s\"}\n",
               words_register(answer->credit_register), credited, balance, unit);
    else
        printf("accepted: %s %s, balance %s %s\n", credited, unit, balance, unit);
}

/* The field as the token's kind means it. */
static void management_value(const struct mv_sts_manage *token, char text[WORDS_QUANTITY])
{
    struct mv_sts_extended extended = mv_sts_extended_read(token->field);
    switch (token->subclass) {
    case MV_MANAGE_MAXIMUM_POWER:
    case MV_MANAGE_PHASE_UNBALANCE:
        (void)snprintf(text, WORDS_QUANTITY, "%" PRIu32 " W", mv_sts_amount_decode(token->field));
        return;
    case MV_MANAGE_CLEAR_CREDIT:
        (void)snprintf(text, WORDS_QUANTITY, "%s", words_register((enum mv_credit_register)token->field));
        return;
    case MV_MANAGE_EXTENDED:
        if (extended.index == MV_EXTENDED_FLAG)
            (void)snprintf(text, WORDS_QUANTITY, "flag %u = %u", extended.flag, extended.value);
        else
            (void)snprintf(text, WORDS_QUANTITY, "index %u = %u", extended.index, extended.value);
        return;
    default:
        (void)snprintf(text, WORDS_QUANTITY, "%u", token->field);
    }
}

static void print_management(const struct mv_meter_answer *answer, bool json)
{
    char value[WORDS_QUANTITY];
    const char *name = words_manage(answer->management.subclass);
    management_value(&answer->management, value);
    if (json)
        printf("{\"result\": \"ACCEPT\", \"kind\": \"management\", \"name\": \"%s\", \"value\": \"%s\"}\n", name,
               value);
    else
        printf("accepted: %s %s\n", name, value);
}

static void print_section(enum mv_result result, const struct mv_meter_answer *answer, bool json)
{
    char there[WORDS_QUANTITY];
    words_sections(answer->sections, there);
    if (json)
        printf("{\"result\": \"%s\", \"kind\": \"key_section\", \"section\": %u, \"sections\": \"%s\"}\n",
               mv_code_name(result), answer->section, there);
    else
        printf("taken: %s - %s; the meter has %s\n", mv_code_name(result), mv_code_words(result), there);
}

static void print_key_change(const struct mv_meter *meter, bool json)
{
    const struct mv_meter_identity *id = &meter->state.identity;
    char group[WORDS_QUANTITY];
    words_supply_group(id->supply_group, group);
    if (json)
        printf("{\"result\": \"ACCEPT\", \"kind\": \"key_change\", \"supply_group_code\": \"%s\", "
               "\"key_revision_number\": %u, \"key_type\": %u, \"tariff_index\": \"%02u\", "
               "\"key_expiry_number\": %u}\n",
               group, id->key_revision, id->key_type, id->tariff_index, id->key_expiry);
    else
        printf("accepted: new key, supply group %s, key revision %u, tariff index %02u, expiry number %u\n", group,
               id->key_revision, id->tariff_index, id->key_expiry);
}

static void item_name(const struct mv_display_item *item, char name[2 * WORDS_QUANTITY])
{
    if (item->what == MV_SHOW_CREDIT)
        (void)snprintf(name, (size_t)2 * WORDS_QUANTITY, "%s", words_register((enum mv_credit_register)item->index));
    else if (item->what == MV_SHOW_EXTENDED || item->what == MV_SHOW_FLAG)
        (void)snprintf(name, (size_t)2 * WORDS_QUANTITY, "%s_%u", words_show(item->what), item->index);
    else
        (void)snprintf(name, (size_t)2 * WORDS_QUANTITY, "%s", words_show(item->what));
}

static void print_display(const struct mv_meter_answer *answer, bool json)
{
    const struct mv_display *display = &answer->display;
    if (json)
        printf("{\"result\": \"ACCEPT\", \"kind\": \"display\", \"items\": [");
    for (unsigned i = 0; i < display->count; i++) {
        char name[2 * WORDS_QUANTITY];
        char value[WORDS_QUANTITY];
        item_name(&display->items[i], name);
        words_item(&display->items[i], value);
        if (json)
            printf("%s{\"name\": \"%s\", \"value\": \"%s\"}", i == 0 ? "" : ", ", name, value);
        else
            printf("%-24s %s\n", name, value);
    }
    if (json)
        printf("]}\n");
}

void answer_print(const struct mv_prepay *p, enum mv_result result, const struct mv_meter_answer *answer, bool json)
{
    switch (answer->kind) {
    case MV_ANSWER_CREDIT:
        print_credit(p, answer, json);
        return;
    case MV_ANSWER_MANAGEMENT:
        print_management(answer, json);
        return;
    case MV_ANSWER_KEY_SECTION:
        print_section(result, answer, json);
        return;
    case MV_ANSWER_KEY_CHANGED:
        print_key_change(&p->meter, json);
        return;
    case MV_ANSWER_DISPLAY:
        print_display(answer, json);
        return;
    default:
        return;
    }
}

void answer_refusal(const struct mv_meter *meter, enum mv_result result, bool json)
{
    uint32_t wait = mv_meter_lockout_left(meter);
    if (json)
        printf("{\"result\": \"%s\", \"reason\": \"%s\"", mv_code_name(result), mv_code_words(result));
    else
        printf("refused: %s - %s", mv_code_name(result), mv_code_words(result));
    if (wait > 0)
        printf(json ? ", \"lockout_s\": %" PRIu32 : " (locked for %" PRIu32 " s)", wait);
    printf(json ? "}\n" : "\n");
}
