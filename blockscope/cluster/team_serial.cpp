#include "blockscope/base/error.hpp"
#include "blockscope/cluster/team_of_one.hpp"

namespace blockscope {

std::unique_ptr<Team> join_team(bool launched) {
    if (launched) {
        throw Error("started as one of several processes, but " + team_support().text,
                    Fault::runtime);
    }
    return std::make_unique<TeamOfOne>();
}

TeamSupport team_support() {
    return {false,
            "this build found no MPI; install libopenmpi-dev and openmpi-bin, then configure "
            "again"};
}

}  // namespace blockscope
