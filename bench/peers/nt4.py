"""A peer over NetworkTables 4: pyntcore, which is C++ under Python. Arguments: see peer.hpp."""

import time

import ntcore
from plant import Job, axis, cpu, name_of, report, value_of

job = Job.from_arguments()
KEEP_ALL = ntcore.PubSubOptions(periodic=0.005, sendAll=True, keepDuplicates=True)


def open_instance():
    instance = ntcore.NetworkTableInstance.create()
    if job.role == "server":
        instance.startServer("", "127.0.0.1", 0, job.port)
        print(f"port {job.port}", flush=True)
    else:
        instance.startClient4("bench")
        instance.setServer("127.0.0.1", job.port)
    while not instance.isConnected() and job.role == "client":
        time.sleep(0.01)
    return instance


def entry(instance, name, value, publish):
    kinds = {bool: "Boolean", int: "Integer", float: "Double", str: "String"}
    topic = getattr(instance, f"get{kinds[type(value)]}Topic")(name)
    return topic.publish(KEEP_ALL) if publish else topic.subscribe(type(value)(), KEEP_ALL)


def roundtrip(instance):
    ours, theirs = ("Echo", "Axis") if job.role == "server" else ("Axis", "Echo")
    out = [(entry(instance, name, value, True), name) for name, value in axis(ours, 0).items()]
    values = {name: entry(instance, name, value, False) for name, value in axis(theirs, 0).items()}
    heard = values[f"{theirs}.Count"]

    def send(number):
        for (publisher, name) in out:
            publisher.set(axis(ours, number)[name])
        instance.flush()

    if job.role == "server":
        number, before = 0, None
        while number < job.frames:
            if heard.get() > number:
                before = cpu() if before is None else before
                number = heard.get()
                send(number)
            time.sleep(0.0002)
        report(cpu() - before, job.frames)
        time.sleep(0.5)
        return
    time.sleep(1)
    latency, before, begin = [], cpu(), time.perf_counter()
    for number in range(1, job.frames + 1):
        sent = job.due(begin, number)
        if job.rate:
            time.sleep(max(sent - time.perf_counter(), 0))
        send(number)
        while heard.get() < number:
            time.sleep(0.0002)
        latency.append(time.perf_counter() - sent)
    report(cpu() - before, job.frames, latency)


def stream(instance):
    publish = job.role == "server"
    entries = [entry(instance, name_of(n), value_of(n, 0), publish) for n in range(job.signals)]
    if publish:
        while len(instance.getConnections()) < job.clients:
            time.sleep(0.01)
        time.sleep(1)
        before, begin = cpu(), time.perf_counter()
        for frame in range(1, job.frames + 1):
            time.sleep(max(job.due(begin, frame) - time.perf_counter(), 0))
            for n in range(job.changed):
                entries[n].set(value_of(n, frame))
            instance.flush()
        time.sleep(0.3)
        report(cpu() - before, job.frames)
        return
    before, frames, last = cpu(), 0, 0
    while last < job.frames:
        for change in entries[0].readQueue():
            frames += 1
            last = change.value
        for one in entries[1:]:
            one.readQueue()
        time.sleep(0.002)
    report(cpu() - before, frames)


instance = open_instance()
(roundtrip if job.roundtrip else stream)(instance)
