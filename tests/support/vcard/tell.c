#include "tell.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "metervault/card.h"

enum { KEY = 16, VECTOR = 32, HOLD_MS = 10, HOLD_MOST = 3000 };

static FILE *keys, *wire;
static const char *let_go;
static bool told;
static bool (*derive)(void *context, const uint8_t sv1[32], const uint8_t sv2[32]);

static bool append(const char *path, FILE **file)
{
    *file = fopen(path, "ae");
    return *file != NULL;
}

bool tell_keys_to(const char *path)
{
    return append(path, &keys);
}

bool tell_wire_to(const char *path)
{
    return append(path, &wire);
}

void hold_until(const char *path)
{
    let_go = path;
}

void hold(void)
{
    const struct timespec pause = {.tv_nsec = HOLD_MS * 1000000L};
    for (int i = 0; told && let_go != NULL && access(let_go, F_OK) != 0 && i < HOLD_MOST; i++)
        (void)nanosleep(&pause, NULL);
}

/* A line is whole when it can be seen. */
static void line(FILE *out, const char *name, const uint8_t *bytes, size_t size)
{
    (void)fprintf(out, "%s ", name);
    for (size_t i = 0; i < size; i++)
        (void)fprintf(out, "%02X", bytes[i]);
    (void)fputc('\n', out);
    (void)fflush(out);
}

static void tell_key(const char *name, const struct mv_card_soft *soft, const uint8_t vector[VECTOR])
{
    uint8_t key[KEY];
    mv_aes128_cmac(&soft->card, vector, VECTOR, key);
    line(keys, name, key, sizeof key);
}

void tell_own_key(const char *name, const uint8_t key[KEY])
{
    if (keys == NULL)
        return;
    line(keys, name, key, KEY);
    told = true;
}

static bool telling_derive(void *context, const uint8_t sv1[32], const uint8_t sv2[32])
{
    tell_key("enc", context, sv1);
    tell_key("mac", context, sv2);
    told = true;
    return derive(context, sv1, sv2);
}

void tell_keys_of(struct mv_card_cipher *cipher)
{
    if (keys == NULL)
        return;
    derive = cipher->derive;
    cipher->derive = telling_derive;
}

void tell_wire(char way, const uint8_t *bytes, size_t size)
{
    const char name[] = {way, '\0'};
    if (wire != NULL)
        line(wire, name, bytes, size);
}
