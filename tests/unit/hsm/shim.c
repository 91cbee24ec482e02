/* A PKCS#11 module for tests: SoftHSM with faults on demand. A file of a fault's name in $MV_SHIM_DIR switches it on.
 */
#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST shim;
static CK_MECHANISM_TYPE signing, encrypting, decrypting;

static bool wanted(const char *fault, bool once)
{
    char path[PATH_MAX];
    const char *directory = getenv("MV_SHIM_DIR");
    if (directory == NULL || snprintf(path, sizeof path, "%s/%s", directory, fault) >= (int)sizeof path)
        return false;
    return once ? unlink(path) == 0 : access(path, F_OK) == 0;
}

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    signing = mechanism->mechanism;
    return real->C_SignInit(session, mechanism, key);
}

/* As when a device was unplugged: every session and the login are gone. */
static CK_RV lose_session(CK_SESSION_HANDLE session)
{
    CK_SESSION_INFO info;
    if (real->C_GetSessionInfo(session, &info) == CKR_OK)
        (void)real->C_CloseAllSessions(info.slotID);
    return CKR_SESSION_HANDLE_INVALID;
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG size, CK_BYTE *mac, CK_ULONG *mac_size)
{
    if (wanted("hang", false))
        for (;;)
            (void)pause();
    if (wanted("lose-session", true))
        return lose_session(session);
    if (wanted("device-error", false))
        return CKR_DEVICE_ERROR;
    CK_RV rv = real->C_Sign(session, data, size, mac, mac_size);
    const char *fault = signing == CKM_SHA256_HMAC ? "wrong-hmac" : "wrong-cmac";
    if (rv == CKR_OK && mac != NULL && wanted(fault, false))
        mac[0] ^= 1;
    return rv;
}

static CK_RV sign_final(CK_SESSION_HANDLE session, CK_BYTE *mac, CK_ULONG *mac_size)
{
    if (wanted("lose-session", true))
        return lose_session(session);
    if (wanted("device-error", false))
        return CKR_DEVICE_ERROR;
    CK_RV rv = real->C_SignFinal(session, mac, mac_size);
    if (rv == CKR_OK && mac != NULL && wanted("wrong-parts", false))
        mac[0] ^= 1;
    return rv;
}

static CK_RV decrypt_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    decrypting = mechanism->mechanism;
    return real->C_DecryptInit(session, mechanism, key);
}

static CK_RV decrypt(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG size, CK_BYTE *out, CK_ULONG *out_size)
{
    CK_RV rv = real->C_Decrypt(session, data, size, out, out_size);
    if (rv == CKR_OK && out != NULL && decrypting == CKM_AES_CBC && wanted("wrong-cbc", false))
        out[0] ^= 1;
    return rv;
}

static CK_RV encrypt_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    encrypting = mechanism->mechanism;
    return real->C_EncryptInit(session, mechanism, key);
}

static CK_RV encrypt(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG size, CK_BYTE *out, CK_ULONG *out_size)
{
    bool des = encrypting == CKM_DES3_ECB;
    if (des && wanted("des-lose-session", true))
        return lose_session(session);
    CK_RV rv = real->C_Encrypt(session, data, size, out, out_size);
    if (des && wanted("des-device-error", false))
        return CKR_DEVICE_ERROR;
    if (des && rv == CKR_OK && out != NULL && wanted("wrong-des", false))
        out[0] ^= 1;
    if (rv == CKR_OK && out != NULL && wanted("wrong-ecb", false))
        out[0] ^= 1;
    return rv;
}

static CK_RV wrap(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE kek, CK_OBJECT_HANDLE key,
                  CK_BYTE *wrapped, CK_ULONG *size)
{
    CK_RV rv = real->C_WrapKey(session, mechanism, kek, key, wrapped, size);
    if (rv == CKR_OK && wrapped != NULL && wanted("wrong-wrap", false))
        wrapped[0] ^= 1;
    return rv;
}

static CK_RV derive(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base, CK_ATTRIBUTE *attributes,
                    CK_ULONG count, CK_OBJECT_HANDLE *key)
{
    CK_KEY_DERIVATION_STRING_DATA *string = mechanism->pParameter;
    if (mechanism->mechanism == CKM_AES_ECB_ENCRYPT_DATA && wanted("wrong-derive", false))
        string->pData[0] ^= 1;
    return real->C_DeriveKey(session, mechanism, base, attributes, count, key);
}

static CK_RV generate_random(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG size)
{
    CK_RV rv = real->C_GenerateRandom(session, data, size);
    if (rv == CKR_OK && wanted("wrong-random", false))
        memset(data, 0, size);
    return rv;
}

static CK_RV create_object(CK_SESSION_HANDLE session, CK_ATTRIBUTE *attributes, CK_ULONG count,
                           CK_OBJECT_HANDLE *object)
{
    for (CK_ULONG i = 0; i < count; i++) {
        bool is_class = attributes[i].type == CKA_CLASS && attributes[i].ulValueLen == sizeof(CK_OBJECT_CLASS);
        CK_OBJECT_CLASS class = CKO_SECRET_KEY;
        if (is_class)
            memcpy(&class, attributes[i].pValue, sizeof class);
        if (class == CKO_DATA && wanted("no-data", false))
            return CKR_ATTRIBUTE_VALUE_INVALID;
    }
    return real->C_CreateObject(session, attributes, count, object);
}

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    void *library = dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW | RTLD_LOCAL);
    CK_C_GetFunctionList get = NULL;
    if (library == NULL)
        return CKR_GENERAL_ERROR;
    *(void **)&get = dlsym(library, "C_GetFunctionList");
    if (get == NULL || get(&real) != CKR_OK)
        return CKR_GENERAL_ERROR;
    shim = *real;
    shim.C_SignInit = sign_init;
    shim.C_Sign = sign;
    shim.C_SignFinal = sign_final;
    shim.C_EncryptInit = encrypt_init;
    shim.C_Encrypt = encrypt;
    shim.C_DecryptInit = decrypt_init;
    shim.C_Decrypt = decrypt;
    shim.C_WrapKey = wrap;
    shim.C_DeriveKey = derive;
    shim.C_GenerateRandom = generate_random;
    shim.C_CreateObject = create_object;
    *list = &shim;
    return CKR_OK;
}
