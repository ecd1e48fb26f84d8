/* The pieces below the codec: buffer, arena, cutting, heads of frames, text, URIs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <core/arena.h>
#include <core/pack.h>
#include <core/unpack.h>
#include <core/uri.h>
#include <spy/error.h>
#include <support/failing_alloc.h>
#include <support/hex.h>

static void buffer(void **state)
{
	struct spy_buf buf = { 0 };
	uint8_t *block;
	size_t i;

	(void)state;
	spy_buf_append(&buf, NULL, 0);
	assert_int_equal(buf.len, 0);
	for (i = 0; i < 1000; i++)
		spy_pack_int64(&buf, (int64_t)i);
	assert_int_equal(buf.len, 128 + 2 * 128 + 3 * 744);
	/* what is in front belongs to the transport */
	memset(buf.data - SPY_BUF_HEADROOM, 0xee, SPY_BUF_HEADROOM);
	assert_int_equal(buf.data[0], 0);
	spy_buf_truncate(&buf, 3);
	failing_alloc_after(0);
	assert_null(spy_buf_room(&buf, 100000));
	failing_alloc_after(-1);
	assert_true(buf.failed);
	assert_int_equal(buf.len, 3);
	assert_false(spy_buf_grow(&buf, SIZE_MAX));
	spy_buf_reset(&buf);
	assert_false(buf.failed);
	spy_pack_str(&buf, "hi", 2);
	block = spy_buf_take(&buf);
	assert_memory_equal(block + SPY_BUF_HEADROOM, "\xa2hi", 3);
	assert_null(buf.data);
	free(block);
	assert_null(spy_buf_take(&buf));
}

static void heads_out(void **state)
{
	struct spy_buf buf = { 0 };

	(void)state;
	spy_pack_array(&buf, 15);
	spy_pack_array(&buf, 16);
	spy_pack_map(&buf, 65536);
	spy_pack_nil(&buf);
	spy_pack_bool(&buf, true);
	spy_pack_uint64(&buf, UINT64_MAX);
	spy_pack_float(&buf, 1);
	spy_pack_double(&buf, 1);
	spy_pack_bin(&buf, "\1", 1);
	spy_pack_ext(&buf, 16, 2);
	spy_pack_time(&buf, (struct timespec){ 1, 0 });
	assert_string_equal(hex_text(buf.data, buf.len),
			    "9f dc 00 10 df 00 01 00 00 c0 c3 cf ff ff ff ff ff ff ff ff "
			    "ca 3f 80 00 00 cb 3f f0 00 00 00 00 00 00 c4 01 01 d8 02 "
			    "d6 ff 00 00 00 01 ");
	spy_buf_free(&buf);
}

static void arena_pieces(void **state)
{
	struct spy_arena arena;
	size_t i, n;

	(void)state;
	spy_arena_init(&arena, NULL);
	assert_null(spy_arena_alloc(&arena, 1));
	assert_int_equal(arena.error, SPY_ERESOURCE_EXHAUSTED);
	spy_arena_allow(&arena, 100000);
	assert_non_null(spy_arena_alloc(&arena, 0));
	for (i = 0; i < 1000; i++) {
		char *piece = spy_arena_alloc(&arena, i % 50);

		assert_non_null(piece);
		assert_int_equal((uintptr_t)piece % 8, 0);
		memset(piece, 0xaa, (i % 50 + 7) & ~(size_t)7);
	}
	assert_null(spy_arena_alloc(&arena, 100000));
	assert_null(spy_arena_alloc(&arena, SIZE_MAX));
	assert_null(spy_arena_alloc(&arena, SIZE_MAX - 7));
	assert_true(arena.used <= 100000);
	/* exact fits of the block's rest */
	for (n = 0; n < 3; n++) {
		spy_arena_reset(&arena);
		spy_arena_allow(&arena, 100000);
		assert_non_null(spy_arena_alloc(&arena, 1));
		i = (size_t)(arena.end - arena.at);
		assert_non_null(spy_arena_alloc(&arena, i));
		assert_ptr_equal(arena.at, arena.end);
		assert_non_null(spy_arena_alloc(&arena, 8));
	}
	failing_alloc_after(0);
	spy_arena_allow(&arena, SIZE_MAX);
	assert_null(spy_arena_alloc(&arena, 1 << 20));
	failing_alloc_after(-1);
	assert_int_equal(arena.error, SPY_ENOMEM);
	spy_arena_free(&arena);
}

static void cutting(void **state)
{
	static const struct {
		const char *bytes;
		size_t first;
	} cases[] = {
		{ "c0c3", 1 },
		{ "92c0c0c0", 3 },
		{ "9000", 1 },
		{ "81c0c000", 3 },
		{ "a2686900", 3 },
		{ "d9026869c0", 4 },
		{ "dc0002c0c0c0", 5 },
		{ "de0001c0c0c0", 5 },
		{ "c4020102c0", 4 },
		{ "c7010500c0", 4 },
		{ "d40500c0", 3 },
		{ "cb0000000000000000c0", 9 },
		{ "d801000102030405060708090a0b0c0d0e0fc0", 18 },
		{ "cd0001c0", 3 },
		{ "ffff", 1 },
		{ "dd00000000c0", 5 },
		{ "9392c0c091c080c0", 7 },
	};
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t *data = hex_bytes(cases[i].bytes, &len);
		struct spy_reader reader = spy_reader(data, len);
		struct spy_slice value;

		assert_int_equal(spy_cut(&reader, &value), 0);
		assert_ptr_equal(value.data, data);
		assert_int_equal(value.len, cases[i].first);
		for (len = 0; len < cases[i].first; len++) {
			reader = spy_reader(data, len);
			assert_int_equal(spy_cut(&reader, &value), SPY_EPROTOCOL);
			assert_ptr_equal(reader.at, data);
		}
		free(data);
	}
}

static void heads_in(void **state)
{
	size_t len;
	uint8_t *data =
		hex_bytes("94 05 cc05 d005 cf8000000000000000 dc0000 de0000 c2 c0 d90161 "
			  "c40101 c7010502 d6ff00000007 ff",
			  &len);
	struct spy_reader reader = spy_reader(data, len), start = reader;
	struct spy_slice slice;
	struct timespec time;
	uint32_t count;
	uint64_t number;
	int64_t integer;
	int8_t type;
	bool flag;

	(void)state;
	assert_int_equal(spy_read_peek(&reader), SPY_WIRE_ARRAY);
	assert_int_equal(spy_read_map(&reader, &count), SPY_EPROTOCOL);
	assert_int_equal(spy_read_int(&reader, &integer), SPY_EPROTOCOL);
	assert_int_equal(spy_read_str(&reader, &slice), SPY_EPROTOCOL);
	assert_int_equal(spy_read_nil(&reader), SPY_EPROTOCOL);
	assert_ptr_equal(reader.at, start.at);
	assert_int_equal(spy_read_array(&reader, &count), 0);
	assert_int_equal(count, 4);
	assert_int_equal(spy_read_int(&reader, &integer), 0);
	assert_int_equal(integer, 5);
	assert_int_equal(spy_read_uint(&reader, &number), 0);
	assert_int_equal(number, 5);
	assert_int_equal(spy_read_int(&reader, &integer), 0);
	assert_int_equal(spy_read_int(&reader, &integer), SPY_EPROTOCOL);
	assert_int_equal(spy_read_uint(&reader, &number), 0);
	assert_true(number == (uint64_t)1 << 63);
	assert_int_equal(spy_read_array(&reader, &count), 0);
	assert_int_equal(spy_read_peek(&reader), SPY_WIRE_MAP);
	assert_int_equal(spy_read_map(&reader, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(spy_read_bool(&reader, &flag), 0);
	assert_false(flag);
	assert_int_equal(spy_read_bool(&reader, &flag), SPY_EPROTOCOL);
	assert_int_equal(spy_read_nil(&reader), 0);
	assert_int_equal(spy_read_str(&reader, &slice), 0);
	assert_memory_equal(slice.data, "a", 1);
	assert_int_equal(spy_read_bin(&reader, &slice), 0);
	assert_int_equal(slice.len, 1);
	assert_int_equal(spy_read_time(&reader, &time), SPY_EPROTOCOL);
	assert_int_equal(spy_read_ext(&reader, &type, &slice), 0);
	assert_int_equal(type, 5);
	assert_int_equal(spy_read_time(&reader, &time), 0);
	assert_int_equal(time.tv_sec, 7);
	assert_int_equal(spy_read_uint(&reader, &number), SPY_EPROTOCOL);
	assert_int_equal(spy_read_int(&reader, &integer), 0);
	assert_int_equal(integer, -1);
	assert_true(spy_read_done(&reader));
	assert_int_equal(spy_read_peek(&reader), SPY_WIRE_NONE);
	assert_int_equal(spy_read_array(&reader, &count), SPY_EPROTOCOL);
	assert_int_equal(spy_read_map(&reader, &count), SPY_EPROTOCOL);
	assert_int_equal(spy_read_int(&reader, &integer), SPY_EPROTOCOL);
	assert_int_equal(spy_read_uint(&reader, &number), SPY_EPROTOCOL);
	assert_int_equal(spy_read_str(&reader, &slice), SPY_EPROTOCOL);
	assert_int_equal(spy_read_bin(&reader, &slice), SPY_EPROTOCOL);
	assert_int_equal(spy_read_ext(&reader, &type, &slice), SPY_EPROTOCOL);
	assert_int_equal(spy_read_bool(&reader, &flag), SPY_EPROTOCOL);
	assert_int_equal(spy_read_nil(&reader), SPY_EPROTOCOL);
	free(data);
}

/* Every two bytes, and what surrounds them, against the table written another way. */
static void text(void **state)
{
	uint8_t copy[64];
	unsigned a, b, n;

	(void)state;
	for (n = 0; n < 40; n++) {
		char *plain = malloc(n + 1);

		memset(plain, 'x', n);
		assert_true(spy_utf8_valid(plain, n));
		assert_true(spy_copy_ascii(copy, plain, n));
		assert_memory_equal(copy, plain, n);
		for (a = 0; a < n; a++) {
			plain[a] = (char)0xff;
			assert_false(spy_utf8_valid(plain, n));
			assert_false(spy_copy_ascii(copy, plain, n));
			assert_memory_equal(copy, plain, n);
			plain[a] = '\0';
			assert_false(spy_utf8_valid(plain, n));
			assert_false(spy_copy_ascii(copy, plain, n));
			plain[a] = 'x';
		}
		free(plain);
	}
	for (a = 0; a < 256; a++)
		for (b = 0; b < 256; b++) {
			uint8_t two[2] = { (uint8_t)a, (uint8_t)b };
			bool both = a && b && a < 128 && b < 128;
			bool pair = a >= 0xc2 && a < 0xe0 && b >= 0x80 && b < 0xc0;

			assert_int_equal(spy_utf8_valid(two, 2), both || pair);
		}
	/* every code point, and the surrogates between them */
	for (a = 0x800; a < 0x110000 + 0x100; a++) {
		uint8_t s[4];

		if (a < 0x10000) {
			s[0] = (uint8_t)(0xe0 | a >> 12);
			s[1] = (uint8_t)(0x80 | (a >> 6 & 63));
			s[2] = (uint8_t)(0x80 | (a & 63));
		} else {
			s[0] = (uint8_t)(0xf0 | a >> 18);
			s[1] = (uint8_t)(0x80 | (a >> 12 & 63));
			s[2] = (uint8_t)(0x80 | (a >> 6 & 63));
			s[3] = (uint8_t)(0x80 | (a & 63));
		}
		n = a < 0x10000 ? 3 : 4;
		assert_int_equal(spy_utf8_valid(s, n),
				 (a < 0xd800 || a > 0xdfff) && a <= 0x10ffff);
		assert_false(spy_utf8_valid(s, n - 1));
	}
}

static void uris(void **state)
{
	static const char *const good[] = {
		"",
		"a",
		"/",
		"//",
		"?",
		"#",
		"a:",
		"http://example.org",
		"http://example.org:80/",
		"http://example.org:/",
		"mailto:a@b.c",
		"urn:isbn:0-486-27557-4",
		"../a/./b",
		"//host/path",
		"file:///etc/passwd",
		"http://u:p@h:1/p?q=1/2?3#f/?",
		"http://[::1]/",
		"http://[2001:db8::7]:8080",
		"http://[::ffff:1.2.3.4]",
		"http://[1:2:3:4:5:6:7:8]",
		"http://[1:2:3:4:5:6:1.2.3.4]",
		"http://[1::]",
		"http://[::]",
		"http://[1:2:3:4:5:6:7::]",
		"http://[v7.a:b]",
		"http://1.2.3.4",
		"http://999.1.1.1",
		"a%20b",
		"%41",
		"a//b",
		"./a:b",
		"?a:b",
		"#a:b",
		"/a:b",
		"tel:+1-816-555-1212",
		"x+y.z-1:a",
	};
	static const char *const bad[] = {
		" ",
		"a b",
		"\x7f",
		"\xc3\xa9",
		"<a>",
		"a\"b",
		"a\\b",
		"^",
		"`",
		"{",
		"|",
		"a[b]",
		":",
		":a",
		"1a:b",
		"a_b:c",
		"%",
		"%1",
		"%1g",
		"%g1",
		"a%",
		"http://[",
		"http://]",
		"http://[]",
		"http://[::1",
		"http://[1]",
		"http://[1:2:3:4:5:6:7]",
		"http://[1:2:3:4:5:6:7:8:9]",
		"http://[1::2::3]",
		"http://[:1]",
		"http://[1:]",
		"http://[12345::]",
		"http://[::1.2.3]",
		"http://[::1.2.3.256]",
		"http://[::01.2.3.4]",
		"http://[1:2:3:4:5:6:7:1.2.3.4]",
		"http://[1:2:3:4:5:6:7:8::]",
		"http://[:::]",
		"http://[v.a]",
		"http://[v7.]",
		"http://[vg.a]",
		"http://[::1]a",
		"http://[::1]:x",
		"http://h:8a",
		"http://h:-1",
		"http://h%",
		"##",
		"a#b#c",
		"http://u@[@h",
		"http://a:b:c",
		"http://[::g]",
		"http://[::1%25eth0]",
		"http://[1.2.3.4]",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!spy_uri_valid(good[i], strlen(good[i])))
			fail_msg("refused: %s", good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (spy_uri_valid(bad[i], strlen(bad[i])))
			fail_msg("accepted: %s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffer),	cmocka_unit_test(heads_out),
		cmocka_unit_test(arena_pieces), cmocka_unit_test(cutting),
		cmocka_unit_test(heads_in),	cmocka_unit_test(text),
		cmocka_unit_test(uris),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
