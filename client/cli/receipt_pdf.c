#include <cairo-pdf.h>

#include "base/qr.h"
#include "receipt.h"

/* in points, 1/72 inch: a page of 80 mm */
static const double page_width = 226.8, margin = 10, text_size = 8.5, big_size = 13, line_height = 12,
                    module_size = 2.6;

static const char face[] = "WenQuanYi Micro Hei"; /* has Latin letters too */

static cairo_status_t put(void *out, const unsigned char *data, unsigned int size)
{
    return fwrite(data, 1, size, out) == size ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static double height_of(const struct receipt_row *row)
{
    if (row->style == RECEIPT_QR)
        return (QR_SIDE + 2 * QR_QUIET) * module_size;
    return row->style == RECEIPT_BIG ? line_height * 1.6 : line_height;
}

static double width_of(cairo_t *cairo, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(cairo, text, &extents);
    return extents.x_advance;
}

static void put_text(cairo_t *cairo, double x, double y, const char *text)
{
    cairo_move_to(cairo, x, y);
    cairo_show_text(cairo, text);
}

/* As large as it should be, or as large as it fits. */
static void set_size(cairo_t *cairo, double size, const char *left, const char *right)
{
    const double room = page_width - 2 * margin - (right[0] != '\0' ? text_size : 0);
    cairo_set_font_size(cairo, size);
    double width = width_of(cairo, left) + width_of(cairo, right);
    if (width > room)
        cairo_set_font_size(cairo, size * room / width);
}

static void draw_qr(cairo_t *cairo, double y, const char *text)
{
    struct qr qr;
    const double x = (page_width - QR_SIDE * module_size) / 2;
    if (!qr_make(text, &qr))
        return;
    for (int row = 0; row < QR_SIDE; row++)
        for (int column = 0; column < QR_SIDE; column++)
            if (qr.modules[row][column] != 0)
                cairo_rectangle(cairo, x + column * module_size, y + (row + QR_QUIET) * module_size, module_size,
                                module_size);
    cairo_fill(cairo);
}

static void draw(cairo_t *cairo, const struct receipt_row *row, double y)
{
    const double base = y + height_of(row) * 0.75;
    const double right = page_width - margin;
    switch (row->style) {
    case RECEIPT_RULE:
        cairo_set_line_width(cairo, 0.5);
        cairo_move_to(cairo, margin, y + line_height / 2);
        cairo_line_to(cairo, right, y + line_height / 2);
        cairo_stroke(cairo);
        return;
    case RECEIPT_QR:
        draw_qr(cairo, y, row->left);
        return;
    case RECEIPT_PLAIN:
        set_size(cairo, text_size, row->left, row->right);
        put_text(cairo, margin, base, row->left);
        put_text(cairo, right - width_of(cairo, row->right), base, row->right);
        return;
    default:
        set_size(cairo, row->style == RECEIPT_BIG ? big_size : text_size, row->left, "");
        put_text(cairo, (page_width - width_of(cairo, row->left)) / 2, base, row->left);
    }
}

struct page {
    cairo_t *cairo;
    double y;
};

static void add_height(void *self, const struct receipt_row *row)
{
    double *height = self;
    *height += height_of(row);
}

static void draw_next(void *self, const struct receipt_row *row)
{
    struct page *page = self;
    draw(page->cairo, row, page->y);
    page->y += height_of(row);
}

bool receipt_pdf(const struct receipt *receipt, FILE *out)
{
    double height = 2 * margin;
    receipt_lay(receipt, RECEIPT_COLUMNS, add_height, &height);
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(put, out, page_width, height);
    struct page page = {cairo_create(surface), margin};
    cairo_select_font_face(page.cairo, face, CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    receipt_lay(receipt, RECEIPT_COLUMNS, draw_next, &page);
    bool good = cairo_status(page.cairo) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(page.cairo);
    cairo_surface_finish(surface);
    good = good && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(surface);
    return good && fflush(out) == 0;
}
