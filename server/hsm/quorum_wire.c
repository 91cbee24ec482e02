/* Stored forms of officers, rules and spent nonces. */
#include <string.h>

#include "hsm/internal.h"

void hsm_officer_put(struct mv_writer *to, const struct hsm_officer *officer)
{
    mv_put_text(to, officer->name);
    mv_put_bytes(to, officer->certificate_sha256, sizeof officer->certificate_sha256);
    mv_put_u64(to, (uint64_t)officer->valid_until_unix_s);
    mv_put_bytes(to, officer->key_sha256, sizeof officer->key_sha256);
}

void hsm_officer_get(struct mv_reader *from, enum hsm_officer_form form, struct hsm_officer *officer)
{
    mv_get_text(from, officer->name, sizeof officer->name);
    mv_get_bytes(from, officer->certificate_sha256, sizeof officer->certificate_sha256);
    officer->valid_until_unix_s = form >= HSM_OFFICER_WITH_END ? (int64_t)mv_get_u64(from) : 0;
    memset(officer->key_sha256, 0, sizeof officer->key_sha256);
    if (form >= HSM_OFFICER_WITH_KEY)
        mv_get_bytes(from, officer->key_sha256, sizeof officer->key_sha256);
}

void hsm_rule_put(struct mv_writer *to, const struct hsm_rule *rule)
{
    mv_put_text(to, rule->act);
    mv_put_u8(to, rule->needed);
    mv_put_u8(to, rule->officer_count);
    to->failed = to->failed || rule->officer_count > HSM_RULE_OFFICERS;
    for (size_t i = 0; !to->failed && i < rule->officer_count; i++)
        mv_put_text(to, rule->officers[i]);
}

void hsm_rule_get(struct mv_reader *from, struct hsm_rule *rule)
{
    mv_get_text(from, rule->act, sizeof rule->act);
    rule->needed = mv_get_u8(from);
    rule->officer_count = mv_get_u8(from);
    from->failed = from->failed || rule->officer_count > HSM_RULE_OFFICERS;
    for (size_t i = 0; !from->failed && i < rule->officer_count; i++)
        mv_get_text(from, rule->officers[i], sizeof rule->officers[i]);
}

void hsm_spent_put(struct mv_writer *to, const struct hsm_spent_page *page)
{
    mv_put_u8(to, page->page);
    mv_put_u8(to, page->count);
    to->failed = to->failed || page->count > HSM_SPENT_NONCES;
    for (size_t i = 0; !to->failed && i < page->count; i++) {
        mv_put_bytes(to, page->spent[i].nonce, sizeof page->spent[i].nonce);
        mv_put_u64(to, (uint64_t)page->spent[i].expires_unix_s);
    }
}

void hsm_spent_get(struct mv_reader *from, struct hsm_spent_page *page)
{
    page->page = mv_get_u8(from);
    page->count = mv_get_u8(from);
    from->failed = from->failed || page->count > HSM_SPENT_NONCES;
    for (size_t i = 0; !from->failed && i < page->count; i++) {
        mv_get_bytes(from, page->spent[i].nonce, sizeof page->spent[i].nonce);
        page->spent[i].expires_unix_s = (int64_t)mv_get_u64(from);
    }
}
