/* Files: what is in them. Writes to backup files wait for the commit; reading gives what was committed last. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"

struct place {
    struct vcard_file *file;
    uint32_t offset, length;
};

/* Header of READ and WRITE: number, offset 3, length 3. */
static enum mv_card_error find(struct vcard *card, const uint8_t *bytes, struct place *place)
{
    place->file = vcard_file(card, bytes[0]);
    place->offset = vcard_number(bytes + 1);
    place->length = vcard_number(bytes + 4);
    if (place->file == NULL)
        return MV_CARD_NO_FILE;
    if (place->offset > place->file->size || place->length > place->file->size - place->offset)
        return MV_CARD_BOUNDARY;
    return MV_CARD_NO_ERROR;
}

enum mv_card_error vcard_read(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    struct place place;
    enum mv_card_error error = find(card, bytes, &place);
    (void)size;
    if (error != MV_CARD_NO_ERROR)
        return error;
    if (place.length == 0) /* up to the end */
        place.length = place.file->size - place.offset;
    vcard_append(card, place.file->data + place.offset, (uint16_t)place.length);
    return MV_CARD_NO_ERROR;
}

enum mv_card_error vcard_write(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    struct place place;
    enum mv_card_error error = find(card, bytes, &place);
    if (error != MV_CARD_NO_ERROR)
        return error;
    if (place.length == 0 || size != MV_CARD_FILE_HEADER + place.length)
        return MV_CARD_LENGTH;
    struct vcard_file *file = place.file;
    if (file->backup && file->pending == NULL) {
        file->pending = malloc(file->size);
        if (file->pending == NULL)
            return MV_CARD_MEMORY_FAILED;
        memcpy(file->pending, file->data, file->size);
    }
    uint8_t *to = file->backup ? file->pending : file->data;
    memcpy(to + place.offset, bytes + MV_CARD_FILE_HEADER, place.length);
    card->changed = card->changed || !file->backup;
    return MV_CARD_NO_ERROR;
}

static bool anything_pending(const struct vcard *card)
{
    for (size_t i = 0; i < VCARD_FILES; i++) {
        if (card->application.files[i].pending != NULL)
            return true;
    }
    return false;
}

void vcard_drop_pending(struct vcard *card)
{
    for (size_t i = 0; i < VCARD_FILES; i++) {
        free(card->application.files[i].pending);
        card->application.files[i].pending = NULL;
    }
}

enum mv_card_error vcard_commit(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    (void)bytes;
    (void)size;
    if (!anything_pending(card))
        return MV_CARD_NO_CHANGES;
    for (size_t i = 0; i < VCARD_FILES; i++) {
        struct vcard_file *file = &card->application.files[i];
        if (file->pending == NULL)
            continue;
        free(file->data);
        file->data = file->pending;
        file->pending = NULL;
    }
    card->changed = true;
    return MV_CARD_NO_ERROR;
}

enum mv_card_error vcard_abort(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    (void)bytes;
    (void)size;
    if (!anything_pending(card))
        return MV_CARD_NO_CHANGES;
    vcard_drop_pending(card);
    return MV_CARD_NO_ERROR;
}
