#include "canvas.h"

#include <stdarg.h>
#include <string.h>

void canvas_clear(struct canvas *canvas)
{
    memset(canvas->styles, CANVAS_PLAIN, sizeof canvas->styles);
    for (unsigned row = 0; row < CANVAS_ROWS; row++) {
        memset(canvas->cells[row], ' ', CANVAS_COLUMNS);
        canvas->cells[row][CANVAS_COLUMNS] = '\0';
    }
}

void canvas_put(struct canvas *canvas, unsigned row, unsigned column, enum canvas_style style, const char *text)
{
    for (; row < CANVAS_ROWS && column < CANVAS_COLUMNS && *text != '\0'; column++, text++) {
        canvas->cells[row][column] = '?';
        if (*text >= ' ' && *text <= '~')
            canvas->cells[row][column] = *text;
        canvas->styles[row][column] = (uint8_t)style;
    }
}

void canvas_print(struct canvas *canvas, unsigned row, unsigned column, enum canvas_style style, const char *format,
                  ...)
{
    char text[CANVAS_COLUMNS + 1];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0)
        canvas_put(canvas, row, column, style, text);
}

void canvas_write(const struct canvas *canvas, FILE *file)
{
    for (unsigned row = 0; row < CANVAS_ROWS; row++) {
        int length = CANVAS_COLUMNS;
        while (length > 0 && canvas->cells[row][length - 1] == ' ')
            length--;
        (void)fprintf(file, "%.*s\n", length, canvas->cells[row]);
    }
}
