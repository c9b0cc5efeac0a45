// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"

#include <rapidcheck/Gen.h>
#include <rapidcheck/Random.h>

namespace slim::properties {

/// The typed parts of a law about a `Case`, which is made from a small `Spec`.
template <class Spec, class Case>
struct LawParts {
  rc::Gen<Spec> specs;
  std::function<std::string(const Spec&)> readable;
  /// Empty if the law does not vary the sizes of cases.
  std::function<Extents(const Spec&)> extents{};
  /// Row `row` of the law's design. `turn` selects its sizes within their classes, the same ones in
  /// every attempt. Empty if the law has no design.
  std::function<rc::Gen<Spec>(int row, std::uint64_t turn, int attempt)> designed{};
  std::function<Case(const Spec&)> materialise;
  std::function<CaseFile(const Case&)> to_file;
  std::function<Case(const CaseFile&)> from_file;
  std::function<std::string(Case&, Scalar)> unusable;
  std::function<Finding(Case&, const Subject&, Scalar)> check;
  /// What a subject does not claim of the case, which it then need not run. Empty function: only
  /// `check` decides.
  std::function<std::string(Case&, const Subject&, Scalar)> unclaimed{};
};

namespace detail {

template <class Spec, class Case>
using SharedParts = std::shared_ptr<const LawParts<Spec, Case>>;

template <class Spec, class Case>
class TrialOf final : public Trial {
 public:
  TrialOf(SharedParts<Spec, Case> parts, Case c) : parts_(std::move(parts)), case_(std::move(c)) {}
  std::string unusable(Scalar scalar) override { return parts_->unusable(case_, scalar); }
  std::string unclaimed_by(const Subject& subject, Scalar scalar) override {
    return parts_->unclaimed ? parts_->unclaimed(case_, subject, scalar) : std::string();
  }
  Finding check(const Subject& subject, Scalar scalar) override {
    return parts_->check(case_, subject, scalar);
  }
  [[nodiscard]] CaseFile file() const override { return parts_->to_file(case_); }

 private:
  SharedParts<Spec, Case> parts_;
  Case case_;
};

template <class Spec, class Case>
class DrawOf final : public Draw {
 public:
  DrawOf(SharedParts<Spec, Case> parts, rc::Shrinkable<Spec> spec)
      : parts_(std::move(parts)), spec_(std::move(spec)) {}
  [[nodiscard]] std::string readable() const override { return parts_->readable(spec_.value()); }
  [[nodiscard]] Extents extents() const override {
    return parts_->extents ? parts_->extents(spec_.value()) : Extents();
  }
  [[nodiscard]] std::unique_ptr<Trial> trial() const override {
    return std::make_unique<TrialOf<Spec, Case>>(parts_, parts_->materialise(spec_.value()));
  }
  [[nodiscard]] Shrinks shrinks() const override {
    return [parts = parts_, rest = spec_.shrinks()]() mutable -> std::unique_ptr<Draw> {
      rc::Maybe<rc::Shrinkable<Spec>> next = rest.next();
      return next ? std::make_unique<DrawOf>(parts, std::move(*next)) : nullptr;
    };
  }

 private:
  SharedParts<Spec, Case> parts_;
  rc::Shrinkable<Spec> spec_;
};

}  // namespace detail

/// Completes `law`, which has the texts, with the functions that draw and load cases. RapidCheck's
/// generators are called as pure functions; its runner is not used, since it keeps global state.
template <class Spec, class Case>
Law make_law(Law law, LawParts<Spec, Case> parts) {
  const auto shared = std::make_shared<const LawParts<Spec, Case>>(std::move(parts));
  law.draw = [shared](std::uint64_t seed, int attempt,
                      const CaseShape& shape) -> std::unique_ptr<Draw> {
    rc::Random random(seed);
    for (int i = 0; i < attempt; ++i) random.split();
    const rc::Gen<Spec> specs =
        shape.row < 0 ? shared->specs : shared->designed(shape.row, shape.turn, attempt);
    return std::make_unique<detail::DrawOf<Spec, Case>>(shared, specs(random.split(), shape.size));
  };
  law.load = [shared](const CaseFile& file) -> std::unique_ptr<Trial> {
    return std::make_unique<detail::TrialOf<Spec, Case>>(shared, shared->from_file(file));
  };
  return law;
}

}  // namespace slim::properties
