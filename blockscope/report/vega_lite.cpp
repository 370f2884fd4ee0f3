#include "blockscope/report/vega_lite.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/text.hpp"

namespace blockscope::vega_lite {

Json chart(const std::string& description) {
    return {{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"},
            {"description", description},
            {"width", "container"}};
}

Json number(double value, int digits) {
    if (!std::isfinite(value)) return nullptr;
    double rounded = value;
    parse_number(significant(value, digits), rounded);
    return rounded;
}

void add(Json& row, const std::string& name, const Estimate& estimate, double divisor) {
    row[name] = number(estimate.value / divisor);
    row[name + "_low"] = number(estimate.low / divisor);
    row[name + "_high"] = number(estimate.high / divisor);
}

Json quantity(const std::string& field, const std::string& title) {
    return {{"field", field}, {"type", "quantitative"}, {"title", title}};
}

Json nominal(const std::string& field, const std::string& title) {
    return {{"field", field}, {"type", "nominal"}, {"title", title}};
}

Json line(const std::string& field, const std::string& title) { return nominal(field, title); }

Json calculate(const std::string& name, const std::string& expression) {
    return {{"calculate", expression}, {"as", name}};
}

std::string with_interval(const std::string& name) {
    return fmt::format(
        "datum.{0} == null ? 'not known' : format(datum.{0}, '.5~r') + (datum.{0}_low == null ? '' "
        ": datum.{0}_low == datum.{0}_high ? ' (exact)' : ' (' + format(datum.{0}_low, '.5~r') + ' "
        "to ' + format(datum.{0}_high, '.5~r') + ')')",
        name);
}

std::string literal(const Json& value) {
    return value.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string text_of(const Json& chart) {
    return chart.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace blockscope::vega_lite
