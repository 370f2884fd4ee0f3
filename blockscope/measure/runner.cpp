#include "blockscope/measure/runner.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/measure/child_process.hpp"

namespace blockscope {
namespace {

using Clock = std::chrono::steady_clock;

/// Why one attempt failed.
struct Failed {
    std::string reason;
};

std::string shown(std::string_view text) {
    constexpr std::size_t most = 60;
    std::string line(trim(text.substr(0, std::min(text.size(), most))));
    std::replace_if(
        line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c > '~'; }, '?');
    return fmt::format("'{}'{}", line, text.size() > most ? "..." : "");
}

void replace_all(std::string& text, std::string_view from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

/// Factor from one unit to the other; nothing where there is none.
std::optional<double> conversion(const std::string& from, const std::string& to) {
    if (from == to) return 1;
    const std::map<std::string, double> in_seconds{
        {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
    const auto a = in_seconds.find(from);
    const auto b = in_seconds.find(to);
    if (a == in_seconds.end() || b == in_seconds.end()) return std::nullopt;
    return a->second / b->second;
}

void check_values(const std::vector<double>& values, std::string_view printed) {
    if (values.empty()) throw Failed{"printed no number"};
    for (const double v : values) {
        if (!std::isfinite(v) || v <= 0) {
            throw Failed{
                fmt::format("printed a value that no measurement has: {}", shown(printed))};
        }
    }
}

RunnerAnswer parse_object(const nlohmann::json& object, const std::string& unit,
                          std::string_view printed) {
    RunnerAnswer answer;
    if (const auto error = object.find("error"); error != object.end() && !error->is_null()) {
        answer.refusal = error->is_string() ? error->get<std::string>() : error->dump();
        return answer;
    }
    try {
        const auto& values = object.at("values");
        if (values.is_number()) {
            answer.values = {values.get<double>()};
        } else {
            answer.values = values.get<std::vector<double>>();
        }
        const auto factor = conversion(object.value("unit", unit), unit);
        if (!factor)
            throw Failed{
                fmt::format("answered in a unit that is not {}: {}", unit, shown(printed))};
        for (double& v : answer.values) v *= *factor;
    } catch (const nlohmann::json::exception&) {
        throw Failed{fmt::format("answered without 'values': {}", shown(printed))};
    }
    check_values(answer.values, printed);
    return answer;
}

/// What a shell template printed: numbers, or one JSON object.
RunnerAnswer parse_output(const std::string& text, const std::string& unit) {
    const auto trimmed = trim(text);
    if (trimmed.starts_with('{')) {
        const auto object = nlohmann::json::parse(trimmed, nullptr, false);
        if (object.is_object()) return parse_object(object, unit, trimmed);
    }
    RunnerAnswer answer;
    std::string words(trimmed);
    std::replace_if(
        words.begin(), words.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; },
        ' ');
    for (const auto word : split(words, ' ')) {
        if (word.empty()) continue;
        double value = 0;
        if (!parse_number(word, value)) {
            throw Failed{fmt::format("printed something else than numbers: {}", shown(trimmed))};
        }
        answer.values.push_back(value);
    }
    check_values(answer.values, trimmed);
    return answer;
}

constexpr std::size_t most_output = std::size_t{1} << 20;

}  // namespace

struct Runner::Impl {
    RunnerOptions options;
    std::string device;
    std::unique_ptr<ChildProcess> process = nullptr;  ///< of a request/response runner
    std::string unread = {};
    std::uint64_t last_id = 0;

    RunnerAnswer attempt(const RunnerRequest& request, const std::function<bool()>& stop) {
        return is_template(options.command) ? run_template(request, stop) : converse(request, stop);
    }
    std::string with_device(std::string command) const {
        replace_all(command, "{device}", shell_quoted(device));
        return command;
    }
    [[noreturn]] static void fail(ChildProcess& child, std::string reason) {
        if (const auto said = child.last_complaint(); !said.empty()) {
            reason += fmt::format(" (it said {})", shown(said));
        }
        throw Failed{reason};
    }
    double seconds_left(Clock::time_point start) const {
        return options.timeout_s - std::chrono::duration<double>(Clock::now() - start).count();
    }
    [[noreturn]] void time_out(ChildProcess& child) const {
        fail(child, fmt::format("no answer within {} s", options.timeout_s));
    }

    RunnerAnswer run_template(const RunnerRequest& request, const std::function<bool()>& stop);
    RunnerAnswer converse(const RunnerRequest& request, const std::function<bool()>& stop);
    std::optional<RunnerAnswer> answer_in(std::string_view line, std::string& rubbish) const;
};

RunnerAnswer Runner::Impl::run_template(const RunnerRequest& request,
                                        const std::function<bool()>& stop) {
    std::string command = with_device(options.command);
    replace_all(command, "{resolution}", std::to_string(request.resolution));
    replace_all(command, "{space}", shell_quoted(request.space));
    replace_all(command, "{arch}", shell_quoted(request.arch));
    replace_all(command, "{onnx}", shell_quoted(request.model));
    ChildProcess child(command);
    child.close_input();
    const auto start = Clock::now();
    std::string text;
    while (true) {
        switch (child.read(text, seconds_left(start), stop)) {
            case ChildProcess::Wait::stopped:
                throw Stopped{};
            case ChildProcess::Wait::timed_out:
                time_out(child);
            case ChildProcess::Wait::output:
                if (text.size() > most_output) fail(child, "printed more than 1 MiB");
                break;
            case ChildProcess::Wait::closed:
                if (const auto end = child.how_it_ended(); !end.empty()) fail(child, end);
                return parse_output(text, options.unit);
        }
    }
}

/// Nothing where the line is no answer to the last request: late answers and chatter are passed
/// over.
std::optional<RunnerAnswer> Runner::Impl::answer_in(std::string_view line,
                                                    std::string& rubbish) const {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object() || !object.contains("id")) {
        if (!trim(line).empty()) rubbish = line;
        return std::nullopt;
    }
    if (object["id"] != last_id) return std::nullopt;
    return parse_object(object, options.unit, line);
}

RunnerAnswer Runner::Impl::converse(const RunnerRequest& request,
                                    const std::function<bool()>& stop) {
    if (!process) {
        process = std::make_unique<ChildProcess>(with_device(options.command));
        unread.clear();
    }
    const nlohmann::json line{{"id", ++last_id},
                              {"model", request.model},
                              {"arch", request.arch},
                              {"space", request.space},
                              {"resolution", request.resolution}};
    const bool written = process->write(line.dump() + "\n");
    const auto start = Clock::now();
    std::string rubbish;
    std::size_t printed = 0;
    while (true) {
        for (auto end = unread.find('\n'); end != std::string::npos; end = unread.find('\n')) {
            const std::string answer = unread.substr(0, end);
            unread.erase(0, end + 1);
            if (auto found = answer_in(answer, rubbish)) return *found;
        }
        const auto before = unread.size();
        const auto wait = process->read(unread, written ? seconds_left(start) : 0, stop);
        printed += unread.size() - before;
        if (wait == ChildProcess::Wait::stopped) throw Stopped{};
        if (printed > most_output) fail(*process, "printed more than 1 MiB and no answer");
        if (wait == ChildProcess::Wait::closed) {
            const auto end = process->how_it_ended();
            fail(*process, end.empty() ? "ended without an answer" : end);
        }
        if (wait == ChildProcess::Wait::timed_out) {
            if (!written) fail(*process, "does not read its requests");
            if (rubbish.empty()) time_out(*process);
            fail(*process, fmt::format("printed {} and no answer within {} s", shown(rubbish),
                                       options.timeout_s));
        }
    }
}

bool is_template(const std::string& command) {
    for (const char* hole : {"{onnx}", "{arch}", "{space}", "{resolution}"}) {
        if (command.find(hole) != std::string::npos) return true;
    }
    return false;
}

Runner::Runner(RunnerOptions options, std::string device)
    : impl_(new Impl{std::move(options), std::move(device)}) {}

Runner::~Runner() = default;

RunnerAnswer Runner::ask(const RunnerRequest& request, const Progress* progress) {
    const auto stop = [&] { return progress != nullptr && progress->stop_requested(); };
    std::string reason;
    double pause_s = impl_->options.backoff_s;
    for (int attempt = 0; attempt <= impl_->options.retries; ++attempt) {
        if (attempt > 0) {
            const auto until = Clock::now() + std::chrono::duration<double>(pause_s);
            while (Clock::now() < until) {
                if (stop()) throw Stopped{};
                const auto left = std::chrono::duration<double>(until - Clock::now());
                std::this_thread::sleep_for(std::min(left, std::chrono::duration<double>(0.1)));
            }
            pause_s = std::min(2 * pause_s, 60.0);
        }
        try {
            return impl_->attempt(request, stop);
        } catch (const Failed& failed) {
            reason = failed.reason;
            impl_->process.reset();  // a new one next time: this one's state is not known
        } catch (const Stopped&) {
            impl_->process.reset();
            throw;
        }
    }
    throw Error(fmt::format("runner {}; {} attempts", reason, impl_->options.retries + 1),
                Fault::device);
}

}  // namespace blockscope
