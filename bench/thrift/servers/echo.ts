// The ceiling: sends back what comes.
import { createServer } from "node:net";

createServer({ noDelay: true }, (socket) => {
  socket.on("data", (chunk) => socket.write(chunk));
  socket.on("error", () => {});
}).listen(Number(process.argv[2]), "127.0.0.1");
