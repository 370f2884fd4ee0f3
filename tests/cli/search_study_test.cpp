// Searches on what takes long to evaluate: killed at any moment, the same command goes on.
#include <chrono>
#include <csignal>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "blockscope/base/csv.hpp"

#include "program.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;

/// A device that takes 1 ms for a network, whose latency follows from its text alone, and that
/// notes what it was asked in `log`. No two networks are equally fast, so that no choice hangs
/// on the last digit, which following the device's drift rounds away.
std::string slow_device(const fs::path& folder, const fs::path& log) {
    const auto file = folder / "device.py";
    write_file(file, R"(import json, sys, time
for line in sys.stdin:
    request = json.loads(line)
    text = request["arch"] + "@" + str(request["resolution"])
    with open(sys.argv[1], "a") as log:
        log.write(text + "\n")
    time.sleep(0.001)
    ms = request["resolution"] / 32 + sum(((i * i + 3) * ord(c) % 997 / 997) ** 2 for i, c in enumerate(request["arch"]))
    print(json.dumps({"id": request["id"], "values": [ms]}), flush=True)
)");
    return "'run:python3 " + file.string() + " " + log.string() + "'";
}

std::vector<std::string> lines_of(const fs::path& file) {
    std::vector<std::string> lines;
    if (!fs::exists(file)) return lines;
    std::string text = read_file(file);
    for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
        lines.push_back(text.substr(0, end));
    }
    return lines;
}

/// Starts a command and ends it with SIGKILL once `log` has `n` lines; false: it ended before.
bool killed_after(std::size_t n, const fs::path& log, const std::string& arguments) {
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string command =
            "exec " + std::string(BLOCKSCOPE_BINARY) + " " + arguments + " >/dev/null 2>&1";
        ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
        ::_exit(127);
    }
    while (lines_of(log).size() < n) {
        if (::waitpid(child, nullptr, WNOHANG) != 0) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    return true;
}

class KilledSearch : public testing::TestWithParam<const char*> {};

// Over two resolutions.
TEST_P(KilledSearch, GoesOnAndFindsWhatItWouldHaveFound) {
    const auto folder = scratch_folder(std::string("killed_") + GetParam());
    const auto space = tiny_space(folder);
    const auto command = [&](const std::string& name) {
        return "search " + space + " --resolution 48,32 --minimize " +
               slow_device(folder, folder / (name + ".log")) + " --maximize params --algorithm " +
               GetParam() + " --initial 10 --iterations 2 --children 10 --seed 5 --quiet -o " +
               (folder / name).string();
    };
    const auto through = run(command("through"));
    ASSERT_EQ(through.code, 0) << through.text;
    const auto in_all = lines_of(folder / "through.log").size();
    const auto log = folder / "killed.log";
    for (const std::size_t part : {5, 2}) {
        ASSERT_TRUE(killed_after(in_all / part, log, command("killed")));
        EXPECT_FALSE(fs::exists(folder / "killed/history.csv"));
    }
    const auto rest = run(command("killed"));
    ASSERT_EQ(rest.code, 0) << rest.text;
    const auto straight = parse_csv(read_file(folder / "through/history.csv"), "");
    const auto mended = parse_csv(read_file(folder / "killed/history.csv"), "");
    ASSERT_EQ(straight.rows.size(), mended.rows.size());
    const auto ms = straight.column("latency_run_ms");
    for (std::size_t i = 0; i < straight.rows.size(); ++i) {
        EXPECT_NEAR(straight.number(i, ms), mended.number(i, ms), 1e-9);
        EXPECT_EQ(straight.rows[i][2], mended.rows[i][2]);
        EXPECT_EQ(straight.rows[i][3], mended.rows[i][3]);
    }
    EXPECT_LT(lines_of(log).size(), 1.5 * static_cast<double>(in_all))
        << "what was measured before a kill is known after it";
}

INSTANTIATE_TEST_SUITE_P(Algorithms, KilledSearch, testing::Values("random-mutation", "surrogate"),
                         [](const auto& algorithm) {
                             std::string name = algorithm.param;
                             std::erase(name, '-');
                             return name;
                         });

}  // namespace
}  // namespace blockscope
