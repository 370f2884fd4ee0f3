#pragma once

#include <filesystem>
#include <string>

#include "blockscope/report/page.hpp"
#include "blockscope/report/study_sources.hpp"

namespace blockscope {

/// The whole report of what was found. title: empty for the space's name. folder: where the page
/// will be, for its links to exported networks.
Page report_page(const ReportSources& sources, const std::string& title = "",
                 const std::filesystem::path& folder = ".");

/// Tables for papers and tickets: blocks and depths of each profile, best values, gains.
std::vector<TextTable> report_tables(const ReportSources& sources);

}  // namespace blockscope
