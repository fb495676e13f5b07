// What a client of today meets where a Socket.IO 2 server stands: Engine.IO 3 packets, whatever version it asks for.
//
// The server connects the default namespace unasked (`40`), waits for the client's pings, takes `40{…}` for a namespace
// that it does not know, and answers nothing.
import { WebSocketServer } from 'ws'; // engine.io brings it

const open = { sid: 'v2v2v2v2v2v2v2v2v2v2', upgrades: ['websocket'], pingInterval: 25000, pingTimeout: 5000 };

/** Answers `/socket.io/` of this HTTP server as Socket.IO 2 does. */
export function oldServer(main) {
  const sockets = new WebSocketServer({ noServer: true });
  main.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.send(`0${JSON.stringify({ ...open, upgrades: [] })}`);
      ws.send('40');
      ws.on('message', (data) => data.toString() === '2' && ws.send('3'));
    });
  });
  main.on('request', (request, response) => {
    if (!request.url.startsWith('/socket.io/')) return;
    if (new URL(request.url, 'http://here').searchParams.has('sid')) return; // a poll that is never answered
    const packet = `0${JSON.stringify(open)}`;
    response.writeHead(200, { 'content-type': 'text/plain; charset=UTF-8' }).end(`${packet.length}:${packet}2:40`);
  });
}
