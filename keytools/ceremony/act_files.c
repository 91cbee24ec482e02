#include "ceremony/act_files.h"

#include <string.h>

static const char *const reads[] = {"officer-certificate",
                                    "so-pin-file",
                                    "component-file",
                                    "share-file",
                                    "tr31",
                                    "from",
                                    "kbpk-component-file",
                                    "approval",
                                    "key",
                                    "act",
                                    "signature",
                                    "batch"};
/* of which `propose` looks into the file */
static const char *const proposed[] = {"officer-certificate", "tr31", "from", "batch"};
static const char *const writes[] = {"out", "new-share-file", "new-component-file", "backup-component-file"};

static bool among(const char *const *names, size_t count, const char *word, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i]) == length && memcmp(names[i], word, length) == 0)
            return true;
    return false;
}

bool act_is(const struct script_step *step, const char *name)
{
    return step->word_count > 0 && strcmp(step->words[0], name) == 0;
}

enum act_file act_file(const struct script_step *step, size_t index, const char **path)
{
    const char *word = step->words[index];
    *path = NULL;
    if (index == 0 || strncmp(word, "--", 2) != 0)
        return ACT_NO_FILE;
    word += 2;
    size_t length = strcspn(word, "=");
    *path = word[length] == '=' ? word + length + 1 : step->words[index + 1]; /* NULL after the last word */
    if (*path == NULL)
        return ACT_NO_FILE;
    if (act_is(step, "propose") && !among(proposed, sizeof proposed / sizeof proposed[0], word, length))
        return length == strlen("out") && memcmp(word, "out", length) == 0 ? ACT_WRITES_FILE : ACT_NO_FILE;
    /* the same option of another act: `generate` writes components, `init` reads them again when it was cut short */
    bool reversed = act_is(step, "generate") || (act_is(step, "init") && act_flag(step, "use-existing"));
    if (among(reads, sizeof reads / sizeof reads[0], word, length))
        return reversed && strncmp(word, "component-file", length) == 0 ? ACT_WRITES_FILE : ACT_READS_FILE;
    if (among(writes, sizeof writes / sizeof writes[0], word, length))
        return reversed && act_is(step, "init") ? ACT_READS_FILE : ACT_WRITES_FILE;
    return ACT_NO_FILE;
}

const char *act_option(const struct script_step *step, const char *name, size_t *from)
{
    size_t length = strlen(name);
    for (size_t i = *from > 0 ? *from : 1; i < step->word_count; i++) {
        const char *word = step->words[i];
        if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, name, length) != 0)
            continue;
        *from = i + 1;
        if (word[2 + length] == '=')
            return word + 3 + length;
        if (word[2 + length] == '\0')
            return step->words[i + 1];
    }
    return NULL;
}

bool act_flag(const struct script_step *step, const char *name)
{
    for (size_t i = 1; i < step->word_count; i++)
        if (strncmp(step->words[i], "--", 2) == 0 && strcmp(step->words[i] + 2, name) == 0)
            return true;
    return false;
}

bool act_host_visible(const struct script_step *step)
{
    /* getopt takes abbreviations */
    static const char shortest[] = "--accept-h";
    for (size_t i = 1; i < step->word_count; i++)
        if (strncmp(step->words[i], shortest, sizeof shortest - 1) == 0)
            return true;
    return false;
}

bool act_makes_token(const struct script_step *step)
{
    return act_is(step, "init") || act_is(step, "restore");
}

unsigned act_officers(const struct script_step *step)
{
    return act_is(step, "destroy") ? 2 : 0;
}

unsigned act_people(const struct script_step *step)
{
    static const char *const dual[] = {"init", "restore", "import", "export", "split", "combine", "destroy"};
    bool two = act_host_visible(step) || (step->word_count > 0 && among(dual, sizeof dual / sizeof dual[0],
                                                                        step->words[0], strlen(step->words[0])));
    return two ? 2 : 1;
}
