#include "keep_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/flash_model.h"

enum { SECTORS = 2, SECTOR_SIZE = 4096 };

static struct flash flash;
static struct mv_meter_port port;

static struct mv_nv_memory memory_of(struct keep_objects objects, void *state)
{
    port = flash_port(&flash);
    return (struct mv_nv_memory){.port = &port, .groups = {{state, objects.table, objects.count}}};
}

void keep_write(struct keep_objects objects, void *state)
{
    flash_init_as(&flash, SECTORS, SECTOR_SIZE);
    struct mv_nv_journal journal = {0};
    struct mv_nv_memory memory = memory_of(objects, state);
    assert_int_equal(mv_nv_clear(&journal, &memory), MV_DONE);
    assert_int_equal(mv_nv_commit(&journal, &memory, MV_NV_ALL), MV_DONE);
}

enum mv_result keep_read(struct keep_objects objects, struct mv_prepay *into)
{
    struct mv_nv_journal journal = {0};
    struct mv_nv_memory memory = memory_of(objects, into);
    memset(into, 0, sizeof *into);
    return mv_nv_open(&journal, &memory);
}
