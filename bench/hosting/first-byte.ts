const DEADLINE_MS = 30_000;

/** Joins a room of the echo server over WebSocket; resolves when its greeting is there. */
export async function firstByte(
  { host, port }: { readonly host: string; readonly port: number },
  roomId: string,
): Promise<void> {
  const socket = new WebSocket(`ws://${host}:${port}/${roomId}`);
  try {
    await new Promise<void>((resolve, reject) => {
      let got = "no answer";
      socket.addEventListener("open", () => (got = "a connection and nothing more"));
      const timer = setTimeout(() => {
        reject(new Error(`no greeting from ${host}:${port} for room ${roomId}: ${got} in ${DEADLINE_MS / 1_000} s`));
      }, DEADLINE_MS);
      const end = (settle: () => void) => () => {
        clearTimeout(timer);
        settle();
      };
      socket.addEventListener("message", end(resolve));
      socket.addEventListener(
        "error",
        end(() => reject(new Error(`no connection to ${host}:${port}`))),
      );
    });
  } finally {
    socket.close();
  }
}
