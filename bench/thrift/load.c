/*
 * Calls pppbool over framed binary Thrift from one thread: load <port> <connections> <depth> <milliseconds> <echo|reply>.
 * Each connection keeps <depth> calls under way and answers every read with one write; at the end it waits for the last
 * answers. Prints the number of answered calls and the nanoseconds that they took. An echo sends the calls back.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { FRAME = 28, TYPE_AT = 7, DEEPEST = 256 };
static const unsigned char CALL[FRAME] = "\0\0\0\x18\x80\x01\0\x01\0\0\0\x07pppbool\0\0\0\x01\x02\0\x01\x01\0";

static unsigned char calls[FRAME * DEEPEST];

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void send_calls(int socket, int count) {
  size_t length = (size_t)count * FRAME, sent = 0;
  while (sent < length) {
    ssize_t written = write(socket, calls + sent, length - sent);
    if (written < 0) fail("write");
    sent += (size_t)written;
  }
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  int connections = atoi(argv[2]), depth = atoi(argv[3]);
  long long duration = atoll(argv[4]) * 1000000LL;
  int type = strcmp(argv[5], "echo") == 0 ? 1 : 2;
  if (depth > DEEPEST || connections > 1024) return 2;
  for (int i = 0; i < DEEPEST; i++) memcpy(calls + i * FRAME, CALL, FRAME);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int poll = epoll_create1(0), one = 1;
  static size_t received[4096];
  for (int i = 0; i < connections; i++) {
    int socket_ = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(socket_, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = socket_};
    if (socket_ >= 4096 || epoll_ctl(poll, EPOLL_CTL_ADD, socket_, &wanted) < 0) fail("epoll");
    send_calls(socket_, depth);
  }
  long long begin = now(), end = begin + duration, answered = 0, sent = (long long)connections * depth;
  static unsigned char buffer[65536];
  while (answered < sent) {
    int is_over = now() >= end;
    struct epoll_event events[64];
    int ready = epoll_wait(poll, events, 64, 1000);
    if (ready == 0) fail("no answer for a second");
    for (int i = 0; i < ready; i++) {
      int from = events[i].data.fd;
      ssize_t length = read(from, buffer, sizeof buffer);
      if (length <= 0) fail("read");
      size_t before = received[from];
      for (size_t at = (TYPE_AT + FRAME - before % FRAME) % FRAME; at < (size_t)length; at += FRAME) {
        if (buffer[at] != type) {
          fprintf(stderr, "an answer of type %d\n", buffer[at]);
          return 1;
        }
      }
      received[from] = before + (size_t)length;
      int whole = (int)(received[from] / FRAME - before / FRAME);
      answered += whole;
      if (whole > 0 && !is_over) {
        send_calls(from, whole);
        sent += whole;
      }
    }
  }
  printf("%lld %lld\n", answered, now() - begin);
  return 0;
}
