#include "batch_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bulk_file.h"

static const char suffix[] = ".journal";
enum { LINE = 2048 };

static bool feed(EVP_MD_CTX *context, FILE *input)
{
    char block[65536];
    size_t got;
    while ((got = fread(block, 1, sizeof block, input)) > 0)
        if (EVP_DigestUpdate(context, block, got) != 1)
            return false;
    return !ferror(input);
}

bool batch_digest(FILE *input, const char *run, char digest[BATCH_DIGEST])
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    /* the run's name and what ends it in front, so that no file looks like another one with a name */
    bool done = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                EVP_DigestUpdate(context, run, strlen(run) + 1) == 1 && feed(context, input) &&
                EVP_DigestFinal_ex(context, hash, &size) == 1 && fseek(input, 0, SEEK_SET) == 0;
    EVP_MD_CTX_free(context);
    for (size_t i = 0; done && i < size && 2 * i + 2 < BATCH_DIGEST; i++)
        (void)snprintf(digest + 2 * i, 3, "%02x", hash[i]);
    return done;
}

void batch_request_id(const char *digest, uint64_t number, char id[BATCH_ID])
{
    (void)snprintf(id, BATCH_ID, "b-%.32s-%09" PRIu64, digest, number);
}

static int complain(const struct cli *cli, const char *path, const char *what)
{
    (void)fprintf(stderr, "%s %s: %s: %s\n", cli->program, cli->command->name, path, what);
    return CLI_USAGE;
}

static bool state_path(const char *out, char path[PATH_MAX])
{
    int length = snprintf(path, PATH_MAX, "%s%s", out, suffix);
    return length > 0 && length < PATH_MAX;
}

/* Under another name first: it is there whole or not at all. */
static bool write_state(const char *path, const char *line)
{
    char temporary[PATH_MAX];
    int length = snprintf(temporary, sizeof temporary, "%s.new", path);
    if (length < 0 || (size_t)length >= sizeof temporary)
        return false;
    int descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t size = strlen(line);
    if (descriptor < 0)
        return false;
    bool written = write(descriptor, line, size) == (ssize_t)size && fsync(descriptor) == 0;
    written = close(descriptor) == 0 && written;
    return written && rename(temporary, path) == 0 && bulk_file_sync_folder(path);
}

/* True with the file's line, false when there is none. */
static bool read_state(const char *path, char line[LINE])
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    size_t got = fread(line, 1, LINE - 1, file);
    line[got] = '\0';
    (void)fclose(file);
    return true;
}

int batch_state_begin(const struct cli *cli, const char *out, const char *digest, bool *resumed)
{
    char path[PATH_MAX];
    char line[LINE];
    char before[LINE];
    const char *certificate = cli->certificate_file != NULL ? cli->certificate_file : "";
    int length =
        snprintf(line, sizeof line, "metervault-batch 1\ninput %s\nterminal %s\nserver %s\ncertificate_file %s\n",
                 digest, cli->terminal, cli->server, certificate);
    if (length < 0 || length >= LINE || !state_path(out, path))
        return complain(cli, out, "the name is too long");
    *resumed = read_state(path, before);
    if (*resumed && strcmp(line, before) == 0)
        return CLI_DONE;
    if (*resumed)
        return complain(cli, path,
                        "belongs to a batch of another input, till, server or certificate; give the same ones again to "
                        "finish that batch, or another --out");
    if (access(out, F_OK) == 0)
        return complain(cli, out, "is there already, and no unfinished batch; give another --out");
    if (write_state(path, line))
        return CLI_DONE;
    return complain(cli, path, strerrordesc_np(errno));
}

bool batch_state_end(const char *out)
{
    char path[PATH_MAX];
    return state_path(out, path) && unlink(path) == 0 && bulk_file_sync_folder(path);
}
