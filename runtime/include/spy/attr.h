/* Compiler attributes that the public headers use; nothing else is in here. */
#ifndef SPY_ATTR_H
#define SPY_ATTR_H

/* The number that generated code checks: it changes when a generated file has to be made
 * again to fit this runtime. */
#define SPY_ABI 1

#ifdef __cplusplus
#define SPY_PUBLIC	extern "C" __attribute__((visibility("default")))
#define SPY_PUBLIC_DATA extern "C" __attribute__((visibility("default")))
#else
#define SPY_PUBLIC	__attribute__((visibility("default")))
#define SPY_PUBLIC_DATA extern __attribute__((visibility("default")))
#endif

#define SPY_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define SPY_DEPRECATED(text)	__attribute__((deprecated(text)))

#endif
