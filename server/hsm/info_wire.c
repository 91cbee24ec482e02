#include "hsm/info_wire.h"

#include <string.h>

enum { FLAG_NO_EXPORT = 1 };

static void put_scope(struct mv_writer *to, const struct hsm_vending_scope *scope)
{
    mv_put_text(to, scope->sgc);
    mv_put_u8(to, scope->krn);
    mv_put_u8(to, scope->kt);
    mv_put_u8(to, scope->dkga);
    mv_put_u16(to, scope->base_date);
    mv_put_u8(to, scope->ken);
    mv_put_u16(to, scope->ea_mask);
}

static void get_scope(struct mv_reader *from, struct hsm_vending_scope *scope)
{
    mv_get_text(from, scope->sgc, sizeof scope->sgc);
    scope->krn = mv_get_u8(from);
    scope->kt = mv_get_u8(from);
    scope->dkga = mv_get_u8(from);
    scope->base_date = mv_get_u16(from);
    scope->ken = mv_get_u8(from);
    scope->ea_mask = mv_get_u16(from);
}

void hsm_info_put(struct mv_writer *to, const struct hsm_key_info *info)
{
    mv_put_text(to, info->label);
    mv_put_u8(to, (uint8_t)info->use);
    mv_put_u32(to, info->version);
    put_scope(to, &info->scope);
    mv_put_u8(to, (uint8_t)info->state);
    mv_put_u64(to, (uint64_t)info->created_unix_s);
    mv_put_u64(to, (uint64_t)info->active_from_unix_s);
    mv_put_u64(to, (uint64_t)info->issued_until_unix_s);
    mv_put_u8(to, (uint8_t)info->kcv_method);
    mv_put_bytes(to, info->kcv, sizeof info->kcv);
    mv_put_u8(to, info->scope.successor_krn);
    mv_put_u8(to, info->no_export ? FLAG_NO_EXPORT : 0);
    if (info->use == HSM_USE_AUDIT_SIGN)
        mv_put_bytes(to, info->point, sizeof info->point);
    mv_put_u32(to, info->minimum_version);
}

void hsm_info_get_first(struct mv_reader *from, struct hsm_key_info *info)
{
    mv_get_text(from, info->label, sizeof info->label);
    info->use = (enum hsm_key_use)mv_get_u8(from);
    info->version = mv_get_u32(from);
    get_scope(from, &info->scope);
    info->state = (enum hsm_key_state)mv_get_u8(from);
    info->created_unix_s = (int64_t)mv_get_u64(from);
    info->active_from_unix_s = (int64_t)mv_get_u64(from);
    info->issued_until_unix_s = (int64_t)mv_get_u64(from);
    info->kcv_method = (enum hsm_kcv_method)mv_get_u8(from);
    mv_get_bytes(from, info->kcv, sizeof info->kcv);
    info->scope.successor_krn = 0;
    info->no_export = false;
    memset(info->point, 0, sizeof info->point);
    info->minimum_version = 0;
}

void hsm_info_get_second(struct mv_reader *from, struct hsm_key_info *info)
{
    hsm_info_get_first(from, info);
    info->scope.successor_krn = mv_get_u8(from);
}

void hsm_info_get_third(struct mv_reader *from, struct hsm_key_info *info)
{
    hsm_info_get_second(from, info);
    uint8_t flags = mv_get_u8(from);
    info->no_export = (flags & FLAG_NO_EXPORT) != 0;
    if (info->use == HSM_USE_AUDIT_SIGN)
        mv_get_bytes(from, info->point, sizeof info->point);
    from->failed = from->failed || (flags & ~(unsigned)FLAG_NO_EXPORT) != 0;
}

void hsm_info_get(struct mv_reader *from, struct hsm_key_info *info)
{
    hsm_info_get_third(from, info);
    info->minimum_version = mv_get_u32(from);
}
