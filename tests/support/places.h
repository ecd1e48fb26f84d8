/* A place for a value of each kind: what tests of the codec encode from and decode to. */
#ifndef TESTS_SUPPORT_PLACES_H
#define TESTS_SUPPORT_PLACES_H

#include <spy/tables.h>
#include <support/sample.h>

static const struct spy_type text3_type = { .kind = SPY_KIND_STRING,
					    .size = sizeof(char *) };
#define PLAIN(name, kind, type) \
	static const struct spy_field name = SPY_ITEM("", kind, type, 0)
PLAIN(t_bool, BOOL, spy_bool_type);
PLAIN(t_int8, INT8, spy_int8_type);
PLAIN(t_int16, INT16, spy_int16_type);
PLAIN(t_int32, INT32, spy_int32_type);
PLAIN(t_int, INT64, spy_int_type);
PLAIN(t_uint8, UINT8, spy_uint8_type);
PLAIN(t_uint16, UINT16, spy_uint16_type);
PLAIN(t_uint32, UINT32, spy_uint32_type);
PLAIN(t_uint64, UINT64, spy_uint64_type);
PLAIN(t_float, FLOAT, spy_float_type);
PLAIN(t_double, DOUBLE, spy_double_type);
PLAIN(t_string, STRING, spy_string_type);
PLAIN(t_bytes, BYTES, spy_bytes_type);
PLAIN(t_time, TIME, spy_time_type);
PLAIN(t_duration, DURATION, spy_duration_type);
PLAIN(t_uuid, UUID, spy_uuid_type);
PLAIN(t_uri, URI, spy_uri_type);
PLAIN(t_bigint, BIGINT, spy_bigint_type);
PLAIN(t_any, ANY, spy_any_type);
PLAIN(t_mood, ENUM, sample_mood_type);
PLAIN(t_level, ENUM, sample_level_type);
PLAIN(t_ints, LIST, sample_int32_list_type);
PLAIN(t_opt_ints, LIST, sample_opt_int_list_type);
PLAIN(t_doubles, SET, sample_double_set_type);
PLAIN(t_moods, SET, sample_mood_set_type);
PLAIN(t_names, MAP, sample_int_names_type);
PLAIN(t_points, MAP, sample_mood_points_type);
PLAIN(t_pair, TUPLE, sample_pair_type);
PLAIN(t_point, MODEL, sample_point_type);
PLAIN(t_maybe, LIST, sample_point_list_type);
PLAIN(t_shape, UNION, sample_shape_type);
PLAIN(t_animal, UNION, sample_animal_type);
PLAIN(t_node, MODEL, sample_node_type);
static const struct spy_field t_text3 = { "", &text3_type,     NULL, 0, SPY_NO_HAS,
					  3,  SPY_KIND_STRING, 0 };
static const struct spy_field t_bytes3 = { "", &spy_bytes_type, NULL, 0, SPY_NO_HAS,
					   3,  SPY_KIND_BYTES,	0 };
static const struct spy_field t_ints2 = {
	"", &sample_int32_list_type, NULL, 0, SPY_NO_HAS, 2, SPY_KIND_LIST, 0
};
static const struct spy_field t_opt_int =
	SPY_ITEM("", INT64, spy_int_type, SPY_FIELD_NULLABLE);
static const struct spy_field t_opt_text =
	SPY_ITEM("", STRING, spy_string_type, SPY_FIELD_NULLABLE);
#undef PLAIN

#endif
