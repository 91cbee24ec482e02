/* mv-conformance: published values through the real path. */
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"
#include "beside.h"
#include "run.h"

enum { EXIT_DONE = 0, EXIT_DIFFERS = 1, EXIT_USAGE = 2, EXIT_NOT_READY = 3, OPEN_FILES = 16 };

static void print_help(FILE *out)
{
    (void)fputs("usage: mv-conformance [--hsmd PROGRAM] FILE.json...\n\n"
                "Reads files of published values of STS, codex32, TR-31 and cards, puts their keys into throw-away\n"
                "SoftHSM tokens, makes every token through a real metervault-hsmd, decodes it with meter-core, runs\n"
                "card sessions with a cipher in the token, and compares every value.\n"
                "Prints each difference and the counts by kind. Kinds it does not know are skipped by name.\n\n"
                "  --hsmd PROGRAM  the key process (metervault-hsmd beside this program)\n"
                "  --version       print the version\n"
                "  --help          this text\n\n"
                "Exit codes: 0 all agree, 1 something differs, 2 usage, 3 no token or key process could be made.\n\n"
                "Example:\n"
                "  mv-conformance tests/vectors/sts.json tests/vectors/cards.json\n",
                out);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

/* Short, because socket paths are; in memory where that is possible, because every key is flushed several times. */
static bool make_place(char directory[64])
{
    const char *base = getenv("TMPDIR");
    if (base == NULL || strlen(base) > 30)
        base = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(directory, 64, "%s/mv-conformance-XXXXXX", base);
    return mkdtemp(directory) != NULL;
}

static int conclude(const struct run *run, mv_status status)
{
    char text[512];
    if (!status.ok) {
        (void)fprintf(stderr, "mv-conformance: %s\n", mv_status_text(status, text, sizeof text));
        return EXIT_NOT_READY;
    }
    tally_print(&run->tally);
    return tally_total(&run->tally, TALLY_FAILED) == 0 ? EXIT_DONE : EXIT_DIFFERS;
}

static int run_files(char **files, int count, const char *hsmd_path)
{
    struct run run = {0};
    char directory[64];
    for (int i = 0; i < count; i++) {
        if (!run_load(&run, files[i])) {
            run_free(&run);
            return EXIT_USAGE;
        }
    }
    mv_status status = mv_secret_init();
    int code = EXIT_NOT_READY;
    if (status.ok && make_place(directory)) {
        status = run_all(&run, directory, hsmd_path);
        code = conclude(&run, status);
        (void)nftw(directory, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
    } else {
        (void)fprintf(stderr, "mv-conformance: no temporary directory or no locked memory\n");
    }
    run_free(&run);
    return code;
}

int main(int argc, char **argv)
{
    char hsmd_path[PATH_MAX];
    const char *hsmd = NULL;
    int first = 1;
    for (; first < argc && argv[first][0] == '-'; first++) {
        if (strcmp(argv[first], "--help") == 0 || strcmp(argv[first], "-h") == 0) {
            print_help(stdout);
            return EXIT_DONE;
        }
        if (strcmp(argv[first], "--version") == 0) {
            (void)puts("mv-conformance " METERVAULT_VERSION);
            return EXIT_DONE;
        }
        if (strcmp(argv[first], "--hsmd") != 0 || first + 1 >= argc)
            break;
        hsmd = argv[++first];
    }
    if (first >= argc || argv[first][0] == '-') {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (hsmd == NULL) {
        if (!beside_us("metervault-hsmd", hsmd_path))
            return EXIT_NOT_READY;
        hsmd = hsmd_path;
    }
    mv_log_set_level(MV_LOG_WARNING);
    return run_files(argv + first, argc - first, hsmd);
}
