// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/laws.hpp"

#include "properties/engine/make_law.hpp"
#include "properties/own_model/own_sizes.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

namespace slim::properties::own_model {
namespace {

std::vector<OwnLaw> all_own_laws() {
  return {own_slope_of_loss(), own_slope_of_sliced_loss(),        own_slices_agree(),
          own_resumes(),       own_future_does_not_matter(),      own_padding_is_truncation(),
          own_batches_add(),   own_batch_order_does_not_matter(), own_calls_independent(),
          own_float32_agrees()};
}

/// Which rows of the design a law runs: all, or the last of every three.
struct DesignedRows {
  int count;
  int step;
  [[nodiscard]] int row(int number) const { return number * step + step - 1; }
};

Law law_of(const OwnLaw& of, const std::shared_ptr<OwnSubject>& subject,
           const std::shared_ptr<const OwnSizes>& sizes) {
  const int step = of.runs_all_sizes ? 1 : 3;
  const DesignedRows rows{.count = sizes->rows() / step, .step = step};
  Law law;
  law.name = of.name;
  law.statement = of.statement;
  law.source = of.source;
  law.generator =
      "the subject's initial values and normal numbers, L ≤ 20, C ≤ 8, B ≤ 3, masks; also lengths "
      "and slice lengths around 16, 32, … up to L = 257";
  law.tolerance = "16 runs of the subject with every parameter moved by one unit in its last place";
  law.task = "own_model";
  law.judges_answers = of.judges_answers;
  law.designed = [rows] { return rows.count; };
  law.alternates_scalars = !of.judges_slopes;
  law.size_goal = [sizes]() -> const SizeGoal& { return sizes->goal(); };
  const auto repaired = [subject, repair = of.repair](const OwnSpec& spec) {
    return repair == nullptr ? spec : repair(spec, subject->declared());
  };
  return make_law<OwnSpec, OwnCase>(
      std::move(law),
      {.specs = own_specs(subject->declared()),
       .readable = [repaired](const OwnSpec& spec) { return readable(repaired(spec)); },
       .extents = [sizes,
                   repaired](const OwnSpec& spec) { return sizes->extents_of(repaired(spec)); },
       .designed =
           [sizes, rows, subject](int number, std::uint64_t turn, int /*attempt*/) {
             return rc::Gen<OwnSpec>([=](const rc::Random& random, int /*size*/) {
               constexpr int full_size = 100;
               const OwnSpec drawn = own_specs(subject->declared())(random, full_size).value();
               return shrinkable_own(sizes->sized(drawn, rows.row(number), turn));
             });
           },
       .materialise = [subject, repaired](
                          const OwnSpec& spec) { return materialise(*subject, repaired(spec)); },
       .to_file = [subject](const OwnCase& c) { return to_file(*subject, c); },
       .from_file = [subject](const CaseFile& file) { return from_file(*subject, file); },
       .unusable = [](OwnCase& /*c*/, Scalar /*scalar*/) { return std::string(); },
       .check =
           [subject, of](OwnCase& c, const Subject& /*subject*/, Scalar scalar) {
             std::string reason = subject->offers(scalar) ? of.unclaimed(subject->declared())
                                                          : std::string(name(scalar));
             return reason.empty() ? of.check(*subject, c, scalar) : not_claimed(std::move(reason));
           }});
}

}  // namespace

const std::vector<std::string>& names_of_own_laws() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const OwnLaw& law : all_own_laws()) all.push_back(law.name);
    return all;
  }();
  return names;
}

std::vector<Law> own_laws(const foreign::ForeignSubject& foreign, const ExtraSizes& extra) {
  const auto subject = std::make_shared<OwnSubject>(foreign);
  const foreign::OwnModel& declared = subject->declared();
  std::vector<Index> lengths;
  for (const Index length : extra.lengths) {
    if (length <= declared.longest) lengths.push_back(length);
    require(length <= declared.longest || foreign.declaration.has_reference(),
            fmt::format("--lengths {}: the subject declares that its longest sequence has {} rows",
                        length, declared.longest));
  }
  require(extra.head_widths.empty() || foreign.declaration.has_reference(),
          "--head-widths: a model of its own architecture has no head widths that can be varied");
  const auto sizes = std::make_shared<const OwnSizes>(declared, lengths);
  std::vector<Law> laws;
  for (const OwnLaw& law : all_own_laws()) laws.push_back(law_of(law, subject, sizes));
  return laws;
}

std::vector<Pass> passes_of(const foreign::OwnModel& declared, Index slice_length) {
  std::vector<Pass> passes = {{0, ""}};
  if (declared.sliced) passes.push_back({slice_length, " (in slices)"});
  return passes;
}

Deviation deviation_of_full(OwnSubject& subject, const OwnCase& c, Scalar scalar,
                            bool wants_logits) {
  Request request = c.request(0);
  request.wants_gradient = true;
  request.wants_logits = wants_logits && subject.declared().logits;
  return deviation_of(subject, c, std::move(request), scalar);
}

Answer gradient_in(OwnSubject& subject, const OwnCase& c, Index slice_length, Scalar scalar) {
  Request request = c.request(slice_length);
  request.wants_gradient = true;
  return subject.ask_once(request, scalar);
}

}  // namespace slim::properties::own_model
