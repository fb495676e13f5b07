// The official socket.io-client, driven line by line.
//
//   node client.mjs '{"url": "http://127.0.0.1:5050", "token": "...", "transports": ["websocket"]}'
//
// Standard input has one JSON command a line: {"emit": [event, ...arguments], "ack": true} or {"close": true}.
// Standard output has one JSON report a line: connect, connect_error, event, raw (an Engine.IO message as it came),
// ack, disconnect.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const { url, token, transports } = JSON.parse(process.argv[2]);
const report = (what) => process.stdout.write(JSON.stringify(what) + "\n");

const socket = io(url, { auth: token === undefined ? {} : { token }, transports, reconnection: false, forceNew: true });
socket.io.on("open", () => {
  socket.io.engine.on("packet", ({ type, data }) => {
    if (type === "message") report({ kind: "raw", data: "4" + data });
  });
});
socket.on("connect", () => report({ kind: "connect", sid: socket.id, transport: socket.io.engine.transport.name }));
socket.on("connect_error", (error) => report({ kind: "connect_error", message: error.message }));
socket.on("disconnect", (reason) => report({ kind: "disconnect", reason }));
socket.onAny((name, ...args) => {
  const wantsAck = typeof args.at(-1) === "function";
  if (wantsAck) args.pop();
  report({ kind: "event", name, args, wantsAck });
});

createInterface({ input: process.stdin }).on("line", (line) => {
  const { emit, ack, close } = JSON.parse(line);
  if (close) process.exit(0);
  const [name, ...args] = emit;
  if (ack) socket.emit(name, ...args, (...answer) => report({ kind: "ack", to: name, answer }));
  else socket.emit(name, ...args);
}).on("close", () => process.exit(0));
