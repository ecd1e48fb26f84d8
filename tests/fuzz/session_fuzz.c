/*
 * A connection that gets whatever the fuzzer thinks of. The first byte's lowest bit is the
 * role, the others choose a good message that comes first; then each message stands behind
 * its length, two bytes; a length of ffff lets time pass instead, one of fffe puts another
 * good message in.
 */
#include "support/harness.h"
#include "support/notation.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void feed_good(struct harness *h, bool server, unsigned choice)
{
	struct spy_buf buf = { 0 };

	if (notation_encode(
		    harness_message(server, choice % harness_message_count(server)),
		    &buf))
		harness_feed(h, buf.data, buf.len);
	spy_buf_free(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct harness h;
	bool server;

	if (size < 1)
		return 0;
	server = !(data[0] & 1);
	if (harness_begin(&h, server)) {
		feed_good(&h, server, data[0] >> 1);
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
			if (len == 0xfffe && size) {
				feed_good(&h, server, data[0]);
				data++;
				size--;
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
