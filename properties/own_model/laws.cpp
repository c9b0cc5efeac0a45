// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/laws.hpp"

#include "properties/engine/make_law.hpp"

namespace slim::properties::own_model {
namespace {

std::vector<OwnLaw> all_own_laws() {
  return {own_slope_of_loss(), own_slope_of_sliced_loss(),        own_slices_agree(),
          own_resumes(),       own_future_does_not_matter(),      own_padding_is_truncation(),
          own_batches_add(),   own_batch_order_does_not_matter(), own_calls_independent(),
          own_float32_agrees()};
}

Law law_of(const OwnLaw& of, const std::shared_ptr<OwnSubject>& subject) {
  Law law;
  law.name = of.name;
  law.statement = of.statement;
  law.source = of.source;
  law.generator = "the subject's initial values and normal numbers, L ≤ 20, C ≤ 8, B ≤ 3, masks";
  law.tolerance = "16 runs of the subject with every parameter moved by one unit in its last place";
  const auto repaired = [subject, repair = of.repair](const OwnSpec& spec) {
    return repair == nullptr ? spec : repair(spec, subject->declared());
  };
  return make_law<OwnSpec, OwnCase>(
      std::move(law),
      {.specs = own_specs(subject->declared()),
       .readable = [repaired](const OwnSpec& spec) { return readable(repaired(spec)); },
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

std::vector<Law> own_laws(const foreign::ForeignSubject& foreign) {
  const auto subject = std::make_shared<OwnSubject>(foreign);
  std::vector<Law> laws;
  for (const OwnLaw& law : all_own_laws()) laws.push_back(law_of(law, subject));
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
