#include "tally.h"

#include <stdio.h>
#include <string.h>

void tally_add(struct tally *tally, const char *kind, enum tally_result result)
{
    size_t at = 0;
    while (at < tally->kind_count && strncmp(tally->kinds[at].name, kind, TALLY_NAME - 1) != 0)
        at++;
    if (at == TALLY_KINDS)
        at = TALLY_KINDS - 1;
    if (at == tally->kind_count) {
        (void)snprintf(tally->kinds[at].name, TALLY_NAME, "%s", kind);
        tally->kind_count++;
    }
    tally->kinds[at].counts[result]++;
}

size_t tally_total(const struct tally *tally, enum tally_result result)
{
    size_t total = 0;
    for (size_t i = 0; i < tally->kind_count; i++)
        total += tally->kinds[i].counts[result];
    return total;
}

void tally_print(const struct tally *tally)
{
    for (size_t i = 0; i < tally->kind_count; i++) {
        const size_t *counts = tally->kinds[i].counts;
        (void)printf("%-22s %5zu passed %5zu failed %5zu skipped\n", tally->kinds[i].name, counts[TALLY_PASSED],
                     counts[TALLY_FAILED], counts[TALLY_SKIPPED]);
    }
    (void)printf("%zu passed, %zu failed, %zu skipped\n", tally_total(tally, TALLY_PASSED),
                 tally_total(tally, TALLY_FAILED), tally_total(tally, TALLY_SKIPPED));
}
