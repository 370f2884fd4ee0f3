#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace blockscope {

/// A table for people: the same rows become HTML, LaTeX and Markdown (text_table.hpp).
struct TextTable {
    std::string title;
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;  ///< as many cells each as the header
    std::vector<std::size_t> copied = {};  ///< columns that are buttons in HTML: copy the cell
};

/// One figure of a report, three times: a Vega-Lite specification for the page, a drawing for
/// paper, and its numbers.
struct Figure {
    std::string id;       ///< names files and anchors: letters, digits and -
    std::string title;    ///< one line
    std::string caption;  ///< what is drawn: units, protocol, estimator, level, seed
    std::string spec;     ///< Vega-Lite JSON; colours come from the page's theme (theme.hpp)
    std::string svg;      ///< empty: only for the page
};

/// Text as part of an id: lower-case letters and digits, one - for everything between. Two names
/// may give one id; unique_ids settles that.
std::string id_of(const std::string& text);

/// Numbers ids that several figures share: heatmap-x, heatmap-x-2.
void make_ids_unique(std::vector<Figure>& figures);

}  // namespace blockscope
