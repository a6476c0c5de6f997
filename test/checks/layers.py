"""Holds the includes of src/ against test/checks/layers.txt: which layer uses which, and who may touch the system.

A layer may include its own headers, those of the layers its line names, and the C++ library. Everything else (POSIX,
libraries) is for the folders named `outside`, but for the few headers listed in ALLOWED with their reason.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STANDARD = set("""algorithm array atomic barrier bit bitset cassert cctype cerrno charconv chrono cinttypes climits compare
    concepts condition_variable cstddef cstdint cstdio cstdlib cstring deque exception expected filesystem fstream functional
    future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list map memory mutex new numeric optional
    ostream queue random ranges ratio regex semaphore set shared_mutex span sstream stack stdexcept stop_token streambuf
    string string_view system_error thread tuple type_traits typeinfo unordered_map unordered_set utility variant vector
    version""".split())
ALLOWED = {
    "base/keyed_hash.cc": {"sys/random.h"},  # a key nobody can guess comes from the kernel
    "mail/domain.cc": {"idn2.h"},  # IDNA is libidn2's (DESIGN section 4)
}


def read_layers():
    layers, outside = {}, set()
    for line in (ROOT / "test/checks/layers.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.partition(":")
        if name == "outside":
            outside = set(rest.split())
        else:
            layers[name] = set(rest.split())
    return layers, outside


def faults_of(path, layers, outside):
    relative = path.relative_to(ROOT / "src")
    layer = relative.parts[0]
    if layer not in layers:
        yield f"{relative}: the folder '{layer}' is in no line of test/checks/layers.txt"
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        mark, header = match.groups()
        if mark == '"':
            used = header.split("/")[0]
            if used != layer and used not in layers[layer]:
                yield f"src/{relative}:{number}: {layer} must not include {header} (layer {used})"
        elif header not in STANDARD and layer not in outside and header not in ALLOWED.get(str(relative), ()):
            yield f"src/{relative}:{number}: {layer} must not include <{header}>: only {', '.join(sorted(outside))} may"


def main():
    layers, outside = read_layers()
    files = sorted((ROOT / "src").rglob("*.h")) + sorted((ROOT / "src").rglob("*.cc"))
    faults = [fault for path in files for fault in faults_of(path, layers, outside)]
    for fault in faults:
        print(fault)
    print(f"{len(files)} files checked, {len(faults)} faults")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
