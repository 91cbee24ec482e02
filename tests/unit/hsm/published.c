#include "published.h"

#include <string.h>

static const char KEY_AB[] = "ABABABABABABABAB";
static const char KEY_94[] = "9494949494949494";
static const char KEY_160[] = "ABABABABABABABAB949494949494949401234567";

const struct published published[PUBLISHED] = {
    {"n-nectar_1-s1",
     {"600727000000000009", "123456", 1, 1, 2, 255, 7, 2, 1993},
     KEY_AB,
     0x055AB659000A3504,
     "66475648316756821785"},
    {"n-1002-ctsa25-s1",
     {"600727000000000009", "123457", 1, 1, 2, 255, 7, 4, 1993},
     KEY_160,
     0x05806A600001C68D,
     "15697331168573253829"},
    {"n-1002-ctsa25-s5",
     {"600727000000000009", "123457", 4, 1, 2, 255, 7, 4, 2014},
     KEY_160,
     0x050001E00001DA9F,
     "20324881626382980759"},
    {"n-1002-ctsa25-s10",
     {"600727000000000009", "123457", 5, 1, 2, 255, 7, 4, 2035},
     KEY_160,
     0x150001E50001C80E,
     "31176414469542247929"},
    {"n-1004-ctsa01-s1",
     {"600727000000000009", "123457", 1, 1, 2, 255, 11, 4, 1993},
     KEY_160,
     0x0559982C00012831,
     "59386323472137426967"},
    {"n-1004-ctsa01-s9",
     {"600727000000000009", "123457", 4, 1, 2, 255, 11, 4, 2014},
     KEY_160,
     0x050001E00001DA9F,
     "13444522537517076834"},
    {"n-1004-ctsa01-s13",
     {"600727000000000009", "123457", 5, 1, 2, 255, 11, 4, 2035},
     KEY_160,
     0x050001E00001DA9F,
     "11907826947753213480"},
    {"n-1002-ctsa19-s2-credit",
     {"600727000000000009", "123456", 2, 1, 2, 85, 7, 2, 1993},
     KEY_AB,
     0x054A36020001ED13,
     "07731698895042112630"},
    {"n-1002-ctsa19-s4-credit",
     {"600727000000000009", "888888", 1, 1, 2, 85, 7, 2, 1993},
     KEY_94,
     0x054A360C00018CD0,
     "17352963892501043261"},
    {"n-1004-ctsa19-s4-credit",
     {"600727000000000009", "123461", 1, 1, 2, 255, 11, 4, 1993},
     KEY_160,
     0x055A45EC00015661,
     "22571219105476013350"},
    {"c07-ctsa01-s3",
     {"600727000000000009", "201457", 1, 1, 2, 255, 7, 4, 2014},
     KEY_160,
     0x25014EF60001172F,
     "17623693525614927277"},
    {"c07-ctsa01-s11",
     {"600727000000000009", "203557", 6, 1, 2, 255, 7, 4, 2035},
     KEY_160,
     0x250001EA0001FDFD,
     "47243053843369966174"},
    {"c07-ctsa19-credit-s2",
     {"600727000000000009", "201457", 2, 1, 2, 255, 7, 4, 2014},
     KEY_160,
     0x055243920001D730,
     "15747888182118163921"},
    {"c11-ctsa01-s4",
     {"600727000000000009", "201457", 1, 1, 2, 255, 11, 4, 2014},
     KEY_160,
     0x35014EFB0001847C,
     "56315517019641818580"},
};

void published_import(struct hsm *hsm)
{
    for (size_t i = 0; i < PUBLISHED; i++) {
        const struct hsmd_meter *meter = &published[i].meter;
        struct hsm_vending_scope scope = {.krn = meter->krn, .kt = meter->kt, .dkga = meter->dkga, .ken = 255};
        memcpy(scope.sgc, meter->sgc, sizeof scope.sgc);
        scope.base_date = meter->base_date;
        scope.ea_mask = meter->dkga == 2 ? 0x80 : 0x880;
        mv_status status = test_token_vending(hsm, scope, published[i].vending_key);
        /* several of them share a key */
        if (status.ok || status.reason != MV_KEY_EXISTS)
            test_ok(status, published[i].id);
    }
}
