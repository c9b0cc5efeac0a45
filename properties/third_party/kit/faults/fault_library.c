// SPDX-License-Identifier: Apache-2.0
/* A library with the deliberate fault FAULT, for tests. */
#include "properties/third_party/kit/slim_subject.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  SOUND,
  PAST_END,
  BEFORE_BEGINNING,
  FAR_BEFORE,
  PAGES_PAST_END,
  PAGES_BEFORE,
  WRITES_INPUT,
  UNPROTECTS_INPUT,
  OLD_VERSION,
  NO_SUBJECT,
  NO_JSON,
  CRASHES,
  SLEEPS,
  FAILS,
  PRINTS,
  LEAVES_NAN,
  FORKS
};

/* Volatile, so that the compiler does not warn of unreachable code. */
static const volatile int fault = FAULT;

/* Makes the pages of an input writable, then writes into it. */
static void write_unprotected(const DLTensor* input) {
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  char* first = (char*)input->data - (uintptr_t)input->data % page;
  if (mprotect(first, page, PROT_READ | PROT_WRITE) != 0) return;
  ((float*)input->data)[0] += 1.0F;
}

static int run(const slim_task* task, char* error, size_t error_size) {
  const DLTensor* out = slim_output(task, "out");
  size_t entries = 1;
  for (int i = 0; i < out->ndim; ++i) entries *= (size_t)out->shape[i];
  float* y = (float*)out->data;
  if (fault == LEAVES_NAN) return SLIM_OK;
  for (size_t i = 0; i < entries; ++i) y[i] = 0.0F;
  if (fault == PAST_END) y[entries] = 1.0F;
  if (fault == BEFORE_BEGINNING) y[-1] = 1.0F;
  if (fault == FAR_BEFORE) y[-1100] = 1.0F;
  if (fault == PAGES_PAST_END) y[entries + 250000] = 1.0F;
  if (fault == PAGES_BEFORE) y[-250000] = 1.0F;
  if (fault == WRITES_INPUT) ((float*)slim_input(task, "q")->data)[0] = 1.0F;
  if (fault == UNPROTECTS_INPUT) write_unprotected(slim_input(task, "q"));
  if (fault == CRASHES) abort();
  while (fault == FORKS) { /* a chain of processes, of which each but the last ends at once */
    if (fork() > 0) _exit(0);
  }
  if (fault == SLEEPS) sleep(600);
  if (fault == PRINTS) printf("layer 1 of 1\n"), fflush(stdout);
  if (fault == FAILS) return snprintf(error, error_size, "q is too long"), SLIM_FAILED;
  return SLIM_OK;
}

SLIM_SUBJECT_EXPORT const slim_subject* slim_subject_entry(void) {
  static const char* const sound =
      "{\"protocol\": 1, \"name\": \"fault\", \"version\": \"1\", \"tasks\": [\"attention\"], "
      "\"capabilities\": "
      "{\"feature_maps\": [\"given\"], \"causal\": true, \"dtypes\": [\"float32\"]}}";
  static slim_subject self;
  self = (slim_subject){sizeof self, fault == OLD_VERSION ? 7u : SLIM_SUBJECT_VERSION,
                        fault == NO_JSON ? "{\"protocol\": 1," : sound, run};
  return fault == NO_SUBJECT ? NULL : &self;
}
