#pragma once

#include <string>

#include "blockscope/report/page.hpp"
#include "blockscope/report/study_sources.hpp"

namespace blockscope {

/// The whole report of what was found. title: empty for the space's name and the studies'.
Page report_page(const ReportSources& sources, const std::string& title = "");

}  // namespace blockscope
