/* CardService.Session: a session lives in its stream and dies with it. */
#ifndef MV_API_CARD_SESSION_H
#define MV_API_CARD_SESSION_H

#include "rpc/rpc.h"

rpc_handler api_card_session;

#endif
