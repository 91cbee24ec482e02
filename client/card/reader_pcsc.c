/* Readers of PC/SC, through libpcsclite. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

#include "card.h"
#include "driver.h"

struct pcsc_reader {
    struct reader base;
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol;
};

static void say(char wrong[READER_WRONG], const char *what, LONG code)
{
    (void)snprintf(wrong, READER_WRONG, "%s: %s", what, pcsc_stringify_error(code));
}

/* Every name, each terminated, and an empty one at the end; to be freed by SCardFreeMemory. */
static char *all_names(SCARDCONTEXT context, char wrong[READER_WRONG])
{
    char *names = NULL;
    DWORD size = SCARD_AUTOALLOCATE;
    LONG code = SCardListReaders(context, NULL, (LPSTR)&names, &size);
    if (code == SCARD_S_SUCCESS)
        return names;
    say(wrong, "no card reader", code);
    return NULL;
}

static bool establish(SCARDCONTEXT *context, char wrong[READER_WRONG])
{
    LONG code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, context);
    if (code != SCARD_S_SUCCESS)
        say(wrong, "pcscd does not answer; is it running?", code);
    return code == SCARD_S_SUCCESS;
}

int reader_list(struct reader_name names[READER_MAX], char wrong[READER_WRONG])
{
    SCARDCONTEXT context;
    int count = 0;
    if (!establish(&context, wrong))
        return -1;
    char *all = all_names(context, wrong);
    for (const char *name = all; name != NULL && *name != '\0' && count < READER_MAX; name += strlen(name) + 1) {
        SCARD_READERSTATE state = {.szReader = name, .dwCurrentState = SCARD_STATE_UNAWARE};
        (void)SCardGetStatusChange(context, 0, &state, 1);
        names[count].card = (state.dwEventState & SCARD_STATE_PRESENT) != 0;
        (void)snprintf(names[count++].name, READER_NAME, "%s", name);
    }
    if (all != NULL)
        (void)SCardFreeMemory(context, all);
    (void)SCardReleaseContext(context);
    return all == NULL ? -1 : count;
}

/* The first reader whose name begins with `wanted`. */
static bool choose(SCARDCONTEXT context, const char *wanted, char chosen[READER_NAME], char wrong[READER_WRONG])
{
    char *all = all_names(context, wrong);
    const char *name = all;
    if (all == NULL)
        return false;
    while (*name != '\0' && wanted != NULL && strncmp(name, wanted, strlen(wanted)) != 0)
        name += strlen(name) + 1;
    bool found = *name != '\0' && strlen(name) < READER_NAME;
    if (found)
        memcpy(chosen, name, strlen(name) + 1);
    else
        (void)snprintf(wrong, READER_WRONG, "no reader whose name begins with '%s'", wanted == NULL ? "" : wanted);
    (void)SCardFreeMemory(context, all);
    return found;
}

static int64_t now_ms(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until `end_ms`, looking at least once. */
static bool await_card(SCARDCONTEXT context, const char *name, int64_t end_ms, char wrong[READER_WRONG])
{
    SCARD_READERSTATE state = {.szReader = name, .dwCurrentState = SCARD_STATE_UNAWARE};
    LONG code = SCardGetStatusChange(context, 0, &state, 1);
    while (code == SCARD_S_SUCCESS && (state.dwEventState & SCARD_STATE_PRESENT) == 0) {
        int64_t left_ms = end_ms - now_ms();
        state.dwCurrentState = state.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
        code = SCardGetStatusChange(context, left_ms > 0 ? (DWORD)left_ms : 0, &state, 1);
    }
    if (code == SCARD_E_TIMEOUT)
        (void)snprintf(wrong, READER_WRONG, "no card in %s", name);
    else if (code != SCARD_S_SUCCESS)
        say(wrong, name, code);
    return code == SCARD_S_SUCCESS;
}

/* pcscd may be a moment behind a card that was just taken out or put in. */
static bool may_pass(LONG code)
{
    return code == SCARD_W_UNPOWERED_CARD || code == SCARD_W_REMOVED_CARD || code == SCARD_W_RESET_CARD ||
           code == SCARD_E_NO_SMARTCARD || code == SCARD_W_UNRESPONSIVE_CARD;
}

static bool connect_card(struct pcsc_reader *reader, const char *name, int64_t end_ms, char wrong[READER_WRONG])
{
    const struct timespec pause = {0, 50 * 1000000L};
    DWORD size = sizeof reader->base.atr;
    LONG code;
    for (;;) {
        if (!await_card(reader->context, name, end_ms, wrong))
            return false;
        code = SCardConnect(reader->context, name, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                            &reader->card, &reader->protocol);
        if (!may_pass(code) || now_ms() >= end_ms)
            break;
        (void)nanosleep(&pause, NULL);
    }
    if (code != SCARD_S_SUCCESS) {
        say(wrong, name, code);
        return false;
    }
    code = SCardStatus(reader->card, NULL, NULL, NULL, NULL, reader->base.atr, &size);
    reader->base.atr_size = code == SCARD_S_SUCCESS ? size : 0;
    return true;
}

static bool transmit(struct reader *base, const uint8_t *command, size_t command_size, uint8_t *response, size_t *size)
{
    struct pcsc_reader *reader = (struct pcsc_reader *)base;
    const SCARD_IO_REQUEST *how = reader->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    DWORD length = MV_CARD_RESPONSE_MAX;
    LONG code = SCardTransmit(reader->card, how, command, command_size, NULL, response, &length);
    *size = length;
    return code == SCARD_S_SUCCESS && length >= 2;
}

static void close_reader(struct reader *base)
{
    struct pcsc_reader *reader = (struct pcsc_reader *)base;
    /* Not a reset: pcscd looks for a card only now and then, and would take the next one for this one until a command
     * fails. A card without power has to be powered, which shows at once that it is another or gone. */
    if (reader->card != 0)
        (void)SCardDisconnect(reader->card, SCARD_UNPOWER_CARD);
    (void)SCardReleaseContext(reader->context);
    free(reader);
}

static const struct reader_driver driver = {transmit, close_reader};

struct reader *reader_open_pcsc(const char *name, unsigned wait_ms, char wrong[READER_WRONG])
{
    char chosen[READER_NAME];
    struct pcsc_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL || !establish(&reader->context, wrong)) {
        if (reader == NULL)
            (void)snprintf(wrong, READER_WRONG, "out of memory");
        free(reader);
        return NULL;
    }
    reader->base.driver = &driver;
    if (choose(reader->context, name, chosen, wrong) && connect_card(reader, chosen, now_ms() + wait_ms, wrong))
        return &reader->base;
    close_reader(&reader->base);
    return NULL;
}
