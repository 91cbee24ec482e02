/* Runs a fuzz target's first inputs once, where there is no fuzzer: replay FILE... */
#include <stdint.h>
#include <stdio.h>

enum { MAX_INPUT = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    static uint8_t data[MAX_INPUT];
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rbe");
        if (file == NULL) {
            perror(argv[i]);
            return 1;
        }
        size_t size = fread(data, 1, sizeof data, file);
        (void)fclose(file);
        printf("%s: %zu bytes\n", argv[i], size);
        (void)LLVMFuzzerTestOneInput(data, size);
    }
    return argc > 1 ? 0 : 1;
}
