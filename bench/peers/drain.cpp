// Many clients in one process that read what a server sends and do nothing with it: the load of the fan-out, the same
// for every peer. KIND: websocket, tcp (the floor's frames) or mqtt. The first SLOW of them never read.
//
//   drain KIND PORT CLIENTS SECONDS [SLOW]
//
// It ends when the server closes, or SECONDS after the last byte, and writes how many bytes each client that reads had at
// least, and of a WebSocket how many messages of more than LARGE bytes: a heartbeat is no frame of values.
#include "peer.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace peer;

namespace {

void send_all(int fd, const void *data, size_t length) {
    if (send(fd, data, length, MSG_NOSIGNAL) != ssize_t(length))
        die("send");
}

void read_until(int fd, const char *end) {
    std::string head;
    char c;
    while (head.find(end) == std::string::npos) {
        if (read(fd, &c, 1) != 1)
            die("the handshake");
        head += c;
    }
}

void open_websocket(int fd, int port) {
    char request[256];
    int length = std::snprintf(request, sizeof request,
                               "GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                               port);
    send_all(fd, request, size_t(length));
    read_until(fd, "\r\n\r\n");
    // A masked `init` with a mask of zeros.
    const std::string init = "{\"type\":\"init\",\"version\":2,\"name\":\"drain\"}";
    std::string frame = {char(0x81), char(0x80 | init.size()), 0, 0, 0, 0};
    frame += init;
    send_all(fd, frame.data(), frame.size());
}

void open_mqtt(int fd, int number) {
    char id[16];
    std::snprintf(id, sizeof id, "drain%04d", number);
    std::string hello = {0x10, char(12 + std::strlen(id)), 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, char(std::strlen(id))};
    hello += id;
    send_all(fd, hello.data(), hello.size());
    char answer[5];
    if (recv(fd, answer, 4, MSG_WAITALL) != 4)
        die("CONNACK");
    const std::string topic = "bench/server";
    std::string subscribe = {char(0x82), char(5 + topic.size()), 0, 1, 0, char(topic.size())};
    subscribe += topic;
    subscribe += '\0';
    send_all(fd, subscribe.data(), subscribe.size());
    if (recv(fd, answer, 5, MSG_WAITALL) != 5)
        die("SUBACK");
}

const uint64_t LARGE = 256;

// Counts a server's messages by the headers of their frames.
class Messages {
  public:
    int64_t large = 0;

    void take(const char *data, size_t length) {
        while (length) {
            if (left) {
                const size_t skip = size_t(std::min<uint64_t>(left, length));
                left -= skip, data += skip, length -= skip;
                continue;
            }
            head += *data++, length--;
            const unsigned second = head.size() > 1 ? unsigned(head[1]) & 127 : 0;
            const size_t whole = second == 127 ? 10 : second == 126 ? 4 : 2;
            if (head.size() < whole)
                continue;
            left = whole == 2 ? second : 0;
            for (size_t n = 2; n < whole; n++)
                left = left << 8 | (unsigned(head[n]) & 255);
            const bool control = head[0] & 8, last = head[0] & 128;
            if (!control) {
                message += left;
                large += last && message > LARGE;
                message = last ? 0 : message;
            }
            head.clear();
        }
    }

  private:
    std::string head;
    uint64_t left = 0, message = 0;
};

} // namespace

int main(int argc, char **argv) {
    if (argc != 5 && argc != 6)
        die("drain KIND PORT CLIENTS SECONDS [SLOW]:");
    const std::string kind = argv[1];
    const int port = std::atoi(argv[2]), clients = std::atoi(argv[3]), seconds = std::atoi(argv[4]);
    const int slow = argc == 6 ? std::atoi(argv[5]) : 0;
    std::vector<pollfd> peers;
    std::vector<int64_t> bytes(size_t(clients), 0);
    std::vector<Messages> messages{size_t(clients)};
    for (int n = 0; n < clients; n++) {
        const int fd = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(uint16_t(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof address))
            die("connect");
        if (kind == "websocket")
            open_websocket(fd, port);
        else if (kind == "mqtt")
            open_mqtt(fd, n);
        peers.push_back({n < slow ? -1 : fd, POLLIN, 0});
    }
    std::printf("ready\n");
    std::fflush(stdout);
    std::vector<char> buffer(1 << 20);
    for (int open = clients - slow; open > 0;) {
        if (poll(peers.data(), peers.size(), seconds * 1000) <= 0)
            break;
        for (size_t n = 0; n < peers.size(); n++) {
            if (!peers[n].revents)
                continue;
            const ssize_t got = read(peers[n].fd, buffer.data(), buffer.size());
            if (got > 0) {
                bytes[n] += got;
                if (kind == "websocket")
                    messages[n].take(buffer.data(), size_t(got));
            } else {
                peers[n].fd = -1;
                open--;
            }
        }
    }
    int64_t frames = messages[size_t(slow)].large;
    for (size_t n = size_t(slow); n < messages.size(); n++)
        frames = std::min(frames, messages[n].large);
    std::printf("{\"least\":%lld,\"frames\":%lld,\"cpu\":%.6f}\n",
                static_cast<long long>(*std::min_element(bytes.begin() + slow, bytes.end())),
                static_cast<long long>(frames), cpu());
}
