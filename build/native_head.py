"""The C interface of realvirtual-ws for ctypes. Generated from src/ffi by build.rs: do not edit, run `make bindings`."""

import ctypes
import os
import sys
from pathlib import Path

