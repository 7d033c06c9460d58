"""A Modbus TCP server on pymodbus, which stands for the PLC. A process of its own: it can be killed, stopped, started.

    plc.py PORT SIZE [--no-mask-write]

It listens on loopback and prints its port (PORT 0 = any free one). Each table has the addresses 0 to SIZE - 1. Commands
come as JSON lines on standard input, and each is answered with one JSON line:

    ["set", TABLE, ADDRESS, [VALUE, ...]]   as the PLC's own program sets values; TABLE is a key of TABLES
    ["get", TABLE, ADDRESS, COUNT]
    ["writes"]                              what Modbus clients have written since the last time:
                                            [[TABLE, ADDRESS, VALUES, SECONDS of the monotonic clock], ...]

It ends with its standard input.
"""

import asyncio
import json
import logging
import sys
import time

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.pdu import ExceptionResponse
from pymodbus.pdu.register_message import MaskWriteRegisterRequest
from pymodbus.server import ModbusTcpServer

TABLES = {"coil": "co", "discrete_input": "di", "holding_register": "hr", "input_register": "ir"}

written = []


class Table(ModbusSequentialDataBlock):
    """A table that remembers what clients write. pymodbus counts addresses from 1."""

    def __init__(self, name, size):
        super().__init__(1, [0] * size)
        self.name = name

    def setValues(self, address, values):
        written.append([self.name, address - 1, [int(value) for value in values], time.monotonic()])
        super().setValues(address, values)


class NoMaskWrite(MaskWriteRegisterRequest):
    """What a PLC says that does not know function 22."""

    async def update_datastore(self, context):
        return ExceptionResponse(self.function_code, ExceptionResponse.ILLEGAL_FUNCTION)


def obey(tables, command, *arguments):
    if command == "writes":
        answer = written[:]
        written.clear()
        return answer
    name, address, values = arguments
    if command == "set":
        ModbusSequentialDataBlock.setValues(tables[name], address + 1, values)
        return None
    return [int(value) for value in tables[name].getValues(address + 1, values)]


async def main(port, size, *options):
    tables = {name: Table(name, size) for name in TABLES}
    context = ModbusServerContext(ModbusSlaveContext(**{TABLES[name]: tables[name] for name in TABLES}))
    server = ModbusTcpServer(
        context,
        address=("127.0.0.1", port),
        custom_pdu=[NoMaskWrite] if "--no-mask-write" in options else None,
    )
    await server.serve_forever(background=True)
    print(server.transport.sockets[0].getsockname()[1], flush=True)
    lines = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        print(json.dumps(obey(tables, *json.loads(line))), flush=True)
    await server.shutdown()


logging.disable(logging.CRITICAL)  # refusals are what some tests are about
asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
