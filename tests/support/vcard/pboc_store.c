/* The file of a card of profile 2: a line of magic, then what it keeps. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const char magic[] = "metervault card 2\n";
enum { MAGIC = sizeof magic - 1 };

struct field {
    void *bytes;
    size_t size;
};
enum { FIELDS = 7 };

static void list(struct vcard_pboc *card, struct field fields[FIELDS])
{
    const struct field all[FIELDS] = {{card->serial, sizeof card->serial},    {card->keys, sizeof card->keys},
                                      {&card->class, sizeof card->class},     {&card->tries, sizeof card->tries},
                                      {card->user, sizeof card->user},        {card->wallet, sizeof card->wallet},
                                      {card->returned, sizeof card->returned}};
    memcpy(fields, all, sizeof all);
}

void vcard_pboc_put(FILE *out, const struct vcard_pboc *card)
{
    struct vcard_pboc copy = *card;
    struct field fields[FIELDS];
    list(&copy, fields);
    (void)fwrite(magic, MAGIC, 1, out);
    for (size_t i = 0; i < FIELDS; i++)
        (void)fwrite(fields[i].bytes, fields[i].size, 1, out);
}

bool vcard_pboc_get(FILE *in, struct vcard_pboc *card)
{
    char line[MAGIC];
    struct field fields[FIELDS];
    memset(card, 0, sizeof *card);
    list(card, fields);
    if (fread(line, sizeof line, 1, in) != 1 || memcmp(line, magic, MAGIC) != 0)
        return false;
    for (size_t i = 0; i < FIELDS; i++)
        if (fread(fields[i].bytes, fields[i].size, 1, in) != 1)
            return false;
    return fgetc(in) == EOF;
}
