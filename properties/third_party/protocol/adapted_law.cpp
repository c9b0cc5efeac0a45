// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/adapted_law.hpp"

#include "properties/engine/cases/cut_spec.hpp"
#include "properties/laws/attention/attention_law.hpp"
#include "properties/third_party/protocol/exchange.hpp"
#include "properties/third_party/protocol/told_from_noise.hpp"
#include "properties/tolerance/answer.hpp"
#include "properties/tolerance/attention_answer.hpp"
#include "reference/vocabulary/case_file/attention_case.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <cmath>

namespace slim::properties::foreign {
namespace {

constexpr int most_redraws = 40;

bool is_of_attention(const CaseFile& file) {
  const auto task = file.metadata.find("task");
  return task != file.metadata.end() && task->second == "attention";
}

/// The case with a table of learned positions, and a first position that is in it.
CaseFile with_learned_positions(const CaseFile& file) {
  CaseFile learned = to_case_file(with_positions(to_gradient_case(file), true));
  if (first_position_of(file) > 0) learned.metadata["first_position"] = "2";
  return learned;
}

/// The case with the subject's conventions, and without what it does not claim.
CaseFile adapted(CaseFile file, const Subject& subject, bool asks_features) {
  if (!is_of_attention(file)) {
    file.metadata["conventions"] = to_text(subject.conventions);
    const bool learned = subject.capabilities.learned_positions;
    return learned ? with_learned_positions(file) : file;
  }
  if (!subject.capabilities.key_masks) file.tensors.erase("key_mask");
  if (!subject.capabilities.resumable) {
    for (const char* name : {"initial.R", "initial.S", "cotangent.R", "cotangent.S"}) {
      file.tensors.erase(name);
    }
  }
  if (!subject.capabilities.pullback) {
    file.metadata["pullback"] = "0";
    for (const char* name : {"cotangent.out", "cotangent.R", "cotangent.S"}) {
      file.tensors.erase(name);
    }
  }
  const std::string& map = file.text("feature_map");
  const bool given = map == "given";
  const FeatureMap parsed = given ? FeatureMap() : parse_feature_map(map);
  file.metadata["conventions"] = to_text(acting_on(subject.attention_conventions, parsed, given));
  file.own_map = subject.capabilities.own_map.get();
  if (subject.forms.empty() || asks_features) return file;
  AttentionInputs<double> inputs = to_attention_inputs(file);
  for (const InputForm& form : subject.forms) form.fit(inputs);
  CaseFile formed = to_case_file(inputs);
  formed.own_map = file.own_map;
  formed.metadata.merge(file.metadata);
  return formed;
}

/// What the subject does not claim of the case in any scalar; empty if it claims all.
std::string beyond_claims(const CaseFile& file, const Subject& subject, bool asks_features) {
  const Capabilities& can = subject.capabilities;
  if (!is_of_attention(file)) {
    const FeatureMap map = parse_feature_map(file.text("feature_map"));
    if (!can.takes_in_models(map.kind)) return std::string(unclaimed_feature_map) + name(map);
    return file.has("key_mask") ? unclaimed_padding(can, to_gradient_case(file).sequences) : "";
  }
  const std::string& map = file.text("feature_map");
  if (map == "given" && !can.given_features) return "given features";
  if (map != "given" && !can.takes(parse_feature_map(map))) {
    return std::string(unclaimed_feature_map) + map;
  }
  if (asks_features) return {};
  const bool causal = file.text("causal") == "1";
  if (causal ? !can.causal : !can.bidirectional) {
    return causal ? "causal attention" : "bidirectional attention";
  }
  return {};
}

/// Whether two answers to the same request differ in their bits. Where one is NaN or infinite, the
/// error is infinite even if both have the same bits.
bool differs_in_a_repeated_call(const Finding& finding) {
  const bool repeated = finding.worst.tensor.find(repeated_call) != std::string::npos;
  return repeated && std::isfinite(finding.worst.error);
}

/// A law and the subject that it is adapted to.
struct Adaptation {
  Law law;
  Subject subject;
  std::optional<ProjectionKind> projection;
  bool own_projection;
  bool counted_targets;
  bool restricted;
};

/// Replaces the projection by the one that the subject draws with seed 0, for every head.
void put_own_projection(CaseFile& file, const Subject& subject) {
  Tensor& given = file.tensors.at("projection");
  const Index heads = given.shape.at(0);
  const Index width = given.shape.at(1);
  const Index features = given.shape.at(2);
  const Matrix<double> own =
      subject.projection(width, features, ProjectionKind::orthogonal, Random(0));
  std::vector<double> values;
  for (Index h = 0; h < heads; ++h) {
    for (Index i = 0; i < width; ++i) {
      for (Index m = 0; m < features; ++m) values.push_back(own(i, m));
    }
  }
  given = make_tensor(given.shape, std::span<const double>(values));
}

/// A case that could not be made, since the subject failed.
class FailedTrial final : public Trial {
 public:
  FailedTrial(SubjectError error, CaseFile file)
      : error_(std::move(error)), file_(std::move(file)) {}
  std::string unusable(Scalar /*scalar*/) override { return {}; }
  Finding check(const Subject& /*subject*/, Scalar /*scalar*/) override {
    throw SubjectError(error_);
  }
  [[nodiscard]] CaseFile file() const override { return file_; }

 private:
  SubjectError error_;
  CaseFile file_;
};

class AdaptedTrial final : public Trial {
 public:
  AdaptedTrial(std::unique_ptr<Trial> trial, std::shared_ptr<const Adaptation> adaptation)
      : trial_(std::move(trial)), adaptation_(std::move(adaptation)) {}
  /// A case to which the law does not apply within the subject's claims.
  AdaptedTrial(std::string unclaimed, bool may_redraw)
      : unclaimed_(std::move(unclaimed)), may_redraw_(may_redraw) {}

  std::string unusable(Scalar scalar) override {
    if (!unclaimed_.empty()) return may_redraw_ ? unclaimed_ : std::string();
    // check() skips it, and need not know its truth and bounds, which take the time.
    if (!trial_->unclaimed_by(adaptation_->subject, scalar).empty()) return {};
    try {
      return trial_->unusable(scalar);
    } catch (const SubjectError&) {  // by its own features, for which check() asks again
      return {};
    }
  }
  std::string unclaimed_by(const Subject& subject, Scalar scalar) override {
    return unclaimed_.empty() ? trial_->unclaimed_by(subject, scalar) : unclaimed_;
  }
  Finding check(const Subject& subject, Scalar scalar) override {
    if (!unclaimed_.empty()) return not_claimed(unclaimed_);
    Finding finding;
    try {
      finding = trial_->check(subject, scalar);
    } catch (const BeyondRestrictions& error) {  // a case that the law derives, such as one head
      return not_claimed(error.what());
    }
    if (finding.outcome == Outcome::wrong && differs_in_a_repeated_call(finding)) {
      return non_deterministic(std::move(finding));
    }
    return finding;
  }
  [[nodiscard]] CaseFile file() const override {
    return trial_ == nullptr ? CaseFile() : trial_->file();
  }

 private:
  std::unique_ptr<Trial> trial_;
  std::shared_ptr<const Adaptation> adaptation_;
  std::string unclaimed_;
  bool may_redraw_ = false;
};

/// What the subject does not claim, so that the law no longer applies to a case after that was
/// restricted to the subject's claims and conventions.
struct Lost {
  std::string unclaimed;   ///< empty if the restriction is not the reason
  bool may_redraw = true;  ///< false if no case would differ
};

Lost lost_by_adapting(const Adaptation& adaptation, const CaseFile& drawn, bool has_mask) {
  const Subject& subject = adaptation.subject;
  if (drawn.has("key_mask") && !(subject.capabilities.key_masks && has_mask)) return {"key masks"};
  const bool resumed = drawn.has("initial.R") || drawn.has("cotangent.R");
  if (resumed && !subject.capabilities.resumable) return {"to be resumable"};
  const AttentionConventions& own = subject.attention_conventions;
  const double vanishing = AttentionConventions().epsilons[EpsilonPlace::denominator];
  if (adaptation.law.name == "integers-exact" &&
      (own.epsilon_times_length || !(own.epsilons.largest_in_denominator() <= vanishing))) {
    return {"an epsilon that is negligible relative to 1", false};
  }
  const std::string& law = adaptation.law.name;
  if (law == "linear-in-queries") {
    const bool divides = own.normaliser == Normaliser::denominator;
    return {divides ? "attention without a normaliser" : "attention without own_weight", false};
  }
  if (!averages(own)) {
    const bool scales = own.output_scale != 1.0 || own.output_scale_by != OutputScale::number;
    return {scales ? "a normaliser, but an output scale" : "a normaliser", false};
  }
  if (has_own_weight(own)) {
    return {"attention without own_weight", false};
  }
  if (law == "stays-in-hull") return {"features of one sign"};
  if (adaptation.restricted) return {"the sizes of this law"};
  return {};
}

std::unique_ptr<Trial> adapted_trial(const std::shared_ptr<const Adaptation>& shared,
                                     const Trial& drawn, bool may_redraw) {
  const Adaptation& adaptation = *shared;
  const CaseFile drawn_file = drawn.file();
  if (adaptation.law.name == "projection-as-declared") {
    if (!adaptation.projection) return std::make_unique<AdaptedTrial>("to draw projections", false);
    if (drawn_file.text("projection") != name(*adaptation.projection)) {
      return std::make_unique<AdaptedTrial>(
          "other projections than " + std::string(name(*adaptation.projection)) + " ones",
          may_redraw);
    }
    return std::make_unique<AdaptedTrial>(adaptation.law.load(drawn_file), shared);
  }
  CaseFile file = adapted(drawn_file, adaptation.subject, adaptation.law.asks_features);
  const bool attention = is_of_attention(file);
  const Subject& subject = adaptation.subject;
  const bool features = adaptation.law.asks_features;
  const bool offered = features    ? subject.features.offers_any()
                       : attention ? subject.attention.offers_any()
                                   : subject.gradient.offers_any();
  if (!offered) {
    const char* task = features ? "features" : attention ? "attention" : "gradient";
    return std::make_unique<AdaptedTrial>(std::string("the task ") + task, false);
  }
  std::string beyond = beyond_claims(file, subject, features);
  if (!beyond.empty()) {
    return std::make_unique<AdaptedTrial>(std::move(beyond), may_redraw);
  }
  if (adaptation.law.name == "conventions-agree") {
    return std::make_unique<AdaptedTrial>("other conventions than its own", false);
  }
  const bool resumes =
      adaptation.law.name == "split-and-resume" || adaptation.law.name == "decoding-agrees";
  if (resumes && !subject.capabilities.resumable_models) {
    return std::make_unique<AdaptedTrial>("states of whole models", false);
  }
  if (adaptation.law.name == "decoding-agrees" && !subject.capabilities.logits) {
    return std::make_unique<AdaptedTrial>("logits", false);
  }
  if (resumes && !adaptation.counted_targets) {
    return std::make_unique<AdaptedTrial>("to divide by another number of targets than it counts",
                                          false);
  }
  if (adaptation.law.name == "declared-parts-agree" && !file.has("key_mask") &&
      !subject.capabilities.learned_positions) {
    const bool pads = subject.capabilities.left_padding || subject.capabilities.right_padding;
    return std::make_unique<AdaptedTrial>("learned positions or padding", may_redraw && pads);
  }
  if (adaptation.law.name == "batches-add" && !adaptation.counted_targets) {
    return std::make_unique<AdaptedTrial>("to divide by another number of targets than it counts",
                                          false);
  }
  if (adaptation.law.name == "slice-length-does-not-matter" && !subject.capabilities.sliced) {
    return std::make_unique<AdaptedTrial>("slices", false);
  }
  const std::string& law = adaptation.law.name;
  if (adaptation.own_projection && (law == "features-unbiased" || law == "features-converge")) {
    return std::make_unique<AdaptedTrial>("to use a given projection", false);
  }
  if (adaptation.own_projection && file.has("projection")) {
    try {
      put_own_projection(file, subject);
    } catch (const SubjectError& error) {
      return std::make_unique<FailedTrial>(error, std::move(file));
    }
  }
  try {
    return std::make_unique<AdaptedTrial>(adaptation.law.load(file), shared);
  } catch (const laws::DoesNotFit&) {
    Lost lost = lost_by_adapting(adaptation, drawn_file, file.has("key_mask"));
    if (lost.unclaimed.empty()) throw;  // an error of the harness, not of the subject
    return std::make_unique<AdaptedTrial>(std::move(lost.unclaimed), may_redraw && lost.may_redraw);
  }
}

class AdaptedDraw final : public Draw {
 public:
  AdaptedDraw(std::shared_ptr<const Adaptation> adaptation, std::unique_ptr<Draw> draw,
              bool may_redraw)
      : adaptation_(std::move(adaptation)), draw_(std::move(draw)), may_redraw_(may_redraw) {}

  [[nodiscard]] std::string readable() const override { return draw_->readable(); }
  [[nodiscard]] Extents extents() const override { return draw_->extents(); }
  [[nodiscard]] std::unique_ptr<Trial> trial() const override {
    return adapted_trial(adaptation_, *draw_->trial(), may_redraw_);
  }
  [[nodiscard]] Shrinks shrinks() const override {
    return [adaptation = adaptation_, rest = draw_->shrinks()]() -> std::unique_ptr<Draw> {
      std::unique_ptr<Draw> next = rest();
      return next ? std::make_unique<AdaptedDraw>(adaptation, std::move(next), true) : nullptr;
    };
  }

 private:
  std::shared_ptr<const Adaptation> adaptation_;
  std::unique_ptr<Draw> draw_;
  bool may_redraw_;
};

}  // namespace

Law adapted_law(const Law& law, const ForeignSubject& foreign, const ExtraSizes& extra) {
  const Subject& subject = foreign.subject;
  ExtraSizes sizes = extra;
  sizes.restrictions = foreign.declaration.restrictions;
  sizes.shares_heads = foreign.declaration.form.shares_heads();
  sizes.packs = foreign.declaration.form.packed;
  const auto adaptation = std::make_shared<const Adaptation>(
      Adaptation{.law = law.fitted ? law.fitted(subject.capabilities, sizes) : law,
                 .subject = subject,
                 .projection = foreign.declaration.projection,
                 .own_projection = foreign.declaration.own_projection,
                 .counted_targets = foreign.declaration.counted_targets,
                 .restricted = foreign.declaration.restrictions.any()});
  Law result = adaptation->law;
  if (subject.capabilities.own_map) {
    result.load = [adaptation](CaseFile file) {
      file.own_map = adaptation->subject.capabilities.own_map.get();
      return adaptation->law.load(file);
    };
  }
  result.draw = [adaptation](std::uint64_t seed, int attempt,
                             const CaseShape& shape) -> std::unique_ptr<Draw> {
    return std::make_unique<AdaptedDraw>(adaptation, adaptation->law.draw(seed, attempt, shape),
                                         attempt < most_redraws);
  };
  return result;
}

}  // namespace slim::properties::foreign
