/* The commands that the emulated card knows. */
#include "commands.h"

/* Two numbers each for reading and writing: the older ones have the same meaning here. */
static const struct vcard_command commands[] = {
    {.ins = MV_CARD_INS_SELECT, .header = 3, .mode = MV_CARD_PLAIN, .run = vcard_select},
    {.ins = MV_CARD_INS_CREATE_APPLICATION,
     .header = 5,
     .mode = MV_CARD_MAC,
     .guarded = true,
     .run = vcard_create_application},
    {.ins = MV_CARD_INS_FORMAT, .header = 0, .mode = MV_CARD_MAC, .guarded = true, .run = vcard_format},
    {.ins = MV_CARD_INS_VERSION, .header = 0, .mode = MV_CARD_MAC, .run = vcard_version},
    {.ins = MV_CARD_INS_CARD_UID, .header = 0, .mode = MV_CARD_SECRET, .run = vcard_card_uid},
    {.ins = MV_CARD_INS_FREE_MEMORY, .header = 0, .mode = MV_CARD_MAC, .run = vcard_free_memory},
    {.ins = MV_CARD_INS_KEY_VERSION, .header = 1, .mode = MV_CARD_MAC, .run = vcard_key_version},
    {.ins = MV_CARD_INS_CHANGE_KEY,
     .header = 1,
     .mode = MV_CARD_SECRET,
     .guarded = true,
     .data = true,
     .run = vcard_change_key},
    {.ins = MV_CARD_INS_FILE_IDS, .header = 0, .mode = MV_CARD_MAC, .run = vcard_file_ids},
    {.ins = MV_CARD_INS_FILE_SETTINGS, .header = 1, .mode = MV_CARD_MAC, .run = vcard_file_settings},
    {.ins = MV_CARD_INS_CREATE_STANDARD_FILE,
     .header = 7,
     .mode = MV_CARD_MAC,
     .guarded = true,
     .run = vcard_create_standard},
    {.ins = MV_CARD_INS_CREATE_BACKUP_FILE,
     .header = 7,
     .mode = MV_CARD_MAC,
     .guarded = true,
     .run = vcard_create_backup},
    {.ins = MV_CARD_INS_DELETE_FILE, .header = 1, .mode = MV_CARD_MAC, .guarded = true, .run = vcard_delete_file},
    {.ins = MV_CARD_INS_READ, .header = 7, .of_file = true, .run = vcard_read},
    {.ins = 0xBD, .header = 7, .of_file = true, .run = vcard_read},
    {.ins = MV_CARD_INS_WRITE, .header = 7, .of_file = true, .data = true, .run = vcard_write},
    {.ins = 0x3D, .header = 7, .of_file = true, .data = true, .run = vcard_write},
    {.ins = MV_CARD_INS_COMMIT, .header = 0, .mode = MV_CARD_MAC, .run = vcard_commit},
    {.ins = MV_CARD_INS_ABORT, .header = 0, .mode = MV_CARD_MAC, .run = vcard_abort},
};

const struct vcard_command *vcard_command_find(uint8_t ins)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (commands[i].ins == ins)
            return &commands[i];
    }
    return NULL;
}
