// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/cost/costs_as_claimed.hpp"

#include "properties/report/level.hpp"
#include "properties/third_party/cost/resource_claims.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace slim::properties::foreign {
namespace {

/// A subject's cost, measured when it is first needed.
class Measured {
 public:
  Measured(const ForeignSubject& foreign, ResourcePlan plan)
      : foreign_(foreign), plan_(std::move(plan)) {}

  /// If the measurement failed, throws the same error again without another measurement.
  ResourceVerdict verdict(ResourceClaim claim) {
    if (error_) throw SubjectError(*error_);
    try {
      if (!samples_) samples_ = measure_resources(foreign_, plan_);
    } catch (const SubjectError& error) {
      error_ = error;
      throw;
    }
    return judge_claim(claim, *samples_, plan_);
  }
  [[nodiscard]] bool can_be_measured() const { return !costed_tasks(foreign_).empty(); }
  [[nodiscard]] Scalar scalar() const { return costed_scalar(foreign_); }

 private:
  ForeignSubject foreign_;
  ResourcePlan plan_;
  std::optional<std::vector<ResourceSample>> samples_;
  std::optional<SubjectError> error_;
};

class CostTrial final : public Trial {
 public:
  CostTrial(std::shared_ptr<Measured> measured, ResourceClaim claim)
      : measured_(std::move(measured)), claim_(claim) {}

  std::string unusable(Scalar /*scalar*/) override { return {}; }
  Finding check(const Subject& /*subject*/, Scalar scalar) override {
    if (!measured_->can_be_measured()) {
      return not_claimed("attention or whole models, whose costs are measured");
    }
    if (scalar != measured_->scalar()) {
      return not_claimed(fmt::format("costs in {}: they are measured in {} only", name(scalar),
                                     name(measured_->scalar())));
    }
    using Standing = ResourceVerdict::Standing;
    const ResourceVerdict verdict = measured_->verdict(claim_);
    if (verdict.standing == Standing::not_judged) return skipped(verdict.evidence);
    Finding finding{.worst = {.tensor = verdict.statistic_name,
                              .row = 0,
                              .error = verdict.statistic,
                              .bound = verdict.bound},
                    .note = verdict.evidence};
    if (verdict.standing == Standing::refuted) finding.outcome = Outcome::wrong;
    if (verdict.standing == Standing::inconclusive) finding.outcome = Outcome::suspect;
    return finding;
  }
  [[nodiscard]] CaseFile file() const override { return {}; }

 private:
  std::shared_ptr<Measured> measured_;
  ResourceClaim claim_;
};

class CostDraw final : public Draw {
 public:
  CostDraw(std::shared_ptr<Measured> measured, ResourceClaim claim)
      : measured_(std::move(measured)), claim_(claim) {}
  [[nodiscard]] std::string readable() const override {
    return "it claims \"" + std::string(name(claim_)) +
           "\"; slim-measure foreign prints the samples";
  }
  [[nodiscard]] std::unique_ptr<Trial> trial() const override {
    return std::make_unique<CostTrial>(measured_, claim_);
  }
  [[nodiscard]] Shrinks shrinks() const override {
    return [] { return std::unique_ptr<Draw>(); };
  }

 private:
  std::shared_ptr<Measured> measured_;
  ResourceClaim claim_;
};

std::string law_name(ResourceClaim claim) {
  std::string text = std::string(cost_law_prefix) + std::string(name(claim));
  std::ranges::replace(text, ' ', '-');
  return text;
}

}  // namespace

std::vector<Law> costs_as_claimed(const ForeignSubject& foreign, const ResourcePlan& plan) {
  std::vector<Law> laws;
  const auto measured = std::make_shared<Measured>(foreign, plan);
  for (const ResourceClaim claim : foreign.declaration.claims) {
    Law law;
    law.name = law_name(claim);
    law.statement = "bytes and seconds of attention and whole models grow as the subject claims";
    law.source = "the subject's declaration";
    law.generator = "one head, one layer (models), L from 1024 to 8192, C from 64 to 256";
    law.tolerance = "the rule of slim-measure foreign";
    law.judges_answers = false;
    law.draw = [measured, claim](std::uint64_t /*seed*/, int /*attempt*/,
                                 const CaseShape& /*shape*/) -> std::unique_ptr<Draw> {
      return std::make_unique<CostDraw>(measured, claim);
    };
    law.load = [](const CaseFile& /*file*/) -> std::unique_ptr<Trial> {
      throw ContractError("a cost has no case file to replay: run slim-measure foreign instead");
    };
    laws.push_back(std::move(law));
  }
  return laws;
}

std::vector<std::string> names_of_costs() {
  std::vector<std::string> names;
  for (const ResourceClaim claim : {ResourceClaim::flat_in_length, ResourceClaim::linear_in_slice,
                                    ResourceClaim::linear_time}) {
    names.push_back(law_name(claim));
  }
  return names;
}

}  // namespace slim::properties::foreign
