/* The server's side of the key process. metervaultd never sees a key: it names purposes, hsmd does the rest. The
 * operations are closed; there is no generic encrypt, sign or derive. Requests are batched: one round trip per call
 * whatever the count. */
#ifndef MV_HSMD_CLIENT_H
#define MV_HSMD_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "hsm/catalogue.h"
#include "metervault/record.h"

enum { HSMD_BATCH = 256, HSMD_TOKEN_TAG = 16 };

struct hsmd_client; /* one connection, one thread at a time; reconnects by itself */

/* Does not connect yet. `timeout_ms` bounds every call; a call past it closes the connection and fails with
 * KEY_SERVICE_UNAVAILABLE (hsmd kills itself when its module hangs). */
MV_MUST_USE mv_status hsmd_client_new(const char *socket_path, unsigned timeout_ms, struct hsmd_client **client);
void hsmd_client_free(struct hsmd_client *client);

/* Whose decoder key: hsmd picks the vending key by SGC, KRN and KT, and refuses when scope, state or dates forbid it.
 */
struct hsmd_meter {
    char pan[19]; /* 18 digits */
    char sgc[7];
    uint8_t krn, ti, kt, ken, ea, dkga;
    uint16_t base_date;
};

struct hsmd_prepared {
    mv_status status; /* of this item; one bad item does not hurt the others */
    uint32_t slot;    /* opaque; lives until it is used once or the connection or 60 s end */
    uint8_t vending_kcv[HSM_KCV_BYTES];
};

/* Derives the decoder keys (PKCS#11 work happens here and only here). */
MV_MUST_USE mv_status hsmd_prepare(struct hsmd_client *client, const struct hsmd_meter *meters, size_t count,
                                   struct hsmd_prepared *prepared);

struct hsmd_block {
    uint32_t slot;       /* HSMD_SLOT_NONE for class 1, which is not encrypted */
    uint8_t token_class; /* 0, 1 or 2 */
    uint64_t clear;      /* subclass | content | CRC: the 64-bit clear block */
};

struct hsmd_token {
    mv_status status;
    char digits[21];
    uint8_t tag[HSMD_TOKEN_TAG]; /* keyed hash of the digits (audit-token-hash): what audit and look-ups use */
};

/* Encrypts one block per slot and uses the slots up. No PKCS#11 work. INVALID_FIELD for what is no credit (subclass
 * 0..7) and no management token of metervault/sts_manage.h. TOKEN_AMBIGUOUS when the block would be valid under the
 * other class too, because the class bits are not encrypted: the server avoids those by asking
 * mv_sts_block_is_two_faced first and taking another RND (management) or the next TID (currency). */
MV_MUST_USE mv_status hsmd_encrypt(struct hsmd_client *client, const struct hsmd_block *blocks, size_t count,
                                   struct hsmd_token *tokens);

/* ---- key changes ---- */
enum { HSMD_KEY_SECTIONS = 4, HSMD_APPROVALS = 8, HSMD_SLOT_NONE = 0xFFFFFF };

/* An officer's signed word (base/approval.h is its text) that meters may leave one supply group for another. */
struct hsmd_approval {
    const char *text;
    const uint8_t *certificate; /* DER, of an enrolled officer */
    size_t certificate_size;
    const uint8_t *signature; /* ECDSA with SHA-256 over the text, DER */
    size_t signature_size;
};
/* The approval is an enrolled officer's and has not expired: `officer` is who (HSM_OFFICER_SIZE). APPROVAL_INVALID. */
MV_MUST_USE mv_status hsmd_check_approval(struct hsmd_client *client, const struct hsmd_approval *approval,
                                          char *officer);

struct hsmd_key_change {
    struct hsmd_meter from; /* the key that the meter holds; its vending key may be past issuing, even compromised */
    struct hsmd_meter to;   /* same PAN and EA; this vending key must be usable */
    bool with_sgc;          /* EA07: three tokens instead of two */
    bool want_slot;         /* of the new key, for a token that follows */
};
struct hsmd_key_change_set {
    mv_status status; /* of this item */
    uint8_t count;    /* 2, 3 or 4 tokens, in the order in which they are printed */
    struct {
        char digits[21];
        uint8_t tag[HSMD_TOKEN_TAG];
    } tokens[HSMD_KEY_SECTIONS];
    uint8_t from_kcv[HSM_KCV_BYTES], to_kcv[HSM_KCV_BYTES];
    uint32_t slot; /* HSMD_SLOT_NONE unless asked for */
};
/* Key change sets. RO follows from the base dates. An item that changes the SGC needs one of `approvals` to cover it
 * (APPROVAL_MISSING); one that is invalid fails the whole call. KEY_CHANGE_NOT_ALLOWED: another PAN or EA, from or back
 * to KT 0, to KT 3, another KT together with another SGC, an earlier base date, an older DKGA, a KEN that is past or
 * beyond the new vending key's. What the states of both vending keys allow: hsm/states.h. Whether the new base date has
 * begun is the caller's question. */
MV_MUST_USE mv_status hsmd_key_change(struct hsmd_client *client, const struct hsmd_approval *approvals,
                                      size_t approval_count, const struct hsmd_key_change *changes, size_t count,
                                      struct hsmd_key_change_set *sets);

/* ---- what a token says ---- */
struct hsmd_opened {
    uint8_t token_class, subclass;
    bool key_section; /* then only `section`, KRN, KT, TI as far as this section carries them (else 0xFF) */
    uint8_t section, krn, kt, ti;
    uint8_t random_or_sign_exponent; /* the 4 bits before the TID */
    uint32_t tid;
    uint16_t field;
};
/* Decrypts 20 digits under the meter's key for a help desk. TOKEN_NOT_VALID when the CRC fails, or
 * holds under the other class too (one second section of a key change in 65536), and nothing else is told. The vending
 * key may be in any state but destroyed. No bit of a key ever comes back. */
MV_MUST_USE mv_status hsmd_open_token(struct hsmd_client *client, const struct hsmd_meter *meter, const char *digits,
                                      struct hsmd_opened *opened);

/* ---- native records (metervault/record.h) ---- */
enum { HSMD_RECORD_BATCH = 128 };

/* The domain picks the masters "record-mac/DOMAIN/VERSION" and "record-enc/DOMAIN/VERSION"; the record's own head says
 * version, PAN and epoch. */
struct hsmd_record {
    uint8_t domain[3];
    uint8_t size;                 /* of `bytes` */
    uint8_t bytes[MV_RECORD_MAX]; /* a whole record, or head and body with room for the MAC behind them */
};

/* MACs of records to the meter, kinds 1..4: head and body go in, 16 bytes are appended and `size` grows when each[i] is
 * ok. RECORD_NOT_VALID (form, direction, kind), RECORD_KEY_UNKNOWN, RECORD_KEY_NOT_ACTIVE. The same record gives the
 * same MAC again. Whether its sequence number is due is the caller's question. */
MV_MUST_USE mv_status hsmd_seal_records(struct hsmd_client *client, struct hsmd_record *records, size_t count,
                                        mv_status *each);
/* Whole records from the meter, kind 81. RECORD_NOT_VALID also when the MAC is wrong. */
MV_MUST_USE mv_status hsmd_check_returns(struct hsmd_client *client, const struct hsmd_record *records, size_t count,
                                         mv_status *each);
/* A key update, kind 5: head and body, in which the tag of the wrapped keys is there with 56 zero bytes; then whole.
 * The new keys (MAC in, MAC out, wrapping) are of the PAN and epoch of the head and of the new versions; they are
 * wrapped under the wrapping key of `enc_version`, which the meter has, and the record is MACed under the version of
 * its head. The new versions must be ones that meters may get, the old ones may be past issuing. */
MV_MUST_USE mv_status hsmd_key_update(struct hsmd_client *client, struct hsmd_record *record, uint8_t new_mac_version,
                                      uint8_t new_enc_version, uint8_t enc_version);

/* ---- cards, profile 1 (metervault/card.h) ----
 * The reader's side of a card session lives in hsmd, the card's keys in the token: the server relays APDUs between it
 * and the terminal. A session is of one connection and dies with it; 64 a connection, 60 s idle, 5 minutes in all, 4096
 * steps: then it is CARD_SESSION_LOST. It ends by itself when the card refuses, and at every error. */
enum { HSMD_CARD_APDU = 261, HSMD_CARD_RAPDU = 258, HSMD_CARD_DATA = 2048, HSMD_CARD_NO_SESSION = 0 };

enum hsmd_card_key {
    HSMD_CARD_ISSUER = 1, /* "card-issuer/V", by the card: slot 0, and the key of the whole card after formatting */
    HSMD_CARD_OFFICE,     /* "card-office/V", by the card: slot 1; 2 of tool cards; 3 of user cards */
    HSMD_CARD_METER,      /* "card-meter/V", by the meter's PAN: slot 2 of user cards */
    HSMD_CARD_AREA,       /* "card-area/DOMAIN/V", by the record domain: slot 3 of tool cards */
    HSMD_CARD_TRANSPORT,  /* "card-transport/V", by the card: all four slots of a card not yet personalised */
    HSMD_CARD_FACTORY,    /* sixteen zero bytes, version 0: everybody's */
};

/* What of it the use needs; hsmd builds the diversification itself. */
struct hsmd_card_key_ref {
    enum hsmd_card_key use;
    uint8_t slot;    /* number of the key on the card; HSMD_CARD_PICC: the card's own, not an application's */
    uint8_t version; /* of the master: 1..255; FACTORY: 0 */
    uint8_t uid[7];
    char pan[19];      /* METER: 18 digits */
    uint8_t domain[3]; /* AREA */
};
enum { HSMD_CARD_PICC = 0xFF };

struct hsmd_card_answer {
    uint32_t session; /* as long as it lives, else HSMD_CARD_NO_SESSION */
    enum {
        HSMD_CARD_SEND,   /* `apdu` goes to the card, its response to hsmd_card_step */
        HSMD_CARD_DONE,   /* the command is through; `data` is what the card answered */
        HSMD_CARD_REFUSED /* `card_error` says by whom; the session is over */
    } next;
    uint16_t card_error; /* enum mv_card_error */
    uint16_t apdu_size, data_size;
    uint8_t apdu[HSMD_CARD_APDU];
    uint8_t data[HSMD_CARD_DATA];
};

/* Begins an authentication with this key: EV2First in a new session, or EV2NonFirst in `session`. DONE when card and
 * key have proven themselves to each other. CARD_KEY_UNKNOWN, CARD_KEY_NOT_ACTIVE (a key that is expired, compromised
 * or below the minimum version only reads and changes keys: writing is refused in its session), SERVER_BUSY (too many),
 * CARD_SESSION_LOST, INVALID_FIELD. */
MV_MUST_USE mv_status hsmd_card_open(struct hsmd_client *client, const struct hsmd_card_key_ref *key, uint32_t session,
                                     struct hsmd_card_answer *answer);
struct mv_card_command;
/* One command in the session. INVALID_FIELD for an INS other than 51 6E 6F F5 AD 8D CB CD DF C7 A7 CA, or while
 * another is under way; the session lives on then. CARD_SESSION_LOST, CARD_KEY_NOT_ACTIVE. */
MV_MUST_USE mv_status hsmd_card_command(struct hsmd_client *client, uint32_t session,
                                        const struct mv_card_command *command, struct hsmd_card_answer *answer);
/* ChangeKey of new_key->slot (old_key->slot is the same) in a session that is authenticated with `slot_in_use`. When
 * that is the key that changes, the session is over after DONE. The new key must be one that cards may get
 * (CARD_KEY_NOT_ACTIVE), and is never FACTORY; the old one may be past its time. */
MV_MUST_USE mv_status hsmd_card_change_key(struct hsmd_client *client, uint32_t session, uint8_t slot_in_use,
                                           const struct hsmd_card_key_ref *old_key,
                                           const struct hsmd_card_key_ref *new_key, struct hsmd_card_answer *answer);
/* ---- cards, profile 2 (metervault/card_pboc.h) ----
 * A session like those of profile 1, with the same bounds, hsmd_card_step and hsmd_card_close. */
enum { HSMD_PBOC_DATA = 49 };
struct hsmd_pboc_ref {
    uint8_t serial[8];               /* of the card */
    uint8_t internal, external, mac; /* versions of the masters "card-pboc-internal/V" and so on, 1..255 */
};
/* Has the card prove itself with a challenge of the token's, then proves the office to the card with the card's. DONE:
 * both did. A key that may only be left opens a session that writes nothing. CARD_KEY_UNKNOWN, CARD_KEY_NOT_ACTIVE
 * (also when two of the masters are one key), SERVER_BUSY, INVALID_FIELD. */
MV_MUST_USE mv_status hsmd_pboc_open(struct hsmd_client *client, const struct hsmd_pboc_ref *ref,
                                     struct hsmd_card_answer *answer);
/* Writes one whole file with a MAC, under a fresh challenge of the card: file 1 a frame of parameters, 2 a wallet, 5
 * nothing but zeros; INVALID_FIELD for anything else. `class` is 04 or 84. CARD_SESSION_LOST, CARD_KEY_NOT_ACTIVE. */
MV_MUST_USE mv_status hsmd_pboc_update(struct hsmd_client *client, uint32_t session, uint8_t class, uint8_t file,
                                       const uint8_t *data, uint8_t size, struct hsmd_card_answer *answer);

/* What the card answered to the last `apdu`, status word and all. CARD_SESSION_LOST. */
MV_MUST_USE mv_status hsmd_card_step(struct hsmd_client *client, uint32_t session, const uint8_t *rapdu, size_t size,
                                     struct hsmd_card_answer *answer);
/* Ends it; nothing to do when it is over. */
void hsmd_card_close(struct hsmd_client *client, uint32_t session);

/* Gives slots back unused. */
void hsmd_release(struct hsmd_client *client, const uint32_t *slots, size_t count);

MV_MUST_USE mv_status hsmd_random(struct hsmd_client *client, void *data, size_t size); /* at most 4096 bytes */

struct hsmd_catalogue {
    uint64_t generation;
    struct hsm_key_info keys[HSM_MAX_KEYS];
    size_t key_count;
    struct hsm_officer officers[HSM_MAX_OFFICERS];
    size_t officer_count;
};

MV_MUST_USE mv_status hsmd_catalogue(struct hsmd_client *client, struct hsmd_catalogue *catalogue);
/* The module answers and its self-test passed. */
MV_MUST_USE mv_status hsmd_health(struct hsmd_client *client);

#endif
