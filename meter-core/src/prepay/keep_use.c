/* Registers, account and frozen months in the journal: their fields in the order of their structs. */
#include "../nv/nv.h"
#include "account.h"
#include "freeze.h"
#include "measure.h"

enum {
    REGISTERS_SIZE = 8 + MV_RATES * 8 + MV_PHASES * 8 + 8 + MV_PHASES * (4 + 4),
    ACCOUNT_SIZE = MV_REGISTERS * 8 + 4 + 8 + 8 + 4 + 1 + 4 + 8,
    MONTH_SIZE = 4 + 8 + 8 + 8 + 8,
    FREEZES_SIZE = MV_MONTHS * MONTH_SIZE + 4 + 2
};

static void put_registers(const void *state, struct mv_nv_sink *to)
{
    const struct mv_registers *registers = &((const struct mv_prepay *)state)->registers;
    mv_nv_put_u64(to, registers->total);
    for (unsigned i = 0; i < MV_RATES; i++)
        mv_nv_put_u64(to, registers->by_rate[i]);
    for (unsigned i = 0; i < MV_PHASES; i++)
        mv_nv_put_u64(to, registers->by_phase[i]);
    mv_nv_put_u64(to, registers->month);
    for (unsigned i = 0; i < MV_PHASES; i++) {
        mv_nv_put_u32(to, registers->pulse_rest[i]);
        mv_nv_put_u32(to, registers->energy_rest[i]);
    }
}

static bool get_registers(void *state, struct mv_nv_source *from)
{
    struct mv_registers *registers = &((struct mv_prepay *)state)->registers;
    registers->total = mv_nv_get_u64(from);
    for (unsigned i = 0; i < MV_RATES; i++)
        registers->by_rate[i] = mv_nv_get_u64(from);
    for (unsigned i = 0; i < MV_PHASES; i++)
        registers->by_phase[i] = mv_nv_get_u64(from);
    registers->month = mv_nv_get_u64(from);
    for (unsigned i = 0; i < MV_PHASES; i++) {
        registers->pulse_rest[i] = mv_nv_get_u32(from);
        registers->energy_rest[i] = mv_nv_get_u32(from);
    }
    return true;
}

static void put_account(const void *state, struct mv_nv_sink *to)
{
    const struct mv_account *account = &((const struct mv_prepay *)state)->account;
    for (unsigned i = 0; i < MV_REGISTERS; i++)
        mv_nv_put_i64(to, account->taken[i]);
    mv_nv_put_u32(to, account->price_rest);
    mv_nv_put_i64(to, account->arrears);
    mv_nv_put_i64(to, account->fixed_today_taken);
    mv_nv_put_u32(to, account->day);
    mv_nv_put_u8(to, account->emergency_on ? 1 : 0);
    mv_nv_put_u32(to, account->purchases);
    mv_nv_put_i64(to, account->reserved);
}

static bool get_account(void *state, struct mv_nv_source *from)
{
    struct mv_account *account = &((struct mv_prepay *)state)->account;
    for (unsigned i = 0; i < MV_REGISTERS; i++)
        account->taken[i] = mv_nv_get_i64(from);
    account->price_rest = mv_nv_get_u32(from);
    account->arrears = mv_nv_get_i64(from);
    account->fixed_today_taken = mv_nv_get_i64(from);
    account->day = mv_nv_get_u32(from);
    account->emergency_on = mv_nv_get_u8(from) != 0;
    account->purchases = mv_nv_get_u32(from);
    account->reserved = mv_nv_get_i64(from);
    return account->reserved >= 0;
}

static void put_freezes(const void *state, struct mv_nv_sink *to)
{
    const struct mv_freezes *freezes = &((const struct mv_prepay *)state)->freezes;
    for (unsigned i = 0; i < MV_MONTHS; i++) {
        const struct mv_month *month = &freezes->months[i];
        mv_nv_put_u32(to, month->ended);
        mv_nv_put_u64(to, month->total);
        mv_nv_put_u64(to, month->month);
        mv_nv_put_i64(to, month->remaining);
        mv_nv_put_i64(to, month->taken);
    }
    mv_nv_put_u32(to, freezes->last);
    mv_nv_put_u16(to, freezes->next_month);
}

static bool get_freezes(void *state, struct mv_nv_source *from)
{
    struct mv_freezes *freezes = &((struct mv_prepay *)state)->freezes;
    for (unsigned i = 0; i < MV_MONTHS; i++) {
        struct mv_month *month = &freezes->months[i];
        month->ended = mv_nv_get_u32(from);
        month->total = mv_nv_get_u64(from);
        month->month = mv_nv_get_u64(from);
        month->remaining = mv_nv_get_i64(from);
        month->taken = mv_nv_get_i64(from);
    }
    freezes->last = mv_nv_get_u32(from);
    freezes->next_month = mv_nv_get_u16(from);
    return true;
}

const struct mv_nv_object mv_object_registers = {
    .id = MV_OBJECT_REGISTERS, .form = 1, .size = REGISTERS_SIZE, .encode = put_registers, .decode = get_registers};
const struct mv_nv_object mv_object_account = {
    .id = MV_OBJECT_ACCOUNT, .form = 2, .size = ACCOUNT_SIZE, .encode = put_account, .decode = get_account};
const struct mv_nv_object mv_object_freezes = {
    .id = MV_OBJECT_FREEZES, .form = 1, .size = FREEZES_SIZE, .encode = put_freezes, .decode = get_freezes};
