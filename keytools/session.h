/* An officer's session with the token: configuration, module, login, self-test, catalogue. */
#ifndef KEYTOOLS_SESSION_H
#define KEYTOOLS_SESSION_H

#include "base/status.h"
#include "hsm/hsm.h"
#include "seen.h"

struct session {
    struct hsm_config config;
    struct hsm *hsm;
    struct hsm_catalogue *catalogue; /* as read at login */
    struct seen seen;                /* of this token, by earlier sessions and this one */
    bool acts;                       /* an act is judged in it: what it writes is noted at its end */
};

/* Opens, logs in, self-tests and reads the catalogue. The PIN comes from the file or credential of the configuration,
 * or from the terminal when there is none. TOKEN_ROLLED_BACK when a newer catalogue of the token was seen. Close it in
 * any case. */
MV_MUST_USE mv_status session_open(const char *config_path, struct session *session);
void session_close(struct session *session);
/* For an act: notes the catalogue and the time as seen. FILE_FAILED: without it the act is not done. */
MV_MUST_USE mv_status session_note(struct session *session);
/* A ceremony logs in once for all its acts: until it is taken back (NULL), session_open lends `own` with its catalogue
 * read anew, whatever the path, and session_close leaves it open. */
void session_lend(struct session *own);

/* Destroys what a creation that was cut short left in the token, and says so to the officers and the transcript. */
MV_MUST_USE mv_status session_clear_leftovers(struct session *session);

/* A PIN into secret memory of HSM_PIN_SIZE bytes: from `file` (mode 0600) when not NULL, otherwise typed; `twice` asks
 * again, for a PIN that is being chosen. */
MV_MUST_USE mv_status session_ask_pin(const char *file, const char *prompt, bool twice, char *pin);
/* The user PIN: from the configuration's file or credential if it exists, else from the terminal; `choose` is the
 * prompt of a PIN that is being chosen, and typed twice, NULL where the token has one. */
MV_MUST_USE mv_status session_user_pin(const struct hsm_config *config, const char *choose, char *pin);
/* Whether the configuration's file or credential has it. */
bool session_pin_is_stored(const struct hsm_config *config);

#endif
