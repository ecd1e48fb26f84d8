/*
 * A schema with a bit of everything, written down by hand as spygen would: the types that
 * tests of the codec use, so that they stand on nothing but the core.
 */
#ifndef TESTS_SUPPORT_SAMPLE_H
#define TESTS_SUPPORT_SAMPLE_H

#include <spy/type.h>

enum sample_mood { SAMPLE_CALM = 0, SAMPLE_HAPPY = 5, SAMPLE_ANGRY = 6 };
enum sample_level { SAMPLE_LOW = -3, SAMPLE_ONE = 1, SAMPLE_HIGH = 70000 };

/* list<int32>, list<int?>, … */
struct sample_int32_list {
	const int32_t *items;
	size_t len;
};
struct sample_opt_int {
	int64_t value;
	bool has_value;
};
struct sample_opt_int_list {
	const struct sample_opt_int *items;
	size_t len;
};
struct sample_string_list {
	const char *const *items;
	size_t len;
};
struct sample_string_lists {
	const struct sample_string_list *items;
	size_t len;
};
struct sample_double_set {
	const double *items;
	size_t len;
};
struct sample_mood_set {
	const enum sample_mood *items;
	size_t len;
};

/* model Point { x: int32; y: int32 = 7; } */
struct sample_point {
	int32_t x;
	int32_t y;
};
struct sample_point_list { /* list<Point?> */
	const struct sample_point *const *items;
	size_t len;
};
struct sample_int_name { /* map<int, string> */
	int64_t key;
	const char *value;
};
struct sample_int_names {
	const struct sample_int_name *items;
	size_t len;
};
struct sample_mood_point { /* map<Mood, Point> */
	enum sample_mood key;
	struct sample_point value;
};
struct sample_mood_points {
	const struct sample_mood_point *items;
	size_t len;
};
struct sample_uuid_any { /* map<uuid, any> */
	struct spy_uuid key;
	struct spy_any value;
};
struct sample_uuid_anys {
	const struct sample_uuid_any *items;
	size_t len;
};
struct sample_pair { /* (int, string?) */
	int64_t first;
	const char *second;
};

/* union Shape = Point | Pair…: a model and an enum */
enum sample_shape_kind { SAMPLE_SHAPE_POINT, SAMPLE_SHAPE_MOOD };
struct sample_shape {
	enum sample_shape_kind kind;
	union {
		struct sample_point point;
		enum sample_mood mood;
	};
};

/* sealed model Animal { name: string; }, Dog extends it, Cat extends it */
struct sample_animal_base {
	const char *name;
};
struct sample_dog {
	struct sample_animal_base base;
	struct sample_string_list tricks;
};
struct sample_cat {
	struct sample_animal_base base;
	int8_t lives; /* = 9 */
};
enum sample_animal_kind { SAMPLE_ANIMAL_DOG, SAMPLE_ANIMAL_CAT };
struct sample_animal {
	enum sample_animal_kind kind;
	union {
		struct sample_dog dog;
		struct sample_cat cat;
	};
};

/* model Node { value: int; children: list<Node>; next: Node?; } */
struct sample_node;
struct sample_node_list {
	const struct sample_node *items;
	size_t len;
};
struct sample_node {
	int64_t value;
	struct sample_node_list children;
	const struct sample_node *next;
};

/* model Base { id: int; @server owner: string?; } */
struct sample_base {
	int64_t id;
	const char *owner;
};

/* model All extends Base, with a field of every kind */
struct sample_all {
	struct sample_base base;
	bool a_bool;
	int8_t an_int8;
	int16_t an_int16;
	int32_t an_int32;
	int64_t an_int;
	uint8_t a_uint8;
	uint16_t a_uint16;
	uint32_t a_uint32;
	uint64_t a_uint64;
	float a_float;
	double a_double;
	const char *a_string; /* @max(40) */
	struct spy_bytes some_bytes;
	struct timespec a_time;
	int64_t a_duration;
	struct spy_uuid a_uuid;
	const char *a_uri;
	struct spy_bigint a_bigint;
	struct spy_any anything;
	enum sample_mood mood;
	enum sample_level level;
	struct sample_int32_list numbers;
	struct sample_opt_int_list maybes;
	struct sample_string_lists lists;
	struct sample_double_set doubles;
	struct sample_mood_set moods;
	struct sample_int_names names;
	struct sample_mood_points points;
	struct sample_uuid_anys anys;
	struct sample_pair pair;
	struct sample_point point;
	const struct sample_point *maybe_point;
	struct sample_point_list maybe_points;
	struct sample_shape shape;
	const struct sample_shape *maybe_shape;
	struct sample_animal animal;
	struct sample_node node;
	int64_t maybe_int;
	bool has_maybe_int;
	struct timespec maybe_time;
	bool has_maybe_time;
	const char *maybe_string;
	struct sample_string_list maybe_list;
	bool has_maybe_list;
	int64_t secret;		 /* @server = 11 */
	int64_t defaulted;	 /* = 42 */
	const char *greeting;	 /* = "hello" */
	struct timespec made_at; /* = now */
	struct spy_uuid key;	 /* = random */
};

extern const struct spy_type sample_mood_type, sample_level_type, sample_int32_list_type,
	sample_opt_int_list_type, sample_string_list_type, sample_string_lists_type,
	sample_double_set_type, sample_mood_set_type, sample_point_type,
	sample_point_list_type, sample_int_names_type, sample_mood_points_type,
	sample_uuid_anys_type, sample_pair_type, sample_shape_type, sample_dog_type,
	sample_cat_type, sample_animal_base_type, sample_animal_type, sample_node_type,
	sample_node_list_type, sample_base_type, sample_all_type;

/* 64 bits from a seed, for tests that make things up. */
uint64_t sample_random(uint64_t *seed);

/* Fills in a value of any type at random; memory comes from `alloc`. What it makes is valid:
 * it can be encoded. `depth` bounds nesting. */
void sample_make(const struct spy_type *type, void *value, uint64_t *seed, unsigned depth,
		 void *(*alloc)(size_t size));

#endif
