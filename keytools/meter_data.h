/* What a meter is made with, as options or the columns of a batch say it. */
#ifndef KEYTOOLS_METER_DATA_H
#define KEYTOOLS_METER_DATA_H

#include "hsm/card_key.h"

/* As given; NULL: absent. The record keys' four go together, a card key needs them, an area's needs a card key; the
 * rest but `token_carrier` and `firmware` is required. */
struct meter_text {
    const char *pan, *sgc, *krn, *kt, *ti, *ea, *base_date, *ken, *token_carrier, *firmware;
    const char *domain, *mac_version, *enc_version, *epoch;
    const char *card, *card_area;
};
enum { METER_TEXTS = sizeof(struct meter_text) / sizeof(const char *), METER_FIRMWARE = 32 };

/* Name of an option, and of a batch's column; where its text is. */
const char *meter_text_name(size_t index);
const char **meter_text_at(struct meter_text *text, size_t index);

struct meter_data {
    struct mv_dkga_input meter;
    uint8_t expiry;
    uint8_t token_carrier; /* 1..99, IEC 62055-41; 2 is a keypad */
    char firmware[METER_FIRMWARE + 1];
    bool with_records;
    struct hsm_record_export records;
    bool with_cards;
    struct hsm_card_export cards;
};

/* Which text is wrong, and how. */
struct meter_fault {
    const char *name;
    const char *what;
};
bool meter_data_read(const struct meter_text *text, struct meter_data *data, struct meter_fault *fault);

#endif
