// SPDX-License-Identifier: Apache-2.0
#include "reference/proofs/attention_laws.hpp"
#include "reference/proofs/causality.hpp"
#include "reference/proofs/definition.hpp"
#include "reference/proofs/golden_vectors.hpp"
#include "reference/proofs/mask.hpp"
#include "reference/proofs/mutation.hpp"
#include "reference/proofs/row_laws.hpp"
#include "reference/proofs/slopes.hpp"
#include "reference/proofs/split_and_resume.hpp"

#include <charconv>
#include <cstdio>
#include <exception>
#include <span>
#include <string_view>

namespace slim::reference::proofs {
namespace {

constexpr Proof catalogue[] = {
    {"golden_vectors", "agrees with the authors' code on the golden cases", golden_vectors},
    {"definition", "agrees with the equations, attention as a masked matrix", definition},
    {"slope", "the gradient equals difference quotients of the loss", slope},
    {"slope_of_definition", "the gradient equals those of the definition's loss",
     slope_of_definition},
    {"split_and_resume", "two segments give the result of the whole sequence", split_and_resume},
    {"causality", "later tokens have no effect", causality},
    {"mask", "uncounted targets have no effect; others are averaged", mask},
    {"layer_norm_moments", "normalised rows have mean 0 and variance 1", layer_norm_moments},
    {"gelu_reflection_and_slope", "GeLU(x) - GeLU(-x) = x, and the derivative is right",
     gelu_reflection_and_slope},
    {"cross_entropy_shift", "a shift of the logits has no effect", cross_entropy_shift},
    {"positions_rotate", "position codes rotate by fixed angles", positions_rotate},
    {"attention_averages", "the attention of equal values is that value", attention_averages},
    {"scale_of_queries_and_keys", "the scale of queries and keys has no effect",
     scale_of_queries_and_keys},
};

/// The error of a proof over its bound; infinite for NaN and for an exception.
double multiple_of(const Proof& proof) {
  try {
    return proof.multiple();
  } catch (const std::exception&) {
    return std::numeric_limits<double>::infinity();
  }
}

void print(const Proof& proof, double multiple, bool json, bool first) {
  const bool holds = multiple <= 1.0;
  if (json) {
    std::printf(R"(%s  {"name": "%s", "holds": %s, "multiple": %.3g})", first ? "" : ",\n",
                proof.name, holds ? "true" : "false", std::min(multiple, 1e300));
  } else {
    std::printf("%-6s %-26s %8.2g of its bound: %s\n", holds ? "holds" : "FAILS", proof.name,
                multiple, proof.sentence);
  }
}

int run(bool json) {
  bool all = true;
  if (json) std::printf("{\"proofs\": [\n");
  for (const Proof& proof : catalogue) {
    const double multiple = multiple_of(proof);
    all = all && multiple <= 1.0;
    print(proof, multiple, json, &proof == std::begin(catalogue));
  }
  if (json) std::printf("\n]}\n");
  if (mutation.number >= 0 && !mutation.met) {
    std::fprintf(stderr, "reference_proofs: this program has no mutation %d\n", mutation.number);
    return 2;
  }
  return all ? 0 : 1;
}

int usage() {
  std::fputs(
      "usage: reference_proofs [--json] [--mutation NUMBER]\n\n"
      "  --mutation NUMBER   run with this mutation of mutations.json, from 0; only\n"
      "                      in mutated_reference_proofs\n\n"
      "Exit: 0 all proofs hold, 1 one fails, 2 bad usage.\n",
      stderr);
  return 2;
}

int main_of(std::span<char*> arguments) {
  bool json = false;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument(arguments[i]);
    if (argument == "--json") {
      json = true;
    } else if (argument == "--mutation" && i + 1 < arguments.size()) {
      const std::string_view digits(arguments[++i]);
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), mutation.number);
      if (error != std::errc{} || end != digits.data() + digits.size() || mutation.number < 0) {
        return usage();
      }
    } else {
      return usage();
    }
  }
  return run(json);
}

}  // namespace
}  // namespace slim::reference::proofs

int main(int count, char** arguments) {
  return slim::reference::proofs::main_of({arguments, static_cast<std::size_t>(count)});
}
