// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/sample.hpp"

#include "experiments/training/checkpoint.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <cmath>

namespace slim::experiments {
namespace {

/// Samples from softmax(logits / temperature).
template <class Row>
std::int32_t drawn(const Row& logits, double temperature, double uniform) {
  const double largest = static_cast<double>(logits.maxCoeff());
  std::vector<double> weights;
  double total = 0.0;
  for (Index j = 0; j < logits.size(); ++j) {
    weights.push_back(std::exp((static_cast<double>(logits(j)) - largest) / temperature));
    total += weights.back();
  }
  double left = uniform * total;
  std::int32_t token = 0;
  const auto last = static_cast<std::int32_t>(weights.size()) - 1;
  while (token < last && left >= weights[static_cast<std::size_t>(token)]) {
    left -= weights[static_cast<std::size_t>(token++)];
  }
  return token;
}

}  // namespace

std::string sample_text(const Subject& subject, const CaseFile& checkpoint,
                        const SampleWishes& wishes) {
  require(!wishes.prompt.empty(), "the prompt is empty: give at least one byte");
  require(wishes.length >= 1, "the sample must have at least one byte");
  require(wishes.temperature > 0.0, "the temperature must be above 0");
  const GradientFunction<float>& function = subject.gradient.in<float>();
  require(static_cast<bool>(function) && subject.capabilities.resumable,
          subject.name + " cannot resume from a state in float32");
  const Model model = model_of(checkpoint);
  require(model.vocab_size == 256, "the checkpoint must have a vocabulary of 256 to write text");
  require(model.feature_map.kind != FeatureKind::favor_plus,
          "checkpoints with random features cannot be sampled");
  Parameters<float> theta(model, MemoryTag::parameters);
  read_parameters(checkpoint, parameter_prefix(checkpoint), theta);
  const Projection<float> omega;

  std::string text = wishes.prompt;
  const Random random(wishes.seed, stream_named("sample"));
  State<float> state;
  GradientResult<float> result;
  std::size_t seen = 0;  // bytes that the state includes
  for (Index i = 0; i < wishes.length; ++i) {
    const std::string_view unseen = std::string_view(text).substr(seen);
    Sequences tokens(1, static_cast<Index>(unseen.size()));
    std::transform(unseen.begin(), unseen.end(), tokens.tokens(0).begin(),
                   [](char byte) { return static_cast<unsigned char>(byte); });
    function({.model = model,
              .theta = theta,
              .omega = omega,
              .sequences = tokens,
              .slice_length = tokens.length(),
              .wants_logits = true,
              .wants_state = true,
              .first_position = static_cast<Index>(seen),
              .start = seen == 0 ? nullptr : &state},
             result);
    seen = text.size();
    state = std::move(result.end);
    text += static_cast<char>(drawn(result.logits.row(tokens.length() - 1), wishes.temperature,
                                    random.uniform(static_cast<std::uint64_t>(i))));
  }
  return text;
}

}  // namespace slim::experiments
