#include "vending/digest.h"

#include <openssl/evp.h>

#include "base/wire.h"

enum { FORM = 1, LONGEST = 256 };

mv_status vend_digest_sale(const struct vend_sale_request *request, uint8_t digest[VEND_DIGEST])
{
    uint8_t fields[LONGEST];
    struct mv_writer writer = mv_writer_on(fields, sizeof fields);
    mv_put_u8(&writer, FORM);
    mv_put_text(&writer, "credit");
    mv_put_text(&writer, request->terminal);
    mv_put_text(&writer, request->pan);
    mv_put_u8(&writer, (uint8_t)request->quantity.unit);
    mv_put_u64(&writer, (uint64_t)request->quantity.amount);
    mv_put_u8(&writer, (uint8_t)request->carrier);
    if (!mv_writer_ok(&writer))
        return mv_fail(MV_INTERNAL_ERROR, "digest");
    unsigned size = VEND_DIGEST;
    if (EVP_Digest(fields, writer.used, digest, &size, EVP_sha256(), NULL) != 1)
        return mv_fail(MV_INTERNAL_ERROR, "digest");
    return mv_ok();
}
