// A backend that speaks like ticketz, over the official Socket.IO server: paged lists and threads, a `ready` before
// which nothing is heard, strings for rooms, the company's number in event names. GET /told says what came and in which
// order; POST /emit emits {event, args, room?}. Argument 1: { firstEvent: true } wants the token in the event
// "authenticate" instead of the handshake's query, and refuses every token but "good".
// Prints {"port": n} when it listens. Ends when its standard input does.
import { createServer } from "node:http";
import { Server } from "socket.io";

const script = JSON.parse(process.argv[2] ?? "{}");
const told = [];
const PAGE = 20;

const ticket = (id) => ({
  id, status: "open", unreadMessages: 0, lastMessage: "hi", updatedAt: "2026-11-22T11:00:00.000Z", isGroup: false,
  contact: { id, name: `Customer ${id}`, number: `9230012345${String(id).padStart(2, "0")}` },
});
const tickets = Array.from({ length: 45 }, (_, n) => ticket(n + 1));
const messages = Array.from({ length: 50 }, (_, n) => ({
  id: `m${n}`, ticketId: 1, body: `message ${n}`, fromMe: false, ack: 0, mediaType: "chat",
  createdAt: new Date(Date.UTC(2026, 10, 22, 10, n)).toISOString(),
}));

const http = createServer((request, response) => {
  const url = new URL(request.url, "http://x");
  const page = Number(url.searchParams.get("pageNumber") ?? 1);
  const answer = (body, status = 200) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  };
  if (url.pathname === "/told") return answer(told);
  if (url.pathname === "/emit") {
    let text = "";
    request.on("data", (piece) => (text += piece));
    request.on("end", () => {
      const { event, args, room } = JSON.parse(text);
      (room ? io.to(room) : io).emit(event, ...args);
      answer({});
    });
    return;
  }
  told.push(`${request.method} ${url.pathname}${url.search}`);
  if (url.pathname === "/tickets") {
    const rows = tickets.slice((page - 1) * 40, page * 40);
    return answer({ tickets: rows, count: tickets.length, hasMore: page * 40 < tickets.length });
  }
  const one = url.pathname.match(/^\/tickets\/(\d+)$/);
  if (one) return answer(ticket(Number(one[1])));
  if (url.pathname === "/messages/1") {
    // The newest page is the first; within a page the oldest comes first.
    const end = messages.length - (page - 1) * PAGE;
    const rows = messages.slice(Math.max(0, end - PAGE), Math.max(0, end));
    return answer({ count: messages.length, messages: rows, ticket: ticket(1), hasMore: end > PAGE });
  }
  if (url.pathname.startsWith("/socket.io")) return;
  answer({ error: "ERR_NOT_FOUND" }, 404);
});

const io = new Server(http);
io.on("connection", (socket) => {
  const say = (event) => socket.on(event, (...args) => told.push(`${event} ${JSON.stringify(args)}`));
  if (script.firstEvent) {
    socket.on("authenticate", (said) => {
      told.push(`authenticate ${JSON.stringify(said)}`);
      socket.emit(said?.token === "good" ? "authenticated" : "unauthorized", {});
    });
  } else {
    told.push(`connected ${socket.handshake.query.token}`);
  }
  const attach = () => {
    ["joinNotification", "joinTickets", "leaveChatBox"].forEach(say);
    socket.on("joinChatBox", (...args) => {
      told.push(`joinChatBox ${JSON.stringify(args)}`);
      if (typeof args[0] === "string") socket.join(args[0]);
    });
    if (!script.firstEvent) socket.emit("ready");
  };
  // Handlers come after work in the database: what is emitted before is lost.
  if (script.firstEvent) attach();
  else setTimeout(attach, 150);
});

http.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: http.address().port })));
process.stdin.on("end", () => process.exit(0)).resume();
