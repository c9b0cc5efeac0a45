#include "plots/figure.hpp"

#include "plots/axes.hpp"
#include "plots/curves.hpp"
#include "reference/vocabulary/contract.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::plots {

DrawnFigure chart_figure(const Figure& figure, std::span<const Record> records) {
  std::vector<Record> own;
  std::copy_if(records.begin(), records.end(), std::back_inserter(own), [&](const Record& r) {
    return r.experiment == figure.experiment && r.quantity == figure.quantity;
  });
  DrawnFigure drawn{.figure = figure, .chart = {}, .provenance = {}, .corpus = {}, .scale = {}};
  if (own.empty()) return drawn;

  const Record newest = own.back();
  const auto older = std::stable_partition(own.begin(), own.end(), [&](const Record& r) {
    return r.provenance.same_origin(newest.provenance) && r.corpus_sha1 == newest.corpus_sha1;
  });
  drawn.left_out = static_cast<std::size_t>(std::distance(older, own.end()));
  own.erase(older, own.end());

  drawn.records = own.size();
  drawn.provenance = newest.provenance;
  drawn.corpus = fmt::format("{} (sha1 {})", newest.corpus, newest.corpus_sha1);
  drawn.scale = newest.scale;
  drawn.chart = figure.draw(own);
  drawn.chart.title = figure.title;
  return drawn;
}

Chart chart_over_length(std::span<const Record> records, double (*value)(const Record&)) {
  Curves gathered = gather_curves(records, Along::length, value);
  Chart chart;
  chart.curves = std::move(gathered.curves);
  chart.subtitle = std::move(gathered.common);
  chart.x = power_of_two_axis("sequence length L", x_range(chart.curves));
  return chart;
}

Chart chart_over_slice(std::span<const Record> records, double (*value)(const Record&)) {
  Curves gathered = gather_curves(records, Along::slice, value);
  Chart chart;
  chart.curves = std::move(gathered.curves);
  chart.subtitle = std::move(gathered.common);
  chart.over_slice = true;
  chart.x = power_of_two_axis("slice length C", x_range(chart.curves));
  const std::int64_t length = records.front().length;
  if (std::all_of(records.begin(), records.end(),
                  [&](const Record& r) { return r.length == length; })) {
    chart.top = slices_axis("number of slices N", chart.x, static_cast<double>(length));
  }
  return chart;
}

double peak_bytes(const Record& record) {
  const double beyond = record.positive("bytes_peak") - record.positive("bytes_tokens");
  require(beyond > 0.0,
          fmt::format("records.jsonl: \"bytes_peak\" contains \"bytes_tokens\" and more ({}, {}, "
                      "L = {}, C = {})",
                      record.experiment, record.subject, record.length, record.slice));
  return beyond;
}

double seconds(const Record& record) {
  return record.positive("seconds");
}

}  // namespace slim::plots
