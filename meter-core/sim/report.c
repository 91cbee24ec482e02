#include "report.h"

#include <inttypes.h>
#include <stdio.h>

#include "metervault/codes.h"

/* ---- one object ---- */

struct out {
    bool json, any;
};

static struct out begin(bool json)
{
    if (json)
        printf("{");
    return (struct out){.json = json};
}

static void name(struct out *out, const char *what)
{
    if (out->json)
        printf("%s\"%s\": ", out->any ? ", " : "", what);
    else
        printf("%-16s ", what);
    out->any = true;
}

static void put_number(struct out *out, const char *what, int64_t number)
{
    name(out, what);
    printf(out->json ? "%" PRId64 : "%" PRId64 "\n", number);
}

static void put_text(struct out *out, const char *what, const char *text)
{
    name(out, what);
    printf(out->json ? "\"%s\"" : "%s\n", text);
}

static void put_bool(struct out *out, const char *what, bool value)
{
    name(out, what);
    printf(out->json ? "%s" : "%s\n", value ? "true" : "false");
}

static void put_list(struct out *out, const char *what, const uint64_t *numbers, unsigned count)
{
    name(out, what);
    printf(out->json ? "[" : "");
    for (unsigned i = 0; i < count; i++)
        printf("%s%" PRIu64, i == 0 ? "" : out->json ? ", " : " ", numbers[i]);
    printf(out->json ? "]" : "\n");
}

static void end(const struct out *out)
{
    if (out->json)
        printf("}\n");
}

/* ---- reports ---- */

static void put_lamps(struct out *out, uint8_t lamps)
{
    static const char *const names[] = {"credit low", "credit out", "fault", "switch open", "buzzer"};
    char text[64] = "";
    size_t used = 0;
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((lamps >> i & 1U) != 0)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used == 0 ? "" : ", ", names[i]);
    }
    put_text(out, "lamps", text);
}

void report_screen(const struct mv_prepay *p, bool json)
{
    struct mv_screen screen;
    struct out out = begin(json);
    mv_prepay_screen(p, &screen);
    put_number(&out, "code", screen.code);
    put_text(&out, "text", screen.text);
    if (!screen.empty)
        put_number(&out, "value", screen.value);
    put_number(&out, "decimals", screen.decimals);
    put_lamps(&out, screen.lamps);
    end(&out);
}

static int64_t remaining_of(const struct mv_prepay *p)
{
    uint8_t which = p->parameters.credit_register;
    return p->meter.state.credit[which] - p->account.taken[which];
}

void report_registers(const struct mv_prepay *p, bool json)
{
    struct out out = begin(json);
    uint64_t months[MV_MONTHS];
    for (unsigned i = 0; i < MV_MONTHS; i++)
        months[i] = p->freezes.months[i].month;
    put_number(&out, "total", (int64_t)p->registers.total);
    put_number(&out, "month", (int64_t)p->registers.month);
    put_list(&out, "by_rate", p->registers.by_rate, MV_RATES);
    put_list(&out, "by_phase", p->registers.by_phase, MV_PHASES);
    put_list(&out, "months", months, MV_MONTHS);
    put_number(&out, "remaining", remaining_of(p));
    put_number(&out, "taken", p->account.taken[p->parameters.credit_register]);
    put_number(&out, "arrears", p->account.arrears);
    end(&out);
}

void report_supply(const struct mv_prepay *p, const struct board *board, bool json)
{
    struct out out = begin(json);
    put_text(&out, "cut", mv_cut_name((enum mv_cut)p->supply.cut));
    put_bool(&out, "testing", p->supply.testing);
    put_bool(&out, "closed", board->closed);
    put_bool(&out, "switch_fault", p->supply.switch_fault);
    put_bool(&out, "bypass", p->supply.bypass);
    put_bool(&out, "emergency", p->account.emergency_on);
    put_number(&out, "tries", p->supply.tries);
    put_lamps(&out, board->lamps);
    end(&out);
}

void report_events(const struct mv_prepay *p, bool json)
{
    for (unsigned i = 0; i < MV_EVENTS; i++) {
        const struct mv_event *event = &p->events.ring[i];
        struct out out = {.json = json};
        if (event->code == MV_EVENT_NONE)
            return;
        if (!json) {
            printf("%" PRIu32 " %s %u\n", event->when, mv_event_name((enum mv_event_code)event->code), event->detail);
            continue;
        }
        out = begin(true);
        put_number(&out, "when", event->when);
        put_text(&out, "event", mv_event_name((enum mv_event_code)event->code));
        put_number(&out, "detail", event->detail);
        end(&out);
    }
}

void report_state(const struct mv_prepay *p, bool json)
{
    const struct mv_parameters *parameters = &p->parameters;
    struct out out = begin(json);
    put_number(&out, "credit_register", parameters->credit_register);
    put_number(&out, "alarm_1", parameters->alarm_1);
    put_number(&out, "alarm_2", parameters->alarm_2);
    put_number(&out, "overdraft", parameters->overdraft);
    put_number(&out, "emergency", parameters->emergency);
    put_number(&out, "hoard_limit", parameters->hoard_limit);
    put_number(&out, "power_limit_w", parameters->power_limit_w);
    put_number(&out, "tariff_set", p->tariff.set_id);
    put_number(&out, "next_tariff_set", p->next_tariff.set_id);
    put_number(&out, "calendar_set", p->calendar.set_id);
    put_number(&out, "purchases", p->account.purchases);
    put_number(&out, "epoch", p->records.epoch);
    put_bool(&out, "takes_records", p->records.provisioned);
    put_bool(&out, "account_open", p->records.account_open);
    put_number(&out, "return_sequence", p->records.return_sequence);
    put_number(&out, "commits", p->meter.journal.commits);
    put_bool(&out, "retired", p->supply.retired);
    end(&out);
}
