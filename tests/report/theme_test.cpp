#include "blockscope/report/theme.hpp"

#include <cmath>
#include <regex>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "blockscope/report/drawing.hpp"
#include "blockscope/report/page_assets.hpp"

namespace blockscope {
namespace {

using nlohmann::json;

/// Relative luminance of "#rgb" or "#rrggbb". Source: WCAG 2.1, relative luminance.
double luminance(std::string colour) {
    if (colour.size() == 4) {
        colour = {'#', colour[1], colour[1], colour[2], colour[2], colour[3], colour[3]};
    }
    EXPECT_EQ(colour.size(), 7u) << colour;
    const auto part = [&](std::size_t at) {
        const double c = std::stoi(colour.substr(at, 2), nullptr, 16) / 255.0;
        return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

double contrast(const std::string& a, const std::string& b) {
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

/// The page's colours in the n-th rule of page.css that has them: light, dark, dark by the system's
/// setting, print.
std::string page_colour(int rule, const std::string& name) {
    const std::string css(page_asset("page.css"));
    std::size_t at = 0;
    for (int i = 0; i <= rule; ++i) at = css.find("--ink:", i == 0 ? 0 : at + 1);
    std::smatch match;
    const std::string from = css.substr(at, css.find('}', at) - at);
    EXPECT_TRUE(std::regex_search(from, match, std::regex("--" + name + ": (#[0-9a-f]+)"))) << name;
    return match[1];
}

constexpr double for_text = 4.5, for_shapes = 3;  // WCAG 2.1 AA: 1.4.3 and 1.4.11

// known answers of WCAG: black on white is 21, #767676 the palest grey for text
TEST(Contrast, IsThatOfTheGuidelines) {
    EXPECT_NEAR(contrast("#000", "#fff"), 21, 1e-9);
    EXPECT_NEAR(contrast("#767676", "#ffffff"), 4.54, 0.005);
}

TEST(Page, HasTextThatCanBeReadInEveryTheme) {
    for (int rule = 0; rule < 4; ++rule) {
        for (const char* text : {"ink", "quiet"}) {
            for (const char* ground : {"paper", "raised"}) {
                EXPECT_GE(contrast(page_colour(rule, text), page_colour(rule, ground)), for_text)
                    << rule << text << ground;
            }
        }
    }
    for (int rule = 0; rule < 2; ++rule) {
        EXPECT_GE(contrast(page_colour(rule, "link"), page_colour(rule, "paper")), for_text);
    }
    EXPECT_EQ(page_colour(1, "ink"), page_colour(2, "ink"));
    EXPECT_EQ(page_colour(1, "paper"), page_colour(2, "paper"));
}

TEST(Charts, HaveTextThatCanBeReadAndSeriesThatCanBeSeen) {
    const auto themes = json::parse(themes_json());
    for (const auto& [name, rule] : {std::pair{"light", 0}, std::pair{"dark", 1}}) {
        SCOPED_TRACE(name);
        const auto& theme = themes[name];
        const std::string paper = page_colour(rule, "paper");
        for (const auto& text : {theme["axis"]["labelColor"], theme["axis"]["titleColor"],
                                 theme["legend"]["labelColor"], theme["style"]["quiet"]["fill"]}) {
            EXPECT_GE(contrast(text, paper), for_text);
        }
        for (const auto& series : theme["range"]["category"]) {
            EXPECT_GE(contrast(series, paper), for_shapes) << series;
        }
        const std::string ink = theme["text"]["fill"];
        for (const char* scale : {"diverging", "ramp"}) {
            for (const auto& cell : theme["range"][scale]) {
                EXPECT_GE(contrast(ink, cell), for_text) << scale << cell;
            }
        }
    }
}

TEST(Drawings, HaveTextThatCanBeReadOnEveryCell) {
    for (double goodness = -1; goodness <= 1; goodness += 0.125) {
        EXPECT_GE(contrast("#1f2328", diverging_colour(goodness)), for_text) << goodness;
    }
    EXPECT_GE(contrast("#57606a", "#ffffff"), for_text);
}

}  // namespace
}  // namespace blockscope
