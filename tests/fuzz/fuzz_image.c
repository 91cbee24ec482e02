/* The file of a token's backup from anywhere: what is taken is within its bounds. */
#include <stdlib.h>
#include <string.h>

#include "image_file.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct hsm_image image;
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    if (image_parse(text, &image).ok) {
        require(image.record_count <= HSM_IMAGE_RECORDS && image.key_count <= HSM_MAX_KEYS);
        for (size_t i = 0; i < image.record_count; i++)
            require(image.records[i].size > 0 && image.records[i].size <= HSM_IMAGE_RECORD);
        for (size_t i = 0; i < image.key_count; i++)
            require(image.keys[i].size > 0 && image.keys[i].size <= HSM_MAX_WRAPPED &&
                    memchr(image.keys[i].label, '\0', sizeof image.keys[i].label) != NULL);
    }
    free(text);
    return 0;
}
