#include "blockscope/supernet/calibrated_beginnings.hpp"

#include <algorithm>

namespace blockscope {

std::vector<CalibratedBeginnings::Border> CalibratedBeginnings::begin(
    const Architecture& a, const NetworkGraph& network, std::span<const std::size_t> operators,
    std::size_t batches, int images) {
    std::vector<Border> borders;
    for (const std::size_t op : operators) {
        const Location& where = network.operators[op].where;
        const int units = where.part == Location::Part::body ? where.unit + 1 : 0;
        Border& border = borders.emplace_back(Border{op, beginning(space_, a, units)});
        for (Border& old : last_) {
            if (old.op != op || old.beginning != border.beginning) continue;
            border.maps = std::move(old.maps);
            border.norms = std::move(old.norms);
        }
    }
    last_.clear();
    std::size_t left = most_bytes_;
    for (std::size_t k = borders.size(); k-- > 0;) {
        Border& border = borders[k];
        const Operator& op = network.operators[border.op];
        const bool whole_body = op.where.part == Location::Part::body &&
                                op.where.unit + 1 == static_cast<int>(space_.units.size());
        const auto bytes = static_cast<std::size_t>(images * op.out.elements()) * sizeof(float);
        border.room = whole_body ? 0 : std::min(batches, left / bytes);
        left -= border.room * bytes;
        if (border.maps.size() > border.room) border.maps.resize(border.room);
    }
    return borders;
}

}  // namespace blockscope
