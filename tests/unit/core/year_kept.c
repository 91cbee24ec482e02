#include "year_kept.h"

#include <stddef.h>
#include <string.h>

void kept_of(const struct mv_prepay *p, struct kept *kept)
{
    memset(kept, 0, sizeof *kept);
    memcpy(&kept->meter, &p->meter.state, sizeof kept->meter);
    memcpy(&kept->parameters, &p->parameters, sizeof kept->parameters);
    memcpy(&kept->tariff, &p->tariff, sizeof kept->tariff);
    memcpy(&kept->next_tariff, &p->next_tariff, sizeof kept->next_tariff);
    memcpy(&kept->calendar, &p->calendar, sizeof kept->calendar);
    memcpy(&kept->registers, &p->registers, sizeof kept->registers);
    memcpy(&kept->account, &p->account, sizeof kept->account);
    memcpy(&kept->freezes, &p->freezes, sizeof kept->freezes);
    memcpy(&kept->records, &p->records, sizeof kept->records);
    memcpy(&kept->parts, &p->parts, sizeof kept->parts);
    kept->records.refusals = kept->records.refused_result = 0;
    kept->records.refused_kind = 0;
    kept->records.refused_sequence = 0;
    kept->cut = p->supply.cut;
    kept->limit = p->supply.limit;
    kept->tries = p->supply.tries;
    kept->commanded_open = p->supply.commanded_open;
    kept->bypass = p->supply.bypass;
    kept->warned = p->supply.warned;
    kept->warning = p->supply.warning;
    kept->awaits_key = p->supply.awaits_key;
    kept->retired = p->supply.retired;
}

bool kept_same(const struct kept *a, const struct kept *b)
{
    return memcmp((const char *)a, (const char *)b, sizeof *a) == 0;
}

#define MEMBER(name)                                                                                                   \
    {                                                                                                                  \
#name, offsetof(struct kept, name), sizeof(((struct kept *)0)->name)                                           \
    }

const char *kept_difference(const struct kept *a, const struct kept *b)
{
    static const struct {
        const char *name;
        size_t at, size;
    } members[] = {MEMBER(meter),     MEMBER(parameters), MEMBER(tariff),  MEMBER(next_tariff), MEMBER(calendar),
                   MEMBER(registers), MEMBER(account),    MEMBER(freezes), MEMBER(records),     MEMBER(parts)};
    for (unsigned i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (memcmp((const char *)a + members[i].at, (const char *)b + members[i].at, members[i].size) != 0)
            return members[i].name;
    }
    return kept_same(a, b) ? "nothing" : "supply";
}
