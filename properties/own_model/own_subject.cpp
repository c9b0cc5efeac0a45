// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/own_subject.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace slim::properties::own_model {
namespace {

constexpr const char* task_name = "own_model";

using Answered = std::map<std::string, Tensor>;

template <class T>
Tensor tensor_of(const std::vector<std::int64_t>& shape, const std::vector<double>& values) {
  const std::vector<T> rounded(values.begin(), values.end());
  return make_tensor(shape, std::span<const T>(rounded));
}

Tensor tensor_in(Scalar scalar, const std::vector<std::int64_t>& shape,
                 const std::vector<double>& values) {
  return scalar == Scalar::float32 ? tensor_of<float>(shape, values)
                                   : tensor_of<double>(shape, values);
}

std::vector<std::int64_t> stacked(std::int64_t copies, const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> all = {copies};
  all.insert(all.end(), shape.begin(), shape.end());
  return all;
}

/// The copies of parameter `place`, one after another; a single one if they are all equal. The
/// first parameter is always complete, since its stack says how many copies there are.
std::vector<double> stack_of(const std::vector<const Values*>& copies, std::size_t place) {
  const std::vector<double>& first = copies.front()->at(place);
  const bool is_same =
      std::ranges::all_of(copies, [&](const Values* copy) { return copy->at(place) == first; });
  if (is_same && place > 0) return first;
  std::vector<double> all;
  for (const Values* copy : copies) {
    all.insert(all.end(), copy->at(place).begin(), copy->at(place).end());
  }
  return all;
}

CaseFile file_of(const Request& request, const foreign::OwnModel& declared, Scalar scalar) {
  const OwnSequences& of = request.sequences;
  CaseFile file;
  for (std::size_t i = 0; i < declared.parameters.size(); ++i) {
    const foreign::OwnModel::Parameter& parameter = declared.parameters[i];
    const std::vector<double> stack = stack_of(request.copies, i);
    const auto copies = static_cast<std::int64_t>(stack.size()) / parameter.entries();
    file.tensors["param." + parameter.name] =
        tensor_in(scalar, stacked(copies, parameter.shape), stack);
  }
  file.tensors["tokens"] =
      make_tensor({of.batch, of.length + 1}, std::span<const std::int64_t>(of.tokens));
  file.tensors["mask"] = make_tensor({of.batch, of.length}, std::span<const std::int64_t>(of.mask));
  file.metadata = {{"task", task_name},
                   {"request", "answers"},
                   {"dtype", std::string(name(scalar))},
                   {"chunk", std::to_string(request.slice_length)},
                   {"seed", std::to_string(request.seed)},
                   {"cuts", fmt::format("[{}]", fmt::join(request.cuts, ", "))}};
  return file;
}

std::vector<double> part_of(const Tensor& tensor, std::size_t place, std::size_t parts) {
  const std::size_t size = tensor.size() / parts;
  std::vector<double> values(size);
  for (std::size_t i = 0; i < size; ++i) values[i] = tensor.real(place * size + i);
  return values;
}

}  // namespace

std::int64_t OwnSequences::counted() const {
  return std::accumulate(mask.begin(), mask.end(), std::int64_t{0});
}

OwnSubject::OwnSubject(const foreign::ForeignSubject& foreign)
    : name_(foreign.subject.name),
      declaration_(foreign.declaration),
      declared_(foreign.declaration.own_model.value()),
      pool_(foreign.pool) {}

bool OwnSubject::offers(Scalar scalar) const {
  return std::ranges::find(declaration_.scalars, scalar) != declaration_.scalars.end();
}

const Values& OwnSubject::initial() {
  const std::lock_guard lock(mutex_);
  if (!initial_.empty()) return initial_;
  CaseFile file;
  file.metadata = {{"task", task_name}, {"request", "parameters"}};
  foreign::Question question{.task = task_name, .file = file, .wanted = {}};
  for (const auto& parameter : declared_.parameters) {
    question.wanted.push_back({"param." + parameter.name, Dtype::F64, parameter.shape});
  }
  Answered answered;
  foreign::with_session(*pool_,
                        [&](foreign::Session& session) { answered = session.ask(question); });
  Values values;
  for (const auto& parameter : declared_.parameters) {
    values.push_back(part_of(answered.at("param." + parameter.name), 0, 1));
    const auto is_finite = [](double value) { return std::isfinite(value); };
    if (!std::ranges::all_of(values.back(), is_finite)) {
      throw SubjectError("has an initial value of parameter '" + on_one_line(parameter.name) +
                             "' that is not finite",
                         Failure::non_finite);
    }
  }
  initial_ = std::move(values);
  return initial_;
}

std::vector<Answer> OwnSubject::ask_some(const Request& request, Scalar scalar) {
  const CaseFile file = file_of(request, declared_, scalar);
  foreign::Question question{.task = task_name, .file = file, .wanted = {}};
  const Dtype dtype = scalar == Scalar::float32 ? Dtype::F32 : Dtype::F64;
  const std::size_t copies = request.copies.size();
  const auto count = static_cast<std::int64_t>(copies);
  if (request.wants_loss) question.wanted.push_back({"loss", dtype, {count}});
  if (request.wants_logits) {
    const OwnSequences& of = request.sequences;
    question.wanted.push_back({"logits", dtype, {count, of.batch, of.length, declared_.vocab}});
  }
  for (const auto& parameter : declared_.parameters) {
    if (!request.wants_gradient) break;
    question.wanted.push_back({"grad." + parameter.name, dtype, stacked(count, parameter.shape)});
  }
  Answered answered;
  foreign::with_session(*pool_,
                        [&](foreign::Session& session) { answered = session.ask(question); });
  std::vector<Answer> answers(copies);
  for (std::size_t k = 0; k < copies; ++k) {
    if (request.wants_loss) answers[k].loss = answered.at("loss").real(k);
    if (request.wants_logits) answers[k].logits = part_of(answered.at("logits"), k, copies);
    for (const auto& parameter : declared_.parameters) {
      if (!request.wants_gradient) break;
      answers[k].gradient.push_back(part_of(answered.at("grad." + parameter.name), k, copies));
    }
  }
  return answers;
}

/// A slow subject needs a deadline for each answer, so that few copies go into one request.
std::vector<Answer> OwnSubject::ask(const Request& request, Scalar scalar) {
  constexpr std::size_t most_in_full = 17;
  constexpr std::size_t most_in_slices = 4;
  constexpr std::size_t most_rows = 64;  // of short sequences; longer ones take longer
  const auto rows = static_cast<std::size_t>(request.sequences.batch * request.sequences.length);
  const std::size_t of_short = request.slice_length == 0 ? most_in_full : most_in_slices;
  const std::size_t most =
      std::max<std::size_t>(1, of_short * most_rows / std::max(most_rows, rows));
  std::vector<Answer> answers;
  for (std::size_t first = 0; first < request.copies.size(); first += most) {
    Request some = request;
    const auto begin = request.copies.begin() + static_cast<std::ptrdiff_t>(first);
    const std::size_t count = std::min(most, request.copies.size() - first);
    some.copies.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    std::ranges::move(ask_some(some, scalar), std::back_inserter(answers));
  }
  return answers;
}

}  // namespace slim::properties::own_model
