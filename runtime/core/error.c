/* The words for the numbers in spy/error.h, from its own table. */
#include <spy/error.h>

const char *spy_strerror(int error)
{
	switch (error) {
	case 0:
		return "no error";
#define SPY_CODE(name, text, number, says) \
	case SPY_E##name:                  \
		return says;
		SPY_CODES(SPY_CODE)
#undef SPY_CODE
	case SPY_EXCEPTION:
		return "a typed exception";
	case SPY_EAGAIN:
		return "nothing yet";
	case SPY_ENOMEM:
		return "out of memory";
	case SPY_EPROTOCOL:
		return "the peer broke the protocol";
	default:
		return "the method failed";
	}
}

const char *spy_code_name(int error)
{
	switch (error) {
	case 0:
		return "ok";
#define SPY_CODE(name, text, number, says) \
	case SPY_E##name:                  \
		return #text;
		SPY_CODES(SPY_CODE)
#undef SPY_CODE
	case SPY_EXCEPTION:
		return "aborted";
	case SPY_ENOMEM:
		return "resource_exhausted";
	default:
		return "internal";
	}
}
