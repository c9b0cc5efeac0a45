// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/training_curves.hpp"

#include "experiments/records/regime.hpp"
#include "experiments/training/course.hpp"
#include "experiments/training/rounding_band.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace slim::plots {
namespace {

using experiments::Course;
using experiments::CourseGroup;
using experiments::Regime;
using experiments::TrainingTask;
using Values = std::vector<double>;

constexpr Index most_points = 80;
constexpr const char* grey_parts = "parameters, gradient, moments";
constexpr double kibibyte = 1024.0;

struct Look {
  const char* colour;
  const char* dash;
};
constexpr Look full_look = {"#D55E00", "solid"};
/// C₁, C₂, switched to C₁, switched to C₂.
constexpr std::array<Look, 4> sliced_looks = {
    {{"#0072B2", "solid"}, {"#009E73", "'-'"}, {"#CC79A7", "'-.'"}, {"#000000", "'.'"}}};

/// A curve over steps, as a function of its x.
using Series = std::vector<std::pair<double, double>>;

/// The curve of a run: bits per byte of its training windows, or per cent copied correctly.
Series shown(const Course& course) {
  Series series;
  if (course.setting.training.task == TrainingTask::text) {
    for (std::size_t i = 0; i < course.losses.size(); ++i) {
      const auto step = static_cast<double>(course.first_step()) + static_cast<double>(i);
      series.emplace_back(step, course.losses[i] / std::numbers::ln2);
    }
  } else {
    for (const experiments::Check& check : course.checks) {
      series.emplace_back(static_cast<double>(check.step), 100.0 * metric(course.setting, check));
    }
  }
  return series;
}

/// Means over equal intervals of steps, at most most_points.
Series averaged(const Series& series, double steps) {
  const double stretch = steps / static_cast<double>(most_points);
  Series means;
  std::size_t i = 0;
  while (i < series.size()) {
    const double bin = std::floor(series[i].first / stretch);
    double x = 0.0;
    double y = 0.0;
    std::size_t count = 0;
    for (; i < series.size() && std::floor(series[i].first / stretch) == bin; ++i, ++count) {
      x += series[i].first;
      y += series[i].second;
    }
    means.emplace_back(x / static_cast<double>(count), y / static_cast<double>(count));
  }
  return means;
}

/// Mean, minimum and maximum over the seeds.
std::vector<PanelPoint> over_seeds(const std::vector<const Course*>& runs, double steps) {
  std::vector<Series> all;
  std::size_t count = std::numeric_limits<std::size_t>::max();
  for (const Course* run : runs) {
    all.push_back(averaged(shown(*run), steps));
    count = std::min(count, all.back().size());
  }
  std::vector<PanelPoint> points;
  for (std::size_t i = 0; !all.empty() && i < count; ++i) {
    PanelPoint point{
        .x = all[0][i].first, .y = 0.0, .low = all[0][i].second, .high = all[0][i].second};
    for (const Series& series : all) {
      const double y = series[i].second;
      point.y += y / static_cast<double>(all.size());
      point.low = std::min(point.low, y);
      point.high = std::max(point.high, y);
    }
    points.push_back(point);
  }
  return points;
}

/// Means of validations over the seeds. Units: bits per byte.
std::vector<PanelPoint> validations(const std::vector<const Course*>& runs) {
  std::vector<PanelPoint> points;
  for (std::size_t i = 0; i < runs.front()->checks.size(); ++i) {
    double sum = 0.0;
    for (const Course* run : runs) sum += run->checks.at(i).loss / std::numbers::ln2;
    const double y = sum / static_cast<double>(runs.size());
    points.push_back({static_cast<double>(runs.front()->checks[i].step), y, y, y});
  }
  return points;
}

/// The largest over the seeds and over intervals of steps, at most most_points. Zeros are left out,
/// since a logarithmic axis cannot show them.
std::vector<PanelPoint> largest(const std::vector<Values>& all, Index first, double steps) {
  std::vector<PanelPoint> points;
  const double stretch = std::max(steps / static_cast<double>(most_points),
                                  static_cast<double>(experiments::band_window));
  for (const Values& values : all) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double step = static_cast<double>(first) +
                          static_cast<double>(experiments::band_window) * static_cast<double>(i);
      const auto bin = static_cast<std::size_t>((step - static_cast<double>(first)) / stretch);
      if (points.size() <= bin) points.resize(bin + 1);
      points[bin].x = static_cast<double>(first) + (static_cast<double>(bin) + 0.5) * stretch;
      points[bin].y = std::max(points[bin].y, values[i]);
      points[bin].high = points[bin].y;
    }
  }
  std::erase_if(points, [](const PanelPoint& p) { return !(p.y > 0.0); });
  return points;
}

/// The runs of a regime over the seeds, and its name.
struct ShownRegime {
  std::string name;
  Look look;
  std::vector<const Course*> runs;
};

ShownRegime& shown_of(std::vector<ShownRegime>& all, const Course& course, Look look) {
  const std::string name = regime_name(course.setting);
  for (ShownRegime& regime : all) {
    if (regime.name == name) return regime;
  }
  all.push_back({.name = name, .look = look, .runs = {}});
  return all.back();
}

std::pair<double, double> span_of(const std::vector<PanelCurve>& curves) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const PanelCurve& curve : curves) {
    for (const PanelPoint& p : curve.points) {
      low = std::min({low, p.y, curve.look == PanelCurve::Look::area ? p.high : p.y});
      high = std::max({high, p.y, p.high});
    }
  }
  return {low, high};
}

std::string subtitle_of(const experiments::Setting& s, std::size_t seeds) {
  const Model& model = s.model;
  return fmt::format("{}, d_model {}, {} layer{}, {} heads, L = {}, batch {}, {} steps, {} seed{}",
                     s.subject, model.hidden_dim, model.layers, model.layers == 1 ? "" : "s",
                     model.heads, s.length, s.batch, s.training.steps, seeds,
                     seeds == 1 ? "" : "s");
}

Chart draw_figure3(std::span<const Record> records, TrainingTask task) {
  const std::vector<Course> all = experiments::courses(records);
  std::vector<CourseGroup> groups = experiments::grouped(all);
  std::erase_if(groups, [&](const CourseGroup& group) {
    return group.full == nullptr || group.full->setting.training.task != task ||
           group.reordered.empty() || group.reordered_at_half.empty();
  });
  Chart chart;
  if (groups.empty()) return chart;
  const experiments::Setting& setting = groups.front().full->setting;
  const auto steps = static_cast<double>(setting.training.steps);
  const Index half = setting.training.steps / 2;

  std::vector<ShownRegime> regimes = {{.name = "full", .look = full_look, .runs = {}}};
  Panel below;
  std::vector<Values> band;
  std::vector<Values> band_at_half;
  for (const CourseGroup& group : groups) {
    regimes.front().runs.push_back(group.full);
    std::size_t number = 0;
    for (const auto* list : {&group.sliced, &group.switched}) {
      for (const Course* run : *list) {
        shown_of(regimes, *run, sliced_looks.at(number++ % sliced_looks.size()))
            .runs.push_back(run);
      }
    }
    band.push_back(experiments::rounding_band(*group.full, group.reordered));
    band_at_half.push_back(experiments::rounding_band(*group.full, group.reordered_at_half));
  }

  Panel curves{.left = 0.09, .right = 0.70, .bottom = 0.45, .top = 0.78};
  curves.x_high = steps;
  const bool text = task == TrainingTask::text;
  curves.y_label = text ? "bits per byte" : "copied correctly (%)";
  curves.key = true;
  std::vector<PanelPoint> spread = over_seeds(regimes.front().runs, steps);
  curves.curves.push_back({.label = "full, all seeds",
                           .colour = "#f6d5c2",
                           .look = PanelCurve::Look::area,
                           .points = spread});
  for (const ShownRegime& regime : regimes) {
    const bool full = regime.name == "full";
    curves.curves.push_back({.label = full ? "full, mean" : regime.name,
                             .colour = regime.look.colour,
                             .dash = regime.look.dash,
                             .look = full ? PanelCurve::Look::wide_line : PanelCurve::Look::line,
                             .points = over_seeds(regime.runs, steps)});
  }
  if (text) {
    curves.curves.push_back({.label = "full, validation",
                             .colour = full_look.colour,
                             .look = PanelCurve::Look::crosses,
                             .points = validations(regimes.front().runs)});
  }
  const auto [low, high] = span_of(curves.curves);
  curves.y_low = text ? std::floor(low) : 0.0;
  curves.y_high = text ? std::ceil(high) : 102.0;

  below.left = curves.left;
  below.right = curves.right;
  below.bottom = 0.09;
  below.top = 0.345;
  below.logarithmic = true;
  below.x_label = "step";
  below.y_label = "loss difference to full (nats)";
  below.x_high = steps;
  below.key = true;
  below.curves.push_back({.label = "full pass, other orders of summation",
                          .colour = "#d9d9d9",
                          .look = PanelCurve::Look::area,
                          .points = largest(band, 0, steps)});
  below.curves.push_back({.label = "the same from halfway on",
                          .colour = "#a6a6a6",
                          .look = PanelCurve::Look::area,
                          .points = largest(band_at_half, half, steps)});
  for (const ShownRegime& regime : regimes) {
    if (regime.name == "full") continue;
    std::vector<Values> differences;
    const Index first = regime.runs.front()->first_step();
    for (const Course* run : regime.runs) {
      for (const CourseGroup& group : groups) {
        if (group.full->setting.seed != run->setting.seed) continue;
        differences.push_back(experiments::loss_differences(*group.full, *run, first));
      }
    }
    below.curves.push_back({.label = {},
                            .colour = regime.look.colour,
                            .dash = regime.look.dash,
                            .points = largest(differences, first, steps)});
  }
  const auto [smallest, greatest] = span_of(below.curves);
  below.y_low = std::pow(10.0, std::floor(std::log10(smallest)));
  below.y_high = std::pow(10.0, std::ceil(std::log10(greatest)));
  for (PanelCurve& curve : below.curves) {
    for (PanelPoint& p : curve.points) p.low = below.y_low;
  }

  Panel memory{.left = 0.75, .right = 0.975, .bottom = 0.09, .top = 0.78};
  memory.x_label = "peak memory, KiB";
  memory.grey_label = grey_parts;
  for (const ShownRegime& regime : regimes) {
    const Course& run = *regime.runs.front();
    memory.bars.push_back({.label = regime.name,
                           .colour = regime.look.colour,
                           .grey = static_cast<double>(run.bytes() - run.peak) / kibibyte,
                           .value = static_cast<double>(run.peak) / kibibyte});
    memory.x_high = std::max(memory.x_high, static_cast<double>(run.bytes()) / kibibyte);
  }
  memory.x_high *= 1.04;
  memory.y_high = static_cast<double>(memory.bars.size());
  chart.panels = {curves, below, memory};
  chart.subtitle = subtitle_of(setting, groups.size());
  return chart;
}

template <TrainingTask task>
Chart draw_task(std::span<const Record> records) {
  return draw_figure3(records, task);
}

Chart draw_fine_tuning(std::span<const Record> records) {
  const std::vector<Course> all = experiments::courses(records);
  Chart chart;
  for (const CourseGroup& group : experiments::grouped(all)) {
    const Course* failing = nullptr;
    const Course* sliced = nullptr;
    for (const Course* run : group.capped) {
      (run->setting.full_pass() ? failing : sliced) = run;
    }
    if (failing == nullptr || sliced == nullptr || group.full == nullptr) continue;
    if (sliced->losses.empty()) continue;
    const experiments::Setting& setting = sliced->setting;
    const auto steps = static_cast<double>(setting.training.steps);
    Panel curves{.left = 0.09, .right = 0.64, .bottom = 0.10, .top = 0.78};
    curves.x_high = steps;
    curves.x_label = "step";
    curves.y_label =
        setting.training.task == TrainingTask::text ? "bits per byte" : "copied correctly (%)";
    curves.key = true;
    curves.curves.push_back({.label = "full pass, no cap",
                             .colour = full_look.colour,
                             .look = PanelCurve::Look::wide_line,
                             .points = over_seeds({group.full}, steps)});
    curves.curves.push_back({.label = regime_name(setting),
                             .colour = sliced_looks[0].colour,
                             .look = PanelCurve::Look::crosses,
                             .points = over_seeds({sliced}, steps)});
    const auto [low, high] = span_of(curves.curves);
    curves.y_low = std::floor(low);
    curves.y_high = std::ceil(high);

    Panel memory{.left = 0.69, .right = 0.975, .bottom = 0.10, .top = 0.78};
    memory.x_label = "memory, MiB";
    memory.grey_label = grey_parts;
    const auto model_bytes =
        static_cast<double>(sliced->bytes() - sliced->peak) / (kibibyte * kibibyte);
    memory.bars = {
        {.label =
             failing->refusal.empty() ? "full pass: completes" : "full pass: out of memory, needs",
         .colour = full_look.colour,
         .grey = model_bytes,
         .value = static_cast<double>(failing->wanted) / (kibibyte * kibibyte) - model_bytes},
        {.label = fmt::format("C = {}: uses", setting.slice),
         .colour = sliced_looks[0].colour,
         .grey = model_bytes,
         .value = static_cast<double>(sliced->peak) / (kibibyte * kibibyte)}};
    memory.mark = static_cast<double>(setting.memory_cap) / (kibibyte * kibibyte);
    memory.mark_label = "cap";
    memory.y_high = 2.4;
    memory.x_high =
        1.05 * std::max(memory.mark, static_cast<double>(failing->wanted) / (kibibyte * kibibyte));
    chart.panels = {curves, memory};
    chart.subtitle = subtitle_of(setting, 1);
    break;
  }
  return chart;
}

Figure training_figure(const char* name, const char* title, const char* finding,
                       const char* caption, std::vector<std::string> claims,
                       Chart (*draw)(std::span<const Record>)) {
  return {.name = name,
          .title = title,
          .finding = finding,
          .caption = caption,
          .claims = std::move(claims),
          .experiment = "training",
          .quantity = Quantity::training,
          .draw = draw};
}

constexpr const char* evidence =
    "Bottom: root mean square of the loss difference to the full pass over ten steps, the "
    "largest over seeds; light grey is the same for full passes with other orders of "
    "summation, dark grey for orders changed halfway. Right: the peak memory of a run, after "
    "the switch if there is one; grey is for parameters, gradient and moments.";

}  // namespace

Figure figure3_copying() {
  static const std::string caption =
      std::string(
          "Share of the second half that is copied correctly, on sequences not trained on, ") +
      "for full-pass runs, sliced runs, and runs switched to slices halfway. " + evidence;
  return training_figure("figure3-copying", "Figure 3, copying",
                         "Figure 3, copying: slices train like the full pass", caption.c_str(),
                         {"TRAINING"}, draw_task<TrainingTask::copying>);
}

Figure figure3_text() {
  static const std::string caption = std::string(
                                         "Bits per byte of each window before it is trained on, "
                                         "averaged, and of the held-out text "
                                         "(crosses), for full-pass runs, ") +
                                     "sliced runs, and runs switched to slices halfway. " +
                                     evidence;
  return training_figure("figure3-text", "Figure 3, text",
                         "Figure 3, text: slices train like the full pass", caption.c_str(),
                         {"TRAINING"}, draw_task<TrainingTask::text>);
}

Figure fine_tuning() {
  return training_figure(
      "fine-tuning", "Fine-tuning in little memory",
      "Slices fine-tune where the full pass runs out of memory",
      "After half of its training with the full pass, a model continues in a process capped at the "
      "dashed line (beyond its program): the full pass fails there, the sliced run continues, and "
      "every loss has the same bits as without a cap. Grey is for parameters, gradient and "
      "moments.",
      {"COMPATIBLE", "DEVICE", "DEVICE/fine-tuning", "DECENTRALISED"}, draw_fine_tuning);
}

}  // namespace slim::plots
