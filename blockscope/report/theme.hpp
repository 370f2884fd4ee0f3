#pragma once

#include <string>

namespace blockscope {

/// Vega-Lite configurations of the page: {"light": {...}, "dark": {...}}. Series are Okabe and
/// Ito's colours ("Color universal design", 2008), the palest darkened to stand out from white;
/// diverging scales run from orange to blue, which every kind of colour vision tells apart, and
/// stay pale enough to write on.
std::string themes_json();

}  // namespace blockscope
