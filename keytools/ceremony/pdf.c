/* The page drawn by cairo: one column of text in a fixed width, long lines broken at blanks. */
#include <cairo-pdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/page.h"
#include "files.h"

#define A4_WIDTH  595.0
#define A4_HEIGHT 842.0
#define MARGIN    50.0
#define FONT      8.0
#define LEADING   11.0

enum { COLUMNS = 98, INDENT = 6, MOST_PDF = 8 << 20 };

struct paper {
    cairo_t *cairo;
    double y;
    unsigned page;
};

struct buffer {
    unsigned char *data;
    size_t used;
};

static void footer(struct paper *paper)
{
    char text[32];
    (void)snprintf(text, sizeof text, "page %u", paper->page);
    cairo_move_to(paper->cairo, MARGIN, A4_HEIGHT - MARGIN / 2);
    cairo_show_text(paper->cairo, text);
}

static void draw(struct paper *paper, const char *text)
{
    if (paper->y > A4_HEIGHT - MARGIN) {
        footer(paper);
        cairo_show_page(paper->cairo);
        paper->page++;
        paper->y = MARGIN;
    }
    cairo_move_to(paper->cairo, MARGIN, paper->y);
    cairo_show_text(paper->cairo, text);
    paper->y += LEADING;
}

/* Bytes of `text` that fit in `columns`, in whole characters and, where there is one, up to a blank. */
static size_t fitting(const char *text, size_t columns)
{
    size_t at = 0;
    size_t blank = 0;
    for (size_t characters = 0; text[at] != '\0'; characters++) {
        if (characters == columns)
            return blank > 0 ? blank : at;
        if (text[at] == ' ' && characters > columns / 2)
            blank = at;
        do
            at++;
        while (((unsigned char)text[at] & 0xC0U) == 0x80);
    }
    return at;
}

static void draw_line(struct paper *paper, const char *line)
{
    char piece[4 * COLUMNS + INDENT + 1];
    size_t indent = 0;
    do {
        size_t length = fitting(line, COLUMNS - indent);
        (void)snprintf(piece, sizeof piece, "%*s%.*s", (int)indent, "", (int)length, line);
        draw(paper, piece);
        line += length;
        line += strspn(line, " ");
        indent = INDENT;
    } while (*line != '\0');
}

static cairo_status_t collect(void *context, const unsigned char *data, unsigned length)
{
    struct buffer *buffer = context;
    if (length > MOST_PDF - buffer->used)
        return CAIRO_STATUS_WRITE_ERROR;
    memcpy(buffer->data + buffer->used, data, length);
    buffer->used += length;
    return CAIRO_STATUS_SUCCESS;
}

static void draw_all(struct paper *paper, char *text)
{
    char *rest = NULL;
    cairo_select_font_face(paper->cairo, "monospace", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(paper->cairo, FONT);
    for (char *line = text; line != NULL && *line != '\0'; line = rest) {
        rest = strchr(line, '\n');
        if (rest != NULL)
            *rest++ = '\0';
        draw_line(paper, line);
    }
    footer(paper);
}

static mv_status render(char *text, struct buffer *buffer)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(collect, buffer, A4_WIDTH, A4_HEIGHT);
    struct paper paper = {.cairo = cairo_create(surface), .y = MARGIN, .page = 1};
    draw_all(&paper, text);
    cairo_status_t drawn = cairo_status(paper.cairo);
    cairo_destroy(paper.cairo);
    cairo_surface_finish(surface);
    cairo_status_t written = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return drawn == CAIRO_STATUS_SUCCESS && written == CAIRO_STATUS_SUCCESS ? mv_ok()
                                                                            : mv_fail(MV_FILE_FAILED, "PDF: cairo");
}

mv_status page_pdf(const char *text, const char *path)
{
    struct buffer buffer = {.data = malloc(MOST_PDF)};
    char *copy = strdup(text);
    mv_status status = buffer.data == NULL || copy == NULL ? mv_fail(MV_OUT_OF_MEMORY, "PDF") : render(copy, &buffer);
    if (status.ok)
        status = file_create(path, buffer.data, buffer.used, "PDF");
    free(copy);
    free(buffer.data);
    return status;
}
