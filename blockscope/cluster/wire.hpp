#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "blockscope/cluster/evaluator.hpp"

namespace blockscope {

/// What ranks tell each other. Rank 0 sends jobs, stop, leave and end; the others the rest.
struct Telegram {
    enum class Kind : std::uint8_t {
        job,    ///< open a metric, or evaluate architectures
        stop,   ///< forget a metric's epoch and those before
        leave,  ///< there is nothing more to do: say that you have left off
        end,    ///< end now; in good order if the job's number is 0
        done,   ///< a job is
        sign,   ///< of life: the job that runs gets on
        left    ///< this rank has left off and waits for the end
    };
    Kind kind = Kind::sign;
    Job job = {};    ///< of job; parts of it of stop and end
    Done done = {};  ///< of done
};

std::string packed(const Telegram& telegram);

/// Throws Error(Fault::runtime) for bytes of another version of the program.
Telegram unpacked(std::string_view bytes);

}  // namespace blockscope
