/* The same with a bug: the first key is never seen. */
#define FIRST_VISIBLE_KEY 1
#include <c_attention.c>
