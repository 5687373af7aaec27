"""Takes out of TensorFlow's pip packages what the tfjs addon needs; build-tfjs-addon.mjs runs it.

unpack-tensorflow.py tensorflow WHEELS DEPS      headers of the C API and the two libraries, into DEPS/include and DEPS/lib
unpack-tensorflow.py cuda-requirements WHEELS    prints the packages of `tensorflow[and-cuda]`, one a line
unpack-tensorflow.py cuda WHEELS DEPS            CUDA's libraries, into DEPS/nvidia, where TensorFlow's run path has them
"""

import email
import pathlib
import shutil
import sys
import zipfile

HEADERS = ("tensorflow/c/", "tensorflow/core/platform/", "tsl/platform/", "xla/tsl/c/")
LIBRARIES = ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2")


def tensorflow_wheel(wheels):
    return next(pathlib.Path(wheels).glob("tensorflow*.whl"))


def copy(archive, name, target):
    if ".." in target.parts:
        raise ValueError(f"the package names a file outside its folder: {name}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, open(target, "wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def unpack_tensorflow(wheels, deps):
    include = "tensorflow/include/"
    with zipfile.ZipFile(tensorflow_wheel(wheels)) as archive:
        for name in archive.namelist():
            if name.startswith(tuple(include + folder for folder in HEADERS)) and not name.endswith("/"):
                copy(archive, name, pathlib.Path(deps, "include", name[len(include) :]))
        for library in LIBRARIES:
            copy(archive, f"tensorflow/{library}", pathlib.Path(deps, "lib", library))


def cuda_requirements(wheels):
    with zipfile.ZipFile(tensorflow_wheel(wheels)) as archive:
        metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        fields = email.message_from_bytes(archive.read(metadata))
    for requirement in fields.get_all("Requires-Dist"):
        package, _, condition = requirement.partition(";")
        if "and-cuda" in condition:
            print(package.strip())


def unpack_cuda(wheels, deps):
    for wheel in pathlib.Path(wheels).glob("nvidia_*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.startswith("nvidia/") and not name.endswith("/") and "/include/" not in name:
                    copy(archive, name, pathlib.Path(deps, name))


if __name__ == "__main__":
    commands = {
        "tensorflow": unpack_tensorflow,
        "cuda-requirements": cuda_requirements,
        "cuda": unpack_cuda,
    }
    commands[sys.argv[1]](*sys.argv[2:])
