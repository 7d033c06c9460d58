// The floor: TCP alone, with the bytes of the same frames made before the clock runs, each behind its length.
#include "codec.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace peer;

namespace {

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(uint16_t(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int prompt(int fd) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = loopback(port);
    socklen_t length = sizeof address;
    if (bind(fd, reinterpret_cast<sockaddr *>(&address), length) || listen(fd, 512))
        die("listen");
    getsockname(fd, reinterpret_cast<sockaddr *>(&address), &length);
    listening(ntohs(address.sin_port));
    return fd;
}

int connect_to(int port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(port);
    if (connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof address))
        die("connect");
    return prompt(fd);
}

void send_all(int fd, const char *data, size_t length) {
    while (length) {
        const ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);
        if (sent <= 0)
            die("send");
        data += sent;
        length -= size_t(sent);
    }
}

bool read_all(int fd, char *data, size_t length) {
    while (length) {
        const ssize_t got = read(fd, data, length);
        if (got <= 0)
            return false;
        data += got;
        length -= size_t(got);
    }
    return true;
}

bool read_frame(int fd, std::string &into) {
    uint32_t length = 0;
    if (!read_all(fd, reinterpret_cast<char *>(&length), sizeof length))
        return false;
    into.resize(length);
    return read_all(fd, &into[0], length);
}

std::string framed(const std::string &text) {
    const uint32_t length = uint32_t(text.size());
    return std::string(reinterpret_cast<const char *>(&length), sizeof length) + text;
}

void roundtrip(const Job &job) {
    std::string text, frame;
    encode_axis(text, THERE, 1);
    frame = framed(text);
    if (job.server) {
        int fd = prompt(accept(listen_on(job.port), nullptr, nullptr));
        double before = 0;
        for (int round = 0; round < job.frames && read_frame(fd, text); round++) {
            if (!before)
                before = cpu();
            send_all(fd, frame.data(), frame.size());
        }
        report(cpu() - before, job.frames);
        return;
    }
    int fd = connect_to(job.port);
    std::vector<int64_t> latency;
    const double before = cpu();
    const int64_t begin = now();
    for (int round = 1; round <= job.frames; round++) {
        int64_t sent = now();
        if (job.rate) {
            sent = due(begin, round, job.rate);
            if (sent > now())
                sleep_until(sent);
        }
        send_all(fd, frame.data(), frame.size());
        if (!read_frame(fd, text))
            die("read");
        latency.push_back(now() - sent);
    }
    report(cpu() - before, job.frames, std::move(latency));
}

void stream(const Job &job) {
    if (!job.server) {
        int fd = connect_to(job.port), frames = 0;
        std::string text;
        const double before = cpu();
        while (read_frame(fd, text))
            frames++;
        report(cpu() - before, frames);
        return;
    }
    Encoder encoder(job.signals);
    std::string text, frames[2];
    for (int n = 0; n < 2; n++) {
        encoder.frame(text, job.changed, n + 1);
        frames[n] = framed(text);
    }
    std::vector<int> peers;
    for (int fd = listen_on(job.port); int(peers.size()) < job.clients;)
        peers.push_back(prompt(accept(fd, nullptr, nullptr)));
    const double before = cpu();
    const int64_t begin = now();
    for (int frame = 1; frame <= job.frames; frame++) {
        sleep_until(due(begin, frame, job.rate));
        for (int fd : peers)
            send_all(fd, frames[frame & 1].data(), frames[frame & 1].size());
    }
    report(cpu() - before, job.frames);
}

} // namespace

int main(int argc, char **argv) {
    const Job todo = job(argc, argv);
    (todo.roundtrip ? roundtrip : stream)(todo);
}
