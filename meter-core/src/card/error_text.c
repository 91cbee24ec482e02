#include <stddef.h>

#include "metervault/card.h"

static const struct {
    uint16_t error;
    const char *text;
} texts[] = {
    {MV_CARD_NO_ERROR, "no error"},
    {MV_CARD_NO_CHANGES, "the card found nothing to change"},
    {MV_CARD_OUT_OF_MEMORY, "the card has no room"},
    {MV_CARD_ILLEGAL_COMMAND, "the card does not know the command"},
    {MV_CARD_INTEGRITY, "the card found MAC, checksum or padding of the command wrong"},
    {MV_CARD_NO_SUCH_KEY, "the card has no such key"},
    {MV_CARD_LENGTH, "the card found the command's length wrong"},
    {MV_CARD_PERMISSION, "the card does not permit this"},
    {MV_CARD_PARAMETER, "the card found a parameter wrong"},
    {MV_CARD_NO_APPLICATION, "the card has no application of ours"},
    {MV_CARD_AUTHENTICATION, "the card refused the key"},
    {MV_CARD_BOUNDARY, "beyond the end of a file of the card"},
    {MV_CARD_ABORTED, "the card broke the command off"},
    {MV_CARD_DUPLICATE, "file or application are on the card already"},
    {MV_CARD_MEMORY_FAILED, "the card's memory failed"},
    {MV_CARD_NO_FILE, "the card has no such file"},
    {MV_CARD_OTHER_STATUS, "the card answered with an unknown status"},
    {MV_CARD_FOREIGN, "no card of this kind"},
    {MV_CARD_FALSE, "the card did not prove that it has the key"},
    {MV_CARD_MAC_WRONG, "the MAC of the card's answer is wrong"},
    {MV_CARD_FORMAT, "the card's answer has a wrong form"},
    {MV_CARD_TOO_LONG, "more data than a session takes"},
    {MV_CARD_CIPHER, "the cipher failed"},
    {MV_CARD_STATE, "not possible in this state of the session"},
};

const char *mv_card_error_text(enum mv_card_error error)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].error == (uint16_t)error)
            return texts[i].text;
    }
    return "unknown";
}
