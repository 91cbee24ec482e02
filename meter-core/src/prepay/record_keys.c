/* Key update: the three keys of a meter, replaced at once. */
#include "record_keys.h"

#include <stddef.h>

#include "../crypto/wipe.h"
#include "events.h"
#include "metervault/aes.h"

enum { KEY = 16 };

/* The three keys lie in the record as they do in the structure. */
_Static_assert(offsetof(struct mv_record_keys, mac_out) == offsetof(struct mv_record_keys, mac_in) + KEY &&
                   offsetof(struct mv_record_keys, enc) == offsetof(struct mv_record_keys, mac_out) + KEY,
               "no gap between keys");

static enum mv_result unwrap(const uint8_t wrapping_key[KEY], const struct mv_tlv *wrapped, struct mv_record_keys *keys)
{
    struct mv_aes128 aes;
    mv_aes128_init(&aes, wrapping_key);
    uint8_t *first = (uint8_t *)keys + offsetof(struct mv_record_keys, mac_in);
    enum mv_result result = mv_aes128_unwrap(&aes, wrapped->value, MV_RECORD_KEYS_WRAPPED, first);
    mv_aes128_wipe(&aes);
    return result == MV_DONE ? MV_DONE : MV_RECORD_KEYS;
}

enum mv_result mv_keys_unwrap(const struct mv_record_keys *present, const struct mv_record_in *in,
                              struct mv_record_keys *keys)
{
    struct mv_tlv wrapped;
    *keys = *present;
    keys->mac_version = (uint8_t)mv_in_number(in, MV_TAG_MAC_VERSION);
    keys->enc_version = (uint8_t)mv_in_number(in, MV_TAG_ENC_VERSION);
    if (!mv_in_find(in, MV_TAG_KEYS, &wrapped))
        return MV_RECORD_TAG;
    if (keys->mac_version == 0 || keys->enc_version == 0)
        return MV_RECORD_VALUE;
    return unwrap(present->enc, &wrapped, keys);
}

enum mv_result mv_take_keys(struct mv_prepay *p, const struct mv_record_in *in)
{
    struct mv_record_keys keys;
    if (!mv_in_has(in, MV_TAG_MAC_VERSION) || !mv_in_has(in, MV_TAG_ENC_VERSION))
        return MV_RECORD_TAG;
    enum mv_result result = mv_keys_unwrap(&p->records.keys, in, &keys);
    if (result == MV_DONE) {
        p->records.keys = keys;
        p->meter.renew = true;
        mv_event_log(p, MV_EVENT_KEY_CHANGED, keys.mac_version);
    }
    mv_wipe(&keys, sizeof keys);
    return result == MV_DONE ? MV_ACCEPT : result;
}
