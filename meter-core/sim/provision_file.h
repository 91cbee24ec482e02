/* The file that `metervault-keys export-meter` writes for the factory: text, one `name value` pair a line, no name
 * twice.
 *
 *   metervault-provision 2
 *   meter_pan 600727000000000009      18 digits
 *   token_carrier 02                  1..99, IEC 62055-41; 02 is a keypad
 *   encryption_algorithm 11           7, 11
 *   decoder_key_generation 4          2, 4: how the decoder key was derived
 *   key_type 2                        0..3
 *   supply_group_code 123456          6 digits
 *   key_revision_number 1             1..9
 *   tariff_index 1                    0..99
 *   key_expiry_number 255             0..255
 *   base_date 2014                    1993, 2014, 2035
 *   tid_fill 5AB6FF                   6 hex digits: identifiers up to this one are used
 *   firmware 0.1.0                    may be absent: the version that the meter must run
 *   wrapped_key HEX                   RFC 3394 of 16 bytes under the factory key; an EA07 key is followed by 8 zero
 * bytes key_kcv HEX                       AES-CMAC of a zero block under these 16 bytes, its first 3
 *
 * and, all or none of them, for a meter that takes native records:
 *
 *   record_domain A1B2C3              3 bytes
 *   record_epoch 0                    0..65535
 *   record_mac_version 1              1..255, of the master record-mac
 *   record_enc_version 1              1..255, of the master record-enc
 *   wrapped_record_keys HEX           RFC 3394 of 48 bytes: MAC in 16 | MAC out 16 | wrapping key 16
 *   record_kcvs HEX                   of each of the three, 3 bytes each
 *
 * and with these, all or none of them, for a meter that takes cards:
 *
 *   card_key_version 1                1..255, of the master card-meter
 *   card_area_version 0               of card-area; 0: no cards of the area
 *   wrapped_card_keys HEX             RFC 3394 of 32 bytes: meter 16 | area 16 (zeros when there is none)
 *   card_kcvs HEX                     of both, 3 bytes each; zeros when there is none
 *
 * Version 1 has none of token_carrier, decoder_key_generation, firmware, key_kcv, the record's and the cards'; it is
 * still read. */
#ifndef MV_SIM_PROVISION_FILE_H
#define MV_SIM_PROVISION_FILE_H

#include <stddef.h>

#include "metervault/meter.h"

enum {
    PROVISION_WRAPPED_SIZE = 24,
    PROVISION_RECORDS_SIZE = 56,
    PROVISION_RECORD_KEYS = 3,
    PROVISION_CARDS_SIZE = 40,
    PROVISION_CARD_KEYS = 2,
    PROVISION_KCV = 3,
    PROVISION_FIRMWARE = 32,
    PROVISION_MAX_SIZE = 4096,
};

struct provision_records {
    uint8_t domain[3];
    uint8_t mac_version, enc_version;
    uint16_t epoch;
    uint8_t wrapped[PROVISION_RECORDS_SIZE];
    uint8_t kcvs[PROVISION_RECORD_KEYS][PROVISION_KCV];
};

struct provision_cards {
    uint8_t meter_version, area_version;
    uint8_t wrapped[PROVISION_CARDS_SIZE];
    uint8_t kcvs[PROVISION_CARD_KEYS][PROVISION_KCV];
};

struct provision_file {
    struct mv_meter_identity identity; /* without key bytes and without `measures` */
    uint16_t base_date;                /* 1993, 2014, 2035; the meter itself never needs it */
    uint32_t tid_fill;
    uint8_t wrapped_key[PROVISION_WRAPPED_SIZE];
    uint8_t version;                       /* 1, 2 */
    uint8_t token_carrier, key_generation; /* version 2 */
    char firmware[PROVISION_FIRMWARE + 1]; /* empty: any */
    uint8_t key_kcv[PROVISION_KCV];        /* version 2 */
    bool with_records;
    struct provision_records records;
    bool with_cards;
    struct provision_cards cards;
};

/* NULL, or what is wrong. `text` needs no terminator. */
MV_CORE_MUST_USE const char *provision_file_parse(const char *text, size_t length, struct provision_file *file);

#endif
