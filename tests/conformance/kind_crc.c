#include <string.h>

#include "kinds.h"

void kind_crc(struct facts *facts, const struct vector *vector)
{
    uint8_t data[VECTOR_TEXT];
    size_t size = 0;
    size_t more = 0;
    char text[VECTOR_TEXT];
    if (vector_text(vector, "data_ascii", text)) {
        size = strlen(text);
        memcpy(data, text, size);
    } else if (!vector_bytes(vector, "data_hex", data, sizeof data, &size)) {
        facts_trouble(facts, "input data_hex or data_ascii is missing");
        return;
    }
    if (vector_has(vector, "append_hex") &&
        !vector_bytes(vector, "append_hex", data + size, sizeof data - size, &more)) {
        facts_trouble(facts, "input append_hex is no hex");
        return;
    }
    facts_hex(facts, "crc_hex", mv_sts_crc(data, (unsigned)(size + more)), 4);
}
