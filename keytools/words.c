#include "words.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "hex.h"
#include "hsm/masters.h"

const char *words_use(enum hsm_key_use use)
{
    switch (use) {
    case HSM_USE_VENDING:
        return "vending";
    case HSM_USE_CATALOGUE_MAC:
        return "catalogue-mac";
    case HSM_USE_AUDIT_TOKEN_HASH:
        return "audit-token-hash";
    case HSM_USE_DKGA02_KEK:
        return "dkga02-kek";
    case HSM_USE_BACKUP_KEK:
        return "backup-kek";
    case HSM_USE_FACTORY_KEK:
        return "factory-kek";
    case HSM_USE_AUDIT_SIGN:
        return "audit-sign";
    case HSM_USE_RECORD_MAC:
    case HSM_USE_RECORD_ENC:
    case HSM_USE_CARD_ISSUER:
    case HSM_USE_CARD_OFFICE:
    case HSM_USE_CARD_METER:
    case HSM_USE_CARD_AREA:
    case HSM_USE_CARD_TRANSPORT:
    case HSM_USE_CARD_PBOC_INTERNAL:
    case HSM_USE_CARD_PBOC_EXTERNAL:
    case HSM_USE_CARD_PBOC_MAC:
        return hsm_master_name(use);
    }
    return "unknown";
}

const char *words_state(enum hsm_key_state state)
{
    switch (state) {
    case HSM_PRE_ACTIVE:
        return "pre-active";
    case HSM_ACTIVE:
        return "active";
    case HSM_ISSUED_UNTIL:
        return "issued-until";
    case HSM_EXPIRED:
        return "expired";
    case HSM_COMPROMISED:
        return "compromised";
    case HSM_DESTROYED:
        return "destroyed";
    }
    return "unknown";
}

const char *words_kcv_method(enum hsm_kcv_method method)
{
    switch (method) {
    case HSM_KCV_HMAC_SHA256:
        return "HMAC-SHA-256(\"KCV\")";
    case HSM_KCV_AES_CMAC:
        return "AES-CMAC(zero block)";
    case HSM_KCV_DES:
        return "DES(zero block)";
    case HSM_KCV_DES3:
        return "3DES(zero block)";
    case HSM_KCV_PUBLIC_SHA256:
        return "SHA-256(public key)";
    }
    return "unknown";
}

const char *words_time(int64_t unix_s, char text[WORDS_TIME])
{
    time_t seconds = (time_t)unix_s;
    struct tm when;
    if (unix_s == INT64_MAX)
        (void)snprintf(text, WORDS_TIME, "no end");
    else if (gmtime_r(&seconds, &when) == NULL || strftime(text, WORDS_TIME, "%Y-%m-%dT%H:%M:%SZ", &when) == 0)
        (void)snprintf(text, WORDS_TIME, "unknown");
    return text;
}

const char *words_kcv(const uint8_t kcv[HSM_KCV_BYTES], char text[WORDS_KCV])
{
    hex_encode(kcv, HSM_KCV_BYTES, text);
    return text;
}

const char *words_ea(uint16_t ea_mask, char text[WORDS_EA])
{
    bool sta = (ea_mask & (1U << 7)) != 0;
    bool misty = (ea_mask & (1U << 11)) != 0;
    (void)snprintf(text, WORDS_EA, "%s%s%s", sta ? "7" : "", sta && misty ? "," : "", misty ? "11" : "");
    return text;
}
