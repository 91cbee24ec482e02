/* What lies on a card of ours, the same for the server, the meter and the emulator; the rules are in
 * meter-core/docs/cards.md. Pure functions. */
#ifndef METERVAULT_CARD_LAYOUT_H
#define METERVAULT_CARD_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "metervault/result.h"

/* ---- application, keys ---- */
#define MV_CARD_AID ((const uint8_t[3]){0x56, 0x4D, 0xF0}) /* as on the wire, LSB first */
enum {
    MV_CARD_KEYS = 4,
    MV_CARD_KEY_SETTINGS = 0x0B, /* key 0 changes keys and creates files; lists are free */
    MV_CARD_KEY_TYPE = 0x84,     /* AES, 4 keys */
    MV_CARD_UID = 7,
};
enum mv_card_slot {
    MV_CARD_SLOT_ISSUER = 0,
    MV_CARD_SLOT_OFFICE = 1,
    MV_CARD_SLOT_METER = 2, /* user cards: the meter's; tool cards: nobody's but the office's */
    MV_CARD_SLOT_AREA = 3,  /* tool cards: the area's; user cards: nobody's but the office's */
};
/* First byte of the AN10922 input, which says what the key is for. */
enum mv_card_purpose {
    MV_CARD_FOR_ISSUER = 0x00,    /* card-issuer, UID: slot 0 */
    MV_CARD_FOR_OFFICE = 0x01,    /* card-office, UID: slot 1 */
    MV_CARD_FOR_METER = 0x02,     /* card-meter, PAN: slot 2 of a user card; card-office, UID: slot 2 of a tool card */
    MV_CARD_FOR_NOBODY = 0x03,    /* card-office, UID: slot 3 of a user card */
    MV_CARD_FOR_AREA = 0x04,      /* card-area, domain: slot 3 of a tool card */
    MV_CARD_FOR_TRANSPORT = 0x05, /* card-transport, UID: all slots until it is personalised */
    MV_CARD_FOR_PICC = 0x06,      /* card-issuer, UID: the card's own key 0, above the application */
};
/* The AN10922 input; returns its size. */
enum { MV_CARD_DIVERSIFIER_MAX = 10 };
uint8_t mv_card_diversifier_uid(enum mv_card_purpose purpose, const uint8_t uid[MV_CARD_UID],
                                uint8_t diversifier[MV_CARD_DIVERSIFIER_MAX]);
uint8_t mv_card_diversifier_area(const uint8_t domain[3], uint8_t diversifier[MV_CARD_DIVERSIFIER_MAX]);
/* 0 for a PAN that is not of digits. */
uint8_t mv_card_diversifier_meter(const char pan[18], uint8_t diversifier[MV_CARD_DIVERSIFIER_MAX]);

/* ---- files ---- */
enum mv_card_file { MV_CARD_FILE_HEAD = 0, MV_CARD_FILE_TO_METER = 1, MV_CARD_FILE_FROM_METER = 2 };
enum mv_card_kind {
    MV_CARD_USER = 1,
    MV_CARD_PRESET = 2,
    MV_CARD_INSPECTION = 3,
    MV_CARD_RESET = 4,
    MV_CARD_CLEAR = 5,
    MV_CARD_RELAY_TEST = 6,
    MV_CARD_KEY_UPDATE = 7,
    MV_CARD_BLOCKED = 0xFF, /* by the office; whatever it was */
};
enum {
    MV_CARD_LAYOUT_FORMAT = 1,
    MV_CARD_HEAD_BYTES = 32,
    MV_CARD_USER_TO_BYTES = 2048,
    MV_CARD_USER_FROM_BYTES = 256,
    MV_CARD_TOOL_TO_BYTES = 8192,
    MV_CARD_TOOL_FROM_BYTES = 25600,
    MV_CARD_ENTRIES_MAX = 100, /* meters of one tool card; a user card has one */
    MV_CARD_COUNT_BYTES = 2,   /* in front of the entries of TO_METER, big-endian */
    MV_CARD_ENTRY_BYTES = 13,
    MV_CARD_FROM_SLOT_BYTES = 256, /* of each entry in FROM_METER: length 1 (0: empty), return record, zeros */
};
/* Header of READ and WRITE: file, offset and length (little-endian on the wire). */
enum { MV_CARD_FILE_HEADER = 7 };
void mv_card_file_header(enum mv_card_file file, uint32_t offset, uint32_t length, uint8_t header[MV_CARD_FILE_HEADER]);
/* What CREATE_STANDARD_FILE and CREATE_BACKUP_FILE carry for a file of ours on a card of this kind: number, mode,
 * access rights, size. Also the answer to FILE_SETTINGS, after its first byte (0 standard, 1 backup) in place of the
 * number. */
enum { MV_CARD_CREATE_BYTES = 7 };
void mv_card_create_header(enum mv_card_kind kind, enum mv_card_file file, uint8_t header[MV_CARD_CREATE_BYTES]);

/* HEAD: format 1, kind 1, PAN 9 (zeros on tool cards), domain 3, card version 2, zeros. */
struct mv_card_head {
    uint8_t kind; /* enum mv_card_kind */
    char pan[18]; /* digits, not terminated; zeros on tool cards */
    uint8_t domain[3];
    uint16_t version; /* of the meter's cards: rises with each replacement */
};
/* FORMAT_ERROR for a PAN that is not of digits; reading: for another format or kind, too. */
MV_CORE_MUST_USE enum mv_result mv_card_head_write(const struct mv_card_head *head, uint8_t bytes[MV_CARD_HEAD_BYTES]);
MV_CORE_MUST_USE enum mv_result mv_card_head_read(const uint8_t bytes[MV_CARD_HEAD_BYTES], struct mv_card_head *head);

/* TO_METER: count 2 | entries | bundles. A bundle is a row of records, each with its length in one byte before it. */
struct mv_card_entry {
    char pan[18];            /* digits, not terminated */
    uint16_t offset, length; /* of the bundle, from the beginning of the file; its bytes */
};
MV_CORE_MUST_USE enum mv_result mv_card_entry_write(const struct mv_card_entry *entry,
                                                    uint8_t bytes[MV_CARD_ENTRY_BYTES]);
MV_CORE_MUST_USE enum mv_result mv_card_entry_read(const uint8_t bytes[MV_CARD_ENTRY_BYTES],
                                                   struct mv_card_entry *entry);

#endif
