#include "blockscope/cluster/wire.hpp"

#include "blockscope/cluster/packing.hpp"

namespace blockscope {
namespace {

/// Counted up with every change of what is packed.
constexpr std::uint32_t version = 3;

}  // namespace

std::string packed(const Telegram& telegram) {
    Packing to;
    to.add(version).add(telegram.kind);
    const Job& job = telegram.job;
    const Done& done = telegram.done;
    switch (telegram.kind) {
        case Telegram::Kind::job:
        case Telegram::Kind::stop:
        case Telegram::Kind::end:
            to.add(job.metric).add(job.epoch).add(job.number).add(job.description).add(job.archs);
            to.add(job.bounds).add(job.part).add(job.parts);
            break;
        case Telegram::Kind::done:
            to.add(done.metric).add(done.epoch).add(done.number).add(done.column.values);
            to.add(done.column.spread).add(done.column.failures).add(done.column.given_up);
            to.add(done.seconds);
            to.add(done.samples).add(done.reference_ms).add(done.worker.facts);
            to.add(done.worker.conditions).add(done.remarks).add(done.error).add(done.fault);
            break;
        case Telegram::Kind::leave:
        case Telegram::Kind::sign:
        case Telegram::Kind::left:
            break;
    }
    return to.take();
}

Telegram unpacked(std::string_view bytes) {
    Unpacking from(bytes);
    if (from.get<std::uint32_t>() != version) {
        throw Error("a process of the team is of another version of blockscope", Fault::runtime);
    }
    Telegram telegram;
    telegram.kind = from.get<Telegram::Kind>();
    Job& job = telegram.job;
    Done& done = telegram.done;
    switch (telegram.kind) {
        case Telegram::Kind::job:
        case Telegram::Kind::stop:
        case Telegram::Kind::end:
            job.metric = from.get<std::uint32_t>();
            job.epoch = from.get<std::uint64_t>();
            job.number = from.get<std::uint64_t>();
            job.description = from.get<std::string>();
            job.archs = from.get<std::vector<Architecture>>();
            job.bounds = from.get<std::vector<double>>();
            job.part = from.get<std::uint64_t>();
            job.parts = from.get<std::uint64_t>();
            break;
        case Telegram::Kind::done:
            done.metric = from.get<std::uint32_t>();
            done.epoch = from.get<std::uint64_t>();
            done.number = from.get<std::uint64_t>();
            done.column.values = from.get<std::vector<double>>();
            done.column.spread = from.get<std::vector<double>>();
            done.column.failures = from.get<std::vector<std::pair<std::size_t, std::string>>>();
            done.column.given_up = from.get<std::vector<GivenUp>>();
            done.seconds = from.get<double>();
            done.samples = from.get<std::vector<LatencySample>>();
            done.reference_ms = from.get<std::optional<double>>();
            done.worker.facts = from.get<Metric::Facts>();
            done.worker.conditions = from.get<Metric::Facts>();
            done.remarks = from.get<std::vector<std::string>>();
            done.error = from.get<std::string>();
            done.fault = from.get<Fault>();
            break;
        case Telegram::Kind::leave:
        case Telegram::Kind::sign:
        case Telegram::Kind::left:
            break;
    }
    return telegram;
}

}  // namespace blockscope
