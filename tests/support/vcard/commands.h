/* What the emulator's files share. */
#ifndef MV_VCARD_COMMANDS_H
#define MV_VCARD_COMMANDS_H

#include <stdio.h>

#include "vcard.h"

/* One command. `run` gets the bytes without secure messaging and appends to card->out. */
struct vcard_command {
    uint8_t ins;
    uint8_t header; /* bytes that are never encrypted */
    bool data;      /* there is more behind them */
    bool guarded;   /* only for who is authenticated with key 0 */
    bool of_file;   /* the first byte is a file's number: its rights and mode count */
    uint8_t mode;   /* of the others, once authenticated */
    enum mv_card_error (*run)(struct vcard *card, const uint8_t *bytes, uint16_t size);
};
const struct vcard_command *vcard_command_find(uint8_t ins);

/* ---- profile 2 (pboc_store.c) ---- */
void vcard_pboc_put(FILE *out, const struct vcard_pboc *card);
/* False when it is none. */
bool vcard_pboc_get(FILE *in, struct vcard_pboc *card);

void vcard_append(struct vcard *card, const void *bytes, uint16_t size);
/* Little-endian, 3 bytes. */
uint32_t vcard_number(const uint8_t *bytes);

/* ---- authentication and keys (keys.c) ---- */
/* NULL: there is none. Of what is selected. */
struct vcard_key *vcard_key(struct vcard *card, uint8_t key_no);
enum mv_card_error vcard_challenge(struct vcard *card, bool first, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_third_pass(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_change_key(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_key_version(struct vcard *card, const uint8_t *bytes, uint16_t size);

/* ---- the card itself (picc.c) ---- */
enum mv_card_error vcard_select(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_create_application(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_format(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_version(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_card_uid(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_free_memory(struct vcard *card, const uint8_t *bytes, uint16_t size);
uint32_t vcard_memory_left(const struct vcard *card);

/* ---- files (files.c, file_data.c) ---- */
/* NULL: there is none, or no application is selected. */
struct vcard_file *vcard_file(struct vcard *card, uint8_t number);
void vcard_remove_file(struct vcard_file *file);
void vcard_drop_pending(struct vcard *card);
/* How a READ or WRITE of a file goes over the wire: plain, MAC or full, by who is authenticated. */
enum mv_card_error vcard_file_mode(struct vcard *card, bool reads, uint8_t number, enum mv_card_mode *mode);
enum mv_card_error vcard_create_standard(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_create_backup(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_delete_file(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_file_ids(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_file_settings(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_read(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_write(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_commit(struct vcard *card, const uint8_t *bytes, uint16_t size);
enum mv_card_error vcard_abort(struct vcard *card, const uint8_t *bytes, uint16_t size);

#endif
