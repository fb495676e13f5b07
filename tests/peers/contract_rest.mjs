// The REST half of the contract server, and the faults that a test may put in its way.
import zlib from 'node:zlib';

/** The request listener. `hooks.sent(conversation, message)` is called after each send. */
export function restServer(world, hooks) {
  return async (request, response) => {
    if (request.url.startsWith('/socket.io/')) return;
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const url = new URL(request.url, 'http://here');
    world.requests.push({ method: request.method, path: request.url, authorization: request.headers.authorization ?? null, body });
    const fault = world.faults.find((f) => f.times > 0 && (!f.method || f.method === request.method) && new RegExp(f.path ?? '').test(request.url));
    if (fault) fault.times -= 1;
    const action = fault?.action ?? {};
    if (action.delay) await new Promise((resolve) => setTimeout(resolve, action.delay));
    const given = { method: request.method, path: url.pathname, query: url.searchParams, body, authorization: request.headers.authorization };
    if (meet(action, given, request, response)) return;
    const [status, answer, headers] = respond(world, hooks, given);
    // The backend has done what was asked, and the answer is lost.
    if (action.lose) return request.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(answer));
  };
}

/** Whether the fault answers in the backend's place. */
function meet(action, given, request, response) {
  if (action.cut) return request.socket.destroy(), true; // before anything is done
  if (action.hang) return true; // never answers
  if (action.redirect) return response.writeHead(action.code ?? 307, { location: action.redirect }).end(), true;
  if (action.status) {
    const headers = { 'content-type': 'application/json', ...action.headers };
    return response.writeHead(action.status, headers).end(JSON.stringify(action.body ?? {})), true;
  }
  if (action.html) return response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Sign in to the proxy</body></html>'), true;
  if (action.bomb) {
    const packed = zlib.gzipSync(Buffer.alloc(action.bomb, 0x20));
    return response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(packed), true;
  }
  if (action.drip) {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), action.drip);
    response.on('close', () => clearInterval(timer));
    return true;
  }
  if (action.truncate) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"success":true,');
    setTimeout(() => request.socket.destroy(), 20);
    return true;
  }
  return false;
}

const failure = (status, message, extra) => [status, { success: false, message, ...extra }];

function respond(world, hooks, given) {
  const { store } = world;
  if (given.path === '/api/auth/login') return login(world, given);
  const token = (given.authorization ?? '').replace(/^Bearer /, '');
  if (token === '') return failure(401, 'Authentication required. Please login.', { redirectTo: '/login' });
  if (!world.tokens.has(token)) return failure(401, 'Invalid or expired token. Please login again.', { redirectTo: '/login' });
  if (world.restRefusal) return failure(world.restRefusal.status, world.restRefusal.message);
  const route = `${given.method} ${given.path}`;
  if (route === 'GET /api/auth/me') return [200, { success: true, user: { email: 'owner@example.test', name: 'Acceptance Test Co', accountId: store.account, role: 'admin' } }];
  if (route === 'GET /api/settings/phone-numbers') return [200, { success: true, phoneNumbers: [lineOf(store)], wabaConnected: true, wabaId: '1217213156884302' }];
  if (route === 'GET /api/conversations') return list(world, given);
  if (route === 'POST /api/messages/send') return send(world, hooks, given);
  const parts = given.path.match(/^\/api\/conversations\/([^/]+)\/(messages|reply|read|status)$/);
  if (!parts) return [404, { error: 'Route not found', path: given.path }];
  const conversation = store.byPath(decodeURIComponent(parts[1]));
  if (!conversation) return failure(404, 'Conversation not found');
  if (parts[2] === 'messages') {
    const limit = Number(given.query.get('limit') ?? 500);
    const messages = store.thread(conversation).slice(-limit).map(store.threadForm);
    return [200, { success: true, conversation: store.raw(conversation), messages }];
  }
  if (parts[2] === 'read') {
    conversation.unreadCount = 0;
    return [200, { success: true, message: 'Conversation marked as read', conversation: store.raw(conversation), updated: { conversation: 1, messages: 0 } }];
  }
  const ask = JSON.parse(given.body);
  if (parts[2] === 'status') {
    conversation.status = ask.status;
    return [200, { success: true, message: `Conversation marked as ${ask.status}` }];
  }
  if (ask.messageType !== 'text') return failure(400, 'Invalid messageType. Must be "text" or "template"');
  return sent(store, hooks, conversation, ask.message, 'Reply sent successfully');
}

function login(world, { body }) {
  const { email, password } = JSON.parse(body);
  if (!email || !password) return failure(400, 'Email and password required');
  if (email !== 'owner@example.test') return failure(401, 'Invalid email or password');
  const token = `login-token-${world.tokens.size}`;
  world.tokens.add(token);
  const user = { email, accountId: world.store.account, name: 'Acceptance Test Co', role: 'admin', workspaceId: world.store.account };
  return [200, { success: true, message: 'Login successful', token, user }];
}

function list({ store }, { query }) {
  const line = query.get('phoneNumberId');
  if (!line) return failure(400, 'phoneNumberId is required', { hint: 'Pass phoneNumberId as query param', received: {} });
  const limit = Math.abs(Number(query.get('limit') ?? 50)) || Infinity;
  const rows = line === store.line ? store.list().slice(0, limit) : [];
  return [200, { success: true, conversations: rows.map(store.row) }];
}

function send({ store }, hooks, { body }) {
  const { recipientPhone, message } = JSON.parse(body);
  if (!recipientPhone || !message) return failure(400, 'Missing required fields: recipientPhone and message cannot be empty', { error: 'MISSING_FIELDS' });
  if (!/^[0-9]{10,15}$/.test(recipientPhone)) return failure(400, 'Invalid phone number format. Use only digits.', { error: 'INVALID_PHONE_FORMAT', received: recipientPhone });
  const conversation = store.byPhone(recipientPhone) ?? store.add(recipientPhone);
  return sent(store, hooks, conversation, message, 'Message sent successfully');
}

function sent(store, hooks, conversation, text, words) {
  if (typeof text !== 'string' || text === '') return failure(400, 'message is required for text type', { error: 'MISSING_MESSAGE' });
  if (text.startsWith('/expired')) return failure(400, '24h session expired. Please send a template message to reopen chat.', { error: 'SESSION_EXPIRED' });
  const message = store.outbound(conversation, text);
  hooks.sent(conversation, message);
  return [200, { success: true, message: words, data: { success: true, messageId: message._id, waMessageId: message.waMessageId } }];
}

const lineOf = (store) => ({ accountId: store.account, phoneNumberId: store.line, displayName: 'Acceptance Line', displayPhone: '+92 300 1234567', isActive: true, qualityRating: 'green', displayPhoneNumber: '+92 300 1234567', verifiedName: 'Not verified' });
