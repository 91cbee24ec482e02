#include "share_options.h"

#include <stdio.h>
#include <string.h>

#include "terminal.h"
#include "witness.h"

int share_options_check(struct share_options *options)
{
    long k = 0;
    long n = 0;
    char first[8] = "";
    const char *slash = options->text == NULL ? NULL : strchr(options->text, '/');
    if (slash == NULL || slash == options->text || (size_t)(slash - options->text) >= sizeof first)
        return options_complain("shares", "is K/N, such as 3/5");
    memcpy(first, options->text, (size_t)(slash - options->text));
    if (!options_number(first, CODEX32_LEAST_K, CODEX32_MOST_K, &k) ||
        !options_number(slash + 1, k, OPTIONS_MAX_LIST, &n))
        return options_complain("shares", "K is 2 to 9, N from K to 16");
    options->k = (unsigned)k;
    options->n = (unsigned)n;
    if (options->files.count != 0 && options->files.count != options->n)
        return options_complain("new-share-file", "give it once for each share");
    if (options->files.count == 0 && !terminal_present())
        return options_complain("new-share-file", "is required when there is no terminal to show shares on");
    return TOOL_DONE;
}

mv_status share_options_hand_out(const struct share_options *options, struct hsm *hsm, const uint8_t *kek,
                                 struct shares *shares)
{
    MV_TRY(shares_split(hsm, kek, HSM_BACKUP_KEK_BYTES, options->k, options->n, shares));
    mv_status status =
        options->files.count > 0 ? shares_write_files(shares, options->files.items) : shares_show(shares);
    char identifier[CODEX32_IDENTIFIER + 1];
    codex32_identifier(&shares->items[0], identifier);
    if (status.ok)
        witness_tell("share-set", identifier, options->text);
    return status;
}
