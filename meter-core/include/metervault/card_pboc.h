/* Profile 2: a user card of the PBOC/3DES kind, modelled on public descriptions of Chinese prepayment cards, whose
 * standards' text was not at hand (docs/cards.md). Its keys, MACs, commands and files; the cipher is the caller's,
 * there is no DES here. A purchase on such a card is protected towards the terminal only, not towards the meter. */
#ifndef METERVAULT_CARD_PBOC_H
#define METERVAULT_CARD_PBOC_H

#include "metervault/card.h"

enum { MV_PBOC_BLOCK = 8, MV_PBOC_MAC = 4 /* on the wire */, MV_PBOC_APDU_MAX = 5 + 255 };

/* Encrypts one block: with the left half of the key by single DES, or with all of it by 3DES-EDE2. False: it could not.
 */
enum mv_pboc_key { MV_PBOC_LEFT, MV_PBOC_WHOLE };
struct mv_pboc_cipher {
    void *context;
    bool (*encrypt)(void *context, enum mv_pboc_key key, uint8_t block[MV_PBOC_BLOCK]);
};

/* All of these are false only when the cipher was. */
/* A card's key of the master: Enc(factor) | Enc(NOT factor). Parity is left as it comes. */
MV_CORE_MUST_USE bool mv_pboc_diversify(const struct mv_pboc_cipher *master, const uint8_t factor[MV_PBOC_BLOCK],
                                        uint8_t key[16]);
/* ISO 9797-1 algorithm 3 with padding 2 over the parts joined; `iv` is the card's challenge of 4 bytes and zeros. */
MV_CORE_MUST_USE bool mv_pboc_mac(const struct mv_pboc_cipher *cipher, const uint8_t iv[MV_PBOC_BLOCK],
                                  const struct mv_card_part *parts, uint8_t count, uint8_t mac[MV_PBOC_BLOCK]);
/* Of a load of the purse: Enc(random 4 | trade number 2 | 8000); it is a single DES key. */
MV_CORE_MUST_USE bool mv_pboc_session_key(const struct mv_pboc_cipher *load, const uint8_t random[4],
                                          const uint8_t trade_no[2], uint8_t key[MV_PBOC_BLOCK]);

/* ---- commands ---- */
enum { MV_PBOC_AUTH_APDU = 13 };
/* INTERNAL AUTHENTICATE with key 1: the challenge must be of who checks the answer, never of the card. */
void mv_pboc_internal_auth(const uint8_t challenge[MV_PBOC_BLOCK], uint8_t apdu[MV_PBOC_AUTH_APDU]);
/* Whether the card's answer is Enc(challenge), in constant time. False also when the cipher failed. */
bool mv_pboc_answers(const struct mv_pboc_cipher *key1, const uint8_t challenge[MV_PBOC_BLOCK],
                     const uint8_t answer[MV_PBOC_BLOCK]);
/* EXTERNAL AUTHENTICATE with key 2, which is another one: with the same an answer to the one command would do for the
 * other. */
MV_CORE_MUST_USE bool mv_pboc_external_auth(const struct mv_pboc_cipher *key2, const uint8_t challenge[MV_PBOC_BLOCK],
                                            uint8_t apdu[MV_PBOC_AUTH_APDU]);
/* UPDATE BINARY of a short file number (1..31) with a MAC. `size` is at most 251. Returns the size of the APDU, 0 when
 * the cipher failed or `size` is too much. */
uint16_t mv_pboc_update(const struct mv_pboc_cipher *cipher, const uint8_t challenge[4], uint8_t file, uint8_t offset,
                        const uint8_t *data, uint8_t size, uint8_t apdu[MV_PBOC_APDU_MAX]);

/* Which class byte says "with a MAC" is the card's operating system's choice. */
enum mv_pboc_class { MV_PBOC_CLASS_04 = 0x04, MV_PBOC_CLASS_84 = 0x84 };
uint16_t mv_pboc_update_as(const struct mv_pboc_cipher *cipher, enum mv_pboc_class class, const uint8_t challenge[4],
                           uint8_t file, uint8_t offset, const uint8_t *data, uint8_t size,
                           uint8_t apdu[MV_PBOC_APDU_MAX]);
/* A status word as an error: 63Cx, 6982 and 6983 AUTHENTICATION, 6988 INTEGRITY, 6A82 NO_FILE, 6B00 BOUNDARY, 6700
 * LENGTH, 9403 NO_SUCH_KEY, 6D00 and 6E00 FOREIGN. */
enum mv_card_error mv_pboc_status(uint16_t status);

/* ---- files: numbers are BCD digits unless said otherwise ---- */
enum { MV_PBOC_SERIAL = 8, MV_PBOC_FILE_USER = 1, MV_PBOC_FILE_WALLET = 2, MV_PBOC_FILE_RETURN = 5 };
enum { MV_PBOC_FRAME = 6, MV_PBOC_USER_DATA = 39, MV_PBOC_RETURN_DATA = 43, MV_PBOC_WALLET = 8 };
enum {
    MV_PBOC_USER_BYTES = MV_PBOC_USER_DATA + MV_PBOC_FRAME,
    MV_PBOC_RETURN_BYTES = MV_PBOC_RETURN_DATA + MV_PBOC_FRAME /* all zeros: the meter wrote nothing since */
};
enum { MV_PBOC_COMMAND_USER = 0x01, MV_PBOC_COMMAND_RETURN = 0x11 };
/* 68 | command | length 2 | data | sum | 16; returns size + 6. */
uint16_t mv_pboc_frame(uint8_t command, const uint8_t *data, uint16_t size, uint8_t *file);
/* FORMAT_ERROR unless `file` is one frame of this command with `size` bytes of data, which then begin at file + 4. */
MV_CORE_MUST_USE enum mv_result mv_pboc_unframe(const uint8_t *file, uint16_t file_size, uint8_t command,
                                                uint16_t size);
struct mv_pboc_user {
    uint8_t user_type, update_flags;
    uint8_t switch_time[5]; /* YYMMDDhhmm */
    uint8_t alarm_1[4], alarm_2[4];
    uint8_t ct[3], pt[3];
    uint8_t meter_no[6], client_no[6];
    uint8_t kind; /* 1 open account, 2 purchase, 3 replacement */
};
struct mv_pboc_return {
    uint8_t user_type;
    uint8_t ct[3], pt[3];
    uint8_t meter_no[6], client_no[6];
    uint32_t remaining, purchases, over_zero; /* binary, 0.01 */
    uint8_t key_info[4];                      /* state, mode, count, version */
    uint8_t bad_insertions[3];                /* binary */
    uint8_t written[5];                       /* YYMMDDhhmm */
};
void mv_pboc_user_write(const struct mv_pboc_user *user, uint8_t data[MV_PBOC_USER_DATA]);
void mv_pboc_user_read(const uint8_t data[MV_PBOC_USER_DATA], struct mv_pboc_user *user);
void mv_pboc_return_write(const struct mv_pboc_return *record, uint8_t data[MV_PBOC_RETURN_DATA]);
void mv_pboc_return_read(const uint8_t data[MV_PBOC_RETURN_DATA], struct mv_pboc_return *record);
/* Without a frame: amount and count, both binary. */
void mv_pboc_wallet_write(uint32_t amount, uint32_t count, uint8_t data[MV_PBOC_WALLET]);
void mv_pboc_wallet_read(const uint8_t data[MV_PBOC_WALLET], uint32_t *amount, uint32_t *count);

#endif
