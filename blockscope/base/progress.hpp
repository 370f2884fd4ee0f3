#pragma once

#include <cstddef>
#include <string_view>

namespace blockscope {

/// What a long call tells its caller, who may show it and may stop the call.
/// The library never prints; the command line draws a bar from this.
class Progress {
public:
    virtual ~Progress() = default;
    /// done of total items (or seconds, or whatever the caller's task counts); total 0: not known.
    virtual void update(std::string_view task, double done, double total) = 0;
    /// What the work has come to so far, in a few words to stand beside it; "" for nothing more.
    virtual void note(std::string_view words) { (void)words; }
    /// True once the user asked to stop; long calls return what they have as soon as they see it.
    virtual bool stop_requested() const { return false; }
};

}  // namespace blockscope
