#include "blockscope/weights/pickle.hpp"

#include <bit>
#include <unordered_map>

#include <fmt/format.h>

#include "blockscope/weights/byte_reader.hpp"

namespace blockscope {
namespace {

using Kind = PickleNode::Kind;

constexpr std::size_t most_operations = 1'000'000;

struct KnownGlobal {
    std::string_view module, name;
    PickleGlobal global;
};
constexpr KnownGlobal known_globals[] = {
    {"collections", "OrderedDict", PickleGlobal::ordered_dict},
    {"torch._utils", "_rebuild_tensor_v2", PickleGlobal::rebuild_tensor},
    {"torch", "FloatStorage", PickleGlobal::float_storage},
    {"torch", "LongStorage", PickleGlobal::long_storage},
};

/// The stack machine that a pickle is a program for.
class Unpickler {
public:
    Unpickler(std::string_view bytes, const std::string& source, std::size_t origin)
        : reader_(bytes, source, origin), bytes_(bytes), origin_(origin) {}

    Pickle run() {
        for (std::size_t i = 0; i < most_operations; ++i) {
            start_ = reader_.position();
            const char code = reader_.take(1)[0];
            if (code == '.') {
                pickle_.root = pop();
                pickle_.bytes = reader_.position();
                return std::move(pickle_);
            }
            step(code);
        }
        fail("a pickle of more than a million operations");
    }

private:
    [[noreturn]] void fail(const std::string& what) const { reader_.fail_at(start_, what); }

    PickleNode& node(int i) { return pickle_.nodes[static_cast<std::size_t>(i)]; }

    PickleNode& push(Kind kind) {
        PickleNode made;
        made.kind = kind;
        made.position = origin_ + start_;
        stack_.push_back(static_cast<int>(pickle_.nodes.size()));
        pickle_.nodes.push_back(std::move(made));
        return pickle_.nodes.back();
    }

    /// Values of the innermost mark only.
    std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

    int pop() {
        if (stack_.size() <= floor()) fail("nothing on the stack");
        const int top = stack_.back();
        stack_.pop_back();
        return top;
    }

    int top() const {
        if (stack_.size() <= floor()) fail("nothing on the stack");
        return stack_.back();
    }

    std::vector<int> pop_to_mark() {
        if (marks_.empty()) fail("no mark on the stack");
        std::vector<int> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()),
                               stack_.end());
        stack_.resize(marks_.back());
        marks_.pop_back();
        return items;
    }

    std::vector<int> pop_some(int count) {
        std::vector<int> items(static_cast<std::size_t>(count));
        for (int i = count; i-- > 0;) items[static_cast<std::size_t>(i)] = pop();
        return items;
    }

    void tuple(std::vector<int> items) { push(Kind::tuple).items = std::move(items); }

    void append(Kind kind, const std::vector<int>& items) {
        PickleNode& target = node(top());
        if (target.kind != kind) {
            fail(kind == Kind::list ? "appends to what is no list"
                                    : "sets items of what is no dict");
        }
        if (kind == Kind::dict && items.size() % 2 != 0) fail("a key without a value");
        target.items.insert(target.items.end(), items.begin(), items.end());
    }

    void remember(std::uint32_t slot) { memo_[slot] = top(); }

    void recall(std::uint32_t slot) {
        const auto found = memo_.find(slot);
        if (found == memo_.end()) fail(fmt::format("memo {} was never set", slot));
        stack_.push_back(found->second);
    }

    std::string_view line() {
        const auto end = bytes_.find('\n', reader_.position());
        if (end == std::string_view::npos) fail("a line without an end");
        const auto text = reader_.take(end - reader_.position());
        reader_.take(1);
        return text;
    }

    void global(std::string_view module, std::string_view name) {
        for (const auto& known : known_globals) {
            if (known.module == module && known.name == name) {
                push(Kind::global).global = known.global;
                return;
            }
        }
        fail(fmt::format("uses {}, which a file of weights has no need for; refused",
                         printable(fmt::format("{}.{}", module, name))));
    }

    void call() {
        const int arguments = pop();
        const int callee = pop();
        if (node(callee).kind != Kind::global || node(arguments).kind != Kind::tuple) {
            fail("a call of what is no function; refused");
        }
        const PickleGlobal function = node(callee).global;
        if (function == PickleGlobal::ordered_dict && node(arguments).items.empty()) {
            push(Kind::dict);
        } else if (function == PickleGlobal::rebuild_tensor) {
            push(Kind::tensor).items = {arguments};
        } else {
            fail("a call that state dicts do not make; refused");
        }
    }

    /// Attributes of a state dict (`_metadata`) are not wanted.
    void build() {
        pop();
        if (node(top()).kind != Kind::dict) fail("sets attributes of what is no dict; refused");
    }

    void integer(std::int64_t value) { push(Kind::integer).integer = value; }

    void long_integer(std::size_t size) {
        if (size > 8) fail(fmt::format("a whole number of {} bytes", size));
        const auto bytes = reader_.take(size);
        std::uint64_t value = 0;
        for (std::size_t i = size; i-- > 0;) {
            value = value << 8 | static_cast<unsigned char>(bytes[i]);
        }
        const bool negative = size > 0 && (static_cast<unsigned char>(bytes[size - 1]) & 0x80) != 0;
        if (negative && size < 8) value |= ~0ULL << (8 * size);
        integer(static_cast<std::int64_t>(value));
    }

    void real() {
        auto bits = reader_.number<std::uint64_t>();
        bits = __builtin_bswap64(bits);  // the one number that pickles write big-endian
        push(Kind::real).real = std::bit_cast<double>(bits);
    }

    void text(std::uint64_t size) { push(Kind::text).text = reader_.take(size); }

    // Codes as Python's pickletools names them.
    void step(char code) {
        switch (code) {
            case '\x80':  // PROTO
                if (reader_.number<std::uint8_t>() > 5) fail("a pickle of a protocol above 5");
                return;
            case '\x95':  // FRAME
                reader_.number<std::uint64_t>();
                return;
            case '(':  // MARK
                marks_.push_back(stack_.size());
                return;
            case 'N':
                push(Kind::none);
                return;
            case '\x88':  // NEWTRUE
            case '\x89':  // NEWFALSE
                push(Kind::boolean).integer = code == '\x88' ? 1 : 0;
                return;
            case 'J':  // BININT
                return integer(reader_.number<std::int32_t>());
            case 'K':  // BININT1
                return integer(reader_.number<std::uint8_t>());
            case 'M':  // BININT2
                return integer(reader_.number<std::uint16_t>());
            case '\x8a':  // LONG1
                return long_integer(reader_.number<std::uint8_t>());
            case 'G':  // BINFLOAT
                return real();
            case 'X':  // BINUNICODE
                return text(reader_.number<std::uint32_t>());
            case '\x8c':  // SHORT_BINUNICODE
                return text(reader_.number<std::uint8_t>());
            case ')':
                return tuple({});
            case '\x85':  // TUPLE1
                return tuple(pop_some(1));
            case '\x86':
                return tuple(pop_some(2));
            case '\x87':
                return tuple(pop_some(3));
            case 't':
                return tuple(pop_to_mark());
            case ']':
                push(Kind::list);
                return;
            case 'a':  // APPEND
                return append(Kind::list, pop_some(1));
            case 'e':  // APPENDS
                return append(Kind::list, pop_to_mark());
            case '}':
                push(Kind::dict);
                return;
            case 's':  // SETITEM
                return append(Kind::dict, pop_some(2));
            case 'u':  // SETITEMS
                return append(Kind::dict, pop_to_mark());
            case 'q':  // BINPUT
                return remember(reader_.number<std::uint8_t>());
            case 'r':  // LONG_BINPUT
                return remember(reader_.number<std::uint32_t>());
            case '\x94':  // MEMOIZE
                return remember(static_cast<std::uint32_t>(memo_.size()));
            case 'h':  // BINGET
                return recall(reader_.number<std::uint8_t>());
            case 'j':  // LONG_BINGET
                return recall(reader_.number<std::uint32_t>());
            case 'c': {  // GLOBAL
                const auto module = line();
                return global(module, line());
            }
            case '\x93': {  // STACK_GLOBAL
                const auto names = pop_some(2);
                if (node(names[0]).kind != Kind::text || node(names[1]).kind != Kind::text) {
                    fail("a global without a name");
                }
                return global(node(names[0]).text, node(names[1]).text);
            }
            case 'R':
                return call();
            case 'b':
                return build();
            case 'Q': {  // BINPERSID
                const int where = pop();
                push(Kind::outside).items = {where};
                return;
            }
            default:
                fail(fmt::format("operation {:#04x} of a pickle is not read",
                                 static_cast<unsigned char>(code)));
        }
    }

    ByteReader reader_;
    std::string_view bytes_;
    std::size_t origin_;
    std::size_t start_ = 0;  ///< of the operation at hand
    Pickle pickle_;
    std::vector<int> stack_;
    std::vector<std::size_t> marks_;
    std::unordered_map<std::uint32_t, int> memo_;
};

}  // namespace

const PickleNode* Pickle::find(const PickleNode& dict, std::string_view key) const {
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
        const PickleNode& name = (*this)[dict.items[i]];
        if (name.kind == PickleNode::Kind::text && name.text == key) {
            return &(*this)[dict.items[i + 1]];
        }
    }
    return nullptr;
}

Pickle parse_pickle(std::string_view bytes, const std::string& source, std::size_t origin) {
    return Unpickler(bytes, source, origin).run();
}

}  // namespace blockscope
