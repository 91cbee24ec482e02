/* A transcript as a page: text with signature lines, or the same as a PDF. */
#ifndef KEYTOOLS_CEREMONY_PAGE_H
#define KEYTOOLS_CEREMONY_PAGE_H

#include <stddef.h>

#include "base/status.h"

/* The page of a transcript that verifies, or is a good beginning, as text to free. TRANSCRIPT_REFUSED (remarked on with
 * line and reason) when it does not verify. */
MV_MUST_USE mv_status page_make(const char *transcript, size_t size, char **text);
/* A new PDF file of A4 pages. FILE_FAILED. */
MV_MUST_USE mv_status page_pdf(const char *text, const char *path);

#endif
