/* Memory of one call: handed out in order, given back all at once. The first bytes lie in the call itself, so that a
 * usual request needs no malloc. One thread at a time. */
#ifndef MV_RPC_ARENA_H
#define MV_RPC_ARENA_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

struct rpc_arena_block;

struct rpc_arena {
    size_t used;   /* of `first` */
    size_t budget; /* bytes that blocks may still take */
    struct rpc_arena_block *blocks;
    _Alignas(16) unsigned char first[1536];
};

/* `budget`: bytes above the first ones, over the life of the arena until the next reset. */
void rpc_arena_init(struct rpc_arena *arena, size_t budget);
/* Frees all and starts anew. */
void rpc_arena_reset(struct rpc_arena *arena, size_t budget);
/* NULL when the budget or the memory is exhausted. 16-byte aligned, not zeroed. */
void *rpc_arena_alloc(struct rpc_arena *arena, size_t size);
/* For protobuf-c; its free does nothing. */
ProtobufCAllocator rpc_arena_allocator(struct rpc_arena *arena);

#endif
