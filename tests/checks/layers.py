"""Holds the includes of src/ against tests/checks/layers.txt: which layer uses which, and who may touch the system.

A layer may include its own headers, those of the layers its line names, and the C++ library. Everything else (POSIX,
libraries) is for the folders named `outside`, but for the few headers listed in ALLOWED with their reason; a header with a
line of its own is for the one layer that the line names. A file belongs to the innermost folder that is a layer.
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
    "bounce/iconv_reader.h": {"iconv.h"},  # unusual character sets are those of the C library
    "library/result.h": {"turnaway.h"},  # the header that it implements
    "mail/domain.cc": {"idn2.h"},  # IDNA is libidn2's (DESIGN section 4)
}


def read_layers():
    layers, owners, outside = {}, {}, set()
    for line in (ROOT / "tests/checks/layers.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.partition(":")
        if name == "outside":
            outside = set(rest.split())
        elif name.endswith(".h"):
            owners[name] = rest.strip()
        else:
            layers[name] = set(rest.split())
    return layers, owners, outside


def layer_of(name, layers):
    """The innermost folder of `relay/log/log.h` that is a layer, else the outermost folder."""
    folders = name.split("/")[:-1]
    for depth in range(len(folders), 0, -1):
        if "/".join(folders[:depth]) in layers:
            return "/".join(folders[:depth])
    return name.split("/")[0]


def faults_of(path, layers, owners, outside):
    relative = path.relative_to(ROOT / "src")
    layer = layer_of(str(relative), layers)
    if layer not in layers:
        yield f"{relative}: the folder '{layer}' is in no line of tests/checks/layers.txt"
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        mark, header = match.groups()
        if mark == '"':
            used = layer_of(header, layers)
            if used != layer and used not in layers[layer]:
                yield f"src/{relative}:{number}: {layer} must not include {header} (layer {used})"
        elif owners.get(header, layer) != layer:
            yield f"src/{relative}:{number}: {layer} must not include <{header}>: only {owners[header]} may"
        elif header not in STANDARD and layer not in outside and header not in ALLOWED.get(str(relative), ()):
            yield f"src/{relative}:{number}: {layer} must not include <{header}>: only {', '.join(sorted(outside))} may"


def main():
    layers, owners, outside = read_layers()
    files = sorted((ROOT / "src").rglob("*.h")) + sorted((ROOT / "src").rglob("*.cc"))
    faults = [fault for path in files for fault in faults_of(path, layers, owners, outside)]
    for fault in faults:
        print(fault)
    print(f"{len(files)} files checked, {len(faults)} faults")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
