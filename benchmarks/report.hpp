#pragma once

namespace blockscope {

/// What a report does: each program defines its own. Returns the exit code; an Error is printed.
int report(int argc, char** argv);

}  // namespace blockscope
