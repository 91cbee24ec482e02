#include "kek_entry.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/secret.h"
#include "component.h"
#include "custodians.h"
#include "shares.h"
#include "terminal.h"

int kek_options_check(const struct kek_options *options)
{
    long custodians = 0;
    if (options->component_files.count > 0 && options->share_files.count > 0)
        return options_complain("share-file", "components or shares, not both");
    if (options->component_files.count == 1 || options->component_files.count > COMPONENTS_MOST)
        return options_complain("component-file", "give it twice or more, up to 8 times");
    if (options->share_files.count == 1 || options->share_files.count > CODEX32_MOST_K)
        return options_complain("share-file", "give it as often as the threshold says, 2 to 9 times");
    bool files = options->component_files.count + options->share_files.count > 0;
    if (files && (options->components || options->custodians != NULL))
        return options_complain("components", "is for what is typed");
    if (options->custodians != NULL && !options->components)
        return options_complain("custodians", "is for typed components; shares say themselves how many there are");
    if (options->custodians != NULL &&
        !options_number(options->custodians, COMPONENTS_LEAST, COMPONENTS_MOST, &custodians))
        return options_complain("custodians", "is 2 to 8");
    if (!files && !terminal_present())
        return options_complain("share-file", "is required when there is no terminal to type shares on");
    return TOOL_DONE;
}

static mv_status add_components(const struct kek_options *options, struct components *components)
{
    const struct hsm_key_request request = {.use = HSM_USE_BACKUP_KEK};
    long custodians = COMPONENTS_LEAST;
    for (size_t i = 0; i < options->component_files.count; i++)
        MV_TRY(components_add_file(components, options->component_files.items[i]));
    if (options->component_files.count > 0)
        return mv_ok();
    (void)options_number(options->custodians, COMPONENTS_LEAST, COMPONENTS_MOST, &custodians);
    return custodians_type(&request, (size_t)custodians, components);
}

static mv_status from_components(const struct kek_options *options, uint8_t *kek)
{
    struct components *components = components_new(HSM_BACKUP_KEK_BYTES);
    if (components == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    mv_status status = add_components(options, components);
    if (status.ok)
        status = components_combine(components, kek);
    components_free(components);
    return status;
}

static mv_status from_shares(const struct kek_options *options, uint8_t *kek)
{
    struct shares *shares = shares_new();
    if (shares == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "share");
    mv_status status = options->share_files.count > 0
                           ? shares_read_files(shares, options->share_files.items, options->share_files.count)
                           : shares_type(shares);
    if (status.ok)
        status = shares_combine(shares, kek, HSM_BACKUP_KEK_BYTES);
    shares_free(shares);
    return status;
}

mv_status kek_collect(const struct kek_options *options, uint8_t *kek)
{
    bool components = options->components || options->component_files.count > 0;
    return components ? from_components(options, kek) : from_shares(options, kek);
}

mv_status kek_open(const uint8_t *kek, const uint8_t *wrapped, size_t size, uint8_t *plain)
{
    int done = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "unwrap");
    EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    bool good = size > 8 && size <= HSM_MAX_WRAPPED &&
                EVP_DecryptInit_ex(context, EVP_aes_256_wrap(), NULL, kek, NULL) == 1 &&
                EVP_DecryptUpdate(context, plain, &done, wrapped, (int)size) == 1 && (size_t)done == size - 8;
    EVP_CIPHER_CTX_free(context);
    return good ? mv_ok() : mv_fail(MV_BACKUP_REFUSED, "backup: a wrapped key is altered, or of another backup key");
}
