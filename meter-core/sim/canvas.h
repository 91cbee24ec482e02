/* A page of characters: what the panel is drawn on before a terminal or a text file gets it. */
#ifndef MV_SIM_CANVAS_H
#define MV_SIM_CANVAS_H

#include <stdint.h>
#include <stdio.h>

enum { CANVAS_ROWS = 24, CANVAS_COLUMNS = 80 };
enum canvas_style { CANVAS_PLAIN, CANVAS_BOLD, CANVAS_DIM, CANVAS_REVERSE };

struct canvas {
    char cells[CANVAS_ROWS][CANVAS_COLUMNS + 1]; /* printable ASCII, each row terminated */
    uint8_t styles[CANVAS_ROWS][CANVAS_COLUMNS]; /* enum canvas_style */
};

void canvas_clear(struct canvas *canvas);
/* What does not fit into the row is left off; what is not printable ASCII becomes '?'. */
void canvas_put(struct canvas *canvas, unsigned row, unsigned column, enum canvas_style style, const char *text);
__attribute__((format(printf, 5, 6))) void canvas_print(struct canvas *canvas, unsigned row, unsigned column,
                                                        enum canvas_style style, const char *format, ...);
/* Its rows without spaces at their ends. */
void canvas_write(const struct canvas *canvas, FILE *file);

#endif
