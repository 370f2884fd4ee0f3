#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// How far trainings are, kept so that one that was killed goes on there and ends in the same bits.
class TrainingStates {
public:
    virtual ~TrainingStates() = default;
    /// What was last kept under this key; "" for nothing.
    virtual std::string find(const std::string& key) = 0;
    /// True where it is time to keep something; trainings ask after each of their steps.
    virtual bool due() = 0;
    virtual void keep(const std::string& key, std::string_view state) = 0;
};

/// States as files of a folder, which appears with the first of them: KEY holds the state's
/// content_hash and the state. A file that is not as it was written counts as absent.
class TrainingFolder : public TrainingStates {
public:
    explicit TrainingFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

    std::string find(const std::string& key) override;
    /// At first, and then every 5 s.
    bool due() override;
    /// Throws Error(Fault::runtime) if it cannot be written.
    void keep(const std::string& key, std::string_view state) override;
    /// Removes the folder with all states.
    void remove();

private:
    std::filesystem::path folder_;
    std::chrono::steady_clock::time_point next_{};
};

/// Names a training by all that its result depends on. options: its kind and options as text.
std::string training_key(std::string_view options, const DesignSpace& space,
                         std::span<const Architecture> archs, std::span<const double> targets);

/// Numbers as their bytes, one after another.
template <typename T>
void append_bytes(std::string& to, std::span<const T> numbers) {
    to.append(reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes());
}
template <typename T>
void append_bytes(std::string& to, const T& number) {
    append_bytes(to, std::span(&number, 1));
}

/// Takes back what append_bytes wrote, which is as long at least.
template <typename T>
void take_bytes(std::string_view& from, std::span<T> numbers) {
    from.copy(reinterpret_cast<char*>(numbers.data()), numbers.size_bytes());
    from.remove_prefix(numbers.size_bytes());
}
template <typename T>
void take_bytes(std::string_view& from, T& number) {
    take_bytes(from, std::span(&number, 1));
}

}  // namespace blockscope
