#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "blockscope/stats/estimate.hpp"

namespace blockscope::vega_lite {

using Json = nlohmann::ordered_json;

/// The start of every specification. description: for screen readers.
Json chart(const std::string& description);

/// Six digits; null for NaN.
Json number(double value, int digits = 6);

/// Adds NAME, NAME_low and NAME_high, divided.
void add(Json& row, const std::string& name, const Estimate& estimate, double divisor = 1);

/// An encoding channel: {"field": ..., "type": "quantitative", "title": ...}.
Json quantity(const std::string& field, const std::string& title);
Json nominal(const std::string& field, const std::string& title);

/// A line of a tooltip; nominal, so that it is shown as it stands.
Json line(const std::string& field, const std::string& title);

/// A field computed from others by an expression.
Json calculate(const std::string& name, const std::string& expression);

/// Expression for "1.234 (1.2 to 1.3)" of what `add` added.
std::string with_interval(const std::string& name);

/// A text, or an array of texts, as a literal in an expression.
std::string literal(const Json& value);

/// The text of a finished specification.
std::string text_of(const Json& chart);

}  // namespace blockscope::vega_lite
