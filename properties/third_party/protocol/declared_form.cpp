// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/declared_form.hpp"

#include "properties/diagnosis/neighbours.hpp"
#include "reference/vocabulary/task/attention_view.hpp"

#include <numeric>

namespace slim::properties::foreign {
namespace {

using Form = DeclaredForm;
using Mask = std::vector<std::uint8_t>;

template <class Choice, std::size_t count>
void read_choice(DeclaredFields& fields, const char* field, Choice& choice,
                 const std::array<std::string_view, count>& names) {
  std::string text(names.at(static_cast<std::size_t>(choice)));
  fields.read(field, text);
  choice = choice_of<Choice>(text, names, field);
}

/// A number that differs between cases, and not between those of the same sizes.
Index number_of(const AttentionInputs<double>& inputs) {
  return inputs.v.sizes().rows + inputs.v.sizes().cols + inputs.q.sizes().cols;
}

/// How many heads share an array: at least two groups of two to eight heads if that is possible,
/// one group of two or three heads, else one head.
Index drawn_group(const AttentionInputs<double>& inputs) {
  constexpr Index largest = 8;
  const Index H = inputs.v.sizes().heads;
  std::vector<Index> groups;
  for (Index group = 2; group <= std::min(H / 2, largest); ++group) {
    if (H % group == 0) groups.push_back(group);
  }
  if (groups.empty()) return H <= 3 ? H : 1;
  return groups[static_cast<std::size_t>(number_of(inputs)) % groups.size()];
}

void share(const Form& form, Index key_heads, AttentionInputs<double>& inputs) {
  const Index H = inputs.v.sizes().heads;
  Index group = drawn_group(inputs);
  if (form.key_heads == Form::KeyHeads::one) group = H;
  if (key_heads > 0) group = H % key_heads == 0 ? H / key_heads : 1;
  inputs.groups = form.more_values ? HeadGroups{.queries = group, .keys = group, .values = 1}
                                   : HeadGroups{.queries = 1, .keys = group, .values = group};
  share_heads(inputs);
}

/// A mask of the first n_b rows of each sequence; empty if these are all rows.
Mask first_rows(const std::vector<Index>& lengths, Index L) {
  Mask mask;
  for (const Index length : lengths) {
    for (Index l = 0; l < L; ++l) mask.push_back(l < length ? 1 : 0);
  }
  return std::ranges::find(mask, 0) == mask.end() ? Mask() : mask;
}

/// How many keys of each sequence the mask keeps. If these are as many in all of several sequences,
/// others instead, 0 among them; and at least 1 in the last one.
std::vector<Index> lengths_of(const AttentionInputs<double>& inputs) {
  const auto& [B, H, L, columns] = inputs.v.sizes();
  std::vector<Index> lengths(static_cast<std::size_t>(B), L);
  if (inputs.key_mask.empty()) return lengths;
  for (Index b = 0; b < B; ++b) {
    const auto first = inputs.key_mask.begin() + b * L;
    lengths[static_cast<std::size_t>(b)] = std::accumulate(first, first + L, Index{0});
  }
  const Index kept = lengths.front();
  if (std::ranges::count(lengths, kept) == B) {
    const std::array<Index, 4> others = {L - kept, kept, 0, L};
    for (Index b = 0; b < B; ++b) {
      lengths[static_cast<std::size_t>(b)] = others.at(static_cast<std::size_t>((b + L) % 4));
    }
  }
  lengths.back() = std::max<Index>(lengths.back(), 1);
  return lengths;
}

void pack(AttentionInputs<double>& inputs) {
  inputs.key_mask = first_rows(lengths_of(inputs), inputs.v.sizes().rows);
  inputs.query_mask = inputs.key_mask;
}

/// In bidirectional attention, fewer queries or fewer keys than rows.
void shorten(bool packed, AttentionInputs<double>& inputs) {
  const auto& [B, H, L, columns] = inputs.v.sizes();
  if (inputs.causal || L == 1) return;
  if (packed) {  // the queries of each sequence are as many as the keys of the next one
    std::vector<Index> lengths = lengths_of(inputs);
    if (B == 1) lengths.front() = std::max<Index>(1, lengths.front() / 2);
    std::rotate(lengths.begin(), lengths.begin() + 1, lengths.end());
    inputs.query_mask = first_rows(lengths, L);
    return;
  }
  const auto all = static_cast<std::size_t>(B);
  const Index number = number_of(inputs);
  const std::array<Index, 4> shorter = {(L + 1) / 2, L - 1, 1, L - L / 3};
  const std::vector<Index> lengths(all, shorter.at(static_cast<std::size_t>(number / 2 % 4)));
  const Mask mask = first_rows(lengths, L);
  if (number % 2 == 0 || !inputs.key_mask.empty()) {
    inputs.query_mask = mask;
  } else {
    inputs.key_mask = mask;
  }
}

/// Sorts the mask of each sequence.
void pad(Form::Padding padding, AttentionInputs<double>& inputs) {
  const Index L = inputs.v.sizes().rows;
  for (auto first = inputs.key_mask.begin(); first != inputs.key_mask.end(); first += L) {
    std::sort(first, first + L);
    if (padding == Form::Padding::right) std::reverse(first, first + L);
  }
}

void put_rows(const Form& form, AttentionInputs<double>& inputs) {
  if (form.packed) {
    pack(inputs);
  } else if (!form.key_masks) {
    inputs.key_mask.clear();
  } else if (form.padding != Form::Padding::any) {
    pad(form.padding, inputs);
  }
  if (form.masked_queries != Form::MaskedQueries::attend) inputs.query_mask = inputs.key_mask;
}

}  // namespace

DeclaredForm read_form(DeclaredFields& fields, bool key_masks) {
  using Names = std::array<std::string_view, 3>;
  Form form{.key_masks = key_masks};
  read_choice(fields, "key_heads", form.key_heads, Names{"all", "grouped", "one"});
  int values = 0;
  read_choice(fields, "value_heads", values, std::array<std::string_view, 2>{"all", "more"});
  form.more_values = values == 1;
  fields.read("packed", form.packed);
  int lengths = 0;
  read_choice(fields, "lengths", lengths, std::array<std::string_view, 2>{"same", "cross"});
  form.cross = lengths == 1;
  read_choice(fields, "padding", form.padding, Names{"any", "left", "right"});
  read_choice(fields, "masked_queries", form.masked_queries, Names{"attend", "zero", "any"});
  read_choice(fields, "mask", form.mask, Names{"int64", "bool", "additive"});
  return form;
}

void require_possible(const DeclaredForm& form, const Capabilities& can,
                      const Restrictions& limits) {
  require(form.key_heads == Form::KeyHeads::all || !form.more_values,
          "'key_heads' and 'value_heads' cannot both be declared: k and v have fewer heads than q "
          "(key_heads), or v has more heads than q and k (value_heads)");
  require(limits.key_heads == 0 || form.key_heads == Form::KeyHeads::grouped,
          "restriction 'key_heads' needs the capability \"key_heads\": \"grouped\"");
  require(limits.key_heads == 0 || limits.heads % limits.key_heads == 0,
          "restriction 'key_heads' must divide 'heads'");
  require(!form.packed || !form.key_masks,
          "'packed' sequences have no padding: declare either 'packed' or 'key_masks'");
  require(!form.packed || limits.length_multiple == 1,
          "'packed' sequences have any lengths: declare no 'length_multiple'");
  require(!form.cross || can.bidirectional,
          "\"lengths\": \"cross\" is for bidirectional attention: declare it");
  require(!form.cross || form.masked_queries == Form::MaskedQueries::attend,
          "'masked_queries' is for queries and keys of the same rows: not with \"lengths\": "
          "\"cross\"");
  require(form.key_masks || (form.padding == Form::Padding::any &&
                             form.masked_queries == Form::MaskedQueries::attend &&
                             form.mask == Form::Mask::integers),
          "'padding', 'masked_queries' and 'mask' need 'key_masks'");
}

std::vector<InputForm> forms_of(const DeclaredForm& form, const Restrictions& limits) {
  std::vector<InputForm> forms;
  const bool of_rows = form.packed || form.cross || form.padding != Form::Padding::any ||
                       form.masked_queries != Form::MaskedQueries::attend;
  if (of_rows) {
    forms.push_back({.with = "with sequences of different lengths",
                     .without = "with sequences of one length",
                     .fit = [form](AttentionInputs<double>& inputs) { put_rows(form, inputs); },
                     .is_optional = false});
    if (!form.packed) forms.back().with.clear();
  }
  if (form.cross) {
    forms.push_back({.with = std::string(words_of_cross_attention),
                     .without = "with as many queries as keys",
                     .fit = [packed = form.packed](AttentionInputs<double>& inputs) {
                       shorten(packed, inputs);
                     }});
  }
  if (form.shares_heads()) {
    forms.push_back({.with = form.more_values ? "where heads share queries and keys"
                                              : "where heads share keys and values",
                     .without = "where each head has its own",
                     .fit = [form, key_heads = limits.key_heads](AttentionInputs<double>& inputs) {
                       share(form, key_heads, inputs);
                     }});
  }
  return forms;
}

std::vector<std::string> weakening_of(const DeclaredForm& form) {
  std::vector<std::string> words;
  if (form.padding == Form::Padding::left) words.emplace_back("masks that pad on the left only");
  if (form.padding == Form::Padding::right) words.emplace_back("masks that pad on the right only");
  if (form.masked_queries == Form::MaskedQueries::any) {
    words.emplace_back("any output of masked queries");
  }
  return words;
}

}  // namespace slim::properties::foreign
