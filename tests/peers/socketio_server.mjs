// The official Socket.IO server as a peer, scripted by the client's own events.
// Argument 1: the options of `new Server()` as JSON. Argument 2: options of this script:
//   { upgradeRefused: n }  answers the first n WebSocket handshakes with HTTP 403; true: every one
// Prints {"port": n} when it listens. Ends when its standard input does.
import { createServer } from "node:http";
import { Server } from "socket.io";

const options = JSON.parse(process.argv[2] ?? "{}");
const script = JSON.parse(process.argv[3] ?? "{}");

const http = createServer();
const io = new Server(http, options);

if (script.upgradeRefused) {
  const takers = http.listeners("upgrade");
  let left = script.upgradeRefused === true ? Infinity : script.upgradeRefused;
  http.removeAllListeners("upgrade");
  http.on("upgrade", (request, socket, head) => {
    if (left-- <= 0) return takers.forEach((taker) => taker.call(http, request, socket, head));
    socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 13\r\nConnection: close\r\n\r\nno websockets");
  });
}

let connected = 0;

function serve(socket) {
  connected += 1;
  socket.on("disconnect", () => (connected -= 1));

  // What the client sent: back to it, as answer and as event.
  socket.on("echo", (...args) => {
    const answer = args.pop();
    if (typeof answer === "function") answer(...args);
    else socket.emit("echo", ...args, answer);
  });
  socket.on("bare", () => socket.emit("bare"));
  socket.on("name", (name) => socket.emit(name, { a: 1 }));
  socket.on("never", () => {});
  socket.on("late", (ms, answer) => setTimeout(() => answer("late"), ms));
  socket.on("handshake", (answer) => {
    const { auth, query, headers } = socket.handshake;
    answer ??= (seen) => socket.emit("handshake", seen);
    answer({ auth, query, headers, transport: socket.conn.transport.name, id: socket.id });
  });
  socket.on("connected", (answer) => answer(connected));

  // Asks the client a question; its answer comes back as an event.
  socket.on("ask", (...args) => socket.emit("question", ...args, (...answer) => socket.emit("answered", ...answer)));

  // The same, but it waits so many milliseconds only.
  socket.on("ask_within", (ms) => {
    socket.timeout(ms).emit("question", (error, answer) => socket.emit("answered", error ? "too late" : answer));
  });

  // n events in a row; with answers wanted, "burst_answered" tells how many came and whether in order.
  socket.on("burst", (n, padding, answers) => {
    const text = "x".repeat(padding);
    let answered = 0;
    let ordered = true;
    for (let i = 0; i < n; i++) {
      if (!answers) {
        socket.emit("n", i, text);
        continue;
      }
      socket.emit("n", i, text, (value) => {
        ordered &&= value === answered;
        answered += 1;
        if (answered === n) socket.emit("burst_answered", answered, ordered);
      });
    }
    socket.emit("burst_end", n);
  });
  socket.on("large", (size) => socket.emit("large", "y".repeat(size)));
  socket.on("large_binary", (size) => socket.emit("large_binary", Buffer.alloc(size, 7), { after: true }));

  // Ends, each another way.
  socket.on("end", (how) => {
    const engine = socket.conn;
    switch (how) {
      case "disconnect": return socket.disconnect();
      case "engine_close": return engine.transport.send([{ type: "close" }]);
      case "frame": return engine.transport.socket.close(4001, "go away");
      case "terminate": return engine.transport.socket.terminate();
      case "exit": return process.kill(process.pid, "SIGKILL");
    }
  });

  // Cuts the connection and emits what the client then misses.
  socket.on("cut", (n) => {
    socket.on("disconnect", () => {
      for (let i = 0; i < n; i++) io.emit("missed", i);
    });
    socket.conn.transport.socket.terminate();
  });
  socket.on("count", () => io.emit("counted", "one"));

  // An Engine.IO message of the test's own making.
  socket.on("raw", (text) => socket.conn.write(text));
}

io.on("connection", serve);
io.of("/admin").on("connection", serve);
io.of("/guarded").use((socket, next) => {
  if (socket.handshake.auth.token === "good") return next();
  const error = new Error("jwt expired");
  error.data = { code: "SESSION_EXPIRED", at: "emoji cut \ud83d" };
  next(error);
}).on("connection", serve);

http.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: http.address().port })));
process.stdin.on("end", () => process.exit(0)).resume();
