/* vcard: an emulated card of profile 1 or 2 for tests, with a persistent file, for vpcd or for a program that connects.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link.h"
#include "serve.h"
#include "tell.h"

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_NOT_READY = 3, CONNECT_S = 10 };

struct options {
    const char *card, *make, *uid, *vpcd, *listen, *pid_file, *masters, *keys, *wire;
    bool class_84;
    bool wrong_cryptogram;
    struct manners manners;
};

static void usage(FILE *out)
{
    (void)fputs("usage: vcard --card FILE [--new UID] [--uid UID] [--vpcd HOST:PORT | --listen SOCKET] [OPTION]...\n\n"
                "An emulated prepayment card that lives in FILE, which is written at every change of the card.\n"
                "With neither --vpcd nor --listen it only makes the file.\n\n"
                "  --new UID           make FILE, a fresh card with this serial number of 14 hex digits\n"
                "  --profile-2 FILE    with --new: a card of profile 2, whose serial number is 00 and UID; FILE has "
                "the masters\n"
                "                      card-pboc-internal, -external and -mac, a line of 32 hex digits each\n"
                "  --class-84          with --profile-2: its writes are of class 84 and not 04\n"
                "  --uid UID           answer with another serial number than the file's\n"
                "  --vpcd HOST:PORT    sit in a reader of vsmartcard-vpcd\n"
                "  --listen SOCKET     wait at a UNIX socket for readers, one after the other; vpcd's framing\n"
                "  --cut N             be pulled out before APDU N is handled\n"
                "  --cut-after N       be pulled out when APDU N is handled, before its answer\n"
                "  --wrong-cryptogram  answer the reader's challenge without having the key\n"
                "  --slow MS           wait before each answer\n"
                "  --noise SEED        spoil a bit of one answer in 16\n"
                "  --tell-keys FILE    append the session keys of each authentication; in profile 2 the card's\n"
                "  --tell-wire FILE    append each APDU and its answer\n"
                "  --hold FILE         with --tell-keys: give no answer after these until FILE is there\n"
                "  --pid-file FILE     write the process id when the card is there\n\n"
                "Exit codes: 0 the reader left or the card was pulled out, 1 FILE is no card or there already,\n"
                "2 usage, 3 no reader or FILE cannot be written.\n\n"
                "Example:\n"
                "  vcard --card ann.card --new 04782E21801D80\n"
                "  vcard --card ann.card --listen /tmp/slot\n",
                out);
}

static bool read_hex(const char *text, uint8_t *bytes, size_t size)
{
    if (strlen(text) != 2 * size || strspn(text, "0123456789abcdefABCDEF") != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        const char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return true;
}

static bool read_uid(const char *text, uint8_t uid[MV_CARD_UID])
{
    return read_hex(text, uid, MV_CARD_UID);
}

static bool read_masters(const char *path, uint8_t masters[VCARD_PBOC_KEYS][16])
{
    char line[64];
    FILE *in = fopen(path, "re");
    bool good = in != NULL;
    for (size_t i = 0; good && i < VCARD_PBOC_KEYS; i++) {
        good = fgets(line, sizeof line, in) != NULL;
        if (good)
            line[strcspn(line, "\n")] = '\0';
        good = good && read_hex(line, masters[i], 16);
    }
    if (in != NULL)
        (void)fclose(in);
    return good;
}

static unsigned long number(const char *text, bool *good)
{
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    *good = *good && errno == 0 && end != text && *end == '\0';
    return value;
}

enum { OPT_CARD = 256, OPT_NEW, OPT_UID, OPT_VPCD, OPT_LISTEN, OPT_CUT, OPT_CUT_AFTER, OPT_WRONG, OPT_SLOW, OPT_NOISE };
enum { OPT_PID = OPT_NOISE + 1, OPT_PROFILE_2, OPT_CLASS_84, OPT_KEYS, OPT_WIRE, OPT_HOLD };

static const struct option long_options[] = {
    {"card", required_argument, NULL, OPT_CARD},
    {"new", required_argument, NULL, OPT_NEW},
    {"uid", required_argument, NULL, OPT_UID},
    {"profile-2", required_argument, NULL, OPT_PROFILE_2},
    {"class-84", no_argument, NULL, OPT_CLASS_84},
    {"vpcd", required_argument, NULL, OPT_VPCD},
    {"listen", required_argument, NULL, OPT_LISTEN},
    {"cut", required_argument, NULL, OPT_CUT},
    {"cut-after", required_argument, NULL, OPT_CUT_AFTER},
    {"wrong-cryptogram", no_argument, NULL, OPT_WRONG},
    {"slow", required_argument, NULL, OPT_SLOW},
    {"noise", required_argument, NULL, OPT_NOISE},
    {"tell-keys", required_argument, NULL, OPT_KEYS},
    {"tell-wire", required_argument, NULL, OPT_WIRE},
    {"hold", required_argument, NULL, OPT_HOLD},
    {"pid-file", required_argument, NULL, OPT_PID},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool take(struct options *options, int option)
{
    bool good = true;
    switch (option) {
    case OPT_CARD:
        options->card = optarg;
        break;
    case OPT_NEW:
        options->make = optarg;
        break;
    case OPT_UID:
        options->uid = optarg;
        break;
    case OPT_PROFILE_2:
        options->masters = optarg;
        break;
    case OPT_CLASS_84:
        options->class_84 = true;
        break;
    case OPT_VPCD:
        options->vpcd = optarg;
        break;
    case OPT_LISTEN:
        options->listen = optarg;
        break;
    case OPT_PID:
        options->pid_file = optarg;
        break;
    case OPT_KEYS:
        options->keys = optarg;
        break;
    case OPT_WIRE:
        options->wire = optarg;
        break;
    case OPT_HOLD:
        hold_until(optarg);
        break;
    case OPT_CUT:
        options->manners.cut = number(optarg, &good);
        break;
    case OPT_CUT_AFTER:
        options->manners.cut_after = number(optarg, &good);
        break;
    case OPT_WRONG:
        options->wrong_cryptogram = true;
        break;
    case OPT_SLOW:
        options->manners.slow_ms = (unsigned)number(optarg, &good);
        break;
    case OPT_NOISE:
        options->manners.noise = number(optarg, &good);
        break;
    default:
        return false;
    }
    return good;
}

/* ---- the card ---- */

static int complain(int code, const char *what, const char *why)
{
    (void)fprintf(stderr, "vcard: %s: %s\n", what, why);
    return code;
}

static int make(const struct options *options, struct vcard *card)
{
    uint8_t uid[MV_CARD_UID];
    if (!read_uid(options->make, uid))
        return complain(EXIT_USAGE, options->make, "no serial number of 14 hex digits");
    if (access(options->card, F_OK) == 0)
        return complain(EXIT_REFUSED, options->card, "is there already");
    if (options->masters == NULL) {
        vcard_init(card, options->card, uid);
    } else {
        uint8_t masters[VCARD_PBOC_KEYS][16];
        uint8_t serial[MV_PBOC_SERIAL] = {0};
        if (!read_masters(options->masters, masters))
            return complain(EXIT_USAGE, options->masters, "needs three lines of 32 hex digits");
        memcpy(serial + 1, uid, sizeof uid);
        vcard_init_pboc(card, options->card, serial, masters);
        card->pboc.class = options->class_84 ? MV_PBOC_CLASS_84 : MV_PBOC_CLASS_04;
    }
    return vcard_store(card) ? EXIT_DONE : complain(EXIT_NOT_READY, options->card, strerror(errno));
}

static int open_card(const struct options *options, struct vcard *card)
{
    int code = EXIT_DONE;
    if (options->make != NULL)
        code = make(options, card);
    else if (!vcard_load(card, options->card))
        code = complain(EXIT_REFUSED, options->card, errno == EINVAL ? "is no card" : strerror(errno));
    if (code == EXIT_DONE && options->uid != NULL && !read_uid(options->uid, card->uid))
        code = complain(EXIT_USAGE, options->uid, "no serial number of 14 hex digits");
    card->wrong_cryptogram = options->wrong_cryptogram;
    return code;
}

static bool say_pid(const char *path)
{
    FILE *out = path != NULL ? fopen(path, "we") : NULL;
    if (out == NULL)
        return path == NULL;
    (void)fprintf(out, "%ld\n", (long)getpid());
    return fclose(out) == 0;
}

static int run(const struct options *options, struct vcard *card, struct manners *manners)
{
    enum served served = SERVED_READER_LEFT;
    int fd = options->vpcd != NULL ? link_connect(options->vpcd, CONNECT_S) : link_listen(options->listen);
    const char *name = options->vpcd != NULL ? options->vpcd : options->listen;
    if (fd < 0 || !say_pid(options->pid_file))
        return complain(EXIT_NOT_READY, name, strerror(errno));
    if (options->vpcd != NULL)
        served = serve(card, fd, manners);
    while (options->vpcd == NULL && served == SERVED_READER_LEFT) {
        int reader = link_accept(fd);
        if (reader < 0)
            return complain(EXIT_NOT_READY, name, strerror(errno));
        served = serve(card, reader, manners);
        (void)close(reader);
    }
    (void)close(fd);
    if (options->listen != NULL)
        (void)unlink(options->listen);
    return served == SERVED_FAILED ? complain(EXIT_NOT_READY, options->card, strerror(errno)) : EXIT_DONE;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    static struct vcard card;
    int option = 0;
    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        if (option == 'h') {
            usage(stdout);
            return EXIT_DONE;
        }
        if (!take(&options, option)) {
            usage(stderr);
            return EXIT_USAGE;
        }
    }
    bool serves = options.vpcd != NULL || options.listen != NULL;
    if (optind != argc || options.card == NULL || (options.vpcd != NULL && options.listen != NULL) ||
        (!serves && options.make == NULL)) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if ((options.keys != NULL && !tell_keys_to(options.keys)) || (options.wire != NULL && !tell_wire_to(options.wire)))
        return complain(EXIT_NOT_READY, "--tell", strerror(errno));
    int code = open_card(&options, &card);
    if (code == EXIT_DONE && serves)
        code = run(&options, &card, &options.manners);
    vcard_free(&card);
    return code;
}
