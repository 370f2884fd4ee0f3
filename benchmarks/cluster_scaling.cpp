// How sharing work grows to a thousand ranks, by simulation: `./dev bench cluster_scaling
// MESSAGE_US ROW_US [FILE.svg]`. The scheduler is the real one (cluster/schedule.hpp); rank 0 is a
// queue that takes so long for each message and each row, as `./dev bench cluster` measures them.
// Messages are on their way for the pause between two looks, the longest that they wait. Ranks
// differ in speed by up to 20 %, the logarithms of tasks by a standard deviation of 0.3; each rank
// has about 100 tasks.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <queue>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "blockscope/base/random.hpp"
#include "blockscope/cluster/schedule.hpp"

#include "report.hpp"

namespace blockscope {
namespace {

/// What rank 0 spends.
struct Costs {
    double message_s;  ///< for an answer and what is sent back
    double row_s;      ///< for a row into the study
};
constexpr double way_s = 2e-3;  // of a message: pause_s of cluster/

/// Sum of 12 uniforms: close to normal, and the same on every machine.
double normal(Rng& rng) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += rng.uniform();
    return sum;
}

struct Answer {
    double at = 0;
    int rank = 0;
    Handout handout;
    double seconds = 0;
    bool operator>(const Answer& other) const { return at > other.at; }
};

/// Share of the ranks' time that they spend in tasks.
double efficiency(int ranks, double task_s, std::size_t tasks, const Costs& costs) {
    Rng rng(1);
    std::vector<double> slowness;
    for (int r = 0; r < ranks; ++r) slowness.push_back(1 + 0.2 * rng.uniform());
    std::vector<double> length;
    for (std::size_t i = 0; i < tasks; ++i) length.push_back(task_s * std::exp(0.3 * normal(rng)));
    ScheduleOptions options;
    options.message_s = std::max(options.message_s, 250e-6 * ranks);  // as TeamMetric has it
    options.silence_s = 1e9;
    Schedule schedule(tasks, ranks, options);
    std::vector<double> free(slowness.size(), 0);
    std::priority_queue<Answer, std::vector<Answer>, std::greater<>> answers;
    double leader = 0;  // when rank 0 is free
    double busy = 0;
    const auto hand_out = [&](int rank) {
        while (const auto handout = schedule.next(rank, leader)) {
            leader += costs.message_s / 2;
            double seconds = 0;
            for (std::size_t i = handout->first; i < handout->last; ++i) {
                seconds += length[i] * slowness[static_cast<std::size_t>(rank)];
            }
            auto& f = free[static_cast<std::size_t>(rank)];
            f = std::max(f, leader + way_s) + seconds;
            busy += seconds;
            answers.push({f + way_s, rank, *handout, seconds});
        }
    };
    for (int rank = 0; rank < ranks; ++rank) hand_out(rank);
    while (!schedule.done()) {
        const Answer answer = answers.top();
        answers.pop();
        leader = std::max(leader, answer.at) + costs.message_s / 2 +
                 costs.row_s * static_cast<double>(answer.handout.last - answer.handout.first);
        (void)schedule.answered(answer.rank, answer.handout.number, answer.seconds, leader);
        hand_out(answer.rank);
    }
    return busy / (leader * ranks);
}

constexpr int counts[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};
constexpr std::pair<double, const char*> lengths[] = {
    {1e-3, "1 ms"}, {1e-2, "10 ms"}, {0.1, "0.1 s"}, {1, "1 s"}, {60, "60 s"}};
constexpr const char* colours[] = {"#b2182b", "#ef8a62", "#7a7a7a", "#67a9cf", "#2166ac"};

void draw(const std::string& path, const std::vector<std::vector<double>>& curves) {
    std::ofstream file(path);
    const auto x = [](int ranks) { return 70 + 500 * std::log10(ranks) / 3; };
    const auto y = [](double share) { return 330 - 290 * share; };
    file << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"680\" height=\"400\" "
            "font-family=\"sans-serif\" font-size=\"13\">\n"
            "<rect width=\"680\" height=\"400\" fill=\"white\"/>\n"
            "<text x=\"70\" y=\"22\">Share of the ranks' time spent in tasks, simulated; about 100 "
            "tasks for each rank</text>\n";
    for (int percent = 0; percent <= 100; percent += 20) {
        file << fmt::format(
            "<line x1=\"70\" x2=\"570\" y1=\"{0:.1f}\" y2=\"{0:.1f}\" stroke=\"#dddddd\"/>"
            "<text x=\"62\" y=\"{1:.1f}\" text-anchor=\"end\">{2} %</text>\n",
            y(percent / 100.0), y(percent / 100.0) + 4, percent);
    }
    for (const int ranks : {1, 10, 100, 1000}) {
        file << fmt::format("<text x=\"{:.1f}\" y=\"350\" text-anchor=\"middle\">{}</text>\n",
                            x(ranks), ranks);
    }
    file << "<text x=\"320\" y=\"375\" text-anchor=\"middle\">ranks</text>\n";
    std::vector<double> places;
    for (std::size_t c = 0; c < curves.size(); ++c) {
        std::string points;
        for (std::size_t i = 0; i < std::size(counts); ++i) {
            points += fmt::format("{:.1f},{:.1f} ", x(counts[i]), y(curves[c][i]));
        }
        double at = y(curves[c].back()) + 4;
        for (const double other : places) {  // names do not cover each other
            if (std::abs(at - other) < 14) at = other - 14;
        }
        places.push_back(at);
        file << fmt::format(
            "<polyline fill=\"none\" stroke=\"{0}\" stroke-width=\"2\" points=\"{1}\"/>"
            "<text x=\"578\" y=\"{2:.1f}\" fill=\"{0}\">tasks of {3}</text>\n",
            colours[c], points, at, lengths[c].second);
    }
    file << "</svg>\n";
}

}  // namespace

int report(int argc, char** argv) {
    if (argc < 3) {
        fmt::print(stderr, "MESSAGE_US ROW_US [FILE.svg]: as the report `cluster` prints them\n");
        return 2;
    }
    const Costs costs{1e-6 * std::atof(argv[1]), 1e-6 * std::atof(argv[2])};
    fmt::print("rank 0 takes {} us for a message with its answer and {} us for a row\n\n", argv[1],
               argv[2]);
    std::vector<std::vector<double>> curves;
    fmt::print("| ranks | {} |\n|---|---|---|---|---|---|\n", "1 ms | 10 ms | 0.1 s | 1 s | 60 s");
    for (const auto& [seconds, name] : lengths) {
        curves.emplace_back();
        for (const int ranks : counts) {
            const auto tasks = static_cast<std::size_t>(ranks) * 100;
            curves.back().push_back(efficiency(ranks, seconds, tasks, costs));
        }
    }
    for (std::size_t i = 0; i < std::size(counts); ++i) {
        fmt::print("| {} |", counts[i]);
        for (const auto& curve : curves) fmt::print(" {:.1f} % |", 100 * curve[i]);
        fmt::print("\n");
    }
    if (argc > 3) draw(argv[3], curves);
    return 0;
}

}  // namespace blockscope
