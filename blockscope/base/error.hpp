#pragma once

#include <stdexcept>
#include <string>

namespace blockscope {

/// Why something cannot go on; decides the exit code of the command line (docs/command_line.md).
enum class Fault {
    runtime,     ///< failed while running: unwritable directory, full disk
    input,       ///< invalid input data: space file, architecture, table
    infeasible,  ///< a constraint that no architecture of the space can meet
    device,      ///< device lost or timed out
};

/// The one exception of the library. The message is one line a user can act on; it starts with
/// `file:line:column: ` where there is a place to point at.
class Error : public std::runtime_error {
public:
    explicit Error(const std::string& message, Fault fault = Fault::input)
        : std::runtime_error(message), fault_(fault) {}

    /// where: "file", "file:line" or "file:line:column"; empty for no place.
    Error(const std::string& message, const std::string& where, Fault fault = Fault::input)
        : std::runtime_error(where.empty() ? message : where + ": " + message), fault_(fault) {}

    Fault fault() const { return fault_; }

private:
    Fault fault_;
};

}  // namespace blockscope
