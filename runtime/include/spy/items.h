/*
 * Streams of built-in types: spy_any_recv(), spy_int_send(), spy_string_listen(), …; for
 * nullable items spy_opt_int_recv() and so on. define.h lists the functions, stream.h says
 * what they do.
 */
#ifndef SPY_ITEMS_H
#define SPY_ITEMS_H

#include <spy/define.h>
#include <spy/stream.h>

SPY_DEFINE_ITEM_VALUE(spy_bool, bool)
SPY_DEFINE_ITEM_VALUE(spy_int8, int8_t)
SPY_DEFINE_ITEM_VALUE(spy_int16, int16_t)
SPY_DEFINE_ITEM_VALUE(spy_int32, int32_t)
SPY_DEFINE_ITEM_VALUE(spy_int, int64_t)
SPY_DEFINE_ITEM_VALUE(spy_uint8, uint8_t)
SPY_DEFINE_ITEM_VALUE(spy_uint16, uint16_t)
SPY_DEFINE_ITEM_VALUE(spy_uint32, uint32_t)
SPY_DEFINE_ITEM_VALUE(spy_uint64, uint64_t)
SPY_DEFINE_ITEM_VALUE(spy_float, float)
SPY_DEFINE_ITEM_VALUE(spy_double, double)
SPY_DEFINE_ITEM_STRING(spy_string)
SPY_DEFINE_ITEM_VALUE(spy_bytes, struct spy_bytes)
SPY_DEFINE_ITEM_VALUE(spy_time, struct timespec)
SPY_DEFINE_ITEM_VALUE(spy_duration, int64_t)
SPY_DEFINE_ITEM_VALUE(spy_uuid, struct spy_uuid)
SPY_DEFINE_ITEM_STRING(spy_uri)
SPY_DEFINE_ITEM_VALUE(spy_bigint, struct spy_bigint)
SPY_DEFINE_ITEM_POINTER(spy_any, struct spy_any)

SPY_DEFINE_ITEM_POINTER(spy_opt_bool, bool)
SPY_DEFINE_ITEM_POINTER(spy_opt_int8, int8_t)
SPY_DEFINE_ITEM_POINTER(spy_opt_int16, int16_t)
SPY_DEFINE_ITEM_POINTER(spy_opt_int32, int32_t)
SPY_DEFINE_ITEM_POINTER(spy_opt_int, int64_t)
SPY_DEFINE_ITEM_POINTER(spy_opt_uint8, uint8_t)
SPY_DEFINE_ITEM_POINTER(spy_opt_uint16, uint16_t)
SPY_DEFINE_ITEM_POINTER(spy_opt_uint32, uint32_t)
SPY_DEFINE_ITEM_POINTER(spy_opt_uint64, uint64_t)
SPY_DEFINE_ITEM_POINTER(spy_opt_float, float)
SPY_DEFINE_ITEM_POINTER(spy_opt_double, double)
SPY_DEFINE_ITEM_STRING(spy_opt_string)
SPY_DEFINE_ITEM_POINTER(spy_opt_bytes, struct spy_bytes)
SPY_DEFINE_ITEM_POINTER(spy_opt_time, struct timespec)
SPY_DEFINE_ITEM_POINTER(spy_opt_duration, int64_t)
SPY_DEFINE_ITEM_POINTER(spy_opt_uuid, struct spy_uuid)
SPY_DEFINE_ITEM_STRING(spy_opt_uri)
SPY_DEFINE_ITEM_POINTER(spy_opt_bigint, struct spy_bigint)

#endif
