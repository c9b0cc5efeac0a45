// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/engine.hpp"
#include "properties/engine/make_law.hpp"

#include <rapidcheck/gen/Numeric.h>

namespace slim::properties {

/// A law about a number, whose cases cost nothing. `breaks` decides when a number is wrong.
inline Law law_about_numbers(const std::function<Finding(int, const Subject&, Scalar)>& check,
                             const std::function<std::string(int, Scalar)>& unusable = {},
                             const std::function<std::string(const Subject&)>& unclaimed = {}) {
  return make_law<int, int>(
      {.name = "about-numbers",
       .statement = {},
       .source = {},
       .generator = {},
       .tolerance = {},
       .kills = {},
       .draw = {},
       .load = {}},
      {.specs = rc::gen::inRange(0, 1000),
       .readable = [](int n) { return std::to_string(n); },
       .materialise = [](int n) { return n; },
       .to_file =
           [](int n) {
             CaseFile file;
             file.metadata["n"] = std::to_string(n);
             return file;
           },
       .from_file = [](const CaseFile& file) { return std::stoi(file.text("n")); },
       .unusable = [unusable](int& n,
                              Scalar scalar) { return unusable ? unusable(n, scalar) : ""; },
       .check = [check](int& n, const Subject& subject,
                        Scalar scalar) { return check(n, subject, scalar); },
       .unclaimed = [unclaimed](
                        int&, const Subject& subject,
                        Scalar) { return unclaimed ? unclaimed(subject) : std::string(); }});
}

inline Finding wrong_from(int n, int limit) {
  const bool wrong = n >= limit;
  return {.outcome = wrong ? Outcome::wrong : Outcome::pass,
          .worst = {.tensor = "n", .row = 0, .error = static_cast<double>(n), .bound = 1.0},
          .note = {}};
}

inline Subject named(const std::string& name) {
  return {.name = name, .summary = {}, .capabilities = {}, .conventions = {}, .gradient = {}};
}

struct Fixture {
  Law law;
  Subject left = named("left");
  Subject right = named("right");

  [[nodiscard]] RunPlan plan(int cases, int threads, std::uint64_t seed = 1) const {
    return {.laws = {&law},
            .subjects = {&left, &right},
            .scalars = {Scalar::float32, Scalar::digits50},
            .seed = seed,
            .cases = cases,
            .threads = threads};
  }
};

}  // namespace slim::properties
