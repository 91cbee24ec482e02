#include "rpc/arena.h"

#include <stdlib.h>

enum { ALIGNMENT = 16, BLOCK = 16 * 1024 };

struct rpc_arena_block {
    struct rpc_arena_block *next;
    size_t used;
    size_t size;
    _Alignas(ALIGNMENT) unsigned char data[];
};

void rpc_arena_init(struct rpc_arena *arena, size_t budget)
{
    arena->used = 0;
    arena->blocks = NULL;
    arena->budget = budget;
}

void rpc_arena_reset(struct rpc_arena *arena, size_t budget)
{
    while (arena->blocks != NULL) {
        struct rpc_arena_block *block = arena->blocks;
        arena->blocks = block->next;
        free(block);
    }
    arena->used = 0;
    arena->budget = budget;
}

static void *from_new_block(struct rpc_arena *arena, size_t size)
{
    size_t room = size > BLOCK ? size : BLOCK;
    if (room > arena->budget)
        return NULL;
    struct rpc_arena_block *block = malloc(sizeof *block + room);
    if (block == NULL)
        return NULL;
    arena->budget -= room;
    block->next = arena->blocks;
    block->used = size;
    block->size = room;
    arena->blocks = block;
    return block->data;
}

void *rpc_arena_alloc(struct rpc_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (arena->blocks == NULL && size <= sizeof arena->first - arena->used) {
        void *memory = arena->first + arena->used;
        arena->used += size;
        return memory;
    }
    struct rpc_arena_block *block = arena->blocks;
    if (block == NULL || size > block->size - block->used)
        return from_new_block(arena, size);
    void *memory = block->data + block->used;
    block->used += size;
    return memory;
}

static void *allocate(void *arena, size_t size)
{
    return rpc_arena_alloc(arena, size);
}

static void keep(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

ProtobufCAllocator rpc_arena_allocator(struct rpc_arena *arena)
{
    return (ProtobufCAllocator){.alloc = allocate, .free = keep, .allocator_data = arena};
}
