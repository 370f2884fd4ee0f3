#pragma once

#include <string>
#include <utility>
#include <vector>

#include "blockscope/report/figure.hpp"

namespace blockscope {

/// A chapter of the page. Empty ones are left out.
struct Section {
    std::string id;
    std::string title;
    std::string lead;  ///< how to read it, one or two sentences
    std::vector<Figure> figures;
    bool small = false;  ///< figures stand side by side
    std::vector<TextTable> tables;
    std::vector<std::string> cards;  ///< HTML of ours (insight_cards.hpp, ...), already escaped
};

struct Page {
    std::string title;
    std::vector<std::string> notes;                          ///< what a reader must know first
    std::vector<std::pair<std::string, std::string>> facts;  ///< provenance, at the end
    std::vector<Section> sections;
};

/// One self-contained HTML document: no address in it is ever opened, and its content policy
/// forbids to. Scripts are the embedded chart libraries and page.js; where the build has no chart
/// libraries, figures are their static drawings.
std::string page_html(const Page& page);

/// True if this build has the chart libraries.
bool has_charts();

}  // namespace blockscope
