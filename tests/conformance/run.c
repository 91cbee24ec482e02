#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "card_cipher.h"
#include "house.h"
#include "kinds.h"

struct kind {
    const char *name;
    void (*alone)(struct facts *facts, const struct vector *vector);
    void (*with_house)(struct facts *facts, const struct vector *vector, struct house *house);
    void (*with_token)(struct facts *facts, const struct vector *vector, const char *directory);
    bool any_house; /* needs a key process but no vending key */
};

static const struct kind kinds[] = {
    {"crc", kind_crc, NULL, NULL, false},
    {"drn", kind_drn, NULL, NULL, false},
    {"ea07", kind_cipher, NULL, NULL, false},
    {"ea11", kind_cipher, NULL, NULL, false},
    {"dkga", kind_dkga_parts, kind_dkga, NULL, false},
    {"credit", kind_credit_alone, kind_credit, NULL, false},
    {"management", kind_management_alone, kind_management, NULL, false},
    {"keychange", kind_keychange_alone, kind_keychange, NULL, false},
    {"display", NULL, kind_display, NULL, true},
    {"codex32", kind_codex32, NULL, NULL, false},
    {"codex32_invalid", kind_codex32_invalid, NULL, NULL, false},
    {"tr31_d", NULL, NULL, kind_tr31, false},
    {"an10922", NULL, NULL, kind_an10922, false},
    {"an10922_negative", NULL, NULL, kind_an10922_negative, false},
    {"cmac_subkeys", NULL, NULL, kind_cmac_subkeys, false},
    {"aes_cmac", NULL, NULL, kind_aes_cmac, false},
    {"kcv", NULL, NULL, kind_kcv, false},
    {"ev2_auth_first", NULL, NULL, kind_ev2_auth, false},
    {"ev2_auth_nonfirst", NULL, NULL, kind_ev2_auth, false},
    {"aes_three_pass_ul", kind_ul_three_pass, NULL, NULL, false},
    {"ev2_full", NULL, NULL, kind_ev2_full, false},
    {"ev2_mac", NULL, NULL, kind_ev2_mac, false},
    {"ev2_plain", kind_ev2_plain, NULL, NULL, false},
    {"desfire_ev1_auth", kind_ev1_auth, NULL, NULL, false},
    {"desfire_ev1_changekey", kind_ev1_change_key, NULL, NULL, false},
    {"pboc_mac", kind_pboc_mac, NULL, NULL, false},
    {"pboc_load", kind_pboc_load, NULL, NULL, false},
    {"pboc_arqc", kind_pboc_arqc, NULL, NULL, false},
    {"pboc_diversify", kind_pboc_diversify, NULL, NULL, false},
    {"pboc_diversify2", kind_pboc_diversify2, NULL, NULL, false},
    {"cn_card_auth", kind_pboc_auth, NULL, NULL, false},
    {"cn_update_binary_mac", kind_pboc_update, NULL, NULL, false},
    {"cn_card_file", kind_pboc_file, NULL, NULL, false},
    {"kdf_sha1_2tdea", kind_icao_kdf, NULL, NULL, false},
    {"iso7816_mutual_auth", kind_icao_auth, NULL, NULL, false},
    {"iso7816_sm", kind_icao_messages, NULL, NULL, false},
};

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static bool add_vectors(struct run *run, const json_t *file, const char *path)
{
    size_t more = json_array_size(file);
    struct vector *vectors = reallocarray(run->vectors, run->count + more + 1, sizeof *vectors);
    if (vectors == NULL)
        return false;
    run->vectors = vectors;
    for (size_t i = 0; i < more; i++) {
        if (!vector_from_json(json_array_get(file, i), &run->vectors[run->count])) {
            (void)fprintf(stderr, "%s: element %zu has no kind\n", path, i);
            return false;
        }
        run->count++;
    }
    return true;
}

bool run_load(struct run *run, const char *path)
{
    json_error_t error;
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (file == NULL) {
        (void)fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
        return false;
    }
    if (run->files == NULL)
        run->files = json_array();
    (void)json_array_append_new(run->files, file);
    if (!json_is_array(file)) {
        (void)fprintf(stderr, "%s: not an array of vectors\n", path);
        return false;
    }
    return add_vectors(run, file, path);
}

static void judge(struct run *run, const struct vector *vector, const struct facts *facts)
{
    tally_add(&run->tally, vector->kind, facts_agree(facts, vector) ? TALLY_PASSED : TALLY_FAILED);
}

static void run_alone(struct run *run, const struct vector *vector, const struct kind *kind, const char *directory)
{
    struct facts facts = {.count = 0};
    if (kind->with_token != NULL)
        kind->with_token(&facts, vector, directory);
    else
        kind->alone(&facts, vector);
    judge(run, vector, &facts);
}

static mv_status imported(const struct run *run, size_t key)
{
    return key == VECTOR_NO_KEY ? mv_ok() : run->plan.keys[key].imported;
}

static void run_in_house(struct run *run, const struct vector *vector, struct house *house)
{
    struct facts facts = {.count = 0};
    mv_status status = imported(run, vector->key);
    if (status.ok)
        status = imported(run, vector->old_key);
    if (status.ok)
        find_kind(vector->kind)->with_house(&facts, vector, house);
    else
        facts_refusal(&facts, (enum mv_reason)status.reason);
    judge(run, vector, &facts);
}

/* NULL, or what is wrong. */
static const char *plan_key(struct run *run, struct vector *vector)
{
    struct meter_input input;
    const char *wrong = meter_input_read(vector, &input);
    if (wrong != NULL)
        return wrong;
    vector->key = key_plan_add(&run->plan, &input);
    if (vector->key == VECTOR_NO_KEY)
        return "(memory ran out)";
    vector->token = run->plan.keys[vector->key].token;
    return NULL;
}

static const char *plan_pair(struct run *run, struct vector *vector)
{
    struct meter_input from;
    struct meter_input to;
    const char *wrong = meter_input_read_pair(vector, &from, &to);
    if (wrong != NULL)
        return wrong;
    if (!key_plan_add_pair(&run->plan, &from, &to, &vector->old_key, &vector->key))
        return "vending_key_hex: two keys for one place";
    vector->token = run->plan.keys[vector->key].token;
    return NULL;
}

/* True when the vector waits for its token. */
static bool plan_vector(struct run *run, struct vector *vector, const struct kind *kind)
{
    const char *wrong = NULL;
    if (kind->with_house == NULL)
        return false;
    if (kind->any_house) {
        vector->token = 0;
        run->plan.tokens += run->plan.tokens == 0 ? 1 : 0;
        return true;
    }
    if (vector_has(vector, "vending_key_hex"))
        wrong = plan_key(run, vector);
    else if (vector_has(vector, "old"))
        wrong = plan_pair(run, vector);
    else
        return false;
    if (wrong == NULL)
        return true;
    (void)printf("DIFFERS %s (%s) input %s is missing or not of its form\n", vector->id, vector->kind, wrong);
    tally_add(&run->tally, vector->kind, TALLY_FAILED);
    return true;
}

static void progress(size_t token, size_t tokens)
{
    if (tokens > 1 && isatty(STDERR_FILENO))
        (void)fprintf(stderr, token < tokens ? "\rtoken %zu of %zu" : "\r\033[K", token + 1, tokens);
}

static mv_status run_token(struct run *run, const char *directory, const char *hsmd_path, size_t token)
{
    struct house house;
    mv_status status = house_open(&house, directory, hsmd_path, &run->plan, token);
    for (size_t i = 0; status.ok && i < run->count; i++) {
        const struct vector *vector = &run->vectors[i];
        if (vector->token == token)
            run_in_house(run, vector, &house);
    }
    house_close(&house);
    return status;
}

mv_status run_all(struct run *run, const char *directory, const char *hsmd_path)
{
    for (size_t i = 0; i < run->count; i++) {
        struct vector *vector = &run->vectors[i];
        const struct kind *kind = find_kind(vector->kind);
        if (kind == NULL)
            tally_add(&run->tally, vector->kind, TALLY_SKIPPED);
        else if (!plan_vector(run, vector, kind))
            run_alone(run, vector, kind, directory);
    }
    card_token_close();
    mv_status status = mv_ok();
    for (size_t token = 0; status.ok && token < run->plan.tokens; token++) {
        progress(token, run->plan.tokens);
        status = run_token(run, directory, hsmd_path, token);
    }
    progress(run->plan.tokens, run->plan.tokens);
    return status;
}

void run_free(struct run *run)
{
    json_decref(run->files);
    free(run->vectors);
    key_plan_free(&run->plan);
}
