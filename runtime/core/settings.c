/* Settings and options as maps: see settings.h. */
#include <core/connection.h>
#include <core/settings.h>

/* One key that we know: a number of at least `floor` goes to `number`, a string to `text`. */
struct key {
	const char *name;
	uint32_t *number;
	struct spy_slice *text;
	uint32_t floor;
};

static bool matches(struct spy_slice text, const char *name)
{
	return text.len == strlen(name) && !memcmp(text.data, name, text.len);
}

static int read_known(struct spy_reader *reader, const struct key *key, const char **what)
{
	uint64_t number;

	if (key->text) {
		if (spy_read_str(reader, key->text) == 0)
			return 0;
		*what = "a setting has the wrong type";
		return SPY_EPROTOCOL;
	}
	if (spy_read_uint(reader, &number) < 0) {
		*what = "a setting has the wrong type";
		return SPY_EPROTOCOL;
	}
	if (number < key->floor || number > SPY_WIRE_MAX) {
		*what = "a setting is out of its range";
		return SPY_EPROTOCOL;
	}
	*key->number = (uint32_t)number;
	return 0;
}

/* The map has been cut already: what is in it is MessagePack. */
static int read_keys(struct spy_slice map, const struct key *keys, size_t count,
		     const char **what)
{
	struct spy_reader reader = spy_reader(map.data, map.len);
	struct spy_slice name;
	uint32_t left;
	int r = spy_read_map(&reader, &left);

	for (; r == 0 && left; left--) {
		size_t i = count;

		if (spy_read_peek(&reader) != SPY_WIRE_STR)
			r = spy_cut(&reader, NULL);
		else if ((r = spy_read_str(&reader, &name)) == 0)
			for (i = 0; i < count && !matches(name, keys[i].name); i++)
				;
		if (r == 0)
			r = i < count ? read_known(&reader, &keys[i], what)
				      : spy_cut(&reader, NULL);
	}
	return r;
}

int spy_settings_read(struct spy_slice map, struct spy_settings *settings,
		      const char **what)
{
	const struct key keys[] = {
		{ "credit", &settings->credit, NULL, SPY_FLOOR_CREDIT },
		{ "max_message", &settings->max_message, NULL, SPY_FLOOR_MAX_MESSAGE },
		{ "max_calls", &settings->max_calls, NULL, SPY_FLOOR_MAX_CALLS },
		{ "ping", &settings->ping, NULL, 0 },
		{ "timeout", &settings->timeout, NULL, 0 },
		{ "agent", NULL, &settings->agent, 0 },
		{ "session", NULL, &settings->session, 0 },
	};

	*settings = (struct spy_settings){
		.credit = SPY_DEFAULT_CREDIT,
		.max_message = SPY_DEFAULT_MAX_MESSAGE,
		.max_calls = SPY_DEFAULT_MAX_CALLS,
		.ping = SPY_DEFAULT_PING,
		.timeout = SPY_DEFAULT_TIMEOUT,
	};
	return read_keys(map, keys, sizeof keys / sizeof *keys, what);
}

static void put_number(struct spy_buf *buf, const char *name, uint32_t number)
{
	spy_frame_put_text(buf, name);
	spy_pack_uint64(buf, number);
}

void spy_settings_put(struct spy_buf *buf, const struct spy_settings *settings)
{
	const struct {
		const char *name;
		uint32_t number, dflt;
	} numbers[] = {
		{ "credit", settings->credit, SPY_DEFAULT_CREDIT },
		{ "max_message", settings->max_message, SPY_DEFAULT_MAX_MESSAGE },
		{ "max_calls", settings->max_calls, SPY_DEFAULT_MAX_CALLS },
		{ "ping", settings->ping, SPY_DEFAULT_PING },
		{ "timeout", settings->timeout, SPY_DEFAULT_TIMEOUT },
	};
	const struct {
		const char *name;
		struct spy_slice text;
	} texts[] = { { "agent", settings->agent }, { "session", settings->session } };
	size_t count = 0;

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		count += numbers[i].number != numbers[i].dflt;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		count += texts[i].text.len > 0;
	spy_pack_array(buf, 3);
	spy_pack_uint64(buf, SPY_FRAME_HELLO);
	spy_pack_uint64(buf, SPY_PROTOCOL_VERSION);
	spy_pack_map(buf, count);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].text.len) {
			spy_frame_put_text(buf, texts[i].name);
			spy_pack_str(buf, (const char *)texts[i].text.data,
				     texts[i].text.len);
		}
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (numbers[i].number != numbers[i].dflt)
			put_number(buf, numbers[i].name, numbers[i].number);
}

int spy_open_options_read(struct spy_slice map, struct spy_open_options *options,
			  const char **what)
{
	const struct key keys[] = {
		{ "timeout", &options->timeout, NULL, 0 },
		{ "credit", &options->credit, NULL, 0 },
		{ "trace", NULL, &options->trace, 0 },
	};
	int r;

	*options = (struct spy_open_options){ .credit = UINT32_MAX };
	if (!map.len)
		return 0;
	if ((r = read_keys(map, keys, sizeof keys / sizeof *keys, what)) < 0)
		return r;
	options->has_credit = options->credit != UINT32_MAX;
	return 0;
}

void spy_open_options_put(struct spy_buf *buf, const struct spy_open_options *options)
{
	spy_pack_map(buf, (options->timeout > 0) + (size_t)options->has_credit +
				  (options->trace.len > 0));
	if (options->timeout)
		put_number(buf, "timeout", options->timeout);
	if (options->has_credit)
		put_number(buf, "credit", options->credit);
	if (options->trace.len) {
		spy_frame_put_text(buf, "trace");
		spy_pack_str(buf, (const char *)options->trace.data, options->trace.len);
	}
}
