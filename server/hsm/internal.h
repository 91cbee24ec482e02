/* What the files of this folder share; nobody else includes it. */
#ifndef MV_HSM_INTERNAL_H
#define MV_HSM_INTERNAL_H

#include <p11-kit/pkcs11.h>

#include "base/wire.h"
#include "hsm/hsm.h"

struct hsm {
    struct hsm_config config;
    void *library;
    CK_FUNCTION_LIST *p11;
    CK_SLOT_ID slot;
    char serial[HSM_SERIAL_SIZE];
    CK_SESSION_HANDLE session; /* the login owner: session objects live as long as it */
    bool session_open;
    bool judged; /* an act was judged by officers and rules of this digest: nothing is written under others */
    uint8_t judged_by[32];
    CK_OBJECT_HANDLE head; /* catalogue head that was read last; 0: none */
};

/* One C_* call: MODULE_FAILED with the module's return value, named by the call. */
mv_status hsm_check(CK_RV rv, const char *call);

/* ---- module.c, slot.c, session.c ---- */
MV_MUST_USE mv_status hsm_module_load(const struct hsm_config *config, struct hsm *hsm);
void hsm_module_unload(struct hsm *hsm);
/* Initialised tokens of this label and, unless empty, serial; hsm->slot is the last of them. */
MV_MUST_USE mv_status hsm_slot_count(struct hsm *hsm, const char *label, const char *serial, unsigned *found);
/* The only one of them: TOKEN_NOT_FOUND when none or more than one matches. */
MV_MUST_USE mv_status hsm_slot_find(struct hsm *hsm, const char *label, const char *serial);
MV_MUST_USE mv_status hsm_slot_find_free(struct hsm *hsm);
MV_MUST_USE mv_status hsm_slot_serial(struct hsm *hsm);
MV_MUST_USE mv_status hsm_session_open(struct hsm *hsm);

/* ---- lock.c ---- */
#define HSM_LOCK_FOLDER "/run/lock"
/* Waits; not to be taken twice. FILE_FAILED when the lock file cannot be opened, or belongs to neither root nor this
 * user: nothing is done without the lock. */
MV_MUST_USE mv_status hsm_lock(const struct hsm_config *config, int *lock);
void hsm_unlock(int lock);
/* The lock, and the catalogue as it is under it. hsm_let_go() ends it, also one that could not be had. */
struct hsm_held {
    struct hsm_catalogue *catalogue;
    int lock;
};
MV_MUST_USE mv_status hsm_hold(struct hsm *hsm, struct hsm_held *held);
void hsm_let_go(struct hsm_held *held);

/* ---- object.c ---- */
enum { HSM_MOST_FOUND = 2 * HSM_MAX_ENTRIES };
/* At most `size` handles; CATALOGUE_CORRUPT when there are more. */
MV_MUST_USE mv_status hsm_find(struct hsm *hsm, CK_ATTRIBUTE *match, CK_ULONG match_count, CK_OBJECT_HANDLE *found,
                               size_t size, size_t *count);
/* The only token key of this label: KEY_UNKNOWN if none, CATALOGUE_CORRUPT if several. */
MV_MUST_USE mv_status hsm_find_key(struct hsm *hsm, const char *label, CK_OBJECT_HANDLE *key);
/* Destroys every token key of this label: what an interrupted creation left behind. */
MV_MUST_USE mv_status hsm_destroy_keys(struct hsm *hsm, const char *label);
void hsm_destroy(struct hsm *hsm, CK_OBJECT_HANDLE object);
/* The same of private keys. */
MV_MUST_USE mv_status hsm_find_private(struct hsm *hsm, const char *label, CK_OBJECT_HANDLE *key);
MV_MUST_USE mv_status hsm_destroy_private(struct hsm *hsm, const char *label);

/* ---- mech.c: one function a mechanism ---- */
MV_MUST_USE mv_status hsm_hmac(struct hsm *hsm, CK_OBJECT_HANDLE key, const void *data, size_t size,
                               uint8_t mac[HSM_MAC_BYTES]);
MV_MUST_USE mv_status hsm_cmac(struct hsm *hsm, CK_OBJECT_HANDLE key, const void *data, size_t size, uint8_t mac[16]);
MV_MUST_USE mv_status hsm_aes_encrypt_block(struct hsm *hsm, CK_OBJECT_HANDLE key, const uint8_t in[16],
                                            uint8_t out[16]);
MV_MUST_USE mv_status hsm_aes_decrypt_block(struct hsm *hsm, CK_OBJECT_HANDLE key, const uint8_t in[16],
                                            uint8_t out[16]);
/* Whole blocks. */
MV_MUST_USE mv_status hsm_aes_encrypt(struct hsm *hsm, CK_OBJECT_HANDLE key, const uint8_t *in, uint8_t *out,
                                      size_t size);
struct hsm_template;
/* CKM_AES_ECB_ENCRYPT_DATA: a key whose value is `data` (whole blocks) encrypted with `base`. */
MV_MUST_USE mv_status hsm_derive(struct hsm *hsm, CK_OBJECT_HANDLE base, const uint8_t *data, size_t size,
                                 struct hsm_template *attributes, CK_OBJECT_HANDLE *key);
/* In place. */
MV_MUST_USE mv_status hsm_des3_encrypt_block(struct hsm *hsm, CK_OBJECT_HANDLE key, uint8_t block[8]);
/* CKM_DES3_ECB_ENCRYPT_DATA: a sensitive 3DES key of this session, of two keys, whose value is `data` encrypted with
 * `base`, in odd parity where the token wants it; it may do what `permissions` (enum hsm_permission) says. */
MV_MUST_USE mv_status hsm_des3_derive(struct hsm *hsm, CK_OBJECT_HANDLE base, const uint8_t data[16],
                                      unsigned permissions, CK_OBJECT_HANDLE *key);
/* `size` is the expected length of the wrapped key: plain length + 8. */
MV_MUST_USE mv_status hsm_wrap(struct hsm *hsm, CK_OBJECT_HANDLE kek, CK_OBJECT_HANDLE key, uint8_t *wrapped,
                               size_t size);
MV_MUST_USE mv_status hsm_unwrap(struct hsm *hsm, CK_OBJECT_HANDLE kek, const uint8_t *wrapped, size_t size,
                                 CK_ATTRIBUTE *attributes, CK_ULONG count, CK_OBJECT_HANDLE *key);

/* ---- policy.c: what each use may do ---- */
enum hsm_permission {
    HSM_MAY_SIGN = 1,
    HSM_MAY_VERIFY = 2,
    HSM_MAY_WRAP = 4,
    HSM_MAY_UNWRAP = 8,
    HSM_MAY_ENCRYPT = 16,
    HSM_MAY_DECRYPT = 32,
    HSM_MAY_DERIVE = 64,
};
struct hsm_policy {
    enum hsm_key_use use;
    CK_KEY_TYPE type;
    CK_ULONG size;        /* of the object's value, bytes */
    unsigned permissions; /* of the permanent object; everything else is false */
    bool modifiable;      /* HMAC keys: a session copy needs it */
    enum hsm_kcv_method kcv_method;
};
/* NULL for a use without a token object. */
const struct hsm_policy *hsm_policy_of(enum hsm_key_use use);
/* CATALOGUE_CORRUPT names the attribute that differs. */
MV_MUST_USE mv_status hsm_policy_verify(struct hsm *hsm, CK_OBJECT_HANDLE key, const struct hsm_policy *policy);
/* One attribute; CATALOGUE_CORRUPT. */
MV_MUST_USE mv_status hsm_expect_type(struct hsm *hsm, CK_OBJECT_HANDLE key, CK_KEY_TYPE type);
MV_MUST_USE mv_status hsm_expect_flag(struct hsm *hsm, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type, bool expected,
                                      const char *name);
enum { HSM_MOST_ATTRIBUTES = 20 };
struct hsm_template {
    CK_ATTRIBUTE attributes[HSM_MOST_ATTRIBUTES];
    CK_ULONG count;
};
void hsm_template_add(struct hsm_template *to, CK_ATTRIBUTE_TYPE type, const void *value, size_t size);
void hsm_template_flag(struct hsm_template *to, CK_ATTRIBUTE_TYPE type, bool value);
/* Usage flags of the policy plus `extra`. */
void hsm_template_usage(struct hsm_template *to, const struct hsm_policy *policy, unsigned extra);

/* A secret key of this session, private and sensitive. `type` outlives the template. */
void hsm_template_session(struct hsm_template *to, const CK_KEY_TYPE *type, bool extractable);
/* An AES-128 key of this session with a value that everybody may know; it may do what `permissions` says. */
MV_MUST_USE mv_status hsm_known_key(struct hsm *hsm, const uint8_t value[16], unsigned permissions,
                                    CK_OBJECT_HANDLE *key);
/* The same of 3DES with two keys. */
MV_MUST_USE mv_status hsm_known_des3_key(struct hsm *hsm, const uint8_t value[16], unsigned permissions,
                                         CK_OBJECT_HANDLE *key);

/* ---- birth.c ---- */
/* `value` NULL: the token generates it. Makes the wrapped backup of the key backup->info.label, has it kept, then makes
 * the permanent key; computes info.kcv. */
MV_MUST_USE mv_status hsm_birth(struct hsm *hsm, const struct hsm_policy *policy, const uint8_t *value, size_t size,
                                struct hsm_backup *backup, const struct hsm_keeper *keeper);
/* A permanent key from a value whose backup exists elsewhere: policy->size bytes. */
MV_MUST_USE mv_status hsm_place(struct hsm *hsm, const struct hsm_policy *policy, const uint8_t *value,
                                const char *label);
/* A wrapped backup opened for a moment to compare its KCV: BACKUP_REFUSED, KCV_MISMATCH. */
MV_MUST_USE mv_status hsm_revive_prove(struct hsm *hsm, const struct hsm_policy *policy, const uint8_t *wrapped,
                                       size_t size, enum hsm_kcv_method method, const uint8_t expected[HSM_KCV_BYTES]);
/* The same of a DKGA02 key, which has no object. */
MV_MUST_USE mv_status hsm_revive_prove_dkga02(struct hsm *hsm, const struct hsm_key_info *info, const uint8_t *wrapped,
                                              size_t size);
/* The permanent key of a wrapped backup. */
MV_MUST_USE mv_status hsm_revive(struct hsm *hsm, const struct hsm_policy *policy, const uint8_t *wrapped, size_t size,
                                 const char *label);
/* A secret that has no object of its own (DKGA02): only its wrapped backup. */
MV_MUST_USE mv_status hsm_wrap_value(struct hsm *hsm, const char *kek_label, const uint8_t *value, size_t size,
                                     uint8_t *wrapped, size_t wrapped_size);

/* The same under a key that is not found by a label. */
MV_MUST_USE mv_status hsm_wrap_value_under(struct hsm *hsm, CK_OBJECT_HANDLE kek, const uint8_t *value, size_t size,
                                           uint8_t *wrapped, size_t wrapped_size);

/* ---- export.c ---- */
/* KEY_UNKNOWN unless this is the label of a factory key. */
MV_MUST_USE mv_status hsm_factory_known(const struct hsm_catalogue *catalogue, const char *label);

/* ---- derive.c, keys.c ---- */
/* What a DKGA02 key is sealed and backed up as: key | first 8 bytes of SHA-256 of its label. */
void hsm_dkga02_plain(const uint8_t key[HSM_DKGA02_BYTES], const char *label, uint8_t plain[HSM_SEALED_BYTES]);
MV_MUST_USE mv_status hsm_des_encrypt(const uint8_t key[HSM_DKGA02_BYTES], const uint8_t in[8], uint8_t out[8]);

/* ---- sign.c, sign_selftest.c ---- */
/* Signs with a published key; SELF_TEST_FAILED unless that key's public half takes the signature. */
MV_MUST_USE mv_status hsm_sign_self_test(struct hsm *hsm);
/* Signature of a digest as DER; `signature` has HSM_SIGNATURE_MOST bytes (sign.h). */
MV_MUST_USE mv_status hsm_ecdsa(struct hsm *hsm, CK_OBJECT_HANDLE key, const uint8_t *digest, uint8_t *signature,
                                size_t *size);
/* hsm_key_verify of audit-sign. A version without its private key is in order: it verifies and signs no more. */
MV_MUST_USE mv_status hsm_sign_verify(struct hsm *hsm, const struct hsm_key_info *info);
/* A new pair, its private half under info->label; fills in point and KCV. */
MV_MUST_USE mv_status hsm_sign_generate(struct hsm *hsm, struct hsm_key_info *info);
/* A private key may sign, in the token and made in it, and nothing else. CATALOGUE_CORRUPT names the attribute. */
MV_MUST_USE mv_status hsm_sign_attributes(struct hsm *hsm, CK_OBJECT_HANDLE key);

/* ---- kcv.c ---- */
MV_MUST_USE mv_status hsm_kcv_of_object(struct hsm *hsm, CK_OBJECT_HANDLE key, enum hsm_kcv_method method,
                                        uint8_t kcv[HSM_KCV_BYTES]);

/* AES-CMAC method of a key that may encrypt and not sign. */
MV_MUST_USE mv_status hsm_kcv_by_encryption(struct hsm *hsm, CK_OBJECT_HANDLE key, uint8_t kcv[HSM_KCV_BYTES]);

/* ---- card_selftest.c ---- */
/* A published authentication and its session keys, in the token. SELF_TEST_FAILED. */
MV_MUST_USE mv_status hsm_card_self_test(struct hsm *hsm);

/* ---- pboc_selftest.c ---- */
/* A published card payment, where the token has 3DES. SELF_TEST_FAILED. */
MV_MUST_USE mv_status hsm_pboc_self_test(struct hsm *hsm);

/* ---- entry.c: form of catalogue objects ---- */
enum { HSM_ENTRY_SIZE = 512, HSM_ENTRY_MAC = 16 };
enum hsm_entry_kind {
    HSM_ENTRY_HEAD = 1,
    HSM_ENTRY_KEY = 2,
    HSM_ENTRY_OFFICER = 3,
    HSM_ENTRY_FORMER = 4, /* an officer who was removed */
    HSM_ENTRY_RULE = 5,
    HSM_ENTRY_SPENT = 6,
};
struct hsm_head {
    uint32_t count;     /* entries of generations 1..the head's own */
    uint8_t digest[32]; /* SHA-256 over their MACs in order of generation */
};
struct hsm_entry {
    enum hsm_entry_kind kind;
    uint64_t generation;
    union {
        struct hsm_head head;
        struct hsm_key_entry key;
        struct hsm_officer officer; /* also of a former one */
        struct hsm_rule rule;
        struct hsm_spent_page spent;
    } of;
    uint8_t mac[HSM_ENTRY_MAC];
    CK_OBJECT_HANDLE object; /* where it is stored; 0 when it is not yet */
};
/* Encoded with its MAC, which is stored in entry->mac too. */
MV_MUST_USE mv_status hsm_entry_encode(struct hsm *hsm, CK_OBJECT_HANDLE mac_key, struct hsm_entry *entry,
                                       uint8_t data[HSM_ENTRY_SIZE], size_t *size);
/* CATALOGUE_CORRUPT when the MAC or the form is wrong. */
MV_MUST_USE mv_status hsm_entry_decode(struct hsm *hsm, CK_OBJECT_HANDLE mac_key, const uint8_t *data, size_t size,
                                       struct hsm_entry *entry);

/* The same without a look at the MAC. */
MV_MUST_USE mv_status hsm_entry_read(const uint8_t *data, size_t size, struct hsm_entry *entry);

/* ---- quorum_wire.c ---- */
void hsm_officer_put(struct mv_writer *to, const struct hsm_officer *officer);
/* What lines hold, the older ones less. */
enum hsm_officer_form { HSM_OFFICER_FIRST, HSM_OFFICER_WITH_END, HSM_OFFICER_WITH_KEY };
void hsm_officer_get(struct mv_reader *from, enum hsm_officer_form form, struct hsm_officer *officer);
void hsm_rule_put(struct mv_writer *to, const struct hsm_rule *rule);
void hsm_rule_get(struct mv_reader *from, struct hsm_rule *rule);
void hsm_spent_put(struct mv_writer *to, const struct hsm_spent_page *page);
void hsm_spent_get(struct mv_reader *from, struct hsm_spent_page *page);

/* ---- records.c: the catalogue as it is stored ---- */
enum { HSM_ALL_INTERNAL = HSM_INTERNAL_KEYS + 1 }; /* and backup-kek, whose backup is its components */
/* Entries above the head's generation were never committed, and those that a member replaced were not yet removed:
 * readers skip them, the next writer removes them. */
struct hsm_records {
    CK_OBJECT_HANDLE mac_key;
    struct hsm_entry *entries; /* members in order of generation, then leftovers */
    size_t member_count;
    size_t count;
    struct hsm_entry head;
    CK_OBJECT_HANDLE old_heads[HSM_MOST_FOUND]; /* likewise left over */
    size_t old_head_count;
};
/* Reads and verifies; free it even after a failure. KEY_UNKNOWN (where "catalogue") when there is none. */
MV_MUST_USE mv_status hsm_records_load(struct hsm *hsm, struct hsm_records *records);
/* The bytes of a stored entry. */
MV_MUST_USE mv_status hsm_entry_raw(struct hsm *hsm, CK_OBJECT_HANDLE object, uint8_t data[HSM_ENTRY_SIZE],
                                    size_t *size);
/* Sorts the entries that are there and compares them with the head: CATALOGUE_CORRUPT. */
MV_MUST_USE mv_status hsm_records_prove(struct hsm_records *records);
void hsm_records_free(struct hsm_records *records);
/* Entries of one key, officer, act or page, of which the newest counts. */
bool hsm_entry_same_subject(const struct hsm_entry *a, const struct hsm_entry *b);

/* ---- append.c ---- */
/* Stores one entry as it is. */
MV_MUST_USE mv_status hsm_entry_store(struct hsm *hsm, CK_OBJECT_HANDLE mac_key, struct hsm_entry *entry);
/* Stores bytes that are an entry already. */
MV_MUST_USE mv_status hsm_entry_store_raw(struct hsm *hsm, const struct hsm_entry *entry, const uint8_t *data,
                                          size_t size, CK_OBJECT_HANDLE *object);
/* The head over `count` entries in order of generation; storing it commits them. */
MV_MUST_USE mv_status hsm_head_store(struct hsm *hsm, CK_OBJECT_HANDLE mac_key, const struct hsm_entry *entries,
                                     size_t count);
/* Under the lock: puts one entry under the next generation, which is set in it; that of the same subject goes. */
MV_MUST_USE mv_status hsm_catalogue_append(struct hsm *hsm, struct hsm_entry *entry);
/* The same with up to HSM_APPEND_MOST entries of different subjects: all of them or none. */
enum { HSM_APPEND_MOST = 2 * HSM_MAX_RULES };
MV_MUST_USE mv_status hsm_catalogue_append_all(struct hsm *hsm, struct hsm_entry *entries, size_t count);
MV_MUST_USE mv_status hsm_digest(const struct hsm_entry *entries, size_t count, uint8_t digest[32]);
/* The same of officers and rules alone. */
MV_MUST_USE mv_status hsm_digest_governing(const struct hsm_entry *entries, size_t count, uint8_t digest[32]);

/* ---- catalogue.c ---- */
extern const char HSM_APPLICATION[];
extern const char HSM_CATALOGUE_MAC_LABEL[];
extern const char HSM_AUDIT_TOKEN_HASH_LABEL[];
extern const char HSM_DKGA02_KEK_LABEL[];
extern const char HSM_BACKUP_KEK_LABEL[];
/* All catalogue objects, in no order; `found` has HSM_MOST_FOUND places. */
MV_MUST_USE mv_status hsm_find_records(struct hsm *hsm, CK_OBJECT_HANDLE *found, size_t *count);
/* False when the catalogue has no place for such an entry; it takes no head. */
bool hsm_catalogue_add(struct hsm_catalogue *catalogue, const struct hsm_entry *entry);

#endif
