#pragma once

#include "blockscope/cluster/team.hpp"

namespace blockscope {

/// This process alone.
class TeamOfOne : public Team {
public:
    int rank() const override { return 0; }
    int size() const override { return 1; }
    void send(int, std::string) override {}
    std::optional<Message> receive() override { return std::nullopt; }
    void leave(bool, int) override {}
};

}  // namespace blockscope
