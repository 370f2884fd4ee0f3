#include "cli/operator_rows.hpp"

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/space/encoding.hpp"

#include "cli/network_text.hpp"

namespace blockscope::cli {
namespace {

using Cells = std::vector<std::string>;

void append(Cells& cells, const Cells& more) {
    cells.insert(cells.end(), more.begin(), more.end());
}

std::string whole(double number) { return fmt::format("{:.0f}", number); }

const Cells roofline_header{"latency_ms",       "latency_ms_low", "latency_ms_high",
                            "share_percent",    "macs",           "bytes",
                            "macs_per_byte",    "gflop_per_s",    "gflop_per_s_low",
                            "gflop_per_s_high", "peak_percent",   "gbyte_per_s"};

/// share: of the time of all rows.
Cells roofline_cells(const Roofline& r, double share, double peak_gflops) {
    const Estimate rate = r.gflop_per_s();
    return {round_trip(r.ms.value),
            round_trip(r.ms.low),
            round_trip(r.ms.high),
            round_trip(100 * share),
            whole(r.macs),
            whole(r.bytes),
            round_trip(r.macs_per_byte()),
            round_trip(rate.value),
            round_trip(rate.low),
            round_trip(rate.high),
            round_trip(100 * rate.value / peak_gflops),
            round_trip(r.gbyte_per_s())};
}

const Cells short_header{"ms",        "+-%",     "share%",    "MMACs", "kB",
                         "MACs/byte", "GFLOP/s", "% of peak", "GB/s"};

Cells short_cells(const Roofline& r, double share, double peak_gflops) {
    const double rate = r.gflop_per_s().value;
    const double width = 100 * half_width(r.ms) / r.ms.value;
    return {significant(r.ms.value, 3),
            width == width ? fmt::format("{:.1f}", width) : "",
            fmt::format("{:.1f}", 100 * share),
            significant(1e-6 * r.macs, 3),
            significant(1e-3 * r.bytes, 3),
            significant(r.macs_per_byte(), 3),
            significant(rate, 3),
            fmt::format("{:.0f}", 100 * rate / peak_gflops),
            significant(r.gbyte_per_s(), 3)};
}

const Cells where_header{"location", "unit", "layer", "block"};

Cells where_cells(const DesignSpace& space, const Architecture& a, const Location& where,
                  const std::string& name) {
    const bool body = where.part == Location::Part::body;
    return {name, body ? std::to_string(where.unit + 1) : "",
            body ? std::to_string(where.layer + 1) : "", block_name(space, a, where)};
}

std::string copy_name(const RunStep& step) { return step.first == 0 ? "image in" : "result out"; }

const Cells operator_header{"kind", "activation", "with_addition", "kernel", "stride", "groups",
                            "in",   "out"};

Cells operator_cells(const Operator& op, bool with_addition) {
    return {std::string(to_string(op.kind)),
            std::string(to_string(op.activation)),
            with_addition ? "yes" : "no",
            std::to_string(op.kernel),
            std::to_string(op.stride),
            std::to_string(op.groups),
            text_of(op.in),
            text_of(op.out)};
}

std::string place_name(const TimedOperators& of, const PlaceInNetwork& place) {
    return place.is_copy ? copy_name(of.steps[place.steps.front()]) : part_name(place.where);
}

Shape shape_in(const TimedOperators& of, const PlaceInNetwork& place) {
    const int first = of.steps[place.steps.front()].first;
    return place.is_copy ? of.network.shape(first)
                         : of.network.operators[static_cast<std::size_t>(first)].in;
}

Shape shape_out(const TimedOperators& of, const PlaceInNetwork& place) {
    const RunStep& last = of.steps[place.steps.back()];
    return of.network.shape(last.first + last.operators);
}

}  // namespace

Rows step_rows(const OperatorView& view) {
    Rows rows{{"arch", "resolution", "operator"}, {}};
    append(rows.header, where_header);
    rows.header.emplace_back("role");
    append(rows.header, operator_header);
    append(rows.header, roofline_header);
    for (std::size_t n = 0; n < view.networks.size(); ++n) {
        const TimedOperators& of = view.networks[n];
        if (!of.failure.empty()) continue;
        const double all = sum_of_parts(of, view.batch, view.level).ms.value;
        const auto each = by_step(of, view.batch, view.level);
        for (std::size_t s = 0; s < of.steps.size(); ++s) {
            const RunStep& step = of.steps[s];
            const Architecture& a = view.archs[n];
            Cells cells{body_text(view.space, a), std::to_string(a.resolution), ""};
            if (step.operators > 0) {
                const Operator& op = of.network.operators[static_cast<std::size_t>(step.first)];
                cells.back() = std::to_string(step.first + 1);
                append(cells, where_cells(view.space, a, op.where, label(op.where)));
                cells.emplace_back(to_string(op.role));
                append(cells, operator_cells(op, step.operators > 1));
            } else {
                const std::string shape = text_of(of.network.shape(step.first));
                append(cells,
                       {copy_name(step), "", "", "", "", "copy", "", "", "", "", "", shape, shape});
            }
            append(cells, roofline_cells(each[s], each[s].ms.value / all, view.peak_gflops));
            rows.cells.push_back(std::move(cells));
        }
    }
    return rows;
}

Rows place_rows(const OperatorView& view) {
    Rows rows{{"arch", "resolution"}, {}};
    append(rows.header, where_header);
    append(rows.header, {"in", "out"});
    append(rows.header, roofline_header);
    for (std::size_t n = 0; n < view.networks.size(); ++n) {
        const TimedOperators& of = view.networks[n];
        if (!of.failure.empty()) continue;
        const Architecture& a = view.archs[n];
        const double all = sum_of_parts(of, view.batch, view.level).ms.value;
        for (const auto& place : places(of)) {
            const Roofline r = roofline(of, place.steps, view.batch, view.level);
            Cells cells{body_text(view.space, a), std::to_string(a.resolution)};
            append(cells, where_cells(view.space, a, place.where, place_name(of, place)));
            append(cells, {text_of(shape_in(of, place)), text_of(shape_out(of, place))});
            append(cells, roofline_cells(r, r.ms.value / all, view.peak_gflops));
            rows.cells.push_back(std::move(cells));
        }
    }
    return rows;
}

Rows place_table(const OperatorView& view, std::size_t network) {
    Rows rows{{"location", "block", "in", "out"}, {}};
    append(rows.header, short_header);
    const TimedOperators& of = view.networks[network];
    const double all = sum_of_parts(of, view.batch, view.level).ms.value;
    for (const auto& place : places(of)) {
        const Roofline r = roofline(of, place.steps, view.batch, view.level);
        Cells cells{place_name(of, place), block_name(view.space, view.archs[network], place.where),
                    text_of(shape_in(of, place)), text_of(shape_out(of, place))};
        append(cells, short_cells(r, r.ms.value / all, view.peak_gflops));
        rows.cells.push_back(std::move(cells));
    }
    return rows;
}

namespace {

/// Time of all networks together.
double time_of_all(const OperatorView& view) {
    double ms = 0;
    for (const auto& of : view.networks) {
        if (of.failure.empty()) ms += sum_of_parts(of, view.batch, view.level).ms.value;
    }
    return ms;
}

double share(const ShapeTimes& shape, double all_ms) {
    return static_cast<double>(shape.calls) * shape.each.ms.value / all_ms;
}

}  // namespace

Rows shape_rows(const OperatorView& view) {
    Rows rows;
    append(rows.header, operator_header);
    rows.header.emplace_back("calls");
    append(rows.header, roofline_header);
    const double all = time_of_all(view);
    for (const auto& shape : by_shape(view.networks, view.batch, view.level)) {
        Cells cells = operator_cells(shape.op, shape.with_addition);
        cells.push_back(std::to_string(shape.calls));
        append(cells, roofline_cells(shape.each, share(shape, all), view.peak_gflops));
        rows.cells.push_back(std::move(cells));
    }
    return rows;
}

Rows shape_table(const OperatorView& view, std::size_t most) {
    Rows rows{{"operator", "in", "out", "calls"}, {}};
    append(rows.header, short_header);
    const double all = time_of_all(view);
    for (const auto& shape : by_shape(view.networks, view.batch, view.level)) {
        if (rows.cells.size() == most) break;
        const Operator& op = shape.op;
        std::string name(to_string(op.kind));
        if (op.groups > 1 && op.groups == op.in.channels) name = "depthwise";
        if (op.kernel > 1) name += fmt::format(" {}x{}", op.kernel, op.kernel);
        if (op.stride > 1) name += fmt::format(" /{}", op.stride);
        if (shape.with_addition) name += " + add";
        if (op.activation != Activation::none)
            name += fmt::format(", {}", to_string(op.activation));
        Cells cells{name, text_of(op.in), text_of(op.out), std::to_string(shape.calls)};
        append(cells, short_cells(shape.each, share(shape, all), view.peak_gflops));
        rows.cells.push_back(std::move(cells));
    }
    return rows;
}

}  // namespace blockscope::cli
