/* Open addressing with removal by shifting back; at most half full. See addresses.h. */
#include <server/addresses.h>

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct spy_address_entry {
	struct spy_address address;
	uint32_t count; /* 0: free */
};

void spy_addresses_init(struct spy_addresses *addresses)
{
	memset(addresses, 0, sizeof *addresses);
	pthread_mutex_init(&addresses->lock, NULL);
}

void spy_addresses_fini(struct spy_addresses *addresses)
{
	free(addresses->entries);
	pthread_mutex_destroy(&addresses->lock);
}

struct spy_address spy_address_of(const struct sockaddr_storage *peer)
{
	struct spy_address address = { { 0 } };

	if (peer->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)peer;

		memset(address.bytes + 10, 0xff, 2);
		memcpy(address.bytes + 12, &in->sin_addr, 4);
	} else if (peer->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const void *)peer;

		memcpy(address.bytes, &in->sin6_addr,
		       IN6_IS_ADDR_V4MAPPED(&in->sin6_addr) ? 16 : 8);
	}
	return address;
}

/* Peers choose their addresses only in part, and a bad table costs them, not others. */
static uint32_t hash(struct spy_address address)
{
	uint64_t parts[2];

	memcpy(parts, address.bytes, 16);
	return (uint32_t)(((parts[0] ^ parts[1]) * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

static uint32_t find(const struct spy_addresses *addresses, struct spy_address address)
{
	uint32_t at = hash(address) & (addresses->size - 1);

	while (addresses->entries[at].count &&
	       memcmp(&addresses->entries[at].address, &address, sizeof address))
		at = (at + 1) & (addresses->size - 1);
	return at;
}

static bool grow(struct spy_addresses *addresses)
{
	struct spy_address_entry *old = addresses->entries;
	uint32_t old_size = addresses->size, size = old_size ? 2 * old_size : 64;
	struct spy_address_entry *entries = calloc(size, sizeof *entries);

	if (!entries)
		return false;
	addresses->entries = entries;
	addresses->size = size;
	for (uint32_t i = 0; i < old_size; i++)
		if (old[i].count)
			entries[find(addresses, old[i].address)] = old[i];
	free(old);
	return true;
}

bool spy_addresses_enter(struct spy_addresses *addresses, struct spy_address address,
			 uint32_t max)
{
	struct spy_address_entry *entry;
	bool entered = false;

	pthread_mutex_lock(&addresses->lock);
	if (2 * (addresses->used + 1) <= addresses->size || grow(addresses)) {
		entry = &addresses->entries[find(addresses, address)];
		if (entry->count < max) {
			addresses->used += !entry->count;
			entry->address = address;
			entry->count++;
			entered = true;
		}
	}
	pthread_mutex_unlock(&addresses->lock);
	return entered;
}

void spy_addresses_leave(struct spy_addresses *addresses, struct spy_address address)
{
	uint32_t mask, hole, at;

	pthread_mutex_lock(&addresses->lock);
	mask = addresses->size - 1;
	hole = at = find(addresses, address);
	if (!--addresses->entries[hole].count) {
		addresses->used--;
		/* Whoever would not be found any more moves into the hole. */
		while (addresses->entries[at = (at + 1) & mask].count) {
			uint32_t home = hash(addresses->entries[at].address) & mask;

			if (((at - home) & mask) < ((at - hole) & mask))
				continue;
			addresses->entries[hole] = addresses->entries[at];
			addresses->entries[at].count = 0;
			hole = at;
		}
	}
	pthread_mutex_unlock(&addresses->lock);
}
