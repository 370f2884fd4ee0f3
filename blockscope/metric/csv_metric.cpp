#include "blockscope/metric/csv_metric.hpp"

#include <cmath>
#include <limits>
#include <unordered_map>

#include <fmt/format.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

struct Mean {
    double sum = 0;
    std::size_t count = 0;
};

std::string unit_of(const std::string& column) {
    for (const auto& [suffix, unit] : {std::pair{"_ms", "ms"},
                                       {"_percent", "%"},
                                       {"macs", "MACs"},
                                       {"params", "parameters"},
                                       {"_bytes", "bytes"}}) {
        if (column.ends_with(suffix)) return unit;
    }
    return "unit of the column";
}

class CsvMetric : public Metric {
public:
    CsvMetric(const DesignSpace& space, const std::string& path, const std::string& column) {
        info_.name = "csv:" + path + "#" + column;
        info_.column = column;
        info_.unit = unit_of(column);
        info_.source = "column of a table";
        const CsvTable csv = parse_csv(read_file(path), path);
        const auto arch = csv.column("arch");
        const auto value = csv.column(column);
        const bool has_resolution = csv.has_column("resolution");
        const bool has_space = csv.has_column("space");
        std::string checked_space;
        for (std::size_t r = 0; r < csv.rows.size(); ++r) {
            if (has_space && csv.rows[r][csv.column("space")] != checked_space) {
                checked_space = csv.rows[r][csv.column("space")];
                check_space(space, checked_space, csv.where(r));
            }
            const double resolution =
                has_resolution ? csv.number(r, csv.column("resolution")) : std::nan("");
            if (resolution < 16 || resolution > 4096) {
                throw Error(fmt::format("resolution {} is not from 16 to 4096", resolution),
                            csv.where(r));
            }
            const auto a = parse_architecture(
                space, csv.rows[r][arch], std::isnan(resolution) ? 0 : static_cast<int>(resolution),
                csv.where(r));
            const double number = csv.number(r, value);
            if (std::isnan(number)) continue;
            auto& mean = means_[a];
            mean.sum += number;
            ++mean.count;
        }
        if (means_.empty()) throw Error(fmt::format("column '{}' holds no value", column), path);
    }

    const MetricInfo& info() const override { return info_; }

    MetricColumn evaluate(const DesignSpace&, std::span<const Architecture> archs,
                          Progress*) override {
        MetricColumn column;
        for (std::size_t i = 0; i < archs.size(); ++i) {
            const auto found = means_.find(archs[i]);
            if (found == means_.end()) {
                column.values.push_back(std::numeric_limits<double>::quiet_NaN());
                column.failures.emplace_back(i, "not in the table");
            } else {
                column.values.push_back(found->second.sum /
                                        static_cast<double>(found->second.count));
            }
        }
        return column;
    }

private:
    /// A table that names a space must name this one, or the one this one restricts.
    static void check_space(const DesignSpace& space, const std::string& name,
                            const std::string& where) {
        if (name == space.name) return;
        DesignSpace other;
        try {
            other = load_space(name);
        } catch (const Error&) {
            throw Error(fmt::format("the table is of space '{}', not '{}'", name, space.name),
                        where);
        }
        // width 1.0 and 1.2 go by one name in other people's tables, so the body's shape decides
        const bool same = other.units.size() == space.units.size() &&
                          other.blocks.size() == space.blocks.size() &&
                          other.blocks.front().token == space.blocks.front().token &&
                          other.stem_choices.size() == space.stem_choices.size();
        if (!same) {
            throw Error(fmt::format("the table is of space '{}', not '{}'", name, space.name),
                        where);
        }
    }

    MetricInfo info_;
    std::unordered_map<Architecture, Mean, ArchitectureHash> means_;
};

}  // namespace

std::unique_ptr<Metric> make_csv_metric(const DesignSpace& space, const std::string& path,
                                        const std::string& column) {
    return std::make_unique<CsvMetric>(space, path, column);
}

}  // namespace blockscope
