#include "factory.h"

#include <stdio.h>
#include <string.h>

#include "../src/crypto/wipe.h"
#include "hex.h"
#include "metervault/aes.h"
#include "metervault/codes.h"
#include "provision_file.h"
#include "small_file.h"

enum { KEY_SIZE = 16, STA_KEY_SIZE = 8, COMPONENT_MAX_TEXT = 128 };

/* One line of 32 hex digits; spaces between them are for the eye. Adds the component to `key`. */
static const char *add_component(const char *text, size_t length, uint8_t key[KEY_SIZE])
{
    unsigned digits = 0;
    if (length > 0 && text[length - 1] == '\n')
        length--;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ' ')
            continue;
        int value = hex_digit(text[i]);
        if (value < 0 || digits == 2 * KEY_SIZE)
            return "not one line of 32 hex digits";
        key[digits / 2] ^= (uint8_t)(digits % 2 == 0 ? value << 4 : value);
        digits++;
    }
    return digits == 2 * KEY_SIZE ? NULL : "not one line of 32 hex digits";
}

static bool complain(const char *path, const char *fault)
{
    if (fault != NULL)
        fprintf(stderr, "metersim: %s: %s\n", path, fault);
    return fault == NULL;
}

static bool read_factory_key(const struct factory_input *input, uint8_t key[KEY_SIZE])
{
    char text[COMPONENT_MAX_TEXT];
    bool good = true;
    memset(key, 0, KEY_SIZE);
    for (unsigned i = 0; i < input->components && good; i++) {
        size_t length = 0;
        const char *fault = small_file_read(input->component_paths[i], true, text, sizeof text, &length);
        if (fault == NULL)
            fault = add_component(text, length, key);
        good = complain(input->component_paths[i], fault);
    }
    mv_wipe(text, sizeof text);
    return good;
}

/* EA07 keys are 8 bytes and 8 zeros. */
static bool padding_good(const struct mv_decoder_key *key)
{
    unsigned rest = 0;
    for (unsigned i = STA_KEY_SIZE; i < KEY_SIZE && key->ea == MV_EA_STA; i++)
        rest |= key->bytes[i];
    return rest == 0;
}

/* What comes out of the files; wiped when it is in the meter. */
struct made {
    struct provision_file file;
    struct mv_record_keys records;
    struct mv_card_keys cards;
};

static bool kcv_good(const uint8_t key[KEY_SIZE], const uint8_t expected[PROVISION_KCV])
{
    static const uint8_t zeros[KEY_SIZE];
    uint8_t mac[KEY_SIZE];
    struct mv_aes128 aes;
    mv_aes128_init(&aes, key);
    mv_aes128_cmac(&aes, zeros, sizeof zeros, mac);
    mv_aes128_wipe(&aes);
    return memcmp(mac, expected, PROVISION_KCV) == 0;
}

static const char *open_decoder_key(const struct mv_aes128 *aes, struct provision_file *file)
{
    struct mv_decoder_key *key = &file->identity.key;
    if (mv_aes128_unwrap(aes, file->wrapped_key, sizeof file->wrapped_key, key->bytes) != MV_DONE)
        return "the wrapped key does not open with these components";
    if (!padding_good(key))
        return "the wrapped key is no EA07 key";
    return file->version == 1 || kcv_good(key->bytes, file->key_kcv) ? NULL : "the wrapped key has another KCV";
}

static const char *open_record_keys(const struct mv_aes128 *aes, const struct provision_records *from,
                                    struct mv_record_keys *to)
{
    uint8_t keys[PROVISION_RECORD_KEYS][KEY_SIZE];
    const char *fault = NULL;
    if (mv_aes128_unwrap(aes, from->wrapped, sizeof from->wrapped, keys[0]) != MV_DONE)
        return "the wrapped record keys do not open with these components";
    for (unsigned i = 0; i < PROVISION_RECORD_KEYS; i++)
        if (!kcv_good(keys[i], from->kcvs[i]))
            fault = "a wrapped record key has another KCV";
    memcpy(to->domain, from->domain, sizeof to->domain);
    to->mac_version = from->mac_version;
    to->enc_version = from->enc_version;
    memcpy(to->mac_in, keys[0], KEY_SIZE);
    memcpy(to->mac_out, keys[1], KEY_SIZE);
    memcpy(to->enc, keys[2], KEY_SIZE);
    mv_wipe(keys, sizeof keys);
    return fault;
}

static const char *open_card_keys(const struct mv_aes128 *aes, const struct provision_cards *from,
                                  struct mv_card_keys *to)
{
    uint8_t keys[PROVISION_CARD_KEYS][KEY_SIZE];
    const char *fault = NULL;
    if (mv_aes128_unwrap(aes, from->wrapped, sizeof from->wrapped, keys[0]) != MV_DONE)
        return "the wrapped card keys do not open with these components";
    if (!kcv_good(keys[0], from->kcvs[0]) || (from->area_version != 0 && !kcv_good(keys[1], from->kcvs[1])))
        fault = "a wrapped card key has another KCV";
    to->meter_version = from->meter_version;
    to->area_version = from->area_version;
    memcpy(to->meter, keys[0], KEY_SIZE);
    memcpy(to->area, keys[1], KEY_SIZE);
    mv_wipe(keys, sizeof keys);
    return fault;
}

/* Empty: a component was complained of. */
static const char *open_keys(const struct factory_input *input, struct made *made)
{
    struct mv_aes128 aes;
    uint8_t factory_key[KEY_SIZE];
    const char *fault = "";
    if (read_factory_key(input, factory_key)) {
        mv_aes128_init(&aes, factory_key);
        fault = open_decoder_key(&aes, &made->file);
        if (fault == NULL && made->file.with_records)
            fault = open_record_keys(&aes, &made->file.records, &made->records);
        if (fault == NULL && made->file.with_cards)
            fault = open_card_keys(&aes, &made->file.cards, &made->cards);
        mv_aes128_wipe(&aes);
    }
    mv_wipe(factory_key, sizeof factory_key);
    return fault;
}

static bool read_provision(const char *path, struct provision_file *file)
{
    char text[PROVISION_MAX_SIZE];
    size_t length = 0;
    const char *fault = small_file_read(path, false, text, sizeof text, &length);
    if (fault == NULL)
        fault = provision_file_parse(text, length, file);
    return complain(path, fault);
}

static bool firmware_good(const struct provision_file *file)
{
    return file->firmware[0] == '\0' || strcmp(file->firmware, METERVAULT_VERSION) == 0;
}

static bool read_all(const struct factory_input *input, struct made *made)
{
    memset(made, 0, sizeof *made);
    if (!read_provision(input->provision_path, &made->file))
        return false;
    made->file.identity.measures = input->measures;
    if (!firmware_good(&made->file))
        return complain(input->provision_path, "the meter must run another firmware than " METERVAULT_VERSION);
    const char *fault = open_keys(input, made);
    return fault == NULL || (*fault != '\0' && complain(input->provision_path, fault));
}

/* All of it, or what is wrong. */
static const char *inject(struct mv_prepay *prepay, const struct made *made)
{
    enum mv_result result =
        mv_prepay_provision(prepay, &made->file.identity, made->file.tid_fill, NULL,
                            made->file.with_records ? &made->records : NULL, made->file.records.epoch);
    if (result == MV_DONE && made->file.with_cards)
        result = mv_prepay_provision_cards(prepay, &made->cards);
    return result == MV_DONE ? NULL : mv_code_words(result);
}

bool factory_provision_prepay(struct mv_prepay *prepay, const struct factory_input *input)
{
    struct made made;
    const char *fault = NULL;
    bool good = read_all(input, &made);
    if (good)
        fault = inject(prepay, &made);
    mv_wipe(&made, sizeof made);
    return good && complain(input->provision_path, fault);
}
