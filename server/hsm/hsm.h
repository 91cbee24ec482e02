/* The PKCS#11 library behind the key process and `metervault-keys`: module, session, key catalogue, and one function
 * per purpose. The only place with C_* calls. One `struct hsm` per process and one thread at a time; call
 * mv_secret_init first.
 *
 * Start order: hsm_open, hsm_login, hsm_self_test, hsm_catalogue_read. First use of a token: hsm_token_init, hsm_open,
 * hsm_login, hsm_self_test, hsm_catalogue_create, hsm_officer_add. */
#ifndef MV_HSM_H
#define MV_HSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "hsm/catalogue.h"
#include "hsm/config.h"
#include "hsm/states.h"
#include "metervault/sts.h"

enum {
    HSM_MAX_WRAPPED = 40,      /* RFC 3394 of 32 bytes */
    HSM_BACKUP_KEK_BYTES = 32, /* AES-256 */
    HSM_PBOC_MASTER_BYTES = 16,
    HSM_FACTORY_KEK_BYTES = 16, /* AES-128: what meter-core unwraps with */
    HSM_DKGA02_BYTES = 8,
    HSM_DKGA04_BYTES = 20,
    HSM_SEALED_BYTES = 16,    /* a DKGA02 key under dkga02-kek */
    HSM_PROVISION_BYTES = 24, /* a meter's decoder key wrapped for the factory */
    HSM_MAC_BYTES = 32,
    HSM_MAX_RANDOM = 4096,
    HSM_INTERNAL_KEYS = 3, /* catalogue-mac, audit-token-hash, dkga02-kek */
};

struct hsm;
enum hsm_login_as { HSM_AS_USER, HSM_AS_SO };

/* ---- module and token ---- */
/* Loads the module and finds the token by label and serial, never by slot. MODULE_NOT_LOADED, TOKEN_NOT_FOUND. The
 * configuration is copied. Only one may be open in a process. */
MV_MUST_USE mv_status hsm_open(const struct hsm_config *config, struct hsm **hsm);
/* Logs out, finalises the module; NULL is fine. */
void hsm_close(struct hsm *hsm);
/* PIN_REFUSED when the token refuses it: never try again blindly; `where` says how near the token is to locking, as far
 * as it tells. The PIN is not kept. */
MV_MUST_USE mv_status hsm_login(struct hsm *hsm, enum hsm_login_as who, const char *pin);
/* For the key process: the PIN from the configuration's file or credential, wiped after the login. */
MV_MUST_USE mv_status hsm_login_from_config(struct hsm *hsm);
/* After a failure that hsm_broken says is the session's or device's: new session and login from the configuration.
 * Handles and session copies of before are void. */
bool hsm_broken(mv_status status);
MV_MUST_USE mv_status hsm_reopen(struct hsm *hsm);
/* The serial of the open token; valid while open. */
const char *hsm_serial(const struct hsm *hsm);

/* Initialises a free token with config->token_label and both PINs; `serial` is HSM_SERIAL_SIZE bytes. TOKEN_IN_USE when
 * a token of that label exists. Call it before hsm_open. */
MV_MUST_USE mv_status hsm_token_init(const struct hsm_config *config, const char *so_pin, const char *user_pin,
                                     char *serial);

/* Known answers of every mechanism that is used; SELF_TEST_FAILED names the first wrong one in `where`. */
MV_MUST_USE mv_status hsm_self_test(struct hsm *hsm);

/* From the token's generator; at most HSM_MAX_RANDOM bytes. */
MV_MUST_USE mv_status hsm_random(struct hsm *hsm, void *data, size_t size);

/* ---- catalogue ---- */
struct hsm_key_entry {
    struct hsm_key_info info;
    uint8_t sealed[HSM_SEALED_BYTES]; /* DKGA02 keys only; otherwise zeros */
};

struct hsm_catalogue {
    uint64_t generation;   /* 0 before hsm_catalogue_create, then never falls */
    uint8_t digest[32];    /* of all entries: one generation never has two */
    uint8_t governing[32]; /* of the entries of officers and rules */
    struct hsm_key_entry keys[HSM_MAX_KEYS];
    size_t key_count;
    struct hsm_officer officers[HSM_MAX_OFFICERS];
    size_t officer_count;
    size_t former_count; /* officers that were removed */
    struct hsm_rule rules[HSM_MAX_RULES];
    size_t rule_count; /* 0: no quorum policy */
    struct hsm_spent_page spent[HSM_SPENT_PAGES];
    size_t spent_count; /* pages */
};

/* Reads and verifies all of it (about 70 kB: keep it off small stacks). CATALOGUE_CORRUPT when an entry was altered,
 * removed, doubled or replaced by an old copy; KEY_UNKNOWN (where "catalogue") when the token has none. */
MV_MUST_USE mv_status hsm_catalogue_read(struct hsm *hsm, struct hsm_catalogue *catalogue);
/* Cheap: whether the catalogue was written, by any process, since the last hsm_catalogue_read. */
MV_MUST_USE mv_status hsm_catalogue_changed(struct hsm *hsm, bool *changed);

/* One wrapped key: the backup of a key, made before the key is permanent. RFC 3394 under backup-kek; no secret without
 * that key. The plain text is 32 bytes: AES-256, or DKGA04 zero-padded; 16 bytes for factory keys and for DKGA02 (8 key
 * bytes, then the first 8 bytes of SHA-256 of the label). */
struct hsm_backup {
    struct hsm_key_info info;
    uint8_t wrapped[HSM_MAX_WRAPPED];
    size_t size;
};

/* Takes a backup to where it outlives the token. It is asked before the key becomes permanent, so what it refuses
 * leaves nothing in the token, and no key is without its backup. */
struct hsm_keeper {
    mv_status (*keep)(void *context, const struct hsm_backup *backup);
    void *context;
};

/* Makes the internal keys (HSM_INTERNAL_KEYS backups) and an empty catalogue, or leaves nothing. `backup_kek`:
 * HSM_BACKUP_KEK_BYTES of secret memory, the XOR of the officers' components (these are its backup). TOKEN_IN_USE when
 * there is a catalogue. */
MV_MUST_USE mv_status hsm_catalogue_create(struct hsm *hsm, const uint8_t *backup_kek, const struct hsm_keeper *keeper);
/* KEY_EXISTS when an officer of this name or certificate is enrolled; the generation is filled in. */
MV_MUST_USE mv_status hsm_officer_add(struct hsm *hsm, struct hsm_officer *officer);

/* ---- keys ---- */
/* Vending keys get the label "vending/SGC/KRN/KT", factory keys "factory/NAME", masters those of masters.h. */
struct hsm_key_request {
    enum hsm_key_use use;           /* HSM_USE_VENDING, _FACTORY_KEK, or a master's */
    struct hsm_vending_scope scope; /* vending keys */
    char name[HSM_LABEL_SIZE - 8];  /* factory keys: 1..55 of a-z 0-9 . - _ */
    uint8_t domain[3];              /* masters that have one (masters.h) */
    uint8_t version;                /* masters: 1..255; other keys are version 1 */
    int64_t active_from_unix_s;
    int64_t issued_until_unix_s; /* INT64_MAX: no end */
    bool accept_host_visible;    /* must be true for DKGA02 */
    bool no_export;              /* its sender forbids to send it on */
};

/* KCV of a plain key of this use (`dkga` for vending keys, else 0). INVALID_FIELD when the length does not fit the use.
 */
MV_MUST_USE mv_status hsm_kcv(enum hsm_key_use use, uint8_t dkga, const uint8_t *key, size_t size,
                              enum hsm_kcv_method *method, uint8_t kcv[HSM_KCV_BYTES]);

/* A new random key, born wrapped. Vending keys come from the token's generator through secret memory of this process,
 * because a 20-byte secret must be padded and a DKGA02 key be sealed; the others never leave the token.
 * KEY_EXISTS when this scope (SGC, KRN, KT) or name is taken, HOST_VISIBLE_NOT_ACCEPTED, INVALID_FIELD (also when a key
 * of this SGC and KRN has another base date), or what `keeper` says. `made` is filled when it is done. */
MV_MUST_USE mv_status hsm_key_generate(struct hsm *hsm, const struct hsm_key_request *request,
                                       const struct hsm_keeper *keeper, struct hsm_key_info *made);
/* The same with a given key. KEY_PARITY for DKGA02; KCV_MISMATCH when `expected_kcv` is not NULL and differs. `key` is
 * secret memory of HSM_DKGA04_BYTES, HSM_DKGA02_BYTES or HSM_FACTORY_KEK_BYTES. */
MV_MUST_USE mv_status hsm_key_import(struct hsm *hsm, const struct hsm_key_request *request, const uint8_t *key,
                                     size_t size, const uint8_t *expected_kcv, const struct hsm_keeper *keeper,
                                     struct hsm_key_info *made);

/* A change of a vending key's line in the catalogue; the key itself stays as it is. */
enum hsm_amend { HSM_AMEND_STATE = 1, HSM_AMEND_SUCCESSOR = 2 };
struct hsm_amendment {
    unsigned what;               /* of enum hsm_amend, or-ed */
    enum hsm_key_state state;    /* ACTIVE, ISSUED_UNTIL, EXPIRED or COMPROMISED */
    int64_t issued_until_unix_s; /* of ACTIVE (INT64_MAX: no end) and ISSUED_UNTIL; after active_from */
    uint8_t successor_krn;       /* 0: none */
    bool revive;                 /* an expired key may issue again: somebody asked for just that */
};
/* VENDING_KEY_UNKNOWN (of the successor: where "successor"), VENDING_KEY_NOT_ACTIVE (compromised and destroyed are for
 * ever, expired is without `revive`; the successor's state), VENDING_KEY_MISMATCH (the successor may not follow:
 * states.h), INVALID_FIELD (a successor that leads back). `amended` is filled when it is done. */
MV_MUST_USE mv_status hsm_key_amend(struct hsm *hsm, const char *sgc, uint8_t krn, uint8_t kt,
                                    const struct hsm_amendment *amendment, struct hsm_key_info *amended);
/* The same of any key that officers make, by its label; only vending keys have successors. KEY_UNKNOWN; INVALID_FIELD
 * for the keys that hold the token together. */
MV_MUST_USE mv_status hsm_key_amend_label(struct hsm *hsm, const char *label, const struct hsm_amendment *amendment,
                                          struct hsm_key_info *amended);

/* The key's attributes equal the policy of its use, it is the one of its KCV as far as its usage lets it be asked, and
 * it has exactly one object (DKGA02 keys: none). CATALOGUE_CORRUPT names the attribute. */
MV_MUST_USE mv_status hsm_key_verify(struct hsm *hsm, const struct hsm_key_info *info);
/* All keys of the catalogue. */
MV_MUST_USE mv_status hsm_keys_verify(struct hsm *hsm, const struct hsm_catalogue *catalogue);
/* Secret and private keys of the token that the catalogue does not know: how many, and the label of one ("?" when it
 * has none of ours). */
MV_MUST_USE mv_status hsm_strangers(struct hsm *hsm, const struct hsm_catalogue *catalogue, size_t *count,
                                    char first[HSM_LABEL_SIZE]);
/* CATALOGUE_CORRUPT when one of them is not what an interrupted creation leaves: of a label and with the attributes of
 * one use. The key process does not serve then. */
MV_MUST_USE mv_status hsm_strangers_verify(struct hsm *hsm, const struct hsm_catalogue *catalogue);
/* Destroys what an interrupted creation left, and nothing else: how many, and the label of one. The catalogue is read
 * anew. */
MV_MUST_USE mv_status hsm_leftovers_destroy(struct hsm *hsm, struct hsm_catalogue *catalogue, size_t *count,
                                            char first[HSM_LABEL_SIZE]);

/* ---- purposes ---- */
/* The decoder key of one meter, wrapped under the factory key `factory_label` ("factory/NAME"): RFC 3394 of 16 bytes,
 * an EA07 key followed by 8 zero bytes. `kcv` proves these 16 (AES-CMAC of a zero block). The vending key is found by
 * SGC, KRN and KT; its state must let meters enter (states.h), its dates do not matter: the meter may be sold later. */
MV_MUST_USE mv_status hsm_export_meter(struct hsm *hsm, const struct hsm_catalogue *catalogue,
                                       const struct mv_dkga_input *meter, const char *factory_label,
                                       uint8_t wrapped[HSM_PROVISION_BYTES], uint8_t kcv[HSM_KCV_BYTES]);
/* The key of a label; NULL when there is none. */
const struct hsm_key_entry *hsm_catalogue_by_label(const struct hsm_catalogue *catalogue, const char *label);
/* The vending key of a scope; NULL when there is none. */
const struct hsm_key_entry *hsm_catalogue_vending(const struct hsm_catalogue *catalogue, const char *sgc, uint8_t krn,
                                                  uint8_t kt);

/* A key that is used often: its handle, found once. HMAC keys are session copies. */
struct hsm_handle {
    unsigned long object; /* 0: none */
};
MV_MUST_USE mv_status hsm_handle_open(struct hsm *hsm, const struct hsm_key_info *key, struct hsm_handle *handle);
/* Destroys a session copy. */
void hsm_handle_close(struct hsm *hsm, struct hsm_handle *handle);

/* DKGA04 in the token: one HMAC with the vending key. `key` is secret memory. */
MV_MUST_USE mv_status hsm_derive_dkga04(struct hsm *hsm, struct hsm_handle vending, const struct mv_dkga_input *meter,
                                        struct mv_decoder_key *key);
/* A DKGA02 vending key out of its entry into secret memory of HSM_DKGA02_BYTES, for one request; wipe it. */
MV_MUST_USE mv_status hsm_dkga02_open(struct hsm *hsm, struct hsm_handle dkga02_kek, const struct hsm_key_entry *entry,
                                      uint8_t *vending_key);
/* DKGA02 from an opened key; no token. */
MV_MUST_USE mv_status hsm_derive_dkga02(const uint8_t *vending_key, const struct mv_dkga_input *meter,
                                        struct mv_decoder_key *key);
/* The working key of token tags, HSM_MAC_BYTES of secret memory: HMAC of a fixed label under audit-token-hash. */
MV_MUST_USE mv_status hsm_tag_key(struct hsm *hsm, struct hsm_handle audit_token_hash, uint8_t *tag_key);

#endif
