// Apache Thrift of Debian's C with GLib. Arguments: see ../peers.ts.
#include "gen/room_room_service.h"
#include "gen/room_stranger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <thrift/c_glib/processor/thrift_multiplexed_processor.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol_factory.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol_factory.h>
#include <thrift/c_glib/protocol/thrift_multiplexed_protocol.h>
#include <thrift/c_glib/server/thrift_simple_server.h>
#include <thrift/c_glib/thrift_application_exception.h>
#include <thrift/c_glib/transport/thrift_buffered_transport.h>
#include <thrift/c_glib/transport/thrift_buffered_transport_factory.h>
#include <thrift/c_glib/transport/thrift_framed_transport.h>
#include <thrift/c_glib/transport/thrift_framed_transport_factory.h>
#include <thrift/c_glib/transport/thrift_server_socket.h>
#include <thrift/c_glib/transport/thrift_socket.h>

static const char *kind, *encoding, *naming;
static int port;
static roomRoomServiceIf *rooms;
static roomStrangerIf *stranger;

static void print_room(roomRoomInfo *room) {
  printf("{\"id\":\"%s\",\"expires\":%.17g,\"username\":\"%s\"", room->id, room->expires, room->username);
  if (room->__isset_password) printf(",\"password\":\"%s\"", room->password);
  printf("}");
}

/* Prints what is left of the line when the call failed. */
static gboolean failed(gboolean is_ok, roomRoomNotFoundException *missing, GError *error) {
  if (missing != NULL) {
    printf("\"declared\":\"%s\"}\n", missing->reason);
  } else if (is_ok) {
    return FALSE;
  } else if (error->domain == THRIFT_APPLICATION_EXCEPTION_ERROR) {
    const char *own = "application error: ";
    const char *message = error->message + (g_str_has_prefix(error->message, own) ? strlen(own) : 0);
    printf("\"application\":%d,\"message\":\"%s\"}\n", error->code, message);
  } else {
    fprintf(stderr, "%s\n", error->message);
    exit(1);
  }
  return TRUE;
}

static void begin(const char *name) { printf("{\"call\":\"%s\",", name); }

static void call_bool(const char *name, gboolean value) {
  GError *error = NULL;
  gboolean answer = !value;
  begin(name);
  gboolean is_ok = room_room_service_if_pppbool(rooms, &answer, value, &error);
  if (!failed(is_ok, NULL, error)) printf("\"answer\":%s}\n", answer ? "true" : "false");
}

static void call_get(const char *name, const char *id) {
  GError *error = NULL;
  roomRoomNotFoundException *missing = NULL;
  roomRoomInfo *room = g_object_new(ROOM_TYPE_ROOM_INFO, NULL);
  begin(name);
  gboolean is_ok = room_room_service_if_get(rooms, &room, id, &missing, &error);
  if (failed(is_ok, missing, error)) return;
  printf("\"answer\":");
  if (strlen(id) > 1000) printf("%s", strcmp(room->id, id) == 0 ? "true" : "false");
  else print_room(room);
  printf("}\n");
}

static void call_create(void) {
  GError *error = NULL;
  roomRoomInfo *room = g_object_new(ROOM_TYPE_ROOM_INFO, NULL);
  begin("create");
  gboolean is_ok = room_room_service_if_create(rooms, &room, &error);
  if (failed(is_ok, NULL, error)) return;
  printf("\"answer\":");
  print_room(room);
  printf("}\n");
}

static void call_list(const char *name, gboolean (*list)(roomRoomServiceIf *, GPtrArray **, GError **)) {
  GError *error = NULL;
  GPtrArray *found = g_ptr_array_new();
  begin(name);
  gboolean is_ok = list(rooms, &found, &error);
  if (failed(is_ok, NULL, error)) return;
  printf("\"answer\":[");
  for (guint i = 0; i < found->len; i++) {
    if (i > 0) printf(",");
    print_room(g_ptr_array_index(found, i));
  }
  printf("]}\n");
}

/* The generated code compares nothing: our server does, and fails the second call. */
static void call_fill(void) {
  GError *error = NULL;
  roomSample *none = g_object_new(ROOM_TYPE_SAMPLE, NULL);
  roomSample *full = g_object_new(ROOM_TYPE_SAMPLE, NULL);
  roomSample *again = g_object_new(ROOM_TYPE_SAMPLE, NULL);
  begin("fill");
  gboolean is_ok = room_room_service_if_fill(rooms, &full, none, &error) &&
                   room_room_service_if_fill(rooms, &again, full, &error);
  if (failed(is_ok, NULL, error)) return;
  printf("\"answer\":%s}\n", full->__isset_text && strcmp(full->far, again->far) == 0 ? "true" : "false");
}

static void call_absent(void) {
  GError *error = NULL;
  gboolean answer;
  begin("absent");
  gboolean is_ok = room_stranger_if_absent(stranger, &answer, TRUE, &error);
  if (!failed(is_ok, NULL, error)) printf("\"answer\":null}\n");
}

static GType protocol_type(void) {
  return strcmp(encoding, "compact") == 0 ? THRIFT_TYPE_COMPACT_PROTOCOL : THRIFT_TYPE_BINARY_PROTOCOL;
}

static void client(void) {
  GError *error = NULL;
  GObject *socket = g_object_new(THRIFT_TYPE_SOCKET, "hostname", "127.0.0.1", "port", port, NULL);
  GType type = strcmp(kind, "framed") == 0 ? THRIFT_TYPE_FRAMED_TRANSPORT : THRIFT_TYPE_BUFFERED_TRANSPORT;
  GObject *transport = g_object_new(type, "transport", socket, NULL);
  GObject *protocol = g_object_new(protocol_type(), "transport", transport, NULL);
  GObject *named = protocol;
  if (strcmp(naming, "multiplexed") == 0)
    named = g_object_new(THRIFT_TYPE_MULTIPLEXED_PROTOCOL, "transport", transport, "protocol", protocol, "service-name",
                         "RoomService", NULL);
  rooms = g_object_new(ROOM_TYPE_ROOM_SERVICE_CLIENT, "input_protocol", named, "output_protocol", named, NULL);
  stranger = g_object_new(ROOM_TYPE_STRANGER_CLIENT, "input_protocol", protocol, "output_protocol", protocol, NULL);
  if (!thrift_transport_open(THRIFT_TRANSPORT(transport), &error)) failed(FALSE, NULL, error);
  char *big = g_strnfill(60000, 'x');
  call_bool("true", TRUE);
  call_bool("false", FALSE);
  call_create();
  call_get("get", "here");
  call_get("unicode", "grüße 🎲");
  call_get("big", big);
  call_list("lists", room_room_service_if_lists);
  call_list("nobody", room_room_service_if_nobody);
  call_get("missing", "missing");
  call_get("broken", "broken");
  if (!room_room_service_if_tell(rooms, "hello 🎲", &error)) failed(FALSE, NULL, error);
  call_bool("tell", TRUE);
  call_fill();
  call_absent();
  call_bool("again", TRUE);
  thrift_transport_close(THRIFT_TRANSPORT(transport), &error);
}

static roomRoomInfo *info(const char *id, double expires, const char *username) {
  return g_object_new(ROOM_TYPE_ROOM_INFO, "id", id, "expires", expires, "username", username, NULL);
}

static gboolean handle_create(roomRoomServiceIf *self, roomRoomInfo **room, GError **error) {
  *room = info("new", 1763720000.25, "new.grüße");
  g_object_set(*room, "password", "s3cret", NULL);
  return TRUE;
}

static gboolean handle_get(roomRoomServiceIf *self, roomRoomInfo **room, const gchar *id,
                           roomRoomNotFoundException **missing, GError **error) {
  if (strcmp(id, "missing") == 0) {
    *missing = g_object_new(ROOM_TYPE_ROOM_NOT_FOUND_EXCEPTION, "reason", "room missing does not exist", NULL);
    return FALSE;
  }
  if (strcmp(id, "broken") == 0) {
    g_set_error(error, THRIFT_APPLICATION_EXCEPTION_ERROR, THRIFT_APPLICATION_EXCEPTION_ERROR_INTERNAL_ERROR, "broken");
    return FALSE;
  }
  *room = info(id, 1.5, "u");
  return TRUE;
}

static gboolean handle_lists(roomRoomServiceIf *self, GPtrArray **found, GError **error) {
  g_ptr_array_add(*found, info("a", 0, "a"));
  g_ptr_array_add(*found, info("b", 0, "b"));
  return TRUE;
}

static gboolean handle_bool(roomRoomServiceIf *self, gboolean *answer, const gboolean id, GError **error) {
  *answer = id;
  return TRUE;
}

static gboolean handle_fill(roomRoomServiceIf *self, roomSample **answer, const roomSample *sample, GError **error) {
  if (*answer != NULL) g_object_unref(*answer);
  *answer = g_object_ref((gpointer)sample);
  return TRUE;
}

static gboolean handle_nobody(roomRoomServiceIf *self, GPtrArray **found, GError **error) { return TRUE; }

static gboolean handle_tell(roomRoomServiceIf *self, const gchar *what, GError **error) { return TRUE; }

typedef struct { roomRoomServiceHandler parent; } Handler;
typedef struct { roomRoomServiceHandlerClass parent; } HandlerClass;
G_DEFINE_TYPE(Handler, handler, ROOM_TYPE_ROOM_SERVICE_HANDLER)

static void handler_init(Handler *self) {}

static void handler_class_init(HandlerClass *class) {
  class->parent.create = handle_create;
  class->parent.get = handle_get;
  class->parent.lists = handle_lists;
  class->parent.pppbool = handle_bool;
  class->parent.fill = handle_fill;
  class->parent.nobody = handle_nobody;
  class->parent.tell = handle_tell;
}

static void serve(void) {
  GError *error = NULL;
  GObject *processor =
      g_object_new(ROOM_TYPE_ROOM_SERVICE_PROCESSOR, "handler", g_object_new(handler_get_type(), NULL), NULL);
  if (strcmp(naming, "multiplexed") == 0) {
    ThriftMultiplexedProcessor *multiplexed = g_object_new(THRIFT_TYPE_MULTIPLEXED_PROCESSOR, NULL);
    thrift_multiplexed_processor_register_processor(THRIFT_PROCESSOR(multiplexed), "RoomService",
                                                    THRIFT_PROCESSOR(processor), &error);
    processor = G_OBJECT(multiplexed);
  }
  GObject *listener = g_object_new(THRIFT_TYPE_SERVER_SOCKET, "port", port, NULL);
  GType transports =
      strcmp(kind, "framed") == 0 ? THRIFT_TYPE_FRAMED_TRANSPORT_FACTORY : THRIFT_TYPE_BUFFERED_TRANSPORT_FACTORY;
  GType protocols =
      strcmp(encoding, "compact") == 0 ? THRIFT_TYPE_COMPACT_PROTOCOL_FACTORY : THRIFT_TYPE_BINARY_PROTOCOL_FACTORY;
  GObject *in = g_object_new(transports, NULL), *out = g_object_new(protocols, NULL);
  ThriftServer *server =
      g_object_new(THRIFT_TYPE_SIMPLE_SERVER, "processor", processor, "server_transport", listener,
                   "input_transport_factory", in, "output_transport_factory", in, "input_protocol_factory", out,
                   "output_protocol_factory", out, NULL);
  if (!thrift_server_serve(server, &error)) fprintf(stderr, "%s\n", error->message);
}

int main(int argc, char **argv) {
  kind = argv[2];
  encoding = argv[3];
  naming = argv[4];
  port = atoi(argv[5]);
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (strcmp(argv[1], "client") == 0) client();
  else serve();
  return 0;
}
