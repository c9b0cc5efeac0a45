#pragma once

#include "reference/vocabulary/task/subject.hpp"

#include <span>
#include <string_view>

namespace slim::properties {

/// Every subject in the house: the reference, every chunked variant, every mutant.
std::span<const Subject> catalogue();

/// Throws ContractError that names what is allowed, and the nearest name.
const Subject& find_subject(std::string_view name);

/// The reference, the first of the catalogue.
const Subject& reference_subject();

/// Whether a subject is wrong on purpose: its name starts with "mutant/".
bool is_mutant(const Subject& subject);

}  // namespace slim::properties
