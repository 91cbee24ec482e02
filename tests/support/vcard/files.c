/* Files: making and removing them, and who may do what with them. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"

enum { FREE = 0xE };

struct vcard_file *vcard_file(struct vcard *card, uint8_t number)
{
    if (!card->selected || number >= VCARD_FILES || !card->application.files[number].exists)
        return NULL;
    return &card->application.files[number];
}

void vcard_remove_file(struct vcard_file *file)
{
    free(file->data);
    free(file->pending);
    memset(file, 0, sizeof *file);
}

enum mv_card_error vcard_file_mode(struct vcard *card, bool reads, uint8_t number, enum mv_card_mode *mode)
{
    const struct vcard_file *file = vcard_file(card, number);
    if (file == NULL)
        return MV_CARD_NO_FILE;
    unsigned own = (unsigned)file->rights >> (reads ? 12 : 8) & 0xFU;
    unsigned both = (unsigned)file->rights >> 4 & 0xFU;
    *mode = file->mode;
    if (card->side.authenticated && (own == card->side.key_no || both == card->side.key_no))
        return MV_CARD_NO_ERROR;
    *mode = MV_CARD_PLAIN;
    if (own == FREE || both == FREE)
        return MV_CARD_NO_ERROR;
    return card->side.authenticated ? MV_CARD_PERMISSION : MV_CARD_AUTHENTICATION;
}

static enum mv_card_error create(struct vcard *card, const uint8_t *bytes, bool backup)
{
    uint32_t size = vcard_number(bytes + 4);
    if (!card->selected)
        return MV_CARD_PERMISSION;
    if (bytes[0] >= VCARD_FILES || size == 0 || size > VCARD_BYTES_MAX || bytes[1] > MV_CARD_SECRET || bytes[1] == 2)
        return MV_CARD_PARAMETER;
    if (vcard_file(card, bytes[0]) != NULL)
        return MV_CARD_DUPLICATE;
    if (size * (backup ? 2U : 1U) > vcard_memory_left(card))
        return MV_CARD_OUT_OF_MEMORY;
    struct vcard_file *file = &card->application.files[bytes[0]];
    file->data = calloc(1, size);
    if (file->data == NULL)
        return MV_CARD_MEMORY_FAILED;
    file->exists = true;
    file->backup = backup;
    file->mode = bytes[1];
    file->rights = (uint16_t)(bytes[2] | bytes[3] << 8);
    file->size = size;
    card->changed = true;
    return MV_CARD_NO_ERROR;
}

enum mv_card_error vcard_create_standard(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    (void)size;
    return create(card, bytes, false);
}

enum mv_card_error vcard_create_backup(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    (void)size;
    return create(card, bytes, true);
}

enum mv_card_error vcard_delete_file(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    struct vcard_file *file = vcard_file(card, bytes[0]);
    (void)size;
    if (file == NULL)
        return MV_CARD_NO_FILE;
    vcard_remove_file(file);
    card->changed = true;
    return MV_CARD_NO_ERROR;
}

enum mv_card_error vcard_file_ids(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    (void)bytes;
    (void)size;
    if (!card->selected)
        return MV_CARD_PERMISSION;
    for (unsigned i = 0; i < VCARD_FILES; i++) {
        uint8_t number = (uint8_t)i;
        if (vcard_file(card, number) != NULL)
            vcard_append(card, &number, 1);
    }
    return MV_CARD_NO_ERROR;
}

enum mv_card_error vcard_file_settings(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    const struct vcard_file *file = vcard_file(card, bytes[0]);
    (void)size;
    if (file == NULL)
        return MV_CARD_NO_FILE;
    const uint8_t answer[7] = {file->backup ? 1 : 0,         file->mode,          (uint8_t)file->rights,
                               (uint8_t)(file->rights >> 8), (uint8_t)file->size, (uint8_t)(file->size >> 8),
                               (uint8_t)(file->size >> 16)};
    vcard_append(card, answer, sizeof answer);
    return MV_CARD_NO_ERROR;
}
