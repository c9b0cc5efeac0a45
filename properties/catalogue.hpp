// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/subject.hpp"

#include <span>
#include <string_view>

namespace slim::properties {

/// Every built-in subject: the reference, every chunked variant, also distributed ones, every
/// mutant.
std::span<const Subject> catalogue();

/// The subject of this name. Throws ContractError with the nearest name and all names.
const Subject& find_subject(std::string_view name);

/// The reference, the first of the catalogue.
const Subject& reference_subject();

/// Whether a subject is wrong on purpose, which its name shows by "mutant/".
bool is_mutant(const Subject& subject);

/// Whether a subject belongs to all of them when none is named: every correct one, but of the
/// distributed variants, which differ in scans and prefix sums that others run, too, a single one.
bool runs_by_default(const Subject& subject);

}  // namespace slim::properties
