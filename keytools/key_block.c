#include "key_block.h"

#include <string.h>

#include "backup_file.h"
#include "base/secret.h"
#include "key_entry.h"

/* The first row of a key's kind is how we write it. */
static const struct {
    enum hsm_key_use use;
    uint8_t dkga;
    char usage[3];
    char mode;
    char algorithm;
} forms[] = {
    {HSM_USE_VENDING, 4, "B3", 'X', 'H'},     {HSM_USE_VENDING, 4, "M7", 'G', 'H'},
    {HSM_USE_VENDING, 4, "M7", 'C', 'H'},     {HSM_USE_VENDING, 2, "B3", 'X', 'D'},
    {HSM_USE_FACTORY_KEK, 0, "K0", 'B', 'A'}, {HSM_USE_FACTORY_KEK, 0, "K0", 'E', 'A'},
};

enum { FORMS = sizeof forms / sizeof forms[0] };

static size_t first_form(enum hsm_key_use use, uint8_t dkga)
{
    size_t at = 0;
    while (at < FORMS && (forms[at].use != use || (use == HSM_USE_VENDING && forms[at].dkga != dkga)))
        at++;
    return at;
}

static mv_status refused(const char *where)
{
    return mv_fail(MV_KEY_BLOCK_REFUSED, where);
}

mv_status key_block_fits(const struct hsm_key_request *request, const struct tr31_key *key, const char *usage)
{
    const struct tr31_attributes *attributes = &key->attributes;
    size_t at = first_form(request->use, request->scope.dkga);
    if (at == FORMS)
        return refused("key block: keys of this use come in none");
    if (attributes->algorithm != forms[at].algorithm)
        return refused("key block: the algorithm is not this key's");
    if (key->size != key_entry_size(request->use, request->scope.dkga))
        return refused("key block: the length is not this key's");
    if (usage != NULL)
        return strcmp(usage, attributes->usage) == 0 ? mv_ok()
                                                     : refused("key block: not of the usage that is accepted");
    for (; at < FORMS; at++)
        if (forms[at].use == request->use && forms[at].algorithm == attributes->algorithm &&
            forms[at].mode == attributes->mode && strcmp(forms[at].usage, attributes->usage) == 0)
            return mv_ok();
    return refused("key block: usage or mode is not this key's");
}

mv_status key_block_attributes(enum hsm_key_use use, uint8_t dkga, char exportability,
                               struct tr31_attributes *attributes)
{
    size_t at = first_form(use, dkga);
    if (at == FORMS)
        return mv_fail(MV_INVALID_FIELD, "key block: keys of this use go in none");
    *attributes = (struct tr31_attributes){
        .algorithm = forms[at].algorithm, .mode = forms[at].mode, .version = "00", .exportability = exportability};
    memcpy(attributes->usage, forms[at].usage, sizeof attributes->usage);
    return mv_ok();
}

static mv_status enter(struct hsm *hsm, const char *backup_dir, const struct hsm_key_request *request,
                       const struct tr31_key *key, const uint8_t *expected_kcv, struct hsm_key_info *info)
{
    struct backup_place place = {backup_dir, hsm_serial(hsm)};
    const struct hsm_keeper keeper = {backup_keep, &place};
    struct hsm_key_request permitted = *request;
    permitted.no_export = request->no_export || key->attributes.exportability == 'N';
    MV_TRY(backup_directory(backup_dir));
    return hsm_key_import(hsm, &permitted, key->bytes, key->size, expected_kcv, &keeper, info);
}

mv_status key_block_import(struct hsm *hsm, const char *backup_dir, const struct hsm_key_request *request,
                           const char *block, const uint8_t *kbpk, size_t kbpk_size, const char *usage,
                           const uint8_t *expected_kcv, struct hsm_key_info *info)
{
    if (!request->accept_host_visible)
        return mv_fail(MV_HOST_VISIBLE_NOT_ACCEPTED, "key block");
    struct tr31_key *key = mv_secret_alloc(sizeof *key);
    if (key == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "key");
    mv_status status = tr31_open(block, kbpk, kbpk_size, key);
    if (status.ok)
        status = key_block_fits(request, key, usage);
    if (status.ok)
        status = enter(hsm, backup_dir, request, key, expected_kcv, info);
    mv_secret_free(key, sizeof *key);
    return status;
}
