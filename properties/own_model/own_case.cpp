// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/own_case.hpp"

#include "properties/engine/cases/choices.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <fmt/format.h>
#include <rapidcheck/seq/Create.h>
#include <rapidcheck/shrinkable/Create.h>

#include <array>
#include <cmath>
#include <limits>

namespace slim::properties::own_model {
namespace {

constexpr Index longest_drawn = 20;
constexpr std::array<double, 4> moves = {0.0, 0.03, 0.1, 0.3};
constexpr double size_of_zeros = 0.3;

std::vector<std::int64_t> drawn_mask(const OwnSpec& spec) {
  const Index B = spec.batch;
  const Index L = spec.length;
  const Random random(spec.seed, stream_named("own mask"));
  const auto chosen = static_cast<Index>(random.below(static_cast<std::uint64_t>(B * L), 1U << 30));
  std::vector<std::int64_t> mask(static_cast<std::size_t>(B * L), 1);
  for (Index i = 0; i < B * L; ++i) {
    bool counts = true;
    if (spec.mask == MaskKind::scattered) {
      counts = random.below(2, static_cast<std::uint64_t>(i)) == 1;
    }
    if (spec.mask == MaskKind::whole_slices) counts = i % L / spec.slice_length % 2 == 1;
    if (spec.mask == MaskKind::all_but_one) counts = false;
    mask[static_cast<std::size_t>(i)] = counts || i == chosen ? 1 : 0;  // one always counts
  }
  return mask;
}

Index slices_in(const OwnSpec& spec) {
  return (spec.length + spec.slice_length - 1) / spec.slice_length;
}

/// A few steps from each size, and none to many more slices, since every check runs the subject
/// many times.
std::vector<OwnSpec> smaller_own_specs(const OwnSpec& spec) {
  std::vector<OwnSpec> smaller;
  const auto add = [&](auto change) {
    OwnSpec changed = spec;
    change(changed);
    const bool is_cheap = slices_in(changed) <= std::max<Index>(20, slices_in(spec));
    if (changed != spec && is_cheap) smaller.push_back(changed);
  };
  add([](OwnSpec& s) { s.batch = 1; });
  add([](OwnSpec& s) { s.mask = MaskKind::none; });
  add([](OwnSpec& s) { s.length = std::min<Index>(s.length, 2), s.slice_length = 1; });
  add([](OwnSpec& s) { s.length = std::min(s.length, s.slice_length + 1); });
  add([](OwnSpec& s) { s.slice_length = 1; });
  add([](OwnSpec& s) { s.length = (s.length + 1) / 2; });
  add([](OwnSpec& s) { s.length -= s.length / 4; });
  add([](OwnSpec& s) { s.length -= s.length / 8; });
  add([](OwnSpec& s) { s.length = std::max<Index>(1, s.length - 1); });
  add([](OwnSpec& s) { s.slice_length = (s.slice_length + 1) / 2; });
  add([](OwnSpec& s) { s.seed = std::min<std::uint64_t>(s.seed, 1); });
  return smaller;
}

std::vector<std::int64_t> integers_of(const Tensor& tensor, std::int64_t highest,
                                      const char* what) {
  std::vector<std::int64_t> values(tensor.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = tensor.integer(i);
    require(values[i] >= 0 && values[i] <= highest,
            fmt::format("tensor '{}' contains {}: allowed are 0 to {}", what, values[i], highest));
  }
  return values;
}

}  // namespace

rc::Shrinkable<OwnSpec> shrinkable_own(const OwnSpec& spec) {
  return rc::shrinkable::shrinkRecur(spec, [](const OwnSpec& larger) {
    return rc::seq::fromContainer(smaller_own_specs(larger));
  });
}

std::string readable(const OwnSpec& spec) {
  return fmt::format("L={} C={} B={} mask={} moved={} seed={}", spec.length, spec.slice_length,
                     spec.batch, name(spec.mask), spec.moved, spec.seed);
}

double size_of_entries(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value * value;
  const double mean = std::sqrt(sum / static_cast<double>(values.size()));
  return mean > 0.0 ? mean : size_of_zeros;
}

OwnCase materialise(OwnSubject& subject, const OwnSpec& spec) {
  OwnCase c{.sequences = {.batch = spec.batch, .length = spec.length, .tokens = {}, .mask = {}},
            .parameters = subject.initial(),
            .slice_length = spec.slice_length,
            .seed = spec.seed};
  std::uint64_t stream = stream_named("own parameter");
  for (std::vector<double>& values : c.parameters) {
    const Random random(spec.seed, stream++);
    const double by = moves.at(static_cast<std::size_t>(spec.moved)) * size_of_entries(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(values[i] + by * random.normal(i));
    }
  }
  const Random random(spec.seed, stream_named("own tokens"));
  const auto count = static_cast<std::uint64_t>(subject.declared().tokens());
  for (Index i = 0; i < spec.batch * (spec.length + 1); ++i) {
    c.sequences.tokens.push_back(subject.declared().token(
        static_cast<Index>(random.below(count, static_cast<std::uint64_t>(i)))));
  }
  c.sequences.mask = drawn_mask(spec);
  return c;
}

CaseFile to_file(const OwnSubject& subject, const OwnCase& c) {
  CaseFile file;
  for (std::size_t i = 0; i < c.parameters.size(); ++i) {
    const auto& parameter = subject.declared().parameters[i];
    file.tensors["param." + parameter.name] =
        make_tensor(parameter.shape, std::span<const double>(c.parameters[i]));
  }
  const OwnSequences& of = c.sequences;
  file.tensors["tokens"] =
      make_tensor({of.batch, of.length + 1}, std::span<const std::int64_t>(of.tokens));
  file.tensors["mask"] = make_tensor({of.batch, of.length}, std::span<const std::int64_t>(of.mask));
  file.metadata = {{"task", "own_model"},
                   {"chunk", std::to_string(c.slice_length)},
                   {"draw", std::to_string(c.seed)}};
  return file;
}

OwnCase from_file(const OwnSubject& subject, const CaseFile& file) {
  const auto task = file.metadata.find("task");
  require(task != file.metadata.end() && task->second == "own_model",
          "metadata 'task' must be own_model: this law is about models of their own architecture");
  OwnCase c;
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  for (const auto& parameter : subject.declared().parameters) {
    const Tensor& tensor = file.tensor("param." + parameter.name);
    require(tensor.shape == parameter.shape,
            "tensor 'param." + on_one_line(parameter.name) +
                "' has another shape than the parameter that the subject declares");
    c.parameters.emplace_back(tensor.size());
    tensor.copy_to(c.parameters.back());
  }
  require(file.tensors.size() == c.parameters.size() + 2,
          "the case has other tensors than the subject's parameters, tokens and mask");
  const Tensor& mask = file.tensor("mask");
  const Tensor& tokens = file.tensor("tokens");
  require(mask.shape.size() == 2 && mask.size() > 0 && mask.shape[1] <= subject.declared().longest,
          "tensor 'mask' must be [B, L], with L at most the subject's longest length");
  require(tokens.shape == std::vector<std::int64_t>{mask.shape[0], mask.shape[1] + 1},
          "tensor 'tokens' must be [B, L + 1], where 'mask' is [B, L]");
  c.sequences = {.batch = mask.shape[0],
                 .length = mask.shape[1],
                 .tokens = integers_of(tokens, subject.declared().vocab - 1, "tokens"),
                 .mask = integers_of(mask, 1, "mask")};
  require(c.sequences.counted() > 0, "tensor 'mask' counts no target: at least one must count");
  c.slice_length = static_cast<Index>(file.integer("chunk", 1, 1 << 20));
  c.seed = static_cast<std::uint64_t>(file.integer("draw", 0, largest));
  return c;
}

rc::Gen<OwnSpec> own_specs(const foreign::OwnModel& declared) {
  return [declared](const rc::Random& random, int size) {
    Choices choices(random, size);
    OwnSpec spec;
    spec.slice_length = choices.one_of<Index>({1, 2, 3, 3, 4, 5, 5, 7, 8});
    const Index C = spec.slice_length;
    const Index ragged = C * choices.one_of<Index>({1, 2, 3}) + choices.one_of<Index>({1, C - 1});
    spec.length = choices.one_of<Index>(
        {ragged, ragged, ragged, 2 * C, 3 * C, C, std::max<Index>(1, C - 1), 1, 13});
    spec.length = std::min({spec.length, longest_drawn, declared.longest});
    if (declared.batches) spec.batch = choices.one_of<Index>({1, 1, 2, 3});
    if (declared.masks) {
      spec.mask = choices.one_of<MaskKind>({MaskKind::none, MaskKind::none, MaskKind::none,
                                            MaskKind::scattered, MaskKind::scattered,
                                            MaskKind::whole_slices, MaskKind::all_but_one});
    }
    spec.moved = choices.one_of<int>({0, 1, 2, 2, 3});
    spec.seed =
        static_cast<std::uint64_t>(choices.from(rc::gen::inRange<std::int64_t>(0, 1'000'000)));
    return shrinkable_own(spec);
  };
}

}  // namespace slim::properties::own_model
