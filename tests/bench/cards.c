/* mv-bench-cards: authentications a second of emulated cards through a key process on a SoftHSM token of its own,
 * against the same count of the token's operations that one takes, called at once. Without a server and without pcscd:
 * each terminal has its card at hand. */
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../unit/hsm/process.h"
#include "base/secret.h"
#include "card_cipher.h"
#include "hsm/card_key.h"
#include "hsm/life.h"
#include "hsmd/client.h"
#include "metervault/an10922.h"
#include "vcard.h"

enum { TERMINALS = 4, MOST_REPEATS = 999, CALL_MS = 5000, SLOT = MV_CARD_SLOT_OFFICE, VERSION = 1 };
static const double GATE = 0.6;
static const uint8_t MASTER[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static struct test_token token;

static void die(const char *what)
{
    (void)fprintf(stderr, "mv-bench-cards: %s\n", what);
    exit(1);
}

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- the token's operations of one authentication ---- */

static void must(mv_status status)
{
    test_ok(status, "mv-bench-cards");
}

static void raw_round(struct hsm *hsm, struct hsm_children *children, const struct hsm_card_source *source)
{
    static const uint8_t iv[16];
    uint8_t block[16];
    uint8_t both[32];
    uint8_t sv[2][32] = {{0xA5, 0x5A}, {0x5A, 0xA5}};
    struct hsm_handle factory = {0};
    struct hsm_handle key;
    struct hsm_card_keys keys;
    must(hsm_card_key(hsm, children, source, &factory, &key));
    must(hsm_random(hsm, block, sizeof block));
    must(hsm_card_cbc(hsm, key, false, iv, block, sizeof block));
    memcpy(both, block, sizeof block);
    memcpy(both + sizeof block, block, sizeof block);
    must(hsm_card_cbc(hsm, key, true, iv, both, sizeof both));
    must(hsm_card_cbc(hsm, key, false, iv, both, sizeof both));
    must(hsm_card_derive(hsm, key, sv[0], sv[1], &keys));
    hsm_card_drop(hsm, &keys);
}

static struct hsm_card_source source_of(struct hsm *hsm, const uint8_t uid[MV_CARD_UID])
{
    struct hsm_catalogue *catalogue = malloc(sizeof *catalogue);
    struct hsm_card_source source = {.size = 0};
    static const uint8_t none[3];
    if (catalogue == NULL)
        die("memory");
    must(hsm_catalogue_read(hsm, catalogue));
    must(hsm_master_for_meters(hsm, catalogue, HSM_USE_CARD_OFFICE, none, VERSION, &source.master));
    source.size = mv_card_diversifier_uid(MV_CARD_FOR_OFFICE, uid, source.diversifier);
    free(catalogue);
    return source;
}

struct raw {
    struct hsm *hsm;
    struct hsm_children *children;
    struct hsm_card_source source;
};

static void raw_open(struct raw *raw)
{
    static const uint8_t uid[MV_CARD_UID] = {4};
    raw->hsm = test_token_open(&token);
    raw->source = source_of(raw->hsm, uid);
    must(hsm_children_new(&raw->children));
    raw_round(raw->hsm, raw->children, &raw->source);
}

static void raw_close(struct raw *raw)
{
    hsm_children_free(raw->children);
    hsm_close(raw->hsm);
}

static double raw_rate(struct raw *raw, unsigned rounds)
{
    double began = now_s();
    for (unsigned i = 0; i < rounds; i++)
        raw_round(raw->hsm, raw->children, &raw->source);
    return rounds / (now_s() - began);
}

/* ---- through key process and card ---- */

struct terminal {
    pthread_t thread;
    struct vcard card;
    struct card_cipher cipher;
    struct hsmd_client *client;
    struct hsmd_card_key_ref key;
    unsigned rounds;
};

static void select_application(struct terminal *terminal)
{
    const uint8_t apdu[] = {0x90, MV_CARD_INS_SELECT, 0, 0, 3, MV_CARD_AID[0], MV_CARD_AID[1], MV_CARD_AID[2], 0};
    uint8_t rapdu[VCARD_RAPDU];
    if (vcard_apdu(&terminal->card, apdu, sizeof apdu, rapdu) != 2 || rapdu[1] != 0)
        die("SELECT");
}

static void insert_card(struct terminal *terminal, uint8_t number)
{
    struct vcard *card = &terminal->card;
    uint8_t input[MV_CARD_DIVERSIFIER_MAX];
    terminal->key =
        (struct hsmd_card_key_ref){.use = HSMD_CARD_OFFICE, .slot = SLOT, .version = VERSION, .uid = {4, number}};
    vcard_init(card, NULL, terminal->key.uid);
    card->application.exists = true;
    memcpy(card->application.aid, MV_CARD_AID, sizeof card->application.aid);
    uint8_t size = mv_card_diversifier_uid(MV_CARD_FOR_OFFICE, terminal->key.uid, input);
    if (mv_an10922_aes128(MASTER, input, size, card->application.keys[SLOT].bytes) != MV_DONE)
        die("AN10922");

    if (!card_cipher_init(&terminal->cipher, card->application.keys[SLOT].bytes))
        die("AES");
    card->chip = &terminal->cipher.calls;
    vcard_reset(card);
    select_application(terminal);
    must(hsmd_client_new(token.config.socket, CALL_MS, &terminal->client));
}

static void authenticate(struct terminal *terminal)
{
    uint8_t rapdu[VCARD_RAPDU];
    struct hsmd_card_answer answer;
    must(hsmd_card_open(terminal->client, &terminal->key, HSMD_CARD_NO_SESSION, &answer));
    while (answer.next == HSMD_CARD_SEND) {
        size_t size = vcard_apdu(&terminal->card, answer.apdu, answer.apdu_size, rapdu);
        must(hsmd_card_step(terminal->client, answer.session, rapdu, size, &answer));
    }
    if (answer.next != HSMD_CARD_DONE)
        die("an authentication failed");
    hsmd_card_close(terminal->client, answer.session);
}

static void *work(void *context)
{
    struct terminal *terminal = context;
    for (unsigned i = 0; i < terminal->rounds; i++)
        authenticate(terminal);
    return NULL;
}

static double card_rate(struct terminal terminals[TERMINALS], unsigned rounds)
{
    double began = now_s();
    for (unsigned i = 0; i < TERMINALS; i++) {
        terminals[i].rounds = rounds / TERMINALS;
        if (pthread_create(&terminals[i].thread, NULL, work, &terminals[i]) != 0)
            die("thread");
    }
    for (unsigned i = 0; i < TERMINALS; i++)
        (void)pthread_join(terminals[i].thread, NULL);
    unsigned done = rounds / TERMINALS * TERMINALS;
    return done / (now_s() - began);
}

/* ---- */

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static void make_token(void)
{
    struct hsm_backup backup;
    struct hsm_key_info made;
    const struct hsm_keeper keeper = test_keeper(&backup);
    const struct hsm_key_request request = {
        .use = HSM_USE_CARD_OFFICE, .version = VERSION, .issued_until_unix_s = INT64_MAX};
    test_token_new(&token, NULL);
    struct hsm *hsm = test_token_open_new(&token);
    must(hsm_key_import(hsm, &request, MASTER, sizeof MASTER, NULL, &keeper, &made));
    hsm_close(hsm);
}

static double middle(double *values, unsigned count)
{
    qsort(values, count, sizeof values[0], by_size);
    return values[(count - 1) / 2];
}

/* One after the other in short turns, so that what else the machine does hits both alike; each turn of the cards is
 * compared with those of the token before and behind it. */
static double measure(unsigned rounds, unsigned repeats)
{
    struct terminal terminals[TERMINALS];
    struct raw raw;
    double cards[MOST_REPEATS];
    double alone[MOST_REPEATS];
    double ratios[MOST_REPEATS];
    raw_open(&raw);
    double before = raw_rate(&raw, rounds);
    for (unsigned i = 0; i < TERMINALS; i++)
        insert_card(&terminals[i], (uint8_t)i);
    for (unsigned i = 0; i < repeats; i++) {
        cards[i] = card_rate(terminals, rounds);
        double behind = raw_rate(&raw, rounds);
        alone[i] = (before + behind) / 2;
        ratios[i] = cards[i] / alone[i];
        before = behind;
    }
    raw_close(&raw);
    double ratio = middle(ratios, repeats);
    (void)printf("%u turns of %u authentications: cards %.0f/s, token alone %.0f/s; cards/token %.2f to %.2f\n",
                 repeats, rounds, middle(cards, repeats), middle(alone, repeats), ratios[repeats / 4],
                 ratios[repeats - 1 - repeats / 4]);
    for (unsigned i = 0; i < TERMINALS; i++) {
        hsmd_client_free(terminals[i].client);
        vcard_free(&terminals[i].card);
    }
    return ratio;
}

static const char HELP[] =
    "usage: mv-bench-cards [--rounds N] [--repeats N] [--gate]\n\n"
    "Authentications of four emulated cards through a key process of its own, and the same count of the token's\n"
    "operations that one takes: random numbers, three ciphers, two derived keys and their end.\n\n"
    "  --rounds N   authentications a turn, 400\n"
    "  --repeats N  turns, 41, between turns of the token alone; the ratio in the middle counts\n"
    "  --gate       exit code 1 when it is below 0.6\n\n"
    "Example: mv-bench-cards --repeats 9 --gate\n";

static unsigned number(const char *text, unsigned most)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);
    if (*text != '\0' && *end == '\0' && value > 0 && value <= most)
        return (unsigned)value;
    (void)fputs(HELP, stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    static const struct option known[] = {{"rounds", required_argument, NULL, 'r'},
                                          {"repeats", required_argument, NULL, 'n'},
                                          {"gate", no_argument, NULL, 'g'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    unsigned rounds = 400;
    unsigned repeats = 41;
    bool gate = false;
    for (int option = 0; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 'r')
            rounds = number(optarg, 10000000);
        else if (option == 'n')
            repeats = number(optarg, MOST_REPEATS);
        else if (option == 'g')
            gate = true;
        else
            return fputs(HELP, option == 'h' ? stdout : stderr) < 0 || option != 'h' ? 2 : 0;
    }
    struct test_process process;
    must(mv_secret_init());
    make_token();
    process_start(&process, &token);
    double ratio = measure(rounds, repeats);
    (void)process_stop(&process);
    test_token_free(&token);
    (void)printf("cards/token %.2f\n", ratio);
    return gate && ratio < GATE ? 1 : 0;
}
