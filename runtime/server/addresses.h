/*
 * How many connections each address has, over all workers: a table of those that have any.
 * Only used with limits.per_address; the one thing that workers share under a lock, taken
 * twice per connection.
 */
#ifndef SPY_SERVER_ADDRESSES_H
#define SPY_SERVER_ADDRESSES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* An IPv6 address, or an IPv4 one as ::ffff:a.b.c.d; all zero for a unix socket. IPv6 is
 * counted by /64, which is what one customer gets. */
struct spy_address {
	uint8_t bytes[16];
};

struct spy_address_entry;
struct spy_addresses {
	pthread_mutex_t lock;
	struct spy_address_entry *entries;
	uint32_t size, used; /* size is a power of two or 0 */
};

void spy_addresses_init(struct spy_addresses *addresses);
void spy_addresses_fini(struct spy_addresses *addresses);

/* What stands for a peer in the table. */
struct spy_address spy_address_of(const struct sockaddr_storage *peer);

/* One more, unless it has `max` already (or there is no memory): false. */
bool spy_addresses_enter(struct spy_addresses *addresses, struct spy_address address,
			 uint32_t max);
/* One less. */
void spy_addresses_leave(struct spy_addresses *addresses, struct spy_address address);

#endif
