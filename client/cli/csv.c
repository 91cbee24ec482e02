#include "csv.h"

#include <string.h>

static const char byte_order_mark[] = "\xEF\xBB\xBF";

void csv_begin(struct csv_reader *reader, FILE *file)
{
    *reader = (struct csv_reader){.file = file};
}

static int next_byte(struct csv_reader *reader)
{
    int byte = getc_unlocked(reader->file);
    if (byte != EOF)
        reader->bytes++;
    return byte;
}

static void put(struct csv_reader *reader, int byte)
{
    if (reader->used + 1 < sizeof reader->text)
        reader->text[reader->used++] = (char)byte;
    else
        reader->wrong = "the row is too long";
}

static void end_field(struct csv_reader *reader, size_t *from)
{
    if (reader->count < CSV_FIELDS)
        reader->fields[reader->count++] = reader->text + *from;
    else
        reader->wrong = "the row has too many fields";
    put(reader, '\0');
    *from = reader->used;
}

/* What comes after a closing quote; the field ended there. */
static int after_quote(struct csv_reader *reader, int byte)
{
    while (byte != EOF && byte != ',' && byte != '\n') {
        if (byte != '\r')
            reader->wrong = "text follows a closing quote";
        byte = next_byte(reader);
    }
    return byte;
}

/* Behind the opening quote. Returns what ended the field: a comma, a line feed or EOF. */
static int quoted(struct csv_reader *reader)
{
    for (;;) {
        int byte = next_byte(reader);
        if (byte == EOF) {
            reader->wrong = "a quote is not closed";
            return EOF;
        }
        if (byte == '"') {
            byte = next_byte(reader);
            if (byte != '"')
                return after_quote(reader, byte);
        }
        if (byte == '\0')
            reader->wrong = "the row holds a zero byte";
        put(reader, byte);
    }
}

static int plain(struct csv_reader *reader, int byte)
{
    while (byte != EOF && byte != ',' && byte != '\n') {
        if (byte == '"')
            reader->wrong = "a quote stands inside a field that is not quoted";
        if (byte == '\0')
            reader->wrong = "the row holds a zero byte";
        put(reader, byte);
        byte = next_byte(reader);
    }
    if (byte != ',' && reader->used > 0 && reader->text[reader->used - 1] == '\r')
        reader->used--; /* of CRLF */
    return byte;
}

static int skip_mark(struct csv_reader *reader, int byte)
{
    if (reader->bytes != 1 || byte != (unsigned char)byte_order_mark[0])
        return byte;
    for (size_t i = 1; byte_order_mark[i] != '\0'; i++)
        if (next_byte(reader) != (unsigned char)byte_order_mark[i])
            reader->wrong = "the file begins with half a byte order mark";
    return next_byte(reader);
}

/* Past empty lines. */
static int first_byte(struct csv_reader *reader)
{
    int byte = skip_mark(reader, next_byte(reader));
    while (byte == '\n' || byte == '\r')
        byte = next_byte(reader);
    return byte;
}

enum csv_result csv_next(struct csv_reader *reader)
{
    size_t from = 0;
    reader->used = 0;
    reader->count = 0;
    reader->wrong = NULL;
    reader->terminated = false;
    int byte = first_byte(reader);
    if (byte == EOF)
        return CSV_END;
    for (;;) {
        byte = byte == '"' ? quoted(reader) : plain(reader, byte);
        end_field(reader, &from);
        if (byte != ',')
            break;
        byte = next_byte(reader);
    }
    reader->terminated = byte == '\n';
    return reader->wrong == NULL ? CSV_GOOD : CSV_BAD;
}

void csv_write(FILE *file, const char *text)
{
    bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    bool quote = formula || strpbrk(text, ",\" ") != NULL;
    if (quote)
        (void)putc('"', file);
    if (formula)
        (void)putc('\'', file);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            (void)putc('"', file);
        (void)putc(*text < ' ' || *text > '~' ? '?' : *text, file);
    }
    if (quote)
        (void)putc('"', file);
}
