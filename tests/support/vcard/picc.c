/* The card itself: what is on it, and its application. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"

static const uint8_t card_itself[3] = {0, 0, 0};

enum mv_card_error vcard_select(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    bool of_ours = card->application.exists && memcmp(bytes, card->application.aid, 3) == 0;
    (void)size;
    mv_card_side_forget(&card->side);
    vcard_drop_pending(card);
    card->selected = false;
    if (!of_ours && memcmp(bytes, card_itself, 3) != 0)
        return MV_CARD_NO_APPLICATION;
    card->selected = of_ours;
    return MV_CARD_NO_ERROR;
}

enum mv_card_error vcard_create_application(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    struct vcard_application *application = &card->application;
    (void)size;
    if (card->selected)
        return MV_CARD_PERMISSION;
    if (application->exists)
        return memcmp(bytes, application->aid, 3) == 0 ? MV_CARD_DUPLICATE : MV_CARD_OUT_OF_MEMORY;
    if (memcmp(bytes, card_itself, 3) == 0 || bytes[4] != MV_CARD_KEY_TYPE)
        return MV_CARD_PARAMETER;
    memset(application, 0, sizeof *application);
    application->exists = true;
    memcpy(application->aid, bytes, 3);
    application->settings = bytes[3];
    application->key_type = bytes[4];
    card->changed = true;
    return MV_CARD_NO_ERROR;
}

enum mv_card_error vcard_format(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    (void)bytes;
    (void)size;
    if (card->selected)
        return MV_CARD_PERMISSION;
    for (size_t i = 0; i < VCARD_FILES; i++)
        vcard_remove_file(&card->application.files[i]);
    memset(&card->application, 0, sizeof card->application);
    card->changed = true;
    return MV_CARD_NO_ERROR;
}

/* Hardware 7, software 7, serial number 7, batch 5, week and year of production: in frames of 7, 7 and 14. */
enum mv_card_error vcard_version(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    static const uint8_t hardware[7] = {0x04, 0x01, 0x01, 0x12, 0x00, 0x1F, 0x05};
    static const uint8_t software[7] = {0x04, 0x01, 0x01, 0x02, 0x01, 0x1F, 0x05};
    static const uint8_t production[7] = {0, 0, 0, 0, 0, 0x26, 0x26};
    (void)bytes;
    (void)size;
    vcard_append(card, hardware, sizeof hardware);
    vcard_append(card, software, sizeof software);
    vcard_append(card, card->uid, sizeof card->uid);
    vcard_append(card, production, sizeof production);
    card->frame = sizeof hardware;
    return MV_CARD_NO_ERROR;
}

enum mv_card_error vcard_card_uid(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    (void)bytes;
    (void)size;
    if (!card->side.authenticated)
        return MV_CARD_AUTHENTICATION;
    vcard_append(card, card->uid, sizeof card->uid);
    return MV_CARD_NO_ERROR;
}

uint32_t vcard_memory_left(const struct vcard *card)
{
    uint32_t left = VCARD_MEMORY;
    for (size_t i = 0; i < VCARD_FILES; i++) {
        const struct vcard_file *file = &card->application.files[i];
        left -= file->exists ? file->size * (file->backup ? 2 : 1) : 0;
    }
    return left;
}

enum mv_card_error vcard_free_memory(struct vcard *card, const uint8_t *bytes, uint16_t size)
{
    uint32_t left = vcard_memory_left(card);
    const uint8_t answer[3] = {(uint8_t)left, (uint8_t)(left >> 8), (uint8_t)(left >> 16)};
    (void)bytes;
    (void)size;
    vcard_append(card, answer, sizeof answer);
    return MV_CARD_NO_ERROR;
}
