#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "blockscope/model/training_state.hpp"

namespace blockscope {

/// Adam for a set of arrays, with weight decay apart from the gradient and the norm of the whole
/// gradient clipped. Sources: Kingma and Ba, "Adam" (2015); Loshchilov and Hutter, "Decoupled
/// weight decay regularization" (2019).
class Adam {
public:
    struct Array {
        float* values;
        float* gradient;  ///< set to 0 by a step
        std::size_t size;
        bool decays;
    };

    explicit Adam(std::vector<Array> arrays, double decay = 0, double clip = 0)
        : arrays_(std::move(arrays)), decay_(decay), clip_(clip) {
        for (const auto& a : arrays_) {
            first_.emplace_back(a.size, 0.0F);
            second_.emplace_back(a.size, 0.0F);
        }
    }

    void step(double rate) {
        double scale = 1;
        if (clip_ > 0) {
            double squares = 0;
            for (const auto& a : arrays_) {
                for (std::size_t i = 0; i < a.size; ++i)
                    squares += double{a.gradient[i]} * a.gradient[i];
            }
            if (squares > clip_ * clip_) scale = clip_ / std::sqrt(squares);
        }
        first_power_ *= 0.9;
        second_power_ *= 0.999;
        const auto s = static_cast<float>(scale);
        const auto rise = static_cast<float>(rate / (1 - first_power_));
        const auto root = static_cast<float>(1 / std::sqrt(1 - second_power_));
        for (std::size_t k = 0; k < arrays_.size(); ++k) {
            const auto& a = arrays_[k];
            const float keep = a.decays ? static_cast<float>(1 - rate * decay_) : 1.0F;
            float* const m = first_[k].data();
            float* const v = second_[k].data();
            for (std::size_t i = 0; i < a.size; ++i) {
                const float g = s * a.gradient[i];
                m[i] = 0.9F * m[i] + 0.1F * g;
                v[i] = 0.999F * v[i] + 0.001F * g * g;
                a.values[i] = keep * a.values[i] - rise * m[i] / (root * std::sqrt(v[i]) + 1e-8F);
                a.gradient[i] = 0;
            }
        }
    }

    /// Values and moments: what goes on from them ends in the same bits.
    std::string state() const {
        std::string state;
        append_bytes(state, first_power_);
        append_bytes(state, second_power_);
        for (std::size_t k = 0; k < arrays_.size(); ++k) {
            append_bytes(state, std::span<const float>(arrays_[k].values, arrays_[k].size));
            append_bytes(state, std::span<const float>(first_[k]));
            append_bytes(state, std::span<const float>(second_[k]));
        }
        return state;
    }
    /// state: of the same arrays.
    void restore(std::string_view state) {
        take_bytes(state, first_power_);
        take_bytes(state, second_power_);
        for (std::size_t k = 0; k < arrays_.size(); ++k) {
            take_bytes(state, std::span(arrays_[k].values, arrays_[k].size));
            take_bytes(state, std::span(first_[k]));
            take_bytes(state, std::span(second_[k]));
        }
    }

private:
    std::vector<Array> arrays_;
    std::vector<std::vector<float>> first_, second_;
    double decay_, clip_;
    double first_power_ = 1, second_power_ = 1;
};

}  // namespace blockscope
