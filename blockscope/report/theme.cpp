#include "blockscope/report/theme.hpp"

#include <nlohmann/json.hpp>

namespace blockscope {
namespace {

using Json = nlohmann::ordered_json;

struct Colours {
    const char* ink;    ///< text
    const char* quiet;  ///< axis labels
    const char* faint;  ///< grid
    Json series;        ///< up to 8
    Json diverging;     ///< worse to better
    Json ramp;          ///< little to much
};

Json theme(const Colours& c) {
    const char* font = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";
    Json t;
    t["background"] = "transparent";
    t["font"] = font;
    t["view"] = {{"stroke", nullptr}};
    t["axis"] = {{"labelColor", c.quiet},  {"titleColor", c.ink},    {"gridColor", c.faint},
                 {"domainColor", c.quiet}, {"tickColor", c.quiet},   {"labelFontSize", 11},
                 {"titleFontSize", 11},    {"titleFontWeight", 400}, {"tickSize", 4}};
    t["legend"] = {{"labelColor", c.ink},   {"titleColor", c.quiet},  {"labelFontSize", 11},
                   {"titleFontSize", 11},   {"titleFontWeight", 400}, {"labelLimit", 320},
                   {"symbolStrokeWidth", 2}};
    t["text"] = {{"fill", c.ink}, {"color", c.ink}};
    t["point"] = {{"fill", c.series[0]}};
    t["line"] = {{"strokeWidth", 1.4}};
    t["range"] = {
        {"category", c.series}, {"diverging", c.diverging}, {"ramp", c.ramp}, {"heatmap", c.ramp}};
    t["rule"] = {{"color", c.ink}};
    t["style"] = {{"boundary", {{"color", c.quiet}, {"opacity", 0.45}}},
                  {"quiet", {{"color", c.quiet}, {"fill", c.quiet}, {"fontSize", 11}}},
                  {"pointer", {{"color", c.ink}, {"strokeWidth", 1}}},
                  {"zero", {{"color", c.quiet}}},
                  {"interval", {{"color", c.ink}, {"strokeWidth", 1.5}}},
                  {"series", {{"color", c.series[0]}}},
                  {"guide", {{"color", c.quiet}, {"strokeDash", {4, 3}}}}};
    return t;
}

}  // namespace

std::string themes_json() {
    const Colours light{
        "#1f2328",
        "#57606a",
        "#e6e8eb",
        {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#2f93cc", "#5b5b5b", "#bd8200"},
        {"#eda05b", "#f6cfa6", "#f6f6f6", "#b4d4ee", "#6fb0e2"},
        {"#f3f5f7", "#c3dcf0", "#8fc0e6", "#6fb0e2"}};
    const Colours dark{
        "#e6edf3",
        "#9aa4af",
        "#2b3138",
        {"#56b4e9", "#f0803c", "#2fc79a", "#e39bc4", "#d9bd3c", "#7fa8ff", "#b0b0b0", "#e69f00"},
        {"#a3560f", "#6b4526", "#2a2f36", "#274a68", "#1c659e"},
        {"#23282e", "#26435b", "#21557f", "#1c659e"}};
    return Json{{"light", theme(light)}, {"dark", theme(dark)}}.dump();
}

}  // namespace blockscope
