#include "factory.h"

#include <stdio.h>
#include <string.h>

#include "../src/crypto/wipe.h"
#include "hex.h"
#include "metervault/aes.h"
#include "provision_file.h"
#include "small_file.h"
#include "words.h"

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

static const char *unwrap(const struct factory_input *input, const struct provision_file *file,
                          struct mv_decoder_key *key)
{
    struct mv_aes128 aes;
    uint8_t factory_key[KEY_SIZE];
    const char *fault = "";
    if (read_factory_key(input, factory_key)) {
        mv_aes128_init(&aes, factory_key);
        fault = mv_aes128_unwrap(&aes, file->wrapped_key, sizeof file->wrapped_key, key->bytes) == MV_DONE
                    ? NULL
                    : "the wrapped key does not open with these components";
        mv_aes128_wipe(&aes);
    }
    mv_wipe(factory_key, sizeof factory_key);
    if (fault == NULL && !padding_good(key))
        fault = "the wrapped key is no EA07 key";
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

bool factory_provision(struct mv_meter *meter, const struct factory_input *input)
{
    struct provision_file file;
    if (!read_provision(input->provision_path, &file))
        return false;
    file.identity.measures = input->measures;
    const char *fault = unwrap(input, &file, &file.identity.key);
    if (fault == NULL) {
        enum mv_result result = mv_meter_provision(meter, &file.identity, file.tid_fill);
        fault = result == MV_DONE ? NULL : words_explain(result);
    }
    mv_wipe(&file, sizeof file);
    if (fault != NULL && *fault != '\0')
        fprintf(stderr, "metersim: %s: %s\n", input->provision_path, fault);
    return fault == NULL;
}
