/* The bytes of a request from the network. What the check lets through, protobuf-c reads within a small multiple of its
 * size; written again it is let through again. */
#include <stdlib.h>
#include <string.h>

#include "grpc/reflection/v1/reflection.pb-c.h"
#include "metervault/v1/audit_service.pb-c.h"
#include "metervault/v1/meter_service.pb-c.h"
#include "metervault/v1/operator_service.pb-c.h"
#include "metervault/v1/token_service.pb-c.h"
#include "rpc/check.h"

enum { MAX_REPEATED = 8, SMALLEST_BUDGET = 4096, BUDGET_PER_BYTE = 64 };

static const ProtobufCServiceDescriptor *const services[] = {
    &metervault__v1__token_service__descriptor, &metervault__v1__meter_service__descriptor,
    &metervault__v1__operator_service__descriptor, &metervault__v1__audit_service__descriptor,
    &grpc__reflection__v1__server_reflection__descriptor};

struct budget {
    size_t left;
};

static void *take(void *self, size_t size)
{
    struct budget *budget = self;
    if (size > budget->left)
        abort(); /* a small request asked for a lot of memory */
    budget->left -= size;
    return malloc(size == 0 ? 1 : size);
}

static void give(void *self, void *memory)
{
    (void)self;
    free(memory);
}

static void read_and_write_again(const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t size)
{
    struct budget budget = {.left = SMALLEST_BUDGET + BUDGET_PER_BYTE * size};
    ProtobufCAllocator allocator = {.alloc = take, .free = give, .allocator_data = &budget};
    ProtobufCMessage *message = protobuf_c_message_unpack(type, &allocator, size, data);
    if (message == NULL)
        abort();
    size_t packed = protobuf_c_message_get_packed_size(message);
    uint8_t *again = malloc(packed + 1);
    if (again == NULL || protobuf_c_message_pack(message, again) != packed)
        abort();
    if (!rpc_check_bytes(type, again, packed, MAX_REPEATED).ok)
        abort();
    protobuf_c_message_free_unpacked(message, &allocator);
    free(again);
}

/* The first two bytes choose service and method. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const ProtobufCServiceDescriptor *service = services[data[0] % (sizeof services / sizeof services[0])];
    const ProtobufCMessageDescriptor *type = service->methods[data[1] % service->n_methods].input;
    if (rpc_check_bytes(type, data + 2, size - 2, MAX_REPEATED).ok)
        read_and_write_again(type, data + 2, size - 2);
    return 0;
}
