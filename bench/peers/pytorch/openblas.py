"""The number of threads of OpenBLAS, where PyTorch was built on one that has threads of its own.

Such an OpenBLAS does not listen to torch.set_num_threads(), and its threads get in the way of those
that run everything else, most of all on a busy machine: small networks are faster with one, large
products with all.
"""

import ctypes


def set_threads(count):
    """Sets the number of threads; False where torch does not use OpenBLAS or cannot be asked."""
    path = loaded_path()
    if path is None:
        return False
    try:
        ctypes.CDLL(path).openblas_set_num_threads(ctypes.c_int(count))
    except (OSError, AttributeError):
        return False
    return True


def loaded_path():
    """The file of the OpenBLAS in this process, or None."""
    try:
        with open("/proc/self/maps") as maps:
            paths = [line.split(maxsplit=5)[-1].strip() for line in maps if "openblas" in line]
    except OSError:
        return None
    return paths[0] if paths else None
