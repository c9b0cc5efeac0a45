// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/unopened.hpp"

#include "properties/command_line/json_text.hpp"
#include "properties/third_party/protocol/declaration.hpp"
#include "reference/vocabulary/system/markup.hpp"

#include <fmt/format.h>

namespace slim::properties::foreign {
namespace {

std::string in_a_sentence(const Unopened& unopened) {
  return fmt::format("{}: the subject {}", name(unopened.failure), unopened.what);
}

}  // namespace

std::string to_certificate(const Unopened& unopened) {
  using OrderedObject = nlohmann::ordered_json;
  const OrderedObject json = {{"schema", 1},
                              {"certificate", "slim-verify"},
                              {"harness_version", unopened.harness_version},
                              {"protocol", protocol_version},
                              {"opened_by", unopened.options},
                              {"holds", false},
                              {"failure", name(unopened.failure)},
                              {"note", unopened.what},
                              {"levels", OrderedObject::object()},
                              {"verdicts", OrderedObject::array()},
                              {"counterexamples", OrderedObject::array()}};
  return command_line::json_text(json);
}

std::string to_markdown(const Unopened& unopened) {
  return fmt::format("### NOT all laws hold\n\n**{}**\n\n- no law was run, harness {}\n- {}\n",
                     markdown(in_a_sentence(unopened)), markdown(unopened.harness_version),
                     markdown_code(unopened.options));
}

std::string to_html(const Unopened& unopened) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title></head>"
      "<body>\n<h1>NOT all laws hold</h1>\n<p>{0}</p>\n<p>No law was run, harness {1}.</p>\n"
      "<pre>{2}</pre>\n</body></html>\n",
      html(in_a_sentence(unopened)), html(unopened.harness_version), html(unopened.options));
}

std::string to_junit(const Unopened& unopened) {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"slim-verify\">\n"
      "  <testsuite name=\"opening\" tests=\"1\" failures=\"1\">\n"
      "    <testcase classname=\"opening\" name=\"the subject describes itself\">\n"
      "      <failure message=\"{}\">{}</failure>\n    </testcase>\n  </testsuite>\n"
      "</testsuites>\n",
      html(in_a_sentence(unopened)), html(unopened.options));
}

}  // namespace slim::properties::foreign
