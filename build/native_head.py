"""The C interface of realvirtual-ws for ctypes. Generated from src/ffi by build.rs: do not edit, run `make bindings`."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple, Union

