#pragma once

#include <string_view>

namespace blockscope {

/// A file that the build put into the library, by its name: page.css, page.js and, where
/// tools/fetch_charts had been run, vega.min.js, vega-lite.min.js, vega-embed.min.js and
/// LICENCES.txt. Empty: it is not there.
std::string_view page_asset(std::string_view file);

}  // namespace blockscope
