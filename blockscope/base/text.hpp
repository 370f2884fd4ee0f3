#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace blockscope {

/// Parts of `text` between occurrences of `separator`; "" gives one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);

std::string_view trim(std::string_view text);

/// The shortest decimal that reads back as the same double; "" for NaN (an unknown value).
std::string round_trip(double value);

/// A number with `digits` significant digits (at least 1) for people, those of a large whole number
/// all of them. In exponent form only below 1e-15 and from 1e15 on.
std::string significant(double value, int digits = 4);

/// Whole string as a number; false if there is anything else in it.
bool parse_number(std::string_view text, double& value);
bool parse_number(std::string_view text, long long& value);

/// " (did you mean 'X'?)" for the candidate nearest to `wrong`, or "" if none is near.
std::string did_you_mean(std::string_view wrong, std::span<const std::string> candidates);

/// 'a', 'b' and 'c', for messages.
std::string quoted_list(std::span<const std::string> words);

/// What stands for a character of its own meaning in XML and HTML (& < > "); "" for all others.
std::string_view markup_entity(char c);

/// 64-bit FNV-1a, as 16 hexadecimal digits: names content, not a cryptographic hash.
std::string content_hash(std::string_view bytes);

}  // namespace blockscope
