/* Prices the cases that price_model.py makes: a case is one line of integers, the answer another. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vending/price.h"

static bool ended;

static int64_t next(void)
{
    char word[32];
    if (scanf("%31s", word) == 1)
        return strtoll(word, NULL, 10);
    ended = true;
    return 0;
}

static void read_tariff(struct vend_tariff_version *tariff)
{
    memset(tariff, 0, sizeof *tariff);
    tariff->utility = (enum vend_utility)next();
    tariff->kind = (enum vend_tariff_kind)next();
    tariff->round_to = next();
    tariff->rounding = (enum vend_rounding)next();
    tariff->fixed_charge_per_month = next();
    tariff->minimum_purchase = next();
    tariff->maximum_purchase = next();
    tariff->step_count = (size_t)next();
    for (size_t i = 0; i < tariff->step_count && i < VEND_STEPS; i++)
        tariff->steps[i] = (struct vend_step){.up_to = next(), .price_e5 = next()};
    tariff->period_count = (size_t)next();
    for (size_t i = 0; i < tariff->period_count && i < VEND_PERIODS; i++)
        tariff->periods[i] = (struct vend_period){.name = "p", .price_e5 = next(), .share_e4 = (uint32_t)next()};
    tariff->charge_count = (size_t)next();
    for (size_t i = 0; i < tariff->charge_count && i < VEND_CHARGES; i++)
        tariff->charges[i] = (struct vend_charge){.name = "c", .kind = (enum vend_charge_kind)next(), .amount = next()};
    tariff->tax_count = (size_t)next();
    for (size_t i = 0; i < tariff->tax_count && i < VEND_TAXES; i++) {
        struct vend_tax *tax = &tariff->taxes[i];
        *tax = (struct vend_tax){.name = "t", .percent_e4 = next()};
        tax->on_energy = next() != 0;
        tax->on_charges = next() != 0;
    }
}

static void read_facts(struct vend_price_facts *facts)
{
    memset(facts, 0, sizeof *facts);
    facts->ask = (enum vend_ask)next();
    facts->amount = next();
    facts->currency = next() != 0;
    facts->grain = (enum vend_grain)next();
    facts->minor_digits = (uint8_t)next();
    facts->bought_units = next();
    facts->free_units = next();
    facts->months_due = (uint32_t)next();
    facts->debt_count = (size_t)next();
    for (size_t i = 0; i < facts->debt_count && i < VEND_PRICE_DEBTS; i++) {
        struct vend_price_debt *debt = &facts->debts[i];
        *debt = (struct vend_price_debt){.id = (int64_t)i + 1, .rule = (enum vend_debt_rule)next()};
        debt->outstanding = next();
        debt->amount = next();
        debt->percent_e4 = next();
        debt->days = (uint32_t)next();
    }
}

static void answer(mv_status status, const struct vend_bill *bill)
{
    if (!status.ok) {
        (void)printf("%s %" PRId64 "\n", mv_reason_info((enum mv_reason)status.reason)->name, bill->least);
        return;
    }
    (void)printf("ok %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64, bill->units, bill->free_units, bill->total,
                 bill->change);
    for (size_t i = 0; i < bill->line_count; i++)
        (void)printf(" %d:%" PRId64 ":%" PRId64, (int)bill->lines[i].kind, bill->lines[i].units, bill->lines[i].amount);
    (void)putchar('\n');
}

int main(void)
{
    static struct vend_tariff_version tariff;
    static struct vend_price_facts facts;
    static struct vend_bill bill;
    for (;;) {
        read_tariff(&tariff);
        read_facts(&facts);
        if (ended)
            return 0;
        mv_status status = vend_price(&tariff, &facts, &bill);
        answer(status, &bill);
    }
}
