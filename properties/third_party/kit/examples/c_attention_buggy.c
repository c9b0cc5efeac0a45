// SPDX-License-Identifier: Apache-2.0
/* c_attention.c with a bug: the first key is ignored. */
#define FIRST_VISIBLE_KEY 1
#include <c_attention.c>
