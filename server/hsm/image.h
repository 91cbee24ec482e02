/* A whole token as data, and a clean token made of it: the catalogue's entries as they are stored, each with its MAC,
 * and the wrapped backup of every key. None of it is a secret without backup-kek. */
#ifndef MV_HSM_IMAGE_H
#define MV_HSM_IMAGE_H

#include "hsm/hsm.h"

enum { HSM_IMAGE_RECORD = 512, HSM_IMAGE_RECORDS = HSM_MAX_ENTRIES + 1 };

struct hsm_image {
    char serial[HSM_SERIAL_SIZE]; /* of the token that it was made of */
    struct {
        size_t size;
        uint8_t data[HSM_IMAGE_RECORD];
    } records[HSM_IMAGE_RECORDS]; /* in order of generation, the head last */
    size_t record_count;
    struct {
        char label[HSM_LABEL_SIZE];
        size_t size;
        uint8_t wrapped[HSM_MAX_WRAPPED];
    } keys[HSM_MAX_KEYS];
    size_t key_count;
}; /* about 200 kB */

/* Whether an image must hold a key's wrapped backup: all but backup-kek, whose backup its officers hold, and
 * audit-sign, whose private key has none. */
bool hsm_image_needs(const struct hsm_key_info *info);

/* Serial and records; the keys are the caller's to add. */
MV_MUST_USE mv_status hsm_image_read(struct hsm *hsm, struct hsm_image *image);
/* What the image says of officers, rules and keys. Nothing of it is proven before hsm_image_restore proves these same
 * bytes. BACKUP_REFUSED when it is not of the form. */
MV_MUST_USE mv_status hsm_image_catalogue(const struct hsm_image *image, struct hsm_catalogue *catalogue);
/* Opens a backup inside the token and asks its KCV: BACKUP_REFUSED when it is altered or of another backup key,
 * KCV_MISMATCH when it is another key. Nothing stays. The host sees a DKGA02 key, as it does whenever that is used. */
MV_MUST_USE mv_status hsm_backup_prove(struct hsm *hsm, const struct hsm_key_info *info, const uint8_t *wrapped,
                                       size_t size);

/* Makes keys and catalogue of `image` in a token without a catalogue, under the same generation, or leaves nothing.
 * `backup_kek`: HSM_BACKUP_KEK_BYTES of secret memory. TOKEN_IN_USE; BACKUP_REFUSED names what is wrong with the image;
 * KCV_MISMATCH when a key in it is not the catalogue's. */
MV_MUST_USE mv_status hsm_image_restore(struct hsm *hsm, const uint8_t *backup_kek, const struct hsm_image *image);

#endif
