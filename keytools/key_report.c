#include "key_report.h"

#include <stdio.h>
#include <time.h>

#include "hex.h"
#include "policy_text.h"
#include "words.h"

static json_t *scope_json(const struct hsm_vending_scope *scope)
{
    json_t *algorithms = json_array();
    static const uint8_t known[] = {7, 11};
    for (size_t i = 0; i < sizeof known; i++)
        if ((scope->ea_mask & (1U << known[i])) != 0)
            (void)json_array_append_new(algorithms, json_integer(known[i]));
    json_t *json =
        json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:o}", "sgc", scope->sgc, "krn", scope->krn, "kt", scope->kt, "dkga",
                  scope->dkga, "base_date", scope->base_date, "ken", scope->ken, "ea", algorithms);
    if (scope->successor_krn != 0)
        (void)json_object_set_new(json, "successor_krn", json_integer(scope->successor_krn));
    return json;
}

static enum hsm_key_state state_now(const struct hsm_key_info *info)
{
    return hsm_key_state_at(info, (int64_t)time(NULL));
}

/* Times are text; no end and no successor are absent. */
static json_t *key_json(const struct hsm_key_info *info)
{
    char created[WORDS_TIME];
    char from[WORDS_TIME];
    char until[WORDS_TIME];
    char kcv[WORDS_KCV];
    json_t *key =
        json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "label", info->label, "use",
                  words_use(info->use), "version", (json_int_t)info->version, "state", words_state(info->state),
                  "state_now", words_state(state_now(info)), "created", words_time(info->created_unix_s, created),
                  "active_from", words_time(info->active_from_unix_s, from), "kcv", words_kcv(info->kcv, kcv),
                  "kcv_method", words_kcv_method(info->kcv_method), "generation", (json_int_t)info->generation);
    if (info->issued_until_unix_s != INT64_MAX)
        (void)json_object_set_new(key, "issued_until", json_string(words_time(info->issued_until_unix_s, until)));
    if (info->no_export)
        (void)json_object_set_new(key, "exportable", json_false());
    if (info->minimum_version != 0)
        (void)json_object_set_new(key, "minimum_version", json_integer((json_int_t)info->minimum_version));
    if (info->use == HSM_USE_VENDING)
        (void)json_object_set_new(key, "scope", scope_json(&info->scope));
    return key;
}

void key_report_made(const struct tool *tool, const char *verb, const struct hsm_key_info *info)
{
    char kcv[WORDS_KCV];
    if (tool->json) {
        tool_answer(json_pack("{s:o}", "key", key_json(info)));
        return;
    }
    (void)printf("%s %s, KCV %s, %s\n", verb, info->label, words_kcv(info->kcv, kcv),
                 words_kcv_method(info->kcv_method));
}

static json_t *officer_json(const struct hsm_officer *officer)
{
    char digest[2 * sizeof officer->certificate_sha256 + 1];
    hex_encode(officer->certificate_sha256, sizeof officer->certificate_sha256, digest);
    json_t *json = json_pack("{s:s, s:s, s:I}", "name", officer->name, "certificate_sha256", digest, "generation",
                             (json_int_t)officer->generation);
    char until[WORDS_TIME];
    if (officer->valid_until_unix_s != 0)
        (void)json_object_set_new(json, "valid_until", json_string(words_time(officer->valid_until_unix_s, until)));
    return json;
}

static void catalogue_json(const char *serial, const struct hsm_catalogue *catalogue)
{
    json_t *keys = json_array();
    json_t *officers = json_array();
    for (size_t i = 0; i < catalogue->key_count; i++)
        (void)json_array_append_new(keys, key_json(&catalogue->keys[i].info));
    for (size_t i = 0; i < catalogue->officer_count; i++)
        (void)json_array_append_new(officers, officer_json(&catalogue->officers[i]));
    tool_answer(json_pack("{s:s, s:I, s:o, s:o, s:o}", "token_serial", serial, "generation",
                          (json_int_t)catalogue->generation, "keys", keys, "officers", officers, "policy",
                          policy_json(catalogue)));
}

static void print_scope(const struct hsm_key_info *info)
{
    char ea[WORDS_EA];
    const struct hsm_vending_scope *scope = &info->scope;
    if (info->use != HSM_USE_VENDING)
        return;
    (void)printf("    SGC %s, KRN %u, KT %u, DKGA %02u, base date %u, KEN %u, EA %s\n", scope->sgc, scope->krn,
                 scope->kt, scope->dkga, scope->base_date, scope->ken, words_ea(scope->ea_mask, ea));
    if (scope->successor_krn != 0)
        (void)printf("    its meters move to KRN %u\n", scope->successor_krn);
}

static void print_key(const struct hsm_key_info *info)
{
    char from[WORDS_TIME];
    char until[WORDS_TIME];
    char kcv[WORDS_KCV];
    (void)printf("%-28s %-16s %-12s v%-3u %s  %s\n", info->label, words_use(info->use), words_state(state_now(info)),
                 info->version, words_kcv(info->kcv, kcv), words_kcv_method(info->kcv_method));
    print_scope(info);
    if (info->no_export)
        (void)printf("    its sender forbids to export it\n");
    if (info->minimum_version != 0)
        (void)printf("    versions below %u are refused\n", info->minimum_version);
    (void)printf("    active from %s, issued until %s, generation %llu\n", words_time(info->active_from_unix_s, from),
                 words_time(info->issued_until_unix_s, until), (unsigned long long)info->generation);
}

void key_report_key(const struct tool *tool, const struct hsm_key_info *info)
{
    if (tool->json)
        tool_answer(json_pack("{s:o}", "key", key_json(info)));
    else
        print_key(info);
}

static void print_officer_end(const struct hsm_officer *officer)
{
    char until[WORDS_TIME];
    if (officer->valid_until_unix_s != 0)
        (void)printf("    certificate valid until %s\n", words_time(officer->valid_until_unix_s, until));
}

void key_report_catalogue(const struct tool *tool, const char *serial, const struct hsm_catalogue *catalogue)
{
    if (tool->json) {
        catalogue_json(serial, catalogue);
        return;
    }
    (void)printf("token %s, catalogue generation %llu\n\n%-28s %-16s %-12s %-4s %-6s  %s\n", serial,
                 (unsigned long long)catalogue->generation, "LABEL", "USE", "STATE", "VER", "KCV", "KCV METHOD");
    for (size_t i = 0; i < catalogue->key_count; i++)
        print_key(&catalogue->keys[i].info);
    (void)printf("\nOFFICERS\n");
    for (size_t i = 0; i < catalogue->officer_count; i++) {
        char digest[2 * sizeof catalogue->officers[i].certificate_sha256 + 1];
        hex_encode(catalogue->officers[i].certificate_sha256, sizeof catalogue->officers[i].certificate_sha256, digest);
        (void)printf("%-28s certificate SHA-256 %s\n", catalogue->officers[i].name, digest);
        print_officer_end(&catalogue->officers[i]);
    }
    (void)putchar('\n');
    policy_print_summary(catalogue);
}
