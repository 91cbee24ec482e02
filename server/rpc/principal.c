#include "rpc/principal.h"

#include <grpc/grpc_security.h>
#include <string.h>

#include "base/name.h"

static const char prefix[] = "urn:metervault:principal:";

bool rpc_principal_valid(const char *name, size_t size)
{
    return mv_name_ok(name, size, RPC_PRINCIPAL_SIZE - 1);
}

static bool parse(const grpc_auth_property *uri, struct rpc_principal *principal)
{
    size_t skip = sizeof prefix - 1;
    if (uri->value_length <= skip || memcmp(uri->value, prefix, skip) != 0)
        return false;
    size_t size = uri->value_length - skip;
    if (!rpc_principal_valid(uri->value + skip, size))
        return false;
    memcpy(principal->name, uri->value + skip, size);
    principal->name[size] = '\0';
    return true;
}

struct rpc_principal rpc_principal_of(grpc_call *call)
{
    struct rpc_principal principal = {.known = false};
    grpc_auth_context *context = grpc_call_auth_context(call);
    if (context == NULL)
        return principal;
    if (grpc_auth_context_peer_is_authenticated(context)) {
        grpc_auth_property_iterator uris =
            grpc_auth_context_find_properties_by_name(context, GRPC_PEER_URI_PROPERTY_NAME);
        const grpc_auth_property *uri = grpc_auth_property_iterator_next(&uris);
        principal.known = uri != NULL && parse(uri, &principal) && grpc_auth_property_iterator_next(&uris) == NULL;
    }
    grpc_auth_context_release(context);
    return principal;
}
