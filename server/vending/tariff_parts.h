/* What the files about kept tariffs share. */
#ifndef MV_VENDING_TARIFF_PARTS_H
#define MV_VENDING_TARIFF_PARTS_H

#include "vending/directory.h"
#include "vending/tariffs.h"

/* Name and version number are copied; who put it in and why it is doubted are the caller's to set. */
void vend_tariff_to_row(const struct vend_tariff_version *tariff, struct store_tariff *row);
/* LEDGER_CORRUPT when it is not in order. */
MV_MUST_USE mv_status vend_tariff_from_row(const struct store_tariff *row, struct vend_tariff_version *tariff);
/* The same with names of organisation and people. */
MV_MUST_USE mv_status vend_tariff_fill(struct vend *vend, const struct store_tariff *row, struct vend_tariff *tariff);
/* Whether somebody of this organisation sees its tariffs: those above may serve it. */
bool vend_tariff_visible(struct vend *vend, const struct vend_identity *identity, int64_t organisation);
/* `below` is `above` or lies below it. */
bool vend_lies_below(struct vend_directory *directory, int64_t above, int64_t below);

#endif
