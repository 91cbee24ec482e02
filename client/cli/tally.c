#include "tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct tally_entry *find(struct tally *tally, const char *name)
{
    for (size_t i = 0; i < tally->used; i++)
        if (strcmp(tally->entries[i].name, name) == 0)
            return &tally->entries[i];
    return NULL;
}

void tally_add(struct tally *tally, const char *outcome, const char *reason)
{
    char name[sizeof tally->entries[0].name];
    (void)snprintf(name, sizeof name, "%.15s%s%.47s", outcome, reason[0] != '\0' ? " " : "", reason);
    struct tally_entry *entry = find(tally, name);
    if (entry == NULL && tally->used == TALLY_NAMES)
        entry = &tally->entries[TALLY_NAMES - 1];
    if (entry == NULL) {
        entry = &tally->entries[tally->used++];
        (void)snprintf(entry->name, sizeof entry->name, "%s",
                       tally->used == TALLY_NAMES ? "refused for other reasons" : name);
    }
    entry->count++;
}

uint64_t tally_count(const struct tally *tally, const char *outcome)
{
    uint64_t count = 0;
    for (size_t i = 0; i < tally->used; i++)
        if (strncmp(tally->entries[i].name, outcome, strlen(outcome)) == 0)
            count += tally->entries[i].count;
    return count;
}

void tally_print(const struct tally *tally)
{
    for (size_t i = 0; i < tally->used; i++)
        (void)printf("%8" PRIu64 "  %s\n", tally->entries[i].count, tally->entries[i].name);
}

json_t *tally_json(const struct tally *tally)
{
    json_t *object = json_object();
    for (size_t i = 0; i < tally->used; i++)
        (void)json_object_set_new(object, tally->entries[i].name, json_integer((json_int_t)tally->entries[i].count));
    return object;
}
