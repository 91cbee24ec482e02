#include "kbpk_entry.h"

#include <string.h>

#include "custodians.h"
#include "hex.h"
#include "hsm/hsm.h"
#include "terminal.h"

bool kbpk_options_given(const struct kbpk_options *options)
{
    return options->files.count > 0 || options->custodians != NULL || options->bytes != NULL || options->kcv != NULL;
}

int kbpk_options_check(const struct kbpk_options *options)
{
    long number = 0;
    uint8_t kcv[HSM_KCV_BYTES];
    if (options->files.count == 1 || options->files.count > COMPONENTS_MOST)
        return options_complain("kbpk-component-file", "at least two custodians: give it twice or more");
    if (options->files.count > 0 && options->custodians != NULL)
        return options_complain("kbpk-custodians", "is for typed components");
    if (options->custodians != NULL && !options_number(options->custodians, COMPONENTS_LEAST, COMPONENTS_MOST, &number))
        return options_complain("kbpk-custodians", "is 2 to 8");
    if (options->bytes != NULL && strcmp(options->bytes, "16") != 0 && strcmp(options->bytes, "32") != 0)
        return options_complain("kbpk-bytes", "is 16 or 32");
    if (options->kcv != NULL && !hex_decode(options->kcv, kcv, sizeof kcv))
        return options_complain("kbpk-kcv", "needs 6 hex digits");
    if (options->files.count == 0 && !terminal_present())
        return options_complain("kbpk-component-file", "is required when there is no terminal to type components on");
    if (options->kcv == NULL && !terminal_present())
        return options_complain("kbpk-kcv", "is required when nobody can confirm it on a terminal");
    return TOOL_DONE;
}

size_t kbpk_size(const struct kbpk_options *options)
{
    return options->bytes != NULL && strcmp(options->bytes, "16") == 0 ? 16 : 32;
}

/* A use of ours whose keys have this length and this way of a KCV. */
static enum hsm_key_use like(size_t size)
{
    return size == HSM_FACTORY_KEK_BYTES ? HSM_USE_FACTORY_KEK : HSM_USE_BACKUP_KEK;
}

static mv_status gather(const struct kbpk_options *options, struct components *components)
{
    const struct hsm_key_request request = {.use = like(components->size)};
    long custodians = COMPONENTS_LEAST;
    for (size_t i = 0; i < options->files.count; i++)
        MV_TRY(components_add_file(components, options->files.items[i]));
    if (options->files.count > 0)
        return mv_ok();
    (void)options_number(options->custodians, COMPONENTS_LEAST, COMPONENTS_MOST, &custodians);
    terminal_say("Components of the key block protection key:\n");
    return custodians_type(&request, (size_t)custodians, components);
}

static mv_status confirm(const struct kbpk_options *options, const uint8_t *kbpk, size_t size)
{
    enum hsm_kcv_method method;
    uint8_t kcv[HSM_KCV_BYTES];
    uint8_t expected[HSM_KCV_BYTES];
    MV_TRY(hsm_kcv(like(size), 0, kbpk, size, &method, kcv));
    if (options->kcv == NULL)
        return custodians_confirm(kcv, method);
    if (!hex_decode(options->kcv, expected, sizeof expected) || memcmp(kcv, expected, sizeof kcv) != 0)
        return mv_fail(MV_KCV_MISMATCH, "key block protection key");
    return mv_ok();
}

mv_status kbpk_collect(const struct kbpk_options *options, uint8_t *kbpk)
{
    size_t size = kbpk_size(options);
    struct components *components = components_new(size);
    if (components == NULL)
        return mv_fail(MV_OUT_OF_MEMORY, "component");
    mv_status status = gather(options, components);
    if (status.ok)
        status = components_combine(components, kbpk);
    components_free(components);
    return status.ok ? confirm(options, kbpk, size) : status;
}
