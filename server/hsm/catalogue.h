/* The key catalogue: what each key of the token is for. Entries are kept in the token beside their keys (CKO_DATA),
 * MACed by the token key `catalogue-mac` over fields, label, KCV and generation. No entry holds a secret. */
#ifndef MV_HSM_CATALOGUE_H
#define MV_HSM_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    HSM_LABEL_SIZE = 64, /* with terminator */
    HSM_KCV_BYTES = 3,
    HSM_POINT_BYTES = 65,  /* uncompressed point on P-256 */
    HSM_OFFICER_SIZE = 65, /* name with terminator */
    HSM_MAX_KEYS = 256,    /* catalogue entries of one token; tokens search linearly */
    HSM_MAX_OFFICERS = 16,
    HSM_MAX_FORMER = 48, /* officers that were removed: their lines stay */
    HSM_ACT_SIZE = 24,   /* an act's name with terminator */
    HSM_MAX_RULES = 24,
    HSM_RULE_OFFICERS = 6, /* that a rule may name */
    HSM_SPENT_PAGES = 8,
    HSM_SPENT_NONCES = 19, /* of one page */
    HSM_NONCE_BYTES = 16,
    HSM_MAX_ENTRIES = HSM_MAX_KEYS + HSM_MAX_OFFICERS + HSM_MAX_FORMER + HSM_MAX_RULES + HSM_SPENT_PAGES,
};

enum hsm_key_use {
    HSM_USE_VENDING = 1, /* derives decoder keys: VUDK (KT 2), VCDK (KT 3), VDDK (KT 1) */
    HSM_USE_CATALOGUE_MAC = 2,
    HSM_USE_AUDIT_TOKEN_HASH = 3,
    HSM_USE_DKGA02_KEK = 4,
    HSM_USE_BACKUP_KEK = 5,
    HSM_USE_FACTORY_KEK = 6, /* wraps a meter's keys for injection */
    HSM_USE_AUDIT_SIGN = 7,  /* EC key pair: signs transcripts of ceremonies (sign.h) */
    /* masters of families (masters.h): what meters and cards hold is derived from them */
    HSM_USE_RECORD_MAC = 8,      /* MAC keys of native records */
    HSM_USE_RECORD_ENC = 9,      /* keys that wrap meters' new record keys */
    HSM_USE_CARD_ISSUER = 10,    /* of a card: changes its keys, makes its files */
    HSM_USE_CARD_OFFICE = 11,    /* of a card: writes and reads it at the office */
    HSM_USE_CARD_METER = 12,     /* of a meter: what it and its user card know of each other */
    HSM_USE_CARD_AREA = 13,      /* of a record domain: its meters read tool cards */
    HSM_USE_CARD_TRANSPORT = 14, /* of a card: until it is personalised */
    /* of a card of profile 2; 3DES, and whoever issues such cards has them too */
    HSM_USE_CARD_PBOC_INTERNAL = 15, /* it proves itself with */
    HSM_USE_CARD_PBOC_EXTERNAL = 16, /* the office proves itself with */
    HSM_USE_CARD_PBOC_MAC = 17,      /* of what is written on it */
};

enum hsm_key_state { HSM_PRE_ACTIVE = 1, HSM_ACTIVE, HSM_ISSUED_UNTIL, HSM_EXPIRED, HSM_COMPROMISED, HSM_DESTROYED };

enum hsm_kcv_method {
    HSM_KCV_HMAC_SHA256 = 1 /* HMAC("KCV") */,
    HSM_KCV_AES_CMAC,
    HSM_KCV_DES,
    HSM_KCV_PUBLIC_SHA256 /* SHA-256 of the SubjectPublicKeyInfo */,
    HSM_KCV_DES3 /* 3DES with two keys */
};

/* Scope of a vending key; all zero for other uses. */
struct hsm_vending_scope {
    char sgc[7];           /* 6 digits */
    uint8_t krn;           /* 1..9 */
    uint8_t kt;            /* 1, 2 or 3 */
    uint8_t dkga;          /* 2 or 4 */
    uint16_t base_date;    /* 1993, 2014, 2035 */
    uint8_t ken;           /* 0..255 */
    uint16_t ea_mask;      /* bit 7 (0x80): EA07, bit 11 (0x800): EA11. DKGA02 serves EA07 only */
    uint8_t successor_krn; /* meters under this key move to this revision of the same SGC and KT as soon as it is
                              usable; 0: none */
};

struct hsm_key_info {
    char label[HSM_LABEL_SIZE]; /* of the token object, e.g. "vending/123456/1/2" */
    enum hsm_key_use use;
    uint32_t version;
    struct hsm_vending_scope scope;
    enum hsm_key_state state;
    int64_t created_unix_s;
    int64_t active_from_unix_s;
    int64_t issued_until_unix_s; /* INT64_MAX: no end */
    bool no_export;              /* who sent it in a key block forbids to send it on (TR-31 exportability N) */
    enum hsm_kcv_method kcv_method;
    uint8_t kcv[HSM_KCV_BYTES];
    uint8_t point[HSM_POINT_BYTES]; /* audit-sign: the public key; otherwise zeros */
    uint32_t minimum_version; /* of its family, versions below it are refused; the highest of them counts; 0: all */
    uint64_t generation;      /* of the catalogue when this entry was last written */
};

/* An enrolled officer; the first one by `metervault-keys init`. */
struct hsm_officer {
    char name[HSM_OFFICER_SIZE];
    uint8_t certificate_sha256[32]; /* of the DER certificate */
    uint8_t key_sha256[32];         /* of its key (hsm_officer_key_sha256); zeros: enrolled before this was kept */
    int64_t valid_until_unix_s;     /* of the certificate; 0: enrolled before this was kept */
    uint64_t generation;
};

/* Who must approve an act. The rule of HSM_EVERY_ACT is that of all acts without one of their own. */
#define HSM_EVERY_ACT "all"
enum { HSM_RULE_NONE = 0xFF }; /* `needed`: there is no such rule any more */
struct hsm_rule {
    char act[HSM_ACT_SIZE];
    uint8_t needed;                                     /* officers; 0: nobody */
    uint8_t officer_count;                              /* 0: any enrolled officer */
    char officers[HSM_RULE_OFFICERS][HSM_OFFICER_SIZE]; /* otherwise one of these */
};

/* Nonces of acts that were carried out, until they expire. */
struct hsm_spent_page {
    uint8_t page; /* 0 to HSM_SPENT_PAGES - 1 */
    uint8_t count;
    struct {
        uint8_t nonce[HSM_NONCE_BYTES];
        int64_t expires_unix_s;
    } spent[HSM_SPENT_NONCES];
};

#endif
