/*
 * The scalars that are not worth a place in the decoder's inner loops, each from the forms
 * of wire.h into its C type.
 */
#include <core/decoder.h>
#include <core/uri.h>

static const uint8_t *decode_enum(struct spy_decoder *d, const uint8_t *at,
				  const struct spy_type *type, void *value)
{
	int64_t number;
	int32_t known;
	bool large;

	at = spy_get_int(at, d->end, &number, &large);
	if (!at)
		return NULL;
	if (large || spy_enum_find(type, number) < 0) {
		if (type->dflt == SPY_NO_DEFAULT)
			return NULL;
		number = type->dflt;
	}
	known = (int32_t)number;
	memcpy(value, &known, sizeof(known));
	return at;
}

static const uint8_t *decode_float(struct spy_decoder *d, const uint8_t *at, float *value)
{
	double number;

	at = spy_get_float(at, d->end, &number);
	if (!at || !spy_fits_float(number))
		return NULL;
	*value = (float)number;
	return at;
}

static const uint8_t *decode_bytes(struct spy_decoder *d, const uint8_t *at, uint32_t max,
				   struct spy_bytes *bytes)
{
	uint32_t len;

	at = spy_get_bin(at, d->end, &len);
	if (!at || len > max || !spy_decode_body(d, at, len, &bytes->data))
		return NULL;
	bytes->len = len;
	return at + len;
}

static const uint8_t *decode_bigint(struct spy_decoder *d, const uint8_t *at,
				    struct spy_bigint *big)
{
	struct spy_bytes digits;
	uint32_t len;

	at = spy_get_typed_ext(d, at, SPY_EXT_BIGINT, &len);
	if (!at || !len)
		return NULL;
	digits = spy_bigint_shortest((struct spy_bytes){ at, len });
	if (!spy_decode_body(d, digits.data, (uint32_t)digits.len, &big->data))
		return NULL;
	big->len = digits.len;
	return at + len;
}

const uint8_t *spy_decode_scalar(struct spy_decoder *d, const uint8_t *at, unsigned kind,
				 const struct spy_type *type, uint32_t max, void *value)
{
	uint32_t len;

	switch ((enum spy_kind)kind) {
	case SPY_KIND_FLOAT:
		return decode_float(d, at, (float *)value);
	case SPY_KIND_URI:
		at = spy_decode_text(d, at, (const char **)value, &len);
		if (!at || len > max || !spy_uri_valid(*(const char **)value, len))
			return NULL;
		return at;
	case SPY_KIND_BYTES:
		return decode_bytes(d, at, max, (struct spy_bytes *)value);
	case SPY_KIND_UUID:
		at = spy_get_typed_ext(d, at, SPY_EXT_UUID, &len);
		if (!at || len != sizeof(struct spy_uuid))
			return NULL;
		memcpy(value, at, sizeof(struct spy_uuid));
		return at + len;
	case SPY_KIND_BIGINT:
		return decode_bigint(d, at, (struct spy_bigint *)value);
	case SPY_KIND_ENUM:
		return decode_enum(d, at, type, value);
	default:
		return NULL;
	}
}
