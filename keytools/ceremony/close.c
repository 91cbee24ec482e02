/* The end of a ceremony, whatever it was: strange keys are looked for, the transcript is closed and signed. */
#include "ceremony/ceremony.h"
#include "hex.h"
#include "terminal.h"

/* Secret and private keys of the token that are in no catalogue; -1: nobody could look. */
static int strangers(struct ceremony *ceremony)
{
    size_t count = 0;
    char label[HSM_LABEL_SIZE] = "";
    if (ceremony->session.hsm == NULL ||
        !hsm_strangers(ceremony->session.hsm, ceremony->session.catalogue, &count, label).ok)
        return -1;
    terminal_say(count == 0 ? "No key is in the token that its catalogue does not know.\n"
                            : "KEYS ARE IN THE TOKEN THAT ITS CATALOGUE DOES NOT KNOW.\n");
    return (int)count;
}

static mv_status sign(struct ceremony *ceremony)
{
    uint8_t signature[HSM_SIGNATURE_MOST];
    uint8_t der[HSM_SIGN_PUBLIC];
    uint8_t fingerprint[TRANSCRIPT_HASH];
    char signature_hex[2 * sizeof signature + 1];
    char der_hex[2 * sizeof der + 1];
    size_t size = 0;
    uint32_t version = 0;
    const struct session *session = &ceremony->session;
    MV_TRY(hsm_sign(session->hsm, session->catalogue, ceremony->transcript.head, signature, &size, &version));
    MV_TRY(hsm_sign_public(session->catalogue, version, der));
    MV_TRY(transcript_fingerprint(der, fingerprint));
    hex_encode(signature, size, signature_hex);
    hex_encode(der, sizeof der, der_hex);
    ceremony_record(ceremony, "signature",
                    json_pack("{s:s, s:I, s:s, s:s}", "key", "audit-sign", "version", (json_int_t)version, "public_key",
                              der_hex, "signature", signature_hex));
    ceremony_fingerprint("Signed by audit-sign, SHA-256 of its public key", fingerprint, sizeof fingerprint);
    return ceremony->recording;
}

mv_status ceremony_finish(struct ceremony *ceremony, bool completed)
{
    bool token = ceremony->token_made || ceremony->before->generation > 0;
    if (ceremony->session.hsm == NULL && token && !ceremony->pin_refused) {
        mv_status opened = ceremony_open(ceremony);
        if (!opened.ok)
            ceremony_record(ceremony, "refused", ceremony_reason(opened));
    }
    mv_status known = ceremony->session.hsm != NULL ? ceremony_read_catalogue(ceremony) : mv_ok();
    if (!known.ok)
        ceremony_record(ceremony, "refused", ceremony_reason(known));
    completed = completed && known.ok;
    const struct session *session = &ceremony->session;
    bool signs = session->hsm != NULL && hsm_sign_newest(session->hsm, session->catalogue) != NULL;
    json_t *line = json_pack("{s:s, s:I, s:I, s:i, s:b}", "result", completed ? "completed" : "aborted", "steps_done",
                             (json_int_t)ceremony->steps_done, "steps", (json_int_t)ceremony->script->step_count,
                             "strangers", strangers(ceremony), "signed", (int)signs);
    if (session->hsm != NULL)
        (void)json_object_set_new(line, "generation", json_integer((json_int_t)session->catalogue->generation));
    ceremony_record(ceremony, "closed", line);
    if (!signs)
        terminal_say("There is no key to sign the transcript with: it is closed unsigned.\n");
    mv_status status = signs && ceremony->recording.ok ? sign(ceremony) : ceremony->recording;
    ceremony_fingerprint("Head of the transcript, to be written on paper", ceremony->transcript.head, TRANSCRIPT_HASH);
    return known.ok ? status : known;
}
