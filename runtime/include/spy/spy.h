/*
 * The whole runtime, in reading order. A client needs <spy/client.h> only, a server
 * <spy/server.h>; generated headers include what they use.
 */
#ifndef SPY_SPY_H
#define SPY_SPY_H

#include <spy/error.h>
#include <spy/value.h>
#include <spy/type.h>
#include <spy/stream.h>
#include <spy/call.h>
#include <spy/client.h>
#include <spy/server.h>

#endif
