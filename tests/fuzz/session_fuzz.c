/*
 * A connection that gets whatever the fuzzer thinks of. The first byte's lowest bit is the
 * role; then each message stands behind its length, two bytes; a length of ffff lets time
 * pass instead.
 */
#include "support/harness.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct harness h;

	if (size < 1)
		return 0;
	if (harness_begin(&h, !(data[0] & 1))) {
		data++;
		size--;
		while (size >= 2 && harness_is_open(&h)) {
			size_t len = (size_t)data[0] << 8 | data[1];

			data += 2;
			size -= 2;
			if (len == 0xffff) {
				harness_pass(&h, 100000000);
				continue;
			}
			if (len > size)
				len = size;
			harness_feed(&h, data, len);
			data += len;
			size -= len;
		}
	}
	if (!harness_end(&h))
		abort();
	return 0;
}
