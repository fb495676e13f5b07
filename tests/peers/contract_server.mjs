// A backend of the family on the official socket.io server, in each era of its ids, with a control door for tests.
//
//   node contract_server.mjs '{"era":"current","conversations":5}'
//
// prints one line `{"url":…,"control":…}` when both doors are open, and ends when its standard input closes, so that
// no test leaves one behind. What each control request does is said at its name in `control`, below.
import http from 'node:http';
import { Server } from 'socket.io';
import { oldServer } from './old_server.mjs';
import { restServer } from './contract_rest.mjs';
import { makeStore } from './contract_store.mjs';

// Which id each place carries: `list` is a row's `conversationId`, `room` what follows `conversation:`, `broadcast` the
// payload's `conversationId`, `update` that of `conversation_update` (none: never sent), `accepts` what paths take.
const ERAS = {
  oid: { list: 'oid', room: 'oid', broadcast: 'oid', update: 'oid', accepts: 'both', account: true },
  composite: { list: 'comp', room: 'comp', broadcast: 'comp', update: 'none', accepts: 'comp', account: false },
  mismatch: { list: 'oid', room: 'comp', broadcast: 'comp', update: 'none', accepts: 'both', account: false },
  current: { list: 'oid', room: 'oid', broadcast: 'oid', update: 'comp', accepts: 'both', account: true },
};

const options = JSON.parse(process.argv[2] ?? '{}');
const era = { ...ERAS[options.era ?? 'current'], ...(options.ids ?? {}) };
const world = {
  era,
  store: makeStore(options, era),
  tokens: new Set(options.tokens ?? ['test-token']),
  restRefusal: null, // { status, message }: REST answers this to every token
  socketRefusal: null, // a message: every socket handshake is refused with it
  silent: options.silent ?? false, // sockets connect, nothing is ever emitted
  ticks: options.ticks ?? false, // a send is followed by sent, delivered, read
  mangle: null, // the name of one of `MANGLES`: how events that bring a message are misspelt
  rounded: false, // ids leave as numbers, as JavaScript rounds them
  otherNamespace: false, // `/` takes sockets and stays silent: everything is emitted in `/inbox`
  fragile: false, // as the reference: a join without an object ends the process
  faults: [],
  requests: [],
  joins: [],
  handshakes: 0,
  refused: 0,
};
const port = { main: options.port ?? 0 };
let main, io, tcp;

/** Opens the main door, on the same port as before. */
function up() {
  tcp = new Set();
  main = http.createServer(restServer(world, { sent }));
  main.keepAliveTimeout = 5000;
  main.on('connection', (socket) => {
    tcp.add(socket);
    socket.on('close', () => tcp.delete(socket));
  });
  // A server of Socket.IO 2 in its place: it opens, connects unasked, and never answers a connect packet.
  if (options.protocol === 2) oldServer(main);
  io = new Server(options.protocol === 2 ? undefined : main, {
    pingInterval: options.pingInterval ?? 25000,
    pingTimeout: options.pingTimeout ?? 20000,
    transports: options.transports ?? ['polling', 'websocket'],
    // { recovery: ms }: what a socket misses is kept for it so long
    ...(options.recovery ? { connectionStateRecovery: { maxDisconnectionDuration: options.recovery } } : {}),
  });
  io.use((socket, next) => {
    world.handshakes += 1;
    const given = String(socket.handshake.auth?.token ?? '').replace(/^Bearer /, '');
    const refusal =
      world.socketRefusal ??
      (given === '' ? 'Authentication error - no token' : world.tokens.has(given) ? null : 'Invalid token: jwt malformed');
    if (refusal !== null) world.refused += 1;
    next(refusal === null ? undefined : new Error(refusal));
  });
  const serve = (socket) => {
    // As the reference: no answer to a join, no check; unlike it, a bad argument does not end the process.
    socket.on('subscribe_conversations', () => {
      world.joins.push({ sid: socket.id, event: 'subscribe_conversations', argument: null });
      socket.join(`user:${world.store.account}`);
    });
    for (const event of ['join_conversation', 'leave_conversation', 'typing']) {
      socket.on(event, (argument) => {
        world.joins.push({ sid: socket.id, event, argument: argument ?? null });
        if (world.fragile && argument?.conversationId === undefined) process.exit(1);
        const id = argument?.conversationId;
        if (typeof id !== 'string') return;
        if (event === 'join_conversation') socket.join(`conversation:${id}`);
        if (event === 'leave_conversation') socket.leave(`conversation:${id}`);
        if (event === 'typing') {
          io.to(`conversation:${id}`).emit('typing', {
            userId: world.store.account,
            isTyping: argument.isTyping === true,
            timestamp: new Date().toISOString(),
          });
        }
      });
    }
  };
  io.on('connection', serve);
  io.of('/inbox').on('connection', serve);
  return new Promise((resolve) => {
    main.listen(port.main, '127.0.0.1', () => {
      port.main = main.address().port;
      resolve();
    });
  });
}

/** Shuts the main door: every TCP connection is reset, nothing listens. */
function down() {
  const closed = new Promise((resolve) => main.close(resolve));
  io.engine.close();
  for (const socket of tcp) socket.destroy();
  return closed;
}

const roomOf = (conversation) => `conversation:${conversation[era.room === 'comp' ? 'comp' : '_id']}`;
// With an ack id, as the reference; the answer, or its absence, changes nothing.
const emit = (room, event, payload) =>
  world.silent ||
  io.of(world.otherNamespace ? '/inbox' : '/').to(room).timeout(1000).emit(event, ...mangled(event, leaving(payload)), () => {});
// Misspellings that other backends of the family have been seen with; each takes the payload and gives the arguments.
const eachId = (payload, change) => {
  const copy = structuredClone(payload);
  for (const of of [copy, copy.message ?? {}]) if (of.conversationId !== undefined) of.conversationId = change(of.conversationId);
  return copy;
};
const MANGLES = {
  // an ObjectId that went through a serialiser which does not know it
  buffer: (payload) => [eachId(payload, (id) => ({ type: 'Buffer', data: [...Buffer.from(id, 'hex')] }))],
  upper: (payload) => [eachId(payload, (id) => id.toUpperCase())],
  blank: (payload) => [eachId(payload, (id) => `${id}\n`)],
  // another name for the same field
  renamed: (payload) => {
    const copy = structuredClone(payload);
    for (const of of [copy, copy.message ?? {}]) {
      if (of.conversationId !== undefined) of.chat_ref = of.conversationId;
      delete of.conversationId;
    }
    return [copy];
  },
  jid: (payload) => [eachId(payload, () => `${world.store.find(payload.conversationId).userPhone}@s.whatsapp.net`)],
  // encoded before an emit that encodes it again
  text: (payload) => [JSON.stringify(payload)],
  // what the dialect looks for in one argument stands in two
  apart: (payload) => [payload.conversationId, payload.message ?? payload],
};
const mangled = (event, payload) =>
  world.mangle !== null && ['new_message', 'message.received'].includes(event) ? MANGLES[world.mangle](payload) : [payload];
// What leaves when ids are numbers: the last 16 digits of each 24 hex id, which JavaScript cannot hold exactly.
const leaving = (value) =>
  !world.rounded ? value
  : typeof value === 'string' && /^[0-9a-f]{24}$/.test(value) ? Number(BigInt('0x' + value.slice(8)))
  : Array.isArray(value) ? value.map(leaving)
  : value !== null && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, leaving(v)]))
  : value;

function broadcast(conversation, message) {
  const now = () => new Date().toISOString();
  const account = `user:${world.store.account}`;
  if (era.update !== 'none') emit(account, 'conversation_update', { ...world.store.update(conversation), timestamp: now() });
  if (era.account && !world.silent) {
    io.of(world.otherNamespace ? '/inbox' : '/').to(account).emit('message.received', ...mangled('message.received', { ...world.store.received(message), timestamp: now() }));
  }
  emit(roomOf(conversation), 'new_message', {
    conversationId: conversation[era.broadcast === 'comp' ? 'comp' : '_id'],
    message: world.store.broadcastForm(message),
    timestamp: now(),
  });
}

/** What follows a send, where the test asked for it. */
function sent(conversation, message) {
  if (!world.ticks) return;
  ['sent', 'delivered', 'read'].forEach((status, step) => {
    setTimeout(() => {
      message.status = status;
      emit(roomOf(conversation), 'message_status', { messageId: message._id, status, timestamp: new Date().toISOString() });
    }, 20 * (step + 1));
  });
}

const control = {
  /** All that the tests ask about. */
  state: async () => ({
    sockets: [...io.sockets.sockets.values()].map((s) => ({ sid: s.id, rooms: [...s.rooms], transport: s.conn.transport.name })),
    joins: world.joins,
    requests: world.requests,
    handshakes: world.handshakes,
    refused: world.refused,
    conversations: world.store.conversations,
    messages: world.store.messages,
  }),
  /** A customer writes: {conversation (an id or a phone), text, emit=true, wamid?, name?}. `emit: false` leaves it to REST alone. */
  inbound: async (ask) => {
    const { find, byPhone, add } = world.store;
    const conversation = find(ask.conversation) ?? byPhone(ask.conversation) ?? add(ask.conversation);
    const message = world.store.inbound(conversation, ask);
    if (ask.emit !== false) broadcast(conversation, message);
    return { conversation, message };
  },
  /** Many at once, as fast as the server can: {conversation, count}; their texts count from 1. */
  flood: async ({ conversation, count }) => {
    const found = world.store.find(conversation);
    for (let number = 1; number <= count; number += 1) broadcast(found, world.store.inbound(found, { text: `flood ${number}` }));
    return { count };
  },
  /** Anything to anyone: {room?, event, args}. */
  emit: async ({ room, event, args }) => ({ done: (room ? io.to(room) : io).emit(event, ...(args ?? [])) }),
  /** A status of a message: {message, status}. */
  status: async ({ message, status }) => {
    const found = world.store.messages.find((m) => m._id === message || m.waMessageId === message);
    const conversation = world.store.find(found.conversationId);
    found.status = status;
    emit(roomOf(conversation), 'message_status', { messageId: found._id, status, timestamp: new Date().toISOString() });
    return {};
  },
  /** Ends every socket: {how: "disconnect" (packet 41) | "close" (transport) | "reset" (TCP)}. */
  drop: async ({ how }) => {
    const sockets = [...io.sockets.sockets.values()];
    for (const socket of sockets) {
      if (how === 'disconnect') socket.disconnect(false);
      else if (how === 'close') socket.conn.close();
    }
    if (how === 'reset') for (const socket of tcp) socket.destroy();
    return { dropped: sockets.length };
  },
  down: async () => (await down(), {}),
  up: async () => (await up(), {}),
  /** Down at once, up after `ms`. */
  restart: async ({ ms }) => {
    await down();
    await new Promise((resolve) => setTimeout(resolve, ms ?? 0));
    await up();
    return {};
  },
  /** Changes `tokens` (a list), `restRefusal`, `socketRefusal`, `silent`, `ticks`, `rounded`, `mangle`, `otherNamespace`, `fragile`. */
  set: async (ask) => {
    for (const [key, value] of Object.entries(ask)) world[key] = key === 'tokens' ? new Set(value) : value;
    return {};
  },
  /** The next `times` requests that fit {method?, path?: regular expression} meet with `action`, see contract_rest. */
  fault: async (ask) => (world.faults.push({ times: 1, ...ask }), {}),
  clear: async () => ((world.faults = []), (world.requests.length = 0), (world.joins.length = 0), {}),
};

const door = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const name = request.url.slice(1);
    const answer = await control[name](chunks.length ? JSON.parse(Buffer.concat(chunks)) : {});
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  } catch (error) {
    response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ error: String(error?.stack ?? error) }));
  }
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
await up();
await new Promise((resolve) => door.listen(options.controlPort ?? 0, '127.0.0.1', resolve));
console.log(JSON.stringify({ url: `http://127.0.0.1:${port.main}`, control: `http://127.0.0.1:${door.address().port}` }));
