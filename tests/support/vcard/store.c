/* A card's file: a line of magic, then everything the card keeps, numbers little-endian. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "commands.h"
#include "tell.h"

static const char magic[] = "metervault card 1\n";
enum { MAGIC = sizeof magic - 1, FILE_HEAD = 8, PATH = 4096 };

static bool get_random(void *context, uint8_t *data, uint16_t size)
{
    (void)context;
    return getrandom(data, size, 0) == size;
}

void vcard_init(struct vcard *card, const char *path, const uint8_t uid[MV_CARD_UID])
{
    memset(card, 0, sizeof *card);
    card->path = path;
    memcpy(card->uid, uid, MV_CARD_UID);
    vcard_reset(card);
}

void vcard_init_pboc(struct vcard *card, const char *path, const uint8_t serial[MV_PBOC_SERIAL],
                     const uint8_t masters[VCARD_PBOC_KEYS][16])
{
    static const uint8_t no_uid[MV_CARD_UID];
    vcard_init(card, path, no_uid);
    card->of_profile_2 = true;
    vcard_pboc_issue(&card->pboc, serial, masters);
}

void vcard_free(struct vcard *card)
{
    for (size_t i = 0; i < VCARD_FILES; i++)
        vcard_remove_file(&card->application.files[i]);
    memset(card, 0, sizeof *card);
}

void vcard_reset(struct vcard *card)
{
    mv_card_soft_init(&card->soft, &card->cipher, get_random, NULL);
    tell_keys_of(&card->cipher);
    card->side.cipher = card->chip != NULL ? card->chip : &card->cipher;
    mv_card_side_forget(&card->side);
    vcard_drop_pending(card);
    vcard_pboc_reset(&card->pboc);
    card->selected = false;
    card->ins = card->frame = 0;
}

/* ---- writing ---- */

static void put_file(FILE *out, uint8_t number, const struct vcard_file *file)
{
    const uint8_t head[FILE_HEAD] = {number,
                                     file->backup ? 1 : 0,
                                     file->mode,
                                     (uint8_t)file->rights,
                                     (uint8_t)(file->rights >> 8),
                                     (uint8_t)file->size,
                                     (uint8_t)(file->size >> 8),
                                     (uint8_t)(file->size >> 16)};
    (void)fwrite(head, sizeof head, 1, out);
    (void)fwrite(file->data, file->size, 1, out);
}

static void put_card(FILE *out, const struct vcard *card)
{
    const struct vcard_application *application = &card->application;
    const uint8_t head[6] = {application->exists ? 1 : 0, application->aid[0],   application->aid[1],
                             application->aid[2],         application->settings, application->key_type};
    (void)fwrite(magic, MAGIC, 1, out);
    (void)fwrite(card->uid, sizeof card->uid, 1, out);
    (void)fwrite(&card->picc, sizeof card->picc, 1, out);
    (void)fwrite(head, sizeof head, 1, out);
    (void)fwrite(application->keys, sizeof application->keys, 1, out);
    for (unsigned i = 0; i < VCARD_FILES; i++) {
        if (application->files[i].exists)
            put_file(out, (uint8_t)i, &application->files[i]);
    }
}

bool vcard_store(const struct vcard *card)
{
    char fresh[PATH];
    if (card->path == NULL)
        return true;
    if (snprintf(fresh, sizeof fresh, "%s.new", card->path) >= (int)sizeof fresh)
        return false;
    FILE *out = fopen(fresh, "wbe");
    if (out == NULL)
        return false;
    if (card->of_profile_2)
        vcard_pboc_put(out, &card->pboc);
    else
        put_card(out, card);
    bool written = ferror(out) == 0;
    written = fclose(out) == 0 && written;
    return written && rename(fresh, card->path) == 0;
}

/* ---- reading ---- */

static bool get(FILE *in, void *to, size_t size)
{
    return fread(to, size, 1, in) == 1;
}

static bool get_file(FILE *in, struct vcard *card, const uint8_t head[FILE_HEAD])
{
    uint32_t size = vcard_number(head + 5);
    if (head[0] >= VCARD_FILES || card->application.files[head[0]].exists || size == 0 || size > VCARD_BYTES_MAX)
        return false;
    struct vcard_file *file = &card->application.files[head[0]];
    *file = (struct vcard_file){.exists = true,
                                .backup = head[1] != 0,
                                .mode = head[2],
                                .rights = (uint16_t)(head[3] | head[4] << 8),
                                .size = size,
                                .data = malloc(size)};
    return file->data != NULL && get(in, file->data, size);
}

static bool get_card(FILE *in, struct vcard *card)
{
    char line[MAGIC];
    uint8_t uid[MV_CARD_UID];
    uint8_t head[6];
    uint8_t file[FILE_HEAD];
    struct vcard_application *application = &card->application;
    if (!get(in, line, sizeof line) || memcmp(line, magic, MAGIC) != 0 || !get(in, uid, sizeof uid))
        return false;
    vcard_init(card, card->path, uid);
    if (!get(in, &card->picc, sizeof card->picc) || !get(in, head, sizeof head) ||
        !get(in, application->keys, sizeof application->keys))
        return false;
    application->exists = head[0] != 0;
    memcpy(application->aid, head + 1, 3);
    application->settings = head[4];
    application->key_type = head[5];
    while (get(in, file, sizeof file)) {
        if (!get_file(in, card, file))
            return false;
    }
    return feof(in) != 0;
}

bool vcard_load(struct vcard *card, const char *path)
{
    FILE *in = fopen(path, "rbe");
    memset(card, 0, sizeof *card);
    if (in == NULL)
        return false;
    card->path = path;
    card->of_profile_2 = vcard_pboc_get(in, &card->pboc);
    rewind(in);
    if (card->of_profile_2)
        vcard_reset(card);
    bool good = card->of_profile_2 || get_card(in, card);
    (void)fclose(in);
    if (!good) {
        vcard_free(card);
        errno = EINVAL;
    }
    return good;
}
