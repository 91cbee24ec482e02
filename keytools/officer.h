/* An officer's certificate: who may sign approvals is known by it. */
#ifndef KEYTOOLS_OFFICER_H
#define KEYTOOLS_OFFICER_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "hsm/catalogue.h"

/* Reads a PEM certificate and fills name, SHA-256 of the DER form and end. INVALID_FIELD unless the certificate is
 * valid now, its key is on P-256 or P-384, and one URI of its subject alternative name is
 * urn:metervault:principal:NAME. */
MV_MUST_USE mv_status officer_from_certificate(const char *name, const char *path, struct hsm_officer *officer);

/* The DER form of a PEM certificate, whoever's it is. */
MV_MUST_USE mv_status officer_certificate_der(const char *path, uint8_t *der, size_t size, size_t *used);

#endif
