/* Preloaded: at the end of a program looks for byte strings in all that it could write to. The strings are lines of hex
 * in the file NEEDLES, each byte turned over, so that reading them leaves no copy. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 16, LENGTH = 64, MASK = 0xA5 };

static unsigned char needles[MOST][LENGTH];
static size_t lengths[MOST];
static size_t count;

static int read_byte(const char *text, unsigned char *byte)
{
    char pair[3] = "";
    char *end = pair;
    (void)strncat(pair, text, 2);
    *byte = (unsigned char)strtoul(pair, &end, 16);
    return end == pair + 2;
}

static void read_needles(void)
{
    char line[2 * LENGTH + 2];
    const char *path = getenv("NEEDLES");
    FILE *file = path != NULL ? fopen(path, "r") : NULL;
    while (file != NULL && count < MOST && fgets(line, sizeof line, file) != NULL) {
        while (lengths[count] < LENGTH && read_byte(line + 2 * lengths[count], &needles[count][lengths[count]]))
            lengths[count]++;
        count++;
    }
    if (file != NULL)
        (void)fclose(file);
}

static int is_at(const volatile unsigned char *at, size_t needle)
{
    for (size_t i = 0; at != NULL && i < lengths[needle]; i++)
        if ((at[i] ^ MASK) != needles[needle][i])
            return 0;
    return lengths[needle] > 0;
}

static void scan(const unsigned char *from, const unsigned char *to)
{
    for (size_t needle = 0; needle < count; needle++)
        for (const unsigned char *at = from; at + lengths[needle] <= to; at++)
            if (is_at(at, needle))
                (void)dprintf(2, "RESIDUE %zu\n", needle);
}

__attribute__((destructor)) static void look(void)
{
    static char maps[1 << 18];
    size_t used = 0;
    ssize_t got = 0;
    read_needles();
    int file = open("/proc/self/maps", O_RDONLY);
    while (file >= 0 && (got = read(file, maps + used, sizeof maps - 1 - used)) > 0)
        used += (size_t)got;
    (void)close(file);
    for (char *line = strtok(maps, "\n"); count > 0 && line != NULL; line = strtok(NULL, "\n")) {
        char *at = line;
        unsigned long from = strtoul(line, &at, 16);
        unsigned long to = *at == '-' ? strtoul(at + 1, &at, 16) : 0;
        if (from != 0 && strncmp(at, " rw", 3) == 0)
            scan((const unsigned char *)from, (const unsigned char *)to);
    }
    (void)dprintf(2, "LOOKED FOR %zu\n", count);
}
