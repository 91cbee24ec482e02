#include "backup_text.h"

#include <stdio.h>

#include "hex.h"
#include "words.h"

static int print_scope(char *text, size_t size, const struct hsm_vending_scope *scope)
{
    char ea[WORDS_EA];
    return snprintf(text, size,
                    "supply_group_code %s\nkey_revision_number %u\nkey_type %u\ndkga %u\nbase_date %u\n"
                    "key_expiry_number %u\nencryption_algorithms %s\n",
                    scope->sgc, scope->krn, scope->kt, scope->dkga, scope->base_date, scope->ken,
                    words_ea(scope->ea_mask, ea));
}

size_t backup_text(const char *serial, const struct hsm_backup *backup, char text[BACKUP_TEXT])
{
    const struct hsm_key_info *info = &backup->info;
    char wrapped[2 * HSM_MAX_WRAPPED + 1];
    char kcv[WORDS_KCV];
    char scope[256] = "";
    if (backup->size > HSM_MAX_WRAPPED)
        return 0;
    hex_encode(backup->wrapped, backup->size, wrapped);
    if (info->use == HSM_USE_VENDING && print_scope(scope, sizeof scope, &info->scope) >= (int)sizeof scope)
        return 0;
    int length =
        snprintf(text, BACKUP_TEXT,
                 "metervault-backup 1\ntoken_serial %s\nlabel %s\nuse %s\nversion %u\n%s"
                 "created_unix_s %lld\nactive_from_unix_s %lld\nissued_until_unix_s %lld\nkcv_method %s\nkcv %s\n"
                 "wrapped_key %s\n",
                 serial, info->label, words_use(info->use), info->version, scope, (long long)info->created_unix_s,
                 (long long)info->active_from_unix_s, (long long)info->issued_until_unix_s,
                 words_kcv_method(info->kcv_method), words_kcv(info->kcv, kcv), wrapped);
    return length < 0 || length >= BACKUP_TEXT ? 0 : (size_t)length;
}
