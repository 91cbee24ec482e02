/* The port: whatever it reads is arbitrary, every call may fail, time stands at any second. What the engine hands it is
 * checked against the contract in meter.h. */
#include "arbitrary.h"

enum { SECTORS = 2, SECTOR_SIZE = 4096, UNIT = 8 };

bool arbitrary_bool(void)
{
    return Frama_C_interval(0, 1) != 0;
}

uint8_t arbitrary_u8(uint8_t least, uint8_t most)
{
    return (uint8_t)Frama_C_interval(least, most);
}

uint32_t arbitrary_u32(void)
{
    return Frama_C_unsigned_int_interval(0, UINT32_MAX);
}

uint64_t arbitrary_u64(void)
{
    return Frama_C_unsigned_long_long_interval(0, UINT64_MAX);
}

int64_t arbitrary_i64(int64_t least, int64_t most)
{
    return Frama_C_long_long_interval(least, most);
}

static bool nv_read(void *context, uint32_t sector, uint32_t offset, uint8_t *data, uint32_t size)
{
    (void)context;
    /*@ assert sector_exists: sector < 2; */
    /*@ assert inside_sector: offset + size <= 4096; */
    /*@ assert room_for_data: size == 0 || \valid(data + (0 .. size - 1)); */
    if (arbitrary_bool())
        return false;
    Frama_C_make_unknown((char *)data, size);
    return true;
}

static bool nv_write(void *context, uint32_t sector, uint32_t offset, const uint8_t *data, uint32_t size)
{
    (void)context;
    /*@ assert sector_exists: sector < 2; */
    /*@ assert inside_sector: offset + size <= 4096; */
    /*@ assert whole_units: offset % 8 == 0 && size % 8 == 0; */
    /*@ assert data_there: size == 0 || \initialized(data + (0 .. size - 1)); */
    return arbitrary_bool();
}

static bool nv_erase(void *context, uint32_t sector)
{
    (void)context;
    /*@ assert sector_exists: sector < 2; */
    return arbitrary_bool();
}

static uint32_t seconds(void *context)
{
    (void)context;
    return arbitrary_u32();
}

static bool clock_read(void *context, uint32_t *unix_s)
{
    (void)context;
    if (arbitrary_bool())
        return false;
    *unix_s = arbitrary_u32();
    return true;
}

static bool clock_set(void *context, uint32_t unix_s)
{
    (void)context;
    (void)unix_s;
    return arbitrary_bool();
}

static bool switch_set(void *context, bool closed)
{
    (void)context;
    (void)closed;
    return arbitrary_bool();
}

static enum mv_switch_state switch_read(void *context)
{
    (void)context;
    return (enum mv_switch_state)Frama_C_interval(MV_SWITCH_OPEN, MV_SWITCH_UNKNOWN);
}

static void indicate(void *context, uint8_t lamps)
{
    (void)context;
    (void)lamps;
}

struct mv_meter_port arbitrary_board(void)
{
    return (struct mv_meter_port){.sectors = SECTORS,
                                  .sector_size = SECTOR_SIZE,
                                  .nv_read = nv_read,
                                  .nv_write = nv_write,
                                  .nv_erase = nv_erase,
                                  .seconds = seconds};
}

struct mv_prepay_port arbitrary_house(void)
{
    return (struct mv_prepay_port){.clock_read = clock_read,
                                   .clock_set = clock_set,
                                   .switch_set = switch_set,
                                   .switch_read = switch_read,
                                   .indicate = indicate};
}
