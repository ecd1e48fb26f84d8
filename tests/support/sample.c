/* The tables of sample.h. */
#include <support/sample.h>

#include <spy/tables.h>

static const struct spy_enum_value mood_values[] = { { "calm", 0 },
						     { "happy", 5 },
						     { "angry", 6 } };
const struct spy_type sample_mood_type =
	SPY_ENUM("sample.Mood", enum sample_mood, 0, mood_values, SAMPLE_CALM);
static const struct spy_enum_value level_values[] = { { "low", -3 },
						      { "one", 1 },
						      { "high", 70000 } };
const struct spy_type sample_level_type =
	SPY_ENUM("sample.Level", enum sample_level, 0, level_values, SPY_NO_DEFAULT);

#define LIST_OF(name, kind, item, c_item)                       \
	static const struct spy_field name##_item[] = { item }; \
	const struct spy_type sample_##name##_type =            \
		SPY_LIST(kind, struct sample_##name, 0, name##_item, c_item);

LIST_OF(int32_list, LIST, SPY_ITEM("item", INT32, spy_int32_type, 0), int32_t)
static const struct spy_field opt_int_item[] = { SPY_FIELD_HAS(
	struct sample_opt_int, value, has_value, "item", INT64, spy_int_type,
	SPY_FIELD_NULLABLE, SPY_NO_MAX, NULL) };
const struct spy_type sample_opt_int_list_type = SPY_LIST(
	LIST, struct sample_opt_int_list, 0, opt_int_item, struct sample_opt_int);
LIST_OF(string_list, LIST, SPY_ITEM("item", STRING, spy_string_type, 0), const char *)
LIST_OF(string_lists, LIST, SPY_ITEM("item", LIST, sample_string_list_type, 0),
	struct sample_string_list)
LIST_OF(double_set, SET, SPY_ITEM("item", DOUBLE, spy_double_type, 0), double)
LIST_OF(mood_set, SET, SPY_ITEM("item", ENUM, sample_mood_type, 0), enum sample_mood)
LIST_OF(point_list, LIST,
	SPY_ITEM("item", MODEL, sample_point_type,
		 SPY_FIELD_NULLABLE | SPY_FIELD_POINTER),
	const struct sample_point *)
LIST_OF(node_list, LIST, SPY_ITEM("item", MODEL, sample_node_type, 0), struct sample_node)

static const int32_t point_y = 7;
static const struct spy_field point_fields[] = {
	SPY_FIELD(struct sample_point, x, "x", INT32, spy_int32_type, 0),
	SPY_FIELD_MORE(struct sample_point, y, "y", INT32, spy_int32_type, 0, SPY_NO_MAX,
		       &point_y),
};
const struct spy_type sample_point_type =
	SPY_STRUCT("sample.Point", MODEL, struct sample_point, 0, point_fields);

static const struct spy_field int_name_fields[] = {
	SPY_FIELD(struct sample_int_name, key, "key", INT64, spy_int_type, 0),
	SPY_FIELD(struct sample_int_name, value, "value", STRING, spy_string_type, 0),
};
const struct spy_type sample_int_names_type = SPY_LIST(
	MAP, struct sample_int_names, 0, int_name_fields, struct sample_int_name);
static const struct spy_field mood_point_fields[] = {
	SPY_FIELD(struct sample_mood_point, key, "key", ENUM, sample_mood_type, 0),
	SPY_FIELD(struct sample_mood_point, value, "value", MODEL, sample_point_type, 0),
};
const struct spy_type sample_mood_points_type = SPY_LIST(
	MAP, struct sample_mood_points, 0, mood_point_fields, struct sample_mood_point);
static const struct spy_field uuid_any_fields[] = {
	SPY_FIELD(struct sample_uuid_any, key, "key", UUID, spy_uuid_type, 0),
	SPY_FIELD(struct sample_uuid_any, value, "value", ANY, spy_any_type, 0),
};
const struct spy_type sample_uuid_anys_type = SPY_LIST(
	MAP, struct sample_uuid_anys, 0, uuid_any_fields, struct sample_uuid_any);
static const struct spy_field pair_fields[] = {
	SPY_FIELD(struct sample_pair, first, "first", INT64, spy_int_type, 0),
	SPY_FIELD(struct sample_pair, second, "second", STRING, spy_string_type,
		  SPY_FIELD_NULLABLE),
};
const struct spy_type sample_pair_type =
	SPY_STRUCT(NULL, TUPLE, struct sample_pair, 0, pair_fields);

static const struct spy_type *const shape_members[] = { &sample_point_type,
							&sample_mood_type };
const struct spy_type sample_shape_type =
	SPY_UNION("sample.Shape", struct sample_shape, 0, shape_members, point);

static const struct spy_field animal_base_fields[] = {
	SPY_FIELD(struct sample_animal_base, name, "name", STRING, spy_string_type, 0),
};
const struct spy_type sample_animal_base_type = SPY_STRUCT(
	"sample.AnimalFields", MODEL, struct sample_animal_base, 0, animal_base_fields);
static const struct spy_field dog_fields[] = {
	SPY_FIELD(struct sample_dog, base, "base", MODEL, sample_animal_base_type,
		  SPY_FIELD_BASE),
	SPY_FIELD(struct sample_dog, tricks, "tricks", LIST, sample_string_list_type, 0),
};
const struct spy_type sample_dog_type =
	SPY_STRUCT("sample.Dog", MODEL, struct sample_dog, 0, dog_fields);
static const int8_t cat_lives = 9;
static const struct spy_field cat_fields[] = {
	SPY_FIELD(struct sample_cat, base, "base", MODEL, sample_animal_base_type,
		  SPY_FIELD_BASE),
	SPY_FIELD_MORE(struct sample_cat, lives, "lives", INT8, spy_int8_type, 0,
		       SPY_NO_MAX, &cat_lives),
};
const struct spy_type sample_cat_type =
	SPY_STRUCT("sample.Cat", MODEL, struct sample_cat, 0, cat_fields);
static const struct spy_type *const animal_members[] = { &sample_dog_type,
							 &sample_cat_type };
const struct spy_type sample_animal_type = SPY_UNION(
	"sample.Animal", struct sample_animal, SPY_TYPE_SEALED, animal_members, dog);

static const struct spy_field node_fields[] = {
	SPY_FIELD(struct sample_node, value, "value", INT64, spy_int_type, 0),
	SPY_FIELD(struct sample_node, children, "children", LIST, sample_node_list_type,
		  0),
	SPY_FIELD(struct sample_node, next, "next", MODEL, sample_node_type,
		  SPY_FIELD_NULLABLE | SPY_FIELD_POINTER),
};
const struct spy_type sample_node_type =
	SPY_STRUCT("sample.Node", MODEL, struct sample_node, 0, node_fields);

static const struct spy_field base_fields[] = {
	SPY_FIELD(struct sample_base, id, "id", INT64, spy_int_type, 0),
	SPY_FIELD(struct sample_base, owner, "owner", STRING, spy_string_type,
		  SPY_FIELD_NULLABLE | SPY_FIELD_SERVER),
};
const struct spy_type sample_base_type = SPY_STRUCT(
	"sample.Base", MODEL, struct sample_base, SPY_TYPE_HOLDS_SERVER, base_fields);

static const struct {
	int64_t secret, defaulted;
	const char *greeting;
} all_defaults = { 11, 42, "hello" };

#define ALL(member, kind, type, flags) \
	SPY_FIELD(struct sample_all, member, #member, kind, type, flags)
#define ALL_HAS(member, kind, type)                                                 \
	SPY_FIELD_HAS(struct sample_all, member, has_##member, #member, kind, type, \
		      SPY_FIELD_NULLABLE, SPY_NO_MAX, NULL)
static const struct spy_field all_fields[] = {
	ALL(base, MODEL, sample_base_type, SPY_FIELD_BASE),
	ALL(a_bool, BOOL, spy_bool_type, 0),
	ALL(an_int8, INT8, spy_int8_type, 0),
	ALL(an_int16, INT16, spy_int16_type, 0),
	ALL(an_int32, INT32, spy_int32_type, 0),
	ALL(an_int, INT64, spy_int_type, 0),
	ALL(a_uint8, UINT8, spy_uint8_type, 0),
	ALL(a_uint16, UINT16, spy_uint16_type, 0),
	ALL(a_uint32, UINT32, spy_uint32_type, 0),
	ALL(a_uint64, UINT64, spy_uint64_type, 0),
	ALL(a_float, FLOAT, spy_float_type, 0),
	ALL(a_double, DOUBLE, spy_double_type, 0),
	SPY_FIELD_MORE(struct sample_all, a_string, "a_string", STRING, spy_string_type,
		       0, 40, NULL),
	ALL(some_bytes, BYTES, spy_bytes_type, 0),
	SPY_FIELD_GONE("colour"),
	ALL(a_time, TIME, spy_time_type, 0),
	ALL(a_duration, DURATION, spy_duration_type, 0),
	ALL(a_uuid, UUID, spy_uuid_type, 0),
	ALL(a_uri, URI, spy_uri_type, 0),
	ALL(a_bigint, BIGINT, spy_bigint_type, 0),
	ALL(anything, ANY, spy_any_type, 0),
	ALL(mood, ENUM, sample_mood_type, 0),
	ALL(level, ENUM, sample_level_type, 0),
	ALL(numbers, LIST, sample_int32_list_type, 0),
	ALL(maybes, LIST, sample_opt_int_list_type, 0),
	ALL(lists, LIST, sample_string_lists_type, 0),
	ALL(doubles, SET, sample_double_set_type, 0),
	ALL(moods, SET, sample_mood_set_type, 0),
	ALL(names, MAP, sample_int_names_type, 0),
	ALL(points, MAP, sample_mood_points_type, 0),
	ALL(anys, MAP, sample_uuid_anys_type, 0),
	ALL(pair, TUPLE, sample_pair_type, 0),
	ALL(point, MODEL, sample_point_type, 0),
	ALL(maybe_point, MODEL, sample_point_type,
	    SPY_FIELD_NULLABLE | SPY_FIELD_POINTER),
	ALL(maybe_points, LIST, sample_point_list_type, 0),
	ALL(shape, UNION, sample_shape_type, 0),
	ALL(maybe_shape, UNION, sample_shape_type,
	    SPY_FIELD_NULLABLE | SPY_FIELD_POINTER),
	ALL(animal, UNION, sample_animal_type, 0),
	ALL(node, MODEL, sample_node_type, 0),
	ALL_HAS(maybe_int, INT64, spy_int_type),
	ALL_HAS(maybe_time, TIME, spy_time_type),
	ALL(maybe_string, STRING, spy_string_type, SPY_FIELD_NULLABLE),
	ALL_HAS(maybe_list, LIST, sample_string_list_type),
	SPY_FIELD_MORE(struct sample_all, secret, "secret", INT64, spy_int_type,
		       SPY_FIELD_SERVER, SPY_NO_MAX, &all_defaults.secret),
	SPY_FIELD_MORE(struct sample_all, defaulted, "defaulted", INT64, spy_int_type, 0,
		       SPY_NO_MAX, &all_defaults.defaulted),
	SPY_FIELD_MORE(struct sample_all, greeting, "greeting", STRING, spy_string_type,
		       0, SPY_NO_MAX, &all_defaults.greeting),
	ALL(made_at, TIME, spy_time_type, SPY_FIELD_NOW),
	ALL(key, UUID, spy_uuid_type, SPY_FIELD_RANDOM),
};
const struct spy_type sample_all_type = SPY_STRUCT("sample.All", MODEL, struct sample_all,
						   SPY_TYPE_HOLDS_SERVER, all_fields);
