// SPDX-License-Identifier: BSL-1.0
// Mixes are read as they are written, and what is wrong with one is said with its file and its name.
#include "../mixes.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

namespace {

int failed = 0;
void expect(bool holds, const std::string& what) {
  if (holds) return;
  ++failed;
  std::cerr << "failed: " << what << std::endl;
}

class file {
 public:
  explicit file(const std::string& text) { std::ofstream(path_) << text; }
  ~file() { std::remove(path_.c_str()); }
  file(const file&) = delete;
  file& operator=(const file&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = "mixes_test.toml";
};

void refused(const std::string& text, const std::string& why) {
  const file f(text);
  try {
    (void)bench::read_mixes(f.path());
    expect(false, "not refused: " + text);
  } catch (const bench::mixes_error& error) {
    const std::string said = error.what();
    expect(said.find(f.path()) == 0 && said.find(why) != std::string::npos, said + ", not: " + why);
  }
}

}  // namespace

int main() {
  {
    const file f(
        "[b]\nabout = \"x\"\nupdates = 1\nupdate = \"insert_erase\"\n"
        "[c]\nabout = \"x\"\nupdates = 0.25\nupdate = \"assign\"\nzipf = 1.1\nfull_only = true\n");
    const auto mixes = bench::read_mixes(f.path());
    expect(mixes.size() == 2 && mixes[0].name == "c" && mixes[1].name == "b", "those that assign come first");
    expect(mixes[0].assigns && mixes[0].updates == 0.25 && mixes[0].zipf_exponent == 1.1, "an assigning mix");
    expect(!mixes[1].assigns && mixes[1].updates == 1 && mixes[1].zipf_exponent == 0,
           "a mix of insertions and erasures");
  }
  const std::string good = "about = \"x\"\nupdates = 0.5\nupdate = \"assign\"\n";
  refused("[a]\nabout = \"x\"\nupdates = 0.5\n", "[a]: 'update' is missing");
  refused("[a]\n" + good + "speed = 3\n", "[a]: 'speed' is not known");
  refused("[a]\n" + good + "zipf = 0\n", "[a]: zipf is not above 0");
  refused("[a]\nabout = \"x\"\nupdates = 1.5\nupdate = \"assign\"\n", "[a]: updates is not from 0 to 1");
  refused("[a]\nabout = \"x\"\nupdates = \"half\"\nupdate = \"assign\"\n",
          "[a]: 'updates' is not known, or not what it must be");
  refused("[A]\n" + good, "[A]: a name has lower-case letters");
  refused("a = 1\n", "[a]: is no table");
  refused("[a\n", "line 1");
  return failed == 0 ? 0 : 1;
}
