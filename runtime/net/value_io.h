/* The system's clock and randomness, as the core takes them in. */
#ifndef SPY_NET_VALUE_IO_H
#define SPY_NET_VALUE_IO_H

#include <core/arena.h>

extern const struct spy_env spy_system_env;

#endif
