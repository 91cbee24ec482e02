/* The reader's side of a card session: three-pass mutual authentication (AuthenticateEV2First and NonFirst), EV2 secure
 * messaging and chaining over native commands wrapped in ISO 7816. Shared by the meter and the server's key process;
 * the card's side, for the emulator, is card_side.h, what lies on a card card_layout.h. Rules, sources and limits:
 * meter-core/docs/cards.md. No allocation; one caller at a time.
 *
 * Nothing here waits for a card. A function answers SEND, the caller carries `apdu` to the card and its answer to
 * mv_card_step, until DONE or OVER:
 *
 *   next = mv_card_authenticate(&session, 1, true);
 *   while (next == MV_CARD_SEND)
 *       next = mv_card_step(&session, rapdu, transmit(session.apdu, session.apdu_size, rapdu));
 */
#ifndef METERVAULT_CARD_H
#define METERVAULT_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include "metervault/aes.h"
#include "metervault/result.h"

/* ---- the cipher, so that who has a token never sees a key ---- */
enum mv_card_key {
    MV_CARD_KEY_CARD, /* of the slot that is being authenticated with */
    MV_CARD_KEY_ENC,  /* of the session: what `derive` made last */
};
struct mv_card_part {
    const uint8_t *data;
    uint16_t size; /* may be 0; data is not looked at then */
};
/* Every function answers false when it could not; the session is over then (MV_CARD_CIPHER). */
struct mv_card_cipher {
    void *context;
    bool (*random)(void *context, uint8_t *data, uint16_t size);
    /* AES-128-CBC in place; `size` is a multiple of 16, not 0. */
    bool (*cbc)(void *context, enum mv_card_key key, bool encrypt, const uint8_t iv[16], uint8_t *data, uint16_t size);
    /* Session keys ENC = CMAC(card key, sv1), MAC = CMAC(card key, sv2); they replace the former ones. */
    bool (*derive)(void *context, const uint8_t sv1[32], const uint8_t sv2[32]);
    /* CMAC under the session's MAC key over the parts joined; at most MV_CARD_PARTS_MAX of them. */
    bool (*mac)(void *context, const struct mv_card_part *parts, uint8_t count, uint8_t mac[16]);
};
enum { MV_CARD_PARTS_MAX = 3 };

/* ---- commands ---- */
enum mv_card_ins {
    MV_CARD_INS_WRITE = 0x8D,
    MV_CARD_INS_READ = 0xAD,
    MV_CARD_INS_COMMIT = 0xC7,
    MV_CARD_INS_ABORT = 0xA7,
    MV_CARD_INS_CARD_UID = 0x51,      /* full mode */
    MV_CARD_INS_VERSION = 0x60,       /* free: UID in clear */
    MV_CARD_INS_FILE_IDS = 0x6F,      /* free */
    MV_CARD_INS_FILE_SETTINGS = 0xF5, /* free */
    MV_CARD_INS_FREE_MEMORY = 0x6E,   /* free */
    MV_CARD_INS_KEY_VERSION = 0x64,   /* free */
    MV_CARD_INS_SELECT = 0x5A,        /* ends an authentication */
    MV_CARD_INS_CREATE_APPLICATION = 0xCA,
    MV_CARD_INS_FORMAT = 0xFC,
    MV_CARD_INS_CREATE_BACKUP_FILE = 0xCB,
    MV_CARD_INS_CREATE_STANDARD_FILE = 0xCD,
    MV_CARD_INS_DELETE_FILE = 0xDF,
    MV_CARD_INS_CHANGE_KEY = 0xC4, /* only by mv_card_change_key */
    MV_CARD_INS_FIRST = 0x71,      /* these three: only by mv_card_authenticate and mv_card_step */
    MV_CARD_INS_NON_FIRST = 0x77,
    MV_CARD_INS_MORE = 0xAF,
};
enum mv_card_mode { MV_CARD_PLAIN = 0, MV_CARD_MAC = 1, MV_CARD_SECRET = 3 };

struct mv_card_command {
    uint8_t ins;           /* enum mv_card_ins */
    uint8_t mode;          /* enum mv_card_mode; PLAIN unless authenticated */
    const uint8_t *header; /* never encrypted: file number, offset, length and the like */
    uint8_t header_size;   /* 0..MV_CARD_HEADER_MAX */
    const uint8_t *data;   /* encrypted in full mode; stays the caller's, not in the session's buffer */
    uint16_t data_size;
};

enum {
    MV_CARD_FRAME = 240,                   /* bytes of data in one APDU, either way */
    MV_CARD_APDU_MAX = MV_CARD_FRAME + 6,  /* of a command */
    MV_CARD_RAPDU_MAX = MV_CARD_FRAME + 2, /* of an answer as our emulator sends it; up to 258 are taken */
    MV_CARD_HEADER_MAX = 16,
    MV_CARD_MAC_BYTES = 8,
    /* Added to the most data that one command brings or fetches: the least buffer of a session. An answer with more
     * data than the buffer less this is MV_CARD_TOO_LONG. */
    MV_CARD_BUFFER_MORE = MV_CARD_HEADER_MAX + 16 + MV_CARD_MAC_BYTES,
    MV_CARD_DATA_MAX = 2048, /* no command of ours moves more */
};

/* ---- why a session is over ---- */
enum mv_card_error {
    MV_CARD_NO_ERROR = 0,
    /* the card's own status 91xx */
    MV_CARD_NO_CHANGES = 0x0C,
    MV_CARD_OUT_OF_MEMORY = 0x0E,
    MV_CARD_ILLEGAL_COMMAND = 0x1C,
    MV_CARD_INTEGRITY = 0x1E, /* the card found our MAC, CRC or padding wrong */
    MV_CARD_NO_SUCH_KEY = 0x40,
    MV_CARD_LENGTH = 0x7E,
    MV_CARD_PERMISSION = 0x9D,
    MV_CARD_PARAMETER = 0x9E,
    MV_CARD_NO_APPLICATION = 0xA0,
    MV_CARD_AUTHENTICATION = 0xAE, /* the card does not take us for genuine, or wants to be authenticated with first */
    MV_CARD_BOUNDARY = 0xBE,
    MV_CARD_ABORTED = 0xCA,
    MV_CARD_DUPLICATE = 0xDE,
    MV_CARD_MEMORY_FAILED = 0xEE,
    MV_CARD_NO_FILE = 0xF0,
    /* ours */
    MV_CARD_OTHER_STATUS = 0x100, /* 91xx that is not in this list */
    MV_CARD_FOREIGN,              /* no 91xx at all: no card of this kind */
    MV_CARD_FALSE,                /* it did not answer our challenge: it does not have the key */
    MV_CARD_MAC_WRONG,            /* of an answer */
    MV_CARD_FORMAT,               /* an answer that has not the form it must have */
    MV_CARD_TOO_LONG,             /* command or answer do not fit into the session's buffer */
    MV_CARD_CIPHER,               /* a function of the cipher failed */
    MV_CARD_STATE,                /* asked out of order: not authenticated, a step is due, the counter is used up */
};
/* Plain words for a log or a screen; never NULL. */
const char *mv_card_error_text(enum mv_card_error error);

/* ---- the session ---- */
enum mv_card_next { MV_CARD_SEND, MV_CARD_DONE, MV_CARD_OVER };

/* Read it freely, change nothing. */
struct mv_card_session {
    const struct mv_card_cipher *cipher;
    uint8_t *buffer; /* the caller's: command and answer are put together here */
    uint16_t capacity;

    uint8_t apdu[MV_CARD_APDU_MAX]; /* SEND: for the card */
    uint16_t apdu_size;
    const uint8_t *data; /* DONE: what the card answered, in `buffer`; until the next command */
    uint16_t size;
    enum mv_card_error error; /* OVER */

    bool authenticated; /* from the third pass to an error, SELECT, or the change of the own key */
    uint8_t key_no;     /* authenticated with */
    uint8_t ti[4];      /* of the transaction: from First on, NonFirst keeps it */
    uint16_t counter;   /* commands in it */

    /* the command under way */
    uint8_t state;
    uint8_t ins, mode;
    bool bare;           /* a change of the own key: the answer has no MAC and the authentication is over */
    uint16_t used, sent; /* bytes in the buffer, and how many went out */
    uint8_t rnd_a[16], rnd_b[16];
};

/* `cipher` and `buffer` stay the caller's and outlive the session. */
void mv_card_start(struct mv_card_session *session, const struct mv_card_cipher *cipher, uint8_t *buffer,
                   uint16_t capacity);
/* Forgets everything, the buffer's bytes too. Keys are the cipher's to wipe. */
void mv_card_end(struct mv_card_session *session);

/* After OVER nothing is authenticated; the session may begin again with SELECT or First. After a cut connection call
 * mv_card_start. */
/* First begins a transaction; NonFirst changes the key within it (STATE unless authenticated) and keeps TI and counter.
 * The cipher's CARD key is the one for `key_no` from this call on. */
MV_CORE_MUST_USE enum mv_card_next mv_card_authenticate(struct mv_card_session *session, uint8_t key_no, bool first);
MV_CORE_MUST_USE enum mv_card_next mv_card_command(struct mv_card_session *session,
                                                   const struct mv_card_command *command);
/* `plain` is what mv_card_key_data made (wiped here); with the key that is authenticated with, nothing is authenticated
 * after it. */
MV_CORE_MUST_USE enum mv_card_next mv_card_change_key(struct mv_card_session *session, uint8_t key_no, uint8_t *plain,
                                                      uint8_t size);
/* The card's answer, status included; size 0: none came (FORMAT). STATE when nothing is under way. */
MV_CORE_MUST_USE enum mv_card_next mv_card_step(struct mv_card_session *session, const uint8_t *rapdu, uint16_t size);

/* What ChangeKey brings: another key than the authenticated one: (new XOR old) | version | CRC32(new); the own one
 * (`old_key` NULL): new | version. Returns its size; the caller's array holds secrets until it is wiped. */
enum { MV_CARD_KEY_DATA_MAX = 21 };
uint8_t mv_card_key_data(const uint8_t new_key[16], const uint8_t *old_key, uint8_t version,
                         uint8_t plain[MV_CARD_KEY_DATA_MAX]);
/* zlib's polynomial without the final complement, as cards count it. */
uint32_t mv_card_crc32(const uint8_t *data, uint32_t size);

/* ---- a cipher in software, for meters without a security chip, and for tests ---- */

/* Holds keys: wipe it. */
struct mv_card_soft {
    struct mv_aes128 card, enc, mac;
    bool (*random)(void *context, uint8_t *data, uint16_t size); /* the board's */
    void *random_context;
};
/* Fills `cipher`, whose context `soft` is from then on. */
void mv_card_soft_init(struct mv_card_soft *soft, struct mv_card_cipher *cipher,
                       bool (*random)(void *context, uint8_t *data, uint16_t size), void *random_context);
/* The card key for the next authentication. */
void mv_card_soft_key(struct mv_card_soft *soft, const uint8_t key[16]);
void mv_card_soft_wipe(struct mv_card_soft *soft);

#endif
